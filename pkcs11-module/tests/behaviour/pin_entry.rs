//! The protected authentication path, with programs that answer as a pinentry does.

use crate::harness::*;
use std::os::unix::fs::PermissionsExt;
use std::ptr::null_mut;

/// A token with PINs, in a module that has a pinentry which answers GETPIN so.
fn with_pinentry(answer: &str) -> P11 {
    let p11 = P11::ready();
    expect(call!(p11, C_Finalize(null_mut())));
    let program = p11.folder.path().join("pinentry");
    let script = format!(
        "#!/bin/sh\necho OK\nwhile read -r line; do case \"$line\" in\nGETPIN) printf '{answer}\\n';;\n\
         BYE) echo OK; exit 0;;\n*) echo OK;;\nesac; done\n"
    );
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
    let config = format!("[pin]\npinentry = {:?}\n", program.display().to_string());
    std::fs::write(p11.folder.path().join("ukey.toml"), config).unwrap();
    expect(call!(p11, C_Initialize(null_mut())));
    p11
}

fn login_elsewhere(p11: &P11, session: CK_SESSION_HANDLE) -> CK_RV {
    call!(p11, C_Login(session, CKU_USER, null_mut(), 0))
}

#[test]
fn a_pin_is_typed_where_the_application_does_not_see_it() {
    let p11 = with_pinentry("D 123456\\nOK");
    let info = p11.token_info(p11.slot()).unwrap();
    assert_ne!(info.flags & CKF_PROTECTED_AUTHENTICATION_PATH, 0);
    let session = p11.open(p11.slot(), true);
    expect(login_elsewhere(&p11, session));
    assert_eq!(p11.state(session), CKS_RW_USER_FUNCTIONS);
    assert_eq!(login_elsewhere(&p11, session), CKR_USER_ALREADY_LOGGED_IN);
    // A length without a PIN is no request for a window.
    expect(call!(p11, C_Logout(session)));
    assert_eq!(
        call!(p11, C_Login(session, CKU_USER, null_mut(), 6)),
        CKR_ARGUMENTS_BAD
    );
    expect(call!(p11, C_SetPIN(session, null_mut(), 0, null_mut(), 0)));
    expect(p11.login(session, CKU_USER, USER_PIN));
}

#[test]
fn a_closed_window_is_no_try() {
    let p11 = with_pinentry("ERR 83886179 cancelled");
    let session = p11.open(p11.slot(), true);
    assert_eq!(login_elsewhere(&p11, session), CKR_FUNCTION_CANCELED);
    let info = p11.token_info(p11.slot()).unwrap();
    assert_eq!(info.flags & CKF_USER_PIN_COUNT_LOW, 0);
}

#[test]
fn a_wrong_pin_from_a_window_counts() {
    let p11 = with_pinentry("D 654321\\nOK");
    let session = p11.open(p11.slot(), true);
    assert_eq!(login_elsewhere(&p11, session), CKR_PIN_INCORRECT);
    let info = p11.token_info(p11.slot()).unwrap();
    assert_ne!(info.flags & CKF_USER_PIN_COUNT_LOW, 0);
}

#[test]
fn without_a_program_there_is_no_such_path() {
    let p11 = P11::ready();
    let info = p11.token_info(p11.slot()).unwrap();
    assert_eq!(info.flags & CKF_PROTECTED_AUTHENTICATION_PATH, 0);
    let session = p11.open(p11.slot(), true);
    assert_eq!(login_elsewhere(&p11, session), CKR_ARGUMENTS_BAD);
}
