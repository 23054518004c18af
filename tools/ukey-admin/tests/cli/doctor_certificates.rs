//! What the doctor says of certificates that are not what they should be, as other programs can leave
//! them, and that its advice mends it.

use ukey_pki::{
    CertificationRequest,
    ca::{Authority, IssueOptions},
    certificate::{Certificate, Validity, build::Profile},
    key::KeyAlgorithm,
};
use ukey_token::KeyUsage;

use crate::{
    doctor::{finding, findings, ill},
    support::{Desk, with_pin},
};

/// An enrolled key, with its certificates in `sign.pem` and `encrypt.pem`.
fn enrolled() -> Desk {
    let desk = Desk::enrolled();
    for usage in ["sign", "encrypt"] {
        let file = format!("{usage}.pem");
        desk.run(["cert", "export", "--usage", usage, "-o", &file])
            .ok();
    }
    desk
}

fn certificate(desk: &Desk, name: &str) -> Vec<u8> {
    let read = Certificate::from_file_bytes(&desk.read(name)).unwrap();
    read.as_der().to_vec()
}

/// Writes a certificate into a container without a look at it, as other programs do.
#[track_caller]
fn put(desk: &Desk, usage: KeyUsage, bytes: &[u8]) {
    desk.as_program(|application| {
        let main = application.container("main");
        main.import_certificate(usage, bytes).unwrap();
    });
}

#[test]
fn a_certificate_without_its_pair_is_a_failure() {
    let desk = Desk::initialised();
    let other = enrolled();
    desk.as_program(|application| {
        let lone = application.create_container("lone").unwrap();
        lone.import_certificate(KeyUsage::Signature, &certificate(&other, "sign.pem"))
            .unwrap();
    });
    let (code, report) = desk.json(["doctor"]);
    assert_eq!((code, ill(&report)), (2, vec!["UK-D103".to_owned()]));
    assert_eq!(finding(&report, "UK-D103")["subject"], "lone (sign)");
    // Nothing breaks on it.
    let (code, report) = desk.json(with_pin(&["doctor", "--self-test"]));
    assert_eq!((code, ill(&report)), (2, vec!["UK-D103".to_owned()]));
}

#[test]
fn an_unreadable_certificate_is_a_failure() {
    let desk = enrolled();
    put(&desk, KeyUsage::Signature, b"not a certificate");
    assert_eq!(findings(&desk), (2, vec!["UK-D104".to_owned()]));
    desk.run(with_pin(&["cert", "import", "--force", "sign.pem"]))
        .ok();
    assert_eq!(findings(&desk), (0, Vec::new()));
}

#[test]
fn a_certificate_for_another_use_is_a_failure() {
    let desk = enrolled();
    desk.run(with_pin(&[
        "cert",
        "request",
        "--subject",
        "CN=wrong",
        "-o",
        "request.pem",
    ]))
    .ok();
    let request = CertificationRequest::from_file_bytes(&desk.read("request.pem")).unwrap();
    let validity = Validity::days(time::OffsetDateTime::now_utc(), 100);
    let root =
        Authority::create_root(&"CN=root".parse().unwrap(), KeyAlgorithm::Sm2, validity).unwrap();
    let options = IssueOptions::new(validity);
    let wrong = root.issue_for_request(&request, Profile::Encryption, &options);
    let wrong = wrong.unwrap();
    desk.file("wrong.pem", wrong.to_pem().as_bytes());
    // This program takes none such; others do.
    let refused = with_pin(&["cert", "import", "--force", "--usage", "sign", "wrong.pem"]);
    assert_ne!(desk.run(refused).code, 0);
    put(&desk, KeyUsage::Signature, wrong.as_der());
    assert_eq!(findings(&desk), (2, vec!["UK-D106".to_owned()]));
    desk.run(with_pin(&["cert", "import", "--force", "sign.pem"]))
        .ok();
    assert_eq!(findings(&desk), (0, Vec::new()));
}

/// What others encrypt to such a certificate, the key does not open; the key itself is sound.
#[test]
fn the_self_test_fails_with_a_certificate_of_another_key() {
    let desk = enrolled();
    let other = enrolled();
    let files = [
        (KeyUsage::Signature, "sign.pem"),
        (KeyUsage::Encryption, "encrypt.pem"),
    ];
    for (usage, file) in files {
        put(&desk, usage, &certificate(&other, file));
        let (code, report) = desk.json(with_pin(&["doctor", "--self-test"]));
        let expected = ["UK-D105", "UK-D151"].map(str::to_owned).to_vec();
        assert_eq!((code, ill(&report)), (2, expected), "{file}");
        let (wrong, failed) = (finding(&report, "UK-D105"), finding(&report, "UK-D151"));
        assert_eq!(failed["subject"], "main");
        assert_eq!(failed["action"], wrong["action"]);
        let message = failed["message"].as_str().unwrap();
        assert!(message.starts_with("Self-test failed"), "{message}");
        desk.run(with_pin(&["cert", "import", "--force", file]))
            .ok();
        let (code, report) = desk.json(with_pin(&["doctor", "--self-test"]));
        assert_eq!((code, ill(&report)), (0, Vec::new()), "{report}");
    }
    assert_eq!(desk.tries_left(), 10);
}

#[test]
fn the_self_test_leaves_retired_pairs_alone() {
    let desk = enrolled();
    desk.run(with_pin(&["renew", "--ca", "ca", "--early"])).ok();
    let (code, report) = desk.json(with_pin(&["doctor", "--self-test"]));
    assert_eq!((code, ill(&report)), (0, Vec::new()), "{report}");
}
