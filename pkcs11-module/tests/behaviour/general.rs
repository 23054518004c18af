//! Initialisation, interfaces, fork.

use crate::harness::*;
use std::ptr::null_mut;

unsafe extern "C" {
    fn fork() -> i32;
    fn waitpid(pid: i32, status: *mut i32, options: i32) -> i32;
    fn _exit(status: i32) -> !;
}

#[test]
fn a_module_is_initialised_once_at_a_time_and_any_number_of_times() {
    let p11 = P11::load();
    for _ in 0..3 {
        assert_eq!(
            call!(p11, C_Finalize(null_mut())),
            CKR_CRYPTOKI_NOT_INITIALIZED
        );
        expect(call!(p11, C_Initialize(null_mut())));
        assert_eq!(
            call!(p11, C_Initialize(null_mut())),
            CKR_CRYPTOKI_ALREADY_INITIALIZED
        );
        let mut marker = 0_u8;
        assert_eq!(
            call!(p11, C_Finalize((&raw mut marker).cast())),
            CKR_ARGUMENTS_BAD
        );
        expect(call!(p11, C_Finalize(null_mut())));
    }
}

unsafe extern "C" fn create_mutex(_: *mut *mut std::ffi::c_void) -> CK_RV {
    CKR_OK
}

unsafe extern "C" fn use_mutex(_: *mut std::ffi::c_void) -> CK_RV {
    CKR_OK
}

#[test]
fn initialize_reads_its_arguments() {
    let p11 = P11::load();
    let mutexes = CK_C_INITIALIZE_ARGS {
        CreateMutex: Some(create_mutex),
        DestroyMutex: Some(use_mutex),
        LockMutex: Some(use_mutex),
        UnlockMutex: Some(use_mutex),
        ..Default::default()
    };
    let locking = CK_C_INITIALIZE_ARGS {
        flags: CKF_OS_LOCKING_OK,
        ..mutexes
    };
    let no_threads = CK_C_INITIALIZE_ARGS {
        flags: CKF_LIBRARY_CANT_CREATE_OS_THREADS,
        ..Default::default()
    };
    let some = CK_C_INITIALIZE_ARGS {
        LockMutex: None,
        ..locking
    };
    let mut marker = 0_u8;
    let reserved = CK_C_INITIALIZE_ARGS {
        pReserved: (&raw mut marker).cast(),
        ..Default::default()
    };
    for (mut args, expected) in [
        (mutexes, CKR_CANT_LOCK),
        (some, CKR_ARGUMENTS_BAD),
        (reserved, CKR_ARGUMENTS_BAD),
        (locking, CKR_OK),
        (no_threads, CKR_OK),
        (CK_C_INITIALIZE_ARGS::default(), CKR_OK),
    ] {
        assert_eq!(call!(p11, C_Initialize((&raw mut args).cast())), expected);
        assert_eq!(
            call!(p11, C_Finalize(null_mut())) == CKR_OK,
            expected == CKR_OK
        );
    }
}

#[test]
fn info_has_the_version_of_the_default_interface() {
    let p11 = P11::blank();
    let mut info = CK_INFO::default();
    expect(call!(p11, C_GetInfo(&raw mut info)));
    assert_eq!(
        (info.cryptokiVersion.major, info.cryptokiVersion.minor),
        (3, 2)
    );
    assert_eq!((p11.list.version.major, p11.list.version.minor), (3, 2));
    assert!(info.manufacturerID.starts_with(b"ukey ") && info.manufacturerID.ends_with(b" "));
}

#[test]
fn a_configuration_with_an_unknown_key_stops_initialisation() {
    let p11 = P11::load();
    let file = p11.folder.path().join("ukey.toml");
    std::fs::write(&file, "[pcsc]\nenabeld = false\n").unwrap();
    assert_eq!(call!(p11, C_Initialize(null_mut())), CKR_GENERAL_ERROR);
    std::fs::write(&file, "").unwrap();
    expect(call!(p11, C_Initialize(null_mut())));
}

/// Runs `body` in a forked child and gives its answer.
pub fn in_child(body: impl FnOnce() -> bool) -> bool {
    // SAFETY: the child uses the module and leaves without running anything else of the test program.
    unsafe {
        let pid = fork();
        if pid == 0 {
            _exit(if body() { 0 } else { 1 });
        }
        let mut status = -1;
        assert_eq!(waitpid(pid, &raw mut status, 0), pid);
        status == 0
    }
}

#[test]
fn a_forked_child_starts_anew_and_leaves_its_parent_alone() {
    let (p11, session) = P11::user();
    let (_, private) = p11.sm2_pair(session, "forked");
    let slot = p11.slot();
    let child = || {
        let mut info = CK_INFO::default();
        call!(p11, C_GetInfo(&raw mut info)) == CKR_CRYPTOKI_NOT_INITIALIZED
            && p11.sign_init(session, Mechanism::plain(CKM_SM2), private)
                == CKR_CRYPTOKI_NOT_INITIALIZED
            && call!(p11, C_Finalize(null_mut())) == CKR_CRYPTOKI_NOT_INITIALIZED
            && call!(p11, C_Initialize(null_mut())) == CKR_OK
            && call!(p11, C_CloseSession(session)) == CKR_SESSION_HANDLE_INVALID
            && p11.slot() == slot
            && {
                let own = p11.open(slot, false);
                // The login is the parent's alone.
                p11.state(own) == CKS_RO_PUBLIC_SESSION
                    && p11.login(own, CKU_USER, USER_PIN) == CKR_OK
            }
            && call!(p11, C_Finalize(null_mut())) == CKR_OK
    };
    assert!(in_child(child));
    assert_eq!(p11.state(session), CKS_RW_USER_FUNCTIONS);
    assert!(
        p11.sign(session, Mechanism::plain(CKM_SM2), private, &[7; 32])
            .is_ok()
    );
    // A child that exits without a call disturbs nothing either.
    assert!(in_child(|| true));
    assert!(
        p11.sign(session, Mechanism::plain(CKM_SM2), private, &[7; 32])
            .is_ok()
    );
}

#[test]
fn a_child_may_initialise_when_its_parent_never_did() {
    let p11 = P11::load();
    assert!(in_child(
        || call!(p11, C_Initialize(null_mut())) == CKR_OK && p11.slots(true).len() == 1
    ));
    expect(call!(p11, C_Initialize(null_mut())));
}
