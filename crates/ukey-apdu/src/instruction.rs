//! The only table of instruction bytes: GM/T 0017 (mark C for numbers, names and clauses) and the
//! extension family D0 to DE (ours).

/// Declares the table once; numbers, names, clauses and the list of all follow from it.
macro_rules! instructions {
    ($($variant:ident = $value:literal, $name:literal, $clause:literal;)+) => {
        /// An instruction byte.
        ///
        /// C0 is MacUpdate, which always has data; the ISO command GET RESPONSE has the same byte
        /// and no data: see [`crate::continuation::is_get_response`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Ins {
            $(
                #[doc = concat!($name, ", ", $clause, ".")]
                $variant = $value,
            )+
        }

        impl Ins {
            /// Every instruction, GM/T 0017 first.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The command's name in the spelling of its standard.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// Where the command is defined: a clause of GM/T 0017, or "extension".
            pub const fn clause(self) -> &'static str {
                match self { $(Self::$variant => $clause,)+ }
            }
        }

        impl TryFrom<u8> for Ins {
            /// The byte that is no instruction.
            type Error = u8;

            fn try_from(value: u8) -> Result<Self, u8> {
                match value {
                    $($value => Ok(Self::$variant),)+
                    other => Err(other),
                }
            }
        }
    };
}

instructions! {
    SetLabel = 0x02, "SetLabel", "9.1.2";
    GetDevInfo = 0x04, "GetDevInfo", "9.1.3";
    DevAuth = 0x10, "DevAuth", "9.2.2";
    ChangeDevAuthKey = 0x12, "ChangeDevAuthKey", "9.2.3";
    GetPinInfo = 0x14, "GetPinInfo", "9.2.4";
    ChangePin = 0x16, "ChangePin", "9.2.5";
    VerifyPin = 0x18, "VerifyPin", "9.2.6";
    UnblockPin = 0x1A, "UnblockPin", "9.2.7";
    ClearSecureState = 0x1C, "ClearSecureState", "9.2.8";
    CreateApplication = 0x20, "CreateApplication", "9.3.2";
    EnumApplication = 0x22, "EnumApplication", "9.3.3";
    DeleteApplication = 0x24, "DeleteApplication", "9.3.4";
    OpenApplication = 0x26, "OpenApplication", "9.3.5";
    CloseApplication = 0x28, "CloseApplication", "9.3.6";
    CreateFile = 0x30, "CreateFile", "9.4.2";
    DeleteFile = 0x32, "DeleteFile", "9.4.3";
    EnumFiles = 0x34, "EnumFiles", "9.4.4";
    GetFileInfo = 0x36, "GetFileInfo", "9.4.5";
    ReadFile = 0x38, "ReadFile", "9.4.6";
    WriteFile = 0x3A, "WriteFile", "9.4.7";
    CreateContainer = 0x40, "CreateContainer", "9.5.2";
    OpenContainer = 0x42, "OpenContainer", "9.5.3";
    CloseContainer = 0x44, "CloseContainer", "9.5.4";
    EnumContainer = 0x46, "EnumContainer", "9.5.5";
    DeleteContainer = 0x48, "DeleteContainer", "9.5.6";
    GetContainerInfo = 0x4A, "GetContainerInfo", "9.5.7";
    ImportCertificate = 0x4C, "ImportCertificate", "9.5.8";
    ExportCertificate = 0x4E, "ExportCertificate", "9.5.9";
    GenRandom = 0x50, "GenRandom", "9.6.2";
    GenExtRsaKey = 0x52, "GenExtRSAKey", "9.6.3";
    GenRsaKeyPair = 0x54, "GenRSAKeyPair", "9.6.4";
    ImportRsaKeyPair = 0x56, "ImportRSAKeyPair", "9.6.5";
    RsaSignData = 0x58, "RSASignData", "9.6.6";
    RsaVerify = 0x5E, "RSAVerify", "9.6.7";
    RsaExportSessionKey = 0x5A, "RSAExportSessionKey", "9.6.8";
    RsaExportSessionKeyEx = 0x5C, "RSAExportSessionKeyEx", "9.6.9";
    ExtRsaPubKeyOperation = 0x60, "ExtRSAPubKeyOperation", "9.6.10";
    ExtRsaPriKeyOperation = 0x62, "ExtRSAPriKeyOperation", "9.6.11";
    GenEccKeyPair = 0x70, "GenECCKeyPair", "9.6.12";
    ImportEccKeyPair = 0x72, "ImportECCKeyPair", "9.6.13";
    EccSignData = 0x74, "ECCSignData", "9.6.14";
    EccVerify = 0x76, "ECCVerify", "9.6.15";
    EccExportSessionKey = 0x78, "ECCExportSessionKey", "9.6.16";
    EccExportSessionKeyEx = 0x80, "ECCExportSessionKeyEx", "9.6.17";
    ExtEccEncrypt = 0x7A, "ExtECCEncrypt", "9.6.18";
    ExtEccDecrypt = 0x7C, "ExtECCDecrypt", "9.6.19";
    ExtEccSign = 0x7E, "ExtECCSign", "9.6.20";
    GenerateAgreementDataWithEcc = 0x82, "GenerateAgreementDataWithECC", "9.6.21";
    GenerateAgreementDataAndKeyWithEcc = 0x84, "GenerateAgreementDataAndKeyWithECC", "9.6.22";
    GenerateKeyWithEcc = 0x86, "GenerateKeyWithECC", "9.6.23";
    ExportPubKey = 0x88, "ExportPubKey", "9.6.24";
    ImportSessionKey = 0xA0, "ImportSessionKey", "9.6.25";
    ImportSymmKey = 0xA2, "ImportSymmKey", "9.6.26";
    EncryptInit = 0xA4, "EncryptInit", "9.6.27";
    Encrypt = 0xA6, "Encrypt", "9.6.28";
    EncryptUpdate = 0xA8, "EncryptUpdate", "9.6.29";
    EncryptFinal = 0xAA, "EncryptFinal", "9.6.30";
    DecryptInit = 0xAC, "DecryptInit", "9.6.31";
    Decrypt = 0xAE, "Decrypt", "9.6.32";
    DecryptUpdate = 0xB0, "DecryptUpdate", "9.6.33";
    DecryptFinal = 0xB2, "DecryptFinal", "9.6.34";
    DigestInit = 0xB4, "DigestInit", "9.6.35";
    Digest = 0xB6, "Digest", "9.6.36";
    DigestUpdate = 0xB8, "DigestUpdate", "9.6.37";
    DigestFinal = 0xBA, "DigestFinal", "9.6.38";
    MacInit = 0xBC, "MacInit", "9.6.39";
    Mac = 0xBE, "Mac", "9.6.40";
    MacUpdate = 0xC0, "MacUpdate", "9.6.41";
    MacFinal = 0xC2, "MacFinal", "9.6.42";
    DestroySessionKey = 0xC4, "DestroySessionKey", "9.6.43";
    QueryExtension = 0xD0, "QueryExtension", "extension";
    PrivateKeyOperation = 0xD2, "PrivateKeyOperation", "extension";
    WriteObject = 0xD4, "WriteObject", "extension";
    ReadObjects = 0xD6, "ReadObjects", "extension";
    DeleteObject = 0xD8, "DeleteObject", "extension";
    ResetApplication = 0xDA, "ResetApplication", "extension";
    SetUserPin = 0xDC, "SetUserPin", "extension";
    KeyObject = 0xDE, "KeyObject", "extension";
}
