//! RSA private keys.

use super::{MAX_BITS, MIN_BITS, PADDING_LEN, PublicKey, fixed_bytes, trimmed, uint};
use crate::{Error, rng};
use ::rsa::pkcs1::EncodeRsaPrivateKey;
use ::rsa::pkcs1::der::Decode;
use ::rsa::traits::{PrivateKeyParts, PublicKeyParts};
use ::rsa::{BoxedUint, Pkcs1v15Encrypt, RsaPrivateKey, hazmat};
use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use zeroize::{Zeroize, Zeroizing};

/// A private key with two primes, of 2048 to 4096 bits. Zeroised on drop.
///
/// Every private operation is blinded and its result checked with the public key before it leaves
/// (a fault in one of the two CRT halves would give the key away).
///
/// The `rsa` crate wipes everything but q^-1 mod p.
pub struct PrivateKey {
    inner: RsaPrivateKey,
    public: PublicKey,
}

impl PrivateKey {
    /// A fresh key of 2048, 3072 or 4096 bits with public exponent 65537.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for other sizes; [`Error::Rng`].
    pub fn generate(bits: usize) -> Result<Self, Error> {
        if !matches!(bits, 2048 | 3072 | 4096) {
            return Err(Error::Unsupported);
        }
        // The generation cannot report a failing generator; ask it beforehand.
        rng::fill(&mut [0; 1])?;
        let inner =
            RsaPrivateKey::new(&mut UnwrapErr(SysRng), bits).map_err(|_| Error::InvalidKey)?;
        Self::from_inner(inner)
    }

    /// A key from its numbers, big endian, leading zeros allowed: modulus, public exponent, private
    /// exponent and both primes.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for a modulus outside 2048..=4096 bits; [`Error::InvalidKey`] if the
    /// numbers do not belong together.
    pub fn from_components(
        n: &[u8],
        e: &[u8],
        d: &[u8],
        p: &[u8],
        q: &[u8],
    ) -> Result<Self, Error> {
        // Judges sizes first, so that nothing below works on numbers of any length.
        let public = PublicKey::from_components(n, e)?;
        if public.bits() < MIN_BITS {
            return Err(Error::Unsupported);
        }
        let (d, p, q) = (trimmed(d), trimmed(p), trimmed(q));
        if d.len() > public.size() || p.len() > public.size() || q.len() > public.size() {
            return Err(Error::InvalidKey);
        }
        let inner = RsaPrivateKey::from_components(
            uint(trimmed(n)),
            uint(trimmed(e)),
            uint(d),
            vec![uint(p), uint(q)],
        )
        .map_err(|_| Error::InvalidKey)?;
        let key = Self { inner, public };
        key.check_pair()?;
        Ok(key)
    }

    /// Reads a DER `RSAPrivateKey` with two primes (RFC 8017 appendix A.1.2). The CRT values are
    /// computed afresh, not taken from the input.
    ///
    /// # Errors
    /// [`Error::InvalidEncoding`]; otherwise as [`Self::from_components`].
    pub fn from_pkcs1_der(der: &[u8]) -> Result<Self, Error> {
        let parsed =
            ::rsa::pkcs1::RsaPrivateKeyRef::from_der(der).map_err(|_| Error::InvalidEncoding)?;
        if parsed.other_prime_infos.is_some() {
            return Err(Error::Unsupported);
        }
        Self::from_components(
            parsed.modulus.as_bytes(),
            parsed.public_exponent.as_bytes(),
            parsed.private_exponent.as_bytes(),
            parsed.prime1.as_bytes(),
            parsed.prime2.as_bytes(),
        )
    }

    /// DER `RSAPrivateKey` (RFC 8017 appendix A.1.2).
    #[must_use]
    pub fn to_pkcs1_der(&self) -> Zeroizing<Vec<u8>> {
        self.inner
            .to_pkcs1_der()
            .expect("a valid key has an encoding")
            .to_bytes()
    }

    /// The public half.
    #[must_use]
    pub const fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// The private exponent, big endian, [`PublicKey::size`] bytes.
    #[must_use]
    pub fn expose_d(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(fixed_bytes(self.inner.d(), self.public.size()))
    }

    /// Both primes, big endian, half of [`PublicKey::size`] bytes each (rounded up).
    #[must_use]
    pub fn expose_primes(&self) -> [Zeroizing<Vec<u8>>; 2] {
        let len = self.public.bits().div_ceil(16);
        let primes = self.inner.primes();
        [0, 1].map(|i| Zeroizing::new(fixed_bytes(&primes[i], len)))
    }

    /// Pads `data` for a PKCS#1 v1.5 signature (type 1) and signs it. `data` is usually a DER
    /// `DigestInfo` ([`crate::hash::HashAlg::digest_info`]); nothing is put before it here.
    ///
    /// # Errors
    /// [`Error::InvalidLength`] if `data` is longer than [`PublicKey::size`] - 11; [`Error::Rng`].
    pub fn sign_pkcs1v15(&self, data: &[u8]) -> Result<Vec<u8>, Error> {
        let size = self.public.size();
        if data.len() > size - PADDING_LEN {
            return Err(Error::InvalidLength);
        }
        let mut padded = vec![0xff; size];
        let separator = size - data.len() - 1;
        padded[..2].copy_from_slice(&[0, 1]);
        padded[separator] = 0;
        padded[separator + 1..].copy_from_slice(data);
        self.raw(&padded)
    }

    /// Decrypts what was encrypted with PKCS#1 v1.5 padding (type 2).
    ///
    /// A ciphertext with wrong padding is not refused: it decrypts to a message that looks random
    /// but is always the same for the same ciphertext (implicit rejection). Whoever can watch or
    /// time the answer learns nothing about the padding, and the wrong message fails at the next
    /// step of the protocol. A caller that knows the expected length must check it.
    ///
    /// # Errors
    /// [`Error::InvalidLength`] unless `ciphertext` has [`PublicKey::size`] bytes;
    /// [`Error::Decryption`] if it is not below the modulus or the computation was disturbed.
    pub fn decrypt_pkcs1v15(&self, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        if ciphertext.len() != self.public.size() {
            return Err(Error::InvalidLength);
        }
        rng::fill(&mut [0; 1])?;
        self.inner
            .decrypt_blinded(&mut UnwrapErr(SysRng), Pkcs1v15Encrypt, ciphertext)
            .map(Zeroizing::new)
            .map_err(|_| Error::Decryption)
    }

    /// The bare private operation input^d mod n (RFC 8017 RSADP), in [`PublicKey::size`] bytes.
    ///
    /// The result of a decryption is secret: wipe it after use.
    ///
    /// # Errors
    /// [`Error::InvalidLength`] unless `input` has [`PublicKey::size`] bytes and is below n;
    /// [`Error::Rng`]; [`Error::InvalidKey`] if the result fails the check with the public key.
    pub fn raw(&self, input: &[u8]) -> Result<Vec<u8>, Error> {
        let size = self.public.size();
        if input.len() != size {
            return Err(Error::InvalidLength);
        }
        let value = BoxedUint::from_be_slice(input, self.inner.n_bits_precision())
            .map_err(|_| Error::InvalidLength)?;
        if value >= *self.inner.n().as_ref() {
            return Err(Error::InvalidLength);
        }
        let mut result = hazmat::rsa_decrypt_and_check(&self.inner, Some(&mut SysRng), &value)
            .map_err(|error| match error {
                ::rsa::Error::Rng => Error::Rng,
                _ => Error::InvalidKey,
            })?;
        let bytes = fixed_bytes(&result, size);
        result.zeroize();
        Ok(bytes)
    }

    fn from_inner(inner: RsaPrivateKey) -> Result<Self, Error> {
        let public = PublicKey::from_inner(inner.to_public_key())?;
        if !(MIN_BITS..=MAX_BITS).contains(&public.bits()) {
            return Err(Error::Unsupported);
        }
        Ok(Self { inner, public })
    }

    /// Tries the pair on random numbers. Numbers that merely satisfy the congruences, with factors
    /// that are not prime, fail here.
    fn check_pair(&self) -> Result<(), Error> {
        let mut probe = vec![0; self.public.size()];
        rng::fill(&mut probe[1..])?;
        self.raw(&probe).map(drop)
    }
}

impl core::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "rsa::PrivateKey({} bits, ..)", self.public.bits())
    }
}
