//! RSA public keys.

use super::{MAX_BITS, MIN_BITS, MIN_VERIFY_BITS, fixed_bytes, trimmed, uint};
use crate::Error;
use ::rsa::pkcs1::EncodeRsaPublicKey;
use ::rsa::pkcs1::der::Decode;
use ::rsa::traits::PublicKeyParts;
use ::rsa::{Pkcs1v15Encrypt, Pkcs1v15Sign, RsaPublicKey, hazmat};
use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;

/// A public key of 1024 to 4096 bits with an odd exponent from 3 to 2^33 - 1.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey(RsaPublicKey);

impl PublicKey {
    /// A key from modulus and exponent, big endian, leading zeros allowed.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for a modulus outside 1024..=4096 bits; [`Error::InvalidKey`] for an
    /// even modulus or an unfit exponent.
    pub fn from_components(n: &[u8], e: &[u8]) -> Result<Self, Error> {
        let (n, e) = (trimmed(n), trimmed(e));
        if n.len() > MAX_BITS / 8 {
            return Err(Error::Unsupported);
        }
        let key = RsaPublicKey::new(uint(n), uint(e)).map_err(|error| match error {
            ::rsa::Error::ModulusTooSmall | ::rsa::Error::ModulusTooLarge => Error::Unsupported,
            _ => Error::InvalidKey,
        })?;
        Self::from_inner(key)
    }

    /// Reads a DER `RSAPublicKey` (RFC 8017 appendix A.1.1).
    ///
    /// # Errors
    /// [`Error::InvalidEncoding`]; otherwise as [`Self::from_components`].
    pub fn from_pkcs1_der(der: &[u8]) -> Result<Self, Error> {
        let parsed =
            ::rsa::pkcs1::RsaPublicKeyRef::from_der(der).map_err(|_| Error::InvalidEncoding)?;
        Self::from_components(parsed.modulus.as_bytes(), parsed.public_exponent.as_bytes())
    }

    /// DER `RSAPublicKey` (RFC 8017 appendix A.1.1).
    #[must_use]
    pub fn to_pkcs1_der(&self) -> Vec<u8> {
        self.0
            .to_pkcs1_der()
            .expect("a valid key has an encoding")
            .as_bytes()
            .to_vec()
    }

    /// Accepts a key of the right size. Its numbers have been checked by the maker.
    pub(super) fn from_inner(key: RsaPublicKey) -> Result<Self, Error> {
        let key = Self(key);
        if (MIN_VERIFY_BITS..=MAX_BITS).contains(&key.bits()) {
            Ok(key)
        } else {
            Err(Error::Unsupported)
        }
    }

    /// The modulus, big endian, without leading zeros.
    #[must_use]
    pub fn n(&self) -> Vec<u8> {
        self.0.n_bytes().into_vec()
    }

    /// The public exponent, big endian, without leading zeros.
    #[must_use]
    pub fn e(&self) -> Vec<u8> {
        self.0.e_bytes().into_vec()
    }

    /// Length of the modulus in bits.
    #[must_use]
    pub fn bits(&self) -> usize {
        self.0.n().bits() as usize
    }

    /// Length of the modulus, of signatures and of ciphertexts in bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.bits().div_ceil(8)
    }

    /// Checks a PKCS#1 v1.5 signature over `data`: a DER `DigestInfo`
    /// ([`crate::hash::HashAlg::digest_info`]), or whatever bytes the signer padded.
    ///
    /// # Errors
    /// [`Error::Verification`].
    pub fn verify_pkcs1v15(&self, data: &[u8], signature: &[u8]) -> Result<(), Error> {
        self.0
            .verify(Pkcs1v15Sign::new_unprefixed(), data, signature)
            .map_err(|_| Error::Verification)
    }

    /// Encrypts `message`, at most [`Self::size`] - 11 bytes, with PKCS#1 v1.5 padding.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for keys below 2048 bits; [`Error::InvalidLength`]; [`Error::Rng`].
    pub fn encrypt_pkcs1v15(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        if self.bits() < MIN_BITS {
            return Err(Error::Unsupported);
        }
        crate::rng::fill(&mut [0; 1])?;
        self.0
            .encrypt(&mut UnwrapErr(SysRng), Pkcs1v15Encrypt, message)
            .map_err(|error| match error {
                ::rsa::Error::MessageTooLong => Error::InvalidLength,
                _ => Error::Rng,
            })
    }

    /// The bare public operation input^e mod n (RFC 8017 RSAEP), in [`Self::size`] bytes.
    ///
    /// # Errors
    /// [`Error::InvalidLength`] unless `input` has [`Self::size`] bytes and is below n.
    pub fn raw(&self, input: &[u8]) -> Result<Vec<u8>, Error> {
        if input.len() != self.size() {
            return Err(Error::InvalidLength);
        }
        let value = uint(input);
        if value >= *self.0.n().as_ref() {
            return Err(Error::InvalidLength);
        }
        let result = hazmat::rsa_encrypt(&self.0, &value).map_err(|_| Error::InvalidKey)?;
        Ok(fixed_bytes(&result, self.size()))
    }
}

impl core::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "rsa::PublicKey({} bits)", self.bits())
    }
}
