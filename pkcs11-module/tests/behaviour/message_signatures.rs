//! Signatures of one message after another, and signatures that are given first.

use crate::harness::*;
use std::ptr::null_mut;

/// A mechanism, the keys that sign and verify, the message, what was made of it.
type Signature = (
    CK_MECHANISM_TYPE,
    CK_OBJECT_HANDLE,
    CK_OBJECT_HANDLE,
    Vec<u8>,
    Vec<u8>,
);

/// A key with what it signs or authenticates: RFC 4231, 4.3; RFC 4493, example 2; RFC 8032, 7.1, test 3.
fn signatures(p11: &P11, session: CK_SESSION_HANDLE) -> [Signature; 3] {
    const ED25519: &[u8] = &[6, 3, 0x2B, 0x65, 0x70];
    let hmac = p11
        .create(session, secret(CKK_GENERIC_SECRET, b"Jefe"))
        .unwrap();
    let cmac = secret(CKK_AES, &hex("2b7e151628aed2a6abf7158809cf4f3c"));
    let cmac = p11.create(session, cmac).unwrap();
    let edwards = |class| {
        Template::of(class)
            .number(CKA_KEY_TYPE, CKK_EC_EDWARDS)
            .bytes(CKA_EC_PARAMS, ED25519)
    };
    let seed = "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7";
    let point = "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025";
    let private = edwards(CKO_PRIVATE_KEY).bytes(CKA_VALUE, &hex(seed));
    let private = p11.create(session, private).unwrap();
    let public = edwards(CKO_PUBLIC_KEY).bytes(CKA_EC_POINT, &hex(point));
    let public = p11.create(session, public).unwrap();
    [
        (
            CKM_SHA256_HMAC,
            hmac,
            hmac,
            b"what do ya want for nothing?".to_vec(),
            hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        ),
        (
            CKM_AES_CMAC,
            cmac,
            cmac,
            hex("6bc1bee22e409f96e93d7e117393172a"),
            hex("070a16b46b4d4144f79bdd9dd04a287c"),
        ),
        (
            CKM_EDDSA,
            private,
            public,
            hex("af82"),
            hex(
                "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac\
                 18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
            ),
        ),
    ]
}

#[test]
fn messages_are_signed_as_the_standards_say() {
    let (p11, session) = P11::user();
    for (number, signs, _, text, expected) in signatures(&p11, session) {
        let mut mechanism = Mechanism::plain(number);
        expect(call!(
            p11,
            C_MessageSignInit(session, &mut mechanism.c(), signs)
        ));
        let sign = |text: &[u8]| {
            let (mut out, mut len) = (vec![0; 128], 128);
            let (at, text_len) = (text.as_ptr().cast_mut(), text.len() as CK_ULONG);
            expect(call!(
                p11,
                C_SignMessage(
                    session,
                    null_mut(),
                    0,
                    at,
                    text_len,
                    out.as_mut_ptr(),
                    &raw mut len
                )
            ));
            out.truncate(len as usize);
            out
        };
        assert_eq!(sign(&text), expected);
        assert_ne!(sign(b"another message of the series"), expected);
        // In parts: all but the last have no place for a length.
        expect(call!(p11, C_SignMessageBegin(session, null_mut(), 0)));
        let (mut out, mut len) = (vec![0; 128], 128);
        for (index, byte) in text.iter().enumerate() {
            let (place, room) = match index + 1 == text.len() {
                true => (out.as_mut_ptr(), &raw mut len),
                false => (null_mut(), null_mut()),
            };
            let at = (&raw const *byte).cast_mut();
            expect(call!(
                p11,
                C_SignMessageNext(session, null_mut(), 0, at, 1, place, room)
            ));
        }
        assert_eq!(out[..len as usize], expected);
        expect(call!(p11, C_MessageSignFinal(session)));
    }
}

#[test]
fn messages_are_verified_one_by_one() {
    let (p11, session) = P11::user();
    for (number, _, verifies, text, expected) in signatures(&p11, session) {
        let mut mechanism = Mechanism::plain(number);
        expect(call!(
            p11,
            C_MessageVerifyInit(session, &mut mechanism.c(), verifies)
        ));
        let verify = |text: &[u8], signature: &[u8]| {
            call!(
                p11,
                C_VerifyMessage(
                    session,
                    null_mut(),
                    0,
                    text.as_ptr().cast_mut(),
                    text.len() as CK_ULONG,
                    signature.as_ptr().cast_mut(),
                    signature.len() as CK_ULONG
                )
            )
        };
        let mut wrong = expected.clone();
        wrong[0] ^= 1;
        // What is wrong with one message says nothing of the next.
        assert_eq!(verify(&text, &wrong), CKR_SIGNATURE_INVALID);
        assert_eq!(verify(b"other", &expected), CKR_SIGNATURE_INVALID);
        assert_eq!(verify(&text, &expected[1..]), CKR_SIGNATURE_LEN_RANGE);
        expect(verify(&text, &expected));
        for (signature, answer) in [(&wrong, CKR_SIGNATURE_INVALID), (&expected, CKR_OK)] {
            expect(call!(p11, C_VerifyMessageBegin(session, null_mut(), 0)));
            let (first, last) = text.split_at(1);
            let next = |part: &[u8], signature: *mut CK_BYTE, len| {
                let (at, part_len) = (part.as_ptr().cast_mut(), part.len() as CK_ULONG);
                call!(
                    p11,
                    C_VerifyMessageNext(session, null_mut(), 0, at, part_len, signature, len)
                )
            };
            expect(next(first, null_mut(), 0));
            let len = signature.len() as CK_ULONG;
            assert_eq!(next(last, signature.as_ptr().cast_mut(), len), answer);
        }
        expect(call!(p11, C_MessageVerifyFinal(session)));
    }
}

#[test]
fn a_signature_that_is_given_first_is_verified_whole_and_in_parts() {
    let (p11, session) = P11::user();
    for (number, _, key, text, expected) in signatures(&p11, session) {
        let init = |signature: &[u8]| {
            let mut mechanism = Mechanism::plain(number);
            let (at, len) = (signature.as_ptr().cast_mut(), signature.len() as CK_ULONG);
            call!(
                p11,
                C_VerifySignatureInit(session, &mut mechanism.c(), key, at, len)
            )
        };
        let whole = |text: &[u8]| {
            call!(
                p11,
                C_VerifySignature(session, text.as_ptr().cast_mut(), text.len() as CK_ULONG)
            )
        };
        let parts = |text: &[u8]| {
            for byte in text {
                let at = (&raw const *byte).cast_mut();
                expect(call!(p11, C_VerifySignatureUpdate(session, at, 1)));
            }
            call!(p11, C_VerifySignatureFinal(session))
        };
        let mut wrong = expected.clone();
        wrong[5] ^= 4;
        for (signature, text, answer) in [
            (&expected, &text[..], CKR_OK),
            (&wrong, &text[..], CKR_SIGNATURE_INVALID),
            (&expected, &text[1..], CKR_SIGNATURE_INVALID),
        ] {
            expect(init(signature));
            assert_eq!(whole(text), answer);
            expect(init(signature));
            assert_eq!(parts(text), answer);
            // Either way it is over.
            assert_eq!(whole(text), CKR_OPERATION_NOT_INITIALIZED);
        }
        expect(init(&expected));
        assert_eq!(init(&expected), CKR_OPERATION_ACTIVE);
        expect(call!(p11, C_VerifySignatureUpdate(session, null_mut(), 0)));
        assert_eq!(whole(&text), CKR_OPERATION_ACTIVE);
    }
}
