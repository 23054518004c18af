#![allow(clippy::unwrap_used)]

use ukey_pki::request::RequestOptions;
use ukey_pki::{CertificationRequest, Signer};

mod state;

use super::*;
use crate::kmc::{Kmc, OfficerKey};
use crate::request::{Profile, Request, Why};
use crate::state::State;
use crate::state::sqlite::SqliteState;
use ukey_pki::SoftwareKey;
use ukey_pki::key::KeyAlgorithm;

/// An authority over a database in a temporary folder.
struct Office {
    folder: tempfile::TempDir,
    engine: Engine,
    state: SqliteState,
    kmc: OpenKmc,
    now: OffsetDateTime,
}

/// A holder with the present key and certificates.
struct Holder {
    key: SoftwareKey,
    sign: Certificate,
    encrypt: Certificate,
    pair: SoftwareKey,
}

impl Office {
    fn open() -> Self {
        let now = OffsetDateTime::from_unix_timestamp(1_780_000_000).unwrap();
        let validity = Validity::days(now - Duration::days(1), 2000);
        let name = |text: &str| text.parse().unwrap();
        let root =
            Authority::create_root(&name("CN=TEST root"), KeyAlgorithm::Sm2, validity).unwrap();
        let authority = root
            .create_subordinate(&name("CN=TEST issuing"), KeyAlgorithm::Sm2, validity)
            .unwrap();
        let officers: Vec<OfficerKey> = ["ann", "bob", "eve"]
            .iter()
            .map(|name| OfficerKey::generate(name).unwrap())
            .collect();
        let kmc = Kmc::create(&officers).unwrap();
        let folder = tempfile::tempdir().unwrap();
        Self {
            state: SqliteState::open(&folder.path().join("state.db")).unwrap(),
            folder,
            engine: Engine {
                sm2: Issuer {
                    name: "sm2".to_owned(),
                    root: root.certificate().clone(),
                    authority,
                },
                rsa: None,
                depositor: kmc.depositor().unwrap(),
                policy: Policy::default(),
            },
            kmc: kmc.open(&officers[2], &officers[0]).unwrap(),
            now,
        }
    }

    fn process(&mut self, incoming: &[Incoming], operator: bool, officers: bool) -> Vec<Answer> {
        let consent = Consent {
            operator,
            kmc: officers.then_some(&self.kmc),
        };
        let mut transaction = self.state.begin().unwrap();
        let answers = self
            .engine
            .process(&mut *transaction, incoming, consent, self.now)
            .unwrap();
        transaction.commit().unwrap();
        answers
    }

    fn file(&mut self, file: &[u8]) -> Answer {
        self.process(&[incoming(file)], false, false).remove(0)
    }

    fn operator(&mut self, file: &[u8]) -> Answer {
        self.process(&[incoming(file)], true, false).remove(0)
    }

    fn officers(&mut self, file: &[u8]) -> Answer {
        self.process(&[incoming(file)], true, true).remove(0)
    }

    fn enroll(&mut self, id: &str, subject: &str) -> Holder {
        let key = SoftwareKey::generate(KeyAlgorithm::Sm2).unwrap();
        let answer = self.file(&first(id, subject, &key));
        Holder::new(key, &answer)
    }

    fn verify_log(&mut self) -> log::Verified {
        let mut transaction = self.state.begin().unwrap();
        log::verify(&mut *transaction, None).unwrap()
    }

    fn list(&mut self) -> RevocationList {
        let mut transaction = self.state.begin().unwrap();
        let next = self.now + Duration::days(7);
        let list = self
            .engine
            .revocation_list(&mut *transaction, &self.engine.sm2, self.now, next)
            .unwrap();
        transaction.commit().unwrap();
        list
    }
}

impl Holder {
    fn new(key: SoftwareKey, answer: &Answer) -> Self {
        assert!(answer.ok, "{answer:?}");
        let response = answer.csr_response().unwrap().unwrap();
        let pair = response.enveloped_key.unwrap().open(&key).unwrap();
        let encrypt = response.encrypt_certificates[0].clone();
        assert_eq!(encrypt.public_key().unwrap(), *pair.public_key());
        Self {
            sign: response.sign_certificates[0].clone(),
            encrypt,
            pair,
            key,
        }
    }

    fn signed(&self, request: &Request) -> Vec<u8> {
        request.to_signed_file(&self.sign, &self.key).unwrap()
    }

    fn about(&self, act: Act, id: &str) -> Request {
        let mut request = Request::new(act, id);
        request.about = Some(self.sign.serial_hex());
        request
    }
}

fn csr(subject: &str, key: &SoftwareKey) -> String {
    CertificationRequest::build(&subject.parse().unwrap(), key, &RequestOptions::default())
        .unwrap()
        .to_pem()
}

fn first(id: &str, subject: &str, key: &SoftwareKey) -> Vec<u8> {
    let mut request = Request::new(Act::Issue, id);
    request.csr = Some(csr(subject, key));
    request.to_file().unwrap()
}

fn new_key() -> SoftwareKey {
    SoftwareKey::generate(KeyAlgorithm::Sm2).unwrap()
}

#[track_caller]
fn refused(answer: &Answer, code: &str) {
    let error = answer.error.as_ref().expect("a refusal");
    assert_eq!(error.code, code, "{answer:?}");
    assert!(answer.response.is_none() && answer.changed.is_empty());
}

#[test]
fn a_request_asked_twice_is_answered_alike_and_issues_once() {
    let mut office = Office::open();
    let key = new_key();
    let one = office.file(&first("a", "CN=x", &key));
    // Made anew: another signature, the same meaning.
    let again = office.file(&first("a", "CN=x", &key));
    assert!(!one.repeated && again.repeated);
    assert_eq!(one.response, again.response);
    assert_eq!(office.verify_log().certificates, 2);
    refused(&office.file(&first("a", "CN=y", &key)), "request_id_taken");
    refused(
        &office.file(&first("b", "CN=x", &key)),
        "key_certified_before",
    );
    assert_eq!(office.verify_log().certificates, 2);
    assert_eq!(office.verify_log().links, 4);
}

#[test]
fn a_bare_certification_request_is_enough() {
    let mut office = Office::open();
    let key = new_key();
    let pem = csr("CN=bare", &key);
    let one = office.file(pem.as_bytes());
    let again = office.file(pem.as_bytes());
    assert!(one.ok && again.repeated && one.response == again.response);
}

#[test]
fn what_cannot_be_read_or_proven_is_refused_and_logged() {
    let mut office = Office::open();
    let key = new_key();
    refused(&office.file(b"-----BEGIN NONSENSE"), "malformed_request");
    refused(
        &office.file(b"{\"schema\":\"ukey-ca/1\",\"act\":\"fly\"}"),
        "malformed_request",
    );
    // The signature of one request under the key of another.
    let (a, b) = (csr("CN=a", &key), csr("CN=a", &new_key()));
    let der = |pem: &str| {
        CertificationRequest::from_file_bytes(pem.as_bytes())
            .unwrap()
            .as_der()
            .to_vec()
    };
    let (mut forged, other) = (der(&a), der(&b));
    let tail = forged.len() - 40;
    let other_tail = other[other.len() - 40..].to_vec();
    forged[tail..].copy_from_slice(&other_tail);
    refused(&office.file(&forged), "proof_of_possession");
    let mut request = Request::new(Act::Issue, "days");
    request.csr = Some(csr("CN=d", &key));
    request.days = Some(4000);
    refused(&office.file(&request.to_file().unwrap()), "days");
    let nameless = ukey_pki::Name::from_der(&[0x30, 0]).unwrap();
    let csr = CertificationRequest::build(&nameless, &key, &RequestOptions::default()).unwrap();
    refused(&office.file(csr.as_der()), "name");
    let found = office.verify_log();
    assert_eq!((found.links, found.certificates), (5, 0));
}

#[test]
fn profiles_give_one_certificate_each() {
    let mut office = Office::open();
    for (profile, sign, encrypt) in [
        (Profile::Sign, 1, 0),
        (Profile::Encryption, 0, 1),
        (Profile::Tsa, 1, 0),
        (Profile::Ocsp, 1, 0),
    ] {
        let mut request = Request::new(Act::Issue, format!("{profile:?}"));
        request.csr = Some(csr("CN=service", &new_key()));
        request.profile = profile;
        let answer = office.file(&request.to_file().unwrap());
        let response = answer.csr_response().unwrap().unwrap();
        assert_eq!(response.sign_certificates.len(), sign);
        assert_eq!(response.encrypt_certificates.len(), encrypt);
        assert!(response.enveloped_key.is_none());
    }
}

#[test]
fn a_renewal_with_a_new_key_lets_the_old_certificates_run_out() {
    let mut office = Office::open();
    let holder = office.enroll("e", "CN=x");
    let key = new_key();
    let mut request = holder.about(Act::Renew, "r");
    request.csr = Some(csr("CN=x", &key));
    refused(
        &office.operator(&request.to_file().unwrap()),
        "request_not_signed",
    );
    let stranger = office.enroll("s", "CN=x");
    refused(&office.file(&stranger.signed(&request)), "other_signer");
    let file = holder.signed(&request);
    let answer = office.file(&file);
    assert_eq!(answer.changed.len(), 2);
    let renewed = Holder::new(key, &answer);
    assert_ne!(renewed.pair.public_key(), holder.pair.public_key());
    assert!(office.file(&file).repeated);
    // In force for the overlap, then on the list.
    assert!(office.list().entries().is_empty());
    office.now += Duration::days(8);
    let list = office.list();
    assert_eq!(list.number(), Some(2));
    list.verify_signed_by(office.engine.sm2.authority.certificate())
        .unwrap();
    for old in [&holder.sign, &holder.encrypt] {
        assert_eq!(list.find(old).unwrap().reason, crl::Reason::Superseded);
    }
    assert!(list.find(&renewed.sign).is_none());
    let mut second = holder.about(Act::Renew, "r2");
    second.csr = Some(csr("CN=x", &new_key()));
    refused(&office.file(&holder.signed(&second)), "signer_not_in_force");
    office.now -= Duration::days(8);
    refused(&office.file(&holder.signed(&second)), "has_successor");
    office.verify_log();
}

#[test]
fn a_renewal_with_the_same_key_keeps_both_keys() {
    let mut office = Office::open();
    let holder = office.enroll("e", "CN=x");
    let mut request = holder.about(Act::Renew, "r");
    request.csr = Some(csr("CN=x", &holder.key));
    let answer = office.file(&holder.signed(&request));
    let response = answer.csr_response().unwrap().unwrap();
    assert!(response.enveloped_key.is_none());
    let (sign, encrypt) = (
        &response.sign_certificates[0],
        &response.encrypt_certificates[0],
    );
    assert_eq!(sign.public_key().unwrap(), *Signer::public_key(&holder.key));
    assert_eq!(encrypt.public_key().unwrap(), *holder.pair.public_key());
    assert_ne!(sign.serial(), holder.sign.serial());
    // The escrowed key is found under the new certificate too.
    let target = new_key();
    let mut recover = Request::new(Act::Recover, "rec");
    recover.about = Some(encrypt.serial_hex());
    recover.csr = Some(csr("CN=x", &target));
    let file = recover.to_signed_file(sign, &holder.key).unwrap();
    let answer = office.officers(&file);
    let response = answer.csr_response().unwrap().unwrap();
    let pair = response.enveloped_key.unwrap().open(&target).unwrap();
    assert_eq!(pair.public_key(), holder.pair.public_key());
    office.verify_log();
}

#[test]
fn a_change_of_name_needs_an_operator() {
    let mut office = Office::open();
    let holder = office.enroll("e", "CN=old");
    let mut request = holder.about(Act::Change, "c");
    request.csr = Some(csr("CN=new", &holder.key));
    let file = holder.signed(&request);
    refused(&office.file(&file), "operator_only");
    let answer = office.operator(&file);
    assert!(answer.ok);
    assert_eq!(
        office.list().find(&holder.sign).unwrap().reason,
        crl::Reason::AffiliationChanged
    );
    let mut renewal = holder.about(Act::Renew, "r");
    renewal.csr = Some(csr("CN=other", &new_key()));
    refused(
        &office.file(&holder.signed(&renewal)),
        "signer_not_in_force",
    );
}

#[test]
fn a_lost_key_is_replaced_and_its_encryption_key_recovered_once() {
    let mut office = Office::open();
    let lost = office.enroll("e", "CN=x");
    let key = new_key();
    let mut request = lost.about(Act::Replace, "p");
    request.csr = Some(csr("CN=x", &key));
    request.why = Why::Lost;
    refused(&office.file(&request.to_file().unwrap()), "operator_only");
    let holder = Holder::new(key, &office.operator(&request.to_file().unwrap()));
    assert_eq!(
        office.list().find(&lost.encrypt).unwrap().reason,
        crl::Reason::KeyCompromise
    );

    let target = new_key();
    let recover = |id: &str, target: &SoftwareKey| {
        let mut request = Request::new(Act::Recover, id);
        request.about = Some(lost.encrypt.serial_hex());
        request.csr = Some(csr("CN=x", target));
        request
    };
    let file = holder.signed(&recover("rec", &target));
    refused(&office.operator(&file), "two_officers");
    let stranger = office.enroll("s", "CN=x");
    refused(
        &office.officers(&stranger.signed(&recover("no", &target))),
        "other_signer",
    );
    let thief = lost.signed(&recover("no", &target));
    refused(&office.officers(&thief), "signer_not_in_force");
    let answer = office.officers(&file);
    let response = answer.csr_response().unwrap().unwrap();
    let pair = response.enveloped_key.unwrap().open(&target).unwrap();
    assert_eq!(pair.public_key(), lost.pair.public_key());
    assert!(office.officers(&file).repeated);
    // Another request for the same key, as when two officers act at once.
    let second = holder.signed(&recover("rec2", &new_key()));
    refused(&office.officers(&second), "recovered_before");
    let mut nothing = recover("rec3", &target);
    nothing.about = Some(holder.sign.serial_hex());
    refused(&office.officers(&holder.signed(&nothing)), "not_escrowed");
    office.verify_log();
}

#[test]
fn holding_and_revoking_go_over_both_certificates() {
    let mut office = Office::open();
    let holder = office.enroll("e", "CN=x");
    let hold = holder.about(Act::Hold, "h");
    refused(&office.file(&hold.to_file().unwrap()), "request_not_signed");
    assert_eq!(office.file(&holder.signed(&hold)).changed.len(), 2);
    assert_eq!(
        office.list().find(&holder.encrypt).unwrap().reason,
        crl::Reason::CertificateHold
    );
    let unhold = holder.about(Act::Unhold, "u");
    refused(&office.file(&holder.signed(&unhold)), "operator_only");
    assert!(office.operator(&unhold.to_file().unwrap()).ok);
    assert!(office.list().entries().is_empty());
    refused(
        &office.operator(&holder.about(Act::Unhold, "u2").to_file().unwrap()),
        "wrong_state",
    );
    // The first request again does not suspend again.
    assert!(office.file(&holder.signed(&hold)).repeated);
    assert!(office.list().entries().is_empty());
    let mut revoke = holder.about(Act::Revoke, "v");
    revoke.why = Why::Closed;
    assert!(office.operator(&revoke.to_file().unwrap()).ok);
    assert_eq!(office.list().entries().len(), 2);
    let again = holder.about(Act::Revoke, "v2");
    refused(&office.operator(&again.to_file().unwrap()), "wrong_state");
    let unknown = {
        let mut request = holder.about(Act::Revoke, "v3");
        request.about = Some("AB".to_owned());
        request.to_file().unwrap()
    };
    refused(&office.operator(&unknown), "unknown_certificate");
    office.verify_log();
}

#[test]
fn an_expired_authority_issues_nothing() {
    let mut office = Office::open();
    office.now += Duration::days(2100);
    refused(
        &office.file(&first("a", "CN=x", &new_key())),
        "authority_expired",
    );
}
