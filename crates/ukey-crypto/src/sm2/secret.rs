//! SM2 private keys: signing and decryption.

use super::{Ciphertext, FIELD_LEN, MAX_ATTEMPTS, PublicKey, Signature, kdf, random_scalar};
use crate::{Error, ct, rng};
use gm_kernels::sm2::{Scalar, SigningKey};
use zeroize::{Zeroize, Zeroizing};

/// A private key d in 1..=n-2 with what every operation needs computed once. Zeroised on drop.
pub struct SecretKey {
    signing: SigningKey,
    public: PublicKey,
}

impl SecretKey {
    /// A fresh random key.
    ///
    /// # Errors
    /// [`Error::Rng`].
    pub fn generate() -> Result<Self, Error> {
        for _ in 0..MAX_ATTEMPTS {
            if let Some(key) = Self::from_scalar(&random_scalar()?) {
                return Ok(key);
            }
        }
        Err(Error::Rng)
    }

    /// A key from its 32 bytes, big endian.
    ///
    /// # Errors
    /// [`Error::InvalidLength`]; [`Error::InvalidKey`] unless the value is in 1..=n-2
    /// (GB/T 32918.2 clause 5.2).
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let bytes: &[u8; FIELD_LEN] = bytes.try_into().map_err(|_| Error::InvalidLength)?;
        let d = Scalar::from_bytes(bytes).ok_or(Error::InvalidKey)?;
        Self::from_scalar(&d).ok_or(Error::InvalidKey)
    }

    /// `None` for d = n-1, for which 1 + d has no inverse.
    fn from_scalar(d: &Scalar) -> Option<Self> {
        Some(Self {
            signing: SigningKey::new(d)?,
            public: PublicKey::of(d)?,
        })
    }

    /// The public half.
    #[must_use]
    pub const fn public_key(&self) -> PublicKey {
        self.public
    }

    /// The private value, 32 bytes big endian, to wrap or store it.
    #[must_use]
    pub fn expose_bytes(&self) -> Zeroizing<[u8; FIELD_LEN]> {
        Zeroizing::new(self.scalar().to_bytes())
    }

    pub(super) const fn scalar(&self) -> &Scalar {
        self.signing.scalar()
    }

    /// Signs the digest `e` (GB/T 32918.2 clause 6.1; e from [`PublicKey::message_digest`]).
    ///
    /// The nonce is a hash of the key, `e` and fresh random bytes: a generator that repeats itself
    /// does not give the key away, and signatures are not predictable either.
    ///
    /// # Errors
    /// [`Error::Rng`].
    pub fn sign_digest(&self, e: &[u8; 32]) -> Result<Signature, Error> {
        let mut fresh = Zeroizing::new([0; 32]);
        rng::fill(&mut fresh[..])?;
        let (r, s) = self.signing.sign(e, &fresh).ok_or(Error::Rng)?;
        Ok(Signature { r, s })
    }

    /// Decrypts (GB/T 32918.4 clause 7.1).
    ///
    /// # Errors
    /// [`Error::InvalidPoint`] if C1 is not on the curve; [`Error::InvalidLength`] if there is no
    /// data; [`Error::Decryption`] for everything that depends on the key.
    pub fn decrypt(&self, ciphertext: &Ciphertext) -> Result<Zeroizing<Vec<u8>>, Error> {
        if ciphertext.data.is_empty() {
            return Err(Error::InvalidLength);
        }
        let c1 = PublicKey::from_xy(&ciphertext.x, &ciphertext.y)?;
        let product = c1.point().times(self.scalar());
        let mut product = product.ok_or(Error::Decryption)?;
        let shared = kdf::coordinates(&product);
        product.zeroize();
        let mut plaintext = Zeroizing::new(ciphertext.data.clone());
        let usable = kdf::xor_key_stream(&shared, &mut plaintext);
        let genuine = ct::eq(&kdf::c3(&shared, &plaintext), &ciphertext.hash);
        if usable & genuine {
            Ok(plaintext)
        } else {
            Err(Error::Decryption)
        }
    }
}

impl zeroize::ZeroizeOnDrop for SecretKey {}

impl core::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("sm2::SecretKey(..)")
    }
}
