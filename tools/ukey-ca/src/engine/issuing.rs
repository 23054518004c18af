//! Making certificates, and putting what was made into the state.

use time::OffsetDateTime;
use ukey_crypto::sm3;
use ukey_pki::ca::{Escrow, IssueOptions};
use ukey_pki::certificate::build::{self, Template};
use ukey_pki::enveloped_key::EnvelopedKey;
use ukey_pki::{Certificate, CertificationRequest, PublicKey, SoftwareKey};

use super::{Engine, Issuer};
use crate::error::{Refusal, Result};
use crate::kmc::Depositor;
use crate::request::{Profile, Submission};
use crate::state::{CertificateRecord, EscrowRecord, Role, Status, Transaction};

/// Certificates that are made but not in force before they are in the state.
pub(super) struct Draft {
    /// The issuer's name.
    issuer: String,
    pub(super) sign: Option<Certificate>,
    pub(super) encrypt: Option<Certificate>,
    pub(super) enveloped_key: Option<EnvelopedKey>,
    sealed: Option<Vec<u8>>,
    role: Role,
}

/// Keeps the sealed copy until the draft goes into the state.
struct Deposit<'a> {
    depositor: &'a Depositor,
    sealed: Option<Vec<u8>>,
}

impl Escrow for Deposit<'_> {
    fn deposit(&mut self, certificate: &Certificate, key: &SoftwareKey) -> ukey_pki::Result<()> {
        self.sealed = Some(self.depositor.seal(certificate, key)?);
        Ok(())
    }
}

/// Drafts a first issue; `None` when it cannot be done, which the act then finds out and explains.
pub(super) fn draft_first(
    engine: &Engine,
    submission: &Submission,
    now: OffsetDateTime,
) -> Option<Draft> {
    let csr = submission.csr.as_ref()?;
    draft(
        engine,
        csr,
        submission.request.profile,
        submission.request.days,
        now,
    )
    .ok()
}

/// Makes what `profile` asks for.
pub(super) fn draft(
    engine: &Engine,
    csr: &CertificationRequest,
    profile: Profile,
    days: Option<u32>,
    now: OffsetDateTime,
) -> Result<Draft> {
    let issuer = engine.issuer(csr.public_key());
    check_name(csr)?;
    let options = IssueOptions::new(engine.validity(issuer, days, now)?);
    let mut made = Draft::empty(issuer);
    let single = match profile {
        Profile::Double => {
            let mut deposit = Deposit {
                depositor: &engine.depositor,
                sealed: None,
            };
            // The proof of possession was checked when the request was read; checking again is
            // part of the issuing core and cheap beside the rest.
            let enrolment = issuer.authority.enroll(csr, &options, &mut deposit)?;
            made.sign = Some(enrolment.signature_certificate);
            made.encrypt = Some(enrolment.encryption_certificate);
            made.enveloped_key = Some(enrolment.enveloped_key);
            made.sealed = deposit.sealed;
            return Ok(made);
        }
        Profile::Sign => build::Profile::Signature,
        Profile::Encryption => build::Profile::Encryption,
        Profile::Tsa => build::Profile::TimeStamping,
        Profile::Ocsp => build::Profile::OcspSigning,
    };
    let certificate = issuer.authority.issue_for_request(csr, single, &options)?;
    match profile {
        Profile::Encryption => made.encrypt = Some(certificate),
        _ => made.sign = Some(certificate),
    }
    if matches!(profile, Profile::Tsa | Profile::Ocsp) {
        made.role = Role::Service;
    }
    Ok(made)
}

/// New certificates over the same two keys.
pub(super) fn draft_same_keys(
    engine: &Engine,
    csr: &CertificationRequest,
    encryption_key: Option<&PublicKey>,
    days: Option<u32>,
    now: OffsetDateTime,
) -> Result<Draft> {
    let issuer = engine.issuer(csr.public_key());
    check_name(csr)?;
    let options = IssueOptions::new(engine.validity(issuer, days, now)?);
    let mut made = Draft::empty(issuer);
    let authority = &issuer.authority;
    let sign = authority.issue_for_request(csr, build::Profile::Signature, &options)?;
    if let Some(public_key) = encryption_key {
        made.encrypt = Some(authority.issue(&Template {
            subject: sign.subject(),
            public_key,
            profile: build::Profile::Encryption,
            validity: options.validity,
            extensions: &[],
        })?);
    }
    made.sign = Some(sign);
    Ok(made)
}

fn check_name(csr: &CertificationRequest) -> Result<(), Refusal> {
    match csr.subject().is_empty() {
        true => Err(Refusal::Name("it is empty".to_owned())),
        false => Ok(()),
    }
}

/// SM3 of a SubjectPublicKeyInfo as we would write it.
pub(super) fn key_digest(key: &PublicKey) -> [u8; 32] {
    sm3::digest(&key.to_spki_der())
}

impl Draft {
    fn empty(issuer: &Issuer) -> Self {
        Self {
            issuer: issuer.name.clone(),
            sign: None,
            encrypt: None,
            enveloped_key: None,
            sealed: None,
            role: Role::Sign,
        }
    }

    /// Puts the certificates and the escrowed key into the state. `holder` goes on an earlier
    /// line; without it a new one begins. `sealed` is the escrow record of an unchanged key.
    pub(super) fn record(
        &self,
        transaction: &mut dyn Transaction,
        holder: Option<&str>,
        sealed: Option<Vec<u8>>,
    ) -> Result<()> {
        let serial =
            |certificate: &Option<Certificate>| certificate.as_ref().map(Certificate::serial_hex);
        let (sign, encrypt) = (serial(&self.sign), serial(&self.encrypt));
        let first = sign.clone().or_else(|| encrypt.clone()).unwrap_or_default();
        let holder = holder.unwrap_or(&first);
        if let Some(certificate) = &self.sign {
            let record = self.row(certificate, self.role, holder, encrypt.clone())?;
            transaction.add_certificate(&record)?;
        }
        if let Some(certificate) = &self.encrypt {
            let record = self.row(certificate, Role::Encrypt, holder, sign)?;
            transaction.add_certificate(&record)?;
        }
        if let (Some(serial), Some(sealed)) = (encrypt, self.sealed.clone().or(sealed)) {
            transaction.add_escrow(&EscrowRecord {
                serial,
                sealed,
                recovered_by: None,
            })?;
        }
        Ok(())
    }

    fn row(
        &self,
        certificate: &Certificate,
        role: Role,
        holder: &str,
        partner: Option<String>,
    ) -> Result<CertificateRecord> {
        Ok(CertificateRecord {
            serial: certificate.serial_hex(),
            issuer: self.issuer.clone(),
            role,
            holder: holder.to_owned(),
            partner,
            successor: None,
            key: key_digest(&certificate.public_key()?),
            subject: certificate.subject().to_string(),
            not_after: certificate.validity().not_after.unix_timestamp(),
            status: Status::Active,
            der: certificate.as_der().to_vec(),
        })
    }
}
