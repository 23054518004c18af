//! The program is killed, and the token pulled, at every moment at which it changes anything that
//! lasts. Whatever the moment: what worked before works, and the same command, run again, ends well
//! with nothing lost and nothing issued twice.

use std::{fs, os::unix::process::ExitStatusExt, process::Stdio};

use crate::support::{Desk, ENROLL, c_library, with_pin};

/// More moments than any command has.
const MANY: u32 = 400;

/// What happens at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Killed,
    Pulled,
}

/// Runs `command` with the fault at a moment; `false` when it ended before that.
fn strike(desk: &Desk, command: &[&str], fault: Fault, moment: u32) -> bool {
    let (image, mark) = (desk.path("key0.img"), desk.path("mark"));
    let mut victim = desk.command();
    victim
        .args(command)
        .env("LD_PRELOAD", c_library("fault.c"))
        .env("FAULT_AT", moment.to_string())
        .env("FAULT_MARK", &mark)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if fault == Fault::Pulled {
        victim.env("FAULT_PULL", &image);
    }
    let ended = victim.status().unwrap();
    if !mark.exists() {
        assert_eq!(ended.code(), Some(0), "{fault:?} at {moment}: not struck");
        return false;
    }
    match fault {
        Fault::Killed => assert_eq!(ended.signal(), Some(9), "at {moment}"),
        // Pulled after the last exchange, nobody notices.
        Fault::Pulled => {
            assert!(
                matches!(ended.code(), Some(0 | 3 | 11)),
                "{ended} at {moment}"
            );
            fs::rename(desk.path("key0.img.pulled"), image).unwrap();
        }
    }
    true
}

/// Strikes at every moment, each time on a copy of `start`, and lets `check` see what is left.
fn at_every_moment(start: &Desk, command: &[&str], check: impl Fn(&Desk, &str)) {
    for fault in [Fault::Killed, Fault::Pulled] {
        let mut moment = 1;
        loop {
            let desk = start.copy();
            if !strike(&desk, command, fault, moment) {
                break;
            }
            check(&desk, &format!("{fault:?} at {moment}"));
            moment += 1;
            assert!(moment < MANY);
        }
        // Else the library did nothing, and the test would show nothing.
        assert!(moment > 8, "{fault:?}: {moment} moments");
    }
}

#[track_caller]
fn again(desk: &Desk, command: &[&str], when: &str) -> serde_json::Value {
    let (code, answer) = desk.json(command);
    assert_eq!(code, 0, "{when}: {answer}");
    answer
}

fn containers(desk: &Desk) -> Vec<serde_json::Value> {
    let (_, list) = desk.json(["container", "list"]);
    list["data"]["containers"].as_array().unwrap().clone()
}

/// Opens a file with the key; the test says what must be in it.
#[track_caller]
fn opens(desk: &Desk, sealed: &str, when: &str) {
    let opened = desk.run(with_pin(&["decrypt", sealed, "-o", "out", "--force"]));
    assert_eq!(opened.code, 0, "{when}: {}", opened.stderr);
    assert_eq!(desk.read("out"), b"tender", "{when}");
}

#[test]
fn enroll() {
    let start = Desk::initialised();
    let plan = ukey_ca::directory::Plan::for_tests().unwrap();
    ukey_ca::directory::Directory::init(&start.path("ca"), &plan).unwrap();
    at_every_moment(&start, &ENROLL, |desk, when| {
        again(desk, &ENROLL, when);
        assert_eq!(desk.issued(), 2, "{when}");
        assert_eq!(containers(desk).len(), 1, "{when}");
        assert_eq!(desk.run(["doctor"]).code, 0, "{when}");
        assert_eq!(desk.tries_left(), 10, "{when}");
    });
}

/// A key with certificates and a file encrypted to them.
fn with_a_tender() -> Desk {
    let desk = Desk::enrolled();
    desk.file("tender", b"tender");
    desk.run(["encrypt", "tender", "-o", "old.enc"]).ok();
    desk
}

#[test]
fn renew() {
    let command = with_pin(&["renew", "--ca", "ca", "--early"]);
    at_every_moment(&with_a_tender(), &command, |desk, when| {
        desk.run(with_pin(&["sign", "tender", "-o", "s", "--force"]))
            .ok();
        opens(desk, "old.enc", when);
        let is_over = containers(desk)
            .iter()
            .any(|container| container["retired"] == true);
        if !is_over {
            again(desk, &command, when);
        }
        let (_, signed) = desk.json(["cert", "export"]);
        assert_ne!(signed["data"]["container"], "main", "{when}");
        let containers = containers(desk);
        assert_eq!(containers.len(), 2, "{when}");
        let old = containers.iter().find(|c| c["name"] == "main").unwrap();
        assert_eq!(old["retired"], true, "{when}");
        assert!(old["signature"]["key"].is_null(), "{when}: an orphan key");
        assert_eq!(desk.issued(), 4, "{when}");
        opens(desk, "old.enc", when);
        desk.run(["encrypt", "tender", "-o", "new.enc", "--force"])
            .ok();
        opens(desk, "new.enc", when);
    });
}

#[test]
fn renew_with_the_same_keys() {
    let command = with_pin(&[
        "renew",
        "--ca",
        "ca",
        "--early",
        "--same-key",
        "--days",
        "700",
    ]);
    at_every_moment(&with_a_tender(), &command, |desk, when| {
        opens(desk, "old.enc", when);
        let long = |desk: &Desk, usage: &str| {
            let (_, found) = desk.json(["cert", "export", "--usage", usage]);
            found["data"]["certificate"]["days_left"].as_i64().unwrap() > 690
        };
        if !long(desk, "sign") {
            again(desk, &command, when);
        }
        assert!(long(desk, "sign") && long(desk, "encrypt"), "{when}");
        assert_eq!(desk.issued(), 4, "{when}");
        opens(desk, "old.enc", when);
    });
}

/// A lost key's authority and tender, and another key; the serial numbers of what is lost.
fn after_a_loss() -> (Desk, String, String) {
    let lost = with_a_tender();
    let sign = lost.certificate_serial("sign");
    let encrypt = lost.certificate_serial("encrypt");
    let other = Desk::initialised();
    for name in ["key0.img", "key0.img.key"] {
        fs::copy(other.path(name), lost.path(name)).unwrap();
    }
    (lost, sign, encrypt)
}

fn replacement(sign: &str) -> Vec<&str> {
    let subject = ENROLL[4];
    with_pin(&[
        "replace",
        "--ca",
        "ca",
        "--about",
        sign,
        "--subject",
        subject,
    ])
}

#[test]
fn replace() {
    let (start, sign, _) = after_a_loss();
    let command = replacement(&sign);
    at_every_moment(&start, &command, |desk, when| {
        again(desk, &command, when);
        assert_eq!(desk.issued(), 4, "{when}");
        assert_eq!(containers(desk).len(), 1, "{when}");
        desk.run(with_pin(&["sign", "tender", "-o", "s", "--force"]))
            .ok();
    });
}

#[test]
fn recover() {
    let (start, sign, encrypt) = after_a_loss();
    start.run(replacement(&sign)).ok();
    let command = with_pin(&[
        "recover",
        "--ca",
        "ca",
        "--about",
        &encrypt,
        "--officer-key",
        "ca/officers/first.key",
        "--officer-key",
        "ca/officers/second.key",
    ]);
    at_every_moment(&start, &command, |desk, when| {
        desk.run(with_pin(&["sign", "tender", "-o", "s", "--force"]))
            .ok();
        again(desk, &command, when);
        opens(desk, "old.enc", when);
        let containers = containers(desk);
        assert_eq!(containers.len(), 2, "{when}");
        let helper = containers.iter().find(|c| c["name"] != "main").unwrap();
        assert!(
            helper["signature"]["key"].is_null(),
            "{when}: an orphan key"
        );
        assert_eq!(desk.issued(), 4, "{when}");
    });
}
