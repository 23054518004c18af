//! OpenSSL as the other side: it verifies what we sign and signs what we verify, encrypts to our
//! keys and decrypts with its own, and judges the certificates and requests of `ukey-admin`.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::time::Duration;

use cryptoki::error::RvError;
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::Session;
use ukey_crypto::{rsa, sm2};
use ukey_tests::openssl::{DISTID, file, openssl, verifies_rsa, verifies_sm2};
use ukey_tests::pkcs11::{
    self, generate_rsa, generate_sm2, new_token, public_key_info, rv, sm2_public_key,
};
use ukey_tests::{admin, embedded_test};

const LIMIT: Duration = Duration::from_secs(120);
const MESSAGE: &[u8] = b"the tender of the demo bidder\n";
/// OBJECT IDENTIFIER 1.2.156.10197.1.301.
const SM2_CURVE: [u8; 10] = [0x06, 0x08, 0x2A, 0x81, 0x1C, 0xCF, 0x55, 0x01, 0x82, 0x2D];

#[test]
fn openssl_verifies_our_sm2_signatures() {
    embedded_test("openssl_verifies_our_sm2_signatures", LIMIT, |image| {
        let folder = image.parent().unwrap();
        let module = pkcs11::load_module();
        let session = new_token(&module).unwrap();
        let pair = generate_sm2(&session, "sm2").unwrap();
        let key = public_key_info(&session, pair.public).unwrap();

        // Over a message, in DER, as OpenSSL wants it.
        let signature = session
            .sign(&pkcs11::sm2_sm3_der(), pair.private, MESSAGE)
            .unwrap();
        assert!(verifies_sm2(folder, &key, MESSAGE, &signature).unwrap());
        assert!(!verifies_sm2(folder, &key, b"another", &signature).unwrap());

        // Over a digest that we made, and over a message; r ‖ s.
        let public = sm2_public_key(&session, pair.public).unwrap();
        let digest = public.message_digest(sm2::DEFAULT_ID, MESSAGE).unwrap();
        for (mechanism, input) in [
            (pkcs11::sm2_digest(), &digest[..]),
            (pkcs11::sm2_sm3(), MESSAGE),
        ] {
            let raw = session.sign(&mechanism, pair.private, input).unwrap();
            assert_eq!(raw.len(), 64);
            let der = sm2::Signature::from_bytes(&raw).unwrap().to_der();
            assert!(verifies_sm2(folder, &key, MESSAGE, &der).unwrap());
        }
    });
}

/// A private key made by OpenSSL, as PEM, and its SubjectPublicKeyInfo.
fn openssl_key(folder: &Path, options: &[&str]) -> (String, Vec<u8>) {
    let private = folder.join("theirs.pem").to_str().unwrap().to_owned();
    let generated = openssl(&["genpkey", "-out", &private])
        .args(options)
        .succeed();
    generated.unwrap();
    let public = openssl(&["pkey", "-pubout", "-outform", "DER", "-in", &private]);
    (private, public.succeed().unwrap().stdout)
}

/// An SM2 public key as a session object. The point ends the SubjectPublicKeyInfo.
fn import_sm2(session: &Session, public_key_info: &[u8]) -> ObjectHandle {
    let point = &public_key_info[public_key_info.len() - 65..];
    let octet_string = [&[0x04, 65], point].concat();
    session
        .create_object(&[
            Attribute::Class(ObjectClass::PUBLIC_KEY),
            Attribute::Token(false),
            Attribute::KeyType(pkcs11::sm2_key_type()),
            Attribute::EcParams(SM2_CURVE.to_vec()),
            Attribute::EcPoint(octet_string),
            Attribute::Verify(true),
            Attribute::Encrypt(true),
        ])
        .unwrap()
}

#[test]
fn we_verify_openssl_s_sm2_signatures() {
    embedded_test("we_verify_openssl_s_sm2_signatures", LIMIT, |image| {
        let folder = image.parent().unwrap();
        let module = pkcs11::load_module();
        let session = new_token(&module).unwrap();
        let (private, public) = openssl_key(folder, &["-algorithm", "SM2"]);
        let key = import_sm2(&session, &public);
        let message = file(folder, "message", MESSAGE);
        for _ in 0..8 {
            let signature = openssl(&["pkeyutl", "-sign", "-rawin", "-digest", "sm3"])
                .args(["-pkeyopt", DISTID, "-inkey", &private, "-in", &message])
                .succeed()
                .unwrap()
                .stdout;
            let verify = |mechanism: &Mechanism<'_>, message: &[u8], signature: &[u8]| {
                session.verify(mechanism, key, message, signature)
            };
            verify(&pkcs11::sm2_sm3_der(), MESSAGE, &signature).unwrap();
            let raw = sm2::Signature::from_der(&signature).unwrap().to_bytes();
            verify(&pkcs11::sm2_sm3(), MESSAGE, &raw).unwrap();
            let refused = verify(&pkcs11::sm2_sm3(), b"another", &raw).unwrap_err();
            assert_eq!(rv(&refused), RvError::SignatureInvalid);
        }
    });
}

#[test]
fn sm2_encryption_goes_both_ways() {
    embedded_test("sm2_encryption_goes_both_ways", LIMIT, |image| {
        let folder = image.parent().unwrap();
        let module = pkcs11::load_module();
        let session = new_token(&module).unwrap();
        let pair = generate_sm2(&session, "sm2").unwrap();
        let mechanism = pkcs11::sm2_encrypt_der();

        let ours = public_key_info(&session, pair.public).unwrap();
        let ours = file(folder, "ours.der", ours);
        let message = file(folder, "message", MESSAGE);
        let cipher = openssl(&["pkeyutl", "-encrypt", "-pubin", "-keyform", "DER"])
            .args(["-inkey", &ours, "-in", &message])
            .succeed()
            .unwrap()
            .stdout;
        let plaintext = session.decrypt(&mechanism, pair.private, &cipher).unwrap();
        assert_eq!(plaintext, MESSAGE);

        let (private, public) = openssl_key(folder, &["-algorithm", "SM2"]);
        let theirs = import_sm2(&session, &public);
        let cipher = session.encrypt(&mechanism, theirs, MESSAGE).unwrap();
        let cipher = file(folder, "cipher", cipher);
        let plaintext = openssl(&["pkeyutl", "-decrypt", "-inkey", &private, "-in", &cipher]);
        assert_eq!(plaintext.succeed().unwrap().stdout, MESSAGE);
    });
}

#[test]
fn rsa_goes_both_ways() {
    embedded_test("rsa_goes_both_ways", LIMIT, |image| {
        let folder = image.parent().unwrap();
        let module = pkcs11::load_module();
        let session = new_token(&module).unwrap();
        let pair = generate_rsa(&session, "rsa").unwrap();
        let ours = public_key_info(&session, pair.public).unwrap();
        let sha256 = Mechanism::Sha256RsaPkcs;
        let signature = session.sign(&sha256, pair.private, MESSAGE).unwrap();
        assert!(verifies_rsa(folder, &ours, MESSAGE, &signature).unwrap());
        assert!(!verifies_rsa(folder, &ours, b"another", &signature).unwrap());

        let ours = file(folder, "ours.der", &ours);
        let message = file(folder, "message", MESSAGE);
        let cipher = openssl(&["pkeyutl", "-encrypt", "-pubin", "-keyform", "DER"])
            .args(["-inkey", &ours, "-in", &message])
            .succeed()
            .unwrap()
            .stdout;
        let plaintext = session.decrypt(&Mechanism::RsaPkcs, pair.private, &cipher);
        assert_eq!(plaintext.unwrap(), MESSAGE);

        let (private, _) = openssl_key(folder, &["-algorithm", "RSA"]);
        let theirs = import_rsa(&session, &private);
        let signature = openssl(&["dgst", "-sha256", "-sign", &private, &message])
            .succeed()
            .unwrap()
            .stdout;
        session
            .verify(&sha256, theirs, MESSAGE, &signature)
            .unwrap();
        let refused = session.verify(&sha256, theirs, b"another", &signature);
        assert_eq!(rv(&refused.unwrap_err()), RvError::SignatureInvalid);

        let cipher = session.encrypt(&Mechanism::RsaPkcs, theirs, MESSAGE);
        let cipher = file(folder, "cipher", cipher.unwrap());
        let plaintext = openssl(&["pkeyutl", "-decrypt", "-inkey", &private, "-in", &cipher]);
        assert_eq!(plaintext.succeed().unwrap().stdout, MESSAGE);
    });
}

/// The public half of an RSA key of OpenSSL as a session object.
fn import_rsa(session: &Session, private: &str) -> ObjectHandle {
    let pkcs1 = openssl(&[
        "rsa",
        "-in",
        private,
        "-RSAPublicKey_out",
        "-outform",
        "DER",
    ]);
    let key = rsa::PublicKey::from_pkcs1_der(&pkcs1.succeed().unwrap().stdout).unwrap();
    session
        .create_object(&[
            Attribute::Class(ObjectClass::PUBLIC_KEY),
            Attribute::Token(false),
            Attribute::KeyType(KeyType::RSA),
            Attribute::Modulus(key.n()),
            Attribute::PublicExponent(key.e()),
            Attribute::Verify(true),
            Attribute::Encrypt(true),
        ])
        .unwrap()
}

#[test]
fn requests_of_admin_are_valid() {
    embedded_test("requests_of_admin_are_valid", LIMIT, |image| {
        let folder = image.parent().unwrap();
        run_admin(&["device", "init", "--yes"]);
        for (container, algorithm, check) in [
            ("sm2", "sm2", &["-vfyopt", DISTID][..]),
            ("rsa", "rsa2048", &[]),
        ] {
            let generate = ["key", "generate", "--container", container];
            run_admin(&[&generate[..], &["--algorithm", algorithm]].concat());
            let request = folder.join(format!("{container}.csr"));
            let request = request.to_str().unwrap();
            let make = [
                "cert",
                "request",
                "--container",
                container,
                "--output",
                request,
            ];
            let subject = ["--subject", "C=CN,O=测试公司,CN=投标人"];
            run_admin(&[&make[..], &subject].concat());
            let verify = [
                "req", "-verify", "-noout", "-subject", "-utf8", "-in", request,
            ];
            let said = openssl(&verify).args(check).succeed().unwrap().all_text();
            assert!(said.contains("verify OK"), "{said}");
            let named = openssl(&verify)
                .args(check)
                .args(["-nameopt", "utf8,-esc_msb"])
                .succeed()
                .unwrap()
                .all_text();
            assert!(
                named.contains("测试公司") && named.contains("投标人"),
                "{named}"
            );
        }
        // The user ID is part of what is signed.
        let request = folder.join("sm2.csr");
        let wrong = ["req", "-verify", "-noout", "-vfyopt", "distid:somebody"];
        let said = openssl(&wrong).arg("-in").arg(request).run().unwrap();
        assert!(
            !said.all_text().contains("verify OK"),
            "{}",
            said.all_text()
        );
    });
}

fn run_admin(arguments: &[&str]) -> String {
    let finished = admin(arguments).unwrap().succeed();
    finished.unwrap_or_else(|error| panic!("{error}")).text()
}

#[test]
fn certificates_of_the_test_ca_form_a_chain() {
    embedded_test("certificates_of_the_test_ca_form_a_chain", LIMIT, |image| {
        let folder = image.parent().unwrap();
        let ca = folder.join("ca");
        run_admin(&["device", "init", "--yes"]);
        let subject = "C=CN,O=ACME,CN=ACME tenders";
        run_admin(&["enroll", "--subject", subject, "--ca", ca.to_str().unwrap()]);
        let root = ca.join("ca.pem");
        let mut keys = Vec::new();
        for (usage, key_usage) in [
            ("sign", "Digital Signature"),
            ("encrypt", "Key Encipherment"),
        ] {
            let path = folder.join(format!("{usage}.pem"));
            let path = path.to_str().unwrap();
            run_admin(&["cert", "export", "--usage", usage, "--output", path]);
            let verify = [
                "verify",
                "-partial_chain",
                "-x509_strict",
                "-vfyopt",
                DISTID,
                "-CAfile",
            ];
            let said = openssl(&verify).arg(&root).arg(path).succeed();
            said.unwrap_or_else(|error| panic!("{error}"));
            let text = openssl(&["x509", "-noout", "-text", "-in", path]).succeed();
            let text = text.unwrap().text();
            for part in [key_usage, "CN = ACME tenders", "SM2-with-SM3"] {
                assert!(text.contains(part), "{part} in:\n{text}");
            }
            let public = openssl(&["x509", "-noout", "-pubkey", "-in", path]).succeed();
            keys.push(public.unwrap().text());
        }
        assert_ne!(keys[0], keys[1], "two pairs");

        // A chain that does not lead to this CA is none.
        let stranger = folder.join("stranger");
        let enroll = [
            "enroll",
            "--subject",
            subject,
            "--container",
            "second",
            "--ca",
        ];
        run_admin(&[&enroll[..], &[stranger.to_str().unwrap()]].concat());
        let verify = openssl(&["verify", "-partial_chain", "-vfyopt", DISTID, "-CAfile"])
            .arg(stranger.join("ca.pem"))
            .arg(folder.join("sign.pem"))
            .run()
            .unwrap();
        assert!(!verify.status.success(), "{}", verify.all_text());
    });
}

#[test]
fn bare_signatures_of_admin_verify() {
    embedded_test("bare_signatures_of_admin_verify", LIMIT, |image| {
        let folder = image.parent().unwrap();
        let ca = folder.join("ca");
        run_admin(&["device", "init", "--yes"]);
        run_admin(&[
            "enroll",
            "--subject",
            "CN=test",
            "--ca",
            ca.to_str().unwrap(),
        ]);
        let message = file(folder, "message.txt", MESSAGE);
        let signature = folder.join("message.sig");
        let signature = signature.to_str().unwrap();
        run_admin(&[
            "sign", &message, "--format", "raw-der", "--output", signature,
        ]);
        let certificate = folder.join("sign.pem");
        let certificate = certificate.to_str().unwrap();
        run_admin(&["cert", "export", "--usage", "sign", "--output", certificate]);
        let key = openssl(&["x509", "-noout", "-pubkey", "-in", certificate]);
        let key = file(folder, "key.pem", key.succeed().unwrap().stdout);
        let key = openssl(&["pkey", "-pubin", "-in", &key, "-outform", "DER"]);
        let key = key.succeed().unwrap().stdout;
        let signature = std::fs::read(signature).unwrap();
        assert!(verifies_sm2(folder, &key, MESSAGE, &signature).unwrap());
        assert!(!verifies_sm2(folder, &key, b"another", &signature).unwrap());
    });
}
