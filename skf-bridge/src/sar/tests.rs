#![allow(clippy::unwrap_used)]

use super::*;

/// Every error with the code that docs/skf-profile.md promises.
fn all() -> Vec<(Error, u32)> {
    let mut all = own();
    all.extend(
        memory_errors()
            .into_iter()
            .map(|(e, code)| (e.into(), code)),
    );
    all.extend(token_errors().into_iter().map(|(e, code)| (e.into(), code)));
    all.extend(
        crypto_errors()
            .into_iter()
            .map(|(e, code)| (e.into(), code)),
    );
    all
}

fn own() -> Vec<(Error, u32)> {
    vec![
        (Error::InvalidHandle("x"), 0x0A00_0005),
        (Error::InvalidParameter("x"), 0x0A00_0006),
        (Error::NotSupported("x"), 0x0A00_0003),
        (Error::NameLength("x"), 0x0A00_0009),
        (Error::ApplicationName, 0x0A00_002B),
        (Error::PinType(2), 0x0A00_002A),
        (Error::InputLength("x"), 0x0A00_0010),
        (Error::InputData("x"), 0x0A00_0011),
        (Error::MacLength, 0x0A00_001F),
        (Error::EccBits(0), 0x0A00_000B),
        (Error::RsaBits(0), 0x0A00_0016),
        (Error::NotInitialized, 0x0A00_000C),
        (Error::Length, 0x0A00_0002),
        (Error::Padding, 0x0A00_001E),
        (Error::RsaDecryption, 0x0A00_0019),
        (Error::Signature, 0x0A00_001A),
        (Error::KeyUsage, 0x0A00_000A),
        (Error::FileRange { writing: false }, 0x0A00_0007),
        (Error::FileRange { writing: true }, 0x0A00_0008),
        (Error::KeyType, 0x0A00_0021),
        (Error::NoDevice, 0x0A00_0023),
    ]
}

fn memory_errors() -> Vec<(Memory, u32)> {
    vec![
        (Memory::NullPointer, 0x0A00_0006),
        (Memory::NotUtf8, 0x0A00_0006),
        (
            Memory::LengthTooLarge {
                length: 2,
                limit: 1,
            },
            0x0A00_0010,
        ),
        (Memory::StringTooLong { limit: 1 }, 0x0A00_0009),
        (Memory::BufferTooSmall { needed: 1 }, 0x0A00_0020),
        (Memory::ResultTooLarge { length: 1 }, 0x0A00_0010),
    ]
}

fn token_errors() -> Vec<(Token, u32)> {
    vec![
        (Token::NoToken, 0x0A00_0023),
        (Token::ForeignCard, 0x0A00_0003),
        (Token::Removed, 0x0A00_0023),
        (Token::Busy, 0x0A00_000F),
        (Token::Cancelled, 0x0A00_0022),
        (Token::Timeout, 0x0A00_000F),
        (
            Token::Transport(ukey_token::transport::TransportError::Reset),
            0x0A00_0001,
        ),
        (Token::PinIncorrect { tries_left: 1 }, 0x0A00_0024),
        (Token::PinLocked, 0x0A00_0025),
        (Token::PinLength { min: 6, max: 16 }, 0x0A00_0027),
        (Token::PinInvalid, 0x0A00_0026),
        (Token::PinNotSet, 0x0A00_0029),
        (Token::NotLoggedIn, 0x0A00_002D),
        (Token::DeviceNotAuthenticated, 0x0A00_003B),
        (Token::DeviceAuthenticationFailed, 0x0A00_003B),
        (Token::AccessDenied, 0x0A00_003A),
        (Token::ApplicationNotFound, 0x0A00_002E),
        (Token::ApplicationExists, 0x0A00_002C),
        (Token::ContainerNotFound, 0x0A00_0036),
        (Token::ContainerExists, 0x0A00_0037),
        (Token::ContainerLimit, 0x0A00_0032),
        (Token::FileNotFound, 0x0A00_0031),
        (Token::FileExists, 0x0A00_002F),
        (Token::KeyNotFound, 0x0A00_001B),
        (Token::CertificateNotFound, 0x0A00_001C),
        (Token::ObjectNotFound, 0x0A00_000D),
        (Token::KeyType, 0x0A00_0021),
        (Token::Name, 0x0A00_0009),
        (Token::SignatureInvalid, 0x0A00_001A),
        (Token::NoSpace, 0x0A00_0030),
        (Token::MemoryFailure, 0x0A00_000E),
        (Token::InvalidData, 0x0A00_0011),
        (Token::InvalidLength, 0x0A00_0010),
        (Token::InvalidParameter, 0x0A00_0006),
        (Token::Conditions, 0x0A00_000C),
        (Token::NotSupported, 0x0A00_0003),
        (Token::Crypto(Crypto::InvalidPoint), 0x0A00_0011),
        (Token::Answer { ins: 0 }, 0x0A00_0002),
        (Token::Status { ins: 0, sw: 0x6F00 }, 0x0A00_0002),
    ]
}

fn crypto_errors() -> Vec<(Crypto, u32)> {
    vec![
        (Crypto::InvalidKey, 0x0A00_0011),
        (Crypto::InvalidPoint, 0x0A00_0011),
        (Crypto::InvalidEncoding, 0x0A00_0011),
        (Crypto::InvalidLength, 0x0A00_0010),
        (Crypto::Verification, 0x0A00_001A),
        (Crypto::Decryption, 0x0A00_0011),
        (Crypto::Rng, 0x0A00_0012),
        (Crypto::Unsupported, 0x0A00_0003),
    ]
}

#[test]
fn every_error_has_its_code() {
    for (error, code) in all() {
        assert_eq!(error.abi_code(), code, "{error}");
    }
}

#[test]
fn the_header_has_the_same_codes() {
    let header = include_str!("../../include/skf.h");
    let mut in_header: Vec<(u32, &str)> = header
        .lines()
        .filter_map(|line| line.strip_prefix("#define SAR_"))
        .map(|rest| {
            let (_, value) = rest.split_once(" 0x").unwrap();
            let name = rest.split(' ').next().unwrap();
            (u32::from_str_radix(value, 16).unwrap(), name)
        })
        .collect();
    assert_eq!(in_header.remove(0), (SAR_OK, "OK"));
    let ours: Vec<_> = NAMES
        .iter()
        .map(|(c, n)| (*c, n.strip_prefix("SAR_").unwrap()))
        .collect();
    assert_eq!(in_header, ours);
}
