//! X25519 key agreement (RFC 7748).

use crate::{Error, rng};
use aws_lc_rs::agreement::{self, X25519};
use zeroize::Zeroizing;

#[cfg(test)]
mod tests;

/// Length of keys and of the shared secret in bytes.
pub const KEY_LEN: usize = 32;

/// A private key. Zeroised on drop.
pub struct PrivateKey {
    bytes: Zeroizing<[u8; KEY_LEN]>,
    inner: agreement::PrivateKey,
    public: [u8; KEY_LEN],
}

impl PrivateKey {
    /// A fresh key.
    ///
    /// # Errors
    /// [`Error::Rng`].
    pub fn generate() -> Result<Self, Error> {
        let mut bytes = Zeroizing::new([0; KEY_LEN]);
        rng::fill(&mut bytes[..])?;
        Self::from_bytes(&bytes)
    }

    /// The key of any 32 bytes (RFC 7748 section 5 says how they become a number).
    ///
    /// # Errors
    /// [`Error::InvalidKey`] if the back end runs out of memory.
    pub fn from_bytes(bytes: &[u8; KEY_LEN]) -> Result<Self, Error> {
        let inner = agreement::PrivateKey::from_private_key(&X25519, bytes)
            .map_err(|_| Error::InvalidKey)?;
        let public = inner.compute_public_key().map_err(|_| Error::InvalidKey)?;
        Ok(Self {
            bytes: Zeroizing::new(*bytes),
            public: public.as_ref().try_into().map_err(|_| Error::InvalidKey)?,
            inner,
        })
    }

    /// The key's bytes, to wrap or store it.
    #[must_use]
    pub fn expose_bytes(&self) -> &[u8; KEY_LEN] {
        &self.bytes
    }

    /// The public half.
    #[must_use]
    pub const fn public_key(&self) -> [u8; KEY_LEN] {
        self.public
    }

    /// The secret shared with the owner of the public key `peer`.
    ///
    /// # Errors
    /// [`Error::InvalidPoint`] if it is all zeros: `peer` is then a point of small order.
    pub fn diffie_hellman(&self, peer: &[u8; KEY_LEN]) -> Result<Zeroizing<[u8; KEY_LEN]>, Error> {
        let peer = agreement::UnparsedPublicKey::new(&X25519, peer);
        agreement::agree(&self.inner, peer, Error::InvalidPoint, |secret| {
            let secret = secret.try_into().map_err(|_| Error::InvalidPoint)?;
            Ok(Zeroizing::new(secret))
        })
    }
}

impl core::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("x25519::PrivateKey(..)")
    }
}
