//! The core of a **test** certificate authority: no files, no clock, no network.
//!
//! It has the two roles of GM/T 0014 in one: it issues certificates, and it makes and escrows the
//! encryption pairs of the double-certificate scheme. The program around it, with its state, log and
//! rules, is `ukey-ca`. Its private key is a [`SoftwareKey`]; that,
//! and the absence of any registration work, is why it is for tests. Callers should say TEST in the
//! authority's name and keep its root out of trust stores.

mod escrow;

use time::OffsetDateTime;

pub use escrow::{Escrow, EscrowRecord, EscrowTable, NoEscrow};

use crate::certificate::build::{self, Profile, Template};
use crate::certificate::{Certificate, Extension, Validity};
use crate::csr_response::CsrResponse;
use crate::enveloped_key::EnvelopedKey;
use crate::error::{Error, Result};
use crate::key::{KeyAlgorithm, SoftwareKey};
use crate::name::Name;
use crate::request::CertificationRequest;

/// A certificate authority: its certificate and its private key.
#[derive(Debug)]
pub struct Authority {
    certificate: Certificate,
    key: SoftwareKey,
}

/// What an applicant gets besides what the request says.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct IssueOptions {
    /// Validity of both certificates.
    pub validity: Validity,
    /// Name to certify instead of the one in the request.
    pub subject: Option<Name>,
    /// Additional, not critical extensions, such as an organisation code.
    pub extensions: Vec<Extension>,
}

impl IssueOptions {
    /// The name of the request, no additional extensions.
    pub fn new(validity: Validity) -> Self {
        Self {
            validity,
            subject: None,
            extensions: Vec::new(),
        }
    }
}

/// Everything that issuing a double certificate yields.
#[derive(Clone, Debug)]
pub struct Enrolment {
    /// Certificate of the applicant's own signing key.
    pub signature_certificate: Certificate,
    /// Certificate of the generated encryption pair.
    pub encryption_certificate: Certificate,
    /// The encryption pair, wrapped to the signing key.
    pub enveloped_key: EnvelopedKey,
}

impl Enrolment {
    /// The answer in the form of GM/T 0092.
    pub fn to_csr_response(&self) -> CsrResponse {
        CsrResponse {
            sign_certificates: vec![self.signature_certificate.clone()],
            enveloped_key: Some(self.enveloped_key.clone()),
            encrypt_certificates: vec![self.encryption_certificate.clone()],
        }
    }
}

impl Authority {
    /// Makes a root: a new key pair and a self-signed certificate without a path limit.
    ///
    /// # Errors
    /// [`Error::Crypto`] when key generation fails, [`Error::Invalid`] for impossible times.
    pub fn create_root(
        subject: &Name,
        algorithm: KeyAlgorithm,
        validity: Validity,
    ) -> Result<Self> {
        let key = SoftwareKey::generate(algorithm)?;
        let template = Template {
            subject,
            public_key: key.public_key(),
            profile: Profile::Authority { path_len: None },
            validity,
            extensions: &[],
        };
        let certificate = build::issue(&template, None, &key)?;
        Ok(Self { certificate, key })
    }

    /// Takes up an existing authority.
    ///
    /// # Errors
    /// [`Error::Mismatch`] when key and certificate do not belong together or the certificate is
    /// not one of an authority.
    pub fn load(certificate: Certificate, key: SoftwareKey) -> Result<Self> {
        if certificate.public_key()? != *key.public_key() {
            return Err(Error::Mismatch {
                what: "authority key and certificate",
            });
        }
        if !certificate.is_authority() {
            return Err(Error::Mismatch {
                what: "an end-entity certificate and an authority",
            });
        }
        Ok(Self { certificate, key })
    }

    /// The authority's certificate.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The authority's private key, to be stored by the caller.
    pub fn key(&self) -> &SoftwareKey {
        &self.key
    }

    /// Makes an authority below this one.
    ///
    /// # Errors
    /// As [`Authority::create_root`].
    pub fn create_subordinate(
        &self,
        subject: &Name,
        algorithm: KeyAlgorithm,
        validity: Validity,
    ) -> Result<Self> {
        let key = SoftwareKey::generate(algorithm)?;
        let template = Template {
            subject,
            public_key: key.public_key(),
            profile: Profile::Authority { path_len: Some(0) },
            validity,
            extensions: &[],
        };
        let certificate = self.issue(&template)?;
        Ok(Self { certificate, key })
    }

    /// Issues one certificate.
    ///
    /// # Errors
    /// As [`build::issue`].
    pub fn issue(&self, template: &Template<'_>) -> Result<Certificate> {
        build::issue(template, Some(&self.certificate), &self.key)
    }

    /// Issues a certificate over the key of a request, after checking its proof of possession.
    ///
    /// # Errors
    /// [`Error::Signature`] when the request is not signed with its own key.
    pub fn issue_for_request(
        &self,
        request: &CertificationRequest,
        profile: Profile,
        options: &IssueOptions,
    ) -> Result<Certificate> {
        request.verify()?;
        self.issue(&Template {
            subject: options.subject.as_ref().unwrap_or(request.subject()),
            public_key: request.public_key(),
            profile,
            validity: options.validity,
            extensions: &options.extensions,
        })
    }

    /// Issues the double certificate: a signing certificate over the key of the request, and an
    /// encryption certificate over a new pair of the same family and size, which is escrowed and
    /// returned wrapped to the key of the request.
    ///
    /// # Errors
    /// [`Error::Signature`] when the request is not signed with its own key; those of `escrow`, in
    /// which case nothing is handed out.
    pub fn enroll(
        &self,
        request: &CertificationRequest,
        options: &IssueOptions,
        escrow: &mut dyn Escrow,
    ) -> Result<Enrolment> {
        let signature_certificate = self.issue_for_request(request, Profile::Signature, options)?;
        let pair = SoftwareKey::generate(request.public_key().algorithm())?;
        let encryption_certificate = self.issue(&Template {
            subject: signature_certificate.subject(),
            public_key: pair.public_key(),
            profile: Profile::Encryption,
            validity: options.validity,
            extensions: &options.extensions,
        })?;
        let enveloped_key = EnvelopedKey::make(&pair, request.public_key())?;
        escrow.deposit(&encryption_certificate, &pair)?;
        Ok(Enrolment {
            signature_certificate,
            encryption_certificate,
            enveloped_key,
        })
    }
}

impl Validity {
    /// From `start` for this many days; the last day ends one second early, so that consecutive
    /// validities do not overlap.
    pub fn days(start: OffsetDateTime, days: u32) -> Self {
        let end = start + time::Duration::days(i64::from(days)) - time::Duration::SECOND;
        Self {
            not_before: start,
            not_after: end,
        }
    }
}
