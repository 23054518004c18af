//! AlgorithmIdentifier: what we write, and the wider set that we understand.

use const_oid::ObjectIdentifier as Oid;
use ukey_crypto::hash::HashAlg;

use crate::asn1::{self, Element, Fields};
use crate::error::{Error, Result};
use crate::oid;

/// A signature algorithm of certificates, requests and signed messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SignatureAlgorithm {
    /// SM2 over SM3 with the default user ID (GM/T 0009).
    Sm2WithSm3,
    /// RSA PKCS#1 v1.5 with this digest (SM3 or SHA-2).
    Rsa(HashAlg),
}

impl SignatureAlgorithm {
    /// Object identifier used in certificates and requests.
    pub fn oid(self) -> Oid {
        match self {
            Self::Sm2WithSm3 => oid::SM2_WITH_SM3,
            Self::Rsa(HashAlg::Sm3) => oid::RSA_WITH_SM3,
            Self::Rsa(HashAlg::Sha384) => oid::RSA_WITH_SHA384,
            Self::Rsa(HashAlg::Sha512) => oid::RSA_WITH_SHA512,
            Self::Rsa(_) => oid::RSA_WITH_SHA256,
        }
    }

    /// The digest of the message or, for SM2, of Z and the message.
    pub fn hash(self) -> HashAlg {
        match self {
            Self::Sm2WithSm3 => HashAlg::Sm3,
            Self::Rsa(hash) => hash,
        }
    }

    /// Reads the algorithm of a certificate or request.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for other algorithms, SHA-1 ones among them.
    pub(crate) fn from_oid(found: Oid) -> Result<Self> {
        match found {
            oid::SM2_WITH_SM3 => Ok(Self::Sm2WithSm3),
            oid::RSA_WITH_SM3 => Ok(Self::Rsa(HashAlg::Sm3)),
            oid::RSA_WITH_SHA256 => Ok(Self::Rsa(HashAlg::Sha256)),
            oid::RSA_WITH_SHA384 => Ok(Self::Rsa(HashAlg::Sha384)),
            oid::RSA_WITH_SHA512 => Ok(Self::Rsa(HashAlg::Sha512)),
            other => Err(Error::unsupported("signature algorithm", other)),
        }
    }

    /// The AlgorithmIdentifier: parameters absent for SM2 (RFC 8998, GM/T 0092), NULL for RSA
    /// (RFC 4055).
    pub(crate) fn to_der(self) -> Vec<u8> {
        match self {
            Self::Sm2WithSm3 => without_parameters(self.oid()),
            Self::Rsa(_) => with_null(self.oid()),
        }
    }
}

/// AlgorithmIdentifier as found: object identifier, and parameters when present.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AlgorithmRef<'a> {
    pub(crate) oid: Oid,
    pub(crate) parameters: Option<Element<'a>>,
}

impl<'a> AlgorithmRef<'a> {
    pub(crate) fn parse(element: Element<'a>, what: &'static str) -> Result<Self> {
        let mut fields = element.expect(asn1::SEQUENCE, what)?.fields(what)?;
        Self::from_fields(&mut fields, what)
    }

    fn from_fields(fields: &mut Fields<'a>, what: &'static str) -> Result<Self> {
        let oid = fields.next()?.oid(what)?;
        let parameters = match fields.is_finished() {
            true => None,
            false => Some(fields.next()?),
        };
        fields.clone().finish()?;
        Ok(Self { oid, parameters })
    }

    /// Demands that parameters are absent or NULL.
    pub(crate) fn without_parameters(self, what: &'static str) -> Result<Oid> {
        match self.parameters {
            None => Ok(self.oid),
            Some(null) if null.tag == asn1::NULL && null.value.is_empty() => Ok(self.oid),
            Some(_) => Err(Error::malformed(what)),
        }
    }
}

/// Object identifier of a digest algorithm.
pub(crate) fn digest_oid(hash: HashAlg) -> Result<Oid> {
    match hash {
        HashAlg::Sm3 => Ok(oid::SM3),
        HashAlg::Sha256 => Ok(oid::SHA256),
        HashAlg::Sha384 => Ok(oid::SHA384),
        HashAlg::Sha512 => Ok(oid::SHA512),
        other => Err(Error::unsupported("digest algorithm", format!("{other:?}"))),
    }
}

/// Reads a digest algorithm, also where a signature algorithm was put in its place.
pub(crate) fn digest_from_oid(found: Oid) -> Result<HashAlg> {
    match found {
        oid::SM3 | oid::SM3_WITHOUT_KEY | oid::SM2_WITH_SM3 | oid::SM2_SIGNATURE => {
            Ok(HashAlg::Sm3)
        }
        oid::SHA256 => Ok(HashAlg::Sha256),
        oid::SHA384 => Ok(HashAlg::Sha384),
        oid::SHA512 => Ok(HashAlg::Sha512),
        other => Err(Error::unsupported("digest algorithm", other)),
    }
}

pub(crate) fn without_parameters(value: Oid) -> Vec<u8> {
    asn1::sequence(&[&asn1::oid(value)])
}

pub(crate) fn with_null(value: Oid) -> Vec<u8> {
    asn1::sequence(&[&asn1::oid(value), &asn1::null()])
}
