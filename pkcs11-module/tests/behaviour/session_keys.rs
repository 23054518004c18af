//! Private and secret keys that the caller brings: what they are, who may read them, and copies.

use crate::harness::*;
use std::ptr::null_mut;

/// SM4 under its own example key (GB/T 32907, appendix A.1).
const SM4_KEY: [u8; 16] = [
    0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF, 0xFE, 0xDC, 0xBA, 0x98, 0x76, 0x54, 0x32, 0x10,
];
/// GB/T 32918.2, appendix A: the private key of the example on the recommended curve.
const SM2_D: &str = "3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8";
const SM2_POINT: &str = "044104\
    09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020\
    CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13";

fn sm4() -> Template {
    Template::of(CKO_SECRET_KEY)
        .number(CKA_KEY_TYPE, CKK_SM4)
        .bytes(CKA_VALUE, &SM4_KEY)
}

fn readable(template: Template) -> Template {
    template
        .flag(CKA_SENSITIVE, false)
        .flag(CKA_EXTRACTABLE, true)
}

fn sm2() -> Template {
    Template::of(CKO_PRIVATE_KEY)
        .number(CKA_KEY_TYPE, CKK_SM2)
        .bytes(CKA_VALUE, &hex::decode(SM2_D).unwrap())
}

#[test]
fn secret_keys_are_described_and_hide_their_value_on_the_token() {
    let (p11, session) = P11::user();
    let key = p11.create(session, sm4()).unwrap();
    let get = |attribute| p11.attribute(session, key, attribute);
    assert_eq!(get(CKA_VALUE).unwrap(), SM4_KEY);
    assert_eq!(get(CKA_VALUE_LEN).unwrap(), CK_ULONG::to_ne_bytes(16));
    for (attribute, expected) in [
        (CKA_PRIVATE, true),
        (CKA_TOKEN, false),
        (CKA_SENSITIVE, false),
        (CKA_EXTRACTABLE, true),
        (CKA_ALWAYS_SENSITIVE, false),
        (CKA_NEVER_EXTRACTABLE, false),
        (CKA_LOCAL, false),
        (CKA_ENCRYPT, true),
        (CKA_DECRYPT, true),
        (CKA_WRAP, true),
        (CKA_DERIVE, true),
        (CKA_TRUSTED, false),
    ] {
        assert_eq!(get(attribute).unwrap(), [expected.into()], "{attribute:#x}");
    }
    expect(p11.set(session, key, Template::default().flag(CKA_SENSITIVE, true)));
    assert_eq!(get(CKA_VALUE), Err(CKR_ATTRIBUTE_SENSITIVE));
    let kept = p11.create(session, sm4().on_token()).unwrap();
    let kept = p11.attribute(session, kept, CKA_VALUE);
    assert_eq!(kept, Err(CKR_ATTRIBUTE_SENSITIVE));
    let key = p11.create(session, readable(sm4())).unwrap();
    assert_eq!(p11.attribute(session, key, CKA_VALUE).unwrap(), SM4_KEY);
    // Zeros under this key, by OpenSSL 3.0: openssl enc -sm4-ecb -nopad.
    assert_eq!(
        p11.attribute(session, key, CKA_CHECK_VALUE).unwrap(),
        [0x26, 0x77, 0xF4]
    );
    expect(p11.set(session, key, Template::default().flag(CKA_SENSITIVE, true)));
    assert_eq!(
        p11.attribute(session, key, CKA_VALUE),
        Err(CKR_ATTRIBUTE_SENSITIVE)
    );
    // What cannot be read cannot be searched for either.
    assert!(p11.find(session, sm4()).is_empty());
}

#[test]
fn a_private_key_shows_its_public_half() {
    let (p11, session) = P11::user();
    let key = p11.create(session, sm2()).unwrap();
    let get = |attribute| p11.attribute(session, key, attribute);
    assert_eq!(get(CKA_EC_POINT).unwrap(), hex::decode(SM2_POINT).unwrap());
    assert_eq!(get(CKA_VALUE), Err(CKR_ATTRIBUTE_SENSITIVE));
    assert_eq!(get(CKA_SIGN).unwrap(), [1]);
    assert_eq!(get(CKA_ID).unwrap().len(), 20);
    assert_eq!(get(CKA_PUBLIC_KEY_INFO).unwrap().len(), 91);
    let other = p11.create(session, readable(sm2())).unwrap();
    assert_eq!(
        p11.attribute(session, other, CKA_VALUE).unwrap(),
        hex::decode(SM2_D).unwrap()
    );
}

#[test]
fn keys_that_are_none_are_refused() {
    let (p11, session) = P11::user();
    let secret = |key_type, value: &[u8]| {
        Template::of(CKO_SECRET_KEY)
            .number(CKA_KEY_TYPE, key_type)
            .bytes(CKA_VALUE, value)
    };
    for (template, expected) in [
        (Template::of(CKO_SECRET_KEY), CKR_TEMPLATE_INCOMPLETE),
        (
            Template::of(CKO_SECRET_KEY).number(CKA_KEY_TYPE, CKK_AES),
            CKR_TEMPLATE_INCOMPLETE,
        ),
        (secret(CKK_AES, &[0; 17]), CKR_ATTRIBUTE_VALUE_INVALID),
        (secret(CKK_SM4, &[0; 24]), CKR_ATTRIBUTE_VALUE_INVALID),
        (secret(CKK_GENERIC_SECRET, &[]), CKR_ATTRIBUTE_VALUE_INVALID),
        (secret(CKK_DES, &[0; 8]), CKR_TEMPLATE_INCONSISTENT),
        (sm4().number(CKA_VALUE_LEN, 24), CKR_TEMPLATE_INCONSISTENT),
        (
            sm4().bytes(CKA_CHECK_VALUE, b"no!"),
            CKR_ATTRIBUTE_VALUE_INVALID,
        ),
        (
            sm4().flag(CKA_SIGN_RECOVER, true),
            CKR_TEMPLATE_INCONSISTENT,
        ),
        (
            sm4().flag(CKA_NEVER_EXTRACTABLE, true),
            CKR_ATTRIBUTE_READ_ONLY,
        ),
        (sm4().flag(CKA_TRUSTED, true), CKR_ATTRIBUTE_READ_ONLY),
        (
            Template::of(CKO_PRIVATE_KEY).number(CKA_KEY_TYPE, CKK_SM2),
            CKR_TEMPLATE_INCOMPLETE,
        ),
        (
            Template::of(CKO_PRIVATE_KEY)
                .number(CKA_KEY_TYPE, CKK_SM2)
                .bytes(CKA_VALUE, &[0; 32]),
            CKR_ATTRIBUTE_VALUE_INVALID,
        ),
        (
            Template::of(CKO_PRIVATE_KEY)
                .number(CKA_KEY_TYPE, CKK_SM2)
                .bytes(CKA_VALUE, &[1; 33]),
            CKR_ATTRIBUTE_VALUE_INVALID,
        ),
        (
            Template::of(CKO_PRIVATE_KEY)
                .number(CKA_KEY_TYPE, CKK_SM2)
                .bytes(CKA_VALUE, &[1; 32])
                .bytes(CKA_EC_POINT, &hex::decode(SM2_POINT).unwrap()),
            CKR_TEMPLATE_INCONSISTENT,
        ),
        (
            sm2().bytes(CKA_MODULUS, &[1; 256]),
            CKR_TEMPLATE_INCONSISTENT,
        ),
        (
            sm2()
                .flag(CKA_PRIVATE, false)
                .flag(CKA_ALWAYS_AUTHENTICATE, true),
            CKR_TEMPLATE_INCONSISTENT,
        ),
    ] {
        assert_eq!(p11.create(session, template), Err(expected));
    }
    assert!(p11.find(session, Template::default()).is_empty());
}

#[test]
fn without_a_login_keys_of_the_session_are_public() {
    let p11 = P11::ready();
    let session = p11.open(p11.slot(), false);
    let key = p11.create(session, sm4()).unwrap();
    assert_eq!(p11.attribute(session, key, CKA_PRIVATE).unwrap(), [0]);
    assert_eq!(
        p11.create(session, sm4().flag(CKA_PRIVATE, true)),
        Err(CKR_USER_NOT_LOGGED_IN)
    );
}

#[test]
fn templates_in_attributes_are_kept_and_read_one_by_one() {
    let (p11, session) = P11::user();
    let mut inner = Template::of(CKO_SECRET_KEY).flag(CKA_EXTRACTABLE, false);
    let inner_c = inner.c();
    // SAFETY: the bytes of the array of attributes; `inner` outlives them.
    let bytes = unsafe {
        std::slice::from_raw_parts(
            inner_c.as_ptr().cast::<u8>(),
            size_of_val(inner_c.as_slice()),
        )
    };
    let key = p11
        .create(session, sm4().bytes(CKA_UNWRAP_TEMPLATE, bytes))
        .unwrap();
    let mut class = [0_u8; 8];
    let mut extractable = [9_u8; 1];
    let mut elements = [
        CK_ATTRIBUTE {
            type_: 0,
            pValue: class.as_mut_ptr().cast(),
            ulValueLen: 8,
        },
        CK_ATTRIBUTE {
            type_: 0,
            pValue: extractable.as_mut_ptr().cast(),
            ulValueLen: 1,
        },
    ];
    let mut wanted = CK_ATTRIBUTE {
        type_: CKA_UNWRAP_TEMPLATE,
        pValue: null_mut(),
        ulValueLen: 0,
    };
    let mut read = |place: *mut CK_ATTRIBUTE, len: usize| {
        wanted.pValue = place.cast();
        wanted.ulValueLen = len as CK_ULONG;
        let rv = call!(p11, C_GetAttributeValue(session, key, &raw mut wanted, 1));
        (rv, wanted.ulValueLen)
    };
    let whole = size_of_val(&elements);
    assert_eq!(read(null_mut(), 0), (CKR_OK, whole as CK_ULONG));
    assert_eq!(
        read(elements.as_mut_ptr(), whole - 1),
        (CKR_BUFFER_TOO_SMALL, CK_UNAVAILABLE_INFORMATION)
    );
    assert_eq!(read(elements.as_mut_ptr(), whole).0, CKR_OK);
    assert_eq!(elements.map(|e| e.type_), [CKA_CLASS, CKA_EXTRACTABLE]);
    assert_eq!(class, CKO_SECRET_KEY.to_ne_bytes());
    assert_eq!(extractable, [0]);
    // Half an attribute is none.
    let broken = sm4().bytes(CKA_UNWRAP_TEMPLATE, &bytes[..size_of::<CK_ATTRIBUTE>() / 2]);
    assert_eq!(
        p11.create(session, broken),
        Err(CKR_ATTRIBUTE_VALUE_INVALID)
    );
}

#[test]
fn copies_are_objects_of_their_own() {
    let (p11, session) = P11::user();
    let key = p11.create(session, readable(sm4())).unwrap();
    let copy = p11
        .copy(session, key, Template::default().bytes(CKA_LABEL, b"copy"))
        .unwrap();
    assert_ne!(copy, key);
    assert_eq!(p11.attribute(session, copy, CKA_VALUE).unwrap(), SM4_KEY);
    assert_eq!(p11.attribute(session, copy, CKA_LABEL).unwrap(), b"copy");
    assert_ne!(
        p11.attribute(session, copy, CKA_UNIQUE_ID),
        p11.attribute(session, key, CKA_UNIQUE_ID)
    );
    expect(call!(p11, C_DestroyObject(session, key)));
    let hidden = p11
        .copy(session, copy, Template::default().flag(CKA_SENSITIVE, true))
        .unwrap();
    assert_eq!(
        p11.attribute(session, hidden, CKA_VALUE),
        Err(CKR_ATTRIBUTE_SENSITIVE)
    );
    for (change, expected) in [
        (
            Template::default().flag(CKA_SENSITIVE, false),
            CKR_ATTRIBUTE_READ_ONLY,
        ),
        (
            Template::default().bytes(CKA_VALUE, &[1; 16]),
            CKR_ATTRIBUTE_READ_ONLY,
        ),
        (
            Template::default().flag(CKA_LOCAL, true),
            CKR_ATTRIBUTE_READ_ONLY,
        ),
        (
            Template::default().bytes(CKA_MODULUS, &[1]),
            CKR_TEMPLATE_INCONSISTENT,
        ),
    ] {
        assert_eq!(p11.copy(session, hidden, change), Err(expected));
    }
    let single = p11
        .create(session, sm4().flag(CKA_COPYABLE, false))
        .unwrap();
    assert_eq!(
        p11.copy(session, single, Template::default()),
        Err(CKR_ACTION_PROHIBITED)
    );
    let (public, private) = p11.sm2_pair(session, "pair");
    assert_eq!(p11.attribute(session, private, CKA_COPYABLE).unwrap(), [0]);
    assert_eq!(
        p11.copy(session, private, Template::default().flag(CKA_TOKEN, false)),
        Err(CKR_ACTION_PROHIBITED)
    );
    let temporary = p11
        .copy(session, public, Template::default().flag(CKA_TOKEN, false))
        .unwrap();
    assert_eq!(p11.attribute(session, temporary, CKA_TOKEN).unwrap(), [0]);
    let data = Template::of(CKO_DATA).bytes(CKA_VALUE, b"data");
    let data = p11.create(session, data).unwrap();
    let kept = p11
        .copy(session, data, Template::default().on_token())
        .unwrap();
    p11.restart();
    let session = p11.open(p11.slot(), false);
    let found = p11.find_one(session, Template::of(CKO_DATA));
    assert_ne!(found, kept, "handles do not come back");
    assert_eq!(p11.attribute(session, found, CKA_VALUE).unwrap(), b"data");
}

#[test]
fn curves_stand_by_themselves() {
    let (p11, session) = P11::user();
    let sm2 = hex::decode("06082A811CCF5501822D").unwrap();
    let curve = |params: &[u8]| {
        Template::of(CKO_DOMAIN_PARAMETERS)
            .number(CKA_KEY_TYPE, CKK_EC)
            .bytes(CKA_EC_PARAMS, params)
    };
    let kept = p11.create(session, curve(&sm2).on_token()).unwrap();
    assert_eq!(p11.attribute(session, kept, CKA_EC_PARAMS).unwrap(), sm2);
    assert_eq!(p11.attribute(session, kept, CKA_LOCAL).unwrap(), [0]);
    assert_eq!(
        p11.create(session, curve(b"no curve")),
        Err(CKR_ATTRIBUTE_VALUE_INVALID)
    );
    assert_eq!(
        p11.create(session, Template::of(CKO_DOMAIN_PARAMETERS)),
        Err(CKR_TEMPLATE_INCOMPLETE)
    );
}

/// Type, CKA_EC_PARAMS, private value and point of keys in RFC 6979 (A.2.5) and RFC 8032 (7.1, test 1).
const CURVE_KEYS: [(CK_KEY_TYPE, &str, &str, &str); 2] = [
    (
        CKK_EC,
        "06082A8648CE3D030107",
        "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721",
        "04410460FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6\
         7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299",
    ),
    (
        CKK_EC_EDWARDS,
        "06032B6570",
        "9D61B19DEFFD5A60BA844AF492EC2CC44449C5697B326919703BAC031CAE7F60",
        "D75A980182B10AB7D54BFED3C964073A0EE172F3DAA62325AF021A68F707511A",
    ),
];

#[test]
fn keys_of_other_curves_show_the_public_half_that_their_standards_print() {
    let (p11, session) = P11::user();
    let bytes = |digits: &str| hex::decode(digits).unwrap();
    for (key_type, params, value, point) in CURVE_KEYS {
        let template = |params: &str, value: &[u8]| {
            readable(Template::of(CKO_PRIVATE_KEY))
                .number(CKA_KEY_TYPE, key_type)
                .bytes(CKA_EC_PARAMS, &bytes(params))
                .bytes(CKA_VALUE, value)
        };
        let key = p11
            .create(session, template(params, &bytes(value)))
            .unwrap();
        let get = |attribute| p11.attribute(session, key, attribute).unwrap();
        assert_eq!(get(CKA_EC_POINT), bytes(point));
        assert_eq!(get(CKA_EC_PARAMS), bytes(params));
        assert_eq!(get(CKA_VALUE), bytes(value));
        let long = [&bytes(value)[..], &[1]].concat();
        assert_eq!(
            p11.create(session, template(params, &long)),
            Err(CKR_ATTRIBUTE_VALUE_INVALID)
        );
        assert_eq!(
            p11.create(session, template("06032B656E", &bytes(value))),
            Err(CKR_TEMPLATE_INCONSISTENT)
        );
    }
}

/// Zeros under these keys, by OpenSSL 3.0: openssl enc -aes-128-ecb -nopad, -aes-256-ecb; and OpenSSL's SHA-1.
#[test]
fn check_values_are_zeros_under_the_key_where_the_type_has_a_cipher() {
    let (p11, session) = P11::user();
    let short = hex("0102030405060708090a010203040506");
    let long: Vec<u8> = (0..32).collect();
    for (key_type, value, expected) in [
        (CKK_AES, &short, "08bd28"),
        (CKK_AES, &long, "f29000"),
        (CKK_GENERIC_SECRET, &short, "5c3b7c"),
    ] {
        for on_token in [false, true] {
            let key = secret(key_type, value).flag(CKA_TOKEN, on_token);
            let key = p11.create(session, key).unwrap();
            let check = p11.attribute(session, key, CKA_CHECK_VALUE);
            assert_eq!(check.unwrap(), hex(expected));
        }
    }
}
