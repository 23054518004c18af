//! Encryption, digests, MACs.

use ukey_apdu::blob::Sm2Cipher;
use ukey_apdu::id::AlgId;
use ukey_apdu::request::cipher::*;
use ukey_apdu::request::digest::*;
use ukey_apdu::request::mac::*;
use ukey_apdu::{Reply, Secret, SecretArray};

use super::super::{bytes, refused, same, same_reply};
use super::*;

#[test]
fn encryption_begins() {
    same(
        EncryptInit {
            app: APP,
            container: CON,
            key: KEY,
            iv: vec![0x1F, 0x2F],
            padding: 1,
            feedback_bits: 128,
        },
        "80 A4 00 00 00 00 11 10 00 30 01 50 02 02 1F 2F 00 00 00 01 00 00 00 80",
    );
    same(
        DecryptInit {
            app: APP,
            container: CON,
            key: KEY,
            iv: vec![],
            padding: 0,
            feedback_bits: 0,
        },
        "80 AC 00 00 00 00 0F 10 00 30 01 50 02 00 00*8",
    );
}

#[test]
fn encryption_of_data() {
    let (app, container, key) = (APP, CON, KEY);
    let plain = || Secret::new(vec![0xDA]);
    let head = "00 00 00 00 07 10 00 30 01 50 02 DA 00 00";
    same(
        Encrypt {
            app,
            container,
            key,
            data: plain(),
        },
        &format!("80 A6 {head}"),
    );
    same(
        EncryptUpdate {
            app,
            container,
            key,
            data: plain(),
        },
        &format!("80 A8 {head}"),
    );
    same(
        EncryptFinal {
            app,
            container,
            key,
            data: plain(),
        },
        &format!("80 AA {head}"),
    );
    same(
        Decrypt {
            app,
            container,
            key,
            data: vec![0xDA],
        },
        &format!("80 AE {head}"),
    );
    same(
        DecryptUpdate {
            app,
            container,
            key,
            data: vec![0xDA],
        },
        &format!("80 B0 {head}"),
    );
    same(
        DecryptFinal {
            app,
            container,
            key,
            data: vec![0xDA],
        },
        &format!("80 B2 {head}"),
    );
}

#[test]
fn encryption_with_keys_from_outside() {
    same(
        ExtRsaPubKeyOperation {
            public: rsa(),
            input: vec![0x0A; 128],
        },
        &format!("80 60 00 00 00 01 08 {RSA} 0A*128 00 00"),
    );
    same(
        ExtRsaPriKeyOperation {
            public: rsa(),
            private_exponent: Secret::new(vec![0x0D; 128]),
            input: Secret::new(vec![0x0A; 128]),
        },
        &format!("80 62 00 00 00 01 88 {RSA} 0D*128 0A*128 00 00"),
    );
    same(
        ExtEccEncrypt {
            public: ecc(),
            plaintext: Secret::new(vec![0xDA]),
        },
        &format!("80 7A 00 00 00 00 45 {ECC} DA 00 00"),
    );
    same_reply(cipher(), CIPHER);
    assert!(Sm2Cipher::from_bytes(&bytes("11*32 22*32 33*32 00 00 00 00")).is_err());
    same(
        ExtEccDecrypt {
            bits: 256,
            private: SecretArray::new([0x0D; 32]),
            cipher: cipher(),
        },
        &format!("80 7C 00 00 00 00 8A 00 00 01 00 0D*32 {CIPHER} 00 00"),
    );
}

#[test]
fn digests() {
    same(
        DigestInit {
            alg: AlgId::SGD_SM3,
            signer: None,
        },
        "80 B4 00 00 00 00 04 00 00 00 01",
    );
    let signer = SignerIdentity {
        public: point(0x61),
        user_id: b"ID".to_vec(),
    };
    same(
        DigestInit {
            alg: AlgId::SGD_SM3,
            signer: Some(signer),
        },
        "80 B4 00 00 00 00 4A 00 00 00 01 61*32 62*32 00 00 00 02 49 44",
    );
    refused::<DigestInit>("80 B4 00 00 00 00 05 00 00 00 01 61", 0x6700);
    same(
        Digest {
            data: b"abc".to_vec(),
        },
        "80 B6 00 00 00 00 03 61 62 63 00 00",
    );
    same(
        DigestUpdate {
            data: b"abc".to_vec(),
        },
        "80 B8 00 00 00 00 03 61 62 63",
    );
    same(DigestFinal { data: vec![] }, "80 BA 00 00 00 00 00");
}

#[test]
fn macs() {
    same(
        MacInit {
            app: APP,
            container: CON,
            key: KEY,
            iv: vec![0; 16],
            padding: 0,
        },
        "80 BC 00 00 00 00 1B 10 00 30 01 50 02 10 00*16 00 00 00 00",
    );
    let (app, container, key) = (APP, CON, KEY);
    let data = || vec![0xDA];
    same(
        Mac {
            app,
            container,
            key,
            data: data(),
        },
        "80 BE 00 00 000007 10003001 5002 DA 00 00",
    );
    same(
        MacUpdate {
            app,
            container,
            key,
            data: data(),
        },
        "80 C0 00 00 000007 10003001 5002 DA",
    );
    same(
        MacFinal {
            app,
            container,
            key,
            data: vec![],
        },
        "80 C2 00 00 000006 10003001 5002 00 00",
    );
}
