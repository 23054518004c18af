//! The whole way of a key, with OpenSSL as witness wherever it can be one.

use crate::support::{Desk, ENROLL, exists, noise, with_pin};

#[test]
fn from_a_blank_key_to_a_verified_signature() {
    let desk = Desk::blank();
    let (_, info) = desk.json(["device", "info"]);
    assert_eq!(info["data"]["applications"].as_array().unwrap().len(), 0);

    desk.run([
        "device",
        "init",
        "--set-label",
        "投标一号",
        "--pin-source",
        "file:user.pin",
        "--so-pin-source",
        "file:so.pin",
    ])
    .ok();
    let (_, info) = desk.json(["device", "info"]);
    assert_eq!(info["data"]["label"], "投标一号");
    assert_eq!(info["data"]["applications"][0]["name"], "UKEY");

    desk.run(with_pin(&["key", "generate", "--container", "main"]))
        .ok();
    let request = desk
        .run(with_pin(&[
            "cert",
            "request",
            "--subject",
            "C=CN,O=ACME,CN=x",
        ]))
        .ok();
    desk.file("x.csr", &request.stdout);
    let distid = "distid:1234567812345678";
    assert!(desk.openssl([
        "req", "-in", "x.csr", "-verify", "-vfyopt", distid, "-noout"
    ]));

    desk.run(ENROLL).ok();
    for usage in ["sign", "encrypt"] {
        let pem = format!("{usage}.pem");
        desk.run(["cert", "export", "--usage", usage, "--output", &pem])
            .ok();
        assert!(desk.openssl([
            "verify",
            "-partial_chain",
            "-vfyopt",
            distid,
            "-CAfile",
            "ca/ca.pem",
            &pem
        ]));
    }

    desk.file("tender.pdf", &noise(300_000));
    desk.run(with_pin(&["sign", "tender.pdf"])).ok();
    desk.run(["verify", "tender.pdf", "--ca", "ca"]).ok();
    desk.run(["doctor"]).ok();
}

#[test]
fn a_bare_signature_is_true_for_openssl_too() {
    let desk = Desk::enrolled();
    desk.file("tender.pdf", &noise(100_000));
    desk.run(["cert", "export", "--output", "sign.pem"]).ok();
    desk.run(with_pin(&["sign", "tender.pdf", "--format", "raw-der"]))
        .ok();
    let verify = [
        "pkeyutl",
        "-verify",
        "-rawin",
        "-digest",
        "sm3",
        "-pkeyopt",
        "distid:1234567812345678",
        "-certin",
        "-inkey",
        "sign.pem",
        "-in",
        "tender.pdf",
        "-sigfile",
        "tender.pdf.sig",
    ];
    assert!(desk.openssl(verify));
    desk.file("tender.pdf", b"another");
    assert!(!desk.openssl(verify));
}

#[test]
fn an_rsa_key_signs_for_openssl() {
    let desk = Desk::initialised();
    desk.run(with_pin(&[
        "key",
        "generate",
        "--container",
        "r",
        "--algorithm",
        "rsa2048",
    ]))
    .ok();
    let (_, enrolled) = desk.json(with_pin(&[
        "enroll",
        "--ca",
        "ca",
        "--subject",
        "CN=rsa",
        "--container",
        "r",
    ]));
    assert_eq!(enrolled["ok"], true, "{enrolled}");
    desk.run(["cert", "export", "--output", "sign.pem"]).ok();
    desk.file("f", &noise(50_000));
    desk.run(with_pin(&["sign", "f", "--format", "raw"])).ok();
    assert!(desk.openssl([
        "pkeyutl", "-verify", "-rawin", "-digest", "sha256", "-certin", "-inkey", "sign.pem",
        "-in", "f", "-sigfile", "f.sig",
    ]));
    desk.run(["verify", "f", "--certificate", "sign.pem", "--ca", "ca"])
        .ok();
    desk.run(with_pin(&["sign", "f", "--output", "f.cms"])).ok();
    assert!(desk.openssl([
        "cms",
        "-verify",
        "-inform",
        "DER",
        "-in",
        "f.cms",
        "-content",
        "f",
        "-binary",
        "-CAfile",
        "ca/ca-rsa.pem",
        "-purpose",
        "any",
        "-out",
        "/dev/null",
    ]));
}

#[test]
fn enrolling_again_changes_nothing_and_issues_nothing() {
    let desk = Desk::enrolled();
    let (_, first) = desk.json(["cert", "list"]);
    let (code, again) = desk.json(ENROLL);
    assert_eq!(code, 0);
    assert_eq!(again["data"]["already_enrolled"], true);
    assert_eq!(desk.json(["cert", "list"]).1["data"], first["data"]);
    assert_eq!(desk.issued(), 2, "one double certificate");
}

#[test]
fn enrolment_goes_on_where_it_was_interrupted() {
    let desk = Desk::initialised();
    // As after an interruption behind the key generation.
    desk.run(with_pin(&["key", "generate"])).ok();
    let (_, before) = desk.json(["container", "list"]);
    assert_eq!(before["data"]["containers"][0]["signature"]["key"], "SM2");
    let request = desk
        .run(with_pin(&["cert", "request", "--subject", "CN=a"]))
        .ok();
    let key = |pem: &[u8]| {
        desk.file("in", pem);
        desk.openssl([
            "req",
            "-in",
            "in",
            "-pubkey",
            "-noout",
            "-out",
            "request.pub",
        ])
    };
    assert!(key(&request.stdout));
    desk.run(ENROLL).ok();
    desk.run(["cert", "export", "--output", "sign.pem"]).ok();
    assert!(desk.openssl([
        "x509", "-in", "sign.pem", "-pubkey", "-noout", "-out", "cert.pub"
    ]));
    assert_eq!(
        desk.read("request.pub"),
        desk.read("cert.pub"),
        "the key was made anew"
    );
}

#[test]
fn enrolment_leaves_keys_from_elsewhere_alone() {
    let desk = Desk::enrolled();
    let (_, before) = desk.json(["cert", "list"]);
    let other = [
        "enroll",
        "--ca",
        "other",
        "--subject",
        "CN=b",
        "--pin-source",
        "file:user.pin",
    ];
    let (code, refused) = desk.json(other);
    assert_eq!(
        (code, &refused["error"]["code"]),
        (8, &"already_exists".into())
    );
    assert_eq!(desk.json(["cert", "list"]).1["data"], before["data"]);
}

#[test]
fn the_test_ca_keeps_its_keys_to_itself() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::enrolled();
    let mode = |name: &str| {
        std::fs::metadata(desk.path(name))
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    };
    for private in [
        "ca/keys/issuing.key",
        "ca/keys/root.key",
        "ca/officers/first.key",
    ] {
        assert_eq!(mode(private), 0o600, "{private}");
    }
    assert_eq!(mode("ca"), 0o700);
    assert!(exists(&desk, "ca/ca.pem"));
}
