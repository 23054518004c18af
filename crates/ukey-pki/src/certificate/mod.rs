//! X.509 v3 certificates in the profile of GB/T 20518 / GM/T 0015, SM2 and RSA.
//!
//! A [`Certificate`] keeps its original bytes; signatures are checked over them. Key identifiers,
//! serial numbers and unknown extensions are opaque. Building is in [`build`], path validation in
//! [`chain`].

pub mod build;
pub mod chain;
mod extension;

use std::fmt;

use const_oid::ObjectIdentifier as Oid;
use time::OffsetDateTime;
use ukey_crypto::hash::HashAlg;

pub use chain::{ChainError, Purpose};
pub use extension::{Extension, KeyUsage, KeyUsages};

use crate::algorithm::AlgorithmRef;
use crate::asn1::{self, Element, Fields};
use crate::error::{Error, Result};
use crate::key::PublicKey;
use crate::name::Name;
use crate::signed::Signed;
use crate::{instant, pem};

const WHAT: &str = "certificate";

/// Time span in which a certificate may be used, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// First moment.
    pub not_before: OffsetDateTime,
    /// Last moment.
    pub not_after: OffsetDateTime,
}

impl Validity {
    /// Whether `at` lies inside.
    pub fn contains(&self, at: OffsetDateTime) -> bool {
        self.not_before <= at && at <= self.not_after
    }
}

/// A parsed certificate together with its original bytes.
#[derive(Clone)]
pub struct Certificate {
    signed: Signed,
    serial: Vec<u8>,
    issuer: Name,
    subject: Name,
    validity: Validity,
    spki: Vec<u8>,
    extensions: Vec<Extension>,
}

impl Certificate {
    /// Reads one DER certificate and nothing after it.
    ///
    /// The public key is not looked into here, so that certificates with foreign key types can
    /// still be listed; see [`Certificate::public_key`].
    ///
    /// # Errors
    /// [`Error::Malformed`], [`Error::Truncated`] or [`Error::TrailingData`].
    pub fn from_der(der: &[u8]) -> Result<Self> {
        let signed = Signed::parse(der, WHAT)?;
        let tbs = asn1::single(signed.to_be_signed(), asn1::SEQUENCE, WHAT)?;
        let mut fields = tbs.fields(WHAT)?;
        let version = parse_version(&mut fields)?;
        let serial = fields.expect(asn1::INTEGER)?;
        serial.unsigned(WHAT)?;
        let algorithm = AlgorithmRef::parse(fields.next()?, WHAT)?;
        signed.check_inner_algorithm(algorithm.oid, WHAT)?;
        let issuer = Name::from_element(fields.next()?)?;
        let validity = parse_validity(fields.expect(asn1::SEQUENCE)?)?;
        let subject = Name::from_element(fields.next()?)?;
        let spki = fields.expect(asn1::SEQUENCE)?.raw.to_vec();
        fields.optional(asn1::context_primitive(1))?;
        fields.optional(asn1::context_primitive(2))?;
        let extensions = match fields.optional(asn1::context(3))? {
            Some(_) if version < 2 => return Err(Error::malformed(WHAT)),
            Some(wrapped) => Extension::parse_all(wrapped)?,
            None => Vec::new(),
        };
        fields.finish()?;
        let serial = serial.value.to_vec();
        Ok(Self {
            signed,
            serial,
            issuer,
            subject,
            validity,
            spki,
            extensions,
        })
    }

    /// Reads a certificate as files carry it: DER, the first certificate of a PEM file, or base64.
    ///
    /// # Errors
    /// As [`Certificate::from_der`], and [`Error::Invalid`] for broken armour.
    pub fn from_file_bytes(input: &[u8]) -> Result<Self> {
        Self::from_der(&pem::to_der(input, &[pem::CERTIFICATE], WHAT)?)
    }

    /// Reads all certificates of a PEM file, or the one of a DER file.
    ///
    /// # Errors
    /// As [`Certificate::from_file_bytes`].
    pub fn all_from_file_bytes(input: &[u8]) -> Result<Vec<Self>> {
        pem::all(input, pem::CERTIFICATE, WHAT)?
            .iter()
            .map(|der| Self::from_der(der))
            .collect()
    }

    /// The original DER bytes.
    pub fn as_der(&self) -> &[u8] {
        &self.signed.der
    }

    /// The certificate as PEM text.
    pub fn to_pem(&self) -> String {
        pem::from_der(pem::CERTIFICATE, self.as_der()).to_string()
    }

    /// Serial number: the content octets of the INTEGER, as encoded.
    pub fn serial(&self) -> &[u8] {
        &self.serial
    }

    /// Serial number as upper-case hexadecimal digits without a leading zero octet.
    pub fn serial_hex(&self) -> String {
        let digits: String = significant(&self.serial)
            .iter()
            .map(|byte| format!("{byte:02X}"))
            .collect();
        if digits.is_empty() {
            "00".into()
        } else {
            digits
        }
    }

    /// Issuer name.
    pub fn issuer(&self) -> &Name {
        &self.issuer
    }

    /// Subject name.
    pub fn subject(&self) -> &Name {
        &self.subject
    }

    /// Validity.
    pub fn validity(&self) -> Validity {
        self.validity
    }

    /// The DER SubjectPublicKeyInfo as found.
    pub fn spki_der(&self) -> &[u8] {
        &self.spki
    }

    /// The subject's public key.
    ///
    /// # Errors
    /// As [`PublicKey::from_spki_der`].
    pub fn public_key(&self) -> Result<PublicKey> {
        PublicKey::from_spki_der(&self.spki)
    }

    /// Object identifier of the algorithm that the issuer signed with.
    pub fn signature_algorithm(&self) -> Oid {
        self.signed.algorithm
    }

    /// All extensions.
    pub fn extensions(&self) -> &[Extension] {
        &self.extensions
    }

    /// The extension with this identifier.
    pub fn extension(&self, id: Oid) -> Option<&Extension> {
        self.extensions.iter().find(|found| found.id == id)
    }

    /// Digest of the DER bytes.
    pub fn fingerprint(&self, hash: HashAlg) -> Vec<u8> {
        hash.digest(self.as_der())
    }

    /// Whether this is the certificate that `issuer` and `serial` (INTEGER content octets) name.
    pub fn is_named_by(&self, issuer: &Name, serial: &[u8]) -> bool {
        significant(&self.serial) == significant(serial) && self.issuer == *issuer
    }

    /// Whether subject and issuer are the same name.
    pub fn is_self_issued(&self) -> bool {
        self.subject == self.issuer
    }

    /// Checks this certificate's signature with the public key of `issuer`; nothing else.
    ///
    /// # Errors
    /// [`Error::Signature`] when it does not fit, [`Error::Unsupported`] for unknown algorithms.
    pub fn verify_signed_by(&self, issuer: &Certificate) -> Result<()> {
        self.signed.verify(&issuer.public_key()?, WHAT)
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.as_der() == other.as_der()
    }
}

impl Eq for Certificate {}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("subject", &self.subject)
            .field("issuer", &self.issuer)
            .field("serial", &self.serial_hex())
            .finish_non_exhaustive()
    }
}

/// Number without the zero octets in front of it.
fn significant(integer: &[u8]) -> &[u8] {
    let zeros = integer.iter().take_while(|byte| **byte == 0).count();
    &integer[zeros..]
}

/// 0, 1 or 2 for v1, v2, v3.
fn parse_version(fields: &mut Fields<'_>) -> Result<u8> {
    let Some(wrapped) = fields.optional(asn1::context(0))? else {
        return Ok(0);
    };
    let mut inner = wrapped.fields(WHAT)?;
    let version = inner.expect(asn1::INTEGER)?.small(WHAT)?;
    inner.finish()?;
    match version {
        0..=2 => Ok(version),
        other => Err(Error::unsupported("certificate version", other)),
    }
}

fn parse_validity(element: Element<'_>) -> Result<Validity> {
    let mut fields = element.fields(WHAT)?;
    let not_before = instant::from_element(fields.next()?, WHAT)?;
    let not_after = instant::from_element(fields.next()?, WHAT)?;
    fields.finish()?;
    Ok(Validity {
        not_before,
        not_after,
    })
}
