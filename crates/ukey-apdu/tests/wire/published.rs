//! Marks C and O: bytes from published tables, traffic and code that drives real tokens.

use ukey_apdu::blob::{EccPublic, EccSignature, PublicKey};
use ukey_apdu::continuation::{AnswerCollector, NextStep};
use ukey_apdu::devinfo::{PaddedText, PinHash, Version};
use ukey_apdu::id::{AppId, ContainerId, KeyUsage, PinType, Rights};
use ukey_apdu::request::application::*;
use ukey_apdu::request::auth::*;
use ukey_apdu::request::container::*;
use ukey_apdu::request::device::*;
use ukey_apdu::request::keygen::ExportPubKey;
use ukey_apdu::request::sign::{EccSignData, SignInput};
use ukey_apdu::{Bytes, CommandApdu, Cryptogram, DecodeError, DevInfo, Empty, Reply, Request};
use ukey_apdu::{ResponseApdu, StatusWord};

use super::{bytes, refused, same, same_reply};

const APP: AppId = AppId(0x1000);
const CONTAINER: ContainerId = ContainerId(0x3001);

/// The capture sends 0x2B bytes: no Le, although the command has an answer.
#[test]
fn captured_ecc_sign_data_has_no_le() {
    let wire = bytes("80 74 02 00 00 00 24 10 00 30 01 5A*32");
    assert_eq!(wire.len(), 0x2B);
    let command = CommandApdu::parse(&wire).unwrap();
    assert_eq!(command.ne, None);
    let request = EccSignData::from_command(&command).unwrap();
    assert_eq!((request.app, request.container), (APP, CONTAINER));
    assert_eq!(request.input, SignInput::Digest([0x5A; 32]));
}

/// The captured answer has 0x46 bytes: bit count, r, s, status.
#[test]
fn captured_ecc_sign_data_answer() {
    let wire = bytes("00 00 01 00 11*32 22*32 90 00");
    assert_eq!(wire.len(), 0x46);
    let answer = ResponseApdu::parse(&wire).unwrap();
    assert!(answer.sw.is_ok());
    let signature = EccSignature::from_bytes(&answer.data).unwrap();
    assert_eq!(signature.bits, 256);
    assert_eq!(signature.sm2_parts(), Some(([0x11; 32], [0x22; 32])));
}

/// As the published table has it, with Le.
#[test]
fn ecc_sign_data_of_a_digest() {
    let input = SignInput::Digest([0x5A; 32]);
    same(
        EccSignData {
            app: APP,
            container: CONTAINER,
            input,
        },
        "80 74 02 00  00 00 24  10 00 30 01 5A*32  00 00",
    );
}

#[test]
fn ecc_sign_data_of_a_message() {
    let input = SignInput::Message {
        user_id: b"1234567812345678".to_vec(),
        message: b"abc".to_vec(),
    };
    same(
        EccSignData {
            app: APP,
            container: CONTAINER,
            input,
        },
        "80 74 01 00  00 00 1B  10 00 30 01  00 00 00 10 3132333435363738*2  61 62 63  00 00",
    );
}

#[test]
fn ecc_sign_data_refuses() {
    refused::<EccSignData>("80 74 00 00 00 00 24 10 00 30 01 5A*32", 0x6A86);
    refused::<EccSignData>("80 74 03 00 00 00 24 10 00 30 01 5A*32", 0x6A86);
    refused::<EccSignData>("80 74 02 01 00 00 24 10 00 30 01 5A*32", 0x6A86);
    refused::<EccSignData>("80 74 02 00 00 00 23 10 00 30 01 5A*31", 0x6700);
    refused::<EccSignData>("80 74 02 00 00 00 25 10 00 30 01 5A*33", 0x6700);
    refused::<EccSignData>("80 74 01 00 00 00 08 10 00 30 01 00 00 00 01", 0x6700);
    refused::<EccSignData>("80 74 01 00 00 00 08 10 00 30 01 FF FF FF FF", 0x6700);
    refused::<EccSignData>("84 74 02 00 00 00 24 10 00 30 01 5A*32", 0x6E00);
    refused::<EccSignData>("90 74 02 00 00 00 24 10 00 30 01 5A*32", 0x6E00);
    refused::<EccSignData>("80 76 02 00 00 00 24 10 00 30 01 5A*32", 0x6D00);
}

#[test]
fn captured_close_container() {
    same(
        CloseContainer {
            app: APP,
            container: CONTAINER,
        },
        "80 44 00 00 00 00 04 10 00 30 01",
    );
    let answer = ResponseApdu::parse(&bytes("90 00")).unwrap();
    assert_eq!(
        (Empty::from_bytes(&answer.data), answer.sw),
        (Ok(Empty), StatusWord::OK)
    );
}

/// The captured certificate of 529 bytes: 4 + 492 bytes with 6A9E, then 37 with 9000.
#[test]
fn captured_export_certificate_loop() {
    let request = ExportCertificate {
        usage: KeyUsage::Signature,
        app: APP,
        container: CONTAINER,
    };
    same(request, "80 4E 01 00 00 00 04 10 00 30 01 00 00");

    let mut collector = AnswerCollector::new(8192);
    let first = ResponseApdu::parse(&bytes("00 00 02 11 30 82 02 0D AB*488 6A 9E")).unwrap();
    assert_eq!(first.data.len(), 4 + 492);
    assert_eq!(collector.push(first), Ok(NextStep::Repeat));
    let second = ResponseApdu::parse(&bytes("CD*37 90 00")).unwrap();
    let Ok(NextStep::Done(answer)) = collector.push(second) else {
        panic!("not done")
    };
    assert_eq!(answer.sw, StatusWord::OK);
    let certificate = Certificate::from_bytes(&answer.data).unwrap();
    assert_eq!(certificate.der, bytes("30 82 02 0D AB*488 CD*37"));
    assert_eq!(certificate.der.len(), 529);
}

#[test]
fn export_certificate_counts_its_bytes() {
    let short = bytes("00 00 00 05 30 03 01 01");
    assert_eq!(Certificate::from_bytes(&short), Err(DecodeError::Truncated));
    let long = bytes("00 00 00 02 30 00 00");
    assert_eq!(
        Certificate::from_bytes(&long),
        Err(DecodeError::TrailingBytes(1))
    );
    refused::<ExportCertificate>("80 4E 02 00 00 00 04 10 00 30 01 00 00", 0x6A86);
    refused::<ExportCertificate>("80 4E 01 00 00 00 03 10 00 30", 0x6700);
}

#[test]
fn get_dev_info() {
    same(GetDevInfo {}, "80 04 00 00 00 00 00");
    refused::<GetDevInfo>("80 04 01 00 00 00 00", 0x6A86);
    refused::<GetDevInfo>("80 04 00 00 00 00 01 00", 0x6700);
    // Short probe of a reader without extended APDUs; and no Le at all.
    for probe in ["80 04 00 00 00", "80 04 00 00"] {
        assert!(GetDevInfo::from_command(&CommandApdu::parse(&bytes(probe)).unwrap()).is_ok());
    }
}

fn dev_info() -> DevInfo {
    DevInfo {
        struct_version: Version { major: 1, minor: 0 },
        specification_version: Version { major: 1, minor: 2 },
        manufacturer: PaddedText::new("M"),
        issuer: PaddedText::new("Is"),
        label: PaddedText::new("Key"),
        serial_number: PaddedText::new("0123"),
        hw_version: Version { major: 2, minor: 3 },
        firmware_version: Version { major: 4, minor: 5 },
        alg_sym_cap: 0x0000_040F,
        alg_asym_cap: 0x0003_0F00,
        alg_hash_cap: 7,
        dev_auth_alg_id: 0x401,
        total_space: 0x0040_0000,
        free_space: 0x003F_FFFE,
        max_apdu_data_len: 0x0FA0,
        user_auth_method: 1,
        device_type: 6,
        max_container_num: 8,
        max_cert_num: 16,
        max_file_num: 0x0120,
        reserved: [0; 54],
    }
}

const DEV_INFO: &str = "01 00 01 02 4D 00*63 49 73 00*62 4B 65 79 00*29 30 31 32 33 00*28 \
    02 03 04 05 00 00 04 0F 00 03 0F 00 00 00 00 07 00 00 04 01 00 40 00 00 00 3F FF FE \
    0F A0 00 01 00 06 08 10 01 20";

#[test]
fn dev_info_has_288_bytes_big_endian() {
    same_reply(dev_info(), &format!("{DEV_INFO} 00*54"));
    assert_eq!(dev_info().to_bytes().len(), DevInfo::LENGTH);
    let wire = dev_info().to_bytes();
    // Offsets of the published structure.
    assert_eq!(wire[4], b'M');
    assert_eq!(&wire[68..70], b"Is");
    assert_eq!(&wire[132..135], b"Key");
    assert_eq!(&wire[164..168], b"0123");
    assert_eq!(wire[196..200], [2, 3, 4, 5]);
    assert_eq!(wire[216..220], [0, 0x40, 0, 0]);
    assert_eq!(wire[224..226], [0x0F, 0xA0]);
    assert_eq!(wire[232..234], [0x01, 0x20]);
}

#[test]
fn dev_info_may_lack_its_reserved_tail() {
    assert_eq!(DevInfo::from_bytes(&bytes(DEV_INFO)), Ok(dev_info()));
    assert_eq!(bytes(DEV_INFO).len(), DevInfo::MIN_LENGTH);
    let short = &bytes(DEV_INFO)[..DevInfo::MIN_LENGTH - 1];
    assert_eq!(DevInfo::from_bytes(short), Err(DecodeError::Truncated));
    let long = bytes(&format!("{DEV_INFO} 00*55"));
    assert_eq!(
        DevInfo::from_bytes(&long),
        Err(DecodeError::TrailingBytes(1))
    );
}

#[test]
fn dev_info_reads_for_people() {
    let mut info = dev_info();
    assert_eq!(info.label.to_text(), "Key");
    assert_eq!(info.pin_hash(), Some(PinHash::Sm3));
    info.user_auth_method = 0;
    assert_eq!(info.pin_hash(), Some(PinHash::Sha1));
    info.user_auth_method = 2;
    assert_eq!(info.pin_hash(), None);
    // Eleven characters of three bytes do not fit into 32 bytes: the last one goes whole.
    assert_eq!(
        PaddedText::<32>::new("密码钥匙密码钥匙密码钥")
            .as_bytes()
            .len(),
        30
    );
    assert_eq!(
        PaddedText::<4>::from_bytes(b"ab  ").unwrap().to_text(),
        "ab"
    );
    assert_eq!(PaddedText::<4>::from_bytes(b"abcde"), None);
}

#[test]
fn dev_auth() {
    let cryptogram = Cryptogram::new([0xC7; 16]);
    same(DevAuth { cryptogram }, "80 10 00 00 00 00 10 C7*16");
    refused::<DevAuth>("80 10 00 00 00 00 0F C7*15", 0x6700);
    refused::<DevAuth>("80 10 00 00 00 00 11 C7*17", 0x6700);
}

#[test]
fn verify_pin() {
    let cryptogram = Cryptogram::new([0xC7; 16]);
    same(
        VerifyPin {
            pin_type: PinType::User,
            app: APP,
            cryptogram,
        },
        "80 18 01 00 00 00 12 10 00 C7*16",
    );
    let cryptogram = Cryptogram::new([0xC7; 16]);
    same(
        VerifyPin {
            pin_type: PinType::Admin,
            app: APP,
            cryptogram,
        },
        "80 18 00 00 00 00 12 10 00 C7*16",
    );
    refused::<VerifyPin>("80 18 02 00 00 00 12 10 00 C7*16", 0x6A86);
    refused::<VerifyPin>("80 18 01 00 00 00 11 10 00 C7*15", 0x6700);
    refused::<VerifyPin>("84 18 01 00 00 00 12 10 00 C7*16", 0x6E00);
}

#[test]
fn clear_secure_state_and_close_application() {
    same(ClearSecureState { app: APP }, "80 1C 00 00 00 00 02 10 00");
    same(CloseApplication { app: APP }, "80 28 00 00 00 00 02 10 00");
}

#[test]
fn open_application() {
    same(
        OpenApplication {
            name: b"UKEY".to_vec(),
        },
        "80 26 00 00 00 00 04 55 4B 45 59 00 0A",
    );
    same_reply(
        ApplicationOpened {
            create_file_rights: Rights::USER,
            max_containers: 8,
            max_certs: 16,
            max_files: 0x0120,
            app: APP,
        },
        "00 00 00 10 08 10 01 20 10 00",
    );
    refused::<OpenApplication>("80 26 00 00 00 00 0A", 0x6700);
    refused::<OpenApplication>("80 26 00 00 00 00 03 55 00 59", 0x6A80);
    refused::<OpenApplication>("80 26 00 00 00 00 41 55*65", 0x6700);
}

#[test]
fn open_container() {
    same(
        OpenContainer {
            app: APP,
            name: b"C1".to_vec(),
        },
        "80 42 00 00 00 00 04 10 00 43 31 00 02",
    );
    same_reply(
        ContainerOpened {
            container: CONTAINER,
        },
        "30 01",
    );
    refused::<OpenContainer>("80 42 00 00 00 00 02 10 00 00 02", 0x6700);
}

#[test]
fn gen_random() {
    same(GenRandom { length: 8 }, "80 50 00 00 00 00 08");
    same(GenRandom { length: 16 }, "80 50 00 00 00 00 10");
    same(GenRandom { length: 256 }, "80 50 00 00 00 01 00");
    same_reply(Bytes(vec![1, 2, 3]), "01 02 03");
    refused::<GenRandom>("80 50 00 00", 0x6700);
    refused::<GenRandom>("80 50 00 00 01 08 08", 0x6700);
}

#[test]
fn export_pub_key() {
    same(
        ExportPubKey {
            usage: KeyUsage::Encryption,
            app: APP,
            container: CONTAINER,
        },
        "80 88 00 00 00 00 04 10 00 30 01 00 00",
    );
    let key = EccPublic::sm2(&[0x11; 32], &[0x22; 32]);
    same_reply(PublicKey::Ecc(key), "00 00 01 00 11*32 22*32");
    let short = bytes("00 00 01 00 11*32 22*31");
    assert_eq!(PublicKey::from_bytes(&short), Err(DecodeError::Truncated));
}
