//! Ed25519 signatures (RFC 8032), pure form.

use crate::{Error, rng};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, ParsedPublicKey};
use zeroize::Zeroizing;

#[cfg(test)]
mod tests;

/// Length of a private key (the seed) and of a public key in bytes.
pub const KEY_LEN: usize = 32;
/// Length of a signature in bytes.
pub const SIGNATURE_LEN: usize = 64;

/// A private key. Zeroised on drop.
pub struct PrivateKey {
    seed: Zeroizing<[u8; KEY_LEN]>,
    signer: Ed25519KeyPair,
    public: PublicKey,
}

impl PrivateKey {
    /// A fresh key.
    ///
    /// # Errors
    /// [`Error::Rng`].
    pub fn generate() -> Result<Self, Error> {
        let mut seed = Zeroizing::new([0; KEY_LEN]);
        rng::fill(&mut seed[..])?;
        Self::from_seed(&seed)
    }

    /// The key of a seed: any 32 bytes are one.
    ///
    /// # Errors
    /// [`Error::InvalidKey`] if the back end runs out of memory.
    pub fn from_seed(seed: &[u8; KEY_LEN]) -> Result<Self, Error> {
        let signer = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| Error::InvalidKey)?;
        let public = signer.public_key().as_ref();
        let public = public.try_into().map_err(|_| Error::InvalidKey)?;
        Ok(Self {
            seed: Zeroizing::new(*seed),
            public: PublicKey::from_bytes(public)?,
            signer,
        })
    }

    /// The seed.
    #[must_use]
    pub fn expose_seed(&self) -> &[u8; KEY_LEN] {
        &self.seed
    }

    /// The public half.
    #[must_use]
    pub const fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// Signs a message.
    ///
    /// # Errors
    /// [`Error::InvalidKey`] if the back end runs out of memory.
    pub fn sign(&self, message: &[u8]) -> Result<[u8; SIGNATURE_LEN], Error> {
        let signature = self
            .signer
            .try_sign(message)
            .map_err(|_| Error::InvalidKey)?;
        signature.as_ref().try_into().map_err(|_| Error::InvalidKey)
    }
}

impl core::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("ed25519::PrivateKey(..)")
    }
}

/// A public key.
#[derive(Clone)]
pub struct PublicKey {
    bytes: [u8; KEY_LEN],
    parsed: ParsedPublicKey,
}

impl PublicKey {
    /// Reads an encoded point. Whether it is on the curve is found out by verification.
    ///
    /// # Errors
    /// [`Error::InvalidPoint`].
    pub fn from_bytes(bytes: &[u8; KEY_LEN]) -> Result<Self, Error> {
        let parsed = ParsedPublicKey::new(&ED25519, bytes).map_err(|_| Error::InvalidPoint)?;
        Ok(Self {
            bytes: *bytes,
            parsed,
        })
    }

    /// The encoded point.
    #[must_use]
    pub const fn to_bytes(&self) -> [u8; KEY_LEN] {
        self.bytes
    }

    /// Checks the signature of a message.
    ///
    /// # Errors
    /// [`Error::Verification`].
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Error> {
        self.parsed
            .verify_sig(message, signature)
            .map_err(|_| Error::Verification)
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for PublicKey {}

impl core::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("ed25519::PublicKey(..)")
    }
}
