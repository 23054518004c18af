//! Certificate revocation lists, version 2 (RFC 5280 section 5), SM2 and RSA.
//!
//! Full lists of one issuer: no delta lists, no indirect entries.

use time::OffsetDateTime;

use crate::algorithm::{AlgorithmRef, SignatureAlgorithm};
use crate::asn1::{self, Element};
use crate::certificate::{Certificate, Extension};
use crate::error::{Error, Result};
use crate::key::Signer;
use crate::name::Name;
use crate::signed::Signed;
use crate::{instant, oid, pem};

const WHAT: &str = "revocation list";
const PEM_LABEL: &str = "X509 CRL";
const ENUMERATED: u8 = 0x0A;

/// Why a certificate is revoked (CRLReason, RFC 5280 section 5.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum Reason {
    /// No reason given; the entry then carries none.
    Unspecified = 0,
    /// The private key is, or may be, in other hands: a lost token.
    KeyCompromise = 1,
    /// The authority's key is in other hands.
    CaCompromise = 2,
    /// The subject's data changed (变更).
    AffiliationChanged = 3,
    /// Another certificate took its place (更新).
    Superseded = 4,
    /// Not needed any more (注销).
    CessationOfOperation = 5,
    /// On hold (冻结); may come back.
    CertificateHold = 6,
    /// The subject lost a right that the certificate states.
    PrivilegeWithdrawn = 9,
}

impl Reason {
    /// The reason with this number.
    pub fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            0 => Self::Unspecified,
            1 => Self::KeyCompromise,
            2 => Self::CaCompromise,
            3 => Self::AffiliationChanged,
            4 => Self::Superseded,
            5 => Self::CessationOfOperation,
            6 => Self::CertificateHold,
            9 => Self::PrivilegeWithdrawn,
            _ => return None,
        })
    }
}

/// One revoked certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Serial number, big-endian, without leading zero octets.
    pub serial: Vec<u8>,
    /// Since when.
    pub since: OffsetDateTime,
    /// Why. Numbers this crate does not know read as [`Reason::Unspecified`].
    pub reason: Reason,
}

/// The fields of a list to be made.
#[derive(Clone, Copy, Debug)]
pub struct Template<'a> {
    /// cRLNumber; must grow with every list of one issuer.
    pub number: u64,
    /// When it is made.
    pub this_update: OffsetDateTime,
    /// When the next one comes at the latest.
    pub next_update: OffsetDateTime,
    /// The revoked certificates, each once.
    pub entries: &'a [Entry],
}

/// A parsed list together with its original bytes.
#[derive(Clone)]
pub struct RevocationList {
    signed: Signed,
    issuer: Name,
    number: Option<u64>,
    this_update: OffsetDateTime,
    next_update: Option<OffsetDateTime>,
    entries: Vec<Entry>,
}

impl RevocationList {
    /// Makes a list of the authority that has `certificate` and signs with `signer`.
    ///
    /// # Errors
    /// Those of `signer`; [`Error::Invalid`] for times that X.509 cannot express.
    pub fn issue(
        template: &Template<'_>,
        certificate: &Certificate,
        signer: &dyn Signer,
    ) -> Result<Self> {
        let algorithm = SignatureAlgorithm::for_key(signer.public_key());
        let entries = template
            .entries
            .iter()
            .map(entry_der)
            .collect::<Result<Vec<_>>>()?;
        let parts: Vec<&[u8]> = entries.iter().map(Vec::as_slice).collect();
        // An empty revokedCertificates must be absent.
        let entries = match parts.is_empty() {
            true => Vec::new(),
            false => asn1::sequence(&parts),
        };
        let tbs = asn1::sequence(&[
            &asn1::unsigned(&[1]),
            &algorithm.to_der(),
            certificate.subject().as_der(),
            &instant::to_der(template.this_update, WHAT)?,
            &instant::to_der(template.next_update, WHAT)?,
            &entries,
            &list_extensions(template.number, certificate, signer),
        ]);
        Self::from_der(&Signed::make(&tbs, signer)?)
    }

    /// Reads a DER list. The signature is not checked; see [`RevocationList::verify_signed_by`].
    ///
    /// # Errors
    /// [`Error::Malformed`], [`Error::Truncated`], [`Error::TrailingData`]; [`Error::Unsupported`]
    /// for critical extensions, with which the list means something else.
    pub fn from_der(der: &[u8]) -> Result<Self> {
        let signed = Signed::parse(der, WHAT)?;
        let tbs = asn1::single(signed.to_be_signed(), asn1::SEQUENCE, WHAT)?;
        let mut fields = tbs.fields(WHAT)?;
        if let Some(version) = fields.optional(asn1::INTEGER)?
            && version.small(WHAT)? != 1
        {
            return Err(Error::malformed(WHAT));
        }
        let algorithm = AlgorithmRef::parse(fields.next()?, WHAT)?;
        signed.check_inner_algorithm(algorithm.oid, WHAT)?;
        let issuer = Name::from_element(fields.next()?)?;
        let this_update = instant::from_element(fields.next()?, WHAT)?;
        let next_update = match fields.peek_tag() {
            Some(asn1::UTC_TIME | asn1::GENERALIZED_TIME) => {
                Some(instant::from_element(fields.next()?, WHAT)?)
            }
            _ => None,
        };
        let entries = match fields.optional(asn1::SEQUENCE)? {
            Some(list) => list
                .fields(WHAT)?
                .collect()?
                .into_iter()
                .map(parse_entry)
                .collect::<Result<Vec<_>>>()?,
            None => Vec::new(),
        };
        let number = fields
            .optional(asn1::context(0))?
            .map(list_number)
            .transpose()?
            .flatten();
        fields.finish()?;
        Ok(Self {
            signed,
            issuer,
            number,
            this_update,
            next_update,
            entries,
        })
    }

    /// Reads a list as files carry it: DER, PEM or base64.
    ///
    /// # Errors
    /// As [`RevocationList::from_der`], and [`Error::Invalid`] for broken armour.
    pub fn from_file_bytes(input: &[u8]) -> Result<Self> {
        Self::from_der(&pem::to_der(input, &[PEM_LABEL], WHAT)?)
    }

    /// The original DER bytes.
    pub fn as_der(&self) -> &[u8] {
        &self.signed.der
    }

    /// The list as PEM text.
    pub fn to_pem(&self) -> String {
        pem::from_der(PEM_LABEL, self.as_der()).to_string()
    }

    /// Name of the authority.
    pub fn issuer(&self) -> &Name {
        &self.issuer
    }

    /// cRLNumber, if there and not absurdly large.
    pub fn number(&self) -> Option<u64> {
        self.number
    }

    /// When it was made.
    pub fn this_update(&self) -> OffsetDateTime {
        self.this_update
    }

    /// When the next one comes at the latest.
    pub fn next_update(&self) -> Option<OffsetDateTime> {
        self.next_update
    }

    /// All entries in the order of the list.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry of `certificate`, if this is its issuer's list and it is on it.
    pub fn find(&self, certificate: &Certificate) -> Option<&Entry> {
        self.entries
            .iter()
            .find(|entry| certificate.is_named_by(&self.issuer, &entry.serial))
    }

    /// Checks the signature with the public key of `issuer`; nothing else.
    ///
    /// # Errors
    /// [`Error::Signature`] when it does not fit, [`Error::Mismatch`] when the list is another
    /// authority's, [`Error::Unsupported`] for unknown algorithms.
    pub fn verify_signed_by(&self, issuer: &Certificate) -> Result<()> {
        if self.issuer != *issuer.subject() {
            return Err(Error::Mismatch {
                what: "revocation list and issuer",
            });
        }
        self.signed.verify(&issuer.public_key()?, WHAT)
    }
}

impl std::fmt::Debug for RevocationList {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RevocationList")
            .field("issuer", &self.issuer)
            .field("number", &self.number)
            .field("entries", &self.entries.len())
            .finish_non_exhaustive()
    }
}

fn list_extensions(number: u64, certificate: &Certificate, signer: &dyn Signer) -> Vec<u8> {
    let computed = signer.public_key().key_identifier();
    let identifier = certificate.subject_key_identifier().unwrap_or(&computed);
    let number = Extension {
        id: oid::CRL_NUMBER,
        critical: false,
        value: asn1::unsigned(&number.to_be_bytes()),
    };
    let all = asn1::sequence(&[
        &Extension::authority_key_identifier(identifier).to_der(),
        &number.to_der(),
    ]);
    asn1::tlv(asn1::context(0), &[&all])
}

fn entry_der(entry: &Entry) -> Result<Vec<u8>> {
    let serial = asn1::unsigned(&entry.serial);
    let since = instant::to_der(entry.since, WHAT)?;
    if entry.reason == Reason::Unspecified {
        return Ok(asn1::sequence(&[&serial, &since]));
    }
    let reason = Extension {
        id: oid::CRL_REASON,
        critical: false,
        value: asn1::tlv(ENUMERATED, &[&[entry.reason as u8]]),
    };
    let extensions = asn1::sequence(&[&reason.to_der()]);
    Ok(asn1::sequence(&[&serial, &since, &extensions]))
}

fn parse_entry(element: Element<'_>) -> Result<Entry> {
    let mut fields = element.expect(asn1::SEQUENCE, WHAT)?.fields(WHAT)?;
    let serial = fields.expect(asn1::INTEGER)?.unsigned(WHAT)?.to_vec();
    let since = instant::from_element(fields.next()?, WHAT)?;
    let extensions = match fields.optional(asn1::SEQUENCE)? {
        Some(list) => Extension::parse_list(list)?,
        None => Vec::new(),
    };
    fields.finish()?;
    let mut reason = Reason::Unspecified;
    for extension in &extensions {
        if extension.id == oid::CRL_REASON {
            let value = asn1::single(&extension.value, ENUMERATED, WHAT)?.value;
            reason = match value {
                [number] => Reason::from_number(*number).unwrap_or(Reason::Unspecified),
                _ => return Err(Error::malformed(WHAT)),
            };
        } else if extension.critical {
            return Err(Error::unsupported("revocation entry", extension.id));
        }
    }
    Ok(Entry {
        serial,
        since,
        reason,
    })
}

/// cRLNumber among the extensions of a list.
fn list_number(wrapped: Element<'_>) -> Result<Option<u64>> {
    let mut number = None;
    for extension in Extension::parse_all(wrapped)? {
        if extension.critical {
            return Err(Error::unsupported("revocation list", extension.id));
        }
        if extension.id == oid::CRL_NUMBER {
            let digits = asn1::single(&extension.value, asn1::INTEGER, WHAT)?.unsigned(WHAT)?;
            number = (digits.len() <= 8).then(|| {
                digits
                    .iter()
                    .fold(0, |sum, digit| (sum << 8) | u64::from(*digit))
            });
        }
    }
    Ok(number)
}
