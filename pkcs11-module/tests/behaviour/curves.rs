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

/// PKCS#11 3.2, "Edwards elliptic curve public key objects" and those of Montgomery curves: names of RFC 8032 and 7748 in a
/// PrintableString, names of RFC 8410 and those before it as object identifiers; the public key is bare bytes.
#[test]
fn curves_of_bare_bytes_have_names_and_keep_the_one_they_were_given() {
    let (p11, session) = P11::user();
    for (number, params) in [
        (CKM_EC_EDWARDS_KEY_PAIR_GEN, "130c656477617264733235353139"),
        (CKM_EC_EDWARDS_KEY_PAIR_GEN, "06032b6570"),
        (CKM_EC_EDWARDS_KEY_PAIR_GEN, "06092b06010401da470f01"),
        (CKM_EC_MONTGOMERY_KEY_PAIR_GEN, "130a63757276653235353139"),
        (CKM_EC_MONTGOMERY_KEY_PAIR_GEN, "06032b656e"),
        (CKM_EC_MONTGOMERY_KEY_PAIR_GEN, "060a2b060104019755010501"),
    ] {
        let named = Template::default().bytes(CKA_EC_PARAMS, &hex(params));
        let made = p11.generate(
            session,
            Mechanism::plain(number),
            named,
            Template::default(),
        );
        let (public, private) = made.unwrap();
        for key in [public, private] {
            let read = p11.attribute(session, key, CKA_EC_PARAMS);
            assert_eq!(read.unwrap(), hex(params));
        }
        let point = p11.attribute(session, public, CKA_EC_POINT).unwrap();
        assert_eq!(point.len(), 32);
        let key_type = p11.attribute(session, public, CKA_KEY_TYPE).unwrap();
        let again = Template::of(CKO_PUBLIC_KEY)
            .bytes(CKA_KEY_TYPE, &key_type)
            .bytes(CKA_EC_PARAMS, &hex(params))
            .bytes(CKA_EC_POINT, &point);
        let again = p11.create(session, again).unwrap();
        assert_eq!(p11.attribute(session, again, CKA_EC_POINT).unwrap(), point);
    }
}

/// A bare point whose x begins with 3F has the first two bytes of a DER OCTET STRING. The key of the peer is 111, our own is
/// 5; what they agree on is from Python's `cryptography`.
#[test]
fn a_bare_point_may_look_like_an_octet_string() {
    let (p11, session) = P11::user();
    let point = hex(
        "043fc424067a1f679b0fe2c0ae1093724f6233002be8063cb1cad2cccdb85b089e\
         5bb243009e581be52aedbb47eda98d26cf9fc800f7934c9466aaaef8c6629ecf",
    );
    let p256 = |class| {
        Template::of(class)
            .number(CKA_KEY_TYPE, CKK_EC)
            .bytes(CKA_EC_PARAMS, &hex("06082a8648ce3d030107"))
    };
    let mut five = [0; 32];
    five[31] = 5;
    for on_token in [false, true] {
        let own = p256(CKO_PRIVATE_KEY)
            .bytes(CKA_VALUE, &five)
            .flag(CKA_TOKEN, on_token)
            .flag(CKA_DERIVE, true);
        let own = p11.create(session, own).unwrap();
        for written in [point.clone(), [&[4, 65][..], &point].concat()] {
            let [at, len] = data(&written);
            let agree = Mechanism::numbers(CKM_ECDH1_DERIVE, &[CKD_NULL, 0, 0, len, at]);
            assert_eq!(
                derive(&p11, session, agree, own, None).unwrap(),
                hex("76caf98199b601604329cc31cb4c36e83064d248a169ead283c9ee1eac0a0618")
            );
        }
    }
    let public = p256(CKO_PUBLIC_KEY).bytes(CKA_EC_POINT, &point);
    let public = p11.create(session, public).unwrap();
    let wrapped = [&[4, 65][..], &point].concat();
    assert_eq!(
        p11.attribute(session, public, CKA_EC_POINT).unwrap(),
        wrapped
    );
}

/// No hash has more than 64 bytes: what is longer than the order of P-521 is cut nowhere, it is refused.
#[test]
fn p521_signs_no_more_than_the_longest_digest() {
    let (p11, session) = P11::user();
    let p521 = Template::default().bytes(CKA_EC_PARAMS, &hex("06052b81040023"));
    let make = Mechanism::plain(CKM_EC_KEY_PAIR_GEN);
    let (public, private) = p11
        .generate(session, make, p521, Template::default())
        .unwrap();
    let ecdsa = || Mechanism::plain(CKM_ECDSA);
    let made = p11.sign(session, ecdsa(), private, &[7; 64]).unwrap();
    expect(p11.verify(session, ecdsa(), public, &[7; 64], &made));
    let long = p11.sign(session, ecdsa(), private, &[7; 65]);
    assert_eq!(long, Err(CKR_DATA_LEN_RANGE));
    let long = p11.verify(session, ecdsa(), public, &[7; 65], &made);
    assert_eq!(long, CKR_DATA_LEN_RANGE);
}

/// PKCS#11 3.2, "ECDSA signatures": who does not know the order may leave out zeros before r and s. SunPKCS11 does, with every
/// second signature of P-521.
#[test]
fn signatures_may_lack_the_zeros_before_both_numbers() {
    let (p11, session) = P11::user();
    let p521 = Template::default().bytes(CKA_EC_PARAMS, P521);
    let make = Mechanism::plain(CKM_EC_KEY_PAIR_GEN);
    let (public, private) = p11
        .generate(session, make, p521, Template::default())
        .unwrap();
    let ecdsa = || Mechanism::plain(CKM_ECDSA_SHA256);
    // The first byte of 66 holds one bit: one signature in four has it clear in both halves.
    let made = std::iter::repeat_with(|| p11.sign(session, ecdsa(), private, b"message").unwrap())
        .find(|made| made[0] == 0 && made[66] == 0)
        .unwrap();
    let short = [&made[1..66], &made[67..]].concat();
    expect(p11.verify(session, ecdsa(), public, b"message", &short));
    let other = p11.verify(session, ecdsa(), public, b"massage", &short);
    assert_eq!(other, CKR_SIGNATURE_INVALID);
    for wrong in [&made[1..], &[0; 134], &[]] {
        let refused = p11.verify(session, ecdsa(), public, b"message", wrong);
        assert_eq!(refused, CKR_SIGNATURE_LEN_RANGE);
    }
}

/// What SunPKCS11 asks for in ECDH: no word of how the shared value is guarded, then its value.
#[test]
fn a_shared_value_of_the_session_can_be_read_where_nobody_says() {
    let (p11, session) = P11::user();
    let p256 = || Template::default().bytes(CKA_EC_PARAMS, P256);
    let make = || Mechanism::plain(CKM_EC_KEY_PAIR_GEN);
    let (public, private) = p11
        .generate(session, make(), p256(), Template::default())
        .unwrap();
    let point = p11.attribute(session, public, CKA_EC_POINT).unwrap();
    for on_token in [false, true] {
        let [at, len] = data(&point);
        let agree = Mechanism::numbers(CKM_ECDH1_DERIVE, &[CKD_NULL, 0, 0, len, at]);
        let template = Template::of(CKO_SECRET_KEY)
            .number(CKA_KEY_TYPE, CKK_GENERIC_SECRET)
            .flag(CKA_TOKEN, on_token);
        let key = derive_key(&p11, session, agree, private, template).unwrap();
        let value = p11.attribute(session, key, CKA_VALUE);
        assert_eq!(value.is_ok(), !on_token);
    }
}
