//! A token that is full.

use crate::harness::*;

/// Writes until the token is full; how many objects there were room for.
fn fill(p11: &P11, session: CK_SESSION_HANDLE, size: usize) -> usize {
    for count in 0..10_000 {
        let template = Template::of(CKO_DATA)
            .on_token()
            .bytes(CKA_LABEL, format!("{size} {count}").as_bytes())
            .bytes(CKA_VALUE, &vec![7; size]);
        match p11.create(session, template) {
            Ok(_) => {}
            Err(rv) => {
                assert_eq!(rv, CKR_DEVICE_MEMORY);
                return count;
            }
        }
    }
    panic!("no end to the token");
}

/// A token of the smallest size, with a session of its user.
fn small_token() -> (P11, CK_SESSION_HANDLE) {
    // The image is made with the first look at the token.
    let p11 = P11::load();
    // SAFETY: as in the harness: nobody else reads the environment now.
    unsafe { std::env::set_var("UKEY_EMBEDDED_SIZE_MIB", "1") };
    expect(call!(p11, C_Initialize(nothing())));
    // SAFETY: as above.
    unsafe { std::env::remove_var("UKEY_EMBEDDED_SIZE_MIB") };
    let slot = p11.slot();
    expect(p11.init_token(slot, SO_PIN, LABEL));
    let session = p11.open(slot, true);
    expect(p11.login(session, CKU_SO, SO_PIN));
    let pin = USER_PIN.as_ptr().cast_mut();
    expect(call!(
        p11,
        C_InitPIN(session, pin, USER_PIN.len() as CK_ULONG)
    ));
    expect(call!(p11, C_Logout(session)));
    expect(p11.login(session, CKU_USER, USER_PIN));
    (p11, session)
}

/// How many data objects are on the token.
fn count(p11: &P11, session: CK_SESSION_HANDLE) -> usize {
    let (mut found, mut number) = (vec![0; 10_000], 0);
    let mut all = Template::of(CKO_DATA).on_token();
    let mut c = all.c();
    expect(call!(
        p11,
        C_FindObjectsInit(session, c.as_mut_ptr(), c.len() as CK_ULONG)
    ));
    expect(call!(
        p11,
        C_FindObjects(session, found.as_mut_ptr(), 10_000, &raw mut number)
    ));
    expect(call!(p11, C_FindObjectsFinal(session)));
    number as usize
}

#[test]
fn a_full_token_says_so_and_keeps_nothing_half_written() {
    let (p11, session) = small_token();
    // Large ones first, then what still fits between.
    let mut expected = 0;
    for size in [50_000, 5_000, 500, 1] {
        expected += fill(&p11, session, size);
    }
    assert!(expected > 10, "{expected}");
    assert_eq!(count(&p11, session), expected);
    // Neither keys nor pairs, nor another value for what is there.
    let on_token = || Template::default().on_token();
    for number in [CKM_SM2_KEY_PAIR_GEN, CKM_EC_KEY_PAIR_GEN] {
        let params = [6, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7];
        let public = match number {
            CKM_EC_KEY_PAIR_GEN => on_token().bytes(CKA_EC_PARAMS, &params),
            _ => on_token(),
        };
        let made = p11.generate(session, Mechanism::plain(number), public, on_token());
        assert_eq!(made, Err(CKR_DEVICE_MEMORY));
    }
    let key = secret(CKK_AES, &[1; 16]).on_token();
    assert_eq!(p11.create(session, key), Err(CKR_DEVICE_MEMORY));
    let label = Template::default().bytes(CKA_LABEL, b"5000 0");
    if let [object] = p11.find(session, label)[..] {
        let longer = Template::default().bytes(CKA_VALUE, &[9; 50_000]);
        assert_eq!(p11.set(session, object, longer), CKR_DEVICE_MEMORY);
        assert_eq!(
            p11.attribute(session, object, CKA_VALUE).unwrap(),
            [7; 5_000]
        );
    }
    p11.restart();
    let session = p11.open(p11.slot(), true);
    expect(p11.login(session, CKU_USER, USER_PIN));
    assert_eq!(count(&p11, session), expected);
    assert!(p11.find(session, Template::of(CKO_PRIVATE_KEY)).is_empty());
    // Room that is given back is room.
    let first = p11.find_one(session, Template::default().bytes(CKA_LABEL, b"50000 0"));
    expect(call!(p11, C_DestroyObject(session, first)));
    let pair = Mechanism::plain(CKM_SM2_KEY_PAIR_GEN);
    let (_, private) = p11.generate(session, pair, on_token(), on_token()).unwrap();
    assert!(
        p11.sign(session, Mechanism::plain(CKM_SM2), private, &[7; 32])
            .is_ok()
    );
}
