//! SM2 with token keys and public keys (GB/T 32918; forms of GM/T 0009).

use super::parameter::Sm2Layout;
use crate::object::Object;
use crate::rv::Error;
use crate::slot::token::Token;
use ukey_crypto::sm2::{Ciphertext, FIELD_LEN, PublicKey, Signature};
use ukey_token::KeyUsage;
use zeroize::Zeroizing;

/// Length of r ‖ s.
pub(crate) const SIGNATURE_LEN: usize = 2 * FIELD_LEN;
/// Longest DER form of a signature: two integers of 33 bytes.
pub(crate) const SIGNATURE_DER_MAX: usize = 72;
/// What C1 ‖ C3 adds to the plaintext.
const OVERHEAD: usize = 1 + 3 * FIELD_LEN;
/// What the DER form adds at most: three headers more, two leading zeros.
const DER_OVERHEAD: usize = 3 * FIELD_LEN + 24;
/// Longest plaintext: what one command to the token carries.
pub(crate) const LONGEST_PLAINTEXT: usize = 60_000;

/// Signs e, one exchange.
pub(crate) fn sign(token: &Token, key: &Object, e: &[u8], der: bool) -> Result<Vec<u8>, Error> {
    let e: &[u8; 32] = e.try_into().map_err(|_| Error::DataLenRange)?;
    let (container, usage) = token.container_of(key)?;
    if usage != KeyUsage::Signature {
        return Err(Error::KeyFunctionNotPermitted);
    }
    let signature = container.sign_sm2(e)?;
    Ok(if der {
        signature.to_der()
    } else {
        signature.to_bytes().to_vec()
    })
}

/// Verifies a signature over e.
pub(crate) fn verify(key: &PublicKey, e: &[u8], signature: &[u8], der: bool) -> Result<(), Error> {
    let e: &[u8; 32] = e.try_into().map_err(|_| Error::DataLenRange)?;
    if !der && signature.len() != SIGNATURE_LEN {
        return Err(Error::SignatureLenRange);
    }
    let read = if der {
        Signature::from_der
    } else {
        Signature::from_bytes
    };
    let signature = read(signature).map_err(|_| Error::SignatureInvalid)?;
    key.verify_digest(e, &signature)
        .map_err(|_| Error::SignatureInvalid)
}

/// Longest ciphertext of `plaintext_len` bytes.
pub(crate) fn ciphertext_max(layout: Sm2Layout, plaintext_len: usize) -> usize {
    plaintext_len.saturating_add(if layout == Sm2Layout::Der {
        DER_OVERHEAD
    } else {
        OVERHEAD
    })
}

/// Longest plaintext that a ciphertext of this length can have.
pub(crate) fn plaintext_max(ciphertext_len: usize) -> usize {
    ciphertext_len.saturating_sub(OVERHEAD)
}

/// Encrypts in this process.
pub(crate) fn encrypt(
    key: &PublicKey,
    layout: Sm2Layout,
    plaintext: &[u8],
) -> Result<Vec<u8>, Error> {
    if plaintext.is_empty() || plaintext.len() > LONGEST_PLAINTEXT {
        return Err(Error::DataLenRange);
    }
    let cipher = key.encrypt(plaintext).map_err(|_| Error::FunctionFailed)?;
    Ok(match layout {
        Sm2Layout::C1C3C2 => cipher.to_c1c3c2(),
        Sm2Layout::C1C2C3 => cipher.to_c1c2c3(),
        Sm2Layout::Der => cipher.to_der(),
    })
}

/// Decrypts in the token, one exchange.
pub(crate) fn decrypt(
    token: &Token,
    key: &Object,
    layout: Sm2Layout,
    ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Error> {
    if ciphertext.len() <= OVERHEAD || ciphertext.len() > ciphertext_max(layout, LONGEST_PLAINTEXT)
    {
        return Err(Error::EncryptedDataLenRange);
    }
    let cipher = match layout {
        Sm2Layout::C1C3C2 => Ciphertext::from_c1c3c2(ciphertext),
        Sm2Layout::C1C2C3 => Ciphertext::from_c1c2c3(ciphertext),
        Sm2Layout::Der => Ciphertext::from_der(ciphertext),
    };
    let cipher = cipher.map_err(|_| Error::EncryptedDataInvalid)?;
    let (container, usage) = token.container_of(key)?;
    container
        .decrypt_sm2(usage, &cipher)
        .map_err(super::rsa::decryption_error)
}
