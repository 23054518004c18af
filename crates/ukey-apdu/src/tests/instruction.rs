//! The instruction table, row by row as the standard prints it, and that no row lacks a request.

use super::for_every_request;
use crate::instruction::Ins;
use crate::message::Request;

/// GM/T 0017 table of instructions: byte, name, clause.
const TABLE: &[(u8, &str, &str)] = &[
    (0x02, "SetLabel", "9.1.2"),
    (0x04, "GetDevInfo", "9.1.3"),
    (0x10, "DevAuth", "9.2.2"),
    (0x12, "ChangeDevAuthKey", "9.2.3"),
    (0x14, "GetPinInfo", "9.2.4"),
    (0x16, "ChangePin", "9.2.5"),
    (0x18, "VerifyPin", "9.2.6"),
    (0x1A, "UnblockPin", "9.2.7"),
    (0x1C, "ClearSecureState", "9.2.8"),
    (0x20, "CreateApplication", "9.3.2"),
    (0x22, "EnumApplication", "9.3.3"),
    (0x24, "DeleteApplication", "9.3.4"),
    (0x26, "OpenApplication", "9.3.5"),
    (0x28, "CloseApplication", "9.3.6"),
    (0x30, "CreateFile", "9.4.2"),
    (0x32, "DeleteFile", "9.4.3"),
    (0x34, "EnumFiles", "9.4.4"),
    (0x36, "GetFileInfo", "9.4.5"),
    (0x38, "ReadFile", "9.4.6"),
    (0x3A, "WriteFile", "9.4.7"),
    (0x40, "CreateContainer", "9.5.2"),
    (0x42, "OpenContainer", "9.5.3"),
    (0x44, "CloseContainer", "9.5.4"),
    (0x46, "EnumContainer", "9.5.5"),
    (0x48, "DeleteContainer", "9.5.6"),
    (0x4A, "GetContainerInfo", "9.5.7"),
    (0x4C, "ImportCertificate", "9.5.8"),
    (0x4E, "ExportCertificate", "9.5.9"),
    (0x50, "GenRandom", "9.6.2"),
    (0x52, "GenExtRSAKey", "9.6.3"),
    (0x54, "GenRSAKeyPair", "9.6.4"),
    (0x56, "ImportRSAKeyPair", "9.6.5"),
    (0x58, "RSASignData", "9.6.6"),
    (0x5A, "RSAExportSessionKey", "9.6.8"),
    (0x5C, "RSAExportSessionKeyEx", "9.6.9"),
    (0x5E, "RSAVerify", "9.6.7"),
    (0x60, "ExtRSAPubKeyOperation", "9.6.10"),
    (0x62, "ExtRSAPriKeyOperation", "9.6.11"),
    (0x70, "GenECCKeyPair", "9.6.12"),
    (0x72, "ImportECCKeyPair", "9.6.13"),
    (0x74, "ECCSignData", "9.6.14"),
    (0x76, "ECCVerify", "9.6.15"),
    (0x78, "ECCExportSessionKey", "9.6.16"),
    (0x7A, "ExtECCEncrypt", "9.6.18"),
    (0x7C, "ExtECCDecrypt", "9.6.19"),
    (0x7E, "ExtECCSign", "9.6.20"),
    (0x80, "ECCExportSessionKeyEx", "9.6.17"),
    (0x82, "GenerateAgreementDataWithECC", "9.6.21"),
    (0x84, "GenerateAgreementDataAndKeyWithECC", "9.6.22"),
    (0x86, "GenerateKeyWithECC", "9.6.23"),
    (0x88, "ExportPubKey", "9.6.24"),
    (0xA0, "ImportSessionKey", "9.6.25"),
    (0xA2, "ImportSymmKey", "9.6.26"),
    (0xA4, "EncryptInit", "9.6.27"),
    (0xA6, "Encrypt", "9.6.28"),
    (0xA8, "EncryptUpdate", "9.6.29"),
    (0xAA, "EncryptFinal", "9.6.30"),
    (0xAC, "DecryptInit", "9.6.31"),
    (0xAE, "Decrypt", "9.6.32"),
    (0xB0, "DecryptUpdate", "9.6.33"),
    (0xB2, "DecryptFinal", "9.6.34"),
    (0xB4, "DigestInit", "9.6.35"),
    (0xB6, "Digest", "9.6.36"),
    (0xB8, "DigestUpdate", "9.6.37"),
    (0xBA, "DigestFinal", "9.6.38"),
    (0xBC, "MacInit", "9.6.39"),
    (0xBE, "Mac", "9.6.40"),
    (0xC0, "MacUpdate", "9.6.41"),
    (0xC2, "MacFinal", "9.6.42"),
    (0xC4, "DestroySessionKey", "9.6.43"),
];

/// Our own family.
const EXTENSION: &[(u8, &str)] = &[
    (0xD0, "QueryExtension"),
    (0xD2, "PrivateKeyOperation"),
    (0xD4, "WriteObject"),
    (0xD6, "ReadObjects"),
    (0xD8, "DeleteObject"),
    (0xDA, "ResetApplication"),
    (0xDC, "SetUserPin"),
    (0xDE, "KeyObject"),
];

#[test]
fn table_is_the_standards() {
    for (value, name, clause) in TABLE {
        let ins = Ins::try_from(*value).unwrap();
        assert_eq!(
            (ins as u8, ins.name(), ins.clause()),
            (*value, *name, *clause)
        );
    }
    for (value, name) in EXTENSION {
        let ins = Ins::try_from(*value).unwrap();
        assert_eq!(
            (ins as u8, ins.name(), ins.clause()),
            (*value, *name, "extension")
        );
    }
    assert_eq!(Ins::ALL.len(), TABLE.len() + EXTENSION.len());
    let known = (0..=u8::MAX)
        .filter(|value| Ins::try_from(*value).is_ok())
        .count();
    assert_eq!(known, Ins::ALL.len());
}

fn ins_of<R: Request>() -> Ins {
    R::INS
}

#[test]
fn every_instruction_has_a_request() {
    let used = for_every_request!(ins_of());
    for ins in Ins::ALL {
        assert!(used.contains(ins), "no request for {}", ins.name());
    }
}
