//! Message-based functions: one Init, any number of messages, with the answers of the standards.

use crate::harness::vectors::{Aead, aead, message_parameter};
use crate::harness::*;
use std::ptr::null_mut;

/// The key of a vector, in the session or on the token.
fn key(p11: &P11, session: CK_SESSION_HANDLE, case: &Aead, on_token: bool) -> CK_OBJECT_HANDLE {
    let template = Template::of(CKO_SECRET_KEY)
        .number(CKA_KEY_TYPE, case.key_type)
        .flag(CKA_TOKEN, on_token)
        .bytes(CKA_VALUE, &case.key);
    p11.create(session, template).unwrap()
}

/// What one message comes with.
struct Message {
    number: CK_MECHANISM_TYPE,
    nonce: Vec<u8>,
    generator: CK_GENERATOR_FUNCTION,
    len: usize,
    tag: Vec<u8>,
}

impl Message {
    fn of(case: &Aead) -> Self {
        Self {
            number: case.number,
            nonce: case.nonce.clone(),
            generator: CKG_NO_GENERATE,
            len: case.text.len(),
            tag: vec![0; case.tag.len()],
        }
    }

    fn parameter(&mut self) -> Vec<u8> {
        let (nonce, tag) = (&mut self.nonce, &mut self.tag);
        message_parameter(self.number, nonce, self.generator, self.len, tag)
    }
}

/// Which way.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Encrypt,
    Decrypt,
}

fn init(
    p11: &P11,
    session: CK_SESSION_HANDLE,
    way: Way,
    number: CK_MECHANISM_TYPE,
    key: CK_OBJECT_HANDLE,
) {
    let mut mechanism = Mechanism::plain(number);
    expect(match way {
        Way::Encrypt => call!(p11, C_MessageEncryptInit(session, &mut mechanism.c(), key)),
        Way::Decrypt => call!(p11, C_MessageDecryptInit(session, &mut mechanism.c(), key)),
    });
}

fn whole(
    p11: &P11,
    session: CK_SESSION_HANDLE,
    way: Way,
    message: &mut Message,
    aad: &[u8],
    input: &[u8],
) -> Answer {
    let mut parameter = message.parameter();
    let (at, len) = (parameter.as_mut_ptr().cast(), parameter.len() as CK_ULONG);
    let (aad_at, aad_len) = (aad.as_ptr().cast_mut(), aad.len() as CK_ULONG);
    let (in_at, in_len) = (input.as_ptr().cast_mut(), input.len() as CK_ULONG);
    let (mut out, mut out_len) = (vec![0; 256], 256);
    let rv = match way {
        Way::Encrypt => call!(
            p11,
            C_EncryptMessage(
                session,
                at,
                len,
                aad_at,
                aad_len,
                in_at,
                in_len,
                out.as_mut_ptr(),
                &raw mut out_len
            )
        ),
        Way::Decrypt => call!(
            p11,
            C_DecryptMessage(
                session,
                at,
                len,
                aad_at,
                aad_len,
                in_at,
                in_len,
                out.as_mut_ptr(),
                &raw mut out_len
            )
        ),
    };
    out.truncate(out_len as usize);
    if rv == CKR_OK { Ok(out) } else { Err(rv) }
}

/// Begin and Next, in parts of this length.
fn in_parts(
    p11: &P11,
    session: CK_SESSION_HANDLE,
    way: Way,
    message: &mut Message,
    (aad, input): (&[u8], &[u8]),
    part_len: usize,
) -> Answer {
    let mut parameter = message.parameter();
    let (at, len) = (parameter.as_mut_ptr().cast(), parameter.len() as CK_ULONG);
    let (aad_at, aad_len) = (aad.as_ptr().cast_mut(), aad.len() as CK_ULONG);
    expect(match way {
        Way::Encrypt => call!(
            p11,
            C_EncryptMessageBegin(session, at, len, aad_at, aad_len)
        ),
        Way::Decrypt => call!(
            p11,
            C_DecryptMessageBegin(session, at, len, aad_at, aad_len)
        ),
    });
    let mut made = Vec::new();
    let parts: Vec<&[u8]> = input.chunks(part_len).collect();
    for (index, part) in parts.iter().enumerate() {
        let flags = match index + 1 == parts.len() {
            true => CKF_END_OF_MESSAGE,
            false => 0,
        };
        let (mut out, mut out_len) = (vec![0; 256], 256);
        let (in_at, in_len) = (part.as_ptr().cast_mut(), part.len() as CK_ULONG);
        let rv = match way {
            Way::Encrypt => call!(
                p11,
                C_EncryptMessageNext(
                    session,
                    at,
                    len,
                    in_at,
                    in_len,
                    out.as_mut_ptr(),
                    &raw mut out_len,
                    flags
                )
            ),
            Way::Decrypt => call!(
                p11,
                C_DecryptMessageNext(
                    session,
                    at,
                    len,
                    in_at,
                    in_len,
                    out.as_mut_ptr(),
                    &raw mut out_len,
                    flags
                )
            ),
        };
        if rv != CKR_OK {
            return Err(rv);
        }
        made.extend_from_slice(&out[..out_len as usize]);
    }
    Ok(made)
}

#[test]
fn messages_are_sealed_and_opened_as_the_standards_say() {
    let (p11, session) = P11::user();
    for case in aead() {
        for on_token in [false, true] {
            let key = key(&p11, session, &case, on_token);
            init(&p11, session, Way::Encrypt, case.number, key);
            // Several messages with one Init, whole and in parts of different lengths.
            for part_len in [0, 1, 3, 16, 64] {
                let mut message = Message::of(&case);
                let made = match part_len {
                    0 => whole(
                        &p11,
                        session,
                        Way::Encrypt,
                        &mut message,
                        &case.aad,
                        &case.text,
                    ),
                    len => {
                        let data = (&case.aad[..], &case.text[..]);
                        in_parts(&p11, session, Way::Encrypt, &mut message, data, len)
                    }
                };
                assert_eq!(made.unwrap(), case.sealed, "{:#x} {part_len}", case.number);
                assert_eq!(message.tag, case.tag);
            }
            expect(call!(p11, C_MessageEncryptFinal(session)));
            init(&p11, session, Way::Decrypt, case.number, key);
            for part_len in [0, 1, 3, 16, 64] {
                let mut message = Message::of(&case);
                message.tag.clone_from(&case.tag);
                let data = (&case.aad[..], &case.sealed[..]);
                let made = match part_len {
                    0 => whole(&p11, session, Way::Decrypt, &mut message, data.0, data.1),
                    len => in_parts(&p11, session, Way::Decrypt, &mut message, data, len),
                };
                assert_eq!(made.unwrap(), case.text);
            }
            expect(call!(p11, C_MessageDecryptFinal(session)));
        }
    }
}

#[test]
fn a_message_that_does_not_open_ends_itself_and_not_the_series() {
    let (p11, session) = P11::user();
    for case in aead() {
        let key = key(&p11, session, &case, false);
        init(&p11, session, Way::Decrypt, case.number, key);
        let open = |tag: &[u8], aad: &[u8], sealed: &[u8], part_len: usize| {
            let mut message = Message::of(&case);
            message.tag = tag.to_vec();
            match part_len {
                0 => whole(&p11, session, Way::Decrypt, &mut message, aad, sealed),
                len => in_parts(
                    &p11,
                    session,
                    Way::Decrypt,
                    &mut message,
                    (aad, sealed),
                    len,
                ),
            }
        };
        let mut tag = case.tag.clone();
        tag[3] ^= 0x80;
        let mut sealed = case.sealed.clone();
        sealed[1] ^= 1;
        for part_len in [0, 2] {
            assert_eq!(
                open(&tag, &case.aad, &case.sealed, part_len),
                Err(CKR_AEAD_DECRYPT_FAILED)
            );
            assert_eq!(
                open(&case.tag, b"aad", &case.sealed, part_len),
                Err(CKR_AEAD_DECRYPT_FAILED)
            );
            assert_eq!(
                open(&case.tag, &case.aad, &sealed, part_len),
                Err(CKR_AEAD_DECRYPT_FAILED)
            );
            assert_eq!(
                open(&case.tag, &case.aad, &case.sealed, part_len).unwrap(),
                case.text
            );
        }
        expect(call!(p11, C_MessageDecryptFinal(session)));
    }
}

#[test]
fn nonces_are_counted_or_drawn_as_the_parameter_says() {
    let (p11, session) = P11::user();
    let case = &aead()[0];
    let key = key(&p11, session, case, false);
    init(&p11, session, Way::Encrypt, case.number, key);
    let made = |generator| {
        let mut message = Message::of(case);
        message.nonce = vec![0xEE; 12];
        message.generator = generator;
        whole(&p11, session, Way::Encrypt, &mut message, b"", b"text").unwrap();
        message.nonce
    };
    for count in 0..3 {
        let mut expected = vec![0; 12];
        expected[11] = count;
        assert_eq!(made(CKG_GENERATE_COUNTER), expected);
    }
    for generator in [CKG_GENERATE, CKG_GENERATE_RANDOM] {
        assert_ne!(made(generator), made(generator));
    }
    // The first bits may be the caller's.
    let (mut nonce, mut tag) = (vec![0xAB; 12], vec![0; 16]);
    let mut parameter = CK_GCM_MESSAGE_PARAMS {
        pIv: nonce.as_mut_ptr(),
        ulIvLen: 12,
        ulIvFixedBits: 36,
        ivGenerator: CKG_GENERATE_RANDOM,
        pTag: tag.as_mut_ptr(),
        ulTagBits: 128,
    };
    let (mut out, mut len, text) = ([0; 4], 4, *b"text");
    expect(call!(
        p11,
        C_EncryptMessage(
            session,
            (&raw mut parameter).cast(),
            size_of::<CK_GCM_MESSAGE_PARAMS>() as CK_ULONG,
            null_mut(),
            0,
            text.as_ptr().cast_mut(),
            4,
            out.as_mut_ptr(),
            &raw mut len
        )
    ));
    assert_eq!((&nonce[..4], nonce[4] >> 4), (&[0xAB; 4][..], 0xA));
    assert_ne!(nonce[5..], [0xAB; 7]);
}

#[test]
fn messages_of_a_series_come_one_after_the_other() {
    let (p11, session) = P11::user();
    let case = &aead()[0];
    let key = key(&p11, session, case, false);
    let mut message = Message::of(case);
    let mut parameter = message.parameter();
    let (at, len) = (parameter.as_mut_ptr().cast(), parameter.len() as CK_ULONG);
    let begin = || call!(p11, C_EncryptMessageBegin(session, at, len, null_mut(), 0));
    let mut room = [0_u8; 64];
    let next = |out: *mut CK_BYTE, out_len: &mut CK_ULONG, flags| {
        let text = [7; 20];
        call!(
            p11,
            C_EncryptMessageNext(
                session,
                at,
                len,
                text.as_ptr().cast_mut(),
                20,
                out,
                out_len,
                flags
            )
        )
    };
    assert_eq!(begin(), CKR_OPERATION_NOT_INITIALIZED);
    init(&p11, session, Way::Encrypt, case.number, key);
    let mut mechanism = Mechanism::plain(case.number);
    assert_eq!(
        call!(p11, C_MessageEncryptInit(session, &mut mechanism.c(), key)),
        CKR_OPERATION_ACTIVE
    );
    expect(begin());
    // A query and a buffer that is too short change nothing.
    let mut out_len = 0;
    expect(next(null_mut(), &mut out_len, 0));
    assert_eq!(out_len, 20);
    out_len = 19;
    assert_eq!(
        next(room.as_mut_ptr(), &mut out_len, 0),
        CKR_BUFFER_TOO_SMALL
    );
    out_len = 64;
    expect(next(room.as_mut_ptr(), &mut out_len, CKF_END_OF_MESSAGE));
    assert_eq!(out_len, 20);
    // Begun twice: an error, and like every error but those of the last test it ends the series.
    expect(begin());
    assert_eq!(begin(), CKR_OPERATION_ACTIVE);
    assert_eq!(
        call!(p11, C_MessageEncryptFinal(session)),
        CKR_OPERATION_NOT_INITIALIZED
    );
    // So does C_SessionCancel, and an Init without a mechanism.
    init(&p11, session, Way::Encrypt, case.number, key);
    expect(call!(p11, C_SessionCancel(session, CKF_MESSAGE_ENCRYPT)));
    init(&p11, session, Way::Encrypt, case.number, key);
    expect(call!(p11, C_MessageEncryptInit(session, null_mut(), 0)));
    assert_eq!(begin(), CKR_OPERATION_NOT_INITIALIZED);
}

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
fn messages_are_signed_and_verified_as_the_standards_say() {
    let (p11, session) = P11::user();
    for (number, signs, verifies, text, expected) in signatures(&p11, session) {
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
