//! The device authentication key: 16 bytes that allow to create and delete applications.

use std::{io, path::Path};

use ukey_token::{AUTH_KEY_LEN, FACTORY_AUTH_KEY};
use zeroize::Zeroizing;

use crate::{
    context::Context,
    error::{Error, Result},
    files,
};

/// A device key in memory.
pub(crate) type AuthKey = Zeroizing<[u8; AUTH_KEY_LEN]>;

/// The key that the configuration names, else the factory key.
pub(crate) fn current(context: &Context) -> Result<AuthKey> {
    match &context.config.auth_key_file {
        Some(path) => read(path),
        None => Ok(Zeroizing::new(FACTORY_AUTH_KEY)),
    }
}

/// The key in the file at `path`; if there is none, a new random one, written there first.
pub(crate) fn read_or_make(path: &Path) -> Result<AuthKey> {
    if path.exists() {
        return read(path);
    }
    let mut key = Zeroizing::new([0; AUTH_KEY_LEN]);
    ukey_crypto::rng::fill(&mut *key).map_err(ukey_pki::Error::from)?;
    let mut digits = Zeroizing::new(String::with_capacity(2 * AUTH_KEY_LEN + 1));
    for byte in key.iter() {
        for nibble in [byte >> 4, byte & 0x0F] {
            digits.push(char::from_digit(nibble.into(), 16).unwrap_or_default());
        }
    }
    digits.push('\n');
    files::write_new(path, digits.as_bytes())?;
    Ok(key)
}

fn read(path: &Path) -> Result<AuthKey> {
    ukey_host::auth_key::read(path).map_err(|e| match e.kind() {
        io::ErrorKind::InvalidData => Error::Unfit(crate::text::error::not_an_auth_key(path)),
        _ => Error::read(path, e),
    })
}
