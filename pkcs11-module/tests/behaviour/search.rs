//! C_FindObjects*.

use crate::harness::*;

fn begin(p11: &P11, session: CK_SESSION_HANDLE, mut template: Template) -> CK_RV {
    let mut attributes = template.c();
    let count = attributes.len() as CK_ULONG;
    call!(
        p11,
        C_FindObjectsInit(session, attributes.as_mut_ptr(), count)
    )
}

fn next(
    p11: &P11,
    session: CK_SESSION_HANDLE,
    most: CK_ULONG,
) -> Result<Vec<CK_OBJECT_HANDLE>, CK_RV> {
    let (mut found, mut count) = ([0; 16], 99);
    match call!(
        p11,
        C_FindObjects(session, found.as_mut_ptr(), most, &raw mut count)
    ) {
        CKR_OK => Ok(found[..count as usize].to_vec()),
        rv => Err(rv),
    }
}

fn some_objects(p11: &P11, session: CK_SESSION_HANDLE) -> Vec<CK_OBJECT_HANDLE> {
    let label = |n: u8| Template::of(CKO_DATA).bytes(CKA_LABEL, &[b'a' + n]);
    (0..5)
        .map(|n| p11.create(session, label(n)).unwrap())
        .collect()
}

#[test]
fn bad_arguments_leave_a_search_as_it_is() {
    let (p11, session) = P11::user();
    let object = p11.create(session, Template::of(CKO_DATA)).unwrap();
    expect(call!(p11, C_FindObjectsInit(session, nothing(), 0)));
    let (mut found, mut count) = (0, 0);
    for (handles, number) in [
        (nothing(), &raw mut count),
        (&raw mut found, nothing()),
        (nothing(), nothing()),
    ] {
        assert_eq!(
            call!(p11, C_FindObjects(session, handles, 1, number)),
            CKR_ARGUMENTS_BAD
        );
    }
    expect(call!(
        p11,
        C_FindObjects(session, &raw mut found, 1, &raw mut count)
    ));
    assert_eq!((found, count), (object, 1));
    expect(call!(p11, C_FindObjectsFinal(session)));
}

#[test]
fn a_search_is_a_snapshot_handed_out_in_pieces() {
    let (p11, session) = P11::user();
    let objects = some_objects(&p11, session);
    expect(begin(&p11, session, Template::default()));
    assert_eq!(next(&p11, session, 0), Ok(vec![]));
    assert_eq!(next(&p11, session, 2).unwrap(), objects[..2]);
    // Neither reading nor making nor destroying disturbs it.
    assert_eq!(p11.attribute(session, objects[4], CKA_LABEL).unwrap(), b"e");
    p11.create(session, Template::of(CKO_DATA)).unwrap();
    expect(call!(p11, C_DestroyObject(session, objects[3])));
    assert_eq!(next(&p11, session, 16).unwrap(), objects[2..]);
    assert_eq!(next(&p11, session, 16), Ok(vec![]));
    expect(call!(p11, C_FindObjectsFinal(session)));
    assert_eq!(next(&p11, session, 1), Err(CKR_OPERATION_NOT_INITIALIZED));
    assert_eq!(
        call!(p11, C_FindObjectsFinal(session)),
        CKR_OPERATION_NOT_INITIALIZED
    );
}

#[test]
fn one_search_runs_in_a_session() {
    let (p11, session) = P11::user();
    let other = p11.open(p11.slot(), false);
    expect(begin(&p11, session, Template::default()));
    assert_eq!(
        begin(&p11, session, Template::default()),
        CKR_OPERATION_ACTIVE
    );
    expect(begin(&p11, other, Template::default()));
    assert_eq!(next(&p11, session, 1), Ok(vec![]));
    expect(call!(p11, C_SessionCancel(session, CKF_FIND_OBJECTS)));
    assert_eq!(next(&p11, session, 1), Err(CKR_OPERATION_NOT_INITIALIZED));
    assert_eq!(next(&p11, other, 1), Ok(vec![]));
}

#[test]
fn templates_select() {
    let (p11, session) = P11::user();
    some_objects(&p11, session);
    let (public, private) = p11.sm2_pair(session, "a");
    let label = || Template::default().bytes(CKA_LABEL, b"a");
    assert_eq!(p11.find(session, label()).len(), 3);
    assert_eq!(p11.find(session, label().flag(CKA_TOKEN, true)).len(), 2);
    assert_eq!(p11.find(session, Template::of(CKO_PRIVATE_KEY)), [private]);
    let id = p11.attribute(session, public, CKA_ID).unwrap();
    assert_eq!(
        p11.find(session, Template::default().bytes(CKA_ID, &id))
            .len(),
        2
    );
    assert_eq!(
        p11.find(session, Template::default().bytes(CKA_ID, &id[1..]))
            .len(),
        0
    );
    for key_type in [CKK_SM2, 0xFFFF_F001, 0x8000_0004] {
        assert_eq!(
            p11.find(session, Template::default().number(CKA_KEY_TYPE, key_type))
                .len(),
            2
        );
    }
    // A client that knows only EC would try ECDSA on it.
    assert_eq!(
        p11.find(session, Template::default().number(CKA_KEY_TYPE, CKK_EC))
            .len(),
        0
    );
    // Attributes of other modules find nothing; wrong sizes are wrong.
    assert_eq!(
        p11.find(session, Template::default().bytes(0xCE53_4351, b"nss"))
            .len(),
        0
    );
    assert_eq!(
        p11.find(session, Template::default().bytes(CKA_VALUE, b"guess"))
            .len(),
        0
    );
    let wrong = Template::default().bytes(CKA_CLASS, &[0; 3]);
    assert_eq!(begin(&p11, session, wrong), CKR_ATTRIBUTE_VALUE_INVALID);
    assert_eq!(next(&p11, session, 1), Err(CKR_OPERATION_NOT_INITIALIZED));
}

/// PKCS#11 Profiles 3.2: what a provider conforms to, it says in objects.
#[test]
fn the_profiles_are_objects_that_only_who_asks_for_them_sees() {
    let p11 = P11::ready();
    let session = p11.open(p11.slot(), true);
    assert!(p11.find(session, Template::default()).is_empty());
    let found = p11.find(session, Template::of(CKO_PROFILE));
    let id = |object| p11.attribute(session, object, CKA_PROFILE_ID).unwrap();
    let ids: Vec<_> = found.iter().map(|object| id(*object)).collect();
    let expected = [
        CKP_BASELINE_PROVIDER,
        CKP_EXTENDED_PROVIDER,
        CKP_AUTHENTICATION_TOKEN,
    ];
    assert_eq!(ids, expected.map(|id| id.to_ne_bytes().to_vec()));
    let one = Template::default().number(CKA_PROFILE_ID, CKP_EXTENDED_PROVIDER);
    assert_eq!(p11.find(session, one), found[1..2]);
    let private = Template::of(CKO_PROFILE).flag(CKA_PRIVATE, true);
    assert!(p11.find(session, private).is_empty());
    let profile = found[0];
    assert_eq!(p11.attribute(session, profile, CKA_TOKEN).unwrap(), [1]);
    let other = p11.attribute(session, found[1], CKA_UNIQUE_ID);
    assert_ne!(p11.attribute(session, profile, CKA_UNIQUE_ID), other);
    assert_eq!(
        call!(p11, C_DestroyObject(session, profile)),
        CKR_ACTION_PROHIBITED
    );
    let label = Template::default().bytes(CKA_LABEL, b"mine");
    assert_eq!(p11.set(session, profile, label), CKR_ACTION_PROHIBITED);
    let copy = p11.copy(session, profile, Template::default());
    assert_eq!(copy, Err(CKR_ACTION_PROHIBITED));
    let made = p11.create(session, Template::of(CKO_PROFILE));
    assert_eq!(made, Err(CKR_TEMPLATE_INCONSISTENT));
}
