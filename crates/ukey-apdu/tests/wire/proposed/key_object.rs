//! Keys in objects, the change feed, retired containers.

use ukey_apdu::Secret;
use ukey_apdu::blob::Sm2Cipher;
use ukey_apdu::id::ObjectId;
use ukey_apdu::key::*;
use ukey_apdu::request::container::{EnumRetired, RetireContainer};
use ukey_apdu::request::extension::ObjectFlags;
use ukey_apdu::request::feed::*;
use ukey_apdu::request::key_object::*;

use super::super::{refused, same, same_reply};
use super::*;

fn part(flags: ObjectFlags, owner: &[u8], content: &[u8]) -> ObjectPart {
    ObjectPart {
        flags,
        owner: owner.to_vec(),
        content: Content(Secret::from(content)),
    }
}

#[test]
fn making_and_importing() {
    same(
        GenerateKey {
            app: APP,
            kind: KeyKind::P256,
            policy: KeyPolicy::SIGN | KeyPolicy::ALWAYS_AUTHENTICATE,
            object: part(ObjectFlags::PRIVATE, b"C", &[0xDA]),
            companion: Some(part(ObjectFlags::PUBLIC, b"", &[])),
        },
        "80 DE 00 00 00 00 16 10 00 01 01 00 01 02 01 01 43 00 00 00 01 DA 01 00 00 00 00 00 00 00 00",
    );
    same(
        ImportKey {
            app: APP,
            kind: KeyKind::AES_192,
            policy: KeyPolicy::EXTRACTABLE,
            material: cipher(),
            object: part(ObjectFlags::PUBLIC, b"", &[]),
            companion: None,
        },
        &format!("80 DE 01 00 00 00 74 10 00 04 00 C0 00 01 {CIPHER} 00 00 00 00 00 00 00 00 00"),
    );
    same_reply(
        KeyCreated {
            id: ObjectId(5),
            companion: ObjectId::NEW,
            public: vec![0xAB; 3],
        },
        "00 00 00 05 00 00 00 00 AB*3",
    );
    // Sizes and bits that do not exist.
    refused::<GenerateKey>(
        "80 DE 00 00 0E 10 00 01 01 01 00 02 00 00 00 00 00 00 00",
        0x6A80,
    );
    refused::<GenerateKey>(
        "80 DE 00 00 0E 10 00 01 01 00 02 00 00 00 00 00 00 00 00",
        0x6A80,
    );
    refused::<GenerateKey>(
        "80 DE 00 00 0E 10 00 01 01 00 00 02 00 00 00 00 00 00 02",
        0x6A80,
    );
}

/// An operation with its P2 and its parameters on the wire.
type Operation = (KeyOperation, &'static str, &'static str);

fn public_key_operations() -> Vec<Operation> {
    vec![
        (KeyOperation::SignEcdsa, "01", ""),
        (KeyOperation::SignSm2, "02", ""),
        (KeyOperation::SignRsaPkcs1, "03", ""),
        (KeyOperation::SignRsaRaw, "04", ""),
        (
            KeyOperation::SignRsaPss {
                hash: KeyHash::Sha256,
                mgf: KeyHash::Sha1,
                salt_bytes: 32,
            },
            "05",
            "03 01 00 20",
        ),
        (KeyOperation::Mac(MacAlgorithm::Cmac), "06", "00"),
        (
            KeyOperation::Mac(MacAlgorithm::Hmac(KeyHash::Sm3)),
            "06",
            "06",
        ),
        (
            KeyOperation::VerifyMac {
                mac: MacAlgorithm::Hmac(KeyHash::Sha3_512),
                tag: vec![0x77; 2],
            },
            "07",
            "0A 02 77 77",
        ),
        (KeyOperation::DecryptSm2, "10", ""),
        (KeyOperation::DecryptRsaPkcs1, "11", ""),
        (
            KeyOperation::DecryptRsaOaep {
                hash: KeyHash::Sha512,
                mgf: KeyHash::Sha384,
                label: vec![0x4C],
            },
            "12",
            "05 04 00 00 00 01 4C",
        ),
        (KeyOperation::DecryptRsaRaw, "13", ""),
    ]
}

fn secret_key_operations() -> Vec<Operation> {
    vec![
        (KeyOperation::DeriveEcdh, "20", ""),
        (KeyOperation::Encrypt(CipherMode::Ecb), "30", ""),
        (
            KeyOperation::Decrypt(CipherMode::Cbc { iv: [9; 16] }),
            "41",
            "09*16",
        ),
        (
            KeyOperation::Encrypt(CipherMode::Ctr {
                counter: [8; 16],
                bits: 64,
            }),
            "32",
            "08*16 40",
        ),
        (
            KeyOperation::Decrypt(CipherMode::Gcm {
                iv: vec![6; 2],
                aad: vec![5],
                tag_bytes: 16,
            }),
            "43",
            "02 06 06 00 00 00 01 05 10",
        ),
        (
            KeyOperation::Encrypt(CipherMode::Ccm {
                nonce: vec![6; 2],
                aad: vec![],
                tag_bytes: 8,
            }),
            "34",
            "02 06 06 00 00 00 00 08",
        ),
        (KeyOperation::Encrypt(CipherMode::KeyWrap), "35", ""),
        (KeyOperation::Decrypt(CipherMode::KeyWrapPad), "46", ""),
    ]
}

#[test]
fn using() {
    let use_key = |operation, input: &[u8]| UseKey {
        app: APP,
        id: ObjectId(7),
        operation,
        input: Secret::from(input),
    };
    let id = "10 00 00 00 00 07";
    for (operation, p2, parameters) in public_key_operations()
        .into_iter()
        .chain(secret_key_operations())
    {
        let data = format!("{id} {parameters} EE EE");
        let length = super::super::bytes(&data).len();
        let wire = format!(
            "80 DE 02 {p2} 00 {:02X} {:02X} {data} 00 00",
            length >> 8,
            length & 0xFF
        );
        same(use_key(operation, &[0xEE; 2]), &wire);
    }
    refused::<UseKey>("80 DE 02 08 06 10 00 00 00 00 07", 0x6A86);
    refused::<UseKey>("80 DE 02 37 06 10 00 00 00 00 07", 0x6A86);
    refused::<UseKey>("80 DE 03 01 06 10 00 00 00 00 07", 0x6A86);
    refused::<UseKey>("80 DE 02 31 07 10 00 00 00 00 07 01", 0x6700);
    refused::<UseKey>("80 DE 02 06 07 10 00 00 00 00 07 0B", 0x6A80);
}

#[test]
fn exporting_updating_copying_and_deleting() {
    same(
        ExportKey {
            app: APP,
            id: ObjectId(7),
            recipient: point(0x61),
        },
        "80 DE 03 00 00 00 46 10 00 00 00 00 07 61*32 62*32 00 00",
    );
    same_reply::<Sm2Cipher>(cipher(), CIPHER);
    let object = || part(ObjectFlags::PRIVATE, b"", &[0xDA, 0xDB]);
    let data = "10 00 00 00 00 07 00 04 01 00 00 00 00 02 DA DB";
    same(
        UpdateKey {
            app: APP,
            id: ObjectId(7),
            policy: KeyPolicy::VERIFY,
            object: object(),
        },
        &format!("80 DE 04 00 00 00 10 {data}"),
    );
    same(
        CopyKey {
            app: APP,
            id: ObjectId(7),
            policy: KeyPolicy::VERIFY,
            object: object(),
        },
        &format!("80 DE 06 00 00 00 10 {data} 00 04"),
    );
    same_reply(KeyCopied { id: ObjectId(9) }, "00 00 00 09");
    same(
        DeleteObjects {
            app: APP,
            ids: vec![ObjectId(7), ObjectId(8)],
        },
        "80 DE 05 00 00 00 0A 10 00 00 00 00 07 00 00 00 08",
    );
    refused::<DeleteObjects>("80 DE 05 00 02 10 00", 0x6700);
    refused::<DeleteObjects>("80 DE 05 00 07 10 00 00 00 00 07 00", 0x6700);
}

#[test]
fn policies_get_tighter() {
    let old = KeyPolicy::SIGN | KeyPolicy::EXTRACTABLE;
    for tight in [
        old,
        KeyPolicy::SIGN,
        KeyPolicy::NONE,
        old | KeyPolicy::ALWAYS_AUTHENTICATE,
    ] {
        assert!(tight.is_as_tight_as(old));
    }
    assert!(!(old | KeyPolicy::WRAP).is_as_tight_as(old));
    assert!(!KeyPolicy::DERIVE.is_as_tight_as(old));
    assert!(!old.is_as_tight_as(old | KeyPolicy::ALWAYS_AUTHENTICATE));
}

#[test]
fn the_change_feed() {
    same(
        ListObjects {
            app: APP,
            from: ObjectId(9),
            only_private: true,
        },
        "80 D6 01 00 00 00 07 10 00 00 00 00 09 01 00 00",
    );
    same(
        ReadChanges {
            app: APP,
            since: 0x0102,
        },
        "80 D6 02 00 00 00 0A 10 00 00 00 00 00 00 00 01 02 00 00",
    );
    let record = |id, key| KeyedRecord {
        id: ObjectId(id),
        flags: ObjectFlags::PUBLIC,
        owner: b"C".to_vec(),
        key,
        content: Content(Secret::from(&[0xDA][..])),
    };
    let key = KeyInfo {
        held: true,
        kind: KeyKind::SM2,
        policy: KeyPolicy::SIGN,
        public: vec![0xAB; 2],
    };
    let plain = "00 00 00 03 00 01 43 00 00 00 00 01 DA";
    let keyed = "00 00 00 04 00 01 43 01 01 02 01 00 00 02 00 00 00 02 AB AB 00 00 00 01 DA";
    let records = || vec![record(3, None), record(4, Some(key.clone()))];
    same_reply(KeyedRecords(records()), &format!("{plain} {keyed}"));
    assert_eq!(record(3, None).wire_length(), 13);
    assert_eq!(record(4, Some(key.clone())).wire_length(), 25);
    same_reply(
        Changes {
            upto: 0x0103,
            known: true,
            containers: Touched {
                listed: true,
                names: vec![b"C".to_vec()],
            },
            files: Touched::default(),
            gone: vec![ObjectId(1), ObjectId(2)],
            records: records(),
        },
        &format!(
            "00 00 00 00 00 00 01 03 01 01 00 01 01 43 00 00 00 00 00 00 02 00 00 00 01 00 00 00 02 {plain} {keyed}"
        ),
    );
}

#[test]
fn retired_containers() {
    same(
        RetireContainer {
            app: APP,
            container: CON,
        },
        "80 DE 07 00 00 00 04 10 00 30 01",
    );
    same(EnumRetired { app: APP }, "80 DE 08 00 00 00 02 10 00 00 00");
}
