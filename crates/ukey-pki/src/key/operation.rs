//! What this crate asks of a private key, wherever it lives.

use ukey_crypto::sm2;
use zeroize::Zeroizing;

use super::PublicKey;
use crate::error::{Error, Result};

/// A private key that signs.
///
/// One call is one private-key operation, and therefore one exchange with a token. An
/// implementation provides the method of its own key family; failures of the holder of the key are
/// passed on with [`Error::key_holder`].
pub trait Signer {
    /// The public half.
    fn public_key(&self) -> &PublicKey;

    /// SM2 signature over `digest`, which is e = SM3(Z ‖ M) of GM/T 0009.
    ///
    /// # Errors
    /// Those of the key holder; [`Error::Mismatch`] when the key is not an SM2 key.
    fn sign_sm2_digest(&self, digest: &[u8; 32]) -> Result<sm2::Signature> {
        let _ = digest;
        self.public_key().as_sm2()?;
        Err(Error::unsupported("key operation", "SM2 signature"))
    }

    /// RSA signature with PKCS#1 v1.5 type 1 padding of `digest_info`, a DER DigestInfo.
    ///
    /// # Errors
    /// Those of the key holder; [`Error::Mismatch`] when the key is not an RSA key.
    fn sign_rsa_pkcs1(&self, digest_info: &[u8]) -> Result<Vec<u8>> {
        let _ = digest_info;
        self.public_key().as_rsa()?;
        Err(Error::unsupported("key operation", "RSA signature"))
    }
}

/// A private key that decrypts wrapped keys.
///
/// A ciphertext that does not fit the key is reported as [`Error::Decryption`], so that callers can
/// tell it from a token that was pulled out ([`Error::KeyHolder`]).
pub trait Decryptor {
    /// SM2 decryption (GB/T 32918.4), C3 checked.
    ///
    /// # Errors
    /// [`Error::Decryption`], those of the key holder, or [`Error::Mismatch`] for an RSA key.
    fn decrypt_sm2(&self, ciphertext: &sm2::Ciphertext) -> Result<Zeroizing<Vec<u8>>> {
        let _ = ciphertext;
        Err(Error::unsupported("key operation", "SM2 decryption"))
    }

    /// RSA decryption, PKCS#1 v1.5 type 2 padding removed.
    ///
    /// # Errors
    /// [`Error::Decryption`], those of the key holder, or [`Error::Mismatch`] for an SM2 key.
    fn decrypt_rsa_pkcs1(&self, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let _ = ciphertext;
        Err(Error::unsupported("key operation", "RSA decryption"))
    }
}
