//! Private keys.

use super::{Curve, PublicKey, Signature};
use crate::Error;
use aws_lc_rs::agreement;
use aws_lc_rs::encoding::{AsBigEndian, EcPrivateKeyBin};
use aws_lc_rs::signature::{EcdsaKeyPair, KeyPair};
use std::sync::OnceLock;
use zeroize::Zeroizing;

/// A private key on one of the curves: a number from 1 to the order less 1. Zeroised on drop.
///
/// Nonces come from the back end's generator, with the private key and the digest mixed in.
pub struct PrivateKey {
    scalar: Zeroizing<Vec<u8>>,
    signer: EcdsaKeyPair,
    /// The key in the form that agreements take, made when one is asked for.
    exchange: OnceLock<agreement::PrivateKey>,
    public: PublicKey,
}

impl PrivateKey {
    /// A fresh key.
    ///
    /// # Errors
    /// [`Error::Rng`].
    pub fn generate(curve: Curve) -> Result<Self, Error> {
        let signer = EcdsaKeyPair::generate(curve.signing()).map_err(|_| Error::Rng)?;
        let bytes: EcPrivateKeyBin<'_> =
            signer.private_key().as_be_bytes().map_err(|_| Error::Rng)?;
        let scalar = Zeroizing::new(bytes.as_ref().to_vec());
        Self::assemble(curve, scalar, signer)
    }

    /// A key from its number, big endian, leading zeros allowed or missing.
    ///
    /// # Errors
    /// [`Error::InvalidKey`] for a number that is 0 or not below the order.
    pub fn from_bytes(curve: Curve, bytes: &[u8]) -> Result<Self, Error> {
        let len = curve.field_len();
        let (zeros, digits) = bytes.split_at(bytes.len().saturating_sub(len));
        if zeros.iter().any(|&zero| zero != 0) {
            return Err(Error::InvalidKey);
        }
        let mut scalar = Zeroizing::new(vec![0; len]);
        scalar[len - digits.len()..].copy_from_slice(digits);
        // ECPrivateKey of RFC 5915 without its optional parts: the back end computes the point.
        let mut der = Zeroizing::new(Vec::with_capacity(len + 7));
        der.extend_from_slice(&[0x30, len as u8 + 5, 2, 1, 1, 4, len as u8]);
        der.extend_from_slice(&scalar);
        let signer = EcdsaKeyPair::from_private_key_der(curve.signing(), &der)
            .map_err(|_| Error::InvalidKey)?;
        Self::assemble(curve, scalar, signer)
    }

    fn assemble(
        curve: Curve,
        scalar: Zeroizing<Vec<u8>>,
        signer: EcdsaKeyPair,
    ) -> Result<Self, Error> {
        let public = PublicKey::from_sec1(curve, signer.public_key().as_ref())?;
        Ok(Self {
            scalar,
            signer,
            exchange: OnceLock::new(),
            public,
        })
    }

    /// The curve.
    #[must_use]
    pub const fn curve(&self) -> Curve {
        self.public.curve()
    }

    /// The public half.
    #[must_use]
    pub const fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// The number, big endian, [`Curve::field_len`] bytes.
    #[must_use]
    pub fn expose_bytes(&self) -> &[u8] {
        &self.scalar
    }

    /// Signs a digest of any length (FIPS 186-5 section 6.4: longer ones are cut).
    ///
    /// # Errors
    /// [`Error::InvalidLength`] above 64 bytes on P-521; [`Error::Rng`].
    pub fn sign_digest(&self, digest: &[u8]) -> Result<Signature, Error> {
        let digest = self.curve().representative(digest)?;
        let signature = self.signer.sign_digest(&digest).map_err(|_| Error::Rng)?;
        Signature::from_bytes(self.curve(), signature.as_ref())
    }

    /// The x-coordinate of the product with `peer` (SP 800-56A section 5.7.1.2),
    /// [`Curve::field_len`] bytes.
    ///
    /// # Errors
    /// [`Error::InvalidKey`] if `peer` is on another curve.
    pub fn diffie_hellman(&self, peer: &PublicKey) -> Result<Zeroizing<Vec<u8>>, Error> {
        if peer.curve() != self.curve() {
            return Err(Error::InvalidKey);
        }
        let peer = agreement::UnparsedPublicKey::new(self.curve().exchange(), peer.to_sec1());
        agreement::agree(self.exchange()?, peer, Error::InvalidKey, |secret| {
            Ok(Zeroizing::new(secret.to_vec()))
        })
    }

    fn exchange(&self) -> Result<&agreement::PrivateKey, Error> {
        if let Some(ready) = self.exchange.get() {
            return Ok(ready);
        }
        let key = agreement::PrivateKey::from_private_key(self.curve().exchange(), &self.scalar)
            .map_err(|_| Error::InvalidKey)?;
        Ok(self.exchange.get_or_init(|| key))
    }
}

impl core::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "ec::PrivateKey({:?}, ..)", self.curve())
    }
}
