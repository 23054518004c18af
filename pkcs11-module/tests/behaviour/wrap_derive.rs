//! C_WrapKey, C_UnwrapKey, C_DeriveKey, and secret keys in the token.

use crate::harness::*;

const P256: &[u8] = &[6, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7];
const X25519: &[u8] = &[6, 3, 0x2B, 0x65, 0x6E];

/// RFC 3394, 4.6; RFC 5649, section 6.
#[test]
fn keys_are_wrapped_as_the_standards_say() {
    let (p11, session) = P11::user();
    let kek = hex("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F");
    let key = hex("00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F");
    let wrapping = p11.create(session, secret(CKK_AES, &kek)).unwrap();
    let inner = p11.create(session, secret(CKK_AES, &key)).unwrap();
    let plain = || Mechanism::plain(CKM_AES_KEY_WRAP);
    let wrapped = wrap(&p11, session, plain(), wrapping, inner).unwrap();
    assert_eq!(
        wrapped,
        hex("28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21")
    );
    let template = || open(Template::of(CKO_SECRET_KEY).number(CKA_KEY_TYPE, CKK_AES));
    let back = unwrap(&p11, session, plain(), wrapping, &wrapped, template()).unwrap();
    assert_eq!(p11.attribute(session, back, CKA_VALUE).unwrap(), key);
    let mut altered = wrapped.clone();
    altered[3] ^= 1;
    let refused = unwrap(&p11, session, plain(), wrapping, &altered, template());
    assert_eq!(refused, Err(CKR_WRAPPED_KEY_INVALID));
    let kek = hex("5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8");
    let wrapping = p11.create(session, secret(CKK_AES, &kek)).unwrap();
    let key = hex("466f7250617369");
    let inner = p11
        .create(session, secret(CKK_GENERIC_SECRET, &key))
        .unwrap();
    let padded = Mechanism::plain(CKM_AES_KEY_WRAP_KWP);
    let wrapped = wrap(&p11, session, padded, wrapping, inner).unwrap();
    assert_eq!(wrapped, hex("afbeb0f07dfbf5419200f2ccb50bb24f"));
}

#[test]
fn every_way_to_wrap_brings_keys_back() {
    let (p11, session) = P11::user();
    let wrapping = p11.create(session, secret(CKK_AES, &[7; 32])).unwrap();
    let inner = p11
        .create(session, secret(CKK_GENERIC_SECRET, &[9; 20]))
        .unwrap();
    let (_, sm2) = p11
        .generate(
            session,
            Mechanism::plain(CKM_SM2_KEY_PAIR_GEN),
            Template::default(),
            open(Template::default()),
        )
        .unwrap();
    let (rsa_public, rsa_private) = p11.rsa_pair(session, "kek");
    let cbc = || Mechanism(CKM_AES_CBC, vec![1; 16]);
    let padded = || Mechanism(CKM_AES_CBC_PAD, vec![1; 16]);
    let generic = || open(Template::of(CKO_SECRET_KEY).number(CKA_KEY_TYPE, CKK_GENERIC_SECRET));
    for (mechanism, with, from) in [
        (&cbc as &dyn Fn() -> Mechanism, wrapping, wrapping),
        (&padded, wrapping, wrapping),
        (&|| Mechanism::plain(CKM_RSA_PKCS), rsa_public, rsa_private),
    ] {
        let wrapped = wrap(&p11, session, mechanism(), with, inner).unwrap();
        let template = generic().number(CKA_VALUE_LEN, 20);
        let back = unwrap(&p11, session, mechanism(), from, &wrapped, template).unwrap();
        assert_eq!(p11.attribute(session, back, CKA_VALUE).unwrap(), [9; 20]);
    }
    let wrapped = wrap(&p11, session, padded(), wrapping, sm2).unwrap();
    let template = open(Template::of(CKO_PRIVATE_KEY).number(CKA_KEY_TYPE, CKK_SM2));
    let back = unwrap(&p11, session, padded(), wrapping, &wrapped, template).unwrap();
    assert_eq!(
        p11.attribute(session, back, CKA_VALUE),
        p11.attribute(session, sm2, CKA_VALUE)
    );
    let (_, on_token) = p11.sm2_pair(session, "token");
    for (with, key, expected) in [
        (1 << 40, inner, CKR_WRAPPING_KEY_HANDLE_INVALID),
        (on_token, inner, CKR_WRAPPING_KEY_TYPE_INCONSISTENT),
        (wrapping, 1 << 40, CKR_KEY_HANDLE_INVALID),
        (wrapping, on_token, CKR_KEY_UNEXTRACTABLE),
        (wrapping, rsa_public, CKR_KEY_NOT_WRAPPABLE),
    ] {
        assert_eq!(wrap(&p11, session, padded(), with, key), Err(expected));
    }
}

#[test]
fn simple_derivations_do_what_they_say() {
    let (p11, session) = P11::user();
    let base = p11
        .create(
            session,
            secret(CKK_GENERIC_SECRET, &[0x32, 0x9F, 0x84, 0xA9]),
        )
        .unwrap();
    let other = p11
        .create(session, secret(CKK_GENERIC_SECRET, b"other"))
        .unwrap();
    let of = |mechanism, len| derive(&p11, session, mechanism, base, len);
    let text = [1, 2, 3];
    let with = |number| Mechanism::numbers(number, &data(&text));
    assert_eq!(
        of(with(CKM_CONCATENATE_BASE_AND_DATA), None).unwrap(),
        [0x32, 0x9F, 0x84, 0xA9, 1, 2, 3]
    );
    assert_eq!(
        of(with(CKM_CONCATENATE_DATA_AND_BASE), Some(5)).unwrap(),
        [1, 2, 3, 0x32, 0x9F]
    );
    assert_eq!(
        of(with(CKM_XOR_BASE_AND_DATA), None).unwrap(),
        [0x33, 0x9D, 0x87]
    );
    let and_key = Mechanism::numbers(CKM_CONCATENATE_BASE_AND_KEY, &[other]);
    assert_eq!(of(and_key, None).unwrap(), b"\x32\x9F\x84\xA9other");
    // The example of PKCS#11 3.2, "Extraction of one key from another": 16 bits from bit 21 on.
    let extract = |bit| Mechanism::numbers(CKM_EXTRACT_KEY_FROM_KEY, &[bit]);
    assert_eq!(of(extract(21), Some(2)).unwrap(), [0x95, 0x26]);
    assert_eq!(of(extract(32), Some(2)), Err(CKR_MECHANISM_PARAM_INVALID));
    assert_eq!(of(extract(0), None), Err(CKR_TEMPLATE_INCOMPLETE));
    let digest = of(Mechanism::plain(CKM_SHA256_KEY_DERIVATION), None).unwrap();
    assert_eq!(digest.len(), 32);
}

#[test]
fn hkdf_is_that_of_rfc_5869() {
    let (p11, session) = P11::user();
    // RFC 5869, A.1.
    let base = p11
        .create(session, secret(CKK_GENERIC_SECRET, &[0x0b; 22]))
        .unwrap();
    let (salt, info) = (
        hex("000102030405060708090a0b0c"),
        hex("f0f1f2f3f4f5f6f7f8f9"),
    );
    let mut parameter = [1_u8, 1, 0, 0, 0, 0, 0, 0].to_vec();
    let [salt_at, salt_len] = data(&salt);
    let [info_at, info_len] = data(&info);
    for number in [
        CKM_SHA256,
        CKF_HKDF_SALT_DATA,
        salt_at,
        salt_len,
        0,
        info_at,
        info_len,
    ] {
        parameter.extend(number.to_ne_bytes());
    }
    let okm = derive(
        &p11,
        session,
        Mechanism(CKM_HKDF_DERIVE, parameter),
        base,
        Some(42),
    );
    assert_eq!(
        okm.unwrap(),
        hex("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865")
    );
}

#[test]
fn pbkdf2_is_that_of_rfc_6070() {
    let (p11, session) = P11::user();
    // 2 rounds of HMAC-SHA-1.
    let (password, salt) = (b"password", b"salt");
    let [password_at, password_len] = data(password);
    let [salt_at, salt_len] = data(salt);
    let mut mechanism = Mechanism::numbers(
        CKM_PKCS5_PBKD2,
        &[
            CKZ_SALT_SPECIFIED,
            salt_at,
            salt_len,
            2,
            CKP_PKCS5_PBKD2_HMAC_SHA1,
            0,
            0,
            password_at,
            password_len,
        ],
    );
    let mut template = open(Template::of(CKO_SECRET_KEY))
        .number(CKA_KEY_TYPE, CKK_GENERIC_SECRET)
        .number(CKA_VALUE_LEN, 20);
    let (mut template, mut handle) = (template.c(), 0);
    expect(call!(
        p11,
        C_GenerateKey(
            session,
            &mut mechanism.c(),
            template.as_mut_ptr(),
            template.len() as CK_ULONG,
            &raw mut handle
        )
    ));
    assert_eq!(
        p11.attribute(session, handle, CKA_VALUE).unwrap(),
        hex("ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957")
    );
}

#[test]
fn both_sides_agree_on_a_key() {
    let (p11, session) = P11::user();
    for (number, params, on_token) in [
        (CKM_EC_KEY_PAIR_GEN, P256, false),
        (CKM_EC_KEY_PAIR_GEN, P256, true),
        (CKM_EC_MONTGOMERY_KEY_PAIR_GEN, X25519, false),
    ] {
        let pair = |on_token| {
            let template = || {
                Template::default()
                    .flag(CKA_TOKEN, on_token)
                    .flag(CKA_DERIVE, true)
            };
            let public = template().bytes(CKA_EC_PARAMS, params);
            p11.generate(session, Mechanism::plain(number), public, template())
                .unwrap()
        };
        let ((one_public, one), (other_public, other)) = (pair(on_token), pair(false));
        let agree = |private, public, kdf, len| {
            let point = p11.attribute(session, public, CKA_EC_POINT).unwrap();
            let [at, at_len] = data(&point);
            let mechanism = Mechanism::numbers(CKM_ECDH1_DERIVE, &[kdf, 0, 0, at_len, at]);
            derive(&p11, session, mechanism, private, len)
        };
        for (kdf, len) in [
            (CKD_NULL, None),
            (CKD_NULL, Some(16)),
            (CKD_SHA256_KDF, Some(48)),
        ] {
            let shared = agree(one, other_public, kdf, len).unwrap();
            assert_eq!(shared.len(), len.unwrap_or(32) as usize);
            assert_eq!(agree(other, one_public, kdf, len).unwrap(), shared);
        }
        assert_eq!(
            agree(one, other_public, CKD_SHA256_KDF, None),
            Err(CKR_TEMPLATE_INCOMPLETE)
        );
    }
}

#[test]
fn secret_keys_of_the_token_compute_what_the_process_computes() {
    let (p11, session) = P11::user();
    let value = [0x42; 16];
    for (key_type, number, parameter) in [
        (CKK_AES, CKM_AES_CBC_PAD, vec![3; 16]),
        (CKK_AES, CKM_AES_ECB, vec![]),
        (CKK_SM4, CKM_SM4_CBC_PAD, vec![3; 16]),
    ] {
        let here = p11.create(session, secret(key_type, &value)).unwrap();
        let there = Template::of(CKO_SECRET_KEY)
            .on_token()
            .number(CKA_KEY_TYPE, key_type)
            .bytes(CKA_VALUE, &value);
        let there = p11.create(session, there).unwrap();
        let text = vec![0x17; 100_000];
        let mechanism = || Mechanism(number, parameter.clone());
        let made = p11.encrypt(session, mechanism(), there, &text).unwrap();
        assert!(made == p11.encrypt(session, mechanism(), here, &text).unwrap());
        assert!(p11.decrypt(session, mechanism(), there, &made).unwrap() == text);
        let mac = if key_type == CKK_AES {
            CKM_AES_CMAC
        } else {
            CKM_SM4_CMAC
        };
        let tag = p11
            .sign(session, Mechanism::plain(mac), there, b"data")
            .unwrap();
        expect(p11.verify(session, Mechanism::plain(mac), there, b"data", &tag));
        expect(p11.verify(session, Mechanism::plain(mac), here, b"data", &tag));
        let wrong = p11.verify(session, Mechanism::plain(mac), there, b"date", &tag);
        assert_eq!(wrong, CKR_SIGNATURE_INVALID);
    }
}

#[test]
fn codes_of_the_token_are_those_of_the_process() {
    let (p11, session) = P11::user();
    let key = |on_token| {
        let template = secret(CKK_GENERIC_SECRET, b"Jefe").flag(CKA_TOKEN, on_token);
        p11.create(session, template).unwrap()
    };
    let (here, there) = (key(false), key(true));
    for number in [
        CKM_SHA_1_HMAC,
        CKM_SHA224_HMAC,
        CKM_SHA256_HMAC,
        CKM_SHA384_HMAC,
        CKM_SHA512_HMAC,
        CKM_SHA3_224_HMAC,
        CKM_SHA3_256_HMAC,
        CKM_SHA3_384_HMAC,
        CKM_SHA3_512_HMAC,
        CKM_SM3_HMAC,
    ] {
        let mechanism = || Mechanism::plain(number);
        let code = p11.sign(session, mechanism(), there, b"data").unwrap();
        assert_eq!(code, p11.sign(session, mechanism(), here, b"data").unwrap());
        expect(p11.verify(session, mechanism(), there, b"data", &code));
    }
    let of_one_hash = secret(CKK_SHA256_HMAC, b"Jefe").on_token();
    let of_one_hash = p11.create(session, of_one_hash).unwrap();
    let refused = p11.sign_init(session, Mechanism::plain(CKM_SHA_1_HMAC), of_one_hash);
    assert_eq!(refused, CKR_KEY_TYPE_INCONSISTENT);
}

/// Whose value anybody who is logged in may read, one may derive from and digest, wherever it lies.
#[test]
fn readable_keys_of_the_token_are_derived_from_and_digested() {
    let (p11, session) = P11::user();
    let base = secret(CKK_GENERIC_SECRET, b"base").on_token();
    let base = p11.create(session, base).unwrap();
    let other = secret(CKK_GENERIC_SECRET, b"other").on_token();
    let other = p11.create(session, other).unwrap();
    let and_key = || Mechanism::numbers(CKM_CONCATENATE_BASE_AND_KEY, &[other]);
    let both = derive(&p11, session, and_key(), base, None).unwrap();
    assert_eq!(both, b"baseother");
    let digest = |key| {
        expect(p11.digest_init(session, Mechanism::plain(CKM_SHA256)));
        call!(p11, C_DigestKey(session, key))
    };
    expect(digest(base));
    let (mut out, mut len) = ([0; 32], 32);
    expect(call!(
        p11,
        C_DigestFinal(session, out.as_mut_ptr(), &raw mut len)
    ));
    let session_key = p11
        .create(session, secret(CKK_GENERIC_SECRET, b"base"))
        .unwrap();
    expect(digest(session_key));
    let mut expected = [0; 32];
    expect(call!(
        p11,
        C_DigestFinal(session, expected.as_mut_ptr(), &raw mut len)
    ));
    assert_eq!(out, expected);
    expect(p11.set(session, base, Template::default().flag(CKA_SENSITIVE, true)));
    assert_eq!(
        derive(&p11, session, and_key(), base, None),
        Err(CKR_KEY_TYPE_INCONSISTENT)
    );
    assert_eq!(digest(base), CKR_KEY_INDIGESTIBLE);
}

/// RFC 3394, 4.6; RFC 5649, section 6; with wrapping keys on the token.
#[test]
fn keys_of_the_token_wrap_as_the_standards_say() {
    let (p11, session) = P11::user();
    let on_token = |value: &[u8]| {
        let template = Template::of(CKO_SECRET_KEY).number(CKA_KEY_TYPE, CKK_AES);
        p11.create(session, template.on_token().bytes(CKA_VALUE, value))
            .unwrap()
    };
    let generic = |value: &[u8]| {
        let template = secret(CKK_GENERIC_SECRET, value);
        p11.create(session, template).unwrap()
    };
    let back = || open(Template::of(CKO_SECRET_KEY).number(CKA_KEY_TYPE, CKK_GENERIC_SECRET));
    let plain = "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F";
    let padded = "5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8";
    for (number, kek, key, expected) in [
        (
            CKM_AES_KEY_WRAP,
            plain,
            "00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F",
            "28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21",
        ),
        (
            CKM_AES_KEY_WRAP_KWP,
            padded,
            "c37b7e6492584340bed12207808941155068f738",
            "138bdeaa9b8fa7fc61f97742e72248ee5ae6ae5360d1ae6a5f54f373fa543b6a",
        ),
        (
            CKM_AES_KEY_WRAP_PAD,
            padded,
            "466f7250617369",
            "afbeb0f07dfbf5419200f2ccb50bb24f",
        ),
    ] {
        let (kek, inner) = (on_token(&hex(kek)), generic(&hex(key)));
        let mechanism = || Mechanism::plain(number);
        let wrapped = wrap(&p11, session, mechanism(), kek, inner).unwrap();
        assert_eq!(wrapped, hex(expected));
        let key_back = unwrap(&p11, session, mechanism(), kek, &wrapped, back()).unwrap();
        assert_eq!(
            p11.attribute(session, key_back, CKA_VALUE).unwrap(),
            hex(key)
        );
        let mut altered = wrapped.clone();
        altered[3] ^= 1;
        let refused = unwrap(&p11, session, mechanism(), kek, &altered, back());
        assert_eq!(refused, Err(CKR_WRAPPED_KEY_INVALID));
        let refused = unwrap(&p11, session, mechanism(), kek, &wrapped[1..], back());
        assert_eq!(refused, Err(CKR_WRAPPED_KEY_LEN_RANGE));
    }
}

#[test]
fn keys_of_the_token_wrap_what_is_padded_here_and_refuse_other_modes() {
    let (p11, session) = P11::user();
    let value = hex("000102030405060708090A0B0C0D0E0F");
    let here = p11.create(session, secret(CKK_AES, &value)).unwrap();
    let there = Template::of(CKO_SECRET_KEY).number(CKA_KEY_TYPE, CKK_AES);
    let there = p11.create(session, there.on_token().bytes(CKA_VALUE, &value));
    let there = there.unwrap();
    for len in [1, 8, 20, 32] {
        let inner = p11.create(session, secret(CKK_GENERIC_SECRET, &vec![7; len]));
        let inner = inner.unwrap();
        let mechanism = || Mechanism::plain(CKM_AES_KEY_WRAP_PKCS7);
        let made = |kek| wrap(&p11, session, mechanism(), kek, inner);
        // RFC 3394 begins at two half blocks.
        if len < 8 {
            assert_eq!(made(there), made(here));
            continue;
        }
        let wrapped = made(there).unwrap();
        assert_eq!(made(here).unwrap(), wrapped);
        let back = open(Template::of(CKO_SECRET_KEY).number(CKA_KEY_TYPE, CKK_GENERIC_SECRET));
        let key_back = unwrap(&p11, session, mechanism(), there, &wrapped, back).unwrap();
        assert_eq!(
            p11.attribute(session, key_back, CKA_VALUE).unwrap(),
            vec![7; len]
        );
    }
    let other_value = Mechanism(CKM_AES_KEY_WRAP, vec![1; 8]);
    assert_eq!(
        wrap(&p11, session, other_value, there, here),
        Err(CKR_MECHANISM_PARAM_INVALID)
    );
    // Modes that the token does not have.
    for number in [CKM_AES_OFB, CKM_AES_CFB128, CKM_AES_XTS] {
        let mechanism = Mechanism(number, vec![0; 16]);
        assert_eq!(
            p11.encrypt(session, mechanism, there, b"text"),
            Err(CKR_KEY_TYPE_INCONSISTENT)
        );
    }
}
