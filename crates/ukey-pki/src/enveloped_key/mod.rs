//! An encryption key pair on its way from the key management centre into a token, wrapped to the
//! token's signing key.
//!
//! SM2 pairs travel as the SM2EnvelopedKey of GM/T 0009 ([`Sm2EnvelopedKey`]), RSA pairs as a
//! structure of ours in the same spirit ([`RsaEnvelopedKey`]). Both convert to what the token
//! interface of GM/T 0016 takes.

mod rsa;
mod sm2;

pub use rsa::RsaEnvelopedKey;
pub use sm2::{SkfEnvelopedKey, Sm2EnvelopedKey};

use crate::algorithm::{self, AlgorithmRef};
use crate::asn1::{self, Element};
use crate::error::{Error, Result};
use crate::key::{Decryptor, PublicKey, SoftwareKey};
use crate::oid;

const WHAT: &str = "enveloped key";

/// The block cipher, always in ECB mode, that protects the private key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WrapCipher {
    /// SM1. Not public: it can be passed on to a token that has it, but not opened here.
    Sm1,
    /// SM4.
    Sm4,
}

impl WrapCipher {
    /// Algorithm identifier of the token interface (GM/T 0006): SGD_SM1_ECB or SGD_SM4_ECB.
    pub fn skf_id(self) -> u32 {
        match self {
            Self::Sm1 => 0x0000_0101,
            Self::Sm4 => 0x0000_0401,
        }
    }

    /// The cipher with this identifier of the token interface.
    ///
    /// # Errors
    /// [`Error::Unsupported`].
    pub fn from_skf_id(id: u32) -> Result<Self> {
        match id {
            0x0000_0101 => Ok(Self::Sm1),
            0x0000_0401 => Ok(Self::Sm4),
            other => Err(Error::unsupported("wrapping cipher", format!("{other:#x}"))),
        }
    }

    fn to_der(self) -> Vec<u8> {
        match self {
            Self::Sm1 => algorithm::with_null(oid::SM1),
            Self::Sm4 => algorithm::with_null(oid::SM4_ECB),
        }
    }

    fn from_element(element: Element<'_>) -> Result<Self> {
        match AlgorithmRef::parse(element, WHAT)?.without_parameters(WHAT)? {
            oid::SM4 | oid::SM4_ECB => Ok(Self::Sm4),
            oid::SM1 | oid::SM1_ECB => Ok(Self::Sm1),
            other => Err(Error::unsupported("wrapping cipher", other)),
        }
    }
}

/// An enveloped key pair of either family.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum EnvelopedKey {
    /// SM2 pair under an SM2 key.
    Sm2(Sm2EnvelopedKey),
    /// RSA pair under an RSA key.
    Rsa(RsaEnvelopedKey),
}

impl EnvelopedKey {
    /// Wraps `key` to `recipient` (the token's signing key) under a fresh SM4 key.
    ///
    /// # Errors
    /// [`Error::Mismatch`] when the two keys are of different families.
    pub fn make(key: &SoftwareKey, recipient: &PublicKey) -> Result<Self> {
        match key.public_key() {
            PublicKey::Sm2(_) => Sm2EnvelopedKey::make(key, recipient.as_sm2()?).map(Self::Sm2),
            PublicKey::Rsa(_) => RsaEnvelopedKey::make(key, recipient.as_rsa()?).map(Self::Rsa),
        }
    }

    /// Unwraps the key pair in memory and checks that its halves belong together. A token does the
    /// same inside itself.
    ///
    /// # Errors
    /// [`Error::Decryption`] for the wrong recipient or altered contents.
    pub fn open(&self, recipient: &dyn Decryptor) -> Result<SoftwareKey> {
        match self {
            Self::Sm2(key) => key.open(recipient),
            Self::Rsa(key) => key.open(recipient),
        }
    }

    /// The public half of the protected pair.
    pub fn public_key(&self) -> PublicKey {
        match self {
            Self::Sm2(key) => PublicKey::Sm2(key.public_key),
            Self::Rsa(key) => PublicKey::Rsa(key.public_key.clone()),
        }
    }

    /// The DER encoding.
    pub fn to_der(&self) -> Vec<u8> {
        self.encode(asn1::SEQUENCE)
    }

    /// Reads either structure.
    ///
    /// # Errors
    /// [`Error::Malformed`], [`Error::Truncated`], [`Error::TrailingData`] or [`Error::Unsupported`].
    pub fn from_der(der: &[u8]) -> Result<Self> {
        Self::from_contents(asn1::single(der, asn1::SEQUENCE, WHAT)?)
    }

    /// Encodes with another tag in place of SEQUENCE (IMPLICIT tagging).
    pub(crate) fn encode(&self, tag: u8) -> Vec<u8> {
        match self {
            Self::Sm2(key) => key.encode(tag),
            Self::Rsa(key) => key.encode(tag),
        }
    }

    /// Reads the fields inside `element`, whatever its tag.
    pub(crate) fn from_contents(element: Element<'_>) -> Result<Self> {
        let fields = element.fields(WHAT)?.collect()?;
        match fields.as_slice() {
            [algorithm, key, public, private] if key.tag == asn1::OCTET_STRING => {
                RsaEnvelopedKey::from_elements([*algorithm, *key, *public, *private]).map(Self::Rsa)
            }
            [algorithm, key, public, private] => {
                Sm2EnvelopedKey::from_elements([*algorithm, *key, *public, *private]).map(Self::Sm2)
            }
            _ => Err(Error::malformed(WHAT)),
        }
    }
}
