//! PINs: sources, tries, locks, changes.

use std::{fs, os::unix::fs::PermissionsExt};

use crate::support::{Desk, SO_PIN, USER_PIN, WRONG_PIN, with_pin};

const WRONG: [&str; 6] = [
    "key",
    "generate",
    "--pin-source",
    "file:wrong.pin",
    "--container",
    "other",
];

#[test]
fn a_wrong_pin_is_4_and_tells_the_tries_left() {
    let desk = Desk::initialised();
    let (code, answer) = desk.json(WRONG);
    assert_eq!(code, 4);
    assert_eq!(answer["error"]["code"], "pin_incorrect");
    assert_eq!(answer["error"]["tries_left"], 9);
    assert_eq!(desk.tries_left(), 9);
    desk.run(with_pin(&["key", "generate"])).ok();
    assert_eq!(desk.tries_left(), 10, "a right PIN gives the tries back");
}

#[test]
fn the_last_try_is_kept_and_a_locked_pin_is_6() {
    let desk = Desk::blank();
    let init = [
        "device",
        "init",
        "--pin-tries",
        "3",
        "--pin-source",
        "file:user.pin",
        "--so-pin-source",
        "file:so.pin",
    ];
    desk.run(init).ok();
    desk.run(WRONG).code(4);
    desk.run(WRONG).code(4);
    let (code, kept) = desk.json(WRONG);
    assert_eq!((code, &kept["error"]["code"]), (4, &"pin_last_try".into()));
    assert_eq!(kept["error"]["tries_left"], 1);
    assert_eq!(desk.tries_left(), 1, "the last try was not spent");

    let (code, locked) = desk.json([&WRONG[..], &["--last-try-ok"]].concat());
    assert_eq!((code, &locked["error"]["tries_left"]), (4, &0.into()));
    let (code, refused) = desk.json(with_pin(&["key", "generate"]));
    assert_eq!((code, &refused["error"]["code"]), (6, &"pin_locked".into()));
    assert_eq!(refused["error"]["tries_left"], 0);
    desk.run(["doctor"]).code(2);

    let unblock = [
        "pin",
        "unblock",
        "--so-pin-source",
        "file:so.pin",
        "--new-pin-source",
        "file:user.pin",
    ];
    desk.run(unblock).ok();
    assert_eq!(desk.tries_left(), 3);
    desk.run(with_pin(&["key", "generate"])).ok();
}

#[test]
fn the_last_try_can_be_used_by_who_is_sure() {
    let desk = Desk::blank();
    let init = [
        "device",
        "init",
        "--pin-tries",
        "2",
        "--pin-source",
        "file:user.pin",
        "--so-pin-source",
        "file:so.pin",
    ];
    desk.run(init).ok();
    desk.run(WRONG).code(4);
    desk.run(with_pin(&["key", "generate"])).code(4);
    desk.run(with_pin(&["key", "generate", "--last-try-ok"]))
        .ok();
    assert_eq!(desk.tries_left(), 2);
}

#[test]
fn every_source_works() {
    let desk = Desk::initialised();
    let generate = |name: &'static str, source: &'static str| {
        [
            "key",
            "generate",
            "--container",
            name,
            "--pin-source",
            source,
        ]
    };
    desk.run(generate("a", "file:user.pin")).ok();
    let stdin = format!("{USER_PIN}\n");
    desk.run_with_input(generate("b", "stdin"), stdin.as_bytes())
        .ok();
    desk.run_with_input(generate("c", "fd:0"), stdin.as_bytes())
        .ok();
    let from_variable = desk
        .command()
        .args(generate("d", "env:MY_PIN"))
        .env("MY_PIN", USER_PIN)
        .output()
        .unwrap();
    assert!(from_variable.status.success());
    let by_default = desk
        .command()
        .args(["key", "generate", "--container", "e"])
        .env("UKEY_PIN_SOURCE", "file:user.pin")
        .output()
        .unwrap();
    assert!(by_default.status.success());
    let (_, list) = desk.json(["container", "list"]);
    assert_eq!(list["data"]["containers"].as_array().unwrap().len(), 5);
}

#[test]
fn two_pins_from_one_stream_are_two_lines() {
    let desk = Desk::initialised();
    let change = [
        "pin",
        "change",
        "--pin-source",
        "stdin",
        "--new-pin-source",
        "stdin",
    ];
    let lines = format!("{USER_PIN}\n{WRONG_PIN}\n");
    desk.run_with_input(change, lines.as_bytes()).ok();
    desk.run(with_pin(&["key", "generate"])).code(4);
    desk.run(WRONG).ok();
}

#[test]
fn a_pin_file_that_others_can_read_is_refused_and_costs_no_try() {
    let desk = Desk::initialised();
    fs::set_permissions(desk.path("user.pin"), fs::Permissions::from_mode(0o644)).unwrap();
    let (code, refused) = desk.json(with_pin(&["key", "generate"]));
    assert_eq!(code, 9);
    assert_eq!(refused["error"]["code"], "pin_file_readable_by_others");
    assert_eq!(desk.tries_left(), 10);
}

#[test]
fn a_source_that_gives_nothing_costs_no_try() {
    let desk = Desk::initialised();
    desk.private_file("empty.pin", b"");
    desk.private_file("nul.pin", b"1234\x005678\n");
    desk.private_file("short.pin", b"12345\n");
    desk.private_file("long.pin", b"12345678901234567\n");
    for source in [
        "file:empty.pin",
        "file:missing.pin",
        "file:nul.pin",
        "file:short.pin",
        "file:long.pin",
        "env:NOT_SET",
        "agent",
        "fd:77",
    ] {
        let run = desk.run(["key", "generate", "--pin-source", source]);
        assert!(![0, 4, 6].contains(&run.code), "{source}: {}", run.code);
    }
    assert_eq!(desk.tries_left(), 10);
    desk.run(["key", "generate", "--pin-source", "agent"])
        .code(12);
}

#[test]
fn a_pin_given_as_a_source_is_not_repeated() {
    let desk = Desk::initialised();
    // The support code fails the test when the PIN appears anywhere.
    desk.run(["key", "generate", "--pin-source", USER_PIN])
        .code(2);
    desk.run(["--json", "key", "generate", "--pin-source", USER_PIN])
        .code(2);
    assert_eq!(desk.tries_left(), 10);
}

#[test]
fn sixteen_digits_and_chinese_characters_are_pins() {
    let desk = Desk::initialised();
    desk.private_file("long.pin", b"1234567890123456\n");
    desk.private_file("chinese.pin", "密码锁1\n".as_bytes());
    let change = |old: &str, new: &str| {
        let (old, new) = (format!("file:{old}"), format!("file:{new}"));
        desk.run([
            "pin",
            "change",
            "--pin-source",
            &old,
            "--new-pin-source",
            &new,
        ])
    };
    change("user.pin", "long.pin").ok();
    change("long.pin", "chinese.pin").ok();
    desk.run(with_pin(&["key", "generate"])).code(4);
    desk.run(["key", "generate", "--pin-source", "file:chinese.pin"])
        .ok();
}

#[test]
fn the_so_pin_can_be_changed_too() {
    let desk = Desk::initialised();
    desk.run([
        "pin",
        "change",
        "--so",
        "--so-pin-source",
        "file:so.pin",
        "--new-pin-source",
        "file:wrong.pin",
    ])
    .ok();
    let unblock = |so: &'static str| {
        [
            "pin",
            "unblock",
            "--so-pin-source",
            so,
            "--new-pin-source",
            "file:user.pin",
        ]
    };
    let (code, refused) = desk.json(unblock("file:so.pin"));
    assert_eq!((code, &refused["error"]["tries_left"]), (4, &9.into()));
    desk.run(unblock("file:wrong.pin")).ok();
    let _ = SO_PIN;
}

#[test]
fn nothing_is_asked_where_nobody_answers() {
    let desk = Desk::initialised();
    let (code, refused) = desk.json(["key", "generate"]);
    assert_eq!(
        (code, &refused["error"]["code"]),
        (2, &"must_not_ask".into())
    );
    desk.run(["--non-interactive", "key", "generate"]).code(2);
    assert_eq!(desk.tries_left(), 10);
}

/// A card in a reader would keep the login for other programs. ClearSecureState is `80 1C`.
#[test]
fn a_login_does_not_outlive_its_command() {
    let desk = Desk::initialised();
    let last_command = |container: &str, source: &str| {
        let output = desk
            .command()
            .args([
                "key",
                "generate",
                "--container",
                container,
                "--pin-source",
                source,
            ])
            .envs([("UKEY_LOG", "ukey::apdu=trace"), ("NO_COLOR", "1")])
            .output()
            .unwrap();
        let log = String::from_utf8(output.stderr).unwrap();
        let mut commands = log.lines().filter(|line| line.contains("header=["));
        (
            output.status.code(),
            commands
                .next_back()
                .unwrap()
                .contains("header=[128, 28, 0, 0]"),
        )
    };
    assert_eq!(last_command("a", "file:user.pin"), (Some(0), true));
    assert_eq!(last_command("b", "file:wrong.pin"), (Some(4), false));
    // Fails after the login: no token takes a name like that.
    assert_eq!(
        last_command(&"n".repeat(200), "file:user.pin"),
        (Some(1), true)
    );
}
