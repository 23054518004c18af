//! Certificates in and out of the key.

use crate::support::{Desk, exists, with_pin};

#[test]
fn export_and_import_are_each_others_inverse() {
    let desk = Desk::enrolled();
    desk.run([
        "cert", "export", "--usage", "encrypt", "--format", "der", "-o", "e.cer",
    ])
    .ok();
    desk.run(["cert", "export", "--usage", "encrypt", "-o", "e.pem"])
        .ok();
    assert_eq!(desk.read("e.cer")[0], 0x30);
    assert!(
        desk.read("e.pem")
            .starts_with(b"-----BEGIN CERTIFICATE-----")
    );
    for file in ["e.cer", "e.pem"] {
        let (code, answer) = desk.json(with_pin(&["cert", "import", file]));
        assert_eq!(code, 0);
        assert_eq!(answer["data"]["changed"], false);
        assert_eq!(answer["data"]["usage"], "encrypt");
    }
}

#[test]
fn the_pair_is_found_by_the_public_key() {
    let desk = Desk::initialised();
    for name in ["a", "b"] {
        desk.run(with_pin(&["key", "generate", "--container", name]))
            .ok();
    }
    let request = with_pin(&[
        "cert",
        "request",
        "--container",
        "b",
        "--subject",
        "CN=b",
        "-o",
        "b.csr",
    ]);
    desk.run(request).ok();
    assert!(desk.openssl([
        "ecparam", "-name", "SM2", "-genkey", "-noout", "-out", "ca.key"
    ]));
    assert!(make_certificate(&desk));
    let (code, answer) = desk.json(with_pin(&["cert", "import", "b.pem"]));
    assert_eq!(code, 0, "{answer}");
    assert_eq!(answer["data"]["container"], "b");
    assert_eq!(answer["data"]["usage"], "sign");
    desk.run(with_pin(&["cert", "import", "b.pem", "--container", "a"]))
        .code(7);
    desk.run(with_pin(&["cert", "import", "b.pem", "--usage", "encrypt"]))
        .code(7);
}

/// Has OpenSSL issue `b.pem` for `b.csr`.
fn make_certificate(desk: &Desk) -> bool {
    let distid = "distid:1234567812345678";
    desk.openssl([
        "req",
        "-x509",
        "-new",
        "-key",
        "ca.key",
        "-sm3",
        "-sigopt",
        distid,
        "-subj",
        "/CN=openssl ca",
        "-out",
        "ca.pem",
    ]) && desk.openssl([
        "x509",
        "-req",
        "-in",
        "b.csr",
        "-vfyopt",
        distid,
        "-CA",
        "ca.pem",
        "-CAkey",
        "ca.key",
        "-CAcreateserial",
        "-sm3",
        "-sigopt",
        distid,
        "-days",
        "30",
        "-out",
        "b.pem",
    ])
}

#[test]
fn a_certificate_of_another_key_is_refused() {
    let desk = Desk::enrolled();
    let stranger = Desk::enrolled();
    stranger.run(["cert", "export", "-o", "s.pem"]).ok();
    let path = stranger.path("s.pem");
    let (code, answer) = desk.json(with_pin(&["cert", "import", path.to_str().unwrap()]));
    assert_eq!((code, &answer["error"]["code"]), (7, &"not_found".into()));
}

#[test]
fn damaged_certificates_are_refused() {
    let desk = Desk::enrolled();
    desk.run(["cert", "export", "--format", "der", "-o", "s.cer"])
        .ok();
    let der = desk.read("s.cer");
    for length in [0, 1, 50, der.len() - 1] {
        desk.file("cut.cer", &der[..length]);
        let run = desk.run(with_pin(&["cert", "import", "cut.cer"]));
        assert!(run.code != 0, "{length}");
    }
    desk.run(with_pin(&["cert", "import", "missing.cer"]))
        .code(7);
    assert_eq!(desk.tries_left(), 10);
}

#[test]
fn binary_does_not_go_to_the_result_by_itself() {
    let desk = Desk::enrolled();
    desk.run(["cert", "export", "--format", "der"]).code(2);
    let stream = desk
        .run(["cert", "export", "--format", "der", "-o", "-"])
        .ok();
    assert_eq!(stream.stdout[0], 0x30);
}

#[test]
fn a_bad_subject_is_refused_before_the_pin() {
    let desk = Desk::initialised();
    let enroll = [
        "enroll",
        "--ca",
        "ca",
        "--subject",
        "nonsense",
        "--pin-source",
        "file:wrong.pin",
    ];
    assert_ne!(desk.run(enroll).code, 0);
    assert_eq!(desk.tries_left(), 10);
    assert!(!exists(&desk, "ca"));
}

#[test]
fn generating_twice_is_refused() {
    let desk = Desk::initialised();
    desk.run(with_pin(&["key", "generate"])).ok();
    let (code, answer) = desk.json(with_pin(&["key", "generate"]));
    assert_eq!(
        (code, &answer["error"]["code"]),
        (8, &"already_exists".into())
    );
}
