//! Bad arguments to every export: a code of the standard, no crash, no change.

use crate::harness::*;
use std::ptr::null_mut;

/// Calls every function that takes a session first, with NULL and zero behind it.
macro_rules! with_session {
    ($p11:expr, $session:expr, $answers:expr; $($function:ident($($argument:expr),*);)*) => {
        $($answers.push((stringify!($function), call!($p11, $function($session, $($argument),*))));)*
    };
}

fn every_session_function(p11: &P11, session: CK_SESSION_HANDLE) -> Vec<(&'static str, CK_RV)> {
    let mut answers = every_newer_session_function(p11, session);
    let n = nothing::<CK_BYTE>;
    let l = nothing::<CK_ULONG>;
    let m = nothing::<CK_MECHANISM>;
    let a = nothing::<CK_ATTRIBUTE>;
    with_session! { p11, session, answers;
        C_InitPIN(n(), 0);
        C_SetPIN(n(), 0, n(), 0);
        C_GetSessionInfo(nothing());
        C_GetOperationState(n(), l());
        C_SetOperationState(n(), 1, 0, 0);
        C_Login(CKU_USER, n(), 1);
        C_CreateObject(a(), 1, l());
        C_CopyObject(1, a(), 0, l());
        C_DestroyObject(0);
        C_GetObjectSize(1, l());
        C_GetAttributeValue(1, a(), 1);
        C_SetAttributeValue(1, a(), 1);
        C_FindObjectsInit(a(), 1);
        C_FindObjects(l(), 1, l());
        C_FindObjectsFinal();
        C_EncryptInit(m(), 0);
        C_Encrypt(n(), 1, n(), l());
        C_EncryptUpdate(n(), 1, n(), l());
        C_EncryptFinal(n(), l());
        C_DecryptInit(m(), 0);
        C_Decrypt(n(), 1, n(), l());
        C_DecryptUpdate(n(), 1, n(), l());
        C_DecryptFinal(n(), l());
        C_DigestInit(m());
        C_Digest(n(), 1, n(), l());
        C_DigestUpdate(n(), 1);
        C_DigestKey(0);
        C_DigestFinal(n(), l());
        C_SignInit(m(), 0);
        C_Sign(n(), 1, n(), l());
        C_SignUpdate(n(), 1);
        C_SignFinal(n(), l());
        C_SignRecoverInit(m(), 0);
        C_SignRecover(n(), 1, n(), l());
        C_VerifyInit(m(), 0);
        C_Verify(n(), 1, n(), 1);
        C_VerifyUpdate(n(), 1);
        C_VerifyFinal(n(), 1);
        C_VerifyRecoverInit(m(), 0);
        C_VerifyRecover(n(), 1, n(), l());
        C_DigestEncryptUpdate(n(), 1, n(), l());
        C_DecryptDigestUpdate(n(), 1, n(), l());
        C_SignEncryptUpdate(n(), 1, n(), l());
        C_DecryptVerifyUpdate(n(), 1, n(), l());
        C_GenerateKey(m(), a(), 0, l());
        C_GenerateKeyPair(m(), a(), 0, a(), 0, l(), l());
        C_WrapKey(m(), 0, 0, n(), l());
        C_UnwrapKey(m(), 0, n(), 1, a(), 0, l());
        C_DeriveKey(m(), 0, a(), 0, l());
        C_SeedRandom(n(), 1);
        C_GenerateRandom(n(), 1);
        C_GetFunctionStatus();
        C_CancelFunction();
    }
    answers
}

/// Those of 3.0 and 3.2.
fn every_newer_session_function(
    p11: &P11,
    session: CK_SESSION_HANDLE,
) -> Vec<(&'static str, CK_RV)> {
    let mut answers = Vec::new();
    let n = nothing::<CK_BYTE>;
    let l = nothing::<CK_ULONG>;
    let m = nothing::<CK_MECHANISM>;
    let a = nothing::<CK_ATTRIBUTE>;
    with_session! { p11, session, answers;
        C_LoginUser(CKU_USER, n(), 1, n(), 0);
        C_MessageEncryptInit(m(), 0);
        C_EncryptMessage(null_mut(), 1, n(), 1, n(), 1, n(), l());
        C_EncryptMessageBegin(null_mut(), 1, n(), 1);
        C_EncryptMessageNext(null_mut(), 1, n(), 1, n(), l(), 0);
        C_MessageEncryptFinal();
        C_MessageDecryptInit(m(), 0);
        C_DecryptMessage(null_mut(), 1, n(), 1, n(), 1, n(), l());
        C_DecryptMessageBegin(null_mut(), 1, n(), 1);
        C_DecryptMessageNext(null_mut(), 1, n(), 1, n(), l(), 0);
        C_MessageDecryptFinal();
        C_MessageSignInit(m(), 0);
        C_SignMessage(null_mut(), 1, n(), 1, n(), l());
        C_SignMessageBegin(null_mut(), 1);
        C_SignMessageNext(null_mut(), 1, n(), 1, n(), l());
        C_MessageSignFinal();
        C_MessageVerifyInit(m(), 0);
        C_VerifyMessage(null_mut(), 1, n(), 1, n(), 1);
        C_VerifyMessageBegin(null_mut(), 1);
        C_VerifyMessageNext(null_mut(), 1, n(), 1, n(), 1);
        C_MessageVerifyFinal();
        C_EncapsulateKey(m(), 0, a(), 0, n(), l(), l());
        C_DecapsulateKey(m(), 0, a(), 0, n(), 1, l());
        C_VerifySignatureInit(m(), 0, n(), 1);
        C_VerifySignature(n(), 1);
        C_VerifySignatureUpdate(n(), 1);
        C_VerifySignatureFinal();
        C_GetSessionValidationFlags(0, l());
        C_AsyncComplete(n(), nothing());
        C_AsyncGetID(n(), l());
        C_AsyncJoin(n(), 1, n(), 1);
        C_WrapKeyAuthenticated(m(), 0, 0, n(), 1, n(), l());
        C_UnwrapKeyAuthenticated(m(), 0, n(), 1, a(), 0, n(), 1, l());
    }
    answers
}

/// The functions that take no session: general, slot and token management.
fn every_other_function(p11: &P11) -> Vec<(&'static str, CK_RV)> {
    let n = nothing::<CK_BYTE>;
    vec![
        ("C_GetInfo", call!(p11, C_GetInfo(nothing()))),
        (
            "C_GetSlotList",
            call!(p11, C_GetSlotList(0, nothing(), nothing())),
        ),
        ("C_GetSlotInfo", call!(p11, C_GetSlotInfo(0, nothing()))),
        ("C_GetTokenInfo", call!(p11, C_GetTokenInfo(0, nothing()))),
        (
            "C_GetMechanismList",
            call!(p11, C_GetMechanismList(0, nothing(), nothing())),
        ),
        (
            "C_GetMechanismInfo",
            call!(p11, C_GetMechanismInfo(0, CKM_SM2, nothing())),
        ),
        ("C_InitToken", call!(p11, C_InitToken(0, n(), 8, n()))),
        (
            "C_OpenSession",
            call!(
                p11,
                C_OpenSession(0, CKF_SERIAL_SESSION, nothing(), None, nothing())
            ),
        ),
        (
            "C_WaitForSlotEvent",
            call!(
                p11,
                C_WaitForSlotEvent(CKF_DONT_BLOCK, nothing(), nothing())
            ),
        ),
    ]
}

#[test]
fn every_function_wants_an_initialised_module() {
    let p11 = P11::load();
    let after_finalize = || {
        let mut answers = every_session_function(&p11, 1);
        answers.extend(every_other_function(&p11));
        answers.push(("C_CloseSession", call!(p11, C_CloseSession(1))));
        answers.push(("C_CloseAllSessions", call!(p11, C_CloseAllSessions(0))));
        answers.push(("C_Logout", call!(p11, C_Logout(1))));
        answers.push((
            "C_SessionCancel",
            call!(p11, C_SessionCancel(1, CK_FLAGS::MAX)),
        ));
        answers.push(("C_Finalize", call!(p11, C_Finalize(null_mut()))));
        for (function, rv) in &answers {
            assert_eq!(*rv, CKR_CRYPTOKI_NOT_INITIALIZED, "{function}");
        }
        // All but C_Initialize and the three that hand out tables.
        assert_eq!(answers.len(), 104 - 4);
    };
    after_finalize();
    expect(call!(p11, C_Initialize(null_mut())));
    expect(call!(p11, C_Finalize(null_mut())));
    after_finalize();
}

#[test]
fn every_function_looks_at_the_session_first() {
    let p11 = P11::ready();
    let slot = p11.slot();
    let closed = p11.open(slot, true);
    expect(call!(p11, C_CloseSession(closed)));
    for session in [0, closed, closed + 1000, CK_ULONG::MAX] {
        for (function, rv) in every_session_function(&p11, session) {
            assert_eq!(rv, CKR_SESSION_HANDLE_INVALID, "{function}");
        }
        assert_eq!(
            call!(p11, C_CloseSession(session)),
            CKR_SESSION_HANDLE_INVALID
        );
        assert_eq!(call!(p11, C_Logout(session)), CKR_SESSION_HANDLE_INVALID);
        assert_eq!(
            call!(p11, C_SessionCancel(session, 0)),
            CKR_SESSION_HANDLE_INVALID
        );
    }
}

#[test]
fn null_arguments_are_bad_arguments() {
    let (p11, session) = P11::user();
    let refused = [
        ("C_DestroyObject", CKR_OBJECT_HANDLE_INVALID),
        ("C_FindObjectsFinal", CKR_OPERATION_NOT_INITIALIZED),
        ("C_DigestKey", CKR_OPERATION_NOT_INITIALIZED),
        ("C_VerifySignatureFinal", CKR_OPERATION_NOT_INITIALIZED),
        ("C_SignMessageBegin", CKR_OPERATION_NOT_INITIALIZED),
        ("C_VerifyMessageBegin", CKR_OPERATION_NOT_INITIALIZED),
        ("C_MessageEncryptFinal", CKR_OPERATION_NOT_INITIALIZED),
        ("C_MessageDecryptFinal", CKR_OPERATION_NOT_INITIALIZED),
        ("C_MessageSignFinal", CKR_OPERATION_NOT_INITIALIZED),
        ("C_MessageVerifyFinal", CKR_OPERATION_NOT_INITIALIZED),
        ("C_GetFunctionStatus", CKR_FUNCTION_NOT_PARALLEL),
        ("C_CancelFunction", CKR_FUNCTION_NOT_PARALLEL),
        ("C_AsyncComplete", CKR_SESSION_ASYNC_NOT_SUPPORTED),
        ("C_AsyncGetID", CKR_SESSION_ASYNC_NOT_SUPPORTED),
        ("C_AsyncJoin", CKR_SESSION_ASYNC_NOT_SUPPORTED),
    ];
    for (function, rv) in every_session_function(&p11, session) {
        match refused.iter().find(|(name, _)| *name == function) {
            Some((_, expected)) => assert_eq!(rv, *expected, "{function}"),
            None => assert!(
                matches!(rv, CKR_ARGUMENTS_BAD | CKR_FUNCTION_NOT_SUPPORTED),
                "{function}: {rv:#x}"
            ),
        }
    }
    for (function, rv) in every_other_function(&p11) {
        assert_eq!(rv, CKR_ARGUMENTS_BAD, "{function}");
    }
    assert_eq!(p11.state(session), CKS_RW_USER_FUNCTIONS);
    assert!(p11.find(session, Template::default()).is_empty());
}

#[test]
fn absurd_lengths_and_counts_are_refused() {
    let (p11, session) = P11::user();
    let mut byte = 0_u8;
    let at = &raw mut byte;
    let mut attribute = CK_ATTRIBUTE {
        type_: CKA_LABEL,
        pValue: at.cast(),
        ulValueLen: CK_ULONG::MAX,
    };
    let (template, mut handle) = (&raw mut attribute, 0);
    for count in [CK_ULONG::MAX, CK_ULONG::MAX / 24, 1 << 40] {
        assert_eq!(
            call!(
                p11,
                C_CreateObject(session, template, count, &raw mut handle)
            ),
            CKR_ARGUMENTS_BAD
        );
        assert_eq!(
            call!(p11, C_FindObjectsInit(session, template, count)),
            CKR_ARGUMENTS_BAD
        );
        assert_eq!(
            call!(p11, C_GetAttributeValue(session, 1, template, count)),
            CKR_ARGUMENTS_BAD
        );
        assert_eq!(
            call!(p11, C_SetAttributeValue(session, 1, template, count)),
            CKR_ARGUMENTS_BAD
        );
    }
    for length in [CK_ULONG::MAX, CK_ULONG::MAX / 2 + 1, 1 << 50] {
        attribute.ulValueLen = length;
        assert_eq!(
            call!(p11, C_FindObjectsInit(session, &raw mut attribute, 1)),
            CKR_ATTRIBUTE_VALUE_INVALID
        );
    }
}

#[test]
fn absurd_lengths_of_data_are_refused_and_absurd_room_is_room() {
    let (p11, session) = P11::user();
    let mut byte = 0_u8;
    let at = &raw mut byte;
    for length in [CK_ULONG::MAX, CK_ULONG::MAX / 2 + 1] {
        expect(p11.digest_init(session, Mechanism::plain(CKM_SM3)));
        assert_eq!(
            call!(p11, C_DigestUpdate(session, at, length)),
            CKR_ARGUMENTS_BAD
        );
    }
    let mut mechanism = CK_MECHANISM {
        mechanism: CKM_SM3,
        pParameter: at.cast(),
        ulParameterLen: CK_ULONG::MAX,
    };
    assert_eq!(
        call!(p11, C_DigestInit(session, &raw mut mechanism)),
        CKR_MECHANISM_PARAM_INVALID
    );
    mechanism.pParameter = null_mut();
    assert_eq!(
        call!(p11, C_DigestInit(session, &raw mut mechanism)),
        CKR_MECHANISM_PARAM_INVALID
    );
    let mut handle = 0;
    expect(call!(p11, C_FindObjectsInit(session, null_mut(), 0)));
    let mut count = 77;
    expect(call!(
        p11,
        C_FindObjects(session, &raw mut handle, CK_ULONG::MAX, &raw mut count)
    ));
    assert_eq!(count, 0);
    let mut len = CK_ULONG::MAX;
    let mut digest = [0; 32];
    expect(p11.digest_init(session, Mechanism::plain(CKM_SM3)));
    expect(call!(
        p11,
        C_Digest(session, at, 1, digest.as_mut_ptr(), &raw mut len)
    ));
    assert_eq!(len, 32);
}

#[test]
fn misaligned_structures_are_read_and_written() {
    let (p11, session) = P11::user();
    let object = p11
        .create(session, Template::of(CKO_DATA).bytes(CKA_LABEL, b"odd"))
        .unwrap();
    let mut label = [0_u8; 8];
    let mut memory = [0_u8; size_of::<CK_ATTRIBUTE>() + 1];
    let place = memory[1..].as_mut_ptr().cast::<CK_ATTRIBUTE>();
    let attribute = CK_ATTRIBUTE {
        type_: CKA_LABEL,
        pValue: label.as_mut_ptr().cast(),
        ulValueLen: 8,
    };
    unsafe { place.write_unaligned(attribute) };
    expect(call!(p11, C_GetAttributeValue(session, object, place, 1)));
    assert_eq!(unsafe { place.read_unaligned() }.ulValueLen, 3);
    assert_eq!(&label[..3], b"odd");
    let mut count = [0_u8; 9];
    expect(call!(
        p11,
        C_GetSlotList(CK_TRUE, null_mut(), count[1..].as_mut_ptr().cast())
    ));
    assert_eq!(count[1..], (1 as CK_ULONG).to_ne_bytes());
}

#[test]
fn sixty_four_threads_share_one_token() {
    let (p11, session) = P11::user();
    let (public, private) = p11.sm2_pair(session, "shared");
    let slot = p11.slot();
    let p11 = &p11;
    std::thread::scope(|scope| {
        for thread in 0..64_u8 {
            // SAFETY of sharing: the table is immutable and the module is thread-safe; that is what is tested.
            let list = p11.list;
            scope.spawn(move || {
                let p11 = Lib { list };
                let mut own = 0;
                let flags = CKF_SERIAL_SESSION | CKF_RW_SESSION;
                expect(call!(
                    p11,
                    C_OpenSession(slot, flags, null_mut(), None, &raw mut own)
                ));
                for round in 0..4 {
                    let e = [thread ^ round; 32];
                    let mut mechanism = Mechanism::plain(CKM_SM2);
                    let (mut signature, mut len) = ([0; 64], 64);
                    expect(call!(p11, C_SignInit(own, &mut mechanism.c(), private)));
                    expect(call!(
                        p11,
                        C_Sign(
                            own,
                            e.as_ptr().cast_mut(),
                            32,
                            signature.as_mut_ptr(),
                            &raw mut len
                        )
                    ));
                    expect(call!(p11, C_VerifyInit(own, &mut mechanism.c(), public)));
                    expect(call!(
                        p11,
                        C_Verify(own, e.as_ptr().cast_mut(), 32, signature.as_mut_ptr(), 64)
                    ));
                }
                expect(call!(p11, C_CloseSession(own)));
            });
        }
    });
    assert_eq!(p11.state(session), CKS_RW_USER_FUNCTIONS);
}

/// The table alone, for other threads.
struct Lib {
    list: CK_FUNCTION_LIST_3_2,
}
