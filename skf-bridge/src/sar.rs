//! From errors to `SAR_*`: the only place where a return code is chosen.
//!
//! Numbers: GM/T 0016-2012 annex A; 0x33 and up from the 2023 edition. The standard binds no code to a function, so the
//! choice is ours; `docs/skf-profile.md` lists it.

use ukey_crypto::Error as Crypto;
use ukey_ffi::{AbiCode, Error as Memory};
use ukey_token::Error as Token;

use crate::error::Error;

macro_rules! codes {
    ($($name:ident = $low:literal, $text:literal;)*) => {
        $(#[doc = $text] pub const $name: u32 = 0x0A00_0000 | $low;)*
        /// Every code with its name, for messages and for checking the header.
        pub const NAMES: &[(u32, &str)] = &[$(($name, stringify!($name))),*];
    };
}

/// Success.
pub const SAR_OK: u32 = 0;

codes! {
    SAR_FAIL = 0x01, "Failure.";
    SAR_UNKNOWNERR = 0x02, "Unknown error.";
    SAR_NOTSUPPORTYETERR = 0x03, "Not supported.";
    SAR_FILEERR = 0x04, "File error.";
    SAR_INVALIDHANDLEERR = 0x05, "Invalid handle.";
    SAR_INVALIDPARAMERR = 0x06, "Invalid parameter.";
    SAR_READFILEERR = 0x07, "Reading a file failed.";
    SAR_WRITEFILEERR = 0x08, "Writing a file failed.";
    SAR_NAMELENERR = 0x09, "Wrong name length.";
    SAR_KEYUSAGEERR = 0x0A, "Wrong key usage.";
    SAR_MODULUSLENERR = 0x0B, "Wrong modulus length.";
    SAR_NOTINITIALIZEERR = 0x0C, "Not initialised.";
    SAR_OBJERR = 0x0D, "Object error.";
    SAR_MEMORYERR = 0x0E, "Memory error.";
    SAR_TIMEOUTERR = 0x0F, "Timed out.";
    SAR_INDATALENERR = 0x10, "Wrong input length.";
    SAR_INDATAERR = 0x11, "Wrong input.";
    SAR_GENRANDERR = 0x12, "Random generation failed.";
    SAR_HASHOBJERR = 0x13, "Digest object error.";
    SAR_HASHERR = 0x14, "Digest failed.";
    SAR_GENRSAKEYERR = 0x15, "RSA key generation failed.";
    SAR_RSAMODULUSLENERR = 0x16, "Wrong RSA modulus length.";
    SAR_CSPIMPRTPUBKEYERR = 0x17, "Public key import failed.";
    SAR_RSAENCERR = 0x18, "RSA encryption failed.";
    SAR_RSADECERR = 0x19, "RSA decryption failed.";
    SAR_HASHNOTEQUALERR = 0x1A, "Digests differ; here: a signature does not verify.";
    SAR_KEYNOTFOUNTERR = 0x1B, "Key not found (spelt so).";
    SAR_CERTNOTFOUNTERR = 0x1C, "Certificate not found (spelt so).";
    SAR_NOTEXPORTERR = 0x1D, "Object cannot be exported.";
    SAR_DECRYPTPADERR = 0x1E, "Padding is wrong.";
    SAR_MACLENERR = 0x1F, "Wrong MAC length.";
    SAR_BUFFER_TOO_SMALL = 0x20, "Buffer too small.";
    SAR_KEYINFOTYPEERR = 0x21, "Wrong key type.";
    SAR_NOT_EVENTERR = 0x22, "No event.";
    SAR_DEVICE_REMOVED = 0x23, "Device removed.";
    SAR_PIN_INCORRECT = 0x24, "PIN incorrect.";
    SAR_PIN_LOCKED = 0x25, "PIN locked.";
    SAR_PIN_INVALID = 0x26, "PIN invalid.";
    SAR_PIN_LEN_RANGE = 0x27, "PIN too short or too long.";
    SAR_USER_ALREADY_LOGGED_IN = 0x28, "User logged in already.";
    SAR_USER_PIN_NOT_INITIALIZED = 0x29, "User PIN not set.";
    SAR_USER_TYPE_INVALID = 0x2A, "Wrong user type.";
    SAR_APPLICATION_NAME_INVALID = 0x2B, "Application name invalid.";
    SAR_APPLICATION_EXISTS = 0x2C, "Application exists.";
    SAR_USER_NOT_LOGGED_IN = 0x2D, "User not logged in.";
    SAR_APPLICATION_NOT_EXISTS = 0x2E, "Application does not exist.";
    SAR_FILE_ALREADY_EXIST = 0x2F, "File exists.";
    SAR_NO_ROOM = 0x30, "No room.";
    SAR_FILE_NOT_EXIST = 0x31, "File does not exist.";
    SAR_REACH_MAX_CONTAINER_COUNT = 0x32, "Container limit reached.";
    SAR_AUTH_BLOCKED = 0x33, "Authentication key blocked (2023).";
    SAR_INVALIDCONTAINERERR = 0x35, "Invalid container (2023).";
    SAR_CONTAINER_NOT_EXISTS = 0x36, "Container does not exist (2023).";
    SAR_CONTAINER_EXISTS = 0x37, "Container exists (2023).";
    SAR_KEYNOUSAGEERR = 0x39, "Key has no such usage (2023).";
    SAR_FILEATTRIBUTEERR = 0x3A, "No right on the file (2023).";
    SAR_DEVNOAUTH = 0x3B, "Device not authenticated (2023).";
}

impl AbiCode for Error {
    type Code = u32;

    fn abi_code(&self) -> u32 {
        match self {
            Self::Memory(e) => memory(e),
            Self::Token(e) => token(e),
            Self::Crypto(e) => crypto(*e),
            Self::Configuration(_) => SAR_FAIL,
            Self::InvalidHandle(_) => SAR_INVALIDHANDLEERR,
            Self::InvalidParameter(_) => SAR_INVALIDPARAMERR,
            Self::NotSupported(_) => SAR_NOTSUPPORTYETERR,
            Self::NameLength(_) => SAR_NAMELENERR,
            Self::ApplicationName => SAR_APPLICATION_NAME_INVALID,
            Self::PinType(_) => SAR_USER_TYPE_INVALID,
            Self::InputLength(_) => SAR_INDATALENERR,
            Self::InputData(_) => SAR_INDATAERR,
            Self::MacLength => SAR_MACLENERR,
            Self::EccBits(_) => SAR_MODULUSLENERR,
            Self::RsaBits(_) => SAR_RSAMODULUSLENERR,
            Self::NotInitialized => SAR_NOTINITIALIZEERR,
            Self::Length => SAR_UNKNOWNERR,
            Self::Padding => SAR_DECRYPTPADERR,
            Self::RsaDecryption => SAR_RSADECERR,
            Self::Signature => SAR_HASHNOTEQUALERR,
            Self::KeyUsage => SAR_KEYUSAGEERR,
            Self::FileRange { writing: false } => SAR_READFILEERR,
            Self::FileRange { writing: true } => SAR_WRITEFILEERR,
            Self::KeyType => SAR_KEYINFOTYPEERR,
            Self::NoDevice => SAR_DEVICE_REMOVED,
        }
    }
}

fn memory(e: &Memory) -> u32 {
    match e {
        Memory::NullPointer | Memory::NotUtf8 => SAR_INVALIDPARAMERR,
        Memory::LengthTooLarge { .. } => SAR_INDATALENERR,
        Memory::StringTooLong { .. } => SAR_NAMELENERR,
        Memory::BufferTooSmall { .. } => SAR_BUFFER_TOO_SMALL,
        Memory::ResultTooLarge { .. } => SAR_INDATALENERR,
        _ => SAR_INVALIDPARAMERR,
    }
}

fn token(e: &Token) -> u32 {
    match e {
        Token::NoToken | Token::Removed => SAR_DEVICE_REMOVED,
        Token::ForeignCard => SAR_NOTSUPPORTYETERR,
        Token::Busy | Token::Timeout => SAR_TIMEOUTERR,
        Token::Cancelled => SAR_NOT_EVENTERR,
        Token::Transport(_) => SAR_FAIL,
        Token::PinIncorrect { .. } => SAR_PIN_INCORRECT,
        Token::PinLocked => SAR_PIN_LOCKED,
        Token::PinLength { .. } => SAR_PIN_LEN_RANGE,
        Token::PinInvalid => SAR_PIN_INVALID,
        Token::PinNotSet => SAR_USER_PIN_NOT_INITIALIZED,
        Token::NotLoggedIn => SAR_USER_NOT_LOGGED_IN,
        Token::DeviceNotAuthenticated | Token::DeviceAuthenticationFailed => SAR_DEVNOAUTH,
        Token::AccessDenied => SAR_FILEATTRIBUTEERR,
        Token::ApplicationNotFound => SAR_APPLICATION_NOT_EXISTS,
        Token::ApplicationExists => SAR_APPLICATION_EXISTS,
        Token::ContainerNotFound => SAR_CONTAINER_NOT_EXISTS,
        Token::ContainerExists => SAR_CONTAINER_EXISTS,
        Token::ContainerLimit => SAR_REACH_MAX_CONTAINER_COUNT,
        Token::FileNotFound => SAR_FILE_NOT_EXIST,
        Token::FileExists => SAR_FILE_ALREADY_EXIST,
        Token::KeyNotFound => SAR_KEYNOTFOUNTERR,
        Token::CertificateNotFound => SAR_CERTNOTFOUNTERR,
        Token::ObjectNotFound => SAR_OBJERR,
        Token::KeyType => SAR_KEYINFOTYPEERR,
        Token::KeyPolicy => SAR_KEYUSAGEERR,
        Token::FreshPinRequired => SAR_USER_NOT_LOGGED_IN,
        Token::Name => SAR_NAMELENERR,
        Token::SignatureInvalid => SAR_HASHNOTEQUALERR,
        Token::NoSpace => SAR_NO_ROOM,
        Token::MemoryFailure => SAR_MEMORYERR,
        Token::InvalidData => SAR_INDATAERR,
        Token::InvalidLength => SAR_INDATALENERR,
        Token::InvalidParameter => SAR_INVALIDPARAMERR,
        Token::Conditions => SAR_NOTINITIALIZEERR,
        Token::NotSupported => SAR_NOTSUPPORTYETERR,
        Token::Crypto(e) => crypto(*e),
        Token::Answer { .. } | Token::Status { .. } => SAR_UNKNOWNERR,
        // The enum may grow; a test walks the list above.
        _ => SAR_UNKNOWNERR,
    }
}

fn crypto(e: Crypto) -> u32 {
    match e {
        Crypto::InvalidKey | Crypto::InvalidPoint | Crypto::InvalidEncoding => SAR_INDATAERR,
        Crypto::InvalidLength => SAR_INDATALENERR,
        Crypto::Verification => SAR_HASHNOTEQUALERR,
        Crypto::Decryption => SAR_INDATAERR,
        Crypto::Rng => SAR_GENRANDERR,
        Crypto::Unsupported => SAR_NOTSUPPORTYETERR,
        _ => SAR_UNKNOWNERR,
    }
}

#[cfg(test)]
mod tests;
