//! CSRResponse (GM/T 0092-2020): the answer of a CA that issues the double certificate.

use crate::asn1::{self, Element};
use crate::certificate::Certificate;
use crate::enveloped_key::EnvelopedKey;
use crate::error::{Error, Result};
use crate::pem;

const WHAT: &str = "CSRResponse";

/// Label of the PEM form, which no standard fixes.
const PEM_LABEL: &str = "CSR RESPONSE";

/// Signing certificate, and the encryption certificate with its wrapped key pair:
///
/// ```text
/// SEQUENCE {
///     signCertificate          SET OF Certificate,
///     encryptedPrivateKey  [0] IMPLICIT SM2EnvelopedKey OPTIONAL,
///     encryptCertificate   [1] IMPLICIT SET OF Certificate OPTIONAL }
/// ```
///
/// For RSA pairs [`crate::enveloped_key::RsaEnvelopedKey`] stands in the place of SM2EnvelopedKey.
#[derive(Clone, Debug)]
pub struct CsrResponse {
    /// The signing certificate, possibly with the certificates of its issuers. Empty when only an
    /// encryption key is recovered.
    pub sign_certificates: Vec<Certificate>,
    /// The encryption key pair, wrapped to the signing key.
    pub enveloped_key: Option<EnvelopedKey>,
    /// The encryption certificate, possibly with the certificates of its issuers.
    pub encrypt_certificates: Vec<Certificate>,
}

impl CsrResponse {
    /// The DER encoding, tagged as the standard's module says.
    pub fn to_der(&self) -> Vec<u8> {
        let set = |tag: u8, certificates: &[Certificate]| {
            let members = certificates.iter().map(|c| c.as_der().to_vec()).collect();
            asn1::set_of(tag, members)
        };
        let mut parts = vec![set(asn1::SET, &self.sign_certificates)];
        if let Some(key) = &self.enveloped_key {
            parts.push(key.encode(asn1::context(0)));
        }
        if !self.encrypt_certificates.is_empty() {
            parts.push(set(asn1::context(1), &self.encrypt_certificates));
        }
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        asn1::sequence(&parts)
    }

    /// The response as text, for files.
    pub fn to_pem(&self) -> String {
        pem::from_der(PEM_LABEL, &self.to_der()).to_string()
    }

    /// Reads a response as files carry it: DER, PEM or base64.
    ///
    /// # Errors
    /// As [`CsrResponse::from_der`], and [`Error::Invalid`] for broken armour.
    pub fn from_file_bytes(input: &[u8]) -> Result<Self> {
        Self::from_der(&pem::to_der(input, &[PEM_LABEL], WHAT)?)
    }

    /// Reads a DER response.
    ///
    /// Writers tag the optional parts in their own ways, so `[0]` and `[1]` are taken as implicit or
    /// explicit, and a certificate may stand where a set of certificates should.
    ///
    /// # Errors
    /// [`Error::Malformed`], [`Error::Truncated`], [`Error::TrailingData`] or [`Error::Unsupported`].
    pub fn from_der(der: &[u8]) -> Result<Self> {
        let mut fields = asn1::single(der, asn1::SEQUENCE, WHAT)?.fields(WHAT)?;
        let sign_certificates = certificates(fields.next()?)?;
        let enveloped_key = fields
            .optional(asn1::context(0))?
            .map(enveloped_key)
            .transpose()?;
        let encrypt_certificates = fields
            .optional(asn1::context(1))?
            .map(certificates)
            .transpose()?
            .unwrap_or_default();
        fields.finish()?;
        // A recovered encryption key comes without a signing certificate.
        if sign_certificates.is_empty() && encrypt_certificates.is_empty() {
            return Err(Error::malformed(WHAT));
        }
        Ok(Self {
            sign_certificates,
            enveloped_key,
            encrypt_certificates,
        })
    }
}

fn enveloped_key(tagged: Element<'_>) -> Result<EnvelopedKey> {
    match tagged.fields(WHAT)?.collect()?.as_slice() {
        [explicit] => EnvelopedKey::from_contents(explicit.expect(asn1::SEQUENCE, WHAT)?),
        _ => EnvelopedKey::from_contents(tagged),
    }
}

/// Certificates inside a set under any tag, or one bare certificate.
fn certificates(element: Element<'_>) -> Result<Vec<Certificate>> {
    if element.tag == asn1::SEQUENCE
        && let Ok(certificate) = Certificate::from_der(element.raw)
    {
        return Ok(vec![certificate]);
    }
    let members = element.fields(WHAT)?.collect()?;
    match members.as_slice() {
        [set] if set.tag == asn1::SET || set.tag == asn1::context(0) => set
            .fields(WHAT)?
            .collect()?
            .iter()
            .map(|member| Certificate::from_der(member.raw))
            .collect(),
        members => members
            .iter()
            .map(|member| Certificate::from_der(member.raw))
            .collect(),
    }
}
