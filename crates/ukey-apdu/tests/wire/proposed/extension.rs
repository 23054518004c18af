//! The extension family.

use ukey_apdu::id::*;
use ukey_apdu::request::extension::*;
use ukey_apdu::{Class, CommandApdu, DecodeError, Reply, Request, Secret};

use super::super::{bytes, refused, same, same_reply};
use super::*;

#[test]
fn extension_queries() {
    same(GetCapabilities {}, "80 D0 00 00 00 00 0E");
    same_reply(
        Capabilities {
            version: 1,
            reserved: 0,
            features: Features::ALL,
            max_command_data: 0x0002_0000,
            max_response_data: 0xFFFD,
        },
        "01 00 00 00 00 FF 00 02 00 00 00 00 FF FD",
    );
    assert!(Features(0x03).contains(Features::OBJECTS));
    assert!(!Features(0x03).contains(Features::TRANSPORT_KEY));
    same(GetChangeCounter {}, "80 D0 01 00 00 00 08");
    same_reply(ChangeCounter { counter: 0x0102 }, "00 00 00 00 00 00 01 02");
    same(GetTransportKey {}, "80 D0 02 00 00 00 40");
    same_reply(point(0x61), "61*32 62*32");
    refused::<GetCapabilities>("80 D0 03 00 00", 0x6A86);
    refused::<GetChangeCounter>("80 D0 01 01 00", 0x6A86);
}

#[test]
fn private_key_operation() {
    let operation = |usage, input| PrivateKeyOperation {
        usage,
        app: APP,
        container: CON,
        input,
    };
    same(
        operation(KeyUsage::Encryption, PrivateInput::Sm2Decrypt(cipher())),
        &format!("80 D2 00 00 00 00 6A 10 00 30 01 {CIPHER} 00 00"),
    );
    same(
        operation(
            KeyUsage::Signature,
            PrivateInput::RsaDecrypt(Secret::new(vec![7; 3])),
        ),
        "80 D2 01 01 00 00 07 10 00 30 01 07 07 07 00 00",
    );
    same(
        operation(
            KeyUsage::Encryption,
            PrivateInput::RsaRaw(Secret::new(vec![7; 3])),
        ),
        "80 D2 00 02 00 00 07 10 00 30 01 07 07 07 00 00",
    );
    refused::<PrivateKeyOperation>("80 D2 00 03 04 10 00 30 01", 0x6A86);
    refused::<PrivateKeyOperation>("80 D2 02 01 04 10 00 30 01", 0x6A86);
    refused::<PrivateKeyOperation>("80 D2 00 00 05 10 00 30 01 07", 0x6700);
}

#[test]
fn objects() {
    same(
        WriteObject {
            app: APP,
            id: ObjectId::NEW,
            flags: ObjectFlags::PRIVATE,
            owner: b"C1".to_vec(),
            data: Secret::new(vec![0xDA, 0xDB]),
        },
        "80 D4 00 00 00 00 0C 10 00 00 00 00 00 01 02 43 31 DA DB 00 04",
    );
    same_reply(ObjectWritten { id: ObjectId(9) }, "00 00 00 09");
    refused::<WriteObject>("80 D4 00 00 08 10 00 00 00 00 00 03 00", 0x6A80);
    refused::<WriteObject>("80 D4 00 00 08 10 00 00 00 00 00 00 01", 0x6700);
    same(
        ReadObjects {
            app: APP,
            from: ObjectId(9),
        },
        "80 D6 00 00 00 00 06 10 00 00 00 00 09 00 00",
    );
    let record = |id, flags, owner: &[u8], data: &[u8]| ObjectRecord {
        id: ObjectId(id),
        flags,
        owner: owner.to_vec(),
        data: Secret::from(data),
    };
    same_reply(
        ObjectRecords(vec![
            record(1, ObjectFlags::PUBLIC, b"", &[0xDA]),
            record(0x0200, ObjectFlags::OPEN, b"C1", b""),
        ]),
        "00 00 00 01 00 00 00 00 00 01 DA  00 00 02 00 02 02 43 31 00 00 00 00",
    );
    same_reply(ObjectRecords(vec![]), "");
    assert_eq!(
        record(1, ObjectFlags::OPEN, b"C1", &[0xDA]).wire_length(),
        13
    );
    let cut = bytes("00 00 00 01 00 00 00 00 00 02 DA");
    assert_eq!(ObjectRecords::from_bytes(&cut), Err(DecodeError::Truncated));
    same(
        DeleteObject {
            app: APP,
            id: ObjectId(9),
        },
        "80 D8 00 00 00 00 06 10 00 00 00 00 09",
    );
}

#[test]
fn an_object_has_60000_bytes_at_most() {
    let write = |length: usize| {
        let mut data = bytes("10 00 00 00 00 00 00 00");
        data.resize(8 + length, 0xDA);
        let class = Class::PLAIN;
        let command = CommandApdu {
            class,
            ins: 0xD4,
            p1: 0,
            p2: 0,
            data,
            ne: None,
        };
        WriteObject::from_command(&command).map(|request| request.data.expose().len())
    };
    assert_eq!(write(60_000), Ok(60_000));
    assert_eq!(write(60_001).unwrap_err().0, 0x6700);
}

#[test]
fn application_reset_and_user_pin() {
    same(ResetApplication { app: APP }, "80 DA 00 00 00 00 02 10 00");
    same(
        SetUserPin {
            app: APP,
            cipher: cipher(),
        },
        &format!("80 DC 00 00 00 00 68 10 00 {CIPHER}"),
    );
}
