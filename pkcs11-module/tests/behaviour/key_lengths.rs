//! How much of a key C_WrapKey takes, and how much of what C_UnwrapKey decrypts becomes one.

use crate::harness::*;

/// A shorter key made of the beginning of another would be quickly found, and the rest of the other after it.
#[test]
fn unwrapping_cuts_nothing_but_added_zeros_off() {
    let (p11, session) = P11::user();
    let kek = p11.create(session, secret(CKK_AES, &[7; 32])).unwrap();
    let (rsa_public, rsa_private) = p11.rsa_pair(session, "kek");
    let plain = Mechanism::plain;
    let cbc = |number| Mechanism(number, vec![1; 16]);
    let mechanisms: [&dyn Fn() -> Mechanism; 7] = [
        &|| plain(CKM_AES_ECB),
        &|| cbc(CKM_AES_CBC),
        &|| cbc(CKM_AES_CBC_PAD),
        &|| plain(CKM_AES_KEY_WRAP),
        &|| plain(CKM_AES_KEY_WRAP_KWP),
        &|| plain(CKM_RSA_PKCS),
        &|| plain(CKM_RSA_X_509),
    ];
    for value in [[9; 32], [0; 32]] {
        let inner = p11.create(session, secret(CKK_GENERIC_SECRET, &value));
        let inner = inner.unwrap();
        for mechanism in mechanisms {
            let number = mechanism().0;
            let (with, from) = match number {
                CKM_RSA_PKCS | CKM_RSA_X_509 => (rsa_public, rsa_private),
                _ => (kek, kek),
            };
            // Without padding a number does not tell how many zeros it began with.
            if number == CKM_RSA_X_509 && value == [0; 32] {
                continue;
            }
            let wrapped = wrap(&p11, session, mechanism(), with, inner).unwrap();
            let back = |len| {
                let template = open(Template::of(CKO_SECRET_KEY))
                    .number(CKA_KEY_TYPE, CKK_GENERIC_SECRET)
                    .number(CKA_VALUE_LEN, len);
                unwrap(&p11, session, mechanism(), from, &wrapped, template)
            };
            for len in [1, 16] {
                assert_eq!(back(len), Err(CKR_WRAPPED_KEY_LEN_RANGE), "{number:#x}");
            }
            let whole = p11.attribute(session, back(32).unwrap(), CKA_VALUE);
            assert_eq!(whole.unwrap(), value);
        }
    }
}

#[test]
fn keys_of_sm4_xts_come_back_whole() {
    let (p11, session) = P11::user();
    let kek = p11.create(session, secret(CKK_AES, &[7; 32])).unwrap();
    let inner = p11.create(session, secret(CKK_SM4, &[9; 32])).unwrap();
    let mechanism = || Mechanism::plain(CKM_AES_KEY_WRAP_KWP);
    let wrapped = wrap(&p11, session, mechanism(), kek, inner).unwrap();
    let template = open(Template::of(CKO_SECRET_KEY).number(CKA_KEY_TYPE, CKK_SM4));
    let back = unwrap(&p11, session, mechanism(), kek, &wrapped, template).unwrap();
    assert_eq!(p11.attribute(session, back, CKA_VALUE).unwrap(), [9; 32]);
}

/// RFC 5915, 3: the number in a private key is as long as its curve's order, whatever its writer left out or put in.
#[test]
fn private_keys_leave_with_numbers_of_full_length() {
    const P256: &[u8] = &[6, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7];
    let (p11, session) = P11::user();
    let kek = secret(CKK_AES, &[7; 32]);
    let kek = p11.create(session, kek).unwrap();
    let mechanism = || Mechanism::plain(CKM_AES_KEY_WRAP_KWP);
    let info = |value: &[u8]| {
        let key = Template::of(CKO_PRIVATE_KEY)
            .number(CKA_KEY_TYPE, CKK_EC)
            .bytes(CKA_EC_PARAMS, P256)
            .bytes(CKA_VALUE, value);
        let key = p11.create(session, open(key)).unwrap();
        let wrapped = wrap(&p11, session, mechanism(), kek, key).unwrap();
        p11.decrypt(session, mechanism(), kek, &wrapped).unwrap()
    };
    let whole = [&[0][..], &[9; 31]].concat();
    let expected = info(&whole);
    assert!(expected.windows(32).any(|part| part == whole));
    assert_eq!(info(&[9; 31]), expected);
    // More zeros than the lengths of a PrivateKeyInfo have room for.
    let long = [&[0; 70_000][..], &[9; 31]].concat();
    assert_eq!(info(&long), expected);
}
