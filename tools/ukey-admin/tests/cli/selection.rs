//! Which key: the only one, the chosen one, never the first of several.

use crate::support::Desk;

fn serials(desk: &Desk) -> Vec<String> {
    let (_, list) = desk.json(["device", "list"]);
    let devices = list["data"]["devices"].as_array().unwrap();
    devices
        .iter()
        .map(|device| device["serial"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn no_key_is_3() {
    let desk = Desk::with_keys(0);
    for arguments in [
        &["device", "list"][..],
        &["device", "info"],
        &["pin", "status"],
    ] {
        let (code, answer) = desk.json(arguments);
        assert_eq!((code, &answer["error"]["code"]), (3, &"no_device".into()));
    }
}

#[test]
fn several_keys_are_5_with_the_list() {
    let desk = Desk::with_keys(2);
    let serials = serials(&desk);
    assert_eq!(serials.len(), 2);
    let (code, answer) = desk.json(["device", "info"]);
    assert_eq!((code, &answer["error"]["code"]), (5, &"ambiguous".into()));
    let choices = answer["data"]["choices"].as_array().unwrap();
    let offered: Vec<&str> = choices
        .iter()
        .map(|c| c["serial"].as_str().unwrap())
        .collect();
    assert_eq!(offered, serials);
    let run = desk.run(["device", "info"]).code(5);
    assert!(serials.iter().all(|serial| run.stderr.contains(serial)));
    assert!(run.stderr.contains("  (none)  "), "{}", run.stderr);
}

#[test]
fn a_key_is_chosen_by_serial_label_uri_and_variable() {
    let desk = Desk::with_keys(2);
    let serials = serials(&desk);
    let init = |serial: &str, label: &str| {
        desk.run([
            "--serial",
            serial,
            "device",
            "init",
            "--set-label",
            label,
            "--pin-source",
            "file:user.pin",
            "--so-pin-source",
            "file:so.pin",
        ])
        .ok();
    };
    init(&serials[0], "desk one");
    init(&serials[1], "投标");
    let is_second = |arguments: &[&str]| {
        let (code, info) = desk.json([arguments, &["device", "info"]].concat());
        code == 0 && info["data"]["serial"] == serials[1].as_str()
    };
    assert!(is_second(&["--serial", &serials[1]]));
    assert!(is_second(&["--serial", &serials[1].to_lowercase()]));
    assert!(is_second(&["--label", "投标"]));
    assert!(is_second(&[
        "--uri",
        &format!("pkcs11:serial={}", serials[1])
    ]));
    assert!(is_second(&[
        "--uri",
        "pkcs11:token=%E6%8A%95%E6%A0%87;manufacturer=ukey"
    ]));
    let by_variable = desk
        .command()
        .args(["--json", "device", "info"])
        .env("UKEY_SERIAL", &serials[1])
        .output()
        .unwrap();
    assert!(by_variable.status.success());

    desk.run(["--label", "nobody", "device", "info"]).code(3);
    desk.run(["--serial", &serials[0], "--label", "投标", "device", "info"])
        .code(3);
    desk.run(["--uri", "pkcs11:object=key", "device", "info"])
        .code(2);
}

#[test]
fn what_is_not_there_is_7() {
    let desk = Desk::initialised();
    desk.run(["--application", "nothing", "pin", "status"])
        .code(7);
    desk.run(["cert", "export"]).code(7);
    desk.run(["container", "delete", "nothing", "--yes"])
        .code(7);
    desk.run([
        "cert",
        "request",
        "--subject",
        "CN=x",
        "--pin-source",
        "file:user.pin",
    ])
    .code(7);
    desk.run(["sign", "user.pin", "--container", "nothing"])
        .code(7);
    let blank = Desk::blank();
    blank.run(["pin", "status"]).code(7);
}

#[test]
fn a_key_that_has_no_certificate_is_in_nobodys_way() {
    let desk = Desk::enrolled();
    // As PKCS#11 programs make them.
    desk.as_program(|application| {
        application
            .create_container("web")
            .unwrap()
            .generate_rsa(2048)
            .unwrap();
    });
    desk.file("f", b"x");
    let pin = ["--pin-source", "file:user.pin"];
    desk.run([&["sign", "f"][..], &pin].concat()).ok();
    desk.run([&["hold", "--ca", "ca"][..], &pin].concat()).ok();
    desk.run(["unhold", "--ca", "ca"]).ok();
    // A request is for a key without a certificate, as likely as not: nobody guesses.
    desk.run([&["cert", "request", "--subject", "CN=x"][..], &pin].concat())
        .code(5);
    let (_, keys) = desk.json(["key", "list"]);
    assert_eq!(keys["data"]["containers"].as_array().unwrap().len(), 2);
}

#[test]
fn several_containers_are_5_with_the_list() {
    let desk = Desk::initialised();
    for name in ["a", "b"] {
        let generate = [
            "key",
            "generate",
            "--container",
            name,
            "--pin-source",
            "file:user.pin",
        ];
        desk.run(generate).ok();
    }
    let request = [
        "cert",
        "request",
        "--subject",
        "CN=x",
        "--pin-source",
        "file:user.pin",
    ];
    let (code, answer) = desk.json(request);
    assert_eq!(code, 5);
    assert_eq!(answer["data"]["choices"], serde_json::json!(["a", "b"]));
    desk.run([&request[..], &["--container", "b"]].concat())
        .ok();
}

#[test]
fn a_key_is_found_by_the_subject_of_a_certificate() {
    let desk = Desk::with_keys(2);
    let (_, list) = desk.json(["device", "list"]);
    let serial = |n: usize| {
        list["data"]["devices"][n]["serial"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    for (n, name) in ["CN=投标 Alpha", "CN=投标 Beta"].into_iter().enumerate() {
        let chosen = serial(n);
        let key = ["--serial", chosen.as_str()];
        let init = ["device", "init", "--pin-source", "file:user.pin"];
        let so_pin = ["--so-pin-source", "file:so.pin"];
        desk.run([&key[..], &init, &so_pin].concat()).ok();
        let enroll = ["enroll", "--ca", "ca", "--subject", name];
        desk.run([&key[..], &enroll, &["--pin-source", "file:user.pin"]].concat())
            .ok();
    }
    let (code, found) = desk.json(["--cert-subject", "Beta", "device", "info"]);
    assert_eq!(
        (code, &found["data"]["serial"]),
        (0, &serial(1).into()),
        "{found}"
    );
    let (code, several) = desk.json(["--cert-subject", "投标", "device", "info"]);
    assert_eq!((code, &several["error"]["code"]), (5, &"ambiguous".into()));
    assert_eq!(
        desk.json(["--cert-subject", "Gamma", "device", "info"]).0,
        3
    );
}
