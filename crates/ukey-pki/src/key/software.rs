//! Private keys in memory: for the test CA and for keys on their way into a token.

use std::fmt;

use ukey_crypto::{rsa, sm2};
use zeroize::Zeroizing;

use super::{Decryptor, PublicKey, Signer};
use crate::error::{Error, Result};

/// Key families and sizes that can be generated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyAlgorithm {
    /// SM2, 256 bits.
    Sm2,
    /// RSA with a modulus of this many bits.
    Rsa {
        /// Modulus length in bits.
        bits: u32,
    },
}

/// A private key held in memory. Wiped on drop; no `Clone`, and `Debug` shows only the family.
pub struct SoftwareKey {
    pub(super) private: PrivateKey,
    public: PublicKey,
}

/// The private half, by family.
pub(super) enum PrivateKey {
    Sm2(sm2::SecretKey),
    Rsa(rsa::PrivateKey),
}

impl SoftwareKey {
    /// Makes a new key pair from the operating system's generator.
    ///
    /// # Errors
    /// [`Error::Crypto`] when the generator fails or the RSA size is not offered.
    pub fn generate(algorithm: KeyAlgorithm) -> Result<Self> {
        match algorithm {
            KeyAlgorithm::Sm2 => Ok(sm2::SecretKey::generate()?.into()),
            KeyAlgorithm::Rsa { bits } => Ok(rsa::PrivateKey::generate(bits as usize)?.into()),
        }
    }

    /// The public half.
    pub fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// The SM2 private number, for wrapping.
    pub(crate) fn expose_sm2(&self) -> Result<Zeroizing<[u8; 32]>> {
        match &self.private {
            PrivateKey::Sm2(key) => Ok(key.expose_bytes()),
            PrivateKey::Rsa(_) => Err(Error::Mismatch {
                what: "an RSA key and an SM2 key structure",
            }),
        }
    }

    /// The PKCS#1 RSAPrivateKey, for wrapping.
    pub(crate) fn expose_rsa(&self) -> Result<Zeroizing<Vec<u8>>> {
        match &self.private {
            PrivateKey::Rsa(key) => Ok(key.to_pkcs1_der()),
            PrivateKey::Sm2(_) => Err(Error::Mismatch {
                what: "an SM2 key and an RSA key structure",
            }),
        }
    }
}

impl From<sm2::SecretKey> for SoftwareKey {
    fn from(key: sm2::SecretKey) -> Self {
        let public = PublicKey::Sm2(key.public_key());
        Self {
            private: PrivateKey::Sm2(key),
            public,
        }
    }
}

impl From<rsa::PrivateKey> for SoftwareKey {
    fn from(key: rsa::PrivateKey) -> Self {
        let public = PublicKey::Rsa(key.public_key().clone());
        Self {
            private: PrivateKey::Rsa(key),
            public,
        }
    }
}

impl fmt::Debug for SoftwareKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SoftwareKey")
            .field("algorithm", &self.public.algorithm())
            .finish_non_exhaustive()
    }
}

impl Signer for SoftwareKey {
    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    fn sign_sm2_digest(&self, digest: &[u8; 32]) -> Result<sm2::Signature> {
        match &self.private {
            PrivateKey::Sm2(key) => Ok(key.sign_digest(digest)?),
            PrivateKey::Rsa(_) => Err(wrong_family()),
        }
    }

    fn sign_rsa_pkcs1(&self, digest_info: &[u8]) -> Result<Vec<u8>> {
        match &self.private {
            PrivateKey::Rsa(key) => Ok(key.sign_pkcs1v15(digest_info)?),
            PrivateKey::Sm2(_) => Err(wrong_family()),
        }
    }
}

impl Decryptor for SoftwareKey {
    fn decrypt_sm2(&self, ciphertext: &sm2::Ciphertext) -> Result<Zeroizing<Vec<u8>>> {
        match &self.private {
            PrivateKey::Sm2(key) => key.decrypt(ciphertext).map_err(|_| Error::Decryption),
            PrivateKey::Rsa(_) => Err(wrong_family()),
        }
    }

    fn decrypt_rsa_pkcs1(&self, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        match &self.private {
            PrivateKey::Rsa(key) => key
                .decrypt_pkcs1v15(ciphertext)
                .map_err(|_| Error::Decryption),
            PrivateKey::Sm2(_) => Err(wrong_family()),
        }
    }
}

fn wrong_family() -> Error {
    Error::Mismatch {
        what: "the key and the operation",
    }
}
