use std::ptr::null_mut;

use ukey_crypto::sm4;
use ukey_skf::sar::*;
use ukey_skf::*;

use crate::token::{
    ADMIN_PIN, CONFIGURED_KEY, FACTORY_KEY, Token, USER_PIN, connect, encrypt_ecb, text, verify_pin,
};

fn pin_info(application: *mut std::ffi::c_void, pin_type: u32) -> (u32, u32, i32) {
    let (mut most, mut left, mut default) = (99, 99, 99);
    let code = unsafe { SKF_GetPINInfo(application, pin_type, &mut most, &mut left, &mut default) };
    assert_eq!(code, SAR_OK);
    (most, left, default)
}

fn change_pin(
    application: *mut std::ffi::c_void,
    pin_type: u32,
    old: &str,
    new: &str,
) -> (u32, u32) {
    let mut tries = u32::MAX;
    let (old, new) = (text(old), text(new));
    let code = unsafe { SKF_ChangePIN(application, pin_type, old.ptr(), new.ptr(), &mut tries) };
    (code, tries)
}

fn unblock(application: *mut std::ffi::c_void, admin: &str, new: &str) -> (u32, u32) {
    let mut tries = u32::MAX;
    let (admin, new) = (text(admin), text(new));
    let code = unsafe { SKF_UnblockPIN(application, admin.ptr(), new.ptr(), &mut tries) };
    (code, tries)
}

#[test]
fn device_authentication_with_eight_random_bytes() {
    Token::blank().authenticate();
}

#[test]
fn device_authentication_with_sixteen_random_bytes() {
    let token = Token::blank();
    let mut block = [0u8; 16];
    unsafe {
        assert_eq!(SKF_GenRandom(token.device, block.as_mut_ptr(), 16), SAR_OK);
        let mut cryptogram = encrypt_ecb(token.device, &FACTORY_KEY, &block, 0);
        assert_eq!(
            SKF_DevAuth(token.device, cryptogram.as_mut_ptr(), 16),
            SAR_OK
        );
    }
}

#[test]
fn device_authentication_with_padded_cryptogram() {
    let token = Token::blank();
    let mut block = [0u8; 16];
    unsafe {
        assert_eq!(SKF_GenRandom(token.device, block.as_mut_ptr(), 8), SAR_OK);
        let mut cryptogram = encrypt_ecb(token.device, &FACTORY_KEY, &block, 1);
        assert_eq!(cryptogram.len(), 32);
        assert_eq!(
            SKF_DevAuth(token.device, cryptogram.as_mut_ptr(), 32),
            SAR_OK
        );
    }
}

#[test]
fn device_authentication_needs_the_right_key_and_a_fresh_challenge() {
    let token = Token::blank();
    assert_eq!(token.authenticate_with(&[0; 16]), SAR_DEVNOAUTH);
    let mut application = null_mut();
    let code = token.create_application("A", ADMIN_PIN, 10, USER_PIN, 10, &mut application);
    assert_eq!(code, SAR_DEVNOAUTH);
    assert!(application.is_null());

    let mut block = [0u8; 16];
    unsafe {
        assert_eq!(SKF_GenRandom(token.device, block.as_mut_ptr(), 8), SAR_OK);
        let mut cryptogram = encrypt_ecb(token.device, &FACTORY_KEY, &block, 0);
        for length in [0, 8, 15, 17, 31, 33] {
            let mut long = cryptogram.repeat(3);
            assert_eq!(
                SKF_DevAuth(token.device, long.as_mut_ptr(), length),
                SAR_INDATALENERR
            );
        }
        assert_eq!(
            SKF_DevAuth(token.device, cryptogram.as_mut_ptr(), 16),
            SAR_OK
        );
        assert_eq!(
            SKF_DevAuth(token.device, cryptogram.as_mut_ptr(), 16),
            SAR_NOTINITIALIZEERR,
            "replayed"
        );
    }
}

#[test]
fn the_device_key_can_be_changed_after_authentication() {
    let token = Token::blank();
    let mut new = *b"0123456789abcdef";
    let change = |device, key: &mut [u8], length| unsafe {
        SKF_ChangeDevAuthKey(device, key.as_mut_ptr(), length)
    };
    assert_eq!(change(token.device, &mut new, 16), SAR_DEVNOAUTH);
    token.authenticate();
    for length in [0, 8, 15] {
        assert_eq!(change(token.device, &mut new, length), SAR_INDATALENERR);
    }
    assert_eq!(change(token.device, &mut new, 16), SAR_OK);
    assert_eq!(token.authenticate_with(&FACTORY_KEY), SAR_DEVNOAUTH);
    assert_eq!(token.authenticate_with(&new), SAR_OK);
    // Back again: the key in force is remembered.
    assert_eq!(change(token.device, &mut FACTORY_KEY.clone(), 16), SAR_OK);
    token.authenticate();
}

#[test]
fn a_client_with_its_own_block_cipher_can_change_keys_that_are_known_here() {
    let token = Token::blank();
    let authenticate = |key: [u8; 16]| {
        let mut block = [0u8; 16];
        unsafe {
            assert_eq!(SKF_GenRandom(token.device, block.as_mut_ptr(), 8), SAR_OK);
            sm4::ecb_encrypt(&sm4::Key::from(key), &mut block).unwrap();
            assert_eq!(SKF_DevAuth(token.device, block.as_mut_ptr(), 16), SAR_OK);
        }
    };
    let mut new = [7; 16];
    authenticate(FACTORY_KEY);
    assert_eq!(
        unsafe { SKF_ChangeDevAuthKey(token.device, new.as_mut_ptr(), 16) },
        SAR_OK
    );
    authenticate(new);
    let change = |new: &[u8; 16]| {
        let mut new = *new;
        unsafe { SKF_ChangeDevAuthKey(token.device, new.as_mut_ptr(), 16) }
    };
    assert_eq!(change(&new), SAR_NOTSUPPORTYETERR);
    // The configuration of these tests names the file with this one.
    token.authenticate_with(&new);
    assert_eq!(change(&CONFIGURED_KEY), SAR_OK);
    authenticate(CONFIGURED_KEY);
    assert_eq!(change(&FACTORY_KEY), SAR_OK);
    authenticate(FACTORY_KEY);
}

#[test]
fn pins_count_down_and_recover() {
    let token = Token::blank();
    let application = token.application("A");
    assert_eq!(pin_info(application, 1), (10, 10, 1));
    assert_eq!(
        verify_pin(application, 1, "wrong-pin"),
        (SAR_PIN_INCORRECT, 9)
    );
    assert_eq!(
        verify_pin(application, 1, "1234567812345678"),
        (SAR_PIN_INCORRECT, 8)
    );
    assert_eq!(pin_info(application, 1), (10, 8, 1));
    assert_eq!(pin_info(application, 0), (10, 10, 1));
    assert_eq!(verify_pin(application, 1, USER_PIN).0, SAR_OK);
    assert_eq!(pin_info(application, 1), (10, 10, 1));
    // Again, and the administrator beside the user: clients do both.
    assert_eq!(verify_pin(application, 1, USER_PIN).0, SAR_OK);
    assert_eq!(verify_pin(application, 0, ADMIN_PIN).0, SAR_OK);
}

#[test]
fn pins_of_a_wrong_length_cost_nothing_and_tell_the_count() {
    let token = Token::blank();
    let application = token.application("A");
    assert_eq!(
        verify_pin(application, 1, "wrong-pin"),
        (SAR_PIN_INCORRECT, 9)
    );
    for pin in ["", "1", "12345", "12345678123456789", &"x".repeat(500)] {
        assert_eq!(
            verify_pin(application, 1, pin),
            (SAR_PIN_LEN_RANGE, 9),
            "{pin}"
        );
        assert_eq!(
            change_pin(application, 1, pin, "new-pin"),
            (SAR_PIN_LEN_RANGE, 9)
        );
        assert_eq!(
            change_pin(application, 1, "wrong-pin", pin),
            (SAR_PIN_LEN_RANGE, 9)
        );
        assert_eq!(
            unblock(application, pin, "new-pin"),
            (SAR_PIN_LEN_RANGE, 10)
        );
        assert_eq!(
            unblock(application, "wrong-pin", pin),
            (SAR_PIN_LEN_RANGE, 10)
        );
    }
    // Chinese text is bytes like any other: three characters are nine.
    assert_eq!(verify_pin(application, 1, "招投标"), (SAR_PIN_INCORRECT, 8));
    assert_eq!(
        verify_pin(application, 2, USER_PIN),
        (SAR_USER_TYPE_INVALID, u32::MAX)
    );
    unsafe {
        // The count is optional.
        assert_eq!(
            SKF_VerifyPIN(application, 1, text("wrong-pin").ptr(), null_mut()),
            SAR_PIN_INCORRECT
        );
        assert_eq!(
            SKF_VerifyPIN(application, 1, null_mut(), null_mut()),
            SAR_INVALIDPARAMERR
        );
    }
    assert_eq!(pin_info(application, 1).1, 7);
}

#[test]
fn a_locked_pin_is_unblocked_by_the_administrator() {
    let token = Token::blank();
    token.authenticate();
    let mut application = null_mut();
    let code = token.create_application("A", ADMIN_PIN, 3, USER_PIN, 3, &mut application);
    assert_eq!(code, SAR_OK);
    assert_eq!(
        verify_pin(application, 1, "wrong-pin"),
        (SAR_PIN_INCORRECT, 2)
    );
    assert_eq!(
        verify_pin(application, 1, "wrong-pin"),
        (SAR_PIN_INCORRECT, 1)
    );
    let (code, left) = verify_pin(application, 1, "wrong-pin");
    assert!(code == SAR_PIN_INCORRECT || code == SAR_PIN_LOCKED);
    assert_eq!(left, 0);
    assert_eq!(verify_pin(application, 1, USER_PIN), (SAR_PIN_LOCKED, 0));
    assert_eq!(
        change_pin(application, 1, USER_PIN, "new-pin"),
        (SAR_PIN_LOCKED, 0)
    );

    assert_eq!(
        unblock(application, "wrong-pin", "new-user-pin"),
        (SAR_PIN_INCORRECT, 2)
    );
    assert_eq!(pin_info(application, 0).1, 2);
    assert_eq!(unblock(application, ADMIN_PIN, "new-user-pin").0, SAR_OK);
    assert_eq!(pin_info(application, 0).1, 3);
    assert_eq!(pin_info(application, 1), (3, 3, 0));
    assert_eq!(verify_pin(application, 1, USER_PIN), (SAR_PIN_INCORRECT, 2));
    assert_eq!(verify_pin(application, 1, "new-user-pin").0, SAR_OK);
}

#[test]
fn changing_a_pin_needs_the_old_one() {
    let token = Token::blank();
    let application = token.application("A");
    for (pin_type, old) in [(0, ADMIN_PIN), (1, USER_PIN)] {
        assert_eq!(
            change_pin(application, pin_type, "wrong-pin", "abcdef"),
            (SAR_PIN_INCORRECT, 9)
        );
        assert_eq!(change_pin(application, pin_type, old, "abcdef").0, SAR_OK);
        assert_eq!(pin_info(application, pin_type), (10, 10, 0));
        assert_eq!(
            verify_pin(application, pin_type, old),
            (SAR_PIN_INCORRECT, 9)
        );
        assert_eq!(verify_pin(application, pin_type, "abcdef").0, SAR_OK);
    }
    assert_eq!(
        change_pin(application, 7, USER_PIN, "abcdef").0,
        SAR_USER_TYPE_INVALID
    );
}

#[test]
fn clearing_the_security_state_logs_out_closing_does_not() {
    let token = Token::blank();
    let (container, _) = token.sm2_container();
    let mut digest = [1u8; 32];
    let mut signature = ECCSIGNATUREBLOB {
        r: [0; 64],
        s: [0; 64],
    };
    let mut sign =
        || unsafe { SKF_ECCSignData(container, digest.as_mut_ptr(), 32, &mut signature) };
    assert_eq!(sign(), SAR_OK);

    let other_device = connect(&token.name);
    let mut other = null_mut();
    unsafe {
        let name = text("TENDER");
        assert_eq!(
            SKF_OpenApplication(other_device, name.ptr(), &mut other),
            SAR_OK
        );
        assert_eq!(SKF_CloseApplication(other), SAR_OK);
        assert_eq!(sign(), SAR_OK);
        assert_eq!(
            SKF_OpenApplication(other_device, name.ptr(), &mut other),
            SAR_OK
        );
        assert_eq!(SKF_ClearSecureState(other), SAR_OK);
    }
    assert_eq!(sign(), SAR_USER_NOT_LOGGED_IN);
    assert_eq!(verify_pin(other, 1, USER_PIN).0, SAR_OK);
    assert_eq!(unsafe { SKF_DisConnectDev(other_device) }, SAR_OK);
    assert_eq!(sign(), SAR_OK);
}
