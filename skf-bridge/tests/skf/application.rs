use std::ffi::c_void;
use std::ptr::null_mut;

use ukey_skf::sar::*;
use ukey_skf::*;

use crate::token::{ADMIN_PIN, Token, USER_PIN, collect, names, text};

fn list(token: &Token) -> Vec<u8> {
    collect(|out, len| unsafe { SKF_EnumApplication(token.device, out, len) }).unwrap()
}

fn open(token: &Token, name: &str) -> (u32, *mut c_void) {
    let mut application = null_mut();
    let name = text(name);
    (
        unsafe { SKF_OpenApplication(token.device, name.ptr(), &mut application) },
        application,
    )
}

#[test]
fn a_blank_token_has_an_empty_list_of_one_nul() {
    assert_eq!(list(&Token::blank()), [0]);
}

#[test]
fn applications_are_created_listed_opened_and_deleted() {
    let token = Token::blank();
    token.application("TENDER");
    token.application("招标");
    assert_eq!(names(&list(&token)), ["TENDER", "招标"]);
    let (code, application) = open(&token, "招标");
    assert_eq!(code, SAR_OK);
    assert_eq!(open(&token, "tender").0, SAR_APPLICATION_NOT_EXISTS);
    unsafe {
        assert_eq!(SKF_CloseApplication(application), SAR_OK);
        assert_eq!(SKF_CloseApplication(application), SAR_INVALIDHANDLEERR);
        assert_eq!(
            SKF_DeleteApplication(token.device, text("none").ptr()),
            SAR_APPLICATION_NOT_EXISTS
        );
        assert_eq!(
            SKF_DeleteApplication(token.device, text("TENDER").ptr()),
            SAR_OK
        );
    }
    assert_eq!(names(&list(&token)), ["招标"]);
    assert_eq!(open(&token, "TENDER").0, SAR_APPLICATION_NOT_EXISTS);
}

#[test]
fn arguments_are_checked_before_anything_is_created() {
    let token = Token::blank();
    token.authenticate();
    let mut handle = null_mut();
    let mut create = |name: &str, admin: &str, admin_tries, user: &str, user_tries| {
        token.create_application(name, admin, admin_tries, user, user_tries, &mut handle)
    };
    let long = "n".repeat(49);
    assert_eq!(
        create("", ADMIN_PIN, 10, USER_PIN, 10),
        SAR_APPLICATION_NAME_INVALID
    );
    assert_eq!(
        create(&long, ADMIN_PIN, 10, USER_PIN, 10),
        SAR_APPLICATION_NAME_INVALID
    );
    assert_eq!(
        create(&"n".repeat(5000), ADMIN_PIN, 10, USER_PIN, 10),
        SAR_APPLICATION_NAME_INVALID
    );
    assert_eq!(create("A", "12345", 10, USER_PIN, 10), SAR_PIN_LEN_RANGE);
    assert_eq!(
        create("A", ADMIN_PIN, 10, "12345678901234567", 10),
        SAR_PIN_LEN_RANGE
    );
    assert_eq!(create("A", ADMIN_PIN, 0, USER_PIN, 10), SAR_INVALIDPARAMERR);
    assert_eq!(
        create("A", ADMIN_PIN, 10, USER_PIN, 16),
        SAR_INVALIDPARAMERR
    );
    assert_eq!(
        create("A", ADMIN_PIN, 10, USER_PIN, 256 + 10),
        SAR_INVALIDPARAMERR
    );
    assert_eq!(list(&token), [0]);
    assert_eq!(create(&long[..48], ADMIN_PIN, 1, USER_PIN, 15), SAR_OK);
    assert_eq!(
        create(&long[..48], ADMIN_PIN, 1, USER_PIN, 15),
        SAR_APPLICATION_EXISTS
    );
    let pin = text(ADMIN_PIN);
    let (code, handle) = unsafe {
        let mut handle = null_mut();
        let name = text("B");
        (
            SKF_CreateApplication(
                token.device,
                name.ptr(),
                pin.ptr(),
                10,
                pin.ptr(),
                10,
                2,
                &mut handle,
            ),
            handle,
        )
    };
    assert_eq!(code, SAR_INVALIDPARAMERR);
    assert!(handle.is_null());
    assert_eq!(open(&token, "").0, SAR_APPLICATION_NAME_INVALID);
}

#[test]
fn creating_and_deleting_need_device_authentication() {
    let token = Token::blank();
    let mut handle = null_mut();
    assert_eq!(
        token.create_application("A", ADMIN_PIN, 10, USER_PIN, 10, &mut handle),
        SAR_DEVNOAUTH
    );
    assert_eq!(
        unsafe { SKF_DeleteApplication(token.device, text("A").ptr()) },
        SAR_DEVNOAUTH
    );
}
