//! C_Digest*, C_GenerateRandom.

use crate::harness::*;
use hex::FromHex;
use std::ptr::null_mut;

/// Digests of "abc": GB/T 32905 A.1, FIPS 180-4 examples.
const ABC: [(CK_MECHANISM_TYPE, &str); 6] = [
    (
        CKM_SM3,
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
    ),
    (CKM_SHA_1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
    (
        CKM_SHA224,
        "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7",
    ),
    (
        CKM_SHA256,
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    ),
    (
        CKM_SHA384,
        "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
    ),
    (
        CKM_SHA512,
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    ),
];

fn one_shot(p11: &P11, session: CK_SESSION_HANDLE, data: &[u8], room: usize) -> Answer {
    let (mut out, mut len) = (vec![0; room], room as CK_ULONG);
    let rv = call!(
        p11,
        C_Digest(
            session,
            data.as_ptr().cast_mut(),
            data.len() as CK_ULONG,
            out.as_mut_ptr(),
            &raw mut len
        )
    );
    out.truncate(len as usize);
    if rv == CKR_OK { Ok(out) } else { Err(rv) }
}

fn update(p11: &P11, session: CK_SESSION_HANDLE, data: &[u8]) -> CK_RV {
    call!(
        p11,
        C_DigestUpdate(session, data.as_ptr().cast_mut(), data.len() as CK_ULONG)
    )
}

fn finish(p11: &P11, session: CK_SESSION_HANDLE) -> Answer {
    let (mut out, mut len) = (vec![0; 64], 64);
    let rv = call!(p11, C_DigestFinal(session, out.as_mut_ptr(), &raw mut len));
    out.truncate(len as usize);
    if rv == CKR_OK { Ok(out) } else { Err(rv) }
}

#[test]
fn digests_are_those_of_the_standards_whole_and_in_parts() {
    let p11 = P11::blank();
    let session = p11.open(p11.slot(), false);
    for (mechanism, digest) in ABC {
        let expected = Vec::from_hex(digest).unwrap();
        expect(p11.digest_init(session, Mechanism::plain(mechanism)));
        assert_eq!(one_shot(&p11, session, b"abc", 64).unwrap(), expected);
        expect(p11.digest_init(session, Mechanism::plain(mechanism)));
        for part in [&b"a"[..], b"", b"bc"] {
            expect(update(&p11, session, part));
        }
        assert_eq!(finish(&p11, session).unwrap(), expected);
        assert_eq!(finish(&p11, session), Err(CKR_OPERATION_NOT_INITIALIZED));
    }
}

#[test]
fn the_two_call_rule_keeps_the_digest_going() {
    let p11 = P11::blank();
    let session = p11.open(p11.slot(), false);
    let sm3 = || Mechanism::plain(CKM_SM3);
    let data = b"abc".as_ptr().cast_mut();
    let mut len = 0;
    expect(p11.digest_init(session, sm3()));
    expect(call!(
        p11,
        C_Digest(session, data, 3, null_mut(), &raw mut len)
    ));
    assert_eq!(len, 32);
    assert_eq!(
        one_shot(&p11, session, b"abc", 31),
        Err(CKR_BUFFER_TOO_SMALL)
    );
    assert_eq!(
        one_shot(&p11, session, b"abc", 32).unwrap(),
        Vec::from_hex(ABC[0].1).unwrap()
    );
    assert_eq!(
        one_shot(&p11, session, b"abc", 32),
        Err(CKR_OPERATION_NOT_INITIALIZED)
    );

    // After a part the one-shot call is out of place, and ends it; so is a part after a one-shot query.
    expect(p11.digest_init(session, sm3()));
    expect(update(&p11, session, b"a"));
    assert_eq!(
        one_shot(&p11, session, b"abc", 32),
        Err(CKR_OPERATION_ACTIVE)
    );
    assert_eq!(update(&p11, session, b"a"), CKR_OPERATION_NOT_INITIALIZED);
    expect(p11.digest_init(session, sm3()));
    expect(call!(
        p11,
        C_Digest(session, data, 3, null_mut(), &raw mut len)
    ));
    assert_eq!(update(&p11, session, b"a"), CKR_OPERATION_ACTIVE);

    // A query of the Final leaves it as it is.
    expect(p11.digest_init(session, sm3()));
    expect(update(&p11, session, b"ab"));
    expect(call!(p11, C_DigestFinal(session, null_mut(), &raw mut len)));
    expect(update(&p11, session, b"c"));
    assert_eq!(
        finish(&p11, session).unwrap(),
        Vec::from_hex(ABC[0].1).unwrap()
    );
}

#[test]
fn the_output_may_lie_on_the_input() {
    let p11 = P11::blank();
    let session = p11.open(p11.slot(), false);
    let mut buffer = [0; 32];
    buffer[..3].copy_from_slice(b"abc");
    let mut len = 32;
    expect(p11.digest_init(session, Mechanism::plain(CKM_SM3)));
    let at = buffer.as_mut_ptr();
    expect(call!(p11, C_Digest(session, at, 3, at, &raw mut len)));
    assert_eq!(buffer[..], Vec::from_hex(ABC[0].1).unwrap());
}

#[test]
fn a_running_digest_is_one_and_can_be_ended() {
    let (p11, session) = P11::user();
    let (_, key) = p11.sm2_pair(session, "key");
    expect(p11.digest_init(session, Mechanism::plain(CKM_SM3)));
    assert_eq!(
        p11.digest_init(session, Mechanism::plain(CKM_SM3)),
        CKR_OPERATION_ACTIVE
    );
    expect(call!(p11, C_DigestInit(session, null_mut())));
    assert_eq!(
        call!(p11, C_DigestInit(session, null_mut())),
        CKR_ARGUMENTS_BAD
    );
    assert_eq!(
        p11.digest_init(session, Mechanism(CKM_SM3, vec![1])),
        CKR_MECHANISM_PARAM_INVALID
    );
    assert_eq!(
        p11.digest_init(session, Mechanism::plain(CKM_SM2)),
        CKR_MECHANISM_INVALID
    );
    for (handle, expected) in [(key, CKR_KEY_INDIGESTIBLE), (12345, CKR_KEY_HANDLE_INVALID)] {
        expect(p11.digest_init(session, Mechanism::plain(0xFFFF_F005)));
        assert_eq!(call!(p11, C_DigestKey(session, handle)), expected);
        assert_eq!(finish(&p11, session), Err(CKR_OPERATION_NOT_INITIALIZED));
    }
    expect(p11.digest_init(session, Mechanism::plain(CKM_SM3)));
    assert_eq!(
        call!(p11, C_DigestUpdate(session, null_mut(), 5)),
        CKR_ARGUMENTS_BAD
    );
    assert_eq!(finish(&p11, session), Err(CKR_OPERATION_NOT_INITIALIZED));
}

#[test]
fn operation_state_is_not_given_out() {
    let p11 = P11::blank();
    let session = p11.open(p11.slot(), false);
    let mut len = 0;
    let get = |len| call!(p11, C_GetOperationState(session, null_mut(), len));
    assert_eq!(get(&raw mut len), CKR_OPERATION_NOT_INITIALIZED);
    expect(p11.digest_init(session, Mechanism::plain(CKM_SM3)));
    assert_eq!(get(&raw mut len), CKR_STATE_UNSAVEABLE);
    assert!(one_shot(&p11, session, b"", 32).is_ok());
    let mut state = [0; 4];
    assert_eq!(
        call!(
            p11,
            C_SetOperationState(session, state.as_mut_ptr(), 4, 0, 0)
        ),
        CKR_SAVED_STATE_INVALID
    );
    let nothing = call!(p11, C_SetOperationState(session, null_mut(), 0, 0, 0));
    assert_eq!(nothing, CKR_ARGUMENTS_BAD);
}

#[test]
fn random_numbers_differ_and_fill_the_buffer() {
    let p11 = P11::blank();
    let session = p11.open(p11.slot(), false);
    for length in [16, 300, 4096, 100_000] {
        let random = || {
            let mut out = vec![0; length];
            expect(call!(
                p11,
                C_GenerateRandom(session, out.as_mut_ptr(), length as CK_ULONG)
            ));
            out
        };
        let (one, other) = (random(), random());
        assert_ne!(one, other);
        assert!(one.chunks(16).all(|chunk| chunk.iter().any(|b| *b != 0)));
    }
    let mut byte = 0;
    expect(call!(p11, C_GenerateRandom(session, null_mut(), 0)));
    assert_eq!(
        call!(p11, C_GenerateRandom(session, null_mut(), 1)),
        CKR_ARGUMENTS_BAD
    );
    assert_eq!(
        call!(p11, C_GenerateRandom(session, &raw mut byte, CK_ULONG::MAX)),
        CKR_ARGUMENTS_BAD
    );
    assert_eq!(
        call!(p11, C_SeedRandom(session, null_mut(), 1)),
        CKR_ARGUMENTS_BAD
    );
    expect(call!(p11, C_SeedRandom(session, &raw mut byte, 1)));
    expect(call!(p11, C_SeedRandom(session, null_mut(), 0)));
    let random = |length| {
        let mut out = vec![0; length];
        expect(call!(
            p11,
            C_GenerateRandom(session, out.as_mut_ptr(), length as CK_ULONG)
        ));
        out
    };
    for length in [16, 4096, 200_000] {
        assert_ne!(random(length), random(length));
    }
}
