//! RSA private keys.

use super::{MIN_BITS, Oaep, Pss, PublicKey, factors, pkcs1v15, trimmed};
use crate::{Error, ct, rng};
use crypto_bigint::{BoxedUint, NonZero, Odd};
use pkcs1::der::asn1::UintRef;
use pkcs1::der::{Decode, Encode};
use ukey_rsa_raw::{self as raw, Component, PrivateParts};
use zeroize::{Zeroize, Zeroizing};

/// A private key with two primes, of 2048 to 4096 bits. Zeroised on drop.
///
/// The parsed key is kept: repeated use costs only the operation. Every private operation is blinded
/// and its result checked with the public key before it leaves (a fault in one of the two CRT halves
/// would give the key away).
pub struct PrivateKey {
    parsed: raw::PrivateKey,
    public: PublicKey,
}

impl PrivateKey {
    /// A fresh key of 2048, 3072 or 4096 bits with public exponent 65537.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for other sizes; [`Error::Rng`].
    pub fn generate(bits: usize) -> Result<Self, Error> {
        let bits = match bits {
            2048 | 3072 | 4096 => bits as u16,
            _ => return Err(Error::Unsupported),
        };
        let parsed = raw::PrivateKey::generate(bits).map_err(|_| Error::Rng)?;
        let size = usize::from(bits) / 8;
        let n = expose(&parsed, Component::N, size);
        let public = PublicKey::from_components(&n, &[1, 0, 1])?;
        Ok(Self { parsed, public })
    }

    /// A key from its numbers, big endian, leading zeros allowed: modulus, public exponent, private
    /// exponent and both primes.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for a modulus outside 2048..=4096 bits, and for a prime that is longer than half of
    /// it, for which the structures of GM/T 0016 and 0017 have no place; [`Error::InvalidKey`] if the numbers do
    /// not belong together.
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
        let [dp, dq, q_inverse] = crt_values(d, p, q)?;
        let parsed = raw::PrivateKey::new(&PrivateParts {
            n: trimmed(n),
            e: trimmed(e),
            d,
            p,
            q,
            dp: &dp,
            dq: &dq,
            q_inverse: &q_inverse,
        })
        .map_err(|_| Error::InvalidKey)?;
        let key = Self { parsed, public };
        key.check_pair()?;
        let half = key.public.bits().div_ceil(16);
        match p.len().max(q.len()) > half {
            true => Err(Error::Unsupported),
            false => Ok(key),
        }
    }

    /// A key from its modulus and exponents alone, big endian, leading zeros allowed: the primes are worked out.
    ///
    /// # Errors
    /// As [`Self::from_components`].
    pub fn from_exponents(n: &[u8], e: &[u8], d: &[u8]) -> Result<Self, Error> {
        let public = PublicKey::from_components(n, e)?;
        if public.bits() < MIN_BITS {
            return Err(Error::Unsupported);
        }
        if trimmed(d).len() > public.size() {
            return Err(Error::InvalidKey);
        }
        let [p, q] = factors::primes(n, e, d)?;
        Self::from_components(n, e, d, &p, &q)
    }

    /// Reads a DER `RSAPrivateKey` with two primes (RFC 8017 appendix A.1.2). The CRT values are
    /// computed afresh, not taken from the input.
    ///
    /// # Errors
    /// [`Error::InvalidEncoding`]; otherwise as [`Self::from_components`].
    pub fn from_pkcs1_der(der: &[u8]) -> Result<Self, Error> {
        let parsed = pkcs1::RsaPrivateKeyRef::from_der(der).map_err(|_| Error::InvalidEncoding)?;
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
        let (n, e, d) = (self.public.n(), self.public.e(), self.expose_d());
        let ([p, q], [dp, dq, q_inverse]) = (self.expose_primes(), self.expose_crt());
        let uint = |bytes| UintRef::new(bytes).expect("a key's numbers are short");
        let key = pkcs1::RsaPrivateKeyRef {
            modulus: uint(&n),
            public_exponent: uint(&e),
            private_exponent: uint(&d),
            prime1: uint(&p),
            prime2: uint(&q),
            exponent1: uint(&dp),
            exponent2: uint(&dq),
            coefficient: uint(&q_inverse),
            other_prime_infos: None,
        };
        Zeroizing::new(key.to_der().expect("a valid key has an encoding"))
    }

    /// The public half.
    #[must_use]
    pub const fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// The private exponent, big endian, [`PublicKey::size`] bytes.
    #[must_use]
    pub fn expose_d(&self) -> Zeroizing<Vec<u8>> {
        expose(&self.parsed, Component::D, self.public.size())
    }

    /// Both primes, big endian, half of [`PublicKey::size`] bytes each (rounded up).
    #[must_use]
    pub fn expose_primes(&self) -> [Zeroizing<Vec<u8>>; 2] {
        let len = self.public.bits().div_ceil(16);
        [Component::P, Component::Q].map(|part| expose(&self.parsed, part, len))
    }

    /// The CRT values d mod p - 1, d mod q - 1 and q^-1 mod p, as long as the primes.
    #[must_use]
    pub fn expose_crt(&self) -> [Zeroizing<Vec<u8>>; 3] {
        let len = self.public.bits().div_ceil(16);
        [Component::Dp, Component::Dq, Component::QInverse]
            .map(|part| expose(&self.parsed, part, len))
    }

    /// Pads `data` for a PKCS#1 v1.5 signature (type 1) and signs it. `data` is usually a DER
    /// `DigestInfo` ([`crate::hash::HashAlg::digest_info`]); nothing is put before it here.
    ///
    /// # Errors
    /// [`Error::InvalidLength`] if `data` is longer than [`PublicKey::size`] - 11;
    /// [`Error::InvalidKey`] as [`Self::raw`].
    pub fn sign_pkcs1v15(&self, data: &[u8]) -> Result<Vec<u8>, Error> {
        self.raw(&pkcs1v15::signature_block(data, self.public.size())?)
    }

    /// Signs `digest` with PSS padding.
    ///
    /// # Errors
    /// [`Error::InvalidLength`] unless `digest` is one of `pss.hash`, and if it and the salt do not
    /// fit the modulus; [`Error::Rng`]; [`Error::InvalidKey`] as [`Self::raw`].
    pub fn sign_pss(&self, pss: &Pss, digest: &[u8]) -> Result<Vec<u8>, Error> {
        self.raw(&pss.encode(digest, self.public.bits())?)
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
        let block = self.decrypt_block(ciphertext)?;
        let message = pkcs1v15::message_or_nonsense(&block, &self.expose_d(), ciphertext);
        Ok(message)
    }

    /// Decrypts what was encrypted with OAEP.
    ///
    /// # Errors
    /// [`Error::InvalidLength`] unless `ciphertext` has [`PublicKey::size`] bytes;
    /// [`Error::Decryption`] for anything else that is wrong.
    pub fn decrypt_oaep(
        &self,
        oaep: &Oaep<'_>,
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        if oaep.max_len(self.public.size()).is_none() {
            return Err(Error::Decryption);
        }
        oaep.decode(&mut self.decrypt_block(ciphertext)?)
    }

    /// The bare private operation input^d mod n (RFC 8017 RSADP), in [`PublicKey::size`] bytes.
    ///
    /// The result of a decryption is secret: wipe it after use.
    ///
    /// # Errors
    /// [`Error::InvalidLength`] unless `input` has [`PublicKey::size`] bytes and is below n;
    /// [`Error::InvalidKey`] if the result fails the check with the public key.
    pub fn raw(&self, input: &[u8]) -> Result<Vec<u8>, Error> {
        let n = self.public.n();
        if input.len() != n.len() || input >= &n[..] {
            return Err(Error::InvalidLength);
        }
        if is_fixed_point(input, &n) {
            return Ok(input.to_vec());
        }
        let mut output = vec![0; n.len()];
        self.parsed
            .apply(input, &mut output)
            .map_err(|_| Error::InvalidKey)?;
        Ok(output)
    }

    /// The padded block of a ciphertext.
    fn decrypt_block(&self, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        if ciphertext.len() != self.public.size() {
            return Err(Error::InvalidLength);
        }
        self.raw(ciphertext)
            .map(Zeroizing::new)
            .map_err(|_| Error::Decryption)
    }

    /// Tries the pair on random numbers. Numbers that merely satisfy the congruences, with factors
    /// that are not prime, fail here.
    fn check_pair(&self) -> Result<(), Error> {
        let mut probe = vec![0; self.public.size()];
        rng::fill(&mut probe[1..])?;
        self.raw(&probe).map(|mut result| result.zeroize())
    }
}

/// Whether `input`, which is below n, is 0, 1 or n - 1: its own power with every odd exponent, and
/// refused by the back end.
fn is_fixed_point(input: &[u8], n: &[u8]) -> bool {
    let small = input[..input.len() - 1].iter().all(|&byte| byte == 0);
    let mut before_n = n.to_vec();
    // n is odd: no borrow.
    before_n[n.len() - 1] -= 1;
    small && input[input.len() - 1] < 2 || ct::eq(input, &before_n)
}

fn expose(key: &raw::PrivateKey, component: Component, len: usize) -> Zeroizing<Vec<u8>> {
    key.expose(component, len)
        .expect("no number of a key is longer than its place")
}

/// d mod p - 1, d mod q - 1 and q^-1 mod p, computed in constant time.
fn crt_values(d: &[u8], p: &[u8], q: &[u8]) -> Result<[Zeroizing<Vec<u8>>; 3], Error> {
    let [mut d, mut p, mut q] = [d, p, q].map(BoxedUint::from_be_slice_vartime);
    let values = reduced(&d, &p).and_then(|dp| Some([dp, reduced(&d, &q)?, inverse(&q, &p)?]));
    for secret in [&mut d, &mut p, &mut q] {
        secret.zeroize();
    }
    let bytes = |mut value: BoxedUint| {
        let bytes = Zeroizing::new(value.to_be_bytes().into_vec());
        value.zeroize();
        bytes
    };
    Ok(values.ok_or(Error::InvalidKey)?.map(bytes))
}

/// `number` mod `prime` - 1.
fn reduced(number: &BoxedUint, prime: &BoxedUint) -> Option<BoxedUint> {
    let less = prime.wrapping_sub(BoxedUint::one_with_precision(prime.bits_precision()));
    let modulus = NonZero::new(less).into_option()?;
    Some(number.rem(&modulus))
}

/// The inverse of `number` mod `prime`.
fn inverse(number: &BoxedUint, prime: &BoxedUint) -> Option<BoxedUint> {
    let modulus = Odd::new(prime.clone()).into_option()?;
    let reduced = number.rem(modulus.as_nz_ref());
    reduced.invert_odd_mod(&modulus).into_option()
}

impl core::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "rsa::PrivateKey({} bits, ..)", self.public.bits())
    }
}
