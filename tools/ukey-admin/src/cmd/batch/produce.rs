//! One key, from blank to its letter. Every step looks first whether it is done, so that an
//! interrupted one is gone through again from the start.

use std::{
    fs,
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use serde_json::{Value, json};
use time::OffsetDateTime;
use ukey_ca::{
    directory::Directory,
    engine::{self, Consent},
    request::{Act, Request},
};
use ukey_crypto::rng;
use ukey_host::PinPolicy;
use ukey_pki::{Certificate, CertificationRequest, Signer};
use ukey_token::{Application, Device, NewApplication, Pin, PinType, Rights, view::PublicKey};
use zeroize::Zeroizing;

use super::{
    journal::{Event, Journal},
    letter,
    profile::Profile,
    table::Row,
};
use crate::{
    auth_key::AuthKey,
    authority, certificate,
    cmd::{issued::Issued, key, seal},
    error::{Error, Result},
    files::{self, Readers},
    text,
    token_keys::TokenSigner,
};

/// What all keys of a run share.
pub(super) struct Workshop {
    pub(super) profile: Profile,
    pub(super) out: PathBuf,
    pub(super) journal: Journal,
    pub(super) ca: Mutex<Directory>,
    pub(super) anchors: Vec<Certificate>,
    pub(super) auth_key: AuthKey,
    pub(super) so_pin: Pin,
    pub(super) pin_policy: PinPolicy,
}

impl Workshop {
    /// Produces a row on a USBKEY. What it returns goes into the report.
    pub(super) fn produce(&self, row: &Row, device: &Device) -> Result<Value> {
        let serial = device.cached_info().serial_number.to_text();
        let made = self.steps(row, device, &serial);
        match &made {
            Ok(report) => {
                let path = self.out.join("reports").join(format!("{serial}.json"));
                let text = format!("{report:#}\n");
                files::write_whole(&path, true, Readers::AsUsual, text.as_bytes())?;
                self.journal.note(&row.id, &serial, Event::Done, None)?;
                self.forget_pin(row);
            }
            Err(error) => {
                let message = Some(error.to_string());
                self.journal
                    .note(&row.id, &serial, Event::Failed, message)?;
            }
        }
        made
    }

    fn steps(&self, row: &Row, device: &Device, serial: &str) -> Result<Value> {
        // Durable before the USBKEY gets it: a PIN that nobody knows makes a key useless.
        let digits = self.pin(row)?;
        let pin = Pin::new(digits.as_bytes())?;
        if self.journal.row(&row.id).is_none() {
            self.journal.note(&row.id, serial, Event::Claimed, None)?;
        }
        let application = self.application(device, &pin)?;
        if let Some(label) = &row.label {
            device.set_label(label)?;
        }
        application.verify_pin(PinType::User, &pin)?;
        let worked = self.fill(row, &application);
        // A reader keeps the login beyond this process; a key that was pulled has forgotten it.
        application.clear_secure_state().ok();
        let issued = worked?;
        let page = letter::html(&self.profile.letter, row, serial, &digits);
        let path = self.out.join("letters").join(format!("{}.html", row.id));
        files::write_whole(&path, true, Readers::Owner, page.as_bytes())?;
        let mut report = issued.data(&self.profile.certificate.container);
        report["row"] = json!(row.id);
        report["serial"] = json!(serial);
        report["label"] = json!(row.label);
        report["application"] = json!(self.profile.application.name);
        Ok(report)
    }

    /// The letter has the PIN. A file that an interruption has left goes with the next run.
    pub(super) fn forget_pin(&self, row: &Row) {
        fs::remove_file(self.pin_path(row)).ok();
    }

    fn pin_path(&self, row: &Row) -> PathBuf {
        self.out.join("letters").join(format!("{}.pin", row.id))
    }

    /// The row's transport PIN, drawn where there is none.
    fn pin(&self, row: &Row) -> Result<Zeroizing<String>> {
        let path = self.pin_path(row);
        if path.exists() {
            let bytes = Zeroizing::new(files::read_small(&path)?);
            return match std::str::from_utf8(&bytes) {
                Ok(text) => Ok(Zeroizing::new(text.trim().to_owned())),
                Err(_) => Err(Error::Unfit(text::batch::pin_file(&path))),
            };
        }
        let digits = draw(self.profile.pin.length, self.pin_policy)?;
        files::write_new(&path, digits.as_bytes())?;
        Ok(digits)
    }

    /// The application with both PINs, made unless this row has made it before.
    fn application(&self, device: &Device, pin: &Pin) -> Result<Application> {
        let wanted = &self.profile.application;
        if !device.applications()?.contains(&wanted.name) {
            device.authenticate(&self.auth_key)?;
            let new = NewApplication {
                name: &wanted.name,
                admin_pin: &self.so_pin,
                admin_tries: wanted.so_pin_tries,
                user_pin: Some(pin),
                user_tries: wanted.pin_tries,
                create_file_rights: Rights::USER,
            };
            device.create_application(&new, Some(&self.auth_key))?;
        }
        Ok(device.application(&wanted.name))
    }

    /// Keys, certificates and seal. The user is logged in.
    fn fill(&self, row: &Row, application: &Application) -> Result<Issued> {
        let name = &self.profile.certificate.container;
        let container = key::open_or_create(application, name)?;
        let before = container.read()?;
        let key = match before.signature.public_key {
            Some(key) => key,
            None => PublicKey::Sm2(container.generate_sm2()?),
        };
        let signer = TokenSigner::new(container.clone(), &key);
        let issued = self.certify(row, &signer)?;
        issued.store(&container)?;
        issued.try_out(&container)?;
        if let Some(path) = &row.seal {
            seal::keep(application, SEAL, &files::read_small(path)?)?;
        }
        Ok(issued)
    }

    /// What the authority gives for the key; the same again for the same key.
    fn certify(&self, row: &Row, signer: &TokenSigner) -> Result<Issued> {
        let key = certificate::hex(&signer.public_key().key_identifier());
        let mut request = Request::new(Act::Issue, format!("{}-{key}", Act::Issue.word()));
        request.days = Some(self.profile.certificate.days);
        let csr = CertificationRequest::build(&row.subject, signer, &Default::default())?;
        request.csr = Some(csr.to_pem());
        let incoming = [engine::incoming(&request.to_file()?)];
        let consent = Consent {
            operator: true,
            kmc: None,
        };
        let now = OffsetDateTime::now_utc();
        let mut ca = self.ca.lock().unwrap_or_else(PoisonError::into_inner);
        let answers = ca.process(&incoming, consent, now)?;
        drop(ca);
        let answer = answers.into_iter().next();
        let answer = answer.ok_or_else(|| Error::Unfit(text::error::wrong_answer().to_owned()))?;
        let answer = authority::granted(answer)?;
        Issued::read(&answer, signer.public_key(), &self.anchors)
    }
}

/// Name of the seal of a produced key.
const SEAL: &str = "seal";

/// Random digits, every one as likely as another; none that people try first.
fn draw(length: usize, policy: PinPolicy) -> Result<Zeroizing<String>> {
    loop {
        let mut digits = Zeroizing::new(String::with_capacity(length));
        while digits.len() < length {
            let mut byte = [0; 1];
            rng::fill(&mut byte).map_err(ukey_pki::Error::from)?;
            // 250 is a multiple of ten: no digit comes more often.
            if byte[0] < 250 {
                digits.push(char::from(b'0' + byte[0] % 10));
            }
        }
        if !is_obvious(digits.as_bytes()) && policy.judge(digits.as_bytes()).is_ok() {
            return Ok(digits);
        }
    }
}

/// One digit alone, or a row that goes up or down by ones.
fn is_obvious(digits: &[u8]) -> bool {
    [0, 1, -1].iter().any(|step| {
        digits
            .windows(2)
            .all(|pair| i16::from(pair[1]) - i16::from(pair[0]) == *step)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn obvious_pins_are_known_and_drawn_ones_differ() {
        for obvious in [&b"11111111"[..], b"12345678", b"87654321"] {
            assert!(is_obvious(obvious));
        }
        assert!(!is_obvious(b"12345679"));
        let policy = PinPolicy {
            min_length: 8,
            longest_run: Some(2),
        };
        let (first, second) = (draw(16, policy).unwrap(), draw(16, policy).unwrap());
        assert!(policy.judge(first.as_bytes()).is_ok());
        assert!(first.len() == 16 && first.chars().all(|c| c.is_ascii_digit()));
        assert_ne!(*first, *second);
    }
}
