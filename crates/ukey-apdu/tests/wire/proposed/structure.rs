//! Device, access control, applications, files, containers.

use ukey_apdu::id::*;
use ukey_apdu::request::application::*;
use ukey_apdu::request::auth::*;
use ukey_apdu::request::container::*;
use ukey_apdu::request::device::SetLabel;
use ukey_apdu::request::extension::CreateApplicationProtected;
use ukey_apdu::request::file::*;
use ukey_apdu::{DecodeError, NameList, Reply, Secret};

use super::super::{bytes, refused, same, same_reply};
use super::*;

#[test]
fn device() {
    same(
        SetLabel {
            label: b"Ab".to_vec(),
        },
        "80 02 00 00 00 00 02 41 62",
    );
    same(SetLabel { label: vec![] }, "80 02 00 00");
    refused::<SetLabel>("80 02 00 00 21 41*33", 0x6700);
}

#[test]
fn access_control() {
    same(
        ChangeDevAuthKey { secured: secured() },
        "84 12 00 00 00 00 14 EE*16 01020304",
    );
    let (pin_type, app) = (PinType::User, APP);
    same(
        GetPinInfo { pin_type, app },
        "80 14 01 00 00 00 02 10 00 00 03",
    );
    same_reply(
        PinInfo {
            max_tries: 6,
            tries_left: 5,
            state: PinState::Default,
        },
        "06 05 01",
    );
    same_reply(
        PinInfo {
            max_tries: 6,
            tries_left: 6,
            state: PinState::NotSet,
        },
        "06 06 02",
    );
    assert_eq!(
        PinInfo::from_bytes(&[6, 6, 3]),
        Err(DecodeError::Invalid("PinState"))
    );
    same(
        ChangePin {
            pin_type,
            app,
            secured: secured(),
        },
        "84 16 01 00 00 00 16 10 00 EE*16 01020304",
    );
    same(
        UnblockPin {
            app,
            secured: secured(),
        },
        "84 1A 00 00 00 00 16 10 00 EE*16 01020304",
    );
}

fn parameters() -> ApplicationParameters {
    ApplicationParameters {
        name: b"UKEY".to_vec(),
        admin_pin: Secret::from(&b"88"[..]),
        admin_tries: 10,
        user_pin: Secret::from(&b""[..]),
        user_tries: 6,
        create_file_rights: Rights::USER,
        max_containers: 8,
        max_certs: 16,
        max_files: 0x0120,
    }
}

#[test]
fn create_application_in_three_forms() {
    same(
        CreateApplication {
            parameters: parameters(),
        },
        "80 20 00 00 00 00 13 04 55 4B 45 59 02 38 38 0A 00 06 00 00 00 10 08 10 01 20 00 02",
    );
    same(
        CreateApplicationSecured { secured: secured() },
        "84 20 00 00 00 00 14 EE*16 01020304 00 02",
    );
    same(
        CreateApplicationProtected { cipher: cipher() },
        &format!("80 20 01 00 00 00 66 {CIPHER} 00 02"),
    );
    same_reply(ApplicationCreated { app: APP }, "10 00");
    refused::<CreateApplication>("80 20 01 00 00", 0x6A86);
    refused::<CreateApplicationProtected>("80 20 00 00 00", 0x6A86);
}

#[test]
fn applications() {
    same(EnumApplication {}, "80 22 00 00 00 00 00");
    same_reply(
        NameList(vec![b"A".to_vec(), b"BC".to_vec()]),
        "41 00 42 43 00 00",
    );
    same_reply(NameList(vec![]), "00 00");
    for empty in ["", "00"] {
        assert_eq!(NameList::from_bytes(&bytes(empty)), Ok(NameList(vec![])));
    }
    let one = NameList(vec![b"A".to_vec()]);
    assert_eq!(NameList::from_bytes(b"A"), Ok(one));
    assert!(NameList::from_bytes(b"A\0\0B\0\0").is_err());
    same(
        DeleteApplication {
            name: b"UKEY".to_vec(),
        },
        "80 24 00 00 00 00 04 55 4B 45 59",
    );
}

#[test]
fn files() {
    let name = || b"f1".to_vec();
    same(
        CreateFile {
            app: APP,
            name: name(),
            size: 0x0102,
            read_rights: Rights::ANYONE,
            write_rights: Rights::USER | Rights::ADMIN,
        },
        "80 30 00 00 00 00 11 10 00 02 66 31 00 00 01 02 00 00 00 FF 00 00 00 11",
    );
    same(
        DeleteFile {
            app: APP,
            name: name(),
        },
        "80 32 00 00 00 00 04 10 00 66 31",
    );
    same(EnumFiles { app: APP }, "80 34 00 00 00 00 02 10 00 00 00");
    same(
        GetFileInfo {
            app: APP,
            name: name(),
        },
        "80 36 00 00 00 00 04 10 00 66 31 00 0C",
    );
    same_reply(
        FileInfo {
            size: 0x0102,
            read_rights: Rights::ANYONE,
            write_rights: Rights::USER,
        },
        "00 00 01 02 00 00 00 FF 00 00 00 10",
    );
    same(
        ReadFile {
            app: APP,
            offset: 3,
            length: 0x0200,
            name: name(),
        },
        "80 38 00 00 00 00 0C 10 00 00 00 00 03 00 00 02 00 66 31 00 00",
    );
    same(
        WriteFile {
            app: APP,
            offset: 3,
            name: name(),
            data: vec![0xDA, 0xDB],
        },
        "80 3A 00 00 00 00 0B 10 00 00 00 00 03 02 66 31 DA DB",
    );
    refused::<WriteFile>("80 3A 00 00 00 00 09 10 00 00 00 00 03 05 66 31", 0x6700);
    refused::<WriteFile>("80 3A 00 00 00 00 07 10 00 00 00 00 03 00", 0x6700);
}

#[test]
fn containers() {
    let name = || b"C1".to_vec();
    same(
        CreateContainer {
            app: APP,
            name: name(),
        },
        "80 40 00 00 00 00 04 10 00 43 31 00 02",
    );
    same(
        EnumContainer { app: APP },
        "80 46 00 00 00 00 02 10 00 00 00",
    );
    same(
        DeleteContainer {
            app: APP,
            name: name(),
        },
        "80 48 00 00 00 00 04 10 00 43 31",
    );
    same(
        GetContainerInfo {
            app: APP,
            name: name(),
        },
        "80 4A 00 00 00 00 04 10 00 43 31 00 0B",
    );
    same_reply(
        ContainerInfo {
            container_type: ContainerType::Ecc,
            sign_bits: 256,
            enc_bits: 0,
            sign_cert: true,
            enc_cert: false,
        },
        "02 00 00 01 00 00 00 00 00 01 00",
    );
    assert!(ContainerInfo::from_bytes(&bytes("03 00*8 00 00")).is_err());
    assert!(ContainerInfo::from_bytes(&bytes("02 00*8 02 00")).is_err());
    same(
        ImportCertificate {
            usage: KeyUsage::Signature,
            app: APP,
            container: CON,
            certificate: vec![0x30, 0x00],
        },
        "80 4C 01 00 00 00 0A 10 00 30 01 00 00 00 02 30 00",
    );
    refused::<ImportCertificate>("80 4C 01 00 0A 10 00 30 01 00 00 00 03 30 00", 0x6700);
    refused::<ImportCertificate>("80 4C 01 00 0A 10 00 30 01 00 00 00 01 30 00", 0x6700);
    refused::<ImportCertificate>("80 4C 02 00 0A 10 00 30 01 00 00 00 02 30 00", 0x6A86);
}
