//! Applications beside the first one.

use crate::support::{Desk, ENROLL, with_pin};

const CREATE: [&str; 11] = [
    "app",
    "create",
    "TENDER",
    "--pin-tries",
    "6",
    "--so-pin-tries",
    "3",
    "--pin-source",
    "file:user.pin",
    "--so-pin-source",
    "file:so.pin",
];

/// Names of the applications, with the chosen one first and marked.
fn names(desk: &Desk) -> Vec<(String, bool)> {
    let (code, list) = desk.json(["app", "list"]);
    assert_eq!(code, 0);
    let applications = list["data"]["applications"].as_array().unwrap();
    let name = |one: &serde_json::Value| {
        let name = one["name"].as_str().unwrap().to_owned();
        (name, one["chosen"].as_bool().unwrap())
    };
    applications.iter().map(name).collect()
}

#[test]
fn a_second_application_has_pins_and_keys_of_its_own() {
    let desk = Desk::enrolled();
    desk.run(CREATE).ok();
    let expected = [("UKEY".to_owned(), true), ("TENDER".to_owned(), false)];
    assert_eq!(names(&desk), expected);
    let (_, list) = desk.json(["app", "list"]);
    let tender = &list["data"]["applications"][1];
    assert_eq!(tender["user"]["max_tries"], 6);
    assert_eq!(tender["so"]["max_tries"], 3);
    assert_eq!(tender["room"]["containers"]["used"], 0);
    assert!(tender["room"]["containers"]["limit"].as_u64().unwrap() >= 2);
    let first = &list["data"]["applications"][0]["room"];
    assert_eq!(first["containers"]["used"], 1);
    assert_eq!(first["certificates"]["used"], 2);

    let there = ["--application", "TENDER"];
    desk.run(
        [
            &there[..],
            &["key", "generate", "--pin-source", "file:wrong.pin"],
        ]
        .concat(),
    )
    .code(4);
    assert_eq!(desk.tries_left(), 10);
    desk.run([&there[..], &ENROLL].concat()).ok();
    desk.file("f", b"x");
    desk.run(with_pin(&[&there[..], &["sign", "f"]].concat()))
        .ok();
    desk.run(["verify", "f", "--ca", "ca"]).ok();
}

#[test]
fn a_name_that_is_taken_is_refused_and_so_is_a_wrong_device_key() {
    let desk = Desk::initialised();
    desk.run(CREATE).ok();
    let (code, refused) = desk.json(CREATE);
    assert_eq!(
        (code, &refused["error"]["code"]),
        (8, &"already_exists".into())
    );
    desk.private_file("device.key", &[0x5A; 16]);
    for arguments in [
        &["app", "delete", "TENDER", "--yes"][..],
        &["app", "create", "OTHER"],
    ] {
        let mut command = desk.command();
        command
            .args(arguments)
            .env("UKEY_AUTH_KEY_FILE", "device.key");
        assert_eq!(command.output().unwrap().status.code(), Some(9));
    }
    assert_eq!(names(&desk).len(), 2);
}

#[test]
fn deleting_wants_consent_and_takes_one_alone() {
    let desk = Desk::enrolled();
    desk.run(CREATE).ok();
    let delete = ["app", "delete", "TENDER"];
    desk.run([&["--non-interactive"][..], &delete].concat())
        .code(2);
    let (code, dry) = desk.json([&delete[..], &["--dry-run"]].concat());
    assert_eq!((code, &dry["data"]["changed"]), (0, &false.into()));
    desk.run([&delete[..], &["--yes"]].concat()).ok();
    assert_eq!(names(&desk), [("UKEY".to_owned(), true)]);
    desk.run(["cert", "export"]).ok();
    let run = desk.run([&delete[..], &["--yes"]].concat()).code(7);
    assert!(run.stderr.contains("app list"), "{}", run.stderr);
}

#[test]
fn a_blank_key_has_none() {
    let desk = Desk::blank();
    assert_eq!(names(&desk), []);
    assert!(
        desk.run(["app", "list"])
            .ok()
            .text()
            .contains("device init")
    );
}
