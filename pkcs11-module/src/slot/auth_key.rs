//! The device authentication key, which creating an application takes. Read when it is needed, never kept.

use crate::rv::Error;
use std::path::Path;
use ukey_token::{AUTH_KEY_LEN, FACTORY_AUTH_KEY};
use zeroize::Zeroizing;

/// The key in the configured file, raw or as hexadecimal digits; the factory's without a file.
///
/// # Errors
/// [`Error::GeneralError`] for a file that cannot be read or holds no key.
pub(super) fn read(file: Option<&Path>) -> Result<Zeroizing<[u8; AUTH_KEY_LEN]>, Error> {
    let Some(path) = file else {
        return Ok(Zeroizing::new(FACTORY_AUTH_KEY));
    };
    let key = std::fs::read(path)
        .ok()
        .map(Zeroizing::new)
        .and_then(|content| parse(&content));
    key.ok_or_else(|| {
        tracing::error!(path = %path.display(), "not a device authentication key");
        Error::GeneralError
    })
}

fn parse(content: &[u8]) -> Option<Zeroizing<[u8; AUTH_KEY_LEN]>> {
    if let Ok(raw) = content.try_into() {
        return Some(Zeroizing::new(raw));
    }
    let digits = content.trim_ascii();
    if digits.len() != 2 * AUTH_KEY_LEN {
        return None;
    }
    let mut key = Zeroizing::new([0; AUTH_KEY_LEN]);
    for (byte, pair) in key.iter_mut().zip(digits.chunks_exact(2)) {
        let digit = |at: usize| char::from(pair[at]).to_digit(16);
        *byte = u8::try_from(digit(0)? * 16 + digit(1)?).ok()?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_key_is_sixteen_bytes_or_their_digits() {
        let key: [u8; 16] = *b"\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\xff";
        assert_eq!(*parse(&key).unwrap(), key);
        assert_eq!(*parse(b"000102030405060708090A0b0c0d0eff\n").unwrap(), key);
        assert!(parse(b"000102030405060708090A0b0c0d0ef").is_none());
        assert!(parse(b"g00102030405060708090A0b0c0d0eff").is_none());
    }
}
