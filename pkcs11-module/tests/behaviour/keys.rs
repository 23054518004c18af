//! C_GenerateKeyPair.

use crate::harness::*;

fn sm2() -> Mechanism {
    Mechanism::plain(CKM_SM2_KEY_PAIR_GEN)
}

fn token() -> Template {
    Template::default().on_token()
}

const SM2_PARAMS: &[u8] = &[0x06, 0x08, 0x2A, 0x81, 0x1C, 0xCF, 0x55, 0x01, 0x82, 0x2D];

#[test]
fn a_pair_shares_its_id_and_tells_the_truth_about_itself() {
    let (p11, session) = P11::user();
    let (public, private) = p11.sm2_pair(session, "pair");
    let read = |key, attribute| p11.attribute(session, key, attribute);
    assert_eq!(read(public, CKA_ID), read(private, CKA_ID));
    assert_eq!(read(public, CKA_ID).unwrap().len(), 20);
    for (attribute, value) in [
        (CKA_SENSITIVE, 1),
        (CKA_EXTRACTABLE, 0),
        (CKA_ALWAYS_SENSITIVE, 1),
        (CKA_NEVER_EXTRACTABLE, 1),
        (CKA_LOCAL, 1),
        (CKA_PRIVATE, 1),
        (CKA_TOKEN, 1),
        (CKA_SIGN, 1),
        (CKA_DECRYPT, 1),
        (CKA_SIGN_RECOVER, 0),
        (CKA_ALWAYS_AUTHENTICATE, 0),
    ] {
        assert_eq!(read(private, attribute).unwrap(), [value], "{attribute:#x}");
    }
    for key in [public, private] {
        assert_eq!(read(key, CKA_EC_PARAMS).unwrap(), SM2_PARAMS);
        assert_eq!(read(key, CKA_EC_POINT).unwrap()[..3], [0x04, 0x41, 0x04]);
        assert_eq!(read(key, CKA_KEY_TYPE).unwrap(), CKK_SM2.to_ne_bytes());
        assert_eq!(
            read(key, CKA_KEY_GEN_MECHANISM).unwrap(),
            CKM_SM2_KEY_PAIR_GEN.to_ne_bytes()
        );
        assert_eq!(read(key, CKA_PUBLIC_KEY_INFO).unwrap().len(), 91);
    }
    assert_eq!(read(private, CKA_VALUE), Err(CKR_ATTRIBUTE_SENSITIVE));
    assert_eq!(read(public, CKA_SIGN), Err(CKR_ATTRIBUTE_TYPE_INVALID));
}

#[test]
fn an_rsa_pair_has_the_asked_size() {
    let (p11, session) = P11::user();
    let (public, private) = p11.rsa_pair(session, "rsa");
    let read = |key, attribute| p11.attribute(session, key, attribute);
    assert_eq!(read(public, CKA_MODULUS).unwrap().len(), 256);
    assert_eq!(read(public, CKA_MODULUS), read(private, CKA_MODULUS));
    assert_eq!(
        read(public, CKA_MODULUS_BITS).unwrap(),
        (2048 as CK_ULONG).to_ne_bytes()
    );
    assert_eq!(read(private, CKA_PUBLIC_EXPONENT).unwrap(), [1, 0, 1]);
    assert_eq!(
        read(private, CKA_PRIVATE_EXPONENT),
        Err(CKR_ATTRIBUTE_SENSITIVE)
    );
    assert_eq!(
        read(private, CKA_MODULUS_BITS),
        Err(CKR_ATTRIBUTE_TYPE_INVALID)
    );
}

#[test]
fn an_ec_client_gets_an_ec_key() {
    let (p11, session) = P11::user();
    let ec = || Mechanism::plain(CKM_EC_KEY_PAIR_GEN);
    let params = token()
        .bytes(CKA_EC_PARAMS, SM2_PARAMS)
        .bytes(CKA_LABEL, b"ec");
    let (public, private) = p11.generate(session, ec(), params, token()).unwrap();
    for key in [public, private] {
        assert_eq!(
            p11.attribute(session, key, CKA_KEY_TYPE).unwrap(),
            CKK_EC.to_ne_bytes()
        );
        assert_eq!(p11.attribute(session, key, CKA_LABEL).unwrap(), b"ec");
    }
    assert!(
        p11.sign(session, Mechanism::plain(CKM_SM2_SM3), private, b"message")
            .is_ok()
    );
    // The token makes P-256 and P-384.
    let p521 = [0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x23];
    for (public, expected) in [
        (token(), CKR_TEMPLATE_INCOMPLETE),
        (token().bytes(CKA_EC_PARAMS, &p521), CKR_CURVE_NOT_SUPPORTED),
        (
            token().bytes(CKA_EC_PARAMS, b"\x06\x08short"),
            CKR_ATTRIBUTE_VALUE_INVALID,
        ),
    ] {
        assert_eq!(p11.generate(session, ec(), public, token()), Err(expected));
    }
}

#[test]
fn templates_say_what_a_key_is_for() {
    let (p11, session) = P11::user();
    let public = token().bytes(CKA_ID, b"\x01").flag(CKA_VERIFY, true);
    let private = token().flag(CKA_SIGN, true).flag(CKA_DECRYPT, false);
    let (public, private) = p11.generate(session, sm2(), public, private).unwrap();
    for key in [public, private] {
        assert_eq!(p11.attribute(session, key, CKA_ID).unwrap(), [1]);
    }
    assert_eq!(p11.attribute(session, public, CKA_ENCRYPT).unwrap(), [0]);
    let decrypt = p11.decrypt(
        session,
        Mechanism::plain(CKM_SM2_ENCRYPT),
        private,
        &[4; 100],
    );
    assert_eq!(decrypt, Err(CKR_KEY_FUNCTION_NOT_PERMITTED));
    let encrypt = p11.encrypt(
        session,
        Mechanism::plain(CKM_SM2_ENCRYPT),
        public,
        &[4; 100],
    );
    assert_eq!(encrypt, Err(CKR_KEY_FUNCTION_NOT_PERMITTED));
    let mechanisms: Vec<u8> = [CKM_SM2_SM3].iter().flat_map(|m| m.to_ne_bytes()).collect();
    let private = token().bytes(CKA_ALLOWED_MECHANISMS, &mechanisms);
    let (_, private) = p11.generate(session, sm2(), token(), private).unwrap();
    assert!(
        p11.sign(session, Mechanism::plain(0x8000_8102), private, b"m")
            .is_ok()
    );
    assert_eq!(
        p11.sign(session, Mechanism::plain(CKM_SM2), private, &[1; 32]),
        Err(CKR_MECHANISM_INVALID)
    );
}

#[test]
fn same_labels_are_different_keys() {
    let (p11, session) = P11::user();
    let (one, other) = (
        p11.sm2_pair(session, "label"),
        p11.sm2_pair(session, "label"),
    );
    assert_ne!(
        p11.attribute(session, one.0, CKA_EC_POINT),
        p11.attribute(session, other.0, CKA_EC_POINT)
    );
    assert_eq!(
        p11.find(
            session,
            Template::of(CKO_PRIVATE_KEY).bytes(CKA_LABEL, b"label")
        )
        .len(),
        2
    );
    // Labels that cannot be names of containers are labels all the same.
    for label in [
        &[0xFF, 0xFE][..],
        b"",
        b"with\0nul",
        &[b'l'; 200],
        "名称".as_bytes(),
    ] {
        let template = || token().bytes(CKA_LABEL, label);
        let (public, private) = p11
            .generate(session, sm2(), template(), template())
            .unwrap();
        for key in [public, private] {
            assert_eq!(p11.attribute(session, key, CKA_LABEL).unwrap(), label);
        }
    }
}

#[test]
fn what_cannot_be_made_is_refused_and_leaves_nothing() {
    let (p11, session) = P11::user();
    let refused = |mechanism, public, private, expected| {
        assert_eq!(
            p11.generate(session, mechanism, public, private),
            Err(expected)
        );
    };
    for number in [CKM_SM3, CKM_DSA_KEY_PAIR_GEN] {
        refused(
            Mechanism::plain(number),
            token(),
            token(),
            CKR_MECHANISM_INVALID,
        );
    }
    let parameter = Mechanism(CKM_SM2_KEY_PAIR_GEN, vec![1]);
    refused(parameter, token(), token(), CKR_MECHANISM_PARAM_INVALID);
    for private in [
        token().flag(CKA_PRIVATE, false),
        token().flag(CKA_VERIFY, true),
    ] {
        refused(sm2(), token(), private, CKR_TEMPLATE_INCONSISTENT);
    }
    refused(
        sm2(),
        token(),
        token().flag(CKA_LOCAL, true),
        CKR_ATTRIBUTE_READ_ONLY,
    );
    let typed = |key_type| token().number(CKA_KEY_TYPE, key_type);
    refused(sm2(), typed(CKK_RSA), token(), CKR_TEMPLATE_INCONSISTENT);
    refused(
        sm2(),
        typed(CKK_EC),
        typed(CKK_SM2),
        CKR_TEMPLATE_INCONSISTENT,
    );
    let other_class = token().number(CKA_CLASS, CKO_PRIVATE_KEY);
    refused(sm2(), other_class, token(), CKR_TEMPLATE_INCONSISTENT);
    refused(
        sm2(),
        token().bytes(CKA_ID, &[1; 61_000]),
        token(),
        CKR_DEVICE_MEMORY,
    );
    assert!(p11.find(session, Template::default()).is_empty());
}

#[test]
fn rsa_pairs_that_the_token_does_not_make_are_refused() {
    let (p11, session) = P11::user();
    let refused = |public, expected| {
        let rsa = Mechanism::plain(CKM_RSA_PKCS_KEY_PAIR_GEN);
        assert_eq!(p11.generate(session, rsa, public, token()), Err(expected));
    };
    let bits = |n| token().number(CKA_MODULUS_BITS, n);
    refused(token(), CKR_TEMPLATE_INCOMPLETE);
    for size in [0, 1024, 2047, 8192, CK_ULONG::MAX] {
        refused(bits(size), CKR_KEY_SIZE_RANGE);
    }
    let three = bits(2048).bytes(CKA_PUBLIC_EXPONENT, &[3]);
    refused(three, CKR_ATTRIBUTE_VALUE_INVALID);
    assert!(p11.find(session, Template::default()).is_empty());
}

#[test]
fn making_keys_takes_the_user_and_a_writing_session() {
    let (p11, session) = P11::user();
    let reading = p11.open(p11.slot(), false);
    let make = |session| p11.generate(session, sm2(), token(), token());
    assert_eq!(make(reading), Err(CKR_SESSION_READ_ONLY));
    expect(call!(p11, C_CloseSession(reading)));
    expect(call!(p11, C_Logout(session)));
    assert_eq!(make(session), Err(CKR_USER_NOT_LOGGED_IN));
}

#[test]
fn the_public_key_may_be_an_object_of_the_session() {
    let (p11, session) = P11::user();
    let public = Template::default().flag(CKA_TOKEN, false);
    let (public, private) = p11.generate(session, sm2(), public, token()).unwrap();
    assert_eq!(p11.attribute(session, public, CKA_TOKEN).unwrap(), [0]);
    assert_eq!(p11.attribute(session, private, CKA_TOKEN).unwrap(), [1]);
    let signature = p11
        .sign(session, Mechanism::plain(CKM_SM2_SM3), private, b"m")
        .unwrap();
    expect(p11.verify(
        session,
        Mechanism::plain(CKM_SM2_SM3),
        public,
        b"m",
        &signature,
    ));
}

/// What a container does not keep, an object of the token does: the pair is like any other, and the token sees to it.
#[test]
fn pairs_with_a_policy_of_their_own_are_made_in_objects() {
    let (p11, mut session) = P11::user();
    let rsa = || Mechanism::plain(CKM_RSA_PKCS_KEY_PAIR_GEN);
    let two_kilobits = || token().number(CKA_MODULUS_BITS, 2048);
    let exported = || {
        token()
            .flag(CKA_EXTRACTABLE, true)
            .flag(CKA_SENSITIVE, false)
    };
    for (pair, public, component, signs) in [
        (
            &sm2 as &dyn Fn() -> Mechanism,
            token(),
            CKA_VALUE,
            CKM_SM2_SM3,
        ),
        (&rsa, two_kilobits(), CKA_PRIME_1, CKM_SHA256_RSA_PKCS),
    ] {
        let text = b"any message";
        p11.generate(session, pair(), public.bytes(CKA_ID, b"policy"), exported())
            .unwrap();
        p11.restart();
        session = p11.open(p11.slot(), true);
        expect(p11.login(session, CKU_USER, USER_PIN));
        let found = |class| {
            let template = Template::of(class).bytes(CKA_ID, b"policy");
            p11.find_one(session, template)
        };
        let (public, private) = (found(CKO_PUBLIC_KEY), found(CKO_PRIVATE_KEY));
        let mechanism = || Mechanism::plain(signs);
        let signature = p11.sign(session, mechanism(), private, text).unwrap();
        expect(p11.verify(session, mechanism(), public, text, &signature));
        for (attribute, value) in [
            (CKA_LOCAL, 1),
            (CKA_EXTRACTABLE, 1),
            (CKA_SENSITIVE, 0),
            (CKA_ALWAYS_SENSITIVE, 0),
            (CKA_NEVER_EXTRACTABLE, 0),
        ] {
            assert_eq!(p11.attribute(session, private, attribute).unwrap(), [value]);
        }
        assert!(
            !p11.attribute(session, private, component)
                .unwrap()
                .is_empty()
        );
        expect(call!(p11, C_DestroyObject(session, private)));
        expect(call!(p11, C_DestroyObject(session, public)));
    }
}

#[test]
fn a_private_key_has_the_components_of_its_type_alone() {
    let (p11, session) = P11::user();
    let (_, sm2) = p11.sm2_pair(session, "sm2");
    let (_, rsa) = p11.rsa_pair(session, "rsa");
    for (key, own, foreign) in [
        (sm2, CKA_VALUE, CKA_PRIVATE_EXPONENT),
        (rsa, CKA_PRIME_1, CKA_VALUE),
    ] {
        let own = p11.attribute(session, key, own);
        assert_eq!(own, Err(CKR_ATTRIBUTE_SENSITIVE));
        let foreign = p11.attribute(session, key, foreign);
        assert_eq!(foreign, Err(CKR_ATTRIBUTE_TYPE_INVALID));
    }
}
