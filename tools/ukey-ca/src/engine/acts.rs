//! One request against the state: what it needs, what it does. All checks of an act come before
//! its first change.

use time::{Duration, OffsetDateTime};
use ukey_pki::enveloped_key::EnvelopedKey;
use ukey_pki::{Certificate, CertificationRequest, PublicKey};

use super::issuing::{self, Draft, key_digest};
use super::{Consent, Engine, Granted, issued_line};
use crate::answer::Answer;
use crate::error::{Error, Refusal, Result};
use crate::log::Entry;
use crate::request::{Act, Request, Submission, Why};
use crate::state::{CertificateRecord, RequestRecord, Role, Status, Transaction};

/// A request on the desk.
pub(super) struct Case<'a> {
    pub(super) engine: &'a Engine,
    pub(super) transaction: &'a mut dyn Transaction,
    pub(super) submission: &'a Submission,
    pub(super) consent: Consent<'a>,
    pub(super) now: OffsetDateTime,
}

impl Case<'_> {
    /// Grants or refuses, and completes the log entry.
    pub(super) fn answer(&mut self, draft: Option<Draft>, entry: &mut Entry) -> Result<Answer> {
        let (act, id) = (self.request().act, self.request().id.clone());
        let granted = match self.transaction.request(&id)? {
            Some(earlier) if earlier.meaning == self.submission.meaning() => {
                "repeated".clone_into(&mut entry.outcome);
                return self.engine.repeat(self.transaction, &earlier);
            }
            Some(_) => Err(Refusal::IdTaken.into()),
            None => self.act(draft),
        };
        match granted {
            Ok(granted) => {
                self.remember(&granted)?;
                "granted".clone_into(&mut entry.outcome);
                let certificates = [&granted.sign, &granted.encrypt].into_iter().flatten();
                // A recovered certificate is handed out, not issued.
                if act != Act::Recover {
                    entry.issued = certificates.map(issued_line).collect();
                }
                entry.changed = granted
                    .changed
                    .iter()
                    .map(|(serial, status)| {
                        let since = status.since().unwrap_or_default();
                        (serial.clone(), status.word().to_owned(), since)
                    })
                    .collect();
                self.engine.answer_to(act, &id, &granted)
            }
            Err(Error::Refused(refusal)) => {
                refusal.code().clone_into(&mut entry.outcome);
                Ok(Answer::refused(Some(act), &id, &refusal))
            }
            Err(e) => Err(e),
        }
    }

    fn act(&mut self, draft: Option<Draft>) -> Result<Granted> {
        match self.request().act {
            Act::Issue => self.issue(draft),
            Act::Renew => self.renew(Why::Superseded),
            Act::Change => {
                self.operator()?;
                self.renew(Why::Changed)
            }
            Act::Replace => self.replace(),
            Act::Recover => self.recover(),
            Act::Revoke => self.revoke(),
            Act::Hold => self.hold(),
            Act::Unhold => self.unhold(),
        }
    }

    fn request(&self) -> &Request {
        &self.submission.request
    }

    fn seconds(&self) -> i64 {
        self.now.unix_timestamp()
    }

    fn csr(&self) -> Result<CertificationRequest, Refusal> {
        let csr = self.submission.csr.clone();
        csr.ok_or(Refusal::Incomplete("a certification request (csr)"))
    }

    fn operator(&self) -> Result<(), Refusal> {
        match self.consent.operator {
            true => Ok(()),
            false => Err(Refusal::OperatorOnly),
        }
    }

    fn remember(&mut self, granted: &Granted) -> Result<()> {
        let serial =
            |certificate: &Option<Certificate>| certificate.as_ref().map(Certificate::serial_hex);
        self.transaction.add_request(&RequestRecord {
            id: self.request().id.clone(),
            act: self.request().act,
            meaning: self.submission.meaning(),
            sign: serial(&granted.sign),
            encrypt: serial(&granted.encrypt),
            enveloped_key: granted.enveloped_key.as_ref().map(EnvelopedKey::to_der),
        })
    }

    /// The certificate that the request is about.
    fn about(&mut self) -> Result<CertificateRecord> {
        let serial = self.request().about.clone();
        let serial = serial.ok_or(Refusal::Incomplete("the certificate it is about (about)"))?;
        let serial = serial.to_ascii_uppercase();
        let record = self.transaction.certificate(&serial)?;
        Ok(record.ok_or(Refusal::UnknownCertificate(serial))?)
    }

    /// The signing certificate that the request is about.
    fn about_signing(&mut self) -> Result<CertificateRecord> {
        let record = self.about()?;
        match record.role {
            Role::Sign => Ok(record),
            _ => Err(Refusal::State {
                serial: record.serial,
                state: "not a signing certificate".to_owned(),
            }
            .into()),
        }
    }

    /// The state's record of whoever signed the request.
    fn signer(&mut self) -> Result<CertificateRecord> {
        let signer = self.submission.signer.as_ref().ok_or(Refusal::NotSigned)?;
        let record = self.transaction.certificate(&signer.serial_hex())?;
        match record {
            Some(record) if record.der == signer.as_der() => Ok(record),
            _ => Err(Refusal::OtherSigner.into()),
        }
    }

    fn signer_in_force(&mut self) -> Result<CertificateRecord> {
        let signer = self.signer()?;
        let reason = match signer.status.is_in_force(self.seconds()) {
            true if signer.not_after >= self.seconds() => return Ok(signer),
            true => "expired".to_owned(),
            false => signer.status.word().to_owned(),
        };
        Err(Refusal::SignerNotInForce(reason).into())
    }

    /// The holder of `about`, by signature, or an operator.
    fn holder_or_operator(&mut self, about: &CertificateRecord) -> Result<()> {
        if self.consent.operator && self.submission.signer.is_none() {
            return Ok(());
        }
        match self.signer_in_force()?.serial == about.serial {
            true => Ok(()),
            false => Err(Refusal::OtherSigner.into()),
        }
    }

    /// Refuses a key that has a certificate.
    fn new_key(&mut self, key: &PublicKey) -> Result<()> {
        match self.transaction.certificate_of_key(&key_digest(key))? {
            Some(record) => Err(Refusal::KeyCertified(record.serial).into()),
            None => Ok(()),
        }
    }

    fn issue(&mut self, draft: Option<Draft>) -> Result<Granted> {
        let csr = self.csr()?;
        self.new_key(csr.public_key())?;
        let draft = match draft {
            Some(draft) => draft,
            // Again, for the reason why it could not be done.
            None => {
                let (profile, days) = (self.request().profile, self.request().days);
                issuing::draft(self.engine, &csr, profile, days, self.now)?
            }
        };
        draft.record(self.transaction, None, None)?;
        Ok(Granted::from(draft))
    }

    fn renew(&mut self, why: Why) -> Result<Granted> {
        let csr = self.csr()?;
        let about = self.about_signing()?;
        let signer = self.signer_in_force()?;
        if signer.serial != about.serial {
            return Err(Refusal::OtherSigner.into());
        }
        if about.successor.is_some() {
            return Err(Refusal::HasSuccessor(about.serial).into());
        }
        let present = Certificate::from_der(&about.der)?;
        if why == Why::Superseded && csr.subject() != present.subject() {
            let reason = "a renewal keeps the name; ask for a change".to_owned();
            return Err(Refusal::Name(reason).into());
        }
        match *csr.public_key() == present.public_key()? {
            true => self.renew_same_key(&csr, &about, why),
            false => self.renew_new_key(&csr, &about, why),
        }
    }

    fn renew_same_key(
        &mut self,
        csr: &CertificationRequest,
        about: &CertificateRecord,
        why: Why,
    ) -> Result<Granted> {
        let partner = match &about.partner {
            Some(serial) => self.transaction.certificate(serial)?,
            None => None,
        };
        let encryption_key = match &partner {
            Some(record) => Some(Certificate::from_der(&record.der)?.public_key()?),
            None => None,
        };
        let days = self.request().days;
        let draft =
            issuing::draft_same_keys(self.engine, csr, encryption_key.as_ref(), days, self.now)?;
        // The escrowed copy is bound to its certificate, so the old record stays the one to open;
        // recovery of the new certificate goes through the key.
        draft.record(self.transaction, Some(&about.holder), None)?;
        self.succeed(about, &draft)?;
        let mut granted = Granted::from(draft);
        if why == Why::Changed {
            granted.changed = self.end(about, self.seconds(), why.reason() as u8)?;
        }
        Ok(granted)
    }

    fn renew_new_key(
        &mut self,
        csr: &CertificationRequest,
        about: &CertificateRecord,
        why: Why,
    ) -> Result<Granted> {
        self.new_key(csr.public_key())?;
        let (profile, days) = (self.request().profile, self.request().days);
        let draft = issuing::draft(self.engine, csr, profile, days, self.now)?;
        draft.record(self.transaction, Some(&about.holder), None)?;
        self.succeed(about, &draft)?;
        // An interrupted renewal must leave a working key: the old one stays for a while.
        let overlap = Duration::days(i64::from(self.engine.policy.overlap_days));
        let since = (self.now + overlap).unix_timestamp();
        let mut granted = Granted::from(draft);
        granted.changed = self.end(about, since, why.reason() as u8)?;
        Ok(granted)
    }

    fn replace(&mut self) -> Result<Granted> {
        self.operator()?;
        let csr = self.csr()?;
        let about = self.about_signing()?;
        if about.successor.is_some() {
            return Err(Refusal::HasSuccessor(about.serial).into());
        }
        let present = Certificate::from_der(&about.der)?;
        if csr.subject() != present.subject() {
            let reason = "a replacement keeps the name; ask for a change".to_owned();
            return Err(Refusal::Name(reason).into());
        }
        self.new_key(csr.public_key())?;
        let (profile, days, why) = {
            let request = self.request();
            (request.profile, request.days, request.why)
        };
        let draft = issuing::draft(self.engine, &csr, profile, days, self.now)?;
        draft.record(self.transaction, Some(&about.holder), None)?;
        self.succeed(&about, &draft)?;
        let mut granted = Granted::from(draft);
        granted.changed = self.end(&about, self.seconds(), why.reason() as u8)?;
        Ok(granted)
    }

    fn succeed(&mut self, about: &CertificateRecord, draft: &Draft) -> Result<()> {
        if let Some(sign) = &draft.sign {
            self.transaction
                .set_successor(&about.serial, &sign.serial_hex())?;
        }
        if let (Some(old), Some(new)) = (&about.partner, &draft.encrypt) {
            self.transaction.set_successor(old, &new.serial_hex())?;
        }
        Ok(())
    }

    fn recover(&mut self) -> Result<Granted> {
        let csr = self.csr()?;
        let about = self.about()?;
        let signer = self.signer_in_force()?;
        if signer.holder != about.holder {
            return Err(Refusal::OtherSigner.into());
        }
        let (record, escrowed) = self.escrowed(&about)?;
        if let Some(earlier) = &escrowed.recovered_by
            && let Some(earlier) = self.transaction.certificate(earlier)?
            && earlier.status.is_in_force(self.seconds())
        {
            return Err(Refusal::Recovered(about.serial).into());
        }
        let kmc = self.consent.kmc.ok_or(Refusal::TwoOfficers)?;
        let pair = kmc.recover(&Certificate::from_der(&record.der)?, &escrowed.sealed)?;
        let enveloped_key = EnvelopedKey::make(&pair, csr.public_key())?;
        self.transaction
            .set_recovered(&escrowed.serial, &signer.serial)?;
        Ok(Granted {
            encrypt: Some(Certificate::from_der(&about.der)?),
            enveloped_key: Some(enveloped_key),
            ..Granted::default()
        })
    }

    /// The escrow record of a certificate's key, which was made with an earlier certificate when
    /// the key was renewed.
    fn escrowed(
        &mut self,
        about: &CertificateRecord,
    ) -> Result<(CertificateRecord, crate::state::EscrowRecord)> {
        let not_escrowed = || Error::Refused(Refusal::NotEscrowed(about.serial.clone()));
        if about.role != Role::Encrypt {
            return Err(not_escrowed());
        }
        for record in self.transaction.certificates_of_key(&about.key)? {
            if let Some(escrowed) = self.transaction.escrow(&record.serial)? {
                return Ok((record, escrowed));
            }
        }
        Err(not_escrowed())
    }

    fn revoke(&mut self) -> Result<Granted> {
        let about = self.about()?;
        self.holder_or_operator(&about)?;
        if let Status::Revoked { since, .. } = about.status
            && since <= self.seconds()
        {
            return Err(wrong_state(&about));
        }
        let reason = self.request().why.reason() as u8;
        let changed = self.end(&about, self.seconds(), reason)?;
        Ok(Granted {
            changed,
            ..Granted::default()
        })
    }

    fn hold(&mut self) -> Result<Granted> {
        let about = self.about()?;
        self.holder_or_operator(&about)?;
        if about.status != Status::Active {
            return Err(wrong_state(&about));
        }
        let since = self.seconds();
        self.set_pair(&about, |status| match status {
            Status::Active => Status::Held { since },
            other => other,
        })
    }

    fn unhold(&mut self) -> Result<Granted> {
        self.operator()?;
        let about = self.about()?;
        if !matches!(about.status, Status::Held { .. }) {
            return Err(wrong_state(&about));
        }
        self.set_pair(&about, |status| match status {
            Status::Held { .. } => Status::Active,
            other => other,
        })
    }

    /// Ends both certificates of a pair. The escrowed key stays.
    fn end(
        &mut self,
        about: &CertificateRecord,
        since: i64,
        reason: u8,
    ) -> Result<Vec<(String, Status)>> {
        let changed = self.set_pair(about, |status| match status {
            // What has ended already keeps its date.
            Status::Revoked { since: earlier, .. } if earlier <= since => status,
            _ => Status::Revoked { since, reason },
        })?;
        Ok(changed.changed)
    }

    fn set_pair(
        &mut self,
        about: &CertificateRecord,
        change: impl Fn(Status) -> Status,
    ) -> Result<Granted> {
        let mut changed = Vec::new();
        let partner = match &about.partner {
            Some(serial) => self.transaction.certificate(serial)?,
            None => None,
        };
        for record in std::iter::once(about).chain(&partner) {
            let status = change(record.status);
            if status != record.status {
                self.transaction.set_status(&record.serial, status)?;
                changed.push((record.serial.clone(), status));
            }
        }
        Ok(Granted {
            changed,
            ..Granted::default()
        })
    }
}

fn wrong_state(about: &CertificateRecord) -> Error {
    Refusal::State {
        serial: about.serial.clone(),
        state: about.status.word().to_owned(),
    }
    .into()
}

impl From<Draft> for Granted {
    fn from(draft: Draft) -> Self {
        Self {
            sign: draft.sign,
            encrypt: draft.encrypt,
            enveloped_key: draft.enveloped_key,
            changed: Vec::new(),
        }
    }
}
