//! The acts of the authority and their rules. No files, no clock, no network: state comes in as a
//! [`Transaction`], time as an argument.
//!
//! | act | needs | does |
//! |---|---|---|
//! | issue | CSR | certificates by profile; `double` makes and escrows the encryption pair |
//! | renew | CSR, signed by the present key | same key: new certificates over both keys; new key: a new double certificate, the old one ends after [`Policy::overlap_days`] |
//! | change | as renew, with an operator | the same under a new name |
//! | replace | CSR, operator | a new double certificate, the old one ends at once |
//! | recover | CSR, signed by the holder's present key; two officers | an escrowed key, wrapped to the key of the CSR |
//! | revoke, hold | signed by the present key, or operator | both certificates of the holder |
//! | unhold | operator | the same |

mod acts;
mod issuing;

use std::sync::Mutex;

use time::{Duration, OffsetDateTime};
use ukey_pki::ca::Authority;
use ukey_pki::certificate::Validity;
use ukey_pki::crl::{self, RevocationList};
use ukey_pki::csr_response::CsrResponse;
use ukey_pki::enveloped_key::EnvelopedKey;
use ukey_pki::{Certificate, PublicKey};

use crate::answer::{Answer, StatusLine};
use crate::error::{Error, Refusal, Result};
use crate::kmc::{Depositor, OpenKmc};
use crate::log::{self, Entry, IssuedLine, hex};
use crate::request::{Act, Submission};
use crate::state::{RequestRecord, Status, Transaction};

/// How far back validities begin, for clocks that are a little slow.
const CLOCK_TOLERANCE: Duration = Duration::minutes(5);

/// One issuing certificate with its root.
#[derive(Debug)]
pub struct Issuer {
    /// Short name in the state.
    pub name: String,
    /// The root above it.
    pub root: Certificate,
    /// The issuing authority.
    pub authority: Authority,
}

/// What may be asked for.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// Days of validity where the request names none.
    pub default_days: u32,
    /// Most days that a request may name.
    pub max_days: u32,
    /// Days for which the old certificates stay in force after a renewal with a new key.
    pub overlap_days: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            default_days: 365,
            max_days: 3650,
            overlap_days: 7,
        }
    }
}

/// The authority at work.
#[derive(Debug)]
pub struct Engine {
    /// For SM2 keys, and for RSA keys where there is no other.
    pub sm2: Issuer,
    /// For RSA keys.
    pub rsa: Option<Issuer>,
    /// Where encryption keys are escrowed.
    pub depositor: Depositor,
    /// What may be asked for.
    pub policy: Policy,
}

/// On whose word an act is done.
#[derive(Clone, Copy, Debug, Default)]
pub struct Consent<'a> {
    /// An operator of the authority stands behind it.
    pub operator: bool,
    /// The escrow, opened by two officers.
    pub kmc: Option<&'a OpenKmc>,
}

/// What came in: a submission, or why it is none.
pub type Incoming = Result<Submission, (String, Refusal)>;

/// Reads a file into what [`Engine::process`] takes.
pub fn incoming(file: &[u8]) -> Incoming {
    Submission::read(file).map_err(|refusal| (Submission::claimed_id(file), refusal))
}

/// What an act brought about.
#[derive(Default)]
struct Granted {
    sign: Option<Certificate>,
    encrypt: Option<Certificate>,
    enveloped_key: Option<EnvelopedKey>,
    changed: Vec<(String, Status)>,
}

impl Engine {
    /// Answers all requests in one transaction, which the caller commits. Refusals are answers; an
    /// error means that the transaction must be given up.
    ///
    /// # Errors
    /// Trouble with state or keys.
    pub fn process(
        &self,
        transaction: &mut dyn Transaction,
        incoming: &[Incoming],
        consent: Consent<'_>,
        now: OffsetDateTime,
    ) -> Result<Vec<Answer>> {
        let drafts = self.draft(transaction, incoming, now)?;
        let mut writer = log::Writer::resume(transaction)?;
        let mut answers = Vec::with_capacity(incoming.len());
        for (item, draft) in incoming.iter().zip(drafts) {
            let mut entry = Entry {
                time: now.unix_timestamp(),
                ..Entry::default()
            };
            if consent.operator {
                entry.by.push("operator".to_owned());
            }
            let answer = match item {
                Ok(submission) => {
                    entry.act = submission.request.act.word().to_owned();
                    if let (Act::Recover, Some(kmc)) = (submission.request.act, consent.kmc) {
                        entry.by.extend(kmc.officers().iter().cloned());
                    }
                    let mut case = acts::Case {
                        engine: self,
                        transaction,
                        submission,
                        consent,
                        now,
                    };
                    case.answer(draft, &mut entry)?
                }
                Err((id, refusal)) => {
                    entry.act = "unreadable".to_owned();
                    refusal.code().clone_into(&mut entry.outcome);
                    Answer::refused(None, id, refusal)
                }
            };
            entry.request.clone_from(&answer.id);
            writer.add(transaction, &entry)?;
            answers.push(answer);
        }
        Ok(answers)
    }

    /// The costly part of first issues, on all cores: key generation, signatures, wrapping.
    /// Nothing is decided here; drafts that are not wanted are thrown away.
    fn draft(
        &self,
        transaction: &mut dyn Transaction,
        incoming: &[Incoming],
        now: OffsetDateTime,
    ) -> Result<Vec<Option<issuing::Draft>>> {
        let mut wanted = Vec::new();
        for (position, item) in incoming.iter().enumerate() {
            if let Ok(submission) = item
                && submission.request.act == Act::Issue
                && transaction.request(&submission.request.id)?.is_none()
            {
                wanted.push((position, submission));
            }
        }
        let mut drafts: Vec<Option<issuing::Draft>> = incoming.iter().map(|_| None).collect();
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let next = Mutex::new(wanted.into_iter());
        let done = Mutex::new(Vec::new());
        let work = || {
            loop {
                let Some((position, submission)) = lock(&next).next() else {
                    return;
                };
                let draft = issuing::draft_first(self, submission, now);
                lock(&done).push((position, draft));
            }
        };
        if incoming.len() < 2 || cores < 2 {
            work();
        } else {
            std::thread::scope(|scope| {
                for _ in 1..cores {
                    scope.spawn(work);
                }
                work();
            });
        }
        for (position, draft) in done.into_inner().unwrap_or_default() {
            drafts[position] = draft;
        }
        Ok(drafts)
    }

    /// The issuer for keys like `key`.
    fn issuer(&self, key: &PublicKey) -> &Issuer {
        match (key, &self.rsa) {
            (PublicKey::Rsa(_), Some(rsa)) => rsa,
            _ => &self.sm2,
        }
    }

    /// All issuers.
    pub fn issuers(&self) -> impl Iterator<Item = &Issuer> {
        std::iter::once(&self.sm2).chain(&self.rsa)
    }

    /// Validity of new certificates, never beyond the issuer's own.
    fn validity(
        &self,
        issuer: &Issuer,
        days: Option<u32>,
        now: OffsetDateTime,
    ) -> Result<Validity, Refusal> {
        let days = days.unwrap_or(self.policy.default_days);
        if days == 0 || days > self.policy.max_days {
            return Err(Refusal::Days(self.policy.max_days));
        }
        let own = issuer.authority.certificate().validity();
        let mut validity = Validity::days(now - CLOCK_TOLERANCE, days);
        if !own.contains(now) || !issuer.root.validity().contains(now) {
            return Err(Refusal::AuthorityExpired);
        }
        validity.not_before = validity.not_before.max(own.not_before);
        validity.not_after = validity.not_after.min(own.not_after);
        Ok(validity)
    }

    /// Makes the next revocation list of `issuer` and logs it.
    ///
    /// # Errors
    /// Trouble with state or keys.
    pub fn revocation_list(
        &self,
        transaction: &mut dyn Transaction,
        issuer: &Issuer,
        now: OffsetDateTime,
        next_update: OffsetDateTime,
    ) -> Result<RevocationList> {
        let mut entries = Vec::new();
        for record in transaction.not_in_force(&issuer.name, now.unix_timestamp())? {
            let (since, reason) = match record.status {
                Status::Active => continue,
                Status::Held { since } => (since, crl::Reason::CertificateHold),
                Status::Revoked { since, reason } => (
                    since,
                    crl::Reason::from_number(reason).unwrap_or(crl::Reason::Unspecified),
                ),
            };
            let certificate = Certificate::from_der(&record.der)?;
            entries.push(crl::Entry {
                serial: certificate.serial().to_vec(),
                since: OffsetDateTime::from_unix_timestamp(since).map_err(Error::state)?,
                reason,
            });
        }
        let number = transaction.next_number(&format!("crl-{}", issuer.name))?;
        let template = crl::Template {
            number,
            this_update: now,
            next_update,
            entries: &entries,
        };
        let authority = &issuer.authority;
        let list = RevocationList::issue(&template, authority.certificate(), authority.key())?;
        self.note(
            transaction,
            "crl",
            &format!("{} {number}, {} entries", issuer.name, entries.len()),
            now,
        )?;
        Ok(list)
    }

    /// Logs something that is not a request.
    ///
    /// # Errors
    /// [`Error::State`].
    pub fn note(
        &self,
        transaction: &mut dyn Transaction,
        act: &str,
        note: &str,
        now: OffsetDateTime,
    ) -> Result<()> {
        let entry = Entry {
            time: now.unix_timestamp(),
            act: act.to_owned(),
            outcome: "granted".to_owned(),
            note: note.to_owned(),
            ..Entry::default()
        };
        log::Writer::resume(transaction)?.add(transaction, &entry)
    }

    /// The answer to a request that was granted, now or before.
    fn answer_to(&self, act: Act, id: &str, granted: &Granted) -> Result<Answer> {
        let mut answer = Answer::granted(act, id);
        let handed_out = [&granted.sign, &granted.encrypt].into_iter().flatten();
        for certificate in handed_out.take(1) {
            let issuer = self
                .issuers()
                .find(|issuer| issuer.authority.certificate().subject() == certificate.issuer())
                .unwrap_or(&self.sm2);
            let chain = [issuer.authority.certificate(), &issuer.root];
            answer.chain = chain.iter().map(|c| c.to_pem()).collect();
        }
        if granted.sign.is_some() || granted.encrypt.is_some() {
            let response = CsrResponse {
                sign_certificates: granted.sign.iter().cloned().collect(),
                enveloped_key: granted.enveloped_key.clone(),
                encrypt_certificates: granted.encrypt.iter().cloned().collect(),
            };
            answer.response = Some(response.to_pem());
        }
        answer.changed = granted
            .changed
            .iter()
            .map(|(serial, status)| StatusLine {
                serial: serial.clone(),
                state: status.word().to_owned(),
                since: status.since(),
            })
            .collect();
        Ok(answer)
    }

    /// The same answer once more.
    fn repeat(&self, transaction: &mut dyn Transaction, record: &RequestRecord) -> Result<Answer> {
        let mut certificate = |serial: &Option<String>| -> Result<Option<Certificate>> {
            let Some(serial) = serial else {
                return Ok(None);
            };
            let found = transaction.certificate(serial)?;
            let found = found.ok_or_else(|| Refusal::UnknownCertificate(serial.clone()))?;
            Ok(Some(Certificate::from_der(&found.der)?))
        };
        let granted = Granted {
            sign: certificate(&record.sign)?,
            encrypt: certificate(&record.encrypt)?,
            enveloped_key: match &record.enveloped_key {
                Some(der) => Some(EnvelopedKey::from_der(der)?),
                None => None,
            },
            changed: Vec::new(),
        };
        let mut answer = self.answer_to(record.act, &record.id, &granted)?;
        answer.repeated = true;
        Ok(answer)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn issued_line(certificate: &Certificate) -> IssuedLine {
    IssuedLine {
        serial: certificate.serial_hex(),
        sm3: hex(&ukey_crypto::sm3::digest(certificate.as_der())),
    }
}

#[cfg(test)]
mod tests;
