//! Two processes on one token, over an embedded image and over PC/SC: each has its own login, each
//! sees what the other makes, both sign at once.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use cryptoki::context::Pkcs11;
use cryptoki::error::Error;
use cryptoki::object::ObjectClass;
use cryptoki::session::Session;
use ukey_tests::peer::{Peer, serve_as_peer};
use ukey_tests::pkcs11::{
    self, find_key, find_pair, generate_sm2, log_in, new_token, only_slot, rv, sm2_public_key,
};
use ukey_tests::{Program, admin, embedded_test, pcsc_test, release_file};

const LIMIT: Duration = Duration::from_secs(180);
const ROUNDS: usize = 12;
const SIGNATURES: usize = 60;

/// The process that is not logged in at first, looks, and signs on request.
struct Other {
    module: Pkcs11,
    session: Session,
}

impl Other {
    fn start() -> Box<dyn FnMut(&str) -> String> {
        let module = pkcs11::load_module();
        let slot = only_slot(&module).unwrap();
        let session = module.open_rw_session(slot).unwrap();
        let mut other = Self { module, session };
        Box::new(move |question| {
            let (verb, argument) = question.split_once(' ').unwrap_or((question, ""));
            let answer = other.answer(verb, argument);
            answer.unwrap_or_else(|error| format!("{:?}", rv(&error)))
        })
    }

    fn answer(&mut self, verb: &str, argument: &str) -> Result<String, Error> {
        match verb {
            "log-in" => {
                let slot = only_slot(&self.module)?;
                self.session = log_in(&self.module, slot)?;
                Ok("done".to_owned())
            }
            "log-out" => self.session.logout().map(|()| "done".to_owned()),
            "private-keys" => {
                let template = [cryptoki::object::Attribute::Class(ObjectClass::PRIVATE_KEY)];
                Ok(self.session.find_objects(&template)?.len().to_string())
            }
            "wait-for" => self.wait_for(argument),
            "sign" => sign_many(&self.session, argument).map(|count| count.to_string()),
            "make" => generate_sm2(&self.session, argument).map(|_| "done".to_owned()),
            other => panic!("unknown question {other}"),
        }
    }

    /// Searches without a pause until the key with this label is there.
    fn wait_for(&self, label: &str) -> Result<String, Error> {
        let mut searches = 0;
        loop {
            searches += 1;
            if let Some(key) = find_key(&self.session, ObjectClass::PUBLIC_KEY, label)? {
                sm2_public_key(&self.session, key)?;
                return Ok(searches.to_string());
            }
        }
    }
}

/// Signs [`SIGNATURES`] messages and checks each.
fn sign_many(session: &Session, label: &str) -> Result<usize, Error> {
    let pair = find_pair(session, label)?;
    let key = sm2_public_key(session, pair.public)?;
    for number in 0..SIGNATURES {
        let digest = ukey_crypto::sm3::digest(&number.to_be_bytes());
        let signature = session.sign(&pkcs11::sm2_digest(), pair.private, &digest)?;
        let signature = ukey_crypto::sm2::Signature::from_bytes(&signature).unwrap();
        key.verify_digest(&digest, &signature).unwrap();
    }
    Ok(SIGNATURES)
}

/// One process creates while the other searches, then both sign at once.
fn create_search_and_sign(session: &Session, other: &mut Peer) {
    for round in 0..ROUNDS {
        let label = format!("key-{round}");
        other.tell(&format!("wait-for {label}"));
        generate_sm2(session, &label).unwrap();
        let searches: usize = other.answer().parse().unwrap();
        assert!(searches > 0);
    }
    let template = [cryptoki::object::Attribute::Class(ObjectClass::PUBLIC_KEY)];
    assert_eq!(session.find_objects(&template).unwrap().len(), ROUNDS);

    assert_eq!(other.ask("log-in"), "done");
    assert_eq!(other.ask("private-keys"), ROUNDS.to_string());
    other.tell("sign key-0");
    sign_many(session, "key-1").unwrap();
    sign_many(session, "key-0").unwrap();
    assert_eq!(other.answer(), SIGNATURES.to_string());

    // And the other way round, both at once.
    other.tell("make theirs");
    generate_sm2(session, "ours").unwrap();
    assert_eq!(other.answer(), "done");
    for label in ["ours", "theirs"] {
        sign_many(session, label).unwrap();
        assert_eq!(other.ask(&format!("sign {label}")), SIGNATURES.to_string());
    }
}

#[test]
fn two_processes_on_one_image() {
    if serve_as_peer(Other::start) {
        return;
    }
    embedded_test("two_processes_on_one_image", LIMIT, |_| {
        let module = pkcs11::load_module();
        let session = new_token(&module).unwrap();
        let mut other = Peer::start("two_processes_on_one_image").unwrap();
        create_search_and_sign(&session, &mut other);
    });
}

#[test]
fn two_processes_over_pcsc() {
    if serve_as_peer(Other::start) {
        return;
    }
    pcsc_test("two_processes_over_pcsc", LIMIT, |lab| {
        lab.insert(0, &lab.folder().join("token.img")).unwrap();
        let module = pkcs11::load_module();
        let session = new_token(&module).unwrap();
        let mut other = Peer::start("two_processes_over_pcsc").unwrap();
        create_search_and_sign(&session, &mut other);
    });
}

/// The card's memory is shared by all programs that use it: none may reset it when it leaves.
#[test]
fn one_that_only_looks_disturbs_no_login() {
    pcsc_test("one_that_only_looks_disturbs_no_login", LIMIT, |lab| {
        lab.insert(0, &lab.folder().join("token.img")).unwrap();
        let module = pkcs11::load_module();
        let session = new_token(&module).unwrap();
        let pair = generate_sm2(&session, "key").unwrap();
        for _ in 0..2 {
            admin(&["device", "list"]).unwrap().succeed().unwrap();
            admin(&["pin", "status"]).unwrap().succeed().unwrap();
            Program::new("pkcs11-tool")
                .arg("--module")
                .arg(release_file("libukey_pkcs11.so").unwrap())
                .arg("--list-objects")
                .succeed()
                .unwrap();
            session
                .sign(&pkcs11::sm2_digest(), pair.private, &[1; 32])
                .unwrap();
        }
    });
}

/// Asking a token who it is may take several exchanges; those of others come in between.
#[test]
fn a_busy_token_is_known_to_newcomers() {
    if serve_as_peer(Other::start) {
        return;
    }
    pcsc_test("a_busy_token_is_known_to_newcomers", LIMIT, |lab| {
        lab.insert(0, &lab.folder().join("token.img")).unwrap();
        let module = pkcs11::load_module();
        let session = new_token(&module).unwrap();
        generate_sm2(&session, "key").unwrap();
        let mut busy = Peer::start("a_busy_token_is_known_to_newcomers").unwrap();
        assert_eq!(busy.ask("log-in"), "done");
        for _ in 0..10 {
            busy.tell("sign key");
            let info = admin(&["--json", "device", "info"]).unwrap().succeed();
            assert!(info.unwrap().text().contains("UKEY"));
            sign_many(&session, "key").unwrap();
            assert_eq!(busy.answer(), SIGNATURES.to_string());
        }
    });
}

#[test]
fn a_login_belongs_to_its_process() {
    if serve_as_peer(Other::start) {
        return;
    }
    embedded_test("a_login_belongs_to_its_process", LIMIT, |_| {
        let module = pkcs11::load_module();
        let session = new_token(&module).unwrap();
        generate_sm2(&session, "key").unwrap();
        let mut other = Peer::start("a_login_belongs_to_its_process").unwrap();
        assert_eq!(other.ask("private-keys"), "0", "our login is not theirs");
        assert_eq!(other.ask("make stolen"), "UserNotLoggedIn");

        assert_eq!(other.ask("log-in"), "done");
        assert_eq!(other.ask("private-keys"), "1");
        session.logout().unwrap();
        assert_eq!(other.ask("sign key"), SIGNATURES.to_string());
        let found = find_key(&session, ObjectClass::PRIVATE_KEY, "key").unwrap();
        assert_eq!(found, None, "their login is not ours");
    });
}
