#![allow(clippy::unwrap_used)]

use super::*;
use std::collections::HashSet;
use ukey_token::Error as Token;

#[test]
fn every_error_has_a_code_of_its_own_and_none_is_success() {
    let codes: HashSet<CK_RV> = Error::ALL.iter().map(|(error, _)| error.code()).collect();
    assert_eq!(codes.len(), Error::ALL.len());
    assert!(!codes.contains(&CKR_OK));
}

#[test]
fn errors_are_named_as_their_codes() {
    for (error, code) in Error::ALL {
        let name: String = code
            .trim_start_matches("CKR_")
            .split('_')
            .map(str::to_lowercase)
            .collect();
        assert_eq!(format!("{error:?}").to_lowercase(), name);
    }
}

#[test]
fn failures_of_the_token_have_their_codes() {
    let table = [
        (Token::NoToken, CKR_DEVICE_REMOVED),
        (Token::ForeignCard, CKR_TOKEN_NOT_RECOGNIZED),
        (Token::Removed, CKR_DEVICE_REMOVED),
        (Token::Busy, CKR_DEVICE_ERROR),
        (Token::Cancelled, CKR_FUNCTION_CANCELED),
        (Token::Timeout, CKR_DEVICE_ERROR),
        (Token::PinIncorrect { tries_left: 3 }, CKR_PIN_INCORRECT),
        (Token::PinIncorrect { tries_left: 0 }, CKR_PIN_INCORRECT),
        (Token::PinLocked, CKR_PIN_LOCKED),
        (Token::PinLength { min: 6, max: 16 }, CKR_PIN_LEN_RANGE),
        (Token::PinInvalid, CKR_PIN_INVALID),
        (Token::PinNotSet, CKR_USER_PIN_NOT_INITIALIZED),
        (Token::NotLoggedIn, CKR_USER_NOT_LOGGED_IN),
        (Token::DeviceNotAuthenticated, CKR_TOKEN_WRITE_PROTECTED),
        (Token::DeviceAuthenticationFailed, CKR_TOKEN_WRITE_PROTECTED),
        (Token::AccessDenied, CKR_USER_NOT_LOGGED_IN),
        (Token::ApplicationNotFound, CKR_TOKEN_NOT_INITIALIZED),
        (Token::ApplicationExists, CKR_FUNCTION_FAILED),
        (Token::ContainerNotFound, CKR_OBJECT_HANDLE_INVALID),
        (Token::ContainerExists, CKR_FUNCTION_FAILED),
        (Token::ContainerLimit, CKR_DEVICE_MEMORY),
        (Token::FileNotFound, CKR_OBJECT_HANDLE_INVALID),
        (Token::FileExists, CKR_FUNCTION_FAILED),
        (Token::KeyNotFound, CKR_KEY_HANDLE_INVALID),
        (Token::CertificateNotFound, CKR_OBJECT_HANDLE_INVALID),
        (Token::ObjectNotFound, CKR_OBJECT_HANDLE_INVALID),
        (Token::KeyType, CKR_KEY_TYPE_INCONSISTENT),
        (Token::Name, CKR_FUNCTION_FAILED),
        (Token::SignatureInvalid, CKR_SIGNATURE_INVALID),
        (Token::NoSpace, CKR_DEVICE_MEMORY),
        (Token::MemoryFailure, CKR_DEVICE_ERROR),
        (Token::InvalidData, CKR_DATA_INVALID),
        (Token::InvalidLength, CKR_DATA_LEN_RANGE),
        (Token::InvalidParameter, CKR_FUNCTION_FAILED),
        (Token::Conditions, CKR_DEVICE_ERROR),
        (Token::NotSupported, CKR_FUNCTION_NOT_SUPPORTED),
        (Token::Crypto(ukey_crypto::Error::Rng), CKR_FUNCTION_FAILED),
        (Token::Answer { ins: 0x04 }, CKR_DEVICE_ERROR),
        (
            Token::Status {
                ins: 0x04,
                sw: 0x6F00,
            },
            CKR_DEVICE_ERROR,
        ),
    ];
    for (failure, code) in table {
        assert_eq!(Error::from(failure.clone()).code(), code, "{failure:?}");
    }
}
