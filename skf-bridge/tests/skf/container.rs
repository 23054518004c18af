use std::ffi::c_void;
use std::ptr::null_mut;

use ukey_skf::sar::*;
use ukey_skf::*;

use crate::token::{
    ADMIN_PIN, Token, USER_PIN, collect, create_container, generate_sm2, names, text, verify_pin,
};

fn create(application: *mut c_void, name: &str) -> u32 {
    let mut container = null_mut();
    let name = text(name);
    unsafe { SKF_CreateContainer(application, name.ptr(), &mut container) }
}

fn open(application: *mut c_void, name: &str) -> (u32, *mut c_void) {
    let mut container = null_mut();
    let name = text(name);
    (
        unsafe { SKF_OpenContainer(application, name.ptr(), &mut container) },
        container,
    )
}

fn kind(container: *mut c_void) -> u32 {
    let mut kind = 9;
    assert_eq!(
        unsafe { SKF_GetContainerType(container, &mut kind) },
        SAR_OK
    );
    kind
}

fn certificate(container: *mut c_void, signing: i32) -> Result<Vec<u8>, u32> {
    collect(|out, len| unsafe { SKF_ExportCertificate(container, signing, out, len) })
}

fn import(container: *mut c_void, signing: i32, certificate: &[u8]) -> u32 {
    let mut bytes = certificate.to_vec();
    unsafe { SKF_ImportCertificate(container, signing, bytes.as_mut_ptr(), bytes.len() as u32) }
}

#[test]
fn containers_are_created_listed_opened_and_deleted() {
    let token = Token::blank();
    let application = token.logged_in();
    let list = || collect(|out, len| unsafe { SKF_EnumContainer(application, out, len) }).unwrap();
    assert_eq!(list(), [0]);
    assert_eq!(create(application, "one"), SAR_OK);
    assert_eq!(create(application, "two"), SAR_OK);
    assert_eq!(create(application, "one"), SAR_CONTAINER_EXISTS);
    assert_eq!(names(&list()), ["one", "two"]);
    let (code, container) = open(application, "two");
    assert_eq!((code, kind(container)), (SAR_OK, 0));
    assert_eq!(open(application, "three").0, SAR_CONTAINER_NOT_EXISTS);
    unsafe {
        assert_eq!(SKF_DeleteContainer(application, text("two").ptr()), SAR_OK);
        assert_eq!(
            SKF_DeleteContainer(application, text("two").ptr()),
            SAR_CONTAINER_NOT_EXISTS
        );
        let mut kind = 9;
        assert_eq!(
            SKF_GetContainerType(container, &mut kind),
            SAR_CONTAINER_NOT_EXISTS
        );
        assert_eq!(SKF_CloseContainer(container), SAR_OK);
        assert_eq!(SKF_CloseContainer(container), SAR_INVALIDHANDLEERR);
    }
    assert_eq!(names(&list()), ["one"]);
}

#[test]
fn names_have_1_to_64_bytes() {
    let token = Token::blank();
    let application = token.logged_in();
    assert_eq!(create(application, ""), SAR_NAMELENERR);
    assert_eq!(create(application, &"n".repeat(65)), SAR_NAMELENERR);
    assert_eq!(create(application, &"n".repeat(64)), SAR_OK);
    assert_eq!(open(application, &"n".repeat(65)).0, SAR_NAMELENERR);
    assert_eq!(open(application, &"n".repeat(9999)).0, SAR_NAMELENERR);
}

#[test]
fn deleting_needs_the_user() {
    let token = Token::blank();
    let application = token.logged_in();
    assert_eq!(create(application, "c"), SAR_OK);
    unsafe {
        assert_eq!(SKF_ClearSecureState(application), SAR_OK);
        assert_eq!(
            SKF_DeleteContainer(application, text("c").ptr()),
            SAR_USER_NOT_LOGGED_IN
        );
    }
    assert_eq!(verify_pin(application, 1, USER_PIN).0, SAR_OK);
    assert_eq!(
        unsafe { SKF_DeleteContainer(application, text("c").ptr()) },
        SAR_OK
    );
}

#[test]
fn creating_follows_the_rights_of_the_application() {
    let token = Token::blank();
    token.authenticate();
    let (admin, user) = (text(ADMIN_PIN), text(USER_PIN));
    let mut application = null_mut();
    // Only the user may create here.
    let code = unsafe {
        let name = text("A");
        SKF_CreateApplication(
            token.device,
            name.ptr(),
            admin.ptr(),
            10,
            user.ptr(),
            10,
            0x10,
            &mut application,
        )
    };
    assert_eq!(code, SAR_OK);
    assert_eq!(create(application, "c"), SAR_USER_NOT_LOGGED_IN);
    assert_eq!(verify_pin(application, 1, USER_PIN).0, SAR_OK);
    assert_eq!(create(application, "c"), SAR_OK);
    // Anybody may create here; the tests of skf-rs do it as administrator.
    let open_to_all = token.application("B");
    assert_eq!(verify_pin(open_to_all, 0, ADMIN_PIN).0, SAR_OK);
    assert_eq!(create(open_to_all, "c"), SAR_OK);
}

#[test]
fn the_kind_of_a_container_is_that_of_its_keys() {
    let token = Token::blank();
    let container = create_container(token.logged_in(), "c");
    assert_eq!(kind(container), 0);
    let key = generate_sm2(container);
    assert_eq!(kind(container), 2);
    let blob = collect(|out, len| unsafe { SKF_ExportPublicKey(container, 1, out, len) }).unwrap();
    assert_eq!(blob.len(), 132);
    assert_eq!(blob[..4], 256u32.to_ne_bytes());
    assert_eq!(blob[4..68], key.XCoordinate);
    assert_eq!(blob[68..], key.YCoordinate);
}

#[test]
fn a_missing_public_key_is_an_error_and_nothing_is_written() {
    let token = Token::blank();
    let (container, _) = token.sm2_container();
    let mut len = 0;
    unsafe {
        let code = SKF_ExportPublicKey(container, 0, null_mut(), &mut len);
        assert_eq!((code, len), (SAR_KEYNOTFOUNTERR, 0));
        let mut blob = [0xEEu8; 132];
        len = 132;
        let code = SKF_ExportPublicKey(container, 0, blob.as_mut_ptr(), &mut len);
        assert_eq!((code, len, blob), (SAR_KEYNOTFOUNTERR, 132, [0xEE; 132]));
    }
}

#[test]
fn certificates_are_bytes_in_and_bytes_out() {
    let token = Token::blank();
    let (container, _) = token.sm2_container();
    assert_eq!(certificate(container, 1), Err(SAR_CERTNOTFOUNTERR));
    let signing: Vec<u8> = (0..1500u32).map(|n| n as u8).collect();
    assert_eq!(import(container, 1, &signing), SAR_OK);
    assert_eq!(import(container, 0, b"short"), SAR_OK);
    assert_eq!(certificate(container, 1).unwrap(), signing);
    assert_eq!(certificate(container, 0).unwrap(), b"short");
    assert_eq!(import(container, 1, b"another"), SAR_OK);
    assert_eq!(certificate(container, 1).unwrap(), b"another");
    assert_eq!(import(container, 1, b""), SAR_INDATALENERR);
    let mut byte = 0;
    let code = unsafe { SKF_ImportCertificate(container, 1, &mut byte, u32::MAX) };
    assert_eq!(code, SAR_INDATALENERR);

    let mut out = [0xEE; 6];
    let mut len = 6;
    let code = unsafe { SKF_ExportCertificate(container, 1, out.as_mut_ptr(), &mut len) };
    assert_eq!((code, len, out), (SAR_BUFFER_TOO_SMALL, 7, [0xEE; 6]));
}

#[test]
fn importing_a_certificate_needs_the_user() {
    let token = Token::blank();
    let application = token.logged_in();
    let container = create_container(application, "c");
    generate_sm2(container);
    assert_eq!(unsafe { SKF_ClearSecureState(application) }, SAR_OK);
    assert_eq!(import(container, 1, b"x"), SAR_USER_NOT_LOGGED_IN);
    assert_eq!(certificate(container, 1), Err(SAR_CERTNOTFOUNTERR));
}
