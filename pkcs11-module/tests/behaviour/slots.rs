//! Slots, tokens, hot-plug, C_InitToken.

use crate::harness::*;
use std::ptr::null_mut;
use std::time::Duration;

#[test]
fn the_slot_list_follows_the_two_call_rule() {
    let p11 = P11::blank();
    let mut count = 99;
    expect(call!(
        p11,
        C_GetSlotList(CK_FALSE, null_mut(), &raw mut count)
    ));
    assert_eq!(count, 1);
    let mut slots = [CK_SLOT_ID::MAX; 4];
    count = 0;
    assert_eq!(
        call!(
            p11,
            C_GetSlotList(CK_FALSE, slots.as_mut_ptr(), &raw mut count)
        ),
        CKR_BUFFER_TOO_SMALL
    );
    assert_eq!(count, 1);
    count = 4;
    expect(call!(
        p11,
        C_GetSlotList(CK_FALSE, slots.as_mut_ptr(), &raw mut count)
    ));
    assert_eq!((count, slots[1]), (1, CK_SLOT_ID::MAX));
    assert_eq!(
        call!(p11, C_GetSlotList(CK_FALSE, slots.as_mut_ptr(), null_mut())),
        CKR_ARGUMENTS_BAD
    );
}

#[test]
fn a_blank_token_says_so_and_takes_c_init_token() {
    let p11 = P11::blank();
    let slot = p11.slot();
    let info = p11.token_info(slot).unwrap();
    assert_eq!(
        info.flags & (CKF_TOKEN_INITIALIZED | CKF_USER_PIN_INITIALIZED),
        0
    );
    assert_eq!(p11.init_token(slot, b"12345", LABEL), CKR_PIN_LEN_RANGE);
    assert_eq!(
        p11.token_info(slot).unwrap().flags & CKF_TOKEN_INITIALIZED,
        0
    );
    expect(p11.init_token(slot, SO_PIN, LABEL));
    let info = p11.token_info(slot).unwrap();
    assert_eq!(&info.label[..], format!("{LABEL:32}").as_bytes());
    assert_eq!(
        info.flags
            & (CKF_TOKEN_INITIALIZED | CKF_USER_PIN_INITIALIZED | CKF_LOGIN_REQUIRED | CKF_RNG),
        CKF_TOKEN_INITIALIZED | CKF_LOGIN_REQUIRED | CKF_RNG
    );
    assert_eq!((info.ulMinPinLen, info.ulMaxPinLen), (6, 16));
    assert_eq!(p11.slots(true), [slot]);
    let session = p11.open(slot, true);
    assert_eq!(
        p11.login(session, CKU_USER, USER_PIN),
        CKR_USER_PIN_NOT_INITIALIZED
    );
}

#[test]
fn c_init_token_empties_an_initialised_token() {
    let (p11, session) = P11::user();
    let slot = p11.slot();
    p11.sm2_pair(session, "doomed");
    p11.create(
        session,
        Template::of(CKO_DATA)
            .on_token()
            .bytes(CKA_LABEL, b"doomed"),
    )
    .unwrap();
    assert_eq!(p11.init_token(slot, SO_PIN, "again"), CKR_SESSION_EXISTS);
    expect(call!(p11, C_CloseAllSessions(slot)));
    assert_eq!(
        p11.init_token(slot, b"00000000", "again"),
        CKR_PIN_INCORRECT
    );
    let info = p11.token_info(slot).unwrap();
    assert_ne!(info.flags & CKF_SO_PIN_COUNT_LOW, 0);
    assert!(info.label.starts_with(LABEL.as_bytes()));
    expect(p11.init_token(slot, SO_PIN, "again"));
    let info = p11.token_info(slot).unwrap();
    assert_eq!(&info.label[..], format!("{:32}", "again").as_bytes());
    assert_eq!(
        info.flags & (CKF_USER_PIN_INITIALIZED | CKF_SO_PIN_COUNT_LOW),
        0
    );
    let session = p11.open(slot, true);
    assert_eq!(
        p11.login(session, CKU_USER, USER_PIN),
        CKR_USER_PIN_NOT_INITIALIZED
    );
    expect(p11.login(session, CKU_SO, SO_PIN));
    expect(call!(
        p11,
        C_InitPIN(session, USER_PIN.as_ptr().cast_mut(), 6)
    ));
    expect(call!(p11, C_Logout(session)));
    expect(p11.login(session, CKU_USER, USER_PIN));
    assert!(p11.find(session, Template::default()).is_empty());
}

#[test]
fn a_label_ends_with_the_c_string_that_some_callers_pass() {
    let p11 = P11::blank();
    let mut label = [0xFF; 32];
    label[..6].copy_from_slice(b"short\0");
    let (pin, len) = (SO_PIN.as_ptr().cast_mut(), SO_PIN.len() as CK_ULONG);
    expect(call!(
        p11,
        C_InitToken(p11.slot(), pin, len, label.as_mut_ptr())
    ));
    let info = p11.token_info(p11.slot()).unwrap();
    assert_eq!(&info.label[..6], b"short ");
}

#[test]
fn token_info_counts_sessions_and_memory() {
    let p11 = P11::ready();
    let slot = p11.slot();
    let (one, _two) = (p11.open(slot, true), p11.open(slot, false));
    let info = p11.token_info(slot).unwrap();
    assert_eq!((info.ulSessionCount, info.ulRwSessionCount), (2, 1));
    assert!(info.ulFreePublicMemory > 0 && info.ulFreePublicMemory < info.ulTotalPublicMemory);
    expect(call!(p11, C_CloseSession(one)));
    let info = p11.token_info(slot).unwrap();
    assert_eq!((info.ulSessionCount, info.ulRwSessionCount), (1, 0));
    assert_eq!(
        p11.token_info(slot + 1000).unwrap_err(),
        CKR_SLOT_ID_INVALID
    );
}

#[test]
fn mechanisms_are_listed_with_their_information() {
    let p11 = P11::blank();
    let slot = p11.slot();
    let mut count = 0;
    expect(call!(
        p11,
        C_GetMechanismList(slot, null_mut(), &raw mut count)
    ));
    let mut list = vec![0; count as usize];
    count -= 1;
    assert_eq!(
        call!(
            p11,
            C_GetMechanismList(slot, list.as_mut_ptr(), &raw mut count)
        ),
        CKR_BUFFER_TOO_SMALL
    );
    expect(call!(
        p11,
        C_GetMechanismList(slot, list.as_mut_ptr(), &raw mut count)
    ));
    let mut info = CK_MECHANISM_INFO::default();
    for mechanism in &list {
        expect(call!(
            p11,
            C_GetMechanismInfo(slot, *mechanism, &raw mut info)
        ));
        assert_ne!(info.flags, 0);
    }
    for wanted in [CKM_SM2, CKM_SM2_SM3, CKM_SM3, CKM_RSA_PKCS, 0xFFFF_F003] {
        assert!(list.contains(&wanted), "{wanted:#x}");
    }
    // Known by an alias that is not listed.
    expect(call!(
        p11,
        C_GetMechanismInfo(slot, 0x8000_8103, &raw mut info)
    ));
    assert_eq!(
        call!(p11, C_GetMechanismInfo(slot, CKM_DES_CBC, &raw mut info)),
        CKR_MECHANISM_INVALID
    );
}

#[test]
fn a_pulled_token_is_reported_and_its_sessions_end() {
    let (p11, session) = P11::user();
    let slot = p11.slot();
    let (public, private) = p11.sm2_pair(session, "pulled");
    let away = p11.folder.path().join("away.img");
    std::fs::rename(p11.image(), &away).unwrap();
    let mut changed = CK_SLOT_ID::MAX;
    expect(call!(
        p11,
        C_WaitForSlotEvent(CKF_DONT_BLOCK, &raw mut changed, null_mut())
    ));
    assert_eq!(changed, slot);
    assert_eq!(
        call!(
            p11,
            C_WaitForSlotEvent(CKF_DONT_BLOCK, &raw mut changed, null_mut())
        ),
        CKR_NO_EVENT
    );
    assert_eq!(p11.token_info(slot).unwrap_err(), CKR_TOKEN_NOT_PRESENT);
    assert_eq!(
        p11.sign_init(session, Mechanism::plain(CKM_SM2), private),
        CKR_DEVICE_REMOVED
    );
    let mut info = CK_SLOT_INFO::default();
    expect(call!(p11, C_GetSlotInfo(slot, &raw mut info)));
    assert_eq!(info.flags & CKF_TOKEN_PRESENT, 0);
    assert!(p11.slots(true).is_empty());
    assert_eq!(p11.slots(false), [slot]);

    std::fs::rename(&away, p11.image()).unwrap();
    expect(call!(
        p11,
        C_WaitForSlotEvent(CKF_DONT_BLOCK, &raw mut changed, null_mut())
    ));
    assert_eq!(changed, slot);
    assert_eq!(p11.slots(true), [slot]);
    assert_eq!(
        p11.sign_init(session, Mechanism::plain(CKM_SM2), private),
        CKR_DEVICE_REMOVED
    );
    let fresh = p11.open(slot, true);
    assert_eq!(p11.state(fresh), CKS_RW_PUBLIC_SESSION);
    assert_eq!(
        p11.attribute(fresh, public, CKA_CLASS),
        Err(CKR_OBJECT_HANDLE_INVALID)
    );
    expect(p11.login(fresh, CKU_USER, USER_PIN));
    let private = p11.find_one(
        fresh,
        Template::of(CKO_PRIVATE_KEY).bytes(CKA_LABEL, b"pulled"),
    );
    assert!(
        p11.sign(fresh, Mechanism::plain(CKM_SM2), private, &[1; 32])
            .is_ok()
    );
    expect(call!(p11, C_CloseSession(session)));
    assert_eq!(
        call!(p11, C_CloseSession(session)),
        CKR_SESSION_HANDLE_INVALID
    );
}

#[test]
fn a_token_pulled_in_the_middle_of_a_signature_is_reported() {
    let (p11, session) = P11::user();
    let (_, private) = p11.sm2_pair(session, "pulled");
    expect(p11.sign_init(session, Mechanism::plain(CKM_SM2), private));
    std::fs::rename(p11.image(), p11.folder.path().join("away.img")).unwrap();
    assert_eq!(
        p11.sign_data(session, &[1; 32], 64),
        Err(CKR_DEVICE_REMOVED)
    );
    assert_eq!(
        p11.sign_data(session, &[1; 32], 64),
        Err(CKR_DEVICE_REMOVED)
    );
}

#[test]
fn a_blocked_wait_ends_with_an_event_or_with_the_module() {
    let p11 = P11::ready();
    let wait = p11.list.C_WaitForSlotEvent.unwrap();
    let waiting = || {
        std::thread::spawn(move || {
            let mut slot = CK_SLOT_ID::MAX;
            (unsafe { wait(0, &raw mut slot, null_mut()) }, slot)
        })
    };
    let slot = p11.slot();
    let blocked = waiting();
    std::thread::sleep(Duration::from_millis(100));
    // The wait holds nothing that others need.
    assert!(p11.token_info(slot).is_ok());
    assert!(!blocked.is_finished());
    std::fs::rename(p11.image(), p11.folder.path().join("away.img")).unwrap();
    assert_eq!(blocked.join().unwrap(), (CKR_OK, slot));

    let blocked = waiting();
    std::thread::sleep(Duration::from_millis(100));
    expect(call!(p11, C_Finalize(null_mut())));
    assert_eq!(blocked.join().unwrap().0, CKR_CRYPTOKI_NOT_INITIALIZED);
}

#[test]
fn several_images_are_several_slots() {
    let p11 = P11::load();
    let second = p11.folder.path().join("second.img");
    let both = std::env::join_paths([p11.image(), second]).unwrap();
    unsafe { std::env::set_var("UKEY_EMBEDDED", both) };
    expect(call!(p11, C_Initialize(null_mut())));
    let slots = p11.slots(true);
    assert_eq!(slots.len(), 2);
    expect(p11.init_token(slots[1], SO_PIN, "second"));
    assert_eq!(p11.slots(true), slots);
    assert!(
        p11.token_info(slots[1])
            .unwrap()
            .label
            .starts_with(b"second ")
    );
    assert_eq!(
        p11.token_info(slots[0]).unwrap().flags & CKF_TOKEN_INITIALIZED,
        0
    );
    let serials: Vec<_> = slots
        .iter()
        .map(|slot| p11.token_info(*slot).unwrap().serialNumber)
        .collect();
    assert_ne!(serials[0], serials[1]);
}
