//! ECDSA, EdDSA and keys on their curves.

use crate::harness::*;
use hex::FromHex;

const P256: &[u8] = &[6, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7];
const P384: &[u8] = &[6, 5, 0x2B, 0x81, 4, 0, 0x22];
const P521: &[u8] = &[6, 5, 0x2B, 0x81, 4, 0, 0x23];
const ED25519: &[u8] = &[6, 3, 0x2B, 0x65, 0x70];

fn hex(text: &str) -> Vec<u8> {
    Vec::from_hex(text).unwrap()
}

#[test]
fn ecdsa_signs_in_the_session_and_in_the_token() {
    let (p11, session) = P11::user();
    for (params, len, on_token) in [
        (P256, 64, false),
        (P384, 96, false),
        (P521, 132, false),
        (P256, 64, true),
        (P384, 96, true),
    ] {
        let template = || Template::default().flag(CKA_TOKEN, on_token);
        let (public, private) = p11
            .generate(
                session,
                Mechanism::plain(CKM_EC_KEY_PAIR_GEN),
                template().bytes(CKA_EC_PARAMS, params),
                template(),
            )
            .unwrap();
        for number in [CKM_ECDSA_SHA256, CKM_ECDSA_SHA384, CKM_ECDSA_SHA3_256] {
            let made = p11
                .sign(session, Mechanism::plain(number), private, b"message")
                .unwrap();
            assert_eq!(made.len(), len);
            let verify = |data: &[u8], made: &[u8]| {
                p11.verify(session, Mechanism::plain(number), public, data, made)
            };
            expect(verify(b"message", &made));
            assert_eq!(verify(b"massage", &made), CKR_SIGNATURE_INVALID);
            assert_eq!(verify(b"message", &made[1..]), CKR_SIGNATURE_LEN_RANGE);
        }
        // The digest of "message", signed bare, verifies as a message.
        let digest = hex("ab530a13e45914982b79f9b7e3fba994cfd1f3fb22f71cea1afbf02b460c6d1d");
        let made = p11
            .sign(session, Mechanism::plain(CKM_ECDSA), private, &digest)
            .unwrap();
        let sha256 = Mechanism::plain(CKM_ECDSA_SHA256);
        expect(p11.verify(session, sha256, public, b"message", &made));
        let refused = p11.sign(session, Mechanism::plain(CKM_SM2), private, &digest);
        assert_eq!(refused, Err(CKR_KEY_TYPE_INCONSISTENT));
    }
    let (_, sm2) = p11.sm2_pair(session, "sm2");
    let refused = p11.sign(session, Mechanism::plain(CKM_ECDSA), sm2, &[0; 32]);
    assert_eq!(refused, Err(CKR_KEY_TYPE_INCONSISTENT));
}

/// RFC 8032, 7.1, test 2.
#[test]
fn eddsa_is_that_of_the_standard() {
    let (p11, session) = P11::user();
    let seed = hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
    let expected = hex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
         085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    );
    let template = Template::of(CKO_PRIVATE_KEY)
        .number(CKA_KEY_TYPE, CKK_EC_EDWARDS)
        .bytes(CKA_EC_PARAMS, ED25519)
        .bytes(CKA_VALUE, &seed);
    let private = p11.create(session, template).unwrap();
    let eddsa = || Mechanism::plain(CKM_EDDSA);
    assert_eq!(
        p11.sign(session, eddsa(), private, &[0x72]).unwrap(),
        expected
    );
    let (public, private) = p11
        .generate(
            session,
            Mechanism::plain(CKM_EC_EDWARDS_KEY_PAIR_GEN),
            Template::default().bytes(CKA_EC_PARAMS, ED25519),
            Template::default(),
        )
        .unwrap();
    let made = p11.sign(session, eddsa(), private, b"message").unwrap();
    expect(p11.verify(session, eddsa(), public, b"message", &made));
    assert_eq!(
        p11.verify(session, eddsa(), public, b"massage", &made),
        CKR_SIGNATURE_INVALID
    );
    let prehashed = Mechanism::numbers(CKM_EDDSA, &[1, 0, 0]);
    assert_eq!(
        p11.sign(session, prehashed, private, b""),
        Err(CKR_MECHANISM_PARAM_INVALID)
    );
}
