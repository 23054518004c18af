//! Online certificate status (RFC 6960) for SM2 and RSA authorities: requests, the checking of responses, and
//! responses for those who answer. A responder's own key may also be on a NIST curve.
//!
//! One certificate per request. Transport is the caller's business.

mod answer;
mod ecdsa;
mod respond;

use std::fmt;

use const_oid::ObjectIdentifier as Oid;
use time::OffsetDateTime;
use ukey_crypto::hash::HashAlg;

pub use answer::Answer;
pub use respond::{Reply, refuse};

use crate::algorithm::{self, AlgorithmRef};
use crate::asn1::{self, Element};
use crate::certificate::{Certificate, Extension};
use crate::crl::Reason;
use crate::error::{Error, Result};
use crate::key::PublicKey;
use crate::oid;

const WHAT: &str = "OCSP request";

/// Longest nonce that is taken (RFC 8954).
const MAX_NONCE: usize = 32;

/// What a responder says about a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It is not revoked.
    Good,
    /// It is revoked or on hold.
    Revoked {
        /// Since when.
        since: OffsetDateTime,
        /// Why, if that is said.
        reason: Reason,
    },
    /// The responder does not know it.
    Unknown,
}

/// Names a certificate by hashes of its issuer's name and key, and its serial number.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct CertId {
    hash: HashAlg,
    issuer_name_hash: Vec<u8>,
    issuer_key_hash: Vec<u8>,
    /// Without leading zero octets.
    serial: Vec<u8>,
}

impl CertId {
    /// SM3 for SM2 authorities. SHA-1 for RSA ones: it is the hash that every responder knows (RFC 5019), and
    /// nothing is protected by it.
    fn of(certificate: &Certificate, issuer: &Certificate) -> Result<Self> {
        let hash = match issuer.public_key()? {
            PublicKey::Sm2(_) => HashAlg::Sm3,
            PublicKey::Rsa(_) => HashAlg::Sha1,
        };
        let zeros = certificate.serial().iter().take_while(|b| **b == 0).count();
        Ok(Self {
            hash,
            issuer_name_hash: hash.digest(issuer.subject().as_der()),
            issuer_key_hash: hash.digest(key_octets(issuer)?),
            serial: certificate.serial()[zeros..].to_vec(),
        })
    }

    fn parse(element: Element<'_>) -> Result<Self> {
        let mut fields = element.expect(asn1::SEQUENCE, WHAT)?.fields(WHAT)?;
        let hash = hash_from_oid(AlgorithmRef::parse(fields.next()?, WHAT)?.oid)?;
        let issuer_name_hash = fields.expect(asn1::OCTET_STRING)?.value.to_vec();
        let issuer_key_hash = fields.expect(asn1::OCTET_STRING)?.value.to_vec();
        let serial = fields.next()?.unsigned(WHAT)?.to_vec();
        fields.finish()?;
        Ok(Self {
            hash,
            issuer_name_hash,
            issuer_key_hash,
            serial,
        })
    }

    fn to_der(&self) -> Vec<u8> {
        asn1::sequence(&[
            &algorithm::with_null(hash_oid(self.hash)),
            &asn1::octet_string(&self.issuer_name_hash),
            &asn1::octet_string(&self.issuer_key_hash),
            &asn1::unsigned(&self.serial),
        ])
    }
}

/// Contents of the subjectPublicKey BIT STRING.
fn key_octets(certificate: &Certificate) -> Result<&[u8]> {
    let spki = asn1::single(certificate.spki_der(), asn1::SEQUENCE, WHAT)?;
    let mut fields = spki.fields(WHAT)?;
    fields.next()?;
    fields.expect(asn1::BIT_STRING)?.bit_string_octets(WHAT)
}

fn hash_oid(hash: HashAlg) -> Oid {
    match hash {
        HashAlg::Sm3 => oid::SM3,
        HashAlg::Sha256 => oid::SHA256,
        _ => oid::SHA1,
    }
}

fn hash_from_oid(found: Oid) -> Result<HashAlg> {
    match found {
        oid::SM3 => Ok(HashAlg::Sm3),
        oid::SHA256 => Ok(HashAlg::Sha256),
        oid::SHA1 => Ok(HashAlg::Sha1),
        other => Err(Error::unsupported("digest algorithm", other)),
    }
}

/// A question about one certificate.
#[derive(Clone)]
pub struct Request {
    der: Vec<u8>,
    id: CertId,
    nonce: Option<Vec<u8>>,
}

impl Request {
    /// Asks about `certificate`, which `issuer` made. A nonce (at most 32 octets) ties the answer to this
    /// question.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a longer nonce, [`Error::Unsupported`] for keys of unknown families.
    pub fn new(
        certificate: &Certificate,
        issuer: &Certificate,
        nonce: Option<&[u8]>,
    ) -> Result<Self> {
        if nonce.is_some_and(|nonce| nonce.is_empty() || nonce.len() > MAX_NONCE) {
            return Err(Error::invalid("nonce", "it has 1 to 32 octets"));
        }
        let id = CertId::of(certificate, issuer)?;
        let list = asn1::sequence(&[&asn1::sequence(&[&id.to_der()])]);
        let extensions = match nonce {
            Some(nonce) => asn1::tlv(asn1::context(2), &[&nonce_extension(nonce)]),
            None => Vec::new(),
        };
        let to_be_asked = asn1::sequence(&[&list, &extensions]);
        Ok(Self {
            der: asn1::sequence(&[&to_be_asked]),
            id,
            nonce: nonce.map(<[u8]>::to_vec),
        })
    }

    /// Reads a request for one certificate, as a responder gets it. Its signature, if any, is not looked at.
    ///
    /// # Errors
    /// [`Error::Malformed`], [`Error::Truncated`], [`Error::TrailingData`]; [`Error::Unsupported`] for several
    /// certificates at once and for critical extensions.
    pub fn from_der(der: &[u8]) -> Result<Self> {
        let mut outer = asn1::single(der, asn1::SEQUENCE, WHAT)?.fields(WHAT)?;
        let mut fields = outer.expect(asn1::SEQUENCE)?.fields(WHAT)?;
        fields.optional(asn1::context(0))?;
        fields.optional(asn1::context(1))?;
        let list = fields.expect(asn1::SEQUENCE)?.fields(WHAT)?.collect()?;
        let [one] = list.as_slice() else {
            return Err(Error::unsupported("OCSP request", list.len()));
        };
        let id = CertId::parse(one.expect(asn1::SEQUENCE, WHAT)?.fields(WHAT)?.next()?)?;
        let extensions = fields.optional(asn1::context(2))?;
        let nonce = nonce_of(extensions)?;
        fields.finish()?;
        Ok(Self {
            der: der.to_vec(),
            id,
            nonce,
        })
    }

    /// The request as it is sent.
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// Serial number asked about, without leading zero octets.
    pub fn serial(&self) -> &[u8] {
        &self.id.serial
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("serial", &self.id.serial)
            .finish_non_exhaustive()
    }
}

/// `SEQUENCE OF Extension` with a nonce alone.
fn nonce_extension(nonce: &[u8]) -> Vec<u8> {
    let nonce = Extension {
        id: oid::OCSP_NONCE,
        critical: false,
        value: asn1::octet_string(nonce),
    };
    asn1::sequence(&[&nonce.to_der()])
}

/// The nonce among the extensions of a request or a response.
fn nonce_of(extensions: Option<Element<'_>>) -> Result<Option<Vec<u8>>> {
    let mut nonce = None;
    for extension in extensions
        .map(Extension::parse_all)
        .transpose()?
        .into_iter()
        .flatten()
    {
        if extension.id == oid::OCSP_NONCE {
            let value = asn1::single(&extension.value, asn1::OCTET_STRING, WHAT)?.value;
            nonce = Some(value.to_vec());
        } else if extension.critical {
            return Err(Error::unsupported("OCSP extension", extension.id));
        }
    }
    Ok(nonce)
}
