//! Objects: creation, attributes, what lasts, what is destroyed.

use crate::harness::*;
use std::ptr::null_mut;

/// Made by OpenSSL 3.0 for a key that is on no token here.
const FOREIGN_CERTIFICATE: &[u8] = include_bytes!("../data/sm2-certificate.der");

fn data(label: &str) -> Template {
    Template::of(CKO_DATA)
        .on_token()
        .bytes(CKA_LABEL, label.as_bytes())
        .bytes(CKA_VALUE, b"content")
}

#[test]
fn data_objects_last_and_session_objects_do_not() {
    let (p11, session) = P11::user();
    p11.create(
        session,
        data("kept")
            .bytes(CKA_APPLICATION, b"test")
            .bytes(CKA_OBJECT_ID, &[6, 1, 42]),
    )
    .unwrap();
    p11.create(session, data("private").flag(CKA_PRIVATE, true))
        .unwrap();
    p11.create(session, Template::of(CKO_DATA).bytes(CKA_LABEL, b"gone"))
        .unwrap();
    assert_eq!(p11.find(session, Template::of(CKO_DATA)).len(), 3);
    p11.restart();
    let session = p11.open(p11.slot(), true);
    let kept = p11.find_one(session, Template::of(CKO_DATA));
    for (attribute, value) in [
        (CKA_LABEL, &b"kept"[..]),
        (CKA_VALUE, b"content"),
        (CKA_APPLICATION, b"test"),
        (CKA_OBJECT_ID, &[6, 1, 42]),
        (CKA_TOKEN, &[1]),
        (CKA_PRIVATE, &[0]),
    ] {
        assert_eq!(p11.attribute(session, kept, attribute).unwrap(), value);
    }
    expect(p11.login(session, CKU_USER, USER_PIN));
    let private = p11.find_one(session, Template::default().flag(CKA_PRIVATE, true));
    assert_eq!(
        p11.attribute(session, private, CKA_LABEL).unwrap(),
        b"private"
    );
}

#[test]
fn private_objects_are_the_users_alone() {
    let (p11, session) = P11::user();
    let object = p11
        .create(session, data("secret").flag(CKA_PRIVATE, true))
        .unwrap();
    let of_session = Template::of(CKO_DATA).flag(CKA_PRIVATE, true);
    let temporary = p11.create(session, of_session.clone()).unwrap();
    expect(call!(p11, C_Logout(session)));
    for handle in [object, temporary] {
        assert_eq!(
            p11.attribute(session, handle, CKA_LABEL),
            Err(CKR_OBJECT_HANDLE_INVALID)
        );
        assert_eq!(
            call!(p11, C_DestroyObject(session, handle)),
            CKR_OBJECT_HANDLE_INVALID
        );
    }
    assert!(p11.find(session, Template::default()).is_empty());
    assert_eq!(p11.create(session, of_session), Err(CKR_USER_NOT_LOGGED_IN));
    assert_eq!(
        p11.create(session, data("x").flag(CKA_PRIVATE, true)),
        Err(CKR_USER_NOT_LOGGED_IN)
    );
    // On a token that wants a login, so does a public one.
    assert_eq!(p11.create(session, data("x")), Err(CKR_USER_NOT_LOGGED_IN));
    expect(p11.login(session, CKU_USER, USER_PIN));
    // Handles of private objects end with the login.
    assert_eq!(
        p11.attribute(session, object, CKA_LABEL),
        Err(CKR_OBJECT_HANDLE_INVALID)
    );
    assert_eq!(p11.find(session, Template::default()).len(), 1);
}

#[test]
fn session_objects_die_with_their_session() {
    let (p11, one) = P11::user();
    let two = p11.open(p11.slot(), false);
    let object = p11
        .create(two, Template::of(CKO_DATA).bytes(CKA_VALUE, b"v"))
        .unwrap();
    assert_eq!(p11.attribute(one, object, CKA_VALUE).unwrap(), b"v");
    expect(call!(p11, C_CloseSession(two)));
    assert_eq!(
        p11.attribute(one, object, CKA_VALUE),
        Err(CKR_OBJECT_HANDLE_INVALID)
    );
}

#[test]
fn a_read_only_session_writes_no_token_objects() {
    let (p11, writing) = P11::user();
    let object = p11.create(writing, data("kept")).unwrap();
    let session = p11.open(p11.slot(), false);
    assert_eq!(p11.create(session, data("x")), Err(CKR_SESSION_READ_ONLY));
    assert_eq!(
        call!(p11, C_DestroyObject(session, object)),
        CKR_SESSION_READ_ONLY
    );
    let change = Template::default().bytes(CKA_LABEL, b"y");
    assert_eq!(p11.set(session, object, change), CKR_SESSION_READ_ONLY);
    assert!(p11.create(session, Template::of(CKO_DATA)).is_ok());
}

#[test]
fn templates_for_creation_are_checked_and_leave_nothing_when_refused() {
    let (p11, session) = P11::user();
    let certificate = || Template::of(CKO_CERTIFICATE).on_token();
    for (template, expected) in [
        (Template::default().on_token(), CKR_TEMPLATE_INCOMPLETE),
        (
            Template::of(CKO_PRIVATE_KEY).on_token(),
            CKR_TEMPLATE_INCOMPLETE,
        ),
        (Template::of(CKO_VENDOR_DEFINED), CKR_TEMPLATE_INCONSISTENT),
        (data("x").flag(CKA_SIGN, true), CKR_TEMPLATE_INCONSISTENT),
        (
            data("x").bytes(CKA_VENDOR_DEFINED | 7, b"z"),
            CKR_ATTRIBUTE_TYPE_INVALID,
        ),
        (
            data("x").bytes(CKA_MODIFIABLE, &[]),
            CKR_ATTRIBUTE_VALUE_INVALID,
        ),
        (
            data("x").bytes(CKA_LABEL, b"another"),
            CKR_TEMPLATE_INCONSISTENT,
        ),
        (
            data("x").bytes(CKA_UNIQUE_ID, b"mine"),
            CKR_ATTRIBUTE_READ_ONLY,
        ),
        (
            data("x").bytes(CKA_APPLICATION, &[b'a'; 61_000]),
            CKR_DEVICE_MEMORY,
        ),
        (certificate(), CKR_TEMPLATE_INCOMPLETE),
        (
            certificate().bytes(CKA_VALUE, b"no certificate"),
            CKR_ATTRIBUTE_VALUE_INVALID,
        ),
        (
            certificate()
                .bytes(CKA_VALUE, FOREIGN_CERTIFICATE)
                .number(CKA_CERTIFICATE_TYPE, CKC_WTLS),
            CKR_ATTRIBUTE_VALUE_INVALID,
        ),
        (
            certificate()
                .bytes(CKA_VALUE, FOREIGN_CERTIFICATE)
                .flag(CKA_TRUSTED, true),
            CKR_ATTRIBUTE_READ_ONLY,
        ),
        (Template::of(CKO_PUBLIC_KEY), CKR_TEMPLATE_INCOMPLETE),
        (
            Template::of(CKO_PUBLIC_KEY).number(CKA_KEY_TYPE, CKK_DSA),
            CKR_ATTRIBUTE_VALUE_INVALID,
        ),
        (
            Template::of(CKO_PUBLIC_KEY)
                .number(CKA_KEY_TYPE, CKK_SM2)
                .bytes(CKA_EC_POINT, &[4; 65]),
            CKR_ATTRIBUTE_VALUE_INVALID,
        ),
    ] {
        assert_eq!(p11.create(session, template), Err(expected));
    }
    assert!(p11.find(session, Template::default()).is_empty());
}

#[test]
fn several_attributes_are_read_at_once_and_each_failure_is_told() {
    let (p11, session) = P11::user();
    let object = p11.create(session, data("label")).unwrap();
    let (mut label, mut value) = ([0_u8; 16], [0_u8; 3]);
    let mut wanted = [
        CK_ATTRIBUTE {
            type_: CKA_LABEL,
            pValue: label.as_mut_ptr().cast(),
            ulValueLen: 16,
        },
        CK_ATTRIBUTE {
            type_: CKA_VALUE,
            pValue: value.as_mut_ptr().cast(),
            ulValueLen: 3,
        },
        CK_ATTRIBUTE {
            type_: CKA_MODULUS,
            pValue: null_mut(),
            ulValueLen: 0,
        },
        CK_ATTRIBUTE {
            type_: CKA_CLASS,
            pValue: null_mut(),
            ulValueLen: 0,
        },
    ];
    let mut read = |from: usize| {
        let rv = call!(
            p11,
            C_GetAttributeValue(
                session,
                object,
                wanted[from..].as_mut_ptr(),
                (4 - from) as CK_ULONG
            )
        );
        (rv, wanted.map(|attribute| attribute.ulValueLen))
    };
    let (rv, lengths) = read(0);
    assert!(matches!(
        rv,
        CKR_BUFFER_TOO_SMALL | CKR_ATTRIBUTE_TYPE_INVALID
    ));
    assert_eq!(
        lengths,
        [
            5,
            CK_UNAVAILABLE_INFORMATION,
            CK_UNAVAILABLE_INFORMATION,
            size_of::<CK_ULONG>() as CK_ULONG
        ]
    );
    assert_eq!(&label[..5], b"label");
    assert_eq!(value, [0; 3]);
}

#[test]
fn attributes_change_all_or_none_and_last() {
    let (p11, session) = P11::user();
    let object = p11.create(session, data("old")).unwrap();
    let change = Template::default()
        .bytes(CKA_LABEL, b"new")
        .flag(CKA_PRIVATE, true);
    assert_eq!(p11.set(session, object, change), CKR_ATTRIBUTE_READ_ONLY);
    assert_eq!(p11.attribute(session, object, CKA_LABEL).unwrap(), b"old");
    expect(
        p11.set(
            session,
            object,
            Template::default()
                .bytes(CKA_LABEL, b"new")
                .bytes(CKA_VALUE, b"changed"),
        ),
    );
    assert_eq!(p11.attribute(session, object, CKA_LABEL).unwrap(), b"new");
    let (public, private) = p11.sm2_pair(session, "pair");
    for (index, key) in [public, private].into_iter().enumerate() {
        let id = [index as u8; 3];
        let change = Template::default()
            .bytes(CKA_ID, &id)
            .bytes(CKA_LABEL, "名称".as_bytes());
        expect(p11.set(session, key, change.bytes(CKA_SUBJECT, b"\x30\x00")));
        assert_eq!(p11.attribute(session, key, CKA_ID).unwrap(), id);
    }
    assert_eq!(
        p11.set(
            session,
            private,
            Template::default().flag(CKA_SENSITIVE, false)
        ),
        CKR_ATTRIBUTE_READ_ONLY
    );
    assert_eq!(
        p11.set(session, private, Template::default().flag(CKA_LOCAL, true)),
        CKR_ATTRIBUTE_READ_ONLY
    );
    assert_eq!(
        p11.set(session, 0, Template::default()),
        CKR_OBJECT_HANDLE_INVALID
    );

    p11.restart();
    let session = p11.open(p11.slot(), true);
    expect(p11.login(session, CKU_USER, USER_PIN));
    let object = p11.find_one(session, Template::of(CKO_DATA));
    assert_eq!(
        p11.attribute(session, object, CKA_VALUE).unwrap(),
        b"changed"
    );
    let private = p11.find_one(
        session,
        Template::of(CKO_PRIVATE_KEY).bytes(CKA_LABEL, "名称".as_bytes()),
    );
    assert_eq!(p11.attribute(session, private, CKA_ID).unwrap(), [1; 3]);
    assert_eq!(
        p11.attribute(session, private, CKA_SUBJECT).unwrap(),
        b"\x30\x00"
    );
}

#[test]
fn what_may_not_be_changed_or_destroyed_is_not() {
    let (p11, session) = P11::user();
    let fixed = p11
        .create(session, data("fixed").flag(CKA_MODIFIABLE, false))
        .unwrap();
    assert_eq!(
        p11.set(session, fixed, Template::default().bytes(CKA_LABEL, b"x")),
        CKR_ACTION_PROHIBITED
    );
    let lasting = p11
        .create(session, data("lasting").flag(CKA_DESTROYABLE, false))
        .unwrap();
    assert_eq!(
        call!(p11, C_DestroyObject(session, lasting)),
        CKR_ACTION_PROHIBITED
    );
    let other = p11.create(session, data("other")).unwrap();
    expect(p11.set(
        session,
        other,
        Template::default().flag(CKA_DESTROYABLE, false),
    ));
    assert_eq!(
        p11.set(
            session,
            other,
            Template::default().flag(CKA_DESTROYABLE, true)
        ),
        CKR_ATTRIBUTE_READ_ONLY
    );
    assert_eq!(
        call!(p11, C_DestroyObject(session, other)),
        CKR_ACTION_PROHIBITED
    );
}

#[test]
fn destroyed_objects_are_gone_for_good() {
    let (p11, session) = P11::user();
    for template in [data("token"), Template::of(CKO_DATA)] {
        let object = p11.create(session, template).unwrap();
        let mut size = 0;
        expect(call!(p11, C_GetObjectSize(session, object, &raw mut size)));
        assert!(size > 0);
        expect(call!(p11, C_DestroyObject(session, object)));
        assert_eq!(
            call!(p11, C_DestroyObject(session, object)),
            CKR_OBJECT_HANDLE_INVALID
        );
        assert_eq!(
            call!(p11, C_GetObjectSize(session, object, &raw mut size)),
            CKR_OBJECT_HANDLE_INVALID
        );
    }
    p11.restart();
    let session = p11.open(p11.slot(), true);
    expect(p11.login(session, CKU_USER, USER_PIN));
    assert!(p11.find(session, Template::default()).is_empty());
}

#[test]
fn another_process_sees_what_this_one_made() {
    let (p11, session) = P11::user();
    let before = p11.find(session, Template::default()).len();
    let other = p11.other_program();
    other
        .verify_pin(
            ukey_token::PinType::User,
            &ukey_token::Pin::new(USER_PIN).unwrap(),
        )
        .unwrap();
    other
        .create_container("from outside")
        .unwrap()
        .generate_sm2()
        .unwrap();
    other
        .create_file(
            "note.txt",
            5,
            ukey_token::Rights::ANYONE,
            ukey_token::Rights::USER,
        )
        .unwrap();
    other.write_file("note.txt", 0, b"hello").unwrap();
    let found = p11.find(session, Template::default());
    assert_eq!(found.len(), before + 3);
    let private = p11.find_one(session, Template::of(CKO_PRIVATE_KEY));
    assert_eq!(
        p11.attribute(session, private, CKA_LABEL).unwrap(),
        b"from outside"
    );
    assert_eq!(p11.attribute(session, private, CKA_DECRYPT).unwrap(), [0]);
    assert!(
        p11.sign(session, Mechanism::plain(CKM_SM2), private, &[1; 32])
            .is_ok()
    );
    let file = p11.find_one(
        session,
        Template::of(CKO_DATA).bytes(CKA_APPLICATION, b"SKF file"),
    );
    assert_eq!(
        p11.attribute(session, file, CKA_LABEL).unwrap(),
        b"note.txt"
    );
    assert_eq!(p11.attribute(session, file, CKA_VALUE).unwrap(), b"hello");
    assert_eq!(
        p11.set(session, file, Template::default().bytes(CKA_LABEL, b"x")),
        CKR_ACTION_PROHIBITED
    );
    expect(call!(p11, C_DestroyObject(session, file)));
    assert!(other.files().unwrap().is_empty());
    // The label is kept for every process.
    expect(p11.set(
        session,
        private,
        Template::default().bytes(CKA_LABEL, b"renamed"),
    ));
    assert_eq!(other.view().unwrap().containers[0].name, "from outside");
    other.delete_container("from outside").unwrap();
    assert!(p11.find(session, Template::default()).is_empty());
    assert_eq!(
        p11.attribute(session, private, CKA_LABEL),
        Err(CKR_OBJECT_HANDLE_INVALID)
    );
}

#[test]
fn the_officer_may_trust_and_a_public_key_is_an_object_like_others() {
    let (p11, session) = P11::user();
    let (pair, _) = p11.sm2_pair(session, "pair");
    let point = p11.attribute(session, pair, CKA_EC_POINT).unwrap();
    let template = Template::of(CKO_PUBLIC_KEY)
        .number(CKA_KEY_TYPE, CKK_EC)
        .bytes(
            CKA_EC_PARAMS,
            &p11.attribute(session, pair, CKA_EC_PARAMS).unwrap(),
        )
        .bytes(CKA_EC_POINT, &point);
    for template in [template.clone(), template.on_token()] {
        let key = p11.create(session, template).unwrap();
        assert_eq!(p11.attribute(session, key, CKA_VERIFY).unwrap(), [1]);
        assert_eq!(p11.attribute(session, key, CKA_ENCRYPT).unwrap(), [1]);
        assert_eq!(p11.attribute(session, key, CKA_LOCAL).unwrap(), [0]);
        assert_eq!(
            p11.attribute(session, key, CKA_KEY_TYPE).unwrap(),
            CKK_EC.to_ne_bytes()
        );
        assert_eq!(
            p11.attribute(session, key, CKA_PUBLIC_KEY_INFO),
            p11.attribute(session, pair, CKA_PUBLIC_KEY_INFO)
        );
    }
}

#[test]
fn what_is_trusted_is_the_officers_to_say() {
    let (p11, session) = P11::user();
    let certificate = Template::of(CKO_CERTIFICATE)
        .on_token()
        .bytes(CKA_VALUE, FOREIGN_CERTIFICATE);
    p11.create(session, certificate).unwrap();
    let wanted = || Template::of(CKO_CERTIFICATE);
    let trust = |session| {
        let object = p11.find_one(session, wanted());
        p11.set(session, object, Template::default().flag(CKA_TRUSTED, true))
    };
    assert_eq!(trust(session), CKR_ATTRIBUTE_READ_ONLY);
    expect(call!(p11, C_Logout(session)));
    expect(p11.login(session, CKU_SO, SO_PIN));
    expect(trust(session));
    // Nor does the officer see or make what is private.
    let private = Template::of(CKO_DATA).on_token().flag(CKA_PRIVATE, true);
    assert_eq!(p11.create(session, private), Err(CKR_USER_NOT_LOGGED_IN));
    p11.restart();
    let session = p11.open(p11.slot(), false);
    let object = p11.find_one(session, wanted());
    assert_eq!(p11.attribute(session, object, CKA_TRUSTED).unwrap(), [1]);
}
