//! Answers of an authority that are not what was asked for: refused, with nothing of them stored.

use ukey_ca::{answer::Answer, directory::Directory, engine::Consent};

use crate::support::{Desk, ENROLL, with_pin};

const SUBJECT: [&str; 2] = ["--subject", ENROLL[4]];

/// A key whose request is in `a.json`, and another's in `b.json`, with granted answers to both.
fn asked() -> Desk {
    let desk = Desk::initialised();
    let plan = ukey_ca::directory::Plan::for_tests().unwrap();
    Directory::init(&desk.path("ca"), &plan).unwrap();
    for (container, request, answer) in [("a", "a.json", "a.answer"), ("b", "b.json", "b.answer")] {
        let ask = ["enroll", "--container", container, "--request", request];
        desk.run(with_pin(&[&ask[..], &SUBJECT].concat())).ok();
        assert!(desk.answer(request, answer));
    }
    desk
}

fn answer(desk: &Desk, name: &str) -> Answer {
    Answer::from_file(&desk.read(name)).unwrap()
}

/// Gives the answer in `file` to container a.
fn give(desk: &Desk, file: &str, more: &[&str]) -> (i32, serde_json::Value) {
    let give = ["enroll", "--container", "a", "--answer", file];
    desk.json(with_pin(&[&give[..], &SUBJECT, more].concat()))
}

/// The answer is refused and container a has its signing key and nothing else.
#[track_caller]
fn is_refused(desk: &Desk, file: &str, more: &[&str], expected: i32) {
    let (code, refused) = give(desk, file, more);
    assert_eq!(code, expected, "{refused}");
    let (_, list) = desk.json(["container", "list"]);
    let containers = list["data"]["containers"].as_array().unwrap();
    let a = containers.iter().find(|c| c["name"] == "a").unwrap();
    assert!(a["encryption"]["key"].is_null(), "{a}");
    assert!(a["signature"]["certificate"].is_null(), "{a}");
}

#[test]
fn the_right_answer_is_taken_and_may_come_twice() {
    let desk = asked();
    let trust = ["--trust", "ca/ca.pem"];
    assert_eq!(give(&desk, "a.answer", &trust).0, 0);
    let (code, again) = give(&desk, "a.answer", &trust);
    assert_eq!(code, 0, "{again}");
    assert_eq!(again["data"]["already_enrolled"], true);
    assert_eq!(desk.issued(), 4);
}

#[test]
fn the_answer_to_another_request_is_refused() {
    let desk = asked();
    is_refused(&desk, "b.answer", &[], 1);
}

#[test]
fn certificates_of_another_key_are_refused() {
    let desk = asked();
    let mut forged = answer(&desk, "b.answer");
    forged.id = answer(&desk, "a.answer").id;
    desk.file("forged", &forged.to_file().unwrap());
    is_refused(&desk, "forged", &[], 1);
}

#[test]
fn an_enveloped_key_that_the_certificate_does_not_certify_is_refused() {
    let desk = asked();
    let mut mixed = answer(&desk, "a.answer");
    let other = answer(&desk, "b.answer").csr_response().unwrap().unwrap();
    let mut response = mixed.csr_response().unwrap().unwrap();
    response.enveloped_key = other.enveloped_key;
    mixed.response = Some(response.to_pem());
    desk.file("mixed", &mixed.to_file().unwrap());
    is_refused(&desk, "mixed", &[], 1);
}

#[test]
fn a_pair_wrapped_to_another_key_is_refused_by_the_token() {
    let desk = asked();
    let mut mixed = answer(&desk, "a.answer");
    let other = answer(&desk, "b.answer").csr_response().unwrap().unwrap();
    let mut response = mixed.csr_response().unwrap().unwrap();
    response.enveloped_key = other.enveloped_key;
    response.encrypt_certificates = other.encrypt_certificates;
    mixed.response = Some(response.to_pem());
    desk.file("mixed", &mixed.to_file().unwrap());
    is_refused(&desk, "mixed", &[], 1);
}

#[test]
fn an_authority_that_is_not_trusted_is_refused() {
    let desk = asked();
    let plan = ukey_ca::directory::Plan::for_tests().unwrap();
    Directory::init(&desk.path("stranger"), &plan).unwrap();
    is_refused(&desk, "a.answer", &["--trust", "stranger/ca.pem"], 13);
}

#[test]
fn an_altered_certificate_is_refused() {
    let desk = asked();
    let mut altered = answer(&desk, "a.answer");
    let response = altered.csr_response().unwrap().unwrap();
    let mut der = response.sign_certificates[0].as_der().to_vec();
    *der.last_mut().unwrap() ^= 1;
    let mut changed = response.clone();
    changed.sign_certificates = vec![ukey_pki::Certificate::from_der(&der).unwrap()];
    altered.response = Some(changed.to_pem());
    desk.file("altered", &altered.to_file().unwrap());
    is_refused(&desk, "altered", &[], 13);
}

#[test]
fn what_is_no_answer_is_refused() {
    let desk = asked();
    for content in [&b""[..], b"{}", b"\xFF\xFE", &desk.read("a.json")] {
        desk.file("nothing", content);
        is_refused(&desk, "nothing", &[], 1);
    }
}

#[test]
fn an_answer_makes_no_key() {
    let desk = asked();
    let give = ["enroll", "--container", "c", "--answer", "a.answer"];
    let (code, refused) = desk.json(with_pin(&[&give[..], &SUBJECT].concat()));
    assert_eq!(code, 1, "{refused}");
    let (_, list) = desk.json(["container", "list"]);
    assert_eq!(list["data"]["containers"].as_array().unwrap().len(), 2);
}

#[test]
fn a_request_sent_twice_is_answered_alike() {
    let desk = asked();
    let mut ca = Directory::open(&desk.path("ca")).unwrap();
    let incoming = [ukey_ca::engine::incoming(&desk.read("a.json"))];
    let now = time::OffsetDateTime::now_utc();
    let consent = Consent {
        operator: true,
        kmc: None,
    };
    let again = ca.process(&incoming, consent, now).unwrap();
    assert!(again[0].repeated);
    let first = answer(&desk, "a.answer").csr_response().unwrap().unwrap();
    let again = again[0].csr_response().unwrap().unwrap();
    assert_eq!(again.sign_certificates, first.sign_certificates);
    assert_eq!(desk.issued(), 4);
}

/// Advice that cannot be followed is worse than none.
#[test]
fn force_is_advised_only_where_it_helps() {
    let desk = Desk::enrolled();
    let hint = |arguments: &[&str]| {
        let (code, answer) = desk.json(arguments);
        assert_eq!(code, 8, "{answer}");
        answer["error"]["hint"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    let store = ["cert", "self-sign", "--subject", "CN=x", "--store"];
    assert_eq!(hint(&with_pin(&store)), "");
    let export = ["cert", "export", "-o", "c.pem"];
    desk.run(export).ok();
    assert!(hint(&export).contains("--force"));
    desk.run(["doctor", "--bundle", "b.json"]).ok();
    let bundle = hint(&["doctor", "--bundle", "b.json"]);
    assert!(bundle.contains("another file") && !bundle.contains("--force"));
}

#[test]
fn answers_say_what_is_wrong_and_no_more() {
    let desk = Desk::enrolled();
    let error = |arguments: &[&str], code| desk.run(arguments).code(code).stderr;
    desk.file("empty", b"");
    let said = error(&["verify", "empty"], 7);
    assert!(said.contains("no signature found"), "{said}");
    let said = error(&["cert", "export", "-o", "nowhere/c.pem"], 7);
    assert_eq!(
        said,
        "error: cannot create nowhere/c.pem: no such file or directory\n"
    );
    let said = error(&["cert", "export", "--format", "der"], 2);
    assert!(said.contains("--format der"), "{said}");
    desk.run(with_pin(&["seal", "store", "empty", "--name", "s"]))
        .ok();
    let said = error(&["seal", "export", "s"], 2);
    assert!(said.contains("a seal is binary"), "{said}");
    assert_eq!(desk.run(["retired", "list"]).ok().text(), "(none)\n");
    let said = error(&["hold", "--ca", "nowhere"], 7);
    assert!(said.contains("no authority in nowhere"), "{said}");
}
