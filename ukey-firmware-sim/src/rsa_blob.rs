//! The two encodings in which hosts send RSA private keys (GM/T 0016, ImportRSAKeyPair).
//!
//! The standard wants the PKCS#1 RSAPrivateKey in DER; some hosts send the RSAPRIVATEKEYBLOB, a C
//! struct of 1164 bytes. Either comes with PKCS#7 padding, zeros, or nothing behind it.
//!
//! RSAPRIVATEKEYBLOB: AlgID(4), BitLen(4, the host's byte order), Modulus(256),
//! PublicExponent(4), PrivateExponent(256), Prime1(128), Prime2(128), and three CRT values (128
//! each). Numbers are big endian, right-aligned.

use crate::card::crypto_status;
use ukey_apdu::StatusWord;
use ukey_crypto::rsa::PrivateKey;

const BLOB: usize = 1164;
const DER_SEQUENCE: u8 = 0x30;

/// The key at the start of a decrypted envelope.
///
/// # Errors
/// 6A80 if it is neither encoding or its numbers do not belong together, 6A81 for other sizes.
pub(crate) fn private_key(plaintext: &[u8]) -> Result<PrivateKey, StatusWord> {
    if let Some(der) = der(plaintext) {
        return PrivateKey::from_pkcs1_der(der).map_err(crypto_status);
    }
    let blob = plaintext.get(..BLOB).ok_or(StatusWord::BAD_DATA)?;
    let field = |start: usize, length: usize| &blob[start..start + length];
    let (modulus, exponent, private) = (field(8, 256), field(264, 4), field(268, 256));
    let (first, second) = (field(524, 128), field(652, 128));
    PrivateKey::from_components(modulus, exponent, private, first, second).map_err(crypto_status)
}

/// The DER SEQUENCE at the start, without what follows it.
fn der(bytes: &[u8]) -> Option<&[u8]> {
    let (&[tag, length], rest) = bytes.split_first_chunk::<2>()?;
    let (header, content) = match length {
        0..=0x7F => (2, usize::from(length)),
        0x81 => (3, usize::from(*rest.first()?)),
        0x82 => (
            4,
            usize::from(u16::from_be_bytes([*rest.first()?, *rest.get(1)?])),
        ),
        _ => return None,
    };
    (tag == DER_SEQUENCE)
        .then(|| bytes.get(..header + content))
        .flatten()
}
