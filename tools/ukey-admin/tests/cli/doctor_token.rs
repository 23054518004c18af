//! What the doctor says of a token's space, applications and PINs, and of one that stops answering.

use std::{
    fs::{self, File, OpenOptions},
    os::unix::fs::OpenOptionsExt,
    process::{Command, Stdio},
};

use serde_json::Value;
use ukey_token::{FACTORY_AUTH_KEY, NewApplication, Pin, Rights};

use crate::{
    doctor::{finding, findings, ill},
    doctor_readers::wait_for,
    doctor_system,
    support::{Desk, ENROLL, SO_PIN, with_pin},
};

/// `O_NONBLOCK` of Linux.
const NONBLOCKING: i32 = 0o4000;

const WRONG_UNBLOCK: [&str; 7] = [
    "pin",
    "unblock",
    "--so-pin-source",
    "file:wrong.pin",
    "--new-pin-source",
    "file:user.pin",
    "--last-try-ok",
];

const UNBLOCK: [&str; 6] = [
    "pin",
    "unblock",
    "--so-pin-source",
    "file:so.pin",
    "--new-pin-source",
    "file:user.pin",
];

#[test]
fn little_space_is_a_warning() {
    let desk = Desk::initialised_of(1);
    desk.run(ENROLL).ok();
    desk.fill();
    let (code, report) = desk.json(["doctor"]);
    assert_eq!((code, ill(&report)), (1, vec!["UK-D083".to_owned()]));
    let little = finding(&report, "UK-D083");
    assert!(little["action"].as_str().unwrap().contains("seal list"));
    desk.run(with_pin(&["seal", "delete", "a", "--yes"])).ok();
    assert_eq!(findings(&desk), (0, Vec::new()));
}

/// The report comes whole, whether or not more is asked for than there is.
#[test]
fn an_application_that_is_not_there_is_a_failure() {
    let desk = Desk::enrolled();
    for more in [&[][..], &["--self-test"]] {
        let command = [&["--application", "TENDER", "doctor"], more].concat();
        let (code, report) = desk.json(with_pin(&command));
        assert_eq!((code, ill(&report)), (2, vec!["UK-D082".to_owned()]));
        let missing = finding(&report, "UK-D082");
        assert!(missing["action"].as_str().unwrap().contains("app list"));
    }
    let (code, report) = Desk::blank().json(with_pin(&["doctor", "--self-test"]));
    assert_eq!((code, ill(&report)), (2, vec!["UK-D081".to_owned()]));
}

/// As PKCS#11's C_InitToken leaves it.
#[test]
fn a_user_pin_that_was_never_set_is_a_failure() {
    let desk = Desk::blank();
    desk.with_device(|device| {
        let new = NewApplication {
            name: "UKEY",
            admin_pin: &Pin::new(SO_PIN.as_bytes()).unwrap(),
            admin_tries: 10,
            user_pin: None,
            user_tries: 10,
            create_file_rights: Rights::USER,
        };
        device.authenticate(&FACTORY_AUTH_KEY).unwrap();
        device
            .create_application(&new, Some(&FACTORY_AUTH_KEY))
            .unwrap();
    });
    let expected = ["UK-D093", "UK-D101"].map(str::to_owned).to_vec();
    assert_eq!(findings(&desk), (2, expected.clone()));
    let (code, report) = desk.json(with_pin(&["doctor", "--self-test"]));
    assert_eq!((code, ill(&report)), (2, expected));
    assert_eq!(finding(&report, "UK-D152")["status"], "skipped");
    // The advice helps.
    desk.run(UNBLOCK).ok();
    assert_eq!(findings(&desk), (1, vec!["UK-D101".to_owned()]));
}

#[test]
fn a_locked_so_pin_is_a_warning_and_makes_a_locked_user_pin_final() {
    let desk = Desk::blank();
    desk.run([
        "device",
        "init",
        "--pin-tries",
        "1",
        "--so-pin-tries",
        "2",
        "--pin-source",
        "file:user.pin",
        "--so-pin-source",
        "file:so.pin",
    ])
    .ok();
    desk.run([&ENROLL[..], &["--last-try-ok"]].concat()).ok();
    assert_eq!(findings(&desk), (0, Vec::new()));
    desk.run(WRONG_UNBLOCK).code(4);
    assert_eq!(findings(&desk), (1, vec!["UK-D091".to_owned()]));
    desk.run(WRONG_UNBLOCK).code(4);
    assert_eq!(findings(&desk), (1, vec!["UK-D095".to_owned()]));
    desk.run([
        "key",
        "generate",
        "--container",
        "n",
        "--pin-source",
        "file:wrong.pin",
        "--last-try-ok",
    ])
    .code(4);
    let (code, report) = desk.json(with_pin(&["doctor", "--self-test"]));
    let expected = ["UK-D092", "UK-D095"].map(str::to_owned).to_vec();
    assert_eq!((code, ill(&report)), (2, expected));
    // The SO PIN could not do what is else the advice.
    desk.run(UNBLOCK).code(6);
    let action = finding(&report, "UK-D092")["action"].as_str().unwrap();
    assert!(action.contains("ukey-admin replace"), "{action}");
}

/// The doctor has found the token and now reads the list of processes, one of which keeps it waiting;
/// meanwhile the token is pulled.
#[test]
fn a_token_that_is_pulled_meanwhile_is_a_failure() {
    let desk = Desk::enrolled();
    let list = desk.path("sys/proc/79");
    fs::create_dir_all(&list).unwrap();
    let name = list.join("comm");
    let made = Command::new("mkfifo").arg(&name).status();
    assert!(made.unwrap().success());
    let doctor = doctor_system::command(&desk)
        .args(with_pin(&["--self-test"]))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut gate: Option<File> = None;
    wait_for("the doctor at the list of processes", || {
        let mut options = OpenOptions::new();
        // Refused as long as nobody reads.
        gate = options
            .write(true)
            .custom_flags(NONBLOCKING)
            .open(&name)
            .ok();
        gate.is_some()
    });
    fs::rename(desk.path("key0.img"), desk.path("pulled.img")).unwrap();
    drop(gate);
    let output = doctor.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let stopped = finding(&report, "UK-D084");
    assert_eq!(stopped["status"], "fail");
    assert!(
        stopped["action"]
            .as_str()
            .unwrap()
            .contains("plug the key in")
    );
    // All that needs no token is there.
    finding(&report, "UK-D162");
}
