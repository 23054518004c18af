//! The doctor, on the healthy and on the ill.

use std::{fs, os::unix::fs::PermissionsExt};

use serde_json::Value;

use crate::support::{Desk, with_pin};

/// The exit code, and the codes that are not ok or skipped.
pub(crate) fn findings(desk: &Desk) -> (i32, Vec<String>) {
    let (code, report) = desk.json(["doctor"]);
    (code, ill(&report))
}

/// Codes of a report that are not ok or skipped; each comes with an action.
pub(crate) fn ill(report: &Value) -> Vec<String> {
    let checks = report["data"]["checks"].as_array().unwrap();
    let ill = checks
        .iter()
        .filter(|check| check["status"] != "ok" && check["status"] != "skipped");
    let codes = ill.map(|check| {
        assert!(check["action"].is_string(), "{check}");
        check["code"].as_str().unwrap().to_owned()
    });
    codes.collect()
}

/// The finding of a report that has this code.
#[track_caller]
pub(crate) fn finding<'a>(report: &'a Value, code: &str) -> &'a Value {
    let checks = report["data"]["checks"].as_array().unwrap();
    let found = checks.iter().find(|check| check["code"] == code);
    found.unwrap_or_else(|| panic!("{code} is not in {report}"))
}

#[test]
fn a_healthy_key_is_0() {
    let desk = Desk::enrolled();
    assert_eq!(findings(&desk), (0, Vec::new()));
}

#[test]
fn no_key_is_a_failure() {
    assert_eq!(
        findings(&Desk::with_keys(0)),
        (2, vec!["UK-D072".to_owned()])
    );
}

/// A software token is in no reader, and no service refuses it.
#[test]
fn an_image_that_cannot_be_opened_is_told_by_its_file() {
    let desk = Desk::initialised();
    let key = desk.path("key0.img.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let list = desk.run(["device", "list"]).code(9);
    assert!(list.stderr.contains("chmod 600"), "{}", list.stderr);
    assert_eq!(findings(&desk), (2, vec!["UK-D076".to_owned()]));
    fs::remove_file(&key).unwrap();
    let list = desk.run(["device", "list"]).code(9);
    assert!(
        list.stderr.contains("key0.img.key is missing"),
        "{}",
        list.stderr
    );
    let absent = desk
        .command()
        .args(["device", "list"])
        .env("UKEY_EMBEDDED", "no/t.img")
        .output();
    let absent = String::from_utf8(absent.unwrap().stderr).unwrap();
    assert!(absent.contains("there is no no/t.img"), "{absent}");
}

#[test]
fn a_blank_key_is_a_failure() {
    assert_eq!(findings(&Desk::blank()), (2, vec!["UK-D081".to_owned()]));
}

#[test]
fn a_key_without_containers_is_a_warning() {
    assert_eq!(
        findings(&Desk::initialised()),
        (1, vec!["UK-D101".to_owned()])
    );
}

#[test]
fn a_pair_without_a_certificate_is_a_warning() {
    let desk = Desk::initialised();
    desk.run(with_pin(&["key", "generate"])).ok();
    assert_eq!(findings(&desk), (1, vec!["UK-D102".to_owned()]));
}

#[test]
fn few_tries_are_a_warning_and_a_lock_is_a_failure() {
    let desk = Desk::blank();
    desk.run([
        "device",
        "init",
        "--pin-tries",
        "3",
        "--pin-source",
        "file:user.pin",
        "--so-pin-source",
        "file:so.pin",
    ])
    .ok();
    desk.run(crate::support::ENROLL).ok();
    assert_eq!(findings(&desk), (0, Vec::new()));
    let wrong = [
        "key",
        "generate",
        "--container",
        "n",
        "--pin-source",
        "file:wrong.pin",
        "--last-try-ok",
    ];
    desk.run(wrong).code(4);
    assert_eq!(findings(&desk), (1, vec!["UK-D091".to_owned()]));
    desk.run(wrong).code(4);
    desk.run(wrong).code(4);
    assert_eq!(findings(&desk), (2, vec!["UK-D092".to_owned()]));
    assert_eq!(desk.tries_left(), 0);
}

#[test]
fn an_expired_certificate_is_a_failure() {
    let desk = Desk::initialised();
    desk.run(with_pin(&["key", "generate"])).ok();
    desk.run(with_pin(&[
        "cert",
        "request",
        "--subject",
        "CN=old",
        "-o",
        "old.csr",
    ]))
    .ok();
    let distid = "distid:1234567812345678";
    assert!(desk.openssl([
        "ecparam", "-name", "SM2", "-genkey", "-noout", "-out", "ca.key"
    ]));
    assert!(desk.openssl([
        "req", "-x509", "-new", "-key", "ca.key", "-sm3", "-sigopt", distid, "-subj", "/CN=ca",
        "-out", "ca.pem",
    ]));
    // The `ca` command alone can issue with dates of the past.
    desk.file("index.txt", b"");
    desk.file("serial", b"01\n");
    desk.file(
        "ca.cnf",
        b"[ca]\ndefault_ca=x\n[x]\ndatabase=index.txt\nserial=serial\nnew_certs_dir=.\n\
          default_md=sm3\npolicy=p\n[p]\ncommonName=supplied\n",
    );
    assert!(desk.openssl([
        "ca",
        "-batch",
        "-config",
        "ca.cnf",
        "-in",
        "old.csr",
        "-vfyopt",
        distid,
        "-sigopt",
        distid,
        "-cert",
        "ca.pem",
        "-keyfile",
        "ca.key",
        "-startdate",
        "20200101000000Z",
        "-enddate",
        "20210101000000Z",
        "-out",
        "old.pem",
    ]));
    desk.run(with_pin(&["cert", "import", "old.pem"])).ok();
    assert_eq!(findings(&desk), (2, vec!["UK-D108".to_owned()]));
}

#[test]
fn the_doctor_spends_no_try() {
    let desk = Desk::enrolled();
    desk.run(["doctor"]).ok();
    assert_eq!(desk.tries_left(), 10);
}
