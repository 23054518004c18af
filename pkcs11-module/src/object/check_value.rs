//! CKA_CHECK_VALUE (PKCS#11 3.2, "Certificate objects", "Secret key objects").

use crate::abi::types::*;
use crate::abi::vendor::CKK_SM4;
use ukey_crypto::cipher::{Direction, Mode, Operation, Padding};
use ukey_crypto::hash::HashAlg;
use ukey_crypto::{Error, aes, sm4};

/// Three bytes by which a secret key is recognised: the start of a block of zeros enciphered with it, or of its SHA-1
/// where the type has no block cipher.
pub(crate) fn check_value(key_type: CK_KEY_TYPE, key: &[u8]) -> Vec<u8> {
    let mut value = enciphered_zeros(key_type, key).unwrap_or_else(|| HashAlg::Sha1.digest(key));
    value.truncate(3);
    value
}

/// A block of zeros under a key of a block cipher.
fn enciphered_zeros(key_type: CK_KEY_TYPE, key: &[u8]) -> Option<Vec<u8>> {
    let mode = Mode::Ecb {
        padding: Padding::None,
    };
    let encrypt = Direction::Encrypt;
    let operation = match key_type {
        CKK_SM4 => sm4::Key::try_from(key).and_then(|key| Operation::new(&key, encrypt, &mode)),
        CKK_AES => aes::Key::try_from(key).and_then(|key| Operation::new(&key, encrypt, &mode)),
        _ => Err(Error::Unsupported),
    };
    let mut block = Vec::new();
    operation.ok()?.complete(&[0; 16], &mut block).ok()?;
    Some(block)
}

/// The same of a certificate.
pub(crate) fn certificate_check_value(der: &[u8]) -> Vec<u8> {
    let mut value = HashAlg::Sha1.digest(der);
    value.truncate(3);
    value
}
