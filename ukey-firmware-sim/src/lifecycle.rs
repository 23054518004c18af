//! The factory: what is on a token before its first command.
//!
//! A token begins in the factory stage (GM/T 0016: device key preset, no application) and is in the
//! application stage while it has an application; commands need no other distinction, because in the
//! factory stage there is nothing else they could act on.

use crate::card::crypto_status;
use crate::error::Error;
use crate::fs::device::Identity;
use crate::fs::record;
use crate::store::{Storage, Store, Transaction};
use ukey_apdu::devinfo::PinHash;
use ukey_crypto::seal::{self, SealKey};

/// The device authentication key of every new token.
pub const FACTORY_DEVICE_KEY: &[u8; 16] = b"1234567812345678";

/// Sealed into every image; opens only with the right key.
const SEAL_CHECK: &[u8] = b"ukey image";

/// What a factory decides about a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Factory {
    /// Serial number, at most 32 bytes. Empty: random.
    pub serial: String,
    /// Label, at most 32 bytes; `SetLabel` changes it.
    pub label: String,
    /// Manufacturer, at most 64 bytes.
    pub manufacturer: String,
    /// Issuer, at most 64 bytes.
    pub issuer: String,
    /// Length of the image in bytes, at least [`crate::store::superblock::LEAST_IMAGE`].
    pub size: u64,
    /// How PINs become keys.
    pub pin_hash: PinHash,
}

impl Factory {
    /// Size of an image when nothing is said: 4 MiB.
    pub const DEFAULT_SIZE: u64 = 4 << 20;
}

impl Default for Factory {
    fn default() -> Self {
        Self {
            serial: String::new(),
            label: String::new(),
            manufacturer: "ukey".to_owned(),
            issuer: "ukey".to_owned(),
            size: Self::DEFAULT_SIZE,
            pin_hash: PinHash::Sm3,
        }
    }
}

/// Formats `storage`, whose banks must be zero, and writes what a new token has; all or nothing.
///
/// # Errors
/// [`Error::Factory`] for a text that is too long, [`Error::Store`], [`Error::Crypto`].
pub fn personalise(
    storage: Box<dyn Storage>,
    key: &SealKey,
    factory: &Factory,
) -> Result<(), Error> {
    let text = |text: &str, longest: usize| {
        let fits = text.len() <= longest && !text.contains('\0');
        fits.then(|| text.as_bytes().to_vec()).ok_or(Error::Factory)
    };
    let mut random = [0; 16];
    ukey_crypto::rng::fill(&mut random)?;
    let (salt, serial) = random.split_at(8);
    let serial = match factory.serial.as_str() {
        "" => serial
            .iter()
            .flat_map(|byte| format!("{byte:02X}").into_bytes())
            .collect(),
        given => text(given, 32)?,
    };
    let identity = Identity {
        manufacturer: text(&factory.manufacturer, 64)?,
        issuer: text(&factory.issuer, 64)?,
        serial,
        label: text(&factory.label, 32)?,
        pin_hash: factory.pin_hash,
    };
    let mut change = Transaction::new();
    identity.store(&mut change);
    let sealed = seal::seal(key, &record::DEVICE_AUTH_KEY, FACTORY_DEVICE_KEY)?;
    change.put_secret(record::DEVICE_AUTH_KEY, sealed);
    change.put(
        record::SEAL_CHECK,
        seal::seal(key, &record::SEAL_CHECK, SEAL_CHECK)?,
    );
    change.put(record::CHANGE_COUNTER, 0u64.to_be_bytes());
    let salt = salt
        .iter()
        .fold(0, |salt, byte| salt << 8 | u64::from(*byte));
    Store::format(storage, salt, &change)?;
    Ok(())
}

/// Whether `key` is the one that the image was made with.
pub(crate) fn check_seal<S: Storage>(store: &Store<S>, key: &SealKey) -> Result<(), Error> {
    let sealed = store.get(&record::SEAL_CHECK).ok_or(Error::NotAToken)?;
    let opened = seal::open(key, &record::SEAL_CHECK, sealed).map_err(crypto_status);
    match opened {
        Ok(text) if text.as_slice() == SEAL_CHECK => Ok(()),
        _ => Err(Error::WrongKey),
    }
}
