//! From enrolment to the end: renewal, change, suspension, against an authority in a directory and
//! through files.

use crate::support::{Desk, ENROLL, PIN, with_pin};

#[test]
fn what_was_encrypted_before_a_renewal_opens_after_it() {
    let desk = Desk::enrolled();
    desk.file("tender", b"before the renewal");
    desk.run(["encrypt", "tender", "-o", "old.enc"]).ok();
    let (code, early) = desk.json(with_pin(&["renew", "--ca", "ca"]));
    assert_eq!(
        (code, early["error"]["code"].as_str()),
        (8, Some("not_due"))
    );
    let renew = with_pin(&["renew", "--ca", "ca", "--early"]);
    let (code, renewed) = desk.json(&renew);
    assert_eq!(code, 0, "{renewed}");
    let name = renewed["data"]["container"].as_str().unwrap().to_owned();
    assert!(name.starts_with("main-") && renewed["data"]["retired_container"] == "main");
    assert_eq!(desk.issued(), 4);

    // The new key is the one in use; the old one opens what it could before.
    let (_, signed) = desk.json(["cert", "export", "--usage", "sign"]);
    assert_eq!(signed["data"]["container"], name.as_str());
    desk.run(["encrypt", "tender", "-o", "new.enc"]).ok();
    for (sealed, container) in [("old.enc", "main"), ("new.enc", name.as_str())] {
        let (code, opened) = desk.json(with_pin(&["decrypt", sealed, "-o", "out", "--force"]));
        assert_eq!(
            (code, &opened["data"]["container"]),
            (0, &container.into()),
            "{opened}"
        );
        assert_eq!(desk.read("out"), b"before the renewal");
    }
    desk.run(with_pin(&["sign", "tender"])).ok();
    desk.run(["verify", "tender", "--ca", "ca"]).ok();
    let (_, retired) = desk.json(["retired", "list"]);
    assert_eq!(retired["data"]["retired"][0]["container"], "main");
    let (code, seen) = desk.json(["doctor", "--decrypt", "old.enc"]);
    let checks = seen["data"]["checks"].as_array().unwrap();
    let last = checks.iter().find(|check| check["code"] == "UK-D110");
    let last = last.unwrap();
    assert_eq!(code, 0, "{seen}");
    assert!(
        last["message"]
            .as_str()
            .unwrap()
            .contains("retired pair in container main")
    );

    // Once more: the digits of the first renewal are replaced, not added to.
    let (code, again) = desk.json(&renew);
    assert_eq!(code, 0, "{again}");
    let second = again["data"]["container"].as_str().unwrap();
    assert!(second != name && second.len() == name.len());
    desk.run(with_pin(&["decrypt", "old.enc", "-o", "out", "--force"]))
        .ok();
}

#[test]
fn a_renewal_with_the_same_keys_changes_the_certificates_alone() {
    let desk = Desk::enrolled();
    desk.file("tender", b"x");
    desk.run(["encrypt", "tender", "-o", "old.enc"]).ok();
    let (_, before) = desk.json(["cert", "export"]);
    let renew = with_pin(&[
        "renew",
        "--ca",
        "ca",
        "--same-key",
        "--early",
        "--days",
        "700",
    ]);
    let (code, renewed) = desk.json(&renew);
    assert_eq!(code, 0, "{renewed}");
    assert_eq!(renewed["data"]["container"], "main");
    let (_, after) = desk.json(["cert", "export"]);
    assert_ne!(
        before["data"]["certificate"]["serial"],
        after["data"]["certificate"]["serial"]
    );
    assert!(after["data"]["certificate"]["days_left"].as_i64().unwrap() > 690);
    assert_eq!(desk.issued(), 4);

    // Envelopes name the certificate, not the key: the one before the renewal is still known.
    desk.run(with_pin(&["decrypt", "old.enc", "-o", "out"]))
        .ok();
    assert_eq!(desk.read("out"), b"x");
    let (_, retired) = desk.json(["retired", "list"]);
    assert_eq!(retired["data"]["retired"][0]["same_key"], true);
    desk.run(with_pin(&["container", "delete", "main", "--yes"]))
        .ok();
    let (_, retired) = desk.json(["retired", "list"]);
    assert_eq!(retired["data"]["retired"].as_array().unwrap().len(), 0);
}

#[test]
fn a_renewal_across_an_air_gap() {
    let desk = Desk::enrolled();
    let part = |how: [&'static str; 2]| {
        desk.json([&["renew", "--early"][..], &how[..], &PIN[..]].concat())
    };
    let (code, sent) = part(["--request", "r.json"]);
    assert_eq!(
        (code, sent["data"]["request"].as_str()),
        (0, Some("r.json")),
        "{sent}"
    );
    assert!(desk.answer("r.json", "r.answer"));
    let mut altered = desk.read("r.json");
    let middle = altered.len() / 2;
    altered[middle] = if altered[middle] == b'A' { b'B' } else { b'A' };
    desk.file("x.json", &altered);
    assert!(!desk.answer("x.json", "x.answer"));
    let (code, wrong) = part(["--answer", "x.answer"]);
    assert_eq!(
        (code, wrong["error"]["code"].as_str()),
        (1, Some("request_refused"))
    );
    let (code, renewed) = part(["--answer", "r.answer"]);
    assert_eq!(code, 0, "{renewed}");
    assert_eq!(renewed["data"]["self_test"], "ok");
    assert_eq!(desk.issued(), 4);
}

#[test]
fn a_change_gives_a_new_name() {
    let desk = Desk::enrolled();
    let change = [
        "change",
        "--ca",
        "ca",
        "--subject",
        "C=CN,O=ACME,CN=ACME Holding",
    ];
    let (code, changed) = desk.json(with_pin(&change));
    assert_eq!(code, 0, "{changed}");
    let (_, now) = desk.json(["cert", "export"]);
    assert_eq!(
        now["data"]["certificate"]["subject"],
        "C=CN, O=ACME, CN=ACME Holding"
    );
    assert_eq!(
        desk.json(with_pin(&change)).0,
        8,
        "that is the name already"
    );
}

#[test]
fn certificates_are_suspended_and_ended() {
    let desk = Desk::enrolled();
    let state = || desk.json(["status", "--ca", "ca"]).1["data"]["certificates"].clone();
    let both = |state: serde_json::Value| {
        assert_eq!(state[0]["state"], state[1]["state"]);
        state[0]["state"].as_str().unwrap().to_owned()
    };
    assert_eq!(both(state()), "active");
    desk.run(with_pin(&["hold", "--ca", "ca"])).ok();
    assert_eq!(both(state()), "held");
    let (code, refused) = desk.json(with_pin(&["renew", "--ca", "ca", "--early"]));
    assert_eq!(
        (code, refused["data"]["refusal"].as_str()),
        (1, Some("signer_not_in_force"))
    );
    desk.run(["unhold", "--ca", "ca"]).ok();
    assert_eq!(both(state()), "active");
    desk.run(with_pin(&["revoke", "--ca", "ca", "--why", "closed"]))
        .ok();
    assert_eq!(both(state()), "revoked");
    desk.run(with_pin(&["renew", "--ca", "ca", "--early"]))
        .code(1);
}

/// The token is full in the middle of a renewal: the key in use works on, and with room the renewal goes on.
#[test]
fn a_renewal_that_does_not_fit_warns_and_harms_nothing() {
    let desk = Desk::initialised_of(1);
    desk.run(ENROLL).ok();
    desk.file("tender", b"x");
    desk.run(["encrypt", "tender", "-o", "old.enc"]).ok();
    desk.fill();
    let renew = with_pin(&["renew", "--ca", "ca", "--early"]);
    let full = desk.run(&renew).code(1);
    assert!(full.stderr.contains("may not fit"), "{}", full.stderr);
    assert!(full.stderr.contains("no room left"), "{}", full.stderr);
    desk.run(with_pin(&["sign", "tender"])).ok();
    desk.run(with_pin(&["decrypt", "old.enc", "-o", "out"]))
        .ok();
    desk.run(with_pin(&["seal", "delete", "e", "--yes"])).ok();
    desk.run(&renew).ok();
    assert_eq!(desk.issued(), 4);
    desk.run(with_pin(&["decrypt", "old.enc", "-o", "out", "--force"]))
        .ok();
}

#[test]
fn only_a_retired_container_can_be_dropped() {
    let desk = Desk::enrolled();
    desk.file("tender", b"x");
    desk.run(["encrypt", "tender", "-o", "old.enc"]).ok();
    let drop = with_pin(&["retired", "drop", "main", "--yes"]);
    desk.run(&drop).code(1);
    desk.run(with_pin(&["renew", "--ca", "ca", "--early"])).ok();
    desk.run(&drop).ok();
    desk.run(with_pin(&["decrypt", "old.enc", "-o", "out"]))
        .code(7);
    let (code, seen) = desk.json(["doctor", "--decrypt", "old.enc"]);
    let checks = seen["data"]["checks"].as_array().unwrap();
    assert_eq!(code, 2);
    assert!(checks.iter().any(|check| check["code"] == "UK-D111"));
    desk.run(&drop).code(7);
    desk.run(with_pin(&["sign", "tender"])).ok();
}

#[test]
fn cron_learns_of_certificates_that_end() {
    let desk = Desk::initialised();
    desk.run([&ENROLL[..], &["--days", "60"]].concat()).ok();
    let (code, soon) = desk.json(["cert", "list", "--expiring", "90d"]);
    assert_eq!(
        (code, soon["error"]["code"].as_str()),
        (1, Some("expiring"))
    );
    assert_eq!(soon["data"]["certificates"].as_array().unwrap().len(), 2);
    let (code, later) = desk.json(["cert", "list", "--expiring", "30d"]);
    assert_eq!(code, 0);
    assert_eq!(later["data"]["certificates"].as_array().unwrap().len(), 0);
    desk.run(["cert", "list", "--expiring", "soon"]).code(2);
    // Due, so no --early is needed; then nothing ends soon, and the retired pair does not count.
    desk.run(with_pin(&["renew", "--ca", "ca"])).ok();
    desk.run(["cert", "list", "--expiring", "90d"]).ok();
}
