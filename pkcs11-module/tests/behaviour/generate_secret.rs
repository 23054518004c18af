//! C_GenerateKey.

use crate::harness::*;

fn generate(
    p11: &P11,
    session: CK_SESSION_HANDLE,
    number: CK_MECHANISM_TYPE,
    mut template: Template,
) -> Result<CK_OBJECT_HANDLE, CK_RV> {
    let (mut template, mut handle) = (template.c(), 0);
    let mut mechanism = Mechanism::plain(number);
    let rv = call!(
        p11,
        C_GenerateKey(
            session,
            &mut mechanism.c(),
            template.as_mut_ptr(),
            template.len() as CK_ULONG,
            &raw mut handle
        )
    );
    if rv == CKR_OK { Ok(handle) } else { Err(rv) }
}

#[test]
fn every_kind_of_secret_key_is_made_here_and_in_the_token() {
    let (p11, session) = P11::user();
    for (number, key_type, len) in [
        (CKM_AES_KEY_GEN, CKK_AES, 24),
        (CKM_SM4_KEY_GEN, CKK_SM4, 16),
        (CKM_GENERIC_SECRET_KEY_GEN, CKK_GENERIC_SECRET, 100),
        (CKM_HKDF_KEY_GEN, CKK_HKDF, 32),
        (CKM_SHA_1_KEY_GEN, CKK_SHA_1_HMAC, 20),
        (CKM_SHA224_KEY_GEN, CKK_SHA224_HMAC, 28),
        (CKM_SHA256_KEY_GEN, CKK_SHA256_HMAC, 256),
        (CKM_SHA384_KEY_GEN, CKK_SHA384_HMAC, 48),
        (CKM_SHA512_KEY_GEN, CKK_SHA512_HMAC, 64),
        (CKM_SHA3_224_KEY_GEN, CKK_SHA3_224_HMAC, 28),
        (CKM_SHA3_256_KEY_GEN, CKK_SHA3_256_HMAC, 32),
        (CKM_SHA3_384_KEY_GEN, CKK_SHA3_384_HMAC, 48),
        (CKM_SHA3_512_KEY_GEN, CKK_SHA3_512_HMAC, 64),
    ] {
        for on_token in [false, true] {
            let template = || {
                open(Template::default())
                    .flag(CKA_TOKEN, on_token)
                    .number(CKA_VALUE_LEN, len)
            };
            let key = || generate(&p11, session, number, template()).unwrap();
            let (key, other) = (key(), key());
            let value = p11.attribute(session, key, CKA_VALUE).unwrap();
            assert_eq!(value.len() as CK_ULONG, len, "{number:#x}");
            assert_ne!(value, p11.attribute(session, other, CKA_VALUE).unwrap());
            for (attribute, expected) in [
                (CKA_CLASS, CKO_SECRET_KEY),
                (CKA_KEY_TYPE, key_type),
                (CKA_VALUE_LEN, len),
                (CKA_KEY_GEN_MECHANISM, number),
            ] {
                let said = p11.attribute(session, key, attribute).unwrap();
                assert_eq!(said, expected.to_ne_bytes(), "{attribute:#x}");
            }
            assert_eq!(p11.attribute(session, key, CKA_LOCAL).unwrap(), [1]);
            assert_eq!(p11.attribute(session, key, CKA_ID).unwrap(), []);
        }
    }
}

#[test]
fn keys_of_xts_are_two_and_stay_in_this_process() {
    let (p11, session) = P11::user();
    let template = |len| open(Template::default()).number(CKA_VALUE_LEN, len);
    for len in [32, 64] {
        let key = generate(&p11, session, CKM_AES_XTS_KEY_GEN, template(len)).unwrap();
        let xts = || Mechanism(CKM_AES_XTS, vec![0; 16]);
        let sealed = p11.encrypt(session, xts(), key, &[7; 40]).unwrap();
        assert_eq!(p11.decrypt(session, xts(), key, &sealed).unwrap(), [7; 40]);
    }
    for (template, expected) in [
        (template(48), CKR_KEY_SIZE_RANGE),
        (template(32).on_token(), CKR_TEMPLATE_INCONSISTENT),
        (Template::default(), CKR_TEMPLATE_INCOMPLETE),
    ] {
        let refused = generate(&p11, session, CKM_AES_XTS_KEY_GEN, template);
        assert_eq!(refused, Err(expected));
    }
}

/// Three and a half blocks, as in GB/T 17964-2021 and the tests of OpenSSL: the last two blocks share their octets.
#[test]
fn sm4_xts_is_that_of_the_chinese_standard() {
    let (p11, session) = P11::user();
    let keys = hex("2b7e151628aed2a6abf7158809cf4f3c000102030405060708090a0b0c0d0e0f");
    let plain = hex(
        "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51\
         30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17",
    );
    let sealed = hex(
        "e9538251c71d7b80bbe4483fef497bd12c5c581bd6242fc51e08964fb4f60fdb\
         0ba42f63499279213d318d2c11f6886e903be7f93a1b3479",
    );
    let key = p11.create(session, secret(CKK_SM4, &keys)).unwrap();
    let xts = || Mechanism(CKM_SM4_XTS, hex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"));
    assert_eq!(p11.encrypt(session, xts(), key, &plain).unwrap(), sealed);
    assert_eq!(p11.decrypt(session, xts(), key, &sealed).unwrap(), plain);
}

#[test]
fn a_reading_session_is_refused_before_anything_else_is() {
    let (p11, session) = P11::user();
    let reading = p11.open(p11.slot(), false);
    let wrong = || Template::default().on_token().flag(CKA_LOCAL, true);
    let refused = generate(&p11, reading, CKM_SM4_KEY_GEN, wrong());
    assert_eq!(refused, Err(CKR_SESSION_READ_ONLY));
    // A modulus that no key has.
    let public = Template::of(CKO_PUBLIC_KEY)
        .on_token()
        .number(CKA_KEY_TYPE, CKK_RSA)
        .bytes(CKA_MODULUS, &[0xFF; 1024])
        .bytes(CKA_PUBLIC_EXPONENT, &[1, 0, 1]);
    let data = Template::of(CKO_DATA).on_token().flag(CKA_LOCAL, true);
    for template in [public, data] {
        assert_eq!(p11.create(reading, template), Err(CKR_SESSION_READ_ONLY));
    }
    assert!(p11.find(session, Template::default()).is_empty());
}
