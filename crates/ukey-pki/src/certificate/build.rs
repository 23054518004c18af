//! Making certificates.

use time::OffsetDateTime;
use ukey_crypto::rng;

use super::extension::{KeyUsage, KeyUsages};
use super::{Certificate, Extension, Validity};
use crate::algorithm::SignatureAlgorithm;
use crate::asn1;
use crate::error::Result;
use crate::instant;
use crate::key::{PublicKey, Signer};
use crate::name::Name;
use crate::oid;
use crate::signed::Signed;

const WHAT: &str = "certificate";

/// Octets of a serial number; 16 random octets with the top bit clear, well below the 20 allowed.
const SERIAL_LEN: usize = 16;

/// What a certificate is for; decides keyUsage and basicConstraints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Profile {
    /// A certificate authority, with the number of further authorities allowed below it.
    Authority {
        /// pathLenConstraint; `None` for no limit.
        path_len: Option<u8>,
    },
    /// Signing certificate (签名证书): digitalSignature, nonRepudiation.
    Signature,
    /// Encryption certificate (加密证书): keyEncipherment, dataEncipherment, keyAgreement; without
    /// keyAgreement for RSA keys, which cannot do it.
    Encryption,
    /// Time stamping authority: digitalSignature, nonRepudiation, and a critical extKeyUsage of
    /// timeStamping alone (RFC 3161 section 2.3).
    TimeStamping,
    /// Answers OCSP requests for its issuer: digitalSignature, extKeyUsage OCSPSigning
    /// (RFC 6960 section 4.2.2.2).
    OcspSigning,
}

impl Profile {
    fn key_usage(self, key: &PublicKey) -> KeyUsage {
        let bits = match (self, key) {
            (Self::Authority { .. }, _) => KeyUsages::KeyCertSign | KeyUsages::CRLSign,
            (Self::Signature | Self::TimeStamping, _) => {
                KeyUsages::DigitalSignature | KeyUsages::NonRepudiation
            }
            (Self::OcspSigning, _) => KeyUsages::DigitalSignature.into(),
            (Self::Encryption, PublicKey::Rsa(_)) => {
                KeyUsages::KeyEncipherment | KeyUsages::DataEncipherment
            }
            (Self::Encryption, _) => {
                KeyUsages::KeyEncipherment | KeyUsages::DataEncipherment | KeyUsages::KeyAgreement
            }
        };
        KeyUsage(bits)
    }

    /// extKeyUsage: its one purpose, and whether it is critical.
    fn extended_key_usage(self) -> Option<Extension> {
        let (purpose, critical) = match self {
            Self::TimeStamping => (oid::TIME_STAMPING, true),
            Self::OcspSigning => (oid::OCSP_SIGNING, false),
            Self::Authority { .. } | Self::Signature | Self::Encryption => return None,
        };
        Some(Extension {
            id: oid::EXTENDED_KEY_USAGE,
            critical,
            value: asn1::sequence(&[&asn1::oid(purpose)]),
        })
    }
}

/// The fields of a certificate to be made.
#[derive(Debug)]
pub struct Template<'a> {
    /// Whom it is for.
    pub subject: &'a Name,
    /// The key it certifies.
    pub public_key: &'a PublicKey,
    /// What the key may do.
    pub profile: Profile,
    /// When it may be used; fractions of a second are dropped.
    pub validity: Validity,
    /// Additional extensions, not critical, each identifier at most once.
    pub extensions: &'a [Extension],
}

/// Issues a certificate with a fresh random serial number.
///
/// `authority` is the issuer's own certificate, or `None` for a self-signed one, in which case
/// `signer` holds the certified key itself.
///
/// # Errors
/// Those of `signer`, and [`crate::Error::Invalid`] for times that X.509 cannot express.
pub fn issue(
    template: &Template<'_>,
    authority: Option<&Certificate>,
    signer: &dyn Signer,
) -> Result<Certificate> {
    let issuer = authority.map_or(template.subject, Certificate::subject);
    let algorithm = SignatureAlgorithm::for_key(signer.public_key());
    let tbs = asn1::sequence(&[
        &asn1::tlv(asn1::context(0), &[&asn1::unsigned(&[2])]),
        &asn1::unsigned(&random_serial()?),
        &algorithm.to_der(),
        issuer.as_der(),
        &validity(template.validity)?,
        template.subject.as_der(),
        &template.public_key.to_spki_der(),
        &extensions(template, authority, signer)?,
    ]);
    Certificate::from_der(&Signed::make(&tbs, signer)?)
}

fn extensions(
    template: &Template<'_>,
    authority: Option<&Certificate>,
    signer: &dyn Signer,
) -> Result<Vec<u8>> {
    let own = template.public_key.key_identifier();
    let computed = signer.public_key().key_identifier();
    let issuer_identifier = authority
        .and_then(Certificate::subject_key_identifier)
        .unwrap_or(&computed);
    let mut all = vec![
        Extension::subject_key_identifier(&own),
        Extension::authority_key_identifier(issuer_identifier),
    ];
    if let Profile::Authority { path_len } = template.profile {
        all.push(Extension::certificate_authority(path_len)?);
    }
    let usage = template.profile.key_usage(template.public_key);
    all.push(Extension::key_usage(usage)?);
    all.extend(template.profile.extended_key_usage());
    all.extend_from_slice(template.extensions);
    let encoded: Vec<Vec<u8>> = all.iter().map(Extension::to_der).collect();
    let parts: Vec<&[u8]> = encoded.iter().map(Vec::as_slice).collect();
    Ok(asn1::tlv(asn1::context(3), &[&asn1::sequence(&parts)]))
}

fn validity(validity: Validity) -> Result<Vec<u8>> {
    let time = |instant: OffsetDateTime| instant::to_der(instant, WHAT);
    Ok(asn1::sequence(&[
        &time(validity.not_before)?,
        &time(validity.not_after)?,
    ]))
}

fn random_serial() -> Result<[u8; SERIAL_LEN]> {
    let mut serial = [0; SERIAL_LEN];
    rng::fill(&mut serial)?;
    // Positive, and always the same length.
    serial[0] = serial[0] & 0x7F | 0x40;
    Ok(serial)
}
