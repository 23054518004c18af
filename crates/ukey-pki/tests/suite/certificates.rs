//! Certificates, ours and OpenSSL's.

use time::macros::datetime;
use ukey_crypto::hash::HashAlg;
use ukey_pki::certificate::{self, Extension, Purpose};
use ukey_pki::{Certificate, Error, PublicKey, oid};

use crate::support::{ALICE, DISTID, Holder, Lab, NOW, RUTH};

fn write_pair(lab: &Lab, holder: &Holder) {
    lab.write("root.pem", holder.root.to_pem());
    lab.write("sign.pem", holder.sign_cert.to_pem());
    lab.write("enc.pem", holder.enc_cert.to_pem());
}

#[test]
fn openssl_and_bouncy_castle_verify_our_sm2_certificates() {
    let lab = Lab::new();
    write_pair(&lab, &ALICE);
    for leaf in ["sign.pem", "enc.pem"] {
        lab.openssl(&["verify", "-vfyopt", DISTID, "-CAfile", "root.pem", leaf]);
        lab.bouncy_castle(&["verify-cert", leaf, "root.pem"]);
    }
    let without_id = lab.try_openssl(&["verify", "-CAfile", "root.pem", "sign.pem"]);
    assert!(without_id.is_err(), "the default ID must matter");
}

#[test]
fn openssl_verifies_our_rsa_certificates() {
    let lab = Lab::new();
    write_pair(&lab, &RUTH);
    for leaf in ["sign.pem", "enc.pem"] {
        lab.openssl(&["verify", "-x509_strict", "-CAfile", "root.pem", leaf]);
    }
}

#[test]
fn the_profile_is_that_of_the_standard() {
    let lab = Lab::new();
    write_pair(&lab, &ALICE);
    let text = |file: &str| lab.openssl(&["x509", "-in", file, "-noout", "-text"]);
    let sign = text("sign.pem");
    assert!(
        sign.contains("Digital Signature, Non Repudiation\n"),
        "{sign}"
    );
    let enc = text("enc.pem");
    assert!(
        enc.contains("Key Encipherment, Data Encipherment, Key Agreement\n"),
        "{enc}"
    );
    let root = text("root.pem");
    assert!(root.contains("Certificate Sign, CRL Sign"), "{root}");
    assert!(root.contains("CA:TRUE"), "{root}");
    // Validity beyond 2049 is a GeneralizedTime.
    assert!(
        sign.contains("Not After : Dec 31 23:59:59 2055 GMT"),
        "{sign}"
    );

    // AlgorithmIdentifier of the signature: the identifier alone, no NULL.
    let algorithm = hex::decode("300a06082a811ccf55018375").unwrap();
    let der = ALICE.sign_cert.as_der();
    let found = der
        .windows(algorithm.len())
        .filter(|w| *w == algorithm)
        .count();
    assert_eq!(found, 2);
}

/// Makes `root.pem` and `leaf.pem` with OpenSSL alone.
fn make_openssl_chain(lab: &Lab) {
    for name in ["rootkey", "leafkey"] {
        lab.openssl_line(&format!(
            "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:SM2 -out {name}"
        ));
    }
    lab.openssl_line(&format!(
        "req -x509 -new -key rootkey -sm3 -sigopt {DISTID} -days 36500 \
         -subj /C=CN/O=openssl/CN=root -out root.pem"
    ));
    lab.openssl_line(&format!(
        "req -new -key leafkey -sm3 -sigopt {DISTID} -utf8 -subj /C=CN/O=公司/CN=叶 -out leaf.csr"
    ));
    lab.write(
        "ext",
        "keyUsage=critical,digitalSignature\n1.2.156.10260.4.1.4=ASN1:UTF8String:91110000X\n",
    );
    lab.openssl_line(&format!(
        "x509 -req -in leaf.csr -CA root.pem -CAkey rootkey -sm3 -sigopt {DISTID} -vfyopt {DISTID} \
         -days 36500 -extfile ext -set_serial 0x00F1E2D3C4B5A697887766554433221100ABCDEF \
         -out leaf.pem"
    ));
}

#[test]
fn we_read_and_verify_openssls_chain() {
    let lab = Lab::new();
    make_openssl_chain(&lab);
    let root = Certificate::from_file_bytes(&lab.read("root.pem")).unwrap();
    let leaf = Certificate::from_file_bytes(&lab.read("leaf.pem")).unwrap();
    let now = time::OffsetDateTime::now_utc();
    certificate::chain::validate(&leaf, &[], std::slice::from_ref(&root), now, Purpose::Sign)
        .unwrap();
    assert_eq!(leaf.serial_hex(), "F1E2D3C4B5A697887766554433221100ABCDEF");
    assert_eq!(leaf.subject().to_string(), "C=CN, O=公司, CN=叶");
    assert!(leaf.can_sign() && !leaf.can_encrypt());
    assert!(matches!(leaf.public_key().unwrap(), PublicKey::Sm2(_)));
    let organisation_code = leaf
        .extension("1.2.156.10260.4.1.4".parse().unwrap())
        .unwrap();
    assert_eq!(&organisation_code.value[2..], b"91110000X");
    assert!(matches!(
        root.verify_signed_by(&leaf),
        Err(Error::Signature { .. })
    ));
}

#[test]
fn fingerprint_and_serial_are_openssls() {
    let lab = Lab::new();
    write_pair(&lab, &RUTH);
    let shown = lab.openssl(&[
        "x509",
        "-in",
        "sign.pem",
        "-noout",
        "-serial",
        "-fingerprint",
        "-sha256",
    ]);
    let fingerprint: Vec<String> = RUTH
        .sign_cert
        .fingerprint(HashAlg::Sha256)
        .iter()
        .map(|byte| format!("{byte:02X}"))
        .collect();
    assert!(
        shown.contains(&format!("serial={}", RUTH.sign_cert.serial_hex())),
        "{shown}"
    );
    assert!(shown.contains(&fingerprint.join(":")), "{shown}");
}

#[test]
fn certificates_are_told_apart_by_issuer_and_serial() {
    let (sign, enc) = (&ALICE.sign_cert, &ALICE.enc_cert);
    assert!(sign.is_named_by(ALICE.root.subject(), sign.serial()));
    assert!(!sign.is_named_by(ALICE.root.subject(), enc.serial()));
    assert!(!sign.is_named_by(sign.subject(), sign.serial()));
    // A leading zero octet more or less does not matter.
    assert!(sign.is_named_by(sign.issuer(), &[&[0], sign.serial()].concat()));
}

#[test]
fn one_file_may_hold_several_certificates_with_text_between() {
    let text = format!(
        "subject=张三\n{}some text\r\n{}",
        ALICE.sign_cert.to_pem().replace('\n', "\r\n"),
        ALICE.root.to_pem()
    );
    let all = Certificate::all_from_file_bytes(text.as_bytes()).unwrap();
    assert_eq!(all, [ALICE.sign_cert.clone(), ALICE.root.clone()]);
    assert_eq!(
        Certificate::from_file_bytes(text.as_bytes()).unwrap(),
        ALICE.sign_cert
    );
    let cut = &text[..text.len() - 30];
    assert!(matches!(
        Certificate::all_from_file_bytes(cut.as_bytes()),
        Err(Error::Truncated { .. })
    ));
}

#[test]
fn key_identifiers_link_leaf_and_root() {
    assert_eq!(
        ALICE.sign_cert.authority_key_identifier(),
        ALICE.root.subject_key_identifier()
    );
    assert!(ALICE.sign_cert.subject_key_identifier().is_some());
    assert!(ALICE.root.is_self_issued() && ALICE.root.is_authority());
    assert!(!ALICE.sign_cert.is_authority());
    assert!(ALICE.sign_cert.validity().contains(NOW));
    assert!(
        !ALICE
            .sign_cert
            .validity()
            .contains(datetime!(2056-01-01 0:00 UTC))
    );
}

#[test]
fn a_repeated_extension_is_refused_when_issuing() {
    let again = ALICE.root.extension(oid::KEY_USAGE).unwrap().clone();
    let twice: [Extension; 1] = [again];
    let template = certificate::build::Template {
        subject: ALICE.sign_cert.subject(),
        public_key: &ALICE.sign_cert.public_key().unwrap(),
        profile: certificate::build::Profile::Signature,
        validity: crate::support::validity(),
        extensions: &twice,
    };
    assert!(crate::support::SM2_ROOT.issue(&template).is_err());
}
