//! CKA_CHECK_VALUE (PKCS#11 3.2, "Certificate objects", "Secret key objects").

use crate::abi::types::*;
use crate::abi::vendor::CKK_SM4;
use ukey_crypto::hash::HashAlg;
use ukey_crypto::sm4;

/// Three bytes by which a secret key is recognised: the start of a block of zeros enciphered with it, or of its SHA-1
/// where the type has no block cipher.
pub(crate) fn check_value(key_type: CK_KEY_TYPE, key: &[u8]) -> Vec<u8> {
    let mut block = vec![0; sm4::BLOCK];
    let enciphered = match key_type {
        CKK_SM4 => <[u8; sm4::BLOCK]>::try_from(key)
            .is_ok_and(|key| sm4::ecb_encrypt(&sm4::Key::from(key), &mut block).is_ok()),
        _ => false,
    };
    let mut value = if enciphered {
        block
    } else {
        HashAlg::Sha1.digest(key)
    };
    value.truncate(3);
    value
}

/// The same of a certificate.
pub(crate) fn certificate_check_value(der: &[u8]) -> Vec<u8> {
    let mut value = HashAlg::Sha1.digest(der);
    value.truncate(3);
    value
}
