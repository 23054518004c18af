//! The Python package gmssl as the other side: it verifies our SM2 signatures, signs what we verify,
//! encrypts to our key, and agrees on SM3.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use cryptoki::error::RvError;
use cryptoki::object::{Attribute, ObjectClass};
use ukey_tests::openssl::file;
use ukey_tests::pkcs11::{self, generate_sm2, new_token, rv, sm2_public_key};
use ukey_tests::{Program, embedded_test, python, workspace_root};

const LIMIT: Duration = Duration::from_secs(120);
const MESSAGE: &[u8] = "某工程施工招标投标文件 tender\n".as_bytes();

/// What gmssl answers.
fn gmssl(arguments: &[&str]) -> String {
    let finished = Program::new(python().unwrap())
        .arg(workspace_root().join("tests/python/gmssl_oracle.py"))
        .args(arguments)
        .succeed();
    let text = finished.unwrap_or_else(|error| panic!("{error}")).text();
    text.trim_end().to_owned()
}

/// X ‖ Y in hexadecimal.
fn xy(key: &ukey_crypto::sm2::PublicKey) -> String {
    hex::encode(&key.to_sec1()[1..])
}

#[test]
fn gmssl_verifies_our_signatures() {
    embedded_test("gmssl_verifies_our_signatures", LIMIT, |image| {
        let folder = image.parent().unwrap();
        let module = pkcs11::load_module();
        let session = new_token(&module).unwrap();
        let message = file(folder, "message", MESSAGE);
        let other = file(folder, "other", b"another message");
        for round in 0..3 {
            let pair = generate_sm2(&session, &format!("key-{round}")).unwrap();
            let key = xy(&sm2_public_key(&session, pair.public).unwrap());
            let signature = session.sign(&pkcs11::sm2_sm3(), pair.private, MESSAGE);
            let signature = hex::encode(signature.unwrap());
            assert_eq!(gmssl(&["verify", &key, &signature, &message]), "valid");
            assert_eq!(gmssl(&["verify", &key, &signature, &other]), "invalid");
        }
    });
}

#[test]
fn we_verify_gmssl_s_signatures() {
    embedded_test("we_verify_gmssl_s_signatures", LIMIT, |image| {
        let folder = image.parent().unwrap();
        let module = pkcs11::load_module();
        let session = new_token(&module).unwrap();
        let message = file(folder, "message", MESSAGE);
        // The private key of GB/T 32918.5, A.2.
        let private = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8";
        let answer = gmssl(&["sign", private, &message]);
        let (public, signature) = answer.split_once('\n').unwrap();
        let point = [&[0x04, 65, 0x04][..], &hex::decode(public).unwrap()].concat();
        let key = session
            .create_object(&[
                Attribute::Class(ObjectClass::PUBLIC_KEY),
                Attribute::Token(false),
                Attribute::KeyType(pkcs11::sm2_key_type()),
                Attribute::EcPoint(point),
            ])
            .unwrap();
        let signature = hex::decode(signature).unwrap();
        let verify = |message| session.verify(&pkcs11::sm2_sm3(), key, message, &signature);
        verify(MESSAGE).unwrap();
        let refused = verify(b"another message").unwrap_err();
        assert_eq!(rv(&refused), RvError::SignatureInvalid);
    });
}

#[test]
fn the_token_decrypts_what_gmssl_encrypted() {
    embedded_test("the_token_decrypts_what_gmssl_encrypted", LIMIT, |image| {
        let folder = image.parent().unwrap();
        let module = pkcs11::load_module();
        let session = new_token(&module).unwrap();
        let pair = generate_sm2(&session, "key").unwrap();
        let key = xy(&sm2_public_key(&session, pair.public).unwrap());
        for (name, plaintext) in [("short", &b"0123456789abcdef"[..]), ("long", MESSAGE)] {
            let path = file(folder, name, plaintext);
            let cipher = hex::decode(gmssl(&["encrypt", &key, &path])).unwrap();
            let mut cipher = [&[0x04], &cipher[..]].concat();
            let decrypt =
                |cipher: &[u8]| session.decrypt(&pkcs11::sm2_encrypt(), pair.private, cipher);
            assert_eq!(decrypt(&cipher).unwrap(), plaintext);
            // Altered in C3, the hash.
            cipher[65] ^= 1;
            let refused = decrypt(&cipher).unwrap_err();
            assert_eq!(rv(&refused), RvError::EncryptedDataInvalid);
        }
    });
}

#[test]
fn gmssl_agrees_on_sm3() {
    embedded_test("gmssl_agrees_on_sm3", LIMIT, |image| {
        let folder = image.parent().unwrap();
        let module = pkcs11::load_module();
        let session = new_token(&module).unwrap();
        // Around the length of a block, and a file.
        for length in [0, 1, 55, 56, 63, 64, 65, 10_000] {
            let content: Vec<u8> = (0..length).map(|n: u32| (n * 7) as u8).collect();
            let path = file(folder, "content", &content);
            let ours = session.digest(&pkcs11::sm3(), &content).unwrap();
            assert_eq!(hex::encode(ours), gmssl(&["sm3", &path]), "{length} bytes");
        }
    });
}
