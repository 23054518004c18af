//! What a key may be used for, and what may be done with keys that it guards.

use crate::harness::*;

/// The bytes of a template in an attribute. What they point to lives as long as the test program.
fn nested(template: Template) -> Vec<u8> {
    let inner = Box::leak(Box::new(template)).c();
    inner.iter().flat_map(bytes_of).collect()
}

fn generic() -> Template {
    open(Template::of(CKO_SECRET_KEY).number(CKA_KEY_TYPE, CKK_GENERIC_SECRET))
}

fn cbc() -> Mechanism {
    Mechanism(CKM_AES_CBC_PAD, vec![0; 16])
}

#[test]
fn keys_that_want_a_trusted_wrapping_key_leave_with_no_other() {
    let (p11, session) = P11::user();
    let (kek, _) = p11.rsa_pair(session, "kek");
    let pkcs = || Mechanism::plain(CKM_RSA_PKCS);
    let guarded = secret(CKK_GENERIC_SECRET, b"guarded").flag(CKA_WRAP_WITH_TRUSTED, true);
    let guarded = p11.create(session, guarded.on_token()).unwrap();
    let refused = wrap(&p11, session, pkcs(), kek, guarded);
    assert_eq!(refused, Err(CKR_KEY_NOT_WRAPPABLE));
    // It cannot be taken back, and trust is not the user's to give.
    let not = |attribute| Template::default().flag(attribute, false);
    assert_eq!(
        p11.set(session, guarded, not(CKA_WRAP_WITH_TRUSTED)),
        CKR_ATTRIBUTE_READ_ONLY
    );
    let trusted = || Template::default().flag(CKA_TRUSTED, true);
    assert_eq!(p11.set(session, kek, trusted()), CKR_ATTRIBUTE_READ_ONLY);
    expect(call!(p11, C_Logout(session)));
    expect(p11.login(session, CKU_SO, SO_PIN));
    let kek = p11.find_one(session, Template::of(CKO_PUBLIC_KEY));
    expect(p11.set(session, kek, trusted()));
    expect(call!(p11, C_Logout(session)));
    expect(p11.login(session, CKU_USER, USER_PIN));
    let guarded = p11.find_one(session, Template::of(CKO_SECRET_KEY));
    let wrapped = wrap(&p11, session, pkcs(), kek, guarded).unwrap();
    let private = p11.find_one(session, Template::of(CKO_PRIVATE_KEY));
    let back = unwrap(&p11, session, pkcs(), private, &wrapped, generic()).unwrap();
    assert_eq!(p11.attribute(session, back, CKA_VALUE).unwrap(), b"guarded");
}

#[test]
fn templates_in_a_wrapping_key_choose_what_it_wraps_and_what_comes_out() {
    let (p11, session) = P11::user();
    let kek = secret(CKK_AES, &[1; 16])
        .bytes(
            CKA_WRAP_TEMPLATE,
            &nested(Template::default().flag(CKA_SIGN, true)),
        )
        .bytes(
            CKA_UNWRAP_TEMPLATE,
            &nested(Template::default().flag(CKA_EXTRACTABLE, false)),
        );
    let kek = p11.create(session, kek).unwrap();
    let signs = secret(CKK_GENERIC_SECRET, b"signs").flag(CKA_SIGN, true);
    let signs = p11.create(session, signs).unwrap();
    let derives = secret(CKK_GENERIC_SECRET, b"derives").flag(CKA_DERIVE, true);
    let derives = p11.create(session, derives).unwrap();
    let refused = wrap(&p11, session, cbc(), kek, derives);
    assert_eq!(refused, Err(CKR_KEY_HANDLE_INVALID));
    let wrapped = wrap(&p11, session, cbc(), kek, signs).unwrap();
    // The caller may not say otherwise, and gets it unasked.
    let refused = unwrap(&p11, session, cbc(), kek, &wrapped, generic());
    assert_eq!(refused, Err(CKR_TEMPLATE_INCONSISTENT));
    let plain = Template::of(CKO_SECRET_KEY).number(CKA_KEY_TYPE, CKK_GENERIC_SECRET);
    let back = unwrap(&p11, session, cbc(), kek, &wrapped, plain).unwrap();
    assert_eq!(p11.attribute(session, back, CKA_EXTRACTABLE).unwrap(), [0]);
}

#[test]
fn a_template_in_a_base_key_goes_into_what_is_derived() {
    let (p11, session) = P11::user();
    let imposed = nested(
        Template::default()
            .flag(CKA_ENCRYPT, false)
            .bytes(CKA_LABEL, b"made"),
    );
    let base = secret(CKK_GENERIC_SECRET, &[3; 32]).bytes(CKA_DERIVE_TEMPLATE, &imposed);
    let base = p11.create(session, base).unwrap();
    let derived = |template| {
        let digest = Mechanism::plain(CKM_SHA256_KEY_DERIVATION);
        derive_key(&p11, session, digest, base, template)
    };
    let made = derived(generic()).unwrap();
    assert_eq!(p11.attribute(session, made, CKA_LABEL).unwrap(), b"made");
    let refused = derived(generic().flag(CKA_ENCRYPT, true));
    assert_eq!(refused, Err(CKR_TEMPLATE_INCONSISTENT));
}

#[test]
fn a_key_does_only_what_its_mechanisms_allow_in_every_function() {
    let (p11, session) = P11::user();
    let allowed: Vec<u8> = [CKM_AES_CBC_PAD].iter().flat_map(bytes_of).collect();
    let key = secret(CKK_AES, &[1; 16]).bytes(CKA_ALLOWED_MECHANISMS, &allowed);
    let key = p11.create(session, key).unwrap();
    let inner = p11
        .create(session, secret(CKK_GENERIC_SECRET, &[2; 16]))
        .unwrap();
    let ecb = || Mechanism::plain(CKM_AES_ECB);
    let invalid = CKR_MECHANISM_INVALID;
    assert_eq!(p11.encrypt(session, ecb(), key, &[0; 16]), Err(invalid));
    assert_eq!(p11.decrypt(session, ecb(), key, &[0; 16]), Err(invalid));
    assert_eq!(
        p11.sign_init(session, Mechanism::plain(CKM_AES_CMAC), key),
        invalid
    );
    assert_eq!(
        p11.verify_init(session, Mechanism::plain(CKM_AES_CMAC), key),
        invalid
    );
    assert_eq!(wrap(&p11, session, ecb(), key, inner), Err(invalid));
    assert_eq!(
        unwrap(&p11, session, ecb(), key, &[0; 16], generic()),
        Err(invalid)
    );
    let data = data(&[0; 16]);
    let encrypted = Mechanism::numbers(CKM_AES_ECB_ENCRYPT_DATA, &data);
    assert_eq!(derive(&p11, session, encrypted, key, None), Err(invalid));
    let mut gcm = Mechanism::plain(CKM_AES_GCM);
    assert_eq!(
        call!(p11, C_MessageEncryptInit(session, &mut gcm.c(), key)),
        invalid
    );
    // What it may do, it does.
    let wrapped = wrap(&p11, session, cbc(), key, inner).unwrap();
    assert!(unwrap(&p11, session, cbc(), key, &wrapped, generic()).is_ok());
}
