//! SM2 private keys: signing and decryption.

use super::{
    Ciphertext, FIELD_LEN, MAX_ATTEMPTS, PublicKey, Signature, kdf, random_scalar, reduce,
    scalar_from_bytes, scalar_to_bytes,
};
use crate::{Error, ct, rng};
use ::sm2::elliptic_curve::{Curve, Group, point::AffineCoordinates};
use ::sm2::{NonZeroScalar, ProjectivePoint, Scalar, Sm2, U256};
use rfc6979::KGenerator;
use zeroize::{Zeroize, Zeroizing};

/// A private key d in 1..=n-2 with what every operation needs computed once. Zeroised on drop.
pub struct SecretKey {
    d: NonZeroScalar,
    /// (1 + d)^-1 mod n.
    one_plus_d_inverse: Scalar,
    public: PublicKey,
}

impl SecretKey {
    /// A fresh random key.
    ///
    /// # Errors
    /// [`Error::Rng`].
    pub fn generate() -> Result<Self, Error> {
        for _ in 0..MAX_ATTEMPTS {
            let mut d = random_scalar()?;
            let key = Self::from_scalar(&d);
            d.zeroize();
            if let Some(key) = key {
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
        let mut d = scalar_from_bytes(bytes).ok_or(Error::InvalidKey)?;
        let key = Self::from_scalar(&d).ok_or(Error::InvalidKey);
        d.zeroize();
        key
    }

    /// `None` for d = n-1, for which 1 + d has no inverse.
    fn from_scalar(d: &NonZeroScalar) -> Option<Self> {
        let one_plus_d_inverse = (**d + Scalar::ONE).invert().into_option()?;
        Some(Self {
            d: *d,
            one_plus_d_inverse,
            public: PublicKey::of(d),
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
        Zeroizing::new(scalar_to_bytes(&self.d))
    }

    pub(super) const fn scalar(&self) -> &NonZeroScalar {
        &self.d
    }

    /// Signs the digest `e` (GB/T 32918.2 clause 6.1; e from [`PublicKey::message_digest`]).
    ///
    /// The nonce is drawn as in RFC 6979 section 3.6 with fresh random bytes mixed in: a generator
    /// that repeats itself does not give the key away, and signatures are not predictable either.
    ///
    /// # Errors
    /// [`Error::Rng`].
    pub fn sign_digest(&self, e: &[u8; 32]) -> Result<Signature, Error> {
        let mut fresh = Zeroizing::new([0; 32]);
        rng::fill(&mut fresh[..])?;
        let reduced = scalar_to_bytes(&reduce(e));
        let secret = self.expose_bytes();
        let mut nonces =
            KGenerator::<::sm3::Sm3, U256>::new(&secret[..], &reduced, &fresh[..], &Sm2::ORDER);
        let mut bytes = Zeroizing::new([0; FIELD_LEN]);
        for _ in 0..MAX_ATTEMPTS {
            nonces.fill_next_k(&mut bytes[..]);
            let mut k = scalar_from_bytes(&bytes).ok_or(Error::Rng)?;
            let signature = self.sign_with(&k, e);
            k.zeroize();
            if let Some(signature) = signature {
                return Ok(signature);
            }
        }
        Err(Error::Rng)
    }

    /// One attempt with the given `k`; `None` for r = 0, r + k = n or s = 0.
    ///
    /// s = (1+d)^-1 (k - r d) is computed as (1+d)^-1 (k + r) - r, which is the same and needs one
    /// multiplication less.
    pub(super) fn sign_with(&self, k: &NonZeroScalar, e: &[u8; 32]) -> Option<Signature> {
        let x1: [u8; FIELD_LEN] = ProjectivePoint::mul_by_generator(k).to_affine().x().into();
        let r = reduce(e) + reduce(&x1);
        let s = self.one_plus_d_inverse * (**k + r) - r;
        let unfit = r.is_zero() | (r + **k).is_zero() | s.is_zero();
        if unfit.into() {
            return None;
        }
        Some(Signature {
            r: scalar_to_bytes(&r),
            s: scalar_to_bytes(&s),
        })
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
        let shared =
            PublicKey::from_point(&(c1.point() * *self.d)).map_err(|_| Error::Decryption)?;
        let shared = Zeroizing::new(shared.coordinates());
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

impl Drop for SecretKey {
    fn drop(&mut self) {
        self.d.zeroize();
        self.one_plus_d_inverse.zeroize();
    }
}

impl zeroize::ZeroizeOnDrop for SecretKey {}

impl core::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("sm2::SecretKey(..)")
    }
}
