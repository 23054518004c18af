//! Sessions, logins, PINs and their counters.

use crate::harness::*;
use std::ptr::null_mut;

const USER_FLAGS: CK_FLAGS = CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY | CKF_USER_PIN_LOCKED;

#[test]
fn sessions_are_serial_and_their_handles_are_never_reused() {
    let p11 = P11::ready();
    let slot = p11.slot();
    assert_eq!(
        p11.try_open(slot, 0),
        Err(CKR_SESSION_PARALLEL_NOT_SUPPORTED)
    );
    assert_eq!(
        p11.try_open(slot, CKF_RW_SESSION),
        Err(CKR_SESSION_PARALLEL_NOT_SUPPORTED)
    );
    let asynchronous = CKF_SERIAL_SESSION | CKF_ASYNC_SESSION;
    assert_eq!(
        p11.try_open(slot, asynchronous),
        Err(CKR_SESSION_ASYNC_NOT_SUPPORTED)
    );
    assert_eq!(
        p11.try_open(slot + 99, CKF_SERIAL_SESSION),
        Err(CKR_SLOT_ID_INVALID)
    );
    let mut seen = std::collections::HashSet::from([0]);
    for _ in 0..100 {
        let session = p11.open(slot, false);
        assert!(seen.insert(session));
        expect(call!(p11, C_CloseSession(session)));
        assert_eq!(
            call!(p11, C_CloseSession(session)),
            CKR_SESSION_HANDLE_INVALID
        );
    }
}

#[test]
fn all_sessions_share_the_login_and_the_last_one_ends_it() {
    let p11 = P11::ready();
    let slot = p11.slot();
    let (reading, writing) = (p11.open(slot, false), p11.open(slot, true));
    assert_eq!(
        (p11.state(reading), p11.state(writing)),
        (CKS_RO_PUBLIC_SESSION, CKS_RW_PUBLIC_SESSION)
    );
    expect(p11.login(reading, CKU_USER, USER_PIN));
    assert_eq!(
        (p11.state(reading), p11.state(writing)),
        (CKS_RO_USER_FUNCTIONS, CKS_RW_USER_FUNCTIONS)
    );
    let late = p11.open(slot, false);
    assert_eq!(p11.state(late), CKS_RO_USER_FUNCTIONS);
    assert_eq!(
        p11.login(writing, CKU_USER, USER_PIN),
        CKR_USER_ALREADY_LOGGED_IN
    );
    assert_eq!(
        p11.login(writing, CKU_SO, SO_PIN),
        CKR_USER_ANOTHER_ALREADY_LOGGED_IN
    );
    expect(call!(p11, C_Logout(writing)));
    assert_eq!(call!(p11, C_Logout(writing)), CKR_USER_NOT_LOGGED_IN);
    assert_eq!(p11.state(late), CKS_RO_PUBLIC_SESSION);
    expect(p11.login(reading, CKU_USER, USER_PIN));
    expect(call!(p11, C_CloseSession(reading)));
    assert_eq!(p11.state(late), CKS_RO_USER_FUNCTIONS);
    expect(call!(p11, C_CloseAllSessions(slot)));
    let fresh = p11.open(slot, false);
    assert_eq!(p11.state(fresh), CKS_RO_PUBLIC_SESSION);
    assert_eq!(
        call!(p11, C_CloseAllSessions(slot + 99)),
        CKR_SLOT_ID_INVALID
    );
}

#[test]
fn the_officer_has_no_read_only_sessions() {
    let p11 = P11::ready();
    let slot = p11.slot();
    let (reading, writing) = (p11.open(slot, false), p11.open(slot, true));
    assert_eq!(
        p11.login(writing, CKU_SO, SO_PIN),
        CKR_SESSION_READ_ONLY_EXISTS
    );
    expect(call!(p11, C_CloseSession(reading)));
    expect(p11.login(writing, CKU_SO, SO_PIN));
    assert_eq!(p11.state(writing), CKS_RW_SO_FUNCTIONS);
    assert_eq!(
        p11.try_open(slot, CKF_SERIAL_SESSION),
        Err(CKR_SESSION_READ_WRITE_SO_EXISTS)
    );
    assert_eq!(
        p11.login(writing, CKU_USER, USER_PIN),
        CKR_USER_ANOTHER_ALREADY_LOGGED_IN
    );
}

#[test]
fn login_refuses_what_is_no_user_and_no_pin() {
    let p11 = P11::ready();
    let session = p11.open(p11.slot(), true);
    assert_eq!(p11.login(session, 17, USER_PIN), CKR_USER_TYPE_INVALID);
    assert_eq!(
        p11.login(session, CKU_CONTEXT_SPECIFIC, USER_PIN),
        CKR_OPERATION_NOT_INITIALIZED
    );
    assert_eq!(
        call!(p11, C_Login(session, CKU_USER, null_mut(), 6)),
        CKR_ARGUMENTS_BAD
    );
    assert_eq!(
        call!(p11, C_Login(session, CKU_USER, null_mut(), 0)),
        CKR_ARGUMENTS_BAD
    );
    let pin = USER_PIN.as_ptr().cast_mut();
    assert_eq!(
        call!(p11, C_Login(session, CKU_USER, pin, CK_ULONG::MAX)),
        CKR_ARGUMENTS_BAD
    );
}

#[test]
fn pins_that_cannot_be_are_incorrect_and_cost_no_try() {
    let p11 = P11::ready();
    let slot = p11.slot();
    let session = p11.open(slot, true);
    for pin in [&b""[..], b"12345", b"12345678901234567", b"123\x00456"] {
        assert_eq!(p11.login(session, CKU_USER, pin), CKR_PIN_INCORRECT);
    }
    assert_eq!(p11.token_info(slot).unwrap().flags & USER_FLAGS, 0);
    // Compared, though wrong: sixteen digits, and Chinese characters.
    for pin in [&b"1234567890123456"[..], "密码密码".as_bytes()] {
        assert_eq!(p11.login(session, CKU_USER, pin), CKR_PIN_INCORRECT);
        assert_eq!(
            p11.token_info(slot).unwrap().flags & USER_FLAGS,
            CKF_USER_PIN_COUNT_LOW
        );
    }
    expect(p11.login(session, CKU_USER, USER_PIN));
    assert_eq!(p11.token_info(slot).unwrap().flags & USER_FLAGS, 0);
}

#[test]
fn the_counter_flags_are_true_down_to_the_lock_and_the_officer_unlocks() {
    let p11 = P11::ready();
    let slot = p11.slot();
    let session = p11.open(slot, true);
    let flags = || p11.token_info(slot).unwrap().flags & USER_FLAGS;
    let mut tries = 0;
    while flags() & CKF_USER_PIN_FINAL_TRY == 0 {
        assert_eq!(
            p11.login(session, CKU_USER, b"wrong-pin"),
            CKR_PIN_INCORRECT
        );
        tries += 1;
        assert_ne!(flags() & CKF_USER_PIN_COUNT_LOW, 0);
        assert_eq!(flags() & CKF_USER_PIN_LOCKED, 0);
    }
    assert_eq!(tries, 9);
    assert_eq!(
        p11.login(session, CKU_USER, b"wrong-pin"),
        CKR_PIN_INCORRECT
    );
    assert_eq!(flags(), CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_LOCKED);
    assert_eq!(p11.login(session, CKU_USER, USER_PIN), CKR_PIN_LOCKED);
    assert_eq!(p11.login(session, CKU_USER, b"1"), CKR_PIN_LOCKED);
    assert_eq!(
        p11.token_info(slot).unwrap().flags & CKF_SO_PIN_COUNT_LOW,
        0
    );
    expect(p11.login(session, CKU_SO, SO_PIN));
    expect(call!(
        p11,
        C_InitPIN(session, USER_PIN.as_ptr().cast_mut(), 6)
    ));
    expect(call!(p11, C_Logout(session)));
    assert_eq!(flags(), 0);
    expect(p11.login(session, CKU_USER, USER_PIN));
}

#[test]
fn a_final_try_that_is_right_clears_the_flags() {
    let p11 = P11::ready();
    let slot = p11.slot();
    let session = p11.open(slot, true);
    for _ in 0..9 {
        assert_eq!(
            p11.login(session, CKU_USER, b"wrong-pin"),
            CKR_PIN_INCORRECT
        );
    }
    assert_ne!(
        p11.token_info(slot).unwrap().flags & CKF_USER_PIN_FINAL_TRY,
        0
    );
    expect(p11.login(session, CKU_USER, USER_PIN));
    assert_eq!(p11.token_info(slot).unwrap().flags & USER_FLAGS, 0);
}

fn set_pin(p11: &P11, session: CK_SESSION_HANDLE, old: &[u8], new: &[u8]) -> CK_RV {
    call!(
        p11,
        C_SetPIN(
            session,
            old.as_ptr().cast_mut(),
            old.len() as CK_ULONG,
            new.as_ptr().cast_mut(),
            new.len() as CK_ULONG,
        )
    )
}

#[test]
fn set_pin_changes_the_pin_of_whoever_is_in() {
    let p11 = P11::ready();
    let slot = p11.slot();
    let reading = p11.open(slot, false);
    assert_eq!(
        set_pin(&p11, reading, USER_PIN, b"654321"),
        CKR_SESSION_READ_ONLY
    );
    expect(call!(p11, C_CloseSession(reading)));
    let session = p11.open(slot, true);
    assert_eq!(
        set_pin(&p11, session, USER_PIN, b"54321"),
        CKR_PIN_LEN_RANGE
    );
    assert_eq!(
        set_pin(&p11, session, USER_PIN, &[b'1'; 17]),
        CKR_PIN_LEN_RANGE
    );
    assert_eq!(
        set_pin(&p11, session, USER_PIN, b"6543\x0021"),
        CKR_PIN_INVALID
    );
    assert_eq!(
        set_pin(&p11, session, b"wrong-pin", b"654321"),
        CKR_PIN_INCORRECT
    );
    assert_ne!(
        p11.token_info(slot).unwrap().flags & CKF_USER_PIN_COUNT_LOW,
        0
    );
    // Nobody is logged in: the user's.
    expect(set_pin(&p11, session, USER_PIN, b"654321"));
    assert_eq!(p11.login(session, CKU_USER, USER_PIN), CKR_PIN_INCORRECT);
    expect(p11.login(session, CKU_USER, b"654321"));
    expect(set_pin(&p11, session, b"654321", USER_PIN));
    expect(call!(p11, C_Logout(session)));
    expect(p11.login(session, CKU_SO, SO_PIN));
    expect(set_pin(&p11, session, SO_PIN, b"another officer"));
    expect(call!(p11, C_Logout(session)));
    assert_eq!(p11.login(session, CKU_SO, SO_PIN), CKR_PIN_INCORRECT);
    expect(p11.login(session, CKU_SO, b"another officer"));
    expect(call!(p11, C_Logout(session)));
    expect(p11.login(session, CKU_USER, USER_PIN));
}

#[test]
fn init_pin_is_the_officers() {
    let p11 = P11::ready();
    let session = p11.open(p11.slot(), true);
    let init = |pin: &[u8]| {
        call!(
            p11,
            C_InitPIN(session, pin.as_ptr().cast_mut(), pin.len() as CK_ULONG)
        )
    };
    assert_eq!(init(b"654321"), CKR_USER_NOT_LOGGED_IN);
    expect(p11.login(session, CKU_USER, USER_PIN));
    assert_eq!(init(b"654321"), CKR_USER_NOT_LOGGED_IN);
    expect(call!(p11, C_Logout(session)));
    expect(p11.login(session, CKU_SO, SO_PIN));
    assert_eq!(init(b"54321"), CKR_PIN_LEN_RANGE);
    expect(init(b"654321"));
    expect(call!(p11, C_Logout(session)));
    assert_eq!(p11.login(session, CKU_USER, USER_PIN), CKR_PIN_INCORRECT);
    expect(p11.login(session, CKU_USER, b"654321"));
}

#[test]
fn login_user_without_a_name_is_login() {
    let p11 = P11::ready();
    let session = p11.open(p11.slot(), true);
    let pin = USER_PIN.as_ptr().cast_mut();
    let name = b"somebody".as_ptr().cast_mut();
    assert_eq!(
        call!(p11, C_LoginUser(session, CKU_USER, pin, 6, name, 8)),
        CKR_FUNCTION_NOT_SUPPORTED
    );
    expect(call!(
        p11,
        C_LoginUser(session, CKU_USER, pin, 6, null_mut(), 0)
    ));
    assert_eq!(p11.state(session), CKS_RW_USER_FUNCTIONS);
}

#[test]
fn a_login_does_not_survive_the_module() {
    let (p11, session) = P11::user();
    p11.restart();
    assert_eq!(
        call!(p11, C_CloseSession(session)),
        CKR_SESSION_HANDLE_INVALID
    );
    let fresh = p11.open(p11.slot(), true);
    assert_eq!(p11.state(fresh), CKS_RW_PUBLIC_SESSION);
}

#[test]
fn a_key_that_always_asks_wants_the_pin_for_each_use() {
    let (p11, session) = P11::user();
    // GB/T 32918.2, appendix A.
    let value = "3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8";
    let template = Template::of(CKO_PRIVATE_KEY)
        .number(CKA_KEY_TYPE, CKK_SM2)
        .bytes(CKA_VALUE, &hex::decode(value).unwrap())
        .flag(CKA_ALWAYS_AUTHENTICATE, true);
    let mut keys = vec![
        p11.create(session, template.clone()).unwrap(),
        p11.create(session, template.on_token()).unwrap(),
    ];
    // Made on the token, which asks for the PIN itself.
    let asks = || {
        Template::default()
            .on_token()
            .flag(CKA_ALWAYS_AUTHENTICATE, true)
    };
    let public = || Template::default().on_token();
    let made = Mechanism::plain(CKM_SM2_KEY_PAIR_GEN);
    let (_, private) = p11.generate(session, made, public(), asks()).unwrap();
    keys.push(private);
    for key in keys {
        let begin = || {
            let mut mechanism = Mechanism::plain(CKM_SM2).c();
            expect(call!(p11, C_SignInit(session, &raw mut mechanism, key)));
        };
        let sign = || {
            let (mut digest, mut made, mut len) = ([5_u8; 32], [0_u8; 64], 64);
            let (digest, made) = (digest.as_mut_ptr(), made.as_mut_ptr());
            call!(p11, C_Sign(session, digest, 32, made, &raw mut len))
        };
        for _ in 0..2 {
            begin();
            assert_eq!(sign(), CKR_USER_NOT_LOGGED_IN);
            begin();
            assert_eq!(
                p11.login(session, CKU_CONTEXT_SPECIFIC, b"000000"),
                CKR_PIN_INCORRECT
            );
            expect(p11.login(session, CKU_CONTEXT_SPECIFIC, USER_PIN));
            expect(sign());
            assert_eq!(
                p11.login(session, CKU_CONTEXT_SPECIFIC, USER_PIN),
                CKR_OPERATION_NOT_INITIALIZED
            );
        }
    }
}

#[test]
fn an_rsa_key_that_always_asks_does_so_for_each_use_and_each_program() {
    let (p11, session) = P11::user();
    let asks = Template::default()
        .on_token()
        .flag(CKA_ALWAYS_AUTHENTICATE, true);
    let public = Template::default()
        .on_token()
        .number(CKA_MODULUS_BITS, 2048);
    let pair = Mechanism::plain(CKM_RSA_PKCS_KEY_PAIR_GEN);
    let (public, private) = p11.generate(session, pair, public, asks).unwrap();
    let asked = p11.attribute(session, private, CKA_ALWAYS_AUTHENTICATE);
    assert_eq!(asked.unwrap(), [1]);
    let pkcs = || Mechanism::plain(CKM_RSA_PKCS);
    let sealed = p11.encrypt(session, pkcs(), public, b"tender").unwrap();
    expect(p11.sign_init(session, pkcs(), private));
    let mut decrypts = pkcs();
    expect(call!(
        p11,
        C_DecryptInit(session, &mut decrypts.c(), private)
    ));
    let (mut out, mut len) = ([0; 256], 256);
    let mut decrypt = || {
        let (at, sealed_len) = (sealed.as_ptr().cast_mut(), sealed.len() as CK_ULONG);
        call!(
            p11,
            C_Decrypt(session, at, sealed_len, out.as_mut_ptr(), &raw mut len)
        )
    };
    assert_eq!(decrypt(), CKR_USER_NOT_LOGGED_IN);
    expect(call!(
        p11,
        C_DecryptInit(session, &mut decrypts.c(), private)
    ));
    expect(p11.login(session, CKU_CONTEXT_SPECIFIC, USER_PIN));
    expect(decrypt());
    assert_eq!(&out[..6], b"tender");
    // Nothing that derives or unwraps has a place for the login.
    let mut template = Template::of(CKO_SECRET_KEY).number(CKA_KEY_TYPE, CKK_GENERIC_SECRET);
    let (mut template, mut handle) = (template.c(), 0);
    let rv = call!(
        p11,
        C_UnwrapKey(
            session,
            &mut decrypts.c(),
            private,
            sealed.as_ptr().cast_mut(),
            sealed.len() as CK_ULONG,
            template.as_mut_ptr(),
            template.len() as CK_ULONG,
            &raw mut handle
        )
    );
    assert_eq!(rv, CKR_USER_NOT_LOGGED_IN);
}

/// PKCS#11 3.2, "C_Login": repeated failures that lock the PIN log the user out; one failure does not.
#[test]
fn a_wrong_pin_on_the_side_ends_no_login() {
    let p11 = P11::ready();
    let session = p11.open(p11.slot(), true);
    expect(p11.login(session, CKU_USER, USER_PIN));
    let key = || secret(CKK_AES, &[1; 16]).flag(CKA_TOKEN, true);
    let kept = p11.create(session, key()).unwrap();
    let wrong = set_pin(&p11, session, b"wrong-pin", b"654321");
    assert_eq!(wrong, CKR_PIN_INCORRECT);
    assert_eq!(p11.state(session), CKS_RW_USER_FUNCTIONS);
    assert!(p11.attribute(session, kept, CKA_LABEL).is_ok());
    p11.create(session, key()).unwrap();
    while set_pin(&p11, session, b"wrong-pin", b"654321") != CKR_PIN_LOCKED {}
    assert_eq!(p11.state(session), CKS_RW_PUBLIC_SESSION);
    assert_eq!(
        p11.attribute(session, kept, CKA_LABEL),
        Err(CKR_OBJECT_HANDLE_INVALID)
    );
}
