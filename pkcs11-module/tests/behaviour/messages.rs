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
