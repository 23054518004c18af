//! The file with the device authentication key (`auth_key_file`).

use std::{io, path::Path};
use ukey_token::AUTH_KEY_LEN;
use zeroize::Zeroizing;

/// The key in a file: 16 bytes as they are, or as 32 hexadecimal digits.
///
/// # Errors
/// That of reading; [`io::ErrorKind::InvalidData`] for a file that holds no key.
pub fn read(path: &Path) -> io::Result<Zeroizing<[u8; AUTH_KEY_LEN]>> {
    let content = Zeroizing::new(std::fs::read(path)?);
    parse(&content).ok_or_else(|| {
        io::Error::new(
            io::ErrorKind::InvalidData,
            "not a device authentication key",
        )
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
