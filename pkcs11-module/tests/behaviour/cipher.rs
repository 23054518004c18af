//! C_Encrypt*, C_Decrypt*.

use crate::harness::*;
use hex::FromHex;
use std::ptr::null_mut;

fn layout(layout: CK_ULONG) -> Mechanism {
    Mechanism::numbers(CKM_SM2_ENCRYPT, &[layout])
}

fn plain(number: CK_MECHANISM_TYPE) -> Mechanism {
    Mechanism::plain(number)
}

#[test]
fn sm2_ciphertexts_come_back_in_every_layout() {
    let (p11, session) = P11::user();
    let (public, private) = p11.sm2_pair(session, "cipher");
    for length in [1, 16, 32, 1000, 20_000] {
        let text = vec![0x42; length];
        let c1c3c2 = p11
            .encrypt(session, plain(CKM_SM2_ENCRYPT), public, &text)
            .unwrap();
        assert_eq!((c1c3c2.len(), c1c3c2[0]), (97 + length, 4));
        assert_eq!(
            p11.decrypt(session, layout(SM2_LAYOUT_C1C3C2), private, &c1c3c2)
                .unwrap(),
            text
        );
        // The same ciphertext, laid out anew.
        let c1c2c3 = [&c1c3c2[..65], &c1c3c2[97..], &c1c3c2[65..97]].concat();
        assert_eq!(
            p11.decrypt(session, layout(SM2_LAYOUT_C1C2C3), private, &c1c2c3)
                .unwrap(),
            text
        );
        let der = p11
            .encrypt(session, plain(CKM_SM2_ENCRYPT_DER), public, &text)
            .unwrap();
        assert_eq!(der[0], 0x30);
        assert_eq!(
            p11.decrypt(session, layout(SM2_LAYOUT_DER), private, &der)
                .unwrap(),
            text
        );
        for alias in [0xFFFF_F004, 0x8000_8200] {
            assert_eq!(
                p11.decrypt(session, plain(alias), private, &c1c3c2)
                    .unwrap(),
                text
            );
        }
    }
}

#[test]
fn altered_sm2_ciphertexts_are_refused_with_one_code() {
    let (p11, session) = P11::user();
    let (public, private) = p11.sm2_pair(session, "cipher");
    let good = p11
        .encrypt(session, plain(CKM_SM2_ENCRYPT), public, b"secret")
        .unwrap();
    for position in [0, 1, 40, 65, 96, 97, 102] {
        let mut altered = good.clone();
        altered[position] ^= 1;
        let answer = p11.decrypt(session, plain(CKM_SM2_ENCRYPT), private, &altered);
        assert_eq!(answer, Err(CKR_ENCRYPTED_DATA_INVALID), "byte {position}");
    }
    for short in [0, 1, 97] {
        let answer = p11.decrypt(session, plain(CKM_SM2_ENCRYPT), private, &good[..short]);
        assert_eq!(answer, Err(CKR_ENCRYPTED_DATA_LEN_RANGE));
    }
    let (_, other) = p11.sm2_pair(session, "other");
    let answer = p11.decrypt(session, plain(CKM_SM2_ENCRYPT), other, &good);
    assert_eq!(answer, Err(CKR_ENCRYPTED_DATA_INVALID));
    assert_eq!(
        p11.decrypt(session, plain(CKM_SM2_ENCRYPT), private, &good)
            .unwrap(),
        b"secret"
    );
}

#[test]
fn plaintexts_of_impossible_length_are_refused() {
    let (p11, session) = P11::user();
    let (public, _) = p11.sm2_pair(session, "cipher");
    for length in [0, 60_001] {
        let answer = p11.encrypt(session, plain(CKM_SM2_ENCRYPT), public, &vec![1; length]);
        assert_eq!(answer, Err(CKR_DATA_LEN_RANGE));
    }
    let most = vec![1; 60_000];
    assert!(
        p11.encrypt(session, plain(CKM_SM2_ENCRYPT), public, &most)
            .is_ok()
    );
}

/// GB/T 32918.5, annex C, is the only published ciphertext; its private key is not in a token of ours, so the point
/// of this test is what the module accepts as a ciphertext: C1 off the curve must not reach the token.
#[test]
fn a_point_off_the_curve_is_refused() {
    let (p11, session) = P11::user();
    let (_, private) = p11.sm2_pair(session, "cipher");
    let mut cipher =
        Vec::from_hex("04EBFC718E8D1798620432268E77FEB6415E2EDE0E073C0F4F640ECD2E149A73E8")
            .unwrap();
    cipher.extend([7; 32 + 32 + 19]);
    let answer = p11.decrypt(session, plain(CKM_SM2_ENCRYPT), private, &cipher);
    assert_eq!(answer, Err(CKR_ENCRYPTED_DATA_INVALID));
}

#[test]
fn rsa_ciphertexts_come_back() {
    let (p11, session) = P11::user();
    let (public, private) = p11.rsa_pair(session, "cipher");
    for text in [&b""[..], b"session key 1234", &[7; 245]] {
        let cipher = p11
            .encrypt(session, plain(CKM_RSA_PKCS), public, text)
            .unwrap();
        assert_eq!(cipher.len(), 256);
        assert_eq!(
            p11.decrypt(session, plain(CKM_RSA_PKCS), private, &cipher)
                .unwrap(),
            text
        );
    }
    let cipher = p11
        .encrypt(session, plain(CKM_RSA_X_509), public, &[1, 2, 3])
        .unwrap();
    let raw = p11
        .decrypt(session, plain(CKM_RSA_X_509), private, &cipher)
        .unwrap();
    assert_eq!((raw.len(), &raw[253..]), (256, &[1, 2, 3][..]));
    // No PKCS#1 padding in it: the token does not say so, it answers the same made-up bytes each time.
    let made_up = p11
        .decrypt(session, plain(CKM_RSA_PKCS), private, &cipher)
        .unwrap();
    assert_eq!(
        p11.decrypt(session, plain(CKM_RSA_PKCS), private, &cipher)
            .unwrap(),
        made_up
    );
    assert!(!made_up.ends_with(&[1, 2, 3]));
    for (length, expected) in [
        (255, CKR_ENCRYPTED_DATA_LEN_RANGE),
        (257, CKR_ENCRYPTED_DATA_LEN_RANGE),
        (256, CKR_ENCRYPTED_DATA_INVALID),
    ] {
        assert_eq!(
            p11.decrypt(session, plain(CKM_RSA_PKCS), private, &vec![0xFF; length]),
            Err(expected)
        );
    }
    assert_eq!(
        p11.encrypt(session, plain(CKM_RSA_PKCS), public, &[1; 246]),
        Err(CKR_DATA_LEN_RANGE)
    );
    assert_eq!(
        p11.encrypt(session, plain(CKM_RSA_X_509), public, &[0xFF; 256]),
        Err(CKR_DATA_INVALID)
    );
    assert_eq!(
        p11.encrypt(session, plain(CKM_RSA_X_509), public, &[1; 257]),
        Err(CKR_DATA_LEN_RANGE)
    );
}

#[test]
fn a_length_query_is_an_upper_bound_and_a_short_buffer_may_be_tried_again() {
    let (p11, session) = P11::user();
    let (public, private) = p11.rsa_pair(session, "cipher");
    let cipher = p11
        .encrypt(session, plain(CKM_RSA_PKCS), public, b"0123456789")
        .unwrap();
    let data = cipher.as_ptr().cast_mut();
    let mut mechanism = plain(CKM_RSA_PKCS);
    expect(call!(
        p11,
        C_DecryptInit(session, &mut mechanism.c(), private)
    ));
    let (mut out, mut len) = ([0; 256], 0);
    expect(call!(
        p11,
        C_Decrypt(session, data, 256, null_mut(), &raw mut len)
    ));
    assert!((10..=256).contains(&len));
    len = 9;
    assert_eq!(
        call!(
            p11,
            C_Decrypt(session, data, 256, out.as_mut_ptr(), &raw mut len)
        ),
        CKR_BUFFER_TOO_SMALL
    );
    assert_eq!((len, out[0]), (10, 0));
    expect(call!(
        p11,
        C_Decrypt(session, data, 256, out.as_mut_ptr(), &raw mut len)
    ));
    assert_eq!(&out[..10], b"0123456789");
    assert_eq!(
        call!(
            p11,
            C_Decrypt(session, data, 256, out.as_mut_ptr(), &raw mut len)
        ),
        CKR_OPERATION_NOT_INITIALIZED
    );
}

#[test]
fn the_output_may_lie_on_the_input() {
    let (p11, session) = P11::user();
    let (public, private) = p11.sm2_pair(session, "cipher");
    let mut buffer = [0; 256];
    buffer[..5].copy_from_slice(b"hello");
    let (at, mut len) = (buffer.as_mut_ptr(), 256);
    let mut mechanism = plain(CKM_SM2_ENCRYPT);
    expect(call!(
        p11,
        C_EncryptInit(session, &mut mechanism.c(), public)
    ));
    expect(call!(p11, C_Encrypt(session, at, 5, at, &raw mut len)));
    expect(call!(
        p11,
        C_DecryptInit(session, &mut mechanism.c(), private)
    ));
    let cipher_len = len;
    len = 256;
    expect(call!(
        p11,
        C_Decrypt(session, at, cipher_len, at, &raw mut len)
    ));
    assert_eq!((len, &buffer[..5]), (5, &b"hello"[..]));
}

#[test]
fn keys_and_parameters_are_checked_at_the_beginning() {
    let (p11, session) = P11::user();
    let (public, private) = p11.sm2_pair(session, "cipher");
    for (mechanism, key, expected) in [
        (plain(CKM_SM2_ENCRYPT), private, CKR_KEY_TYPE_INCONSISTENT),
        (plain(CKM_RSA_PKCS), public, CKR_KEY_TYPE_INCONSISTENT),
        (plain(CKM_SM2), public, CKR_MECHANISM_INVALID),
        (layout(3), public, CKR_MECHANISM_PARAM_INVALID),
        (
            Mechanism(CKM_SM2_ENCRYPT, vec![0; 4]),
            public,
            CKR_MECHANISM_PARAM_INVALID,
        ),
        (
            Mechanism(CKM_SM2_ENCRYPT_DER, vec![0; 8]),
            public,
            CKR_MECHANISM_PARAM_INVALID,
        ),
        (plain(CKM_SM2_ENCRYPT), 4711, CKR_KEY_HANDLE_INVALID),
    ] {
        assert_eq!(p11.encrypt(session, mechanism, key, b"text"), Err(expected));
    }
    assert_eq!(
        p11.decrypt(session, plain(CKM_SM2_ENCRYPT), public, &[4; 100]),
        Err(CKR_KEY_TYPE_INCONSISTENT)
    );
    expect(p11.set(
        session,
        public,
        Template::default().flag(CKA_ENCRYPT, false),
    ));
    assert_eq!(
        p11.encrypt(session, plain(CKM_SM2_ENCRYPT), public, b"x"),
        Err(CKR_KEY_FUNCTION_NOT_PERMITTED)
    );
}

#[test]
fn parts_are_not_taken_and_end_the_operation() {
    let (p11, session) = P11::user();
    let (public, private) = p11.sm2_pair(session, "cipher");
    let (mut byte, mut len) = (1, 1);
    let at = &raw mut byte;
    let mut mechanism = plain(CKM_SM2_ENCRYPT);
    for _ in 0..2 {
        expect(call!(
            p11,
            C_EncryptInit(session, &mut mechanism.c(), public)
        ));
        assert_eq!(
            call!(p11, C_EncryptUpdate(session, at, 1, at, &raw mut len)),
            CKR_FUNCTION_NOT_SUPPORTED
        );
        assert_eq!(
            call!(p11, C_EncryptFinal(session, at, &raw mut len)),
            CKR_OPERATION_NOT_INITIALIZED
        );
        expect(call!(
            p11,
            C_DecryptInit(session, &mut mechanism.c(), private)
        ));
        assert_eq!(
            call!(p11, C_DecryptFinal(session, at, &raw mut len)),
            CKR_FUNCTION_NOT_SUPPORTED
        );
        assert_eq!(
            call!(p11, C_DecryptUpdate(session, at, 1, at, &raw mut len)),
            CKR_OPERATION_NOT_INITIALIZED
        );
    }
}
