//! PINs typed into a window: a pinentry program that answers from a file, one line a question.

use std::{fs, os::unix::fs::PermissionsExt};

use serde_json::Value;

use crate::support::{Desk, Run, USER_PIN, WRONG_PIN};

/// Says what it was told to a file, and takes the next line of another for the PIN; none is a closed
/// window (GPG_ERR_CANCELED of pinentry, 83886179).
const PINENTRY: &str = r#"#!/bin/sh
echo "OK ready"
while read -r line; do
    echo "$line" >>told
    case "$line" in
    GETPIN)
        pin=$(head -n 1 answers)
        sed -i 1d answers
        if [ -z "$pin" ]; then
            echo "ERR 83886179 cancelled"
        else
            echo "D $pin"
            echo OK
        fi
        ;;
    *) echo OK ;;
    esac
done
"#;

fn desk() -> Desk {
    let desk = Desk::initialised();
    desk.file("pinentry", PINENTRY.as_bytes());
    fs::set_permissions(desk.path("pinentry"), fs::Permissions::from_mode(0o700)).unwrap();
    desk
}

/// The run with these answers typed, and what the windows were told.
fn typed(desk: &Desk, answers: &[&str], arguments: &[&str]) -> (Run, String) {
    desk.private_file("answers", format!("{}\n", answers.join("\n")).as_bytes());
    desk.private_file("told", b"");
    let mut command = desk.command();
    command
        .args(arguments)
        .env("UKEY_PINENTRY", desk.path("pinentry"));
    let run = Run::new(command.output().unwrap());
    (run, String::from_utf8(desk.read("told")).unwrap())
}

#[test]
fn a_pin_is_typed_into_a_window_with_the_tries_left() {
    let desk = desk();
    let generate = ["key", "generate", "--pin-source", "agent"];
    let (run, told) = typed(&desk, &[WRONG_PIN, USER_PIN], &generate);
    run.ok();
    assert_eq!(told.matches("GETPIN").count(), 2);
    assert!(told.contains("SETDESC User PIN of "), "{told}");
    assert!(told.contains("10 tries left") && told.contains("9 tries left"));
    assert!(told.contains("SETERROR Wrong PIN, 9 tries left."), "{told}");
    assert_eq!(desk.tries_left(), 10);
}

#[test]
fn a_closed_window_costs_no_try() {
    let desk = desk();
    let generate = ["--json", "key", "generate", "--pin-source", "agent"];
    let (run, _) = typed(&desk, &[], &generate);
    let answer: Value = run.json();
    assert_eq!(
        (run.code, &answer["error"]["code"]),
        (1, &"not_confirmed".into())
    );
    assert_eq!(desk.tries_left(), 10);
}

#[test]
fn a_new_pin_is_typed_twice() {
    let desk = desk();
    let change = [
        "pin",
        "change",
        "--pin-source",
        "file:user.pin",
        "--new-pin-source",
        "agent",
    ];
    let answers = ["24681357", "24681358", "24681357", "24681357"];
    let (run, told) = typed(&desk, &answers, &change);
    run.ok();
    assert_eq!(told.matches("GETPIN").count(), 4);
    assert!(told.contains("SETERROR The two differ."), "{told}");
    desk.private_file("new.pin", b"24681357\n");
    desk.run(["key", "generate", "--pin-source", "file:new.pin"])
        .ok();
}
