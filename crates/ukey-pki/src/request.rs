//! Certification requests (PKCS#10, RFC 2986; the same structure in GM/T 0092).

use std::fmt;

use crate::asn1::{self, Element};
use crate::error::{Error, Result};
use crate::key::{PublicKey, Signer};
use crate::name::Name;
use crate::signed::Signed;
use crate::{oid, pem};

const WHAT: &str = "certification request";

/// A certification request together with its original bytes.
#[derive(Clone)]
pub struct CertificationRequest {
    signed: Signed,
    subject: Name,
    public_key: PublicKey,
    challenge_password: Option<String>,
}

/// Optional contents of a request to be made.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct RequestOptions {
    /// challengePassword: lets the applicant ask for revocation later. A PrintableString when its
    /// characters allow, otherwise a UTF8String.
    pub challenge_password: Option<String>,
}

impl CertificationRequest {
    /// Makes a request for the key that `signer` holds; costs one signature.
    ///
    /// # Errors
    /// Those of `signer`.
    pub fn build(subject: &Name, signer: &dyn Signer, options: &RequestOptions) -> Result<Self> {
        let attributes = match &options.challenge_password {
            Some(password) => vec![challenge_attribute(password)],
            None => Vec::new(),
        };
        let info = asn1::sequence(&[
            &asn1::unsigned(&[0]),
            subject.as_der(),
            &signer.public_key().to_spki_der(),
            &asn1::set_of(asn1::context(0), attributes),
        ]);
        Self::from_der(&Signed::make(&info, signer)?)
    }

    /// Reads a DER request. The signature is not checked; see [`CertificationRequest::verify`].
    ///
    /// # Errors
    /// [`Error::Malformed`], [`Error::Truncated`], [`Error::TrailingData`], or those of
    /// [`PublicKey::from_spki_der`].
    pub fn from_der(der: &[u8]) -> Result<Self> {
        let signed = Signed::parse(der, WHAT)?;
        let info = asn1::single(signed.to_be_signed(), asn1::SEQUENCE, WHAT)?;
        let mut fields = info.fields(WHAT)?;
        if fields.expect(asn1::INTEGER)?.small(WHAT)? != 0 {
            return Err(Error::malformed(WHAT));
        }
        let subject = Name::from_element(fields.next()?)?;
        let public_key = PublicKey::from_spki(fields.next()?)?;
        // Mandatory in the standard, left out by some software when empty.
        let attributes = fields.optional(asn1::context(0))?;
        fields.finish()?;
        let challenge_password = attributes.map(find_challenge).transpose()?.flatten();
        Ok(Self {
            signed,
            subject,
            public_key,
            challenge_password,
        })
    }

    /// Reads a request as files carry it: DER, PEM or base64.
    ///
    /// # Errors
    /// As [`CertificationRequest::from_der`], and [`Error::Invalid`] for broken armour.
    pub fn from_file_bytes(input: &[u8]) -> Result<Self> {
        let labels = [pem::CERTIFICATE_REQUEST, pem::NEW_CERTIFICATE_REQUEST];
        Self::from_der(&pem::to_der(input, &labels, WHAT)?)
    }

    /// The original DER bytes.
    pub fn as_der(&self) -> &[u8] {
        &self.signed.der
    }

    /// The request as PEM text.
    pub fn to_pem(&self) -> String {
        pem::from_der(pem::CERTIFICATE_REQUEST, self.as_der()).to_string()
    }

    /// The name asked for.
    pub fn subject(&self) -> &Name {
        &self.subject
    }

    /// The key to be certified.
    pub fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// The challengePassword attribute, if it is there and text.
    pub fn challenge_password(&self) -> Option<&str> {
        self.challenge_password.as_deref()
    }

    /// Proof of possession: the request is signed with the key it carries.
    ///
    /// # Errors
    /// [`Error::Signature`] when it is not, [`Error::Unsupported`] for unknown algorithms.
    pub fn verify(&self) -> Result<()> {
        self.signed.verify(&self.public_key, WHAT)
    }
}

impl fmt::Debug for CertificationRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CertificationRequest")
            .field("subject", &self.subject)
            .field("algorithm", &self.public_key.algorithm())
            .finish_non_exhaustive()
    }
}

fn challenge_attribute(password: &str) -> Vec<u8> {
    let printable = password
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || " '()+,-./:=?".contains(c));
    let tag = match printable {
        true => asn1::PRINTABLE_STRING,
        false => asn1::UTF8_STRING,
    };
    let value = asn1::tlv(tag, &[password.as_bytes()]);
    asn1::sequence(&[
        &asn1::oid(oid::CHALLENGE_PASSWORD),
        &asn1::set_of(asn1::SET, vec![value]),
    ])
}

/// Attributes other than challengePassword, and values that are not the standard SET, are passed
/// over: CFCA's requests carry such.
fn find_challenge(attributes: Element<'_>) -> Result<Option<String>> {
    for attribute in attributes.fields(WHAT)?.collect()? {
        let mut fields = attribute.expect(asn1::SEQUENCE, WHAT)?.fields(WHAT)?;
        if fields.next()?.oid(WHAT)? != oid::CHALLENGE_PASSWORD || fields.is_finished() {
            continue;
        }
        let values = fields.next()?;
        let value = match values.tag {
            asn1::SET => values.fields(WHAT)?.next()?,
            _ => values,
        };
        if matches!(value.tag, asn1::PRINTABLE_STRING | asn1::UTF8_STRING) {
            return Ok(String::from_utf8(value.value.to_vec()).ok());
        }
    }
    Ok(None)
}
