//! CKM_RSA_AES_KEY_WRAP: any key under an RSA key, by way of a temporary AES key.

use crate::harness::*;

const P256: &[u8] = &[6, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7];
const P256_KEY: &str = "7d7dc5f71eb29ddaf80d6214632eeae03d9058af1fb6d22ed80badb62bc1a534";

/// Length of the OAEP block of an RSA-2048 key.
const BLOCK: usize = 256;

/// A parameter whose OAEP structure and label live as long as the test program.
fn with(aes_bits: CK_ULONG, hash: [CK_ULONG; 2], label: &'static [u8]) -> Mechanism {
    let oaep = Box::leak(Box::new(CK_RSA_PKCS_OAEP_PARAMS {
        hashAlg: hash[0],
        mgf: hash[1],
        source: CKZ_DATA_SPECIFIED,
        pSourceData: label.as_ptr().cast_mut().cast(),
        ulSourceDataLen: label.len() as CK_ULONG,
    }));
    let parameter = CK_RSA_AES_KEY_WRAP_PARAMS {
        ulAESKeyBits: aes_bits,
        pOAEPParams: oaep,
    };
    Mechanism(CKM_RSA_AES_KEY_WRAP, bytes_of(&parameter))
}

fn sha256(aes_bits: CK_ULONG) -> Mechanism {
    with(aes_bits, [CKM_SHA256, CKG_MGF1_SHA256], b"")
}

fn generic() -> Template {
    open(Template::of(CKO_SECRET_KEY).number(CKA_KEY_TYPE, CKK_GENERIC_SECRET))
}

fn value(p11: &P11, session: CK_SESSION_HANDLE, key: CK_OBJECT_HANDLE) -> Vec<u8> {
    p11.attribute(session, key, CKA_VALUE).unwrap()
}

/// A line of the vectors.
fn vector(name: &str) -> Vec<u8> {
    let lines = include_str!("../data/rsa_aes_key_wrap.txt").lines();
    let mut found = lines.filter_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    hex(found.next().unwrap())
}

/// The RSA key of the vectors, in the session or on the token.
fn key_of_the_vectors(
    p11: &P11,
    session: CK_SESSION_HANDLE,
    on_token: bool,
) -> (CK_OBJECT_HANDLE, CK_OBJECT_HANDLE) {
    let half = |class| {
        Template::of(class)
            .number(CKA_KEY_TYPE, CKK_RSA)
            .bytes(CKA_MODULUS, &vector("modulus"))
            .bytes(CKA_PUBLIC_EXPONENT, &[1, 0, 1])
    };
    let private = half(CKO_PRIVATE_KEY)
        .bytes(CKA_PRIVATE_EXPONENT, &vector("private_exponent"))
        .flag(CKA_TOKEN, on_token)
        .flag(CKA_UNWRAP, true);
    let public = half(CKO_PUBLIC_KEY).flag(CKA_WRAP, true);
    (
        p11.create(session, public).unwrap(),
        p11.create(session, private).unwrap(),
    )
}

/// A pair in a container, a pair in an object of the token, a pair of the session.
fn pairs(p11: &P11, session: CK_SESSION_HANDLE) -> [(CK_OBJECT_HANDLE, CK_OBJECT_HANDLE); 3] {
    let made = |private: Template| {
        let public = Template::default().number(CKA_MODULUS_BITS, 2048);
        let mechanism = Mechanism::plain(CKM_RSA_PKCS_KEY_PAIR_GEN);
        p11.generate(session, mechanism, public, private).unwrap()
    };
    let in_object = Template::default().on_token().flag(CKA_EXTRACTABLE, true);
    [
        p11.rsa_pair(session, "container"),
        made(in_object),
        made(Template::default()),
    ]
}

#[test]
fn what_pythons_cryptography_wrapped_is_unwrapped() {
    let (p11, session) = P11::user();
    let (_, private) = key_of_the_vectors(&p11, session, false);
    let sha512 = || with(192, [CKM_SHA512, CKG_MGF1_SHA1], b"label");
    for (name, mechanism, expected) in [
        ("secret", sha256(256), &b"a secret of 21 bytes!"[..]),
        ("tiny", sha512(), b"tiny"),
    ] {
        let back = unwrap(&p11, session, mechanism, private, &vector(name), generic());
        assert_eq!(value(&p11, session, back.unwrap()), expected);
    }
    let ec = open(Template::of(CKO_PRIVATE_KEY).number(CKA_KEY_TYPE, CKK_EC));
    let wrapped = vector("private_key");
    let back = unwrap(&p11, session, sha256(128), private, &wrapped, ec).unwrap();
    assert_eq!(value(&p11, session, back), hex(P256_KEY));
    assert_eq!(p11.attribute(session, back, CKA_EC_PARAMS).unwrap(), P256);
}

#[test]
fn keys_travel_under_rsa_keys_wherever_those_live() {
    let (p11, session) = P11::user();
    let secret_key = p11
        .create(session, secret(CKK_GENERIC_SECRET, &[9; 300]))
        .unwrap();
    let ec = Template::of(CKO_PRIVATE_KEY)
        .number(CKA_KEY_TYPE, CKK_EC)
        .bytes(CKA_EC_PARAMS, P256)
        .bytes(CKA_VALUE, &hex(P256_KEY));
    let ec = p11.create(session, open(ec)).unwrap();
    for (public, private) in pairs(&p11, session) {
        let again = |bits, wrapped: &[u8], template| {
            unwrap(&p11, session, sha256(bits), private, wrapped, template).unwrap()
        };
        for bits in [128, 192, 256] {
            // More than any RSA key of this size takes by itself.
            let wrapped = wrap(&p11, session, sha256(bits), public, secret_key).unwrap();
            assert_eq!(wrapped.len(), BLOCK + 304 + 8);
            let back = again(bits, &wrapped, generic());
            assert_eq!(value(&p11, session, back), [9; 300]);
        }
        let wrapped = wrap(&p11, session, sha256(256), public, ec).unwrap();
        let template = open(Template::of(CKO_PRIVATE_KEY).number(CKA_KEY_TYPE, CKK_EC));
        let back = again(256, &wrapped, template);
        assert_eq!(value(&p11, session, back), hex(P256_KEY));
        // No two are alike.
        let other = wrap(&p11, session, sha256(256), public, ec).unwrap();
        assert_ne!(wrapped[..BLOCK], other[..BLOCK]);
        assert_ne!(wrapped[BLOCK..], other[BLOCK..]);
    }
}

#[test]
fn the_key_decides_as_with_every_way_to_wrap() {
    let (p11, session) = P11::user();
    let (public, private) = key_of_the_vectors(&p11, session, false);
    let wrapping = |key, inner| wrap(&p11, session, sha256(256), key, inner);
    let made = |template| p11.create(session, template).unwrap();
    let generic_key = made(secret(CKK_GENERIC_SECRET, b"value"));
    let aes = made(secret(CKK_AES, &[1; 16]));
    let stays = Template::of(CKO_SECRET_KEY)
        .number(CKA_KEY_TYPE, CKK_GENERIC_SECRET)
        .bytes(CKA_VALUE, b"value")
        .flag(CKA_EXTRACTABLE, false);
    let stays = made(stays);
    let trusting = secret(CKK_GENERIC_SECRET, b"value").flag(CKA_WRAP_WITH_TRUSTED, true);
    let trusting = made(trusting);
    for (key, inner, expected) in [
        (public, stays, CKR_KEY_UNEXTRACTABLE),
        (public, trusting, CKR_KEY_NOT_WRAPPABLE),
        (public, public, CKR_KEY_NOT_WRAPPABLE),
        (aes, generic_key, CKR_WRAPPING_KEY_TYPE_INCONSISTENT),
        (private, generic_key, CKR_WRAPPING_KEY_TYPE_INCONSISTENT),
    ] {
        assert_eq!(wrapping(key, inner), Err(expected));
    }
    let wrapped = wrapping(public, generic_key).unwrap();
    let back = |key, template| unwrap(&p11, session, sha256(256), key, &wrapped, template);
    assert_eq!(
        back(aes, generic()),
        Err(CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT)
    );
    let untyped = open(Template::of(CKO_SECRET_KEY));
    assert_eq!(back(private, untyped), Err(CKR_TEMPLATE_INCOMPLETE));
    let longer = generic().number(CKA_VALUE_LEN, 6);
    assert_eq!(back(private, longer), Err(CKR_WRAPPED_KEY_LEN_RANGE));
    let off = |attribute| Template::default().flag(attribute, false);
    expect(p11.set(session, public, off(CKA_WRAP)));
    expect(p11.set(session, private, off(CKA_UNWRAP)));
    assert_eq!(
        wrapping(public, generic_key),
        Err(CKR_KEY_FUNCTION_NOT_PERMITTED)
    );
    assert_eq!(
        back(private, generic()),
        Err(CKR_KEY_FUNCTION_NOT_PERMITTED)
    );
    // It wraps keys, and does nothing else.
    assert_eq!(
        p11.encrypt(session, sha256(256), public, b"text"),
        Err(CKR_MECHANISM_INVALID)
    );
}

#[test]
fn every_wrong_part_has_the_same_answer() {
    let (p11, session) = P11::user();
    for on_token in [false, true] {
        let (public, private) = key_of_the_vectors(&p11, session, on_token);
        let inner = p11
            .create(session, secret(CKK_GENERIC_SECRET, &[9; 20]))
            .unwrap();
        let wrapped = wrap(&p11, session, sha256(256), public, inner).unwrap();
        let before = p11.find(session, Template::default()).len();
        let back = |mechanism, wrapped: &[u8]| {
            unwrap(&p11, session, mechanism, private, wrapped, generic())
        };
        // In the OAEP block, in the initial value, in the value, in its filling.
        for at in [1, BLOCK - 1, BLOCK, BLOCK + 8, wrapped.len() - 1] {
            let mut altered = wrapped.clone();
            altered[at] ^= 1;
            let refused = back(sha256(256), &altered);
            assert_eq!(refused, Err(CKR_WRAPPED_KEY_INVALID), "{at}");
        }
        // No ciphertext: it is above the modulus.
        let above = [&[0xFF; BLOCK], &wrapped[BLOCK..]].concat();
        assert_eq!(back(sha256(256), &above), Err(CKR_WRAPPED_KEY_INVALID));
        let sha1 = [CKM_SHA_1, CKG_MGF1_SHA1];
        for mechanism in [
            sha256(128),
            with(256, sha1, b""),
            with(256, [CKM_SHA256, CKG_MGF1_SHA256], b"label"),
        ] {
            assert_eq!(back(mechanism, &wrapped), Err(CKR_WRAPPED_KEY_INVALID));
        }
        for len in [0, 1, BLOCK - 1, BLOCK, BLOCK + 8, wrapped.len() - 1] {
            let refused = back(sha256(256), &wrapped[..len]);
            assert_eq!(refused, Err(CKR_WRAPPED_KEY_LEN_RANGE), "{len}");
        }
        assert_eq!(p11.find(session, Template::default()).len(), before);
        assert!(back(sha256(256), &wrapped).is_ok());
    }
}

#[test]
fn parameters_that_are_none_are_refused() {
    let (p11, session) = P11::user();
    let (public, private) = key_of_the_vectors(&p11, session, false);
    let inner = p11
        .create(session, secret(CKK_GENERIC_SECRET, &[9; 20]))
        .unwrap();
    let whole = sha256(256).1;
    let words =
        |bits: CK_ULONG, at: CK_ULONG| Mechanism::numbers(CKM_RSA_AES_KEY_WRAP, &[bits, at]);
    let cut = |len| Mechanism(CKM_RSA_AES_KEY_WRAP, whole[..len].to_vec());
    let wrong: [&dyn Fn() -> Mechanism; 9] = [
        &|| cut(0),
        &|| cut(8),
        &|| cut(15),
        &|| Mechanism(CKM_RSA_AES_KEY_WRAP, [&whole[..], &[0; 8]].concat()),
        &|| words(256, 0),
        &|| sha256(0),
        &|| sha256(255),
        &|| sha256(CK_ULONG::MAX),
        &|| with(256, [CKM_AES_CBC, CKG_MGF1_SHA256], b""),
    ];
    let invalid = CKR_MECHANISM_PARAM_INVALID;
    for (index, mechanism) in wrong.iter().enumerate() {
        let refused = wrap(&p11, session, mechanism(), public, inner);
        assert_eq!(refused, Err(invalid), "{index}");
        let envelope = vector("secret");
        let refused = unwrap(&p11, session, mechanism(), private, &envelope, generic());
        assert_eq!(refused, Err(invalid), "{index}");
    }
}

#[test]
fn the_length_is_told_before_and_a_short_buffer_stays_as_it_is() {
    let (p11, session) = P11::user();
    let (public, _) = key_of_the_vectors(&p11, session, false);
    for (len, wrapped_len) in [(1, 16), (8, 16), (9, 24), (300, 312)] {
        let inner = p11
            .create(session, secret(CKK_GENERIC_SECRET, &vec![9; len]))
            .unwrap();
        let wrapped_len = BLOCK + wrapped_len;
        let (mut out, mut mechanism) = (vec![0xEE; wrapped_len], sha256(256));
        let mut c = mechanism.c();
        let mut wrap_into = |at: *mut CK_BYTE, room: usize| {
            let mut room = room as CK_ULONG;
            let rv = call!(
                p11,
                C_WrapKey(session, &raw mut c, public, inner, at, &raw mut room)
            );
            (rv, room as usize)
        };
        let before = p11.find(session, Template::default());
        assert_eq!(wrap_into(nothing(), 0), (CKR_OK, wrapped_len));
        let at = out.as_mut_ptr();
        for room in [0, 1, BLOCK, wrapped_len - 1] {
            let short = (CKR_BUFFER_TOO_SMALL, wrapped_len);
            assert_eq!(wrap_into(at, room), short);
        }
        assert!(out.iter().all(|byte| *byte == 0xEE));
        assert_eq!(wrap_into(at, wrapped_len), (CKR_OK, wrapped_len));
        assert_eq!(p11.find(session, Template::default()), before);
    }
}

#[test]
fn openssl_unwraps_ours_and_we_unwrap_openssls() {
    let (p11, session) = P11::user();
    let path = |name: &str| p11.folder.path().join(name);
    let write = |name: &str, data: &[u8]| std::fs::write(path(name), data).unwrap();
    let (public, private) = key_of_the_vectors(&p11, session, false);
    let oaep = [
        "-pkeyopt",
        "rsa_padding_mode:oaep",
        "-pkeyopt",
        "rsa_oaep_md:sha256",
        "-pkeyopt",
        "rsa_mgf1_md:sha256",
    ];
    let cipher = |way: &str, kek: &str, data: &str| {
        let arguments = ["enc", way, "-id-aes256-wrap-pad", "-K", kek, "-in", data];
        p11.openssl(&[&arguments[..], &["-iv", "A65959A6"]].concat())
    };

    // Theirs: a 33-byte secret under a kek of theirs.
    let info = p11.attribute(session, public, CKA_PUBLIC_KEY_INFO);
    write("public.der", &info.unwrap());
    let kek = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    write("kek", &hex(kek));
    write("value", &[5; 33]);
    let encrypt = ["pkeyutl", "-encrypt", "-pubin", "-keyform", "DER"];
    let of = ["-inkey", "public.der", "-in", "kek"];
    let block = p11.openssl(&[&encrypt[..], &of, &oaep].concat());
    let envelope = [block, cipher("-e", kek, "value")].concat();
    let back = unwrap(&p11, session, sha256(256), private, &envelope, generic());
    assert_eq!(value(&p11, session, back.unwrap()), [5; 33]);

    // Ours, under a key of theirs.
    p11.openssl(&["genrsa", "-out", "rsa.key", "2048"]);
    let modulus = p11.openssl(&["rsa", "-in", "rsa.key", "-noout", "-modulus"]);
    let modulus = String::from_utf8(modulus).unwrap();
    let modulus = hex(modulus.trim().trim_start_matches("Modulus="));
    let theirs = Template::of(CKO_PUBLIC_KEY)
        .number(CKA_KEY_TYPE, CKK_RSA)
        .bytes(CKA_MODULUS, &modulus)
        .bytes(CKA_PUBLIC_EXPONENT, &[1, 0, 1])
        .flag(CKA_WRAP, true);
    let theirs = p11.create(session, theirs).unwrap();
    let inner = p11.create(session, secret(CKK_GENERIC_SECRET, &[6; 33]));
    let envelope = wrap(&p11, session, sha256(256), theirs, inner.unwrap()).unwrap();
    write("block", &envelope[..BLOCK]);
    write("wrapped", &envelope[BLOCK..]);
    let of = ["pkeyutl", "-decrypt", "-inkey", "rsa.key", "-in", "block"];
    let kek = p11.openssl(&[&of[..], &oaep].concat());
    assert_eq!(kek.len(), 32);
    let kek: String = kek.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(cipher("-d", &kek, "wrapped"), [6; 33]);
}
