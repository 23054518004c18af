//! Private and secret keys that the caller puts on the token.

use crate::harness::*;

/// Type, CKA_EC_PARAMS and private value: RFC 6979 (A.2.5) and GB/T 32918.2 (appendix A).
const PAIRS: [(CK_KEY_TYPE, &str, &str); 2] = [
    (
        CKK_EC,
        "06082A8648CE3D030107",
        "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721",
    ),
    (
        CKK_SM2,
        "06082A811CCF5501822D",
        "3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8",
    ),
];

fn aes(value: &[u8]) -> Template {
    Template::of(CKO_SECRET_KEY)
        .number(CKA_KEY_TYPE, CKK_AES)
        .bytes(CKA_VALUE, value)
}

fn private((key_type, params, value): (CK_KEY_TYPE, &str, &str)) -> Template {
    Template::of(CKO_PRIVATE_KEY)
        .number(CKA_KEY_TYPE, key_type)
        .bytes(CKA_EC_PARAMS, &hex::decode(params).unwrap())
        .bytes(CKA_VALUE, &hex::decode(value).unwrap())
}

fn readable(template: Template) -> Template {
    template
        .flag(CKA_SENSITIVE, false)
        .flag(CKA_EXTRACTABLE, true)
}

/// Another run of the program, logged in.
fn again(p11: &P11) -> CK_SESSION_HANDLE {
    p11.restart();
    let session = p11.open(p11.slot(), true);
    expect(p11.login(session, CKU_USER, USER_PIN));
    session
}

#[test]
fn secret_keys_last_with_what_was_said_of_them() {
    let (p11, session) = P11::user();
    let template = aes(&[7; 32])
        .on_token()
        .bytes(CKA_LABEL, b"wrapping key")
        .bytes(CKA_ID, b"7")
        .bytes(CKA_START_DATE, b"20260101")
        .flag(CKA_WRAP, true);
    let key = p11.create(session, template).unwrap();
    let check = p11.attribute(session, key, CKA_CHECK_VALUE);
    let session = again(&p11);
    let key = p11.find_one(session, Template::of(CKO_SECRET_KEY).bytes(CKA_ID, b"7"));
    let get = |attribute| p11.attribute(session, key, attribute);
    assert_eq!(get(CKA_VALUE), Err(CKR_ATTRIBUTE_SENSITIVE));
    assert_eq!(get(CKA_LABEL).unwrap(), b"wrapping key");
    assert_eq!(get(CKA_START_DATE).unwrap(), b"20260101");
    assert_eq!(get(CKA_VALUE_LEN).unwrap(), CK_ULONG::to_ne_bytes(32));
    assert_eq!(get(CKA_CHECK_VALUE), check);
    for (attribute, expected) in [
        (CKA_PRIVATE, true),
        (CKA_WRAP, true),
        (CKA_ENCRYPT, false),
        (CKA_SENSITIVE, true),
        (CKA_ALWAYS_SENSITIVE, false),
        (CKA_LOCAL, false),
    ] {
        assert_eq!(get(attribute).unwrap(), [expected.into()], "{attribute:#x}");
    }
    // Nobody sees it before the login.
    expect(call!(p11, C_Logout(session)));
    assert!(p11.find(session, Template::of(CKO_SECRET_KEY)).is_empty());
}

#[test]
fn private_keys_last_with_their_public_half() {
    let (p11, session) = P11::user();
    let points = PAIRS.map(|pair| {
        let key = p11.create(session, private(pair).on_token()).unwrap();
        p11.attribute(session, key, CKA_EC_POINT).unwrap()
    });
    let session = again(&p11);
    for ((key_type, params, _), point) in PAIRS.into_iter().zip(points) {
        let wanted = Template::of(CKO_PRIVATE_KEY).number(CKA_KEY_TYPE, key_type);
        let key = p11.find_one(session, wanted);
        let get = |attribute| p11.attribute(session, key, attribute);
        assert_eq!(get(CKA_EC_POINT).unwrap(), point);
        assert_eq!(get(CKA_EC_PARAMS).unwrap(), hex::decode(params).unwrap());
        assert_eq!(get(CKA_VALUE), Err(CKR_ATTRIBUTE_SENSITIVE));
        assert_eq!(get(CKA_SIGN).unwrap(), [1]);
        assert_eq!(get(CKA_ID).unwrap().len(), 20);
    }
}

#[test]
fn values_of_readable_keys_are_read_until_they_are_sensitive() {
    let (p11, session) = P11::user();
    let secret = p11
        .create(session, readable(aes(&[9; 16])).on_token())
        .unwrap();
    assert_eq!(p11.attribute(session, secret, CKA_VALUE).unwrap(), [9; 16]);
    let pair = p11
        .create(session, readable(private(PAIRS[0])).on_token())
        .unwrap();
    assert_eq!(
        p11.attribute(session, pair, CKA_VALUE).unwrap(),
        hex::decode(PAIRS[0].2).unwrap()
    );
    for key in [secret, pair] {
        expect(p11.set(session, key, Template::default().flag(CKA_SENSITIVE, true)));
        assert_eq!(
            p11.attribute(session, key, CKA_VALUE),
            Err(CKR_ATTRIBUTE_SENSITIVE)
        );
        assert_eq!(
            p11.set(session, key, Template::default().flag(CKA_SENSITIVE, false)),
            CKR_ATTRIBUTE_READ_ONLY
        );
    }
    let session = again(&p11);
    for key in p11.find(session, Template::default().flag(CKA_SENSITIVE, true)) {
        assert_eq!(
            p11.attribute(session, key, CKA_VALUE),
            Err(CKR_ATTRIBUTE_SENSITIVE)
        );
    }
}

#[test]
fn rights_are_taken_from_a_key_and_not_given_back() {
    let (p11, session) = P11::user();
    let key = p11
        .create(session, aes(&[5; 16]).on_token().flag(CKA_ENCRYPT, true))
        .unwrap();
    let set = |attribute, value| p11.set(session, key, Template::default().flag(attribute, value));
    assert_eq!(set(CKA_DECRYPT, true), CKR_ATTRIBUTE_READ_ONLY);
    expect(set(CKA_ENCRYPT, false));
    assert_eq!(set(CKA_ENCRYPT, true), CKR_ATTRIBUTE_READ_ONLY);
    assert_eq!(p11.attribute(session, key, CKA_ENCRYPT).unwrap(), [0]);
    expect(p11.set(session, key, Template::default().bytes(CKA_ID, b"new")));
    assert_eq!(p11.attribute(session, key, CKA_ID).unwrap(), b"new");
}

#[test]
fn keys_are_copied_to_the_token_on_it_and_from_it() {
    let (p11, session) = P11::user();
    // SunPKCS11's key store: a pair of the session is copied to the token and named there.
    let made = p11.create(session, private(PAIRS[0])).unwrap();
    let named = Template::default().on_token().bytes(CKA_ID, b"java");
    let kept = p11.copy(session, made, named).unwrap();
    assert_eq!(
        p11.attribute(session, kept, CKA_EC_POINT),
        p11.attribute(session, made, CKA_EC_POINT)
    );
    let twin = p11
        .copy(session, kept, Template::default().bytes(CKA_LABEL, b"twin"))
        .unwrap();
    expect(call!(p11, C_DestroyObject(session, kept)));
    // A key that stays secret does not come out.
    let outside = || Template::default().flag(CKA_TOKEN, false);
    assert_eq!(
        p11.copy(session, twin, outside()),
        Err(CKR_ACTION_PROHIBITED)
    );
    let open = p11
        .create(session, readable(aes(&[3; 24])).on_token())
        .unwrap();
    let taken = p11.copy(session, open, outside()).unwrap();
    expect(call!(p11, C_DestroyObject(session, open)));
    assert_eq!(p11.attribute(session, taken, CKA_VALUE).unwrap(), [3; 24]);
    let session = again(&p11);
    let twin = p11.find_one(session, Template::of(CKO_PRIVATE_KEY));
    assert_eq!(p11.attribute(session, twin, CKA_ID).unwrap(), b"java");
    assert_eq!(p11.attribute(session, twin, CKA_LABEL).unwrap(), b"twin");
}

#[test]
fn what_the_token_has_no_place_for_is_refused() {
    let (p11, session) = P11::user();
    let edwards = (CKK_EC_EDWARDS, "06032B6570", PAIRS[0].2);
    assert_eq!(
        p11.create(session, private(edwards).on_token()),
        Err(CKR_TEMPLATE_INCONSISTENT)
    );
    let read_only = p11.open(p11.slot(), false);
    assert_eq!(
        p11.create(read_only, aes(&[1; 16]).on_token()),
        Err(CKR_SESSION_READ_ONLY)
    );
    expect(call!(p11, C_Logout(session)));
    assert_eq!(
        p11.create(session, aes(&[1; 16]).on_token()),
        Err(CKR_USER_NOT_LOGGED_IN)
    );
    expect(p11.login(session, CKU_USER, USER_PIN));
    assert!(p11.find(session, Template::default()).is_empty());
}
