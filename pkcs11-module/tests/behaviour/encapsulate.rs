//! C_EncapsulateKey and C_DecapsulateKey.

use crate::harness::*;
use std::ptr::null_mut;

const P256: &[u8] = &[6, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7];
const P384: &[u8] = &[6, 5, 0x2B, 0x81, 4, 0, 0x22];
const X25519: &[u8] = &[6, 3, 0x2B, 0x65, 0x6E];

/// A readable generic secret of this length, or as long as it comes.
fn shared(len: Option<CK_ULONG>) -> Template {
    let template = open(Template::of(CKO_SECRET_KEY).number(CKA_KEY_TYPE, CKK_GENERIC_SECRET));
    match len {
        Some(len) => template.number(CKA_VALUE_LEN, len),
        None => template,
    }
}

/// CKM_ECDH1_DERIVE without the other public key.
fn ecdh(kdf: CK_ULONG) -> Mechanism {
    Mechanism::numbers(CKM_ECDH1_DERIVE, &[kdf, 0, 0, 0, 0])
}

fn oaep(label: &[u8]) -> Mechanism {
    let [at, len] = data(label);
    let source = [CKZ_DATA_SPECIFIED, at, len];
    let numbers = [&[CKM_SHA256, CKG_MGF1_SHA256][..], &source].concat();
    Mechanism::numbers(CKM_RSA_PKCS_OAEP, &numbers)
}

/// NIST's vectors for the ECC CDH primitive (P-256, count 0); RFC 7748, 6.1.
#[test]
fn decapsulation_with_ecdh_gives_the_shared_values_of_the_standards() {
    let (p11, session) = P11::user();
    for (key_type, params, own, peer, expected) in [
        (
            CKK_EC,
            P256,
            "7d7dc5f71eb29ddaf80d6214632eeae03d9058af1fb6d22ed80badb62bc1a534",
            "04700c48f77f56584c5cc632ca65640db91b6bacce3a4df6b42ce7cc838833d287\
             db71e509e3fd9b060ddb20ba5c51dcc5948d46fbf640dfe0441782cab85fa4ac",
            "46fc62106420ff012e54a434fbdd2d25ccc5852060561e68040dd7778997bd7b",
        ),
        (
            CKK_EC_MONTGOMERY,
            X25519,
            "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
            "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
            "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742",
        ),
    ] {
        let own = Template::of(CKO_PRIVATE_KEY)
            .number(CKA_KEY_TYPE, key_type)
            .bytes(CKA_EC_PARAMS, params)
            .bytes(CKA_VALUE, &hex(own));
        let own = p11.create(session, own).unwrap();
        let of =
            |peer: &[u8], template| decapsulate(&p11, session, ecdh(CKD_NULL), own, peer, template);
        let peer = hex(peer);
        let key = of(&peer, shared(None)).unwrap();
        assert_eq!(
            p11.attribute(session, key, CKA_VALUE).unwrap(),
            hex(expected)
        );
        // Where the template says less, the leading bytes go.
        let short = of(&peer, shared(Some(16))).unwrap();
        assert_eq!(
            p11.attribute(session, short, CKA_VALUE).unwrap(),
            hex(expected)[16..]
        );
        assert_eq!(
            of(&peer[1..], shared(None)),
            Err(CKR_WRAPPED_KEY_INVALID),
            "a ciphertext that is no public key"
        );
        assert_eq!(of(&peer, shared(Some(33))), Err(CKR_TEMPLATE_INCONSISTENT));
    }
}

#[test]
fn both_sides_of_an_encapsulation_hold_the_same_key() {
    let (p11, session) = P11::user();
    let pair = |number, params: &[u8], on_token| {
        let template = || Template::default().flag(CKA_TOKEN, on_token);
        let public = template().bytes(CKA_EC_PARAMS, params);
        p11.generate(session, Mechanism::plain(number), public, template())
            .unwrap()
    };
    let p256 = pair(CKM_EC_KEY_PAIR_GEN, P256, true);
    let p384 = pair(CKM_EC_KEY_PAIR_GEN, P384, false);
    let x25519 = pair(CKM_EC_MONTGOMERY_KEY_PAIR_GEN, X25519, false);
    let rsa = p11.rsa_pair(session, "kem");
    let label = b"label";
    for (mechanism, (public, private), len, ciphertext_len, key_len) in [
        (
            &(|| ecdh(CKD_NULL)) as &dyn Fn() -> Mechanism,
            p256,
            None,
            65,
            32,
        ),
        (&|| ecdh(CKD_SHA256_KDF), p256, Some(40), 65, 40),
        (&|| ecdh(CKD_NULL), p384, None, 97, 48),
        (&|| ecdh(CKD_SHA512_KDF), p384, Some(16), 97, 16),
        (&|| ecdh(CKD_NULL), x25519, Some(32), 32, 32),
        (&|| Mechanism::plain(CKM_RSA_PKCS), rsa, Some(32), 256, 32),
        (&|| oaep(label), rsa, Some(24), 256, 24),
        (&|| oaep(b""), rsa, Some(190), 256, 190),
        (&|| Mechanism::plain(CKM_RSA_X_509), rsa, None, 256, 256),
    ] {
        let (ciphertext, made) =
            encapsulate(&p11, session, mechanism(), public, shared(len)).unwrap();
        assert_eq!(ciphertext.len(), ciphertext_len);
        let value = p11.attribute(session, made, CKA_VALUE).unwrap();
        assert_eq!(value.len(), key_len);
        let template = shared(len);
        let back = decapsulate(&p11, session, mechanism(), private, &ciphertext, template);
        let back = back.unwrap();
        assert_eq!(p11.attribute(session, back, CKA_VALUE).unwrap(), value);
        let again = encapsulate(&p11, session, mechanism(), public, shared(len)).unwrap();
        assert_ne!(again.0, ciphertext);
        for key in [made, back] {
            for attribute in [CKA_LOCAL, CKA_ALWAYS_SENSITIVE, CKA_NEVER_EXTRACTABLE] {
                assert_eq!(p11.attribute(session, key, attribute).unwrap(), [0]);
            }
        }
    }
    // With RSA it is no more than encryption.
    let mechanism = || Mechanism::plain(CKM_RSA_PKCS);
    let (ciphertext, made) =
        encapsulate(&p11, session, mechanism(), rsa.0, shared(Some(32))).unwrap();
    assert_eq!(
        p11.decrypt(session, mechanism(), rsa.1, &ciphertext),
        p11.attribute(session, made, CKA_VALUE)
    );
}

#[test]
fn an_encapsulated_key_is_what_its_template_and_the_key_pair_say() {
    let (p11, session) = P11::user();
    let generic = Template::of(CKO_SECRET_KEY).number(CKA_KEY_TYPE, CKK_GENERIC_SECRET);
    let mut imposed = Template::default().flag(CKA_EXTRACTABLE, false);
    let inner = imposed.c();
    let bytes = unsafe {
        std::slice::from_raw_parts(inner.as_ptr().cast::<u8>(), size_of_val(inner.as_slice()))
    };
    let (public, private) = p11
        .generate(
            session,
            Mechanism::plain(CKM_EC_KEY_PAIR_GEN),
            Template::default()
                .bytes(CKA_EC_PARAMS, P256)
                .bytes(CKA_ENCAPSULATE_TEMPLATE, bytes),
            Template::default().bytes(CKA_DECAPSULATE_TEMPLATE, bytes),
        )
        .unwrap();
    let refused = encapsulate(&p11, session, ecdh(CKD_NULL), public, shared(None));
    assert_eq!(refused, Err(CKR_KEY_HANDLE_INVALID));
    let made = encapsulate(&p11, session, ecdh(CKD_NULL), public, generic.clone());
    let (ciphertext, made) = made.unwrap();
    let template = shared(None);
    let refused = decapsulate(
        &p11,
        session,
        ecdh(CKD_NULL),
        private,
        &ciphertext,
        template,
    );
    assert_eq!(refused, Err(CKR_TEMPLATE_INCONSISTENT));
    let back = decapsulate(&p11, session, ecdh(CKD_NULL), private, &ciphertext, generic);
    for key in [made, back.unwrap()] {
        assert_eq!(p11.attribute(session, key, CKA_EXTRACTABLE).unwrap(), [0]);
        assert_eq!(
            p11.attribute(session, key, CKA_VALUE),
            Err(CKR_ATTRIBUTE_SENSITIVE)
        );
    }
}

#[test]
fn encapsulation_refuses_what_cannot_be() {
    let (p11, session) = P11::user();
    let (public, private) = p11.rsa_pair(session, "kem");
    let (sm2_public, _) = p11.sm2_pair(session, "sm2");
    let (signs_only, _) = p11
        .generate(
            session,
            Mechanism::plain(CKM_EC_KEY_PAIR_GEN),
            Template::default()
                .bytes(CKA_EC_PARAMS, P256)
                .flag(CKA_VERIFY, true),
            Template::default(),
        )
        .unwrap();
    let pkcs = || Mechanism::plain(CKM_RSA_PKCS);
    let point = [4; 65];
    let [at, at_len] = data(&point);
    let with_peer = Mechanism::numbers(CKM_ECDH1_DERIVE, &[CKD_NULL, 0, 0, at_len, at]);
    for (mechanism, key, len, expected) in [
        (pkcs(), private, Some(16), CKR_KEY_TYPE_INCONSISTENT),
        (pkcs(), sm2_public, Some(16), CKR_KEY_TYPE_INCONSISTENT),
        (ecdh(CKD_NULL), public, None, CKR_KEY_TYPE_INCONSISTENT),
        (pkcs(), 1 << 40, Some(16), CKR_KEY_HANDLE_INVALID),
        (pkcs(), public, None, CKR_TEMPLATE_INCOMPLETE),
        (pkcs(), public, Some(246), CKR_TEMPLATE_INCONSISTENT),
        (
            pkcs(),
            public,
            Some(CK_ULONG::MAX),
            CKR_TEMPLATE_INCONSISTENT,
        ),
        (
            Mechanism::plain(CKM_SM2),
            public,
            None,
            CKR_MECHANISM_INVALID,
        ),
        (with_peer, signs_only, None, CKR_MECHANISM_PARAM_INVALID),
        (
            ecdh(CKD_SHA256_KDF),
            signs_only,
            None,
            CKR_TEMPLATE_INCOMPLETE,
        ),
        (
            ecdh(CKD_NULL),
            signs_only,
            None,
            CKR_KEY_FUNCTION_NOT_PERMITTED,
        ),
    ] {
        let refused = encapsulate(&p11, session, mechanism, key, shared(len));
        assert_eq!(refused, Err(expected));
    }
    let of = |key, ciphertext: &[u8]| {
        decapsulate(&p11, session, pkcs(), key, ciphertext, shared(Some(16)))
    };
    assert_eq!(
        of(1 << 40, &[1; 256]),
        Err(CKR_UNWRAPPING_KEY_HANDLE_INVALID)
    );
    assert_eq!(
        of(public, &[1; 256]),
        Err(CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT)
    );
    assert_eq!(of(private, &[1; 255]), Err(CKR_WRAPPED_KEY_LEN_RANGE));
    assert_eq!(of(private, &[0xFF; 256]), Err(CKR_WRAPPED_KEY_INVALID));
}

#[test]
fn the_length_of_a_ciphertext_can_be_asked_for_and_makes_no_key() {
    let (p11, session) = P11::user();
    let (public, _) = p11.rsa_pair(session, "kem");
    let before = p11.find(session, Template::default()).len();
    let mut mechanism = Mechanism::plain(CKM_RSA_PKCS);
    let mut template = shared(Some(16));
    let (mut template, mut handle, mut len) = (template.c(), 77, 0);
    let count = template.len() as CK_ULONG;
    let mut ask = |out: *mut CK_BYTE, len: *mut CK_ULONG, handle| {
        call!(
            p11,
            C_EncapsulateKey(
                session,
                &mut mechanism.c(),
                public,
                template.as_mut_ptr(),
                count,
                out,
                len,
                handle
            )
        )
    };
    expect(ask(null_mut(), &raw mut len, null_mut()));
    assert_eq!(len, 256);
    let mut out = [0_u8; 256];
    len = 255;
    let rv = ask(out.as_mut_ptr(), &raw mut len, &raw mut handle);
    assert_eq!((rv, len, handle), (CKR_BUFFER_TOO_SMALL, 256, 77));
    let rv = ask(out.as_mut_ptr(), &raw mut len, null_mut());
    assert_eq!(rv, CKR_ARGUMENTS_BAD);
    assert_eq!(p11.find(session, Template::default()).len(), before);
    expect(ask(out.as_mut_ptr(), &raw mut len, &raw mut handle));
    assert_eq!(p11.find(session, Template::default()).len(), before + 1);
}

#[test]
fn sm2_keys_that_were_put_on_the_token_decrypt() {
    let (p11, session) = P11::user();
    let (public, private) = p11
        .generate(
            session,
            Mechanism::plain(CKM_SM2_KEY_PAIR_GEN),
            Template::default(),
            open(Template::default()),
        )
        .unwrap();
    let stored = p11.copy(session, private, Template::default().on_token());
    let stored = stored.unwrap();
    let cipher = || Mechanism::plain(CKM_SM2_ENCRYPT);
    let made = p11.encrypt(session, cipher(), public, b"message").unwrap();
    assert_eq!(
        p11.decrypt(session, cipher(), stored, &made).unwrap(),
        b"message"
    );
}
