//! What the targets of the PKCS#11 module run on: one token in a file, with its user logged in.

use std::ptr::null_mut;
use ukey_pkcs11::types::*;
use ukey_pkcs11::*;

/// The module on a fresh token, with a session of the user.
pub(crate) fn open() -> CK_SESSION_HANDLE {
    let folder = tempfile::tempdir().expect("a temporary folder").keep();
    let config = folder.join("ukey.toml");
    std::fs::write(&config, "").expect("a file");
    let (pin, mut session, mut slot, mut count) = (b"12345678".as_ptr().cast_mut(), 0, 0, 1);
    // SAFETY: no other thread reads the environment yet; every pointer leads to what the call asks for.
    unsafe {
        std::env::set_var("UKEY_CONFIG", &config);
        std::env::set_var("UKEY_PCSC", "off");
        std::env::set_var("UKEY_EMBEDDED", folder.join("token.img"));
        assert_eq!(C_Initialize(null_mut()), CKR_OK);
        assert_eq!(C_GetSlotList(CK_TRUE, null_mut(), &raw mut count), CKR_OK);
        assert_eq!(
            C_GetSlotList(CK_TRUE, &raw mut slot, &raw mut count),
            CKR_OK
        );
        assert_eq!(C_InitToken(slot, pin, 8, [b' '; 32].as_mut_ptr()), CKR_OK);
        let flags = CKF_SERIAL_SESSION | CKF_RW_SESSION;
        let opened = C_OpenSession(slot, flags, null_mut(), None, &raw mut session);
        assert_eq!(opened, CKR_OK);
        assert_eq!(C_Login(session, CKU_SO, pin, 8), CKR_OK);
        assert_eq!(C_InitPIN(session, pin, 8), CKR_OK);
        assert_eq!(C_Logout(session), CKR_OK);
        assert_eq!(C_Login(session, CKU_USER, pin, 8), CKR_OK);
    }
    session
}

/// A code that no argument, however wrong, may lead to.
pub(crate) fn is_ours(rv: CK_RV) -> bool {
    matches!(
        rv,
        CKR_GENERAL_ERROR | CKR_DEVICE_REMOVED | CKR_DEVICE_ERROR
    )
}
