//! Derivations with data that is encrypted, to data, and of several keys at once.

use crate::harness::*;

/// SP 800-38A, F.1.1 and F.2.1; GB/T 32907, A.1.
#[test]
fn keys_are_data_encrypted_as_the_standards_say() {
    let (p11, session) = P11::user();
    let aes = hex("2b7e151628aed2a6abf7158809cf4f3c");
    let text = hex("6bc1bee22e409f96e93d7e117393172a");
    let sm4 = hex("0123456789abcdeffedcba9876543210");
    let vector = hex("000102030405060708090a0b0c0d0e0f");
    let ecb = |number, text: &[u8]| Mechanism::numbers(number, &data(text));
    let cbc = |number, iv: &[u8], text: &[u8]| {
        let tail = Mechanism::numbers(number, &data(text)).1;
        Mechanism(number, [iv, &tail].concat())
    };
    for on_token in [false, true] {
        let key = |key_type, value: &[u8]| {
            // On the token, what encrypts is a right of its own.
            let template = open(Template::of(CKO_SECRET_KEY).number(CKA_KEY_TYPE, key_type))
                .bytes(CKA_VALUE, value)
                .flag(CKA_TOKEN, on_token)
                .flag(CKA_ENCRYPT, true)
                .flag(CKA_DERIVE, true);
            p11.create(session, template).unwrap()
        };
        let (aes, sm4_key) = (key(CKK_AES, &aes), key(CKK_SM4, &sm4));
        #[rustfmt::skip]
        let answers = [
            (ecb(CKM_AES_ECB_ENCRYPT_DATA, &text), aes, "3ad77bb40d7a3660a89ecaf32466ef97"),
            (cbc(CKM_AES_CBC_ENCRYPT_DATA, &vector, &text), aes, "7649abac8119b246cee98e9b12e9197d"),
            (ecb(CKM_SM4_ECB_ENCRYPT_DATA, &sm4), sm4_key, "681edf34d206965e86b3e94f536e4246"),
            (cbc(CKM_SM4_CBC_ENCRYPT_DATA, &[0; 16], &sm4), sm4_key, "681edf34d206965e86b3e94f536e4246"),
        ];
        for (mechanism, key, expected) in answers {
            let short = Mechanism(mechanism.0, mechanism.1.clone());
            let made = derive(&p11, session, mechanism, key, None).unwrap();
            assert_eq!(made, hex(expected));
            assert_eq!(
                derive(&p11, session, short, key, Some(5)).unwrap(),
                hex(expected)[..5]
            );
        }
        let with = |text| ecb(CKM_AES_ECB_ENCRYPT_DATA, text);
        for (mechanism, key, len, expected) in [
            (with(&text), aes, Some(17), CKR_DATA_LEN_RANGE),
            (with(&text[1..]), aes, None, CKR_MECHANISM_PARAM_INVALID),
            (with(b""), aes, None, CKR_MECHANISM_PARAM_INVALID),
            (with(&text), sm4_key, None, CKR_KEY_TYPE_INCONSISTENT),
        ] {
            assert_eq!(derive(&p11, session, mechanism, key, len), Err(expected));
        }
    }
}

/// RFC 5869, A.1, as data.
#[test]
fn hkdf_gives_data_as_well() {
    let (p11, session) = P11::user();
    let base = p11.create(session, secret(CKK_HKDF, &[0x0b; 22])).unwrap();
    let (salt, info) = (
        hex("000102030405060708090a0b0c"),
        hex("f0f1f2f3f4f5f6f7f8f9"),
    );
    let mut parameter = [1_u8, 1, 0, 0, 0, 0, 0, 0].to_vec();
    let [salt_at, salt_len] = data(&salt);
    let [info_at, info_len] = data(&info);
    let numbers = [
        CKM_SHA256,
        CKF_HKDF_SALT_DATA,
        salt_at,
        salt_len,
        0,
        info_at,
        info_len,
    ];
    parameter.extend(numbers.iter().flat_map(|number| number.to_ne_bytes()));
    let derived = |template| {
        let mechanism = Mechanism(CKM_HKDF_DATA, parameter.clone());
        derive_key(&p11, session, mechanism, base, template)
    };
    let template = || {
        Template::default()
            .number(CKA_VALUE_LEN, 42)
            .bytes(CKA_LABEL, b"okm")
    };
    let made = derived(template()).unwrap();
    assert_eq!(
        p11.attribute(session, made, CKA_CLASS).unwrap(),
        CKO_DATA.to_ne_bytes()
    );
    assert_eq!(
        p11.attribute(session, made, CKA_VALUE).unwrap(),
        hex("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865")
    );
    assert_eq!(p11.attribute(session, made, CKA_LABEL).unwrap(), b"okm");
    let lasting = derived(template().on_token()).unwrap();
    assert_eq!(p11.attribute(session, lasting, CKA_TOKEN).unwrap(), [1]);
    let wrong = derived(template().number(CKA_CLASS, CKO_SECRET_KEY));
    assert_eq!(wrong, Err(CKR_TEMPLATE_INCONSISTENT));
    let brought = derived(template().bytes(CKA_VALUE, b"x"));
    assert_eq!(brought, Err(CKR_TEMPLATE_INCONSISTENT));
}

/// Counter mode over HMAC-SHA-256: one byte of counter and these fields.
struct Kdf {
    counter: CK_SP800_108_COUNTER_FORMAT,
    length: CK_SP800_108_DKM_LENGTH_FORMAT,
    fields: Vec<CK_PRF_DATA_PARAM>,
}

impl Kdf {
    fn field<T>(type_: CK_PRF_DATA_TYPE, value: &T) -> CK_PRF_DATA_PARAM {
        CK_PRF_DATA_PARAM {
            type_,
            pValue: (&raw const *value).cast_mut().cast(),
            ulValueLen: size_of::<T>() as CK_ULONG,
        }
    }

    /// With the length of what is derived after the counter, counted in this way; in `bits` given by hand.
    fn new(method: CK_SP800_108_DKM_LENGTH_METHOD, by_hand: Option<&[u8; 4]>) -> Box<Self> {
        let mut kdf = Box::new(Self {
            counter: CK_SP800_108_COUNTER_FORMAT {
                bLittleEndian: CK_FALSE,
                ulWidthInBits: 8,
            },
            length: CK_SP800_108_DKM_LENGTH_FORMAT {
                dkmLengthMethod: method,
                bLittleEndian: CK_FALSE,
                ulWidthInBits: 32,
            },
            fields: Vec::new(),
        });
        let counter = Self::field(CK_SP800_108_ITERATION_VARIABLE, &kdf.counter);
        let length = match by_hand {
            Some(bytes) => Self::field(CK_SP800_108_BYTE_ARRAY, bytes),
            None => Self::field(CK_SP800_108_DKM_LENGTH, &kdf.length),
        };
        kdf.fields = vec![counter, length];
        kdf
    }

    fn mechanism(&self, more: &mut [CK_DERIVED_KEY]) -> Mechanism {
        let parameter = CK_SP800_108_KDF_PARAMS {
            prfType: CKM_SHA256_HMAC,
            ulNumberOfDataParams: self.fields.len() as CK_ULONG,
            pDataParams: self.fields.as_ptr().cast_mut(),
            ulAdditionalDerivedKeys: more.len() as CK_ULONG,
            pAdditionalDerivedKeys: more.as_mut_ptr(),
        };
        Mechanism(CKM_SP800_108_COUNTER_KDF, bytes_of(&parameter))
    }
}

/// The example of PKCS#11 3.2, "Deriving additional keys": 48 and 16 bytes over SHA-256 are one and a half rounds and a
/// half one, 512 bits of keys and 768 of rounds.
#[test]
fn several_keys_come_out_of_one_derivation_in_rounds_of_their_own() {
    let (p11, session) = P11::user();
    let base = p11
        .create(session, secret(CKK_GENERIC_SECRET, &[0x5A; 32]))
        .unwrap();
    for (method, bits) in [
        (CK_SP800_108_DKM_LENGTH_SUM_OF_KEYS, 512_u32),
        (CK_SP800_108_DKM_LENGTH_SUM_OF_SEGMENTS, 768),
    ] {
        let mut second = open(Template::default()).number(CKA_VALUE_LEN, 16);
        let (mut second, mut handle) = (second.c(), 0);
        let mut more = [CK_DERIVED_KEY {
            pTemplate: second.as_mut_ptr(),
            ulAttributeCount: second.len() as CK_ULONG,
            phKey: &raw mut handle,
        }];
        let several = Kdf::new(method, None);
        let first = derive(&p11, session, several.mechanism(&mut more), base, Some(48)).unwrap();
        let second = p11.attribute(session, handle, CKA_VALUE).unwrap();
        // The same stream at one stretch, with the length that the two keys have together.
        let by_hand = bits.to_be_bytes();
        let one = Kdf::new(method, Some(&by_hand));
        let stream = derive(&p11, session, one.mechanism(&mut []), base, Some(80)).unwrap();
        assert_eq!((&first[..], &second[..]), (&stream[..48], &stream[64..]));
    }
}

#[test]
fn a_further_key_that_cannot_be_is_named_and_none_stays() {
    let (p11, session) = P11::user();
    let base = p11
        .create(session, secret(CKK_GENERIC_SECRET, &[0x5A; 32]))
        .unwrap();
    let kdf = Kdf::new(CK_SP800_108_DKM_LENGTH_SUM_OF_KEYS, None);
    let before = p11.find(session, Template::default()).len();
    let good = || open(Template::default()).number(CKA_VALUE_LEN, 16);
    for (bad, expected) in [
        (open(Template::default()), CKR_TEMPLATE_INCOMPLETE),
        (good().flag(CKA_LOCAL, true), CKR_ATTRIBUTE_READ_ONLY),
        (
            good()
                .number(CKA_KEY_TYPE, CKK_AES)
                .number(CKA_VALUE_LEN, 16)
                .flag(CKA_MODULUS, true),
            CKR_TEMPLATE_INCONSISTENT,
        ),
        // Refused only when the object is made: no AES key has 17 bytes.
        (
            open(Template::default())
                .number(CKA_KEY_TYPE, CKK_AES)
                .number(CKA_VALUE_LEN, 17),
            CKR_ATTRIBUTE_VALUE_INVALID,
        ),
    ] {
        for first_on_token in [false, true] {
            let (mut good_one, mut bad_one) = (good(), bad.clone());
            let (mut good_c, mut bad_c) = (good_one.c(), bad_one.c());
            let (mut handles, count) = ([7, 7], |c: &[CK_ATTRIBUTE]| c.len() as CK_ULONG);
            let mut more = [
                CK_DERIVED_KEY {
                    ulAttributeCount: count(&good_c),
                    pTemplate: good_c.as_mut_ptr(),
                    phKey: &raw mut handles[0],
                },
                CK_DERIVED_KEY {
                    ulAttributeCount: count(&bad_c),
                    pTemplate: bad_c.as_mut_ptr(),
                    phKey: &raw mut handles[1],
                },
            ];
            let first = good().flag(CKA_TOKEN, first_on_token);
            let made = derive_key(&p11, session, kdf.mechanism(&mut more), base, first);
            assert_eq!((made, handles), (Err(expected), [7, CK_INVALID_HANDLE]));
            assert_eq!(p11.find(session, Template::default()).len(), before);
        }
    }
    // Only these mechanisms make several keys, and NULL is no place for a handle.
    let mut more = [CK_DERIVED_KEY::default()];
    let none = derive(&p11, session, kdf.mechanism(&mut more), base, Some(16));
    assert_eq!(none, Err(CKR_MECHANISM_PARAM_INVALID));
}

/// PKCS#11 3.2, "Miscellaneous simple key derivation mechanisms" and "Hash-based key derivations": from a key that hides its
/// value, what contains that value is hidden as well, whatever the template asks, while a digest is what the template says.
#[test]
fn what_contains_the_base_key_is_guarded_like_it() {
    let (p11, session) = P11::user();
    let text = [1, 2, 3, 4];
    for (sensitive, extractable) in [(true, true), (false, false), (true, false)] {
        let base = Template::of(CKO_SECRET_KEY)
            .number(CKA_KEY_TYPE, CKK_GENERIC_SECRET)
            .bytes(CKA_VALUE, b"base key")
            .flag(CKA_SENSITIVE, sensitive)
            .flag(CKA_EXTRACTABLE, extractable)
            .flag(CKA_DERIVE, true);
        let base = p11.create(session, base).unwrap();
        for number in [
            CKM_CONCATENATE_BASE_AND_DATA,
            CKM_CONCATENATE_DATA_AND_BASE,
            CKM_XOR_BASE_AND_DATA,
        ] {
            let made = derive(
                &p11,
                session,
                Mechanism::numbers(number, &data(&text)),
                base,
                None,
            );
            assert_eq!(made, Err(CKR_ATTRIBUTE_SENSITIVE), "{number:#x}");
        }
        let extract = Mechanism::numbers(CKM_EXTRACT_KEY_FROM_KEY, &[0]);
        let extracted = derive(&p11, session, extract, base, Some(2));
        let expected = if sensitive {
            CKR_TEMPLATE_INCONSISTENT
        } else {
            CKR_ATTRIBUTE_SENSITIVE
        };
        assert_eq!(extracted, Err(expected));
        // openssl dgst -sha256 of "base key".
        let digest = Mechanism::plain(CKM_SHA256_KEY_DERIVATION);
        assert_eq!(
            derive(&p11, session, digest, base, None).unwrap(),
            hex("82ffbef6bf12ab28f8b248a4a4bce95ed7c414950a1cd2fb0b39596613598eb5")
        );
    }
}

#[test]
fn a_derived_key_is_as_sensitive_as_its_base_where_nobody_says() {
    let (p11, session) = P11::user();
    for sensitive in [false, true] {
        let base = Template::of(CKO_SECRET_KEY)
            .number(CKA_KEY_TYPE, CKK_GENERIC_SECRET)
            .bytes(CKA_VALUE, b"base key")
            .flag(CKA_SENSITIVE, sensitive)
            .flag(CKA_EXTRACTABLE, true)
            .flag(CKA_DERIVE, true);
        let base = p11.create(session, base).unwrap();
        let template = Template::default().flag(CKA_EXTRACTABLE, true);
        let digest = Mechanism::plain(CKM_SHA256_KEY_DERIVATION);
        let key = derive_key(&p11, session, digest, base, template).unwrap();
        let made = p11.attribute(session, key, CKA_SENSITIVE).unwrap();
        assert_eq!(made, [sensitive.into()]);
    }
}
