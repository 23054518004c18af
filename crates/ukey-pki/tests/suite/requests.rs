//! Certification requests, ours and OpenSSL's.

use ukey_pki::key::KeyAlgorithm;
use ukey_pki::request::RequestOptions;
use ukey_pki::{CertificationRequest, Error, PublicKey, SoftwareKey};

use crate::support::{DISTID, Lab};

fn build(algorithm: KeyAlgorithm, challenge: Option<&str>) -> (SoftwareKey, CertificationRequest) {
    let key = SoftwareKey::generate(algorithm).unwrap();
    let mut options = RequestOptions::default();
    options.challenge_password = challenge.map(str::to_owned);
    let subject = "C=CN, O=测试公司, CN=张三".parse().unwrap();
    let request = CertificationRequest::build(&subject, &key, &options).unwrap();
    (key, request)
}

#[test]
fn openssl_and_bouncy_castle_verify_our_sm2_request() {
    let lab = Lab::new();
    let (key, request) = build(KeyAlgorithm::Sm2, Some("unlock me"));
    lab.write("csr.pem", request.to_pem());
    lab.openssl(&[
        "req", "-in", "csr.pem", "-noout", "-verify", "-vfyopt", DISTID,
    ]);
    let text = lab.openssl(&[
        "req", "-in", "csr.pem", "-noout", "-text", "-nameopt", "utf8",
    ]);
    assert!(text.contains("Signature Algorithm: SM2-with-SM3"), "{text}");
    assert!(
        text.contains("challengePassword        :unlock me"),
        "{text}"
    );
    assert!(text.contains("张三"), "{text}");
    lab.bouncy_castle(&["verify-csr", "csr.pem"]);

    let read = CertificationRequest::from_file_bytes(request.to_pem().as_bytes()).unwrap();
    read.verify().unwrap();
    assert_eq!(read.public_key(), key.public_key());
    assert_eq!(read.challenge_password(), Some("unlock me"));
}

#[test]
fn openssl_verifies_our_rsa_request() {
    let lab = Lab::new();
    let (_, request) = build(KeyAlgorithm::Rsa { bits: 2048 }, None);
    lab.write("csr.pem", request.to_pem());
    lab.openssl(&["req", "-in", "csr.pem", "-noout", "-verify"]);
}

#[test]
fn we_verify_openssls_requests_and_insist_on_the_default_id() {
    let lab = Lab::new();
    lab.openssl(&[
        "genpkey",
        "-algorithm",
        "EC",
        "-pkeyopt",
        "ec_paramgen_curve:SM2",
        "-out",
        "k",
    ]);
    let common = ["req", "-new", "-key", "k", "-subj", "/C=CN/CN=t", "-sm3"];
    let make = |extra: &[&str]| lab.openssl(&[&common, extra].concat());
    make(&["-sigopt", DISTID, "-out", "default.pem"]);
    make(&["-out", "empty.pem"]);

    let request = CertificationRequest::from_file_bytes(&lab.read("default.pem")).unwrap();
    assert!(matches!(request.public_key(), PublicKey::Sm2(_)));
    request.verify().unwrap();
    let with_empty_id = CertificationRequest::from_file_bytes(&lab.read("empty.pem")).unwrap();
    assert!(matches!(
        with_empty_id.verify(),
        Err(Error::Signature { .. })
    ));
}

#[test]
fn a_request_for_somebody_elses_key_is_not_a_proof_of_possession() {
    let (_, request) = build(KeyAlgorithm::Sm2, None);
    let other = SoftwareKey::generate(KeyAlgorithm::Sm2).unwrap();
    let (PublicKey::Sm2(mine), PublicKey::Sm2(theirs)) = (request.public_key(), other.public_key())
    else {
        panic!("SM2 keys");
    };
    let (mine, theirs) = (mine.to_sec1(), theirs.to_sec1());
    let mut forged = request.as_der().to_vec();
    let at = forged.windows(65).position(|w| w == mine).unwrap();
    forged[at..at + 65].copy_from_slice(&theirs);
    let forged = CertificationRequest::from_der(&forged).unwrap();
    assert!(matches!(forged.verify(), Err(Error::Signature { .. })));
}

#[test]
fn base64_without_armour_is_read() {
    let (_, request) = build(KeyAlgorithm::Sm2, None);
    let pem = request.to_pem();
    let bare: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let read = CertificationRequest::from_file_bytes(bare.as_bytes()).unwrap();
    assert_eq!(read.as_der(), request.as_der());
    let wrong = pem.replace("CERTIFICATE REQUEST", "PUBLIC KEY");
    assert!(matches!(
        CertificationRequest::from_file_bytes(wrong.as_bytes()),
        Err(Error::Invalid { .. })
    ));
}

#[test]
fn private_keys_travel_through_pkcs8_both_ways() {
    let lab = Lab::new();
    for algorithm in [KeyAlgorithm::Sm2, KeyAlgorithm::Rsa { bits: 2048 }] {
        let key = SoftwareKey::generate(algorithm).unwrap();
        lab.write("ours.pem", key.to_pkcs8_pem().as_bytes());
        lab.openssl(&["pkey", "-in", "ours.pem", "-check", "-noout"]);
        lab.openssl(&[
            "pkcs8",
            "-topk8",
            "-nocrypt",
            "-in",
            "ours.pem",
            "-out",
            "theirs.pem",
        ]);
        let back = SoftwareKey::from_pkcs8(&lab.read("theirs.pem")).unwrap();
        assert_eq!(back.public_key(), key.public_key());
    }
}
