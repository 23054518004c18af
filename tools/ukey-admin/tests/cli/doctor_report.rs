//! What the doctor says about the clock, certificates and the log, what its self-test tries, and what
//! its bundle does not hold.

use std::{ffi::OsStr, fs, os::unix::fs::PermissionsExt, path::Path};

use serde_json::Value;

use crate::{
    doctor::{finding, ill},
    doctor_system::Report,
    support::{Desk, SO_PIN, USER_PIN, c_library, with_pin},
};

/// The doctor's report with the clock so many seconds off.
pub(crate) fn shifted(desk: &Desk, seconds: &str) -> Report {
    let mut command = desk.command();
    command
        .args(["--json", "doctor"])
        .env("LD_PRELOAD", c_library("clock.c"))
        .env("CLOCK_SHIFT", seconds);
    Report::new(&command.output().unwrap().stdout)
}

#[test]
fn a_wrong_clock_and_an_expired_certificate() {
    let desk = Desk::enrolled();
    shifted(&desk, "0").says("100", "ok");
    let ten_years = 10 * 365 * 86_400;
    shifted(&desk, &format!("-{ten_years}")).says("107", "fail");
    shifted(&desk, &format!("{ten_years}")).says("108", "fail");
    shifted(&desk, &format!("{}", 350 * 86_400)).says("109", "warn");
}

#[test]
fn a_certificate_that_does_not_fit_its_key() {
    let desk = Desk::enrolled();
    desk.run(["cert", "export", "--output", "first.pem"]).ok();
    desk.run(with_pin(&["key", "generate", "--container", "second"]))
        .ok();
    desk.run(["doctor"]).code(1);
    let der = ukey_pki::Certificate::from_file_bytes(&desk.read("first.pem")).unwrap();
    desk.as_program(|application| {
        let second = application.container("second");
        second
            .import_certificate(ukey_token::KeyUsage::Signature, der.as_der())
            .unwrap();
    });
    let (code, report) = desk.json(["doctor"]);
    assert_eq!(code, 2);
    let checks = report["data"]["checks"].as_array().unwrap();
    let found = checks
        .iter()
        .find(|check| check["code"] == "UK-D105")
        .unwrap();
    assert_eq!(found["subject"], "second (sign)");
}

#[test]
fn the_self_test_signs_and_decrypts_and_spends_no_try() {
    let desk = Desk::enrolled();
    let (code, report) = desk.json(with_pin(&["doctor", "--self-test"]));
    assert_eq!(code, 0, "{report}");
    let checks = report["data"]["checks"].as_array().unwrap();
    let tried = checks
        .iter()
        .find(|check| check["code"] == "UK-D150")
        .unwrap();
    assert_eq!(tried["subject"], "main");
    assert_eq!(desk.tries_left(), 10);
    desk.run(["doctor", "--self-test", "--pin-source", "file:wrong.pin"])
        .code(4);
}

#[test]
fn retired_pairs_are_looked_at() {
    let desk = Desk::enrolled();
    desk.run(with_pin(&["renew", "--ca", "ca", "--early"])).ok();
    let report = |desk: &Desk| Report::new(&desk.run(["--json", "doctor"]).stdout);
    report(&desk).says("113", "ok");
    // A recovery that never got its key.
    desk.run(with_pin(&[
        "key",
        "generate",
        "--container",
        "recovered-12345678",
    ]))
    .ok();
    report(&desk).says("114", "fail");
}

#[test]
fn a_file_that_is_no_envelope_is_a_failure() {
    let desk = Desk::enrolled();
    desk.file("tender", b"as it is");
    let (code, report) = desk.json(["doctor", "--decrypt", "tender"]);
    assert_eq!((code, ill(&report)), (2, vec!["UK-D112".to_owned()]));
    assert_eq!(finding(&report, "UK-D112")["subject"], "tender");
    // One that is not there is no finding about the key.
    desk.run(["doctor", "--decrypt", "missing"]).code(7);
}

#[test]
fn the_log_tells_when_something_went_wrong() {
    let desk = Desk::enrolled();
    let with_log = || {
        let mut command = desk.command();
        command
            .args(["--json", "doctor"])
            .env("UKEY_LOG_FILE", "log");
        Report::new(&command.output().unwrap().stdout)
    };
    with_log().says("160", "ok");
    desk.file(
        "log",
        b"2031-01-01T00:00:00Z  INFO ukey_token: opened\n2031-01-02T00:00:00Z  WARN ukey_host: x\n",
    );
    with_log().says("161", "warn");
}

#[test]
fn all_checks_come_in_their_order() {
    let desk = Desk::enrolled();
    desk.run(with_pin(&["renew", "--ca", "ca", "--early"])).ok();
    let report = Report::new(&desk.run(["--json", "doctor"]).stdout);
    let mut checks: Vec<u32> = report
        .0
        .iter()
        .map(|(code, _)| code["UK-D".len()..].parse::<u32>().unwrap() / 10)
        .collect();
    assert!(checks.is_sorted(), "{checks:?}");
    checks.dedup();
    assert_eq!(checks, (1..=17).collect::<Vec<u32>>());
}

/// `bytes` as they are, and in the ways in which a text could hold them.
fn spellings(bytes: &[u8]) -> [Vec<u8>; 3] {
    let hex = |upper: bool| -> Vec<u8> {
        let digits = bytes.iter().map(|byte| match upper {
            true => format!("{byte:02X}"),
            false => format!("{byte:02x}"),
        });
        digits.collect::<String>().into_bytes()
    };
    [bytes.to_vec(), hex(true), hex(false)]
}

#[test]
fn the_bundle_holds_no_secret() {
    let desk = Desk::enrolled();
    desk.file(
        "log",
        b"2031-01-02T00:00:00Z  WARN ukey_host: something odd\n",
    );
    let mut command = desk.command();
    command
        .args(with_pin(&[
            "doctor",
            "--self-test",
            "--bundle",
            "report.json",
        ]))
        .env("UKEY_LOG_FILE", "log")
        .env("UKEY_LOG", "trace")
        .env("SECRET", USER_PIN);
    assert_eq!(command.output().unwrap().status.code(), Some(1));
    let bundle = desk.read("report.json");
    let value: Value = serde_json::from_slice(&bundle).unwrap();
    assert!(value["checks"].as_array().unwrap().len() >= 17);
    assert!(value["log"][0].as_str().unwrap().contains("something odd"));
    let mode = fs::metadata(desk.path("report.json"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);

    let image_key = desk.read("key0.img.key");
    let officer = desk.read("ca/officers/first.key");
    for secret in [
        USER_PIN.as_bytes(),
        SO_PIN.as_bytes(),
        image_key.trim_ascii(),
        officer.trim_ascii(),
        &ukey_token::FACTORY_AUTH_KEY,
    ] {
        for spelling in spellings(secret) {
            let found = bundle.windows(spelling.len()).any(|part| part == spelling);
            assert!(
                !found,
                "a secret of {} bytes is in the bundle",
                secret.len()
            );
        }
    }
    // It is not written over.
    let again = with_pin(&["doctor", "--bundle", "report.json"]);
    assert_eq!(desk.run(again).code, 8);
    assert!(Path::new(OsStr::new(&desk.path("report.json"))).exists());
}
