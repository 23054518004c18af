//! RSA public keys.

use super::{MAX_BITS, MIN_BITS, MIN_VERIFY_BITS, Oaep, Pss, pkcs1v15, trimmed};
use crate::{Error, ct};
use pkcs1::der::asn1::UintRef;
use pkcs1::der::{Decode, Encode};
use std::sync::Arc;
use ukey_rsa_raw as raw;

/// A public key of 1024 to 4096 bits with an odd exponent from 3 to 2^33 - 1.
///
/// Its parsed form is shared among clones.
#[derive(Clone)]
pub struct PublicKey {
    n: Vec<u8>,
    e: Vec<u8>,
    parsed: Arc<raw::PublicKey>,
}

impl PublicKey {
    /// A key from modulus and exponent, big endian, leading zeros allowed.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for a modulus outside 1024..=4096 bits; [`Error::InvalidKey`] for an
    /// even modulus or an unfit exponent.
    pub fn from_components(n: &[u8], e: &[u8]) -> Result<Self, Error> {
        let (n, e) = (trimmed(n), trimmed(e));
        if !(MIN_VERIFY_BITS..=MAX_BITS).contains(&bit_len(n)) {
            return Err(Error::Unsupported);
        }
        let parsed = raw::PublicKey::new(n, e).map_err(|_| Error::InvalidKey)?;
        Ok(Self {
            n: n.to_vec(),
            e: e.to_vec(),
            parsed: Arc::new(parsed),
        })
    }

    /// Reads a DER `RSAPublicKey` (RFC 8017 appendix A.1.1).
    ///
    /// # Errors
    /// [`Error::InvalidEncoding`]; otherwise as [`Self::from_components`].
    pub fn from_pkcs1_der(der: &[u8]) -> Result<Self, Error> {
        let parsed = pkcs1::RsaPublicKeyRef::from_der(der).map_err(|_| Error::InvalidEncoding)?;
        Self::from_components(parsed.modulus.as_bytes(), parsed.public_exponent.as_bytes())
    }

    /// DER `RSAPublicKey` (RFC 8017 appendix A.1.1).
    #[must_use]
    pub fn to_pkcs1_der(&self) -> Vec<u8> {
        let uint = |bytes| UintRef::new(bytes).expect("a key's numbers are short");
        pkcs1::RsaPublicKey {
            modulus: uint(&self.n),
            public_exponent: uint(&self.e),
        }
        .to_der()
        .expect("a valid key has an encoding")
    }

    /// The modulus, big endian, without leading zeros.
    #[must_use]
    pub fn n(&self) -> Vec<u8> {
        self.n.clone()
    }

    /// The public exponent, big endian, without leading zeros.
    #[must_use]
    pub fn e(&self) -> Vec<u8> {
        self.e.clone()
    }

    /// Length of the modulus in bits.
    #[must_use]
    pub fn bits(&self) -> usize {
        bit_len(&self.n)
    }

    /// Length of the modulus, of signatures and of ciphertexts in bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.n.len()
    }

    /// Checks a PKCS#1 v1.5 signature over `data`: a DER `DigestInfo`
    /// ([`crate::hash::HashAlg::digest_info`]), or whatever bytes the signer padded.
    ///
    /// # Errors
    /// [`Error::Verification`].
    pub fn verify_pkcs1v15(&self, data: &[u8], signature: &[u8]) -> Result<(), Error> {
        let found = self.raw(signature).map_err(|_| Error::Verification)?;
        // What must be there, not what can be read there: no parser, no forgery through its gaps.
        let expected =
            pkcs1v15::signature_block(data, self.size()).map_err(|_| Error::Verification)?;
        equal(&found, &expected)
    }

    /// The data of a PKCS#1 v1.5 signature that carries its data (verification with recovery).
    ///
    /// # Errors
    /// [`Error::Verification`] unless `signature` is a padded block of this key.
    pub fn recover_pkcs1v15(&self, signature: &[u8]) -> Result<Vec<u8>, Error> {
        let block = self.raw(signature).map_err(|_| Error::Verification)?;
        pkcs1v15::recovered(&block).map(<[u8]>::to_vec)
    }

    /// Checks a PSS signature over `digest`.
    ///
    /// # Errors
    /// [`Error::Verification`].
    pub fn verify_pss(&self, pss: &Pss, digest: &[u8], signature: &[u8]) -> Result<(), Error> {
        let encoded = self.raw(signature).map_err(|_| Error::Verification)?;
        pss.verify(digest, &encoded, self.bits())
    }

    /// Encrypts `message`, at most [`Self::size`] - 11 bytes, with PKCS#1 v1.5 padding.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for keys below 2048 bits; [`Error::InvalidLength`]; [`Error::Rng`].
    pub fn encrypt_pkcs1v15(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        self.check_encrypts()?;
        self.raw(&pkcs1v15::encryption_block(message, self.size())?)
    }

    /// Encrypts `message`, at most [`Oaep::max_len`] bytes, with OAEP.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for keys below 2048 bits; [`Error::InvalidLength`]; [`Error::Rng`].
    pub fn encrypt_oaep(&self, oaep: &Oaep<'_>, message: &[u8]) -> Result<Vec<u8>, Error> {
        self.check_encrypts()?;
        self.raw(&oaep.encode(message, self.size())?)
    }

    /// The bare public operation input^e mod n (RFC 8017 RSAEP), in [`Self::size`] bytes.
    ///
    /// # Errors
    /// [`Error::InvalidLength`] unless `input` has [`Self::size`] bytes and is below n.
    pub fn raw(&self, input: &[u8]) -> Result<Vec<u8>, Error> {
        let mut output = vec![0; self.size()];
        self.parsed
            .apply(input, &mut output)
            .map_err(|_| Error::InvalidLength)?;
        Ok(output)
    }

    const fn check_encrypts(&self) -> Result<(), Error> {
        if self.n.len() < MIN_BITS / 8 {
            Err(Error::Unsupported)
        } else {
            Ok(())
        }
    }
}

/// Length in bits of a number without leading zero bytes.
fn bit_len(number: &[u8]) -> usize {
    let unused = number.first().map_or(0, |first| first.leading_zeros());
    number.len() * 8 - unused as usize
}

fn equal(found: &[u8], expected: &[u8]) -> Result<(), Error> {
    if ct::eq(found, expected) {
        Ok(())
    } else {
        Err(Error::Verification)
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.n == other.n && self.e == other.e
    }
}

impl Eq for PublicKey {}

impl core::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "rsa::PublicKey({} bits)", self.bits())
    }
}
