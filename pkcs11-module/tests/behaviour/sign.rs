//! C_Sign*, C_Verify*, against the standard's example and against OpenSSL.

use crate::harness::*;
use hex::FromHex;
use std::ptr::null_mut;

/// GB/T 32918.5, annex A: public key, message "message digest", default identifier.
const EXAMPLE_POINT: &str = "04410409F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13";
const EXAMPLE_E: &str = "F0B43E94BA45ACCAACE692ED534382EB17E6AB5A19CE7B31F4486FDFC0D28640";
const EXAMPLE_R_S: &str = "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA";

fn hex(text: &str) -> Vec<u8> {
    Vec::from_hex(text).unwrap()
}

fn plain(number: CK_MECHANISM_TYPE) -> Mechanism {
    Mechanism::plain(number)
}

fn example_key(p11: &P11, session: CK_SESSION_HANDLE) -> CK_OBJECT_HANDLE {
    let template = Template::of(CKO_PUBLIC_KEY).number(CKA_KEY_TYPE, CKK_SM2);
    p11.create(session, template.bytes(CKA_EC_POINT, &hex(EXAMPLE_POINT)))
        .unwrap()
}

/// r ‖ s as DER.
fn der(signature: &[u8]) -> Vec<u8> {
    let integer = |half: &[u8]| {
        let zeros = half.iter().take_while(|b| **b == 0).count().min(31);
        let mut content = half[zeros..].to_vec();
        if content[0] & 0x80 != 0 {
            content.insert(0, 0);
        }
        [&[2, content.len() as u8], &content[..]].concat()
    };
    let content = [integer(&signature[..32]), integer(&signature[32..])].concat();
    [&[0x30, content.len() as u8], &content[..]].concat()
}

const MESSAGE: &[u8] = b"message digest";

#[test]
fn the_example_of_the_standard_verifies() {
    let p11 = P11::blank();
    let session = p11.open(p11.slot(), false);
    let key = example_key(&p11, session);
    let signature = hex(EXAMPLE_R_S);
    let verify =
        |mechanism, data: &[u8], made: &[u8]| p11.verify(session, mechanism, key, data, made);
    for mechanism in [CKM_SM2_SM3, 0xFFFF_F003, 0x8000_8102] {
        expect(verify(plain(mechanism), MESSAGE, &signature));
    }
    let id = Mechanism(CKM_SM2_SM3, b"1234567812345678".to_vec());
    expect(verify(id, MESSAGE, &signature));
    expect(verify(plain(CKM_SM2), &hex(EXAMPLE_E), &signature));
    expect(verify(plain(CKM_SM2_SM3_DER), MESSAGE, &der(&signature)));
}

#[test]
fn what_differs_from_the_example_does_not_verify() {
    let p11 = P11::blank();
    let session = p11.open(p11.slot(), false);
    let key = example_key(&p11, session);
    let good = hex(EXAMPLE_R_S);
    let refused = |mechanism, data: &[u8], made: &[u8], expected| {
        assert_eq!(p11.verify(session, mechanism, key, data, made), expected);
        let rv = call!(p11, C_VerifyFinal(session, null_mut(), 0));
        assert_eq!(rv, CKR_OPERATION_NOT_INITIALIZED);
    };
    let message = || plain(CKM_SM2_SM3);
    let other_id = Mechanism(CKM_SM2_SM3, b"1234567812345679".to_vec());
    refused(other_id, MESSAGE, &good, CKR_SIGNATURE_INVALID);
    refused(message(), b"message Digest", &good, CKR_SIGNATURE_INVALID);
    refused(message(), MESSAGE, &good[..63], CKR_SIGNATURE_LEN_RANGE);
    refused(message(), MESSAGE, &der(&good), CKR_SIGNATURE_LEN_RANGE);
    refused(message(), MESSAGE, &[0; 64], CKR_SIGNATURE_INVALID);
    refused(
        plain(CKM_SM2_SM3_DER),
        MESSAGE,
        &good,
        CKR_SIGNATURE_INVALID,
    );
    refused(plain(CKM_SM2), &[1; 31], &good, CKR_DATA_LEN_RANGE);
    refused(plain(CKM_SM2), &[1; 33], &good, CKR_DATA_LEN_RANGE);
}

#[test]
fn sm2_signatures_verify_in_every_form_whole_and_in_parts() {
    let (p11, session) = P11::user();
    let (public, private) = p11.sm2_pair(session, "signer");
    let message = vec![0x5A; 100_000];
    for mechanism in [CKM_SM2_SM3, CKM_SM2_SM3_DER] {
        let with_id = || Mechanism(mechanism, b"ALICE123@YAHOO.COM".to_vec());
        let signature = p11.sign(session, with_id(), private, &message).unwrap();
        expect(p11.verify(session, with_id(), public, &message, &signature));
        assert_eq!(
            p11.verify(session, plain(mechanism), public, &message, &signature),
            CKR_SIGNATURE_INVALID
        );

        expect(p11.sign_init(session, with_id(), private));
        for part in message.chunks(33_333) {
            expect(call!(
                p11,
                C_SignUpdate(session, part.as_ptr().cast_mut(), part.len() as CK_ULONG)
            ));
        }
        let (mut out, mut len) = ([0; 80], 80);
        expect(call!(p11, C_SignFinal(session, null_mut(), &raw mut len)));
        assert_eq!(len, if mechanism == CKM_SM2_SM3 { 64 } else { 72 });
        expect(call!(
            p11,
            C_SignFinal(session, out.as_mut_ptr(), &raw mut len)
        ));

        expect(p11.verify_init(session, with_id(), public));
        for part in message.chunks(7_777) {
            expect(call!(
                p11,
                C_VerifyUpdate(session, part.as_ptr().cast_mut(), part.len() as CK_ULONG)
            ));
        }
        expect(call!(p11, C_VerifyFinal(session, out.as_mut_ptr(), len)));
    }
    let signature = p11
        .sign(session, plain(CKM_SM2), private, &[9; 32])
        .unwrap();
    expect(p11.verify(session, plain(CKM_SM2), public, &[9; 32], &signature));
    assert_eq!(
        p11.sign(session, plain(CKM_SM2), private, &[9; 33]),
        Err(CKR_DATA_LEN_RANGE)
    );
    // An empty message is a message.
    let signature = p11.sign(session, plain(CKM_SM2_SM3), private, b"").unwrap();
    expect(p11.verify(session, plain(CKM_SM2_SM3), public, b"", &signature));
}

#[test]
fn the_two_call_rule_keeps_the_signature_going() {
    let (p11, session) = P11::user();
    let (_, private) = p11.sm2_pair(session, "signer");
    expect(p11.sign_init(session, plain(CKM_SM2), private));
    let e = [1; 32].as_mut_ptr();
    let mut len = 0;
    expect(call!(p11, C_Sign(session, e, 32, null_mut(), &raw mut len)));
    assert_eq!(len, 64);
    assert_eq!(
        p11.sign_data(session, &[1; 32], 63),
        Err(CKR_BUFFER_TOO_SMALL)
    );
    assert_eq!(
        p11.sign_init(session, plain(CKM_SM2), private),
        CKR_OPERATION_ACTIVE
    );
    assert_eq!(p11.sign_data(session, &[1; 32], 64).unwrap().len(), 64);
    assert_eq!(
        p11.sign_data(session, &[1; 32], 64),
        Err(CKR_OPERATION_NOT_INITIALIZED)
    );
    // Any other error ends it.
    for _ in 0..2 {
        expect(p11.sign_init(session, plain(CKM_SM2), private));
        assert_eq!(
            p11.sign_data(session, &[1; 31], 64),
            Err(CKR_DATA_LEN_RANGE)
        );
    }
    expect(p11.sign_init(session, plain(CKM_SM2), private));
    assert_eq!(
        call!(p11, C_Sign(session, null_mut(), 32, e, &raw mut len)),
        CKR_ARGUMENTS_BAD
    );
    assert_eq!(
        p11.sign_data(session, &[1; 32], 64),
        Err(CKR_OPERATION_NOT_INITIALIZED)
    );
    expect(p11.sign_init(session, plain(CKM_SM2), private));
    expect(call!(p11, C_SignInit(session, null_mut(), 0)));
    assert_eq!(
        p11.sign_data(session, &[1; 32], 64),
        Err(CKR_OPERATION_NOT_INITIALIZED)
    );
    // CKM_SM2 takes its 32 bytes in one piece.
    expect(p11.sign_init(session, plain(CKM_SM2), private));
    assert_eq!(
        call!(p11, C_SignUpdate(session, e, 32)),
        CKR_FUNCTION_NOT_SUPPORTED
    );
    assert_eq!(
        call!(p11, C_SignUpdate(session, e, 32)),
        CKR_OPERATION_NOT_INITIALIZED
    );
    // Parts and the one-shot call do not mix.
    expect(p11.sign_init(session, plain(CKM_SM2_SM3), private));
    expect(call!(p11, C_SignUpdate(session, e, 32)));
    assert_eq!(p11.sign_data(session, b"", 64), Err(CKR_OPERATION_ACTIVE));
}

#[test]
fn keys_are_checked_at_the_beginning() {
    let (p11, session) = P11::user();
    let (public, private) = p11.sm2_pair(session, "signer");
    let data = p11.create(session, Template::of(CKO_DATA)).unwrap();
    for (mechanism, key, expected) in [
        (plain(CKM_SM2), 0, CKR_KEY_HANDLE_INVALID),
        (plain(CKM_SM2), CK_ULONG::MAX, CKR_KEY_HANDLE_INVALID),
        (plain(CKM_SM2), data, CKR_KEY_HANDLE_INVALID),
        (plain(CKM_SM2), public, CKR_KEY_TYPE_INCONSISTENT),
        (plain(CKM_RSA_PKCS), private, CKR_KEY_TYPE_INCONSISTENT),
        (
            plain(CKM_SHA256_RSA_PKCS),
            private,
            CKR_KEY_TYPE_INCONSISTENT,
        ),
        (plain(CKM_ECDSA), private, CKR_KEY_TYPE_INCONSISTENT),
        (plain(CKM_DSA), private, CKR_MECHANISM_INVALID),
        (plain(CKM_SM3), private, CKR_MECHANISM_INVALID),
        (
            Mechanism(CKM_SM2, vec![1]),
            private,
            CKR_MECHANISM_PARAM_INVALID,
        ),
        (
            Mechanism(CKM_SM2_SM3, vec![1; 8192]),
            private,
            CKR_MECHANISM_PARAM_INVALID,
        ),
    ] {
        assert_eq!(p11.sign_init(session, mechanism, key), expected);
        assert_eq!(
            p11.sign_data(session, &[1; 32], 64),
            Err(CKR_OPERATION_NOT_INITIALIZED)
        );
    }
    expect(p11.set(session, private, Template::default().flag(CKA_SIGN, false)));
    assert_eq!(
        p11.sign_init(session, plain(CKM_SM2), private),
        CKR_KEY_FUNCTION_NOT_PERMITTED
    );
    expect(p11.set(session, private, Template::default().flag(CKA_SIGN, true)));
    // A logout in the middle is noticed by the token.
    expect(p11.sign_init(session, plain(CKM_SM2), private));
    expect(call!(p11, C_Logout(session)));
    assert_eq!(
        p11.sign_data(session, &[1; 32], 64),
        Err(CKR_USER_NOT_LOGGED_IN)
    );
    assert_eq!(
        p11.sign_init(session, plain(CKM_SM2), private),
        CKR_KEY_HANDLE_INVALID
    );
}
