//! What the doctor says of certificates held against an authority and its revocation list, and of those
//! that need none any more.

use serde_json::Value;

use crate::{
    doctor::{finding, findings, ill},
    doctor_report::shifted,
    schema,
    support::{Desk, ENROLL, with_pin},
};

fn held_against(desk: &Desk, arguments: &[&str]) -> (i32, Value) {
    let (code, report) = desk.json([&["doctor"], arguments].concat());
    schema::fits("doctor", &report["data"]);
    (code, report)
}

/// Codes of check 17.
fn codes(report: &Value) -> Vec<&str> {
    let checks = report["data"]["checks"].as_array().unwrap();
    let codes = checks.iter().map(|check| check["code"].as_str().unwrap());
    codes.filter(|code| code.starts_with("UK-D17")).collect()
}

#[test]
fn certificates_of_a_known_authority_are_well() {
    let desk = Desk::enrolled();
    assert_eq!(codes(&held_against(&desk, &[]).1), ["UK-D174"]);
    desk.revocation_list("ca.crl", 0);
    for list in [&[][..], &["--crl", "ca.crl"]] {
        let (code, report) = held_against(&desk, &[&["--ca", "ca"], list].concat());
        assert_eq!((code, codes(&report)), (0, vec!["UK-D170"; 2]));
        let message = finding(&report, "UK-D170")["message"].as_str().unwrap();
        assert_eq!(
            message.contains("not on its"),
            !list.is_empty(),
            "{message}"
        );
    }
}

#[test]
fn revoked_and_suspended_certificates_are_failures() {
    let desk = Desk::enrolled();
    let measure = ["--ca", "ca", "--crl", "ca.crl"];
    let expect = |word: &str, advice: &str| {
        desk.revocation_list("ca.crl", 0);
        let (code, report) = held_against(&desk, &measure);
        assert_eq!((code, codes(&report)), (2, vec!["UK-D172"; 2]));
        let found = finding(&report, "UK-D172");
        assert!(found["message"].as_str().unwrap().contains(word), "{found}");
        assert!(
            found["action"].as_str().unwrap().contains(advice),
            "{found}"
        );
        assert_eq!(found["subject"], "main (sign)");
    };
    desk.run(with_pin(&["hold", "--ca", "ca"])).ok();
    expect("suspended", "unhold");
    desk.run(["unhold", "--ca", "ca"]).ok();
    desk.revocation_list("ca.crl", 0);
    assert_eq!(held_against(&desk, &measure).0, 0);
    desk.run(with_pin(&["revoke", "--ca", "ca"])).ok();
    expect("revoked", "issue another");
    // By itself all is well: nothing is asked of the network.
    assert_eq!(findings(&desk), (0, Vec::new()));
}

#[test]
fn a_certificate_of_a_foreign_chain_is_a_failure() {
    let desk = Desk::enrolled();
    desk.stranger();
    let (code, report) = held_against(&desk, &["--ca", "stranger"]);
    assert_eq!((code, codes(&report)), (2, vec!["UK-D171"; 2]));
}

/// It neither acquits nor convicts.
#[test]
fn a_list_that_says_nothing_is_a_warning() {
    let desk = Desk::enrolled();
    desk.stranger();
    desk.revocation_list_of("stranger", "stranger.crl", 0);
    desk.run(with_pin(&["revoke", "--ca", "ca"])).ok();
    desk.revocation_list("old.crl", 10);
    for list in ["stranger.crl", "old.crl"] {
        let (code, report) = held_against(&desk, &["--ca", "ca", "--crl", list]);
        assert_eq!((code, ill(&report)), (1, vec!["UK-D173".to_owned()]));
        assert_eq!(finding(&report, "UK-D173")["subject"], list);
        let trusted = finding(&report, "UK-D170")["message"].as_str().unwrap();
        assert!(trusted.contains("no usable"), "{trusted}");
    }
    desk.revocation_list("ca.crl", 0);
    let (code, report) = held_against(&desk, &["--crl", "ca.crl"]);
    assert_eq!((code, codes(&report)), (1, vec!["UK-D173"]));
    desk.file("none.crl", b"");
    assert_ne!(held_against_nothing(&desk), 0);
}

/// What cannot be read is no finding about the key.
fn held_against_nothing(desk: &Desk) -> i32 {
    let run = desk.run(["doctor", "--ca", "ca", "--crl", "none.crl"]);
    assert!(run.stdout.is_empty());
    run.code
}

/// The retired pair only decrypts: that its certificate ends is no reason to do anything.
#[test]
fn the_end_of_a_retired_certificate_is_no_finding() {
    let desk = Desk::initialised();
    desk.run([&ENROLL[..], &["--days", "60"]].concat()).ok();
    desk.run(with_pin(&[
        "renew", "--ca", "ca", "--early", "--days", "700",
    ]))
    .ok();
    for days in [40, 100] {
        let report = shifted(&desk, &(days * 86_400).to_string());
        report.says("113", "ok");
        let ill = |status: &str| status != "ok" && status != "skipped";
        assert!(
            report.0.iter().all(|(_, status)| !ill(status)),
            "{:?}",
            report.0
        );
    }
}
