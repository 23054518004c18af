//! Mechanisms of secret keys, with the examples of the standards.

use crate::harness::*;
use hex::FromHex;
use std::ptr::null_mut;

pub(crate) fn hex(text: &str) -> Vec<u8> {
    Vec::from_hex(text.replace(' ', "")).unwrap()
}

pub(crate) fn secret(
    p11: &P11,
    session: CK_SESSION_HANDLE,
    key_type: CK_KEY_TYPE,
    value: &str,
) -> CK_OBJECT_HANDLE {
    let template = Template::of(CKO_SECRET_KEY)
        .number(CKA_KEY_TYPE, key_type)
        .bytes(CKA_VALUE, &hex(value))
        .flag(CKA_SIGN, true)
        .flag(CKA_VERIFY, true)
        .flag(CKA_ENCRYPT, true)
        .flag(CKA_DECRYPT, true);
    p11.create(session, template).unwrap()
}

/// Encrypts and decrypts in parts of every small size, and asks for lengths before.
pub(crate) fn in_parts(
    p11: &P11,
    session: CK_SESSION_HANDLE,
    encrypts: bool,
    mechanism: &dyn Fn() -> Mechanism,
    key: CK_OBJECT_HANDLE,
    data: &[u8],
    step: usize,
) -> Vec<u8> {
    let mut mechanism = mechanism();
    let mut c = mechanism.c();
    expect(match encrypts {
        true => call!(p11, C_EncryptInit(session, &raw mut c, key)),
        false => call!(p11, C_DecryptInit(session, &raw mut c, key)),
    });
    let mut whole = Vec::new();
    for part in data.chunks(step) {
        let (at, len) = (part.as_ptr().cast_mut(), part.len() as CK_ULONG);
        let mut needed = 0;
        let update = |out: *mut CK_BYTE, room: *mut CK_ULONG| match encrypts {
            true => call!(p11, C_EncryptUpdate(session, at, len, out, room)),
            false => call!(p11, C_DecryptUpdate(session, at, len, out, room)),
        };
        expect(update(null_mut(), &raw mut needed));
        let mut out = vec![0; needed as usize + 1];
        expect(update(out.as_mut_ptr(), &raw mut needed));
        whole.extend_from_slice(&out[..needed as usize]);
    }
    let (mut out, mut len) = (vec![0; 2048], 2048);
    expect(match encrypts {
        true => call!(p11, C_EncryptFinal(session, out.as_mut_ptr(), &raw mut len)),
        false => call!(p11, C_DecryptFinal(session, out.as_mut_ptr(), &raw mut len)),
    });
    whole.extend_from_slice(&out[..len as usize]);
    whole
}

/// The four blocks of SP 800-38A, appendix F.
const BLOCKS: &str = "6bc1bee22e409f96e93d7e117393172a ae2d8a571e03ac9c9eb76fac45af8e51
    30c81c46a35ce411e5fbc1191a0a52ef f69f2445df4f9b17ad2b417be66c3710";
pub(crate) const AES256: &str = "603deb1015ca71be2b73aef0857d7781 1f352c073b6108d72d9810a30914dff4";
pub(crate) const IV: &str = "000102030405060708090a0b0c0d0e0f";

fn blocks() -> Vec<u8> {
    hex(&BLOCKS.replace('\n', ""))
}

pub(crate) fn counter() -> Vec<u8> {
    let mut parameter = CK_ULONG::to_ne_bytes(128).to_vec();
    parameter.extend(hex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"));
    parameter
}

/// Mechanism, parameter, first block of the ciphertext, last block (SP 800-38A, F.1.5, F.2.5, F.3.17, F.4.5, F.5.5).
#[test]
fn aes_modes_are_those_of_the_standard_whole_and_in_parts() {
    let (p11, session) = P11::user();
    let key = secret(&p11, session, CKK_AES, AES256);
    for (number, parameter, first, last) in [
        (
            CKM_AES_ECB,
            vec![],
            "f3eed1bdb5d2a03c064b5a7e3db181f8",
            "23304b7a39f9f3ff067d8d8f9e24ecc7",
        ),
        (
            CKM_AES_CBC,
            hex(IV),
            "f58c4c04d6e5f1ba779eabfb5f7bfbd6",
            "b2eb05e2c39be9fcda6c19078c6a9d1b",
        ),
        (
            CKM_AES_CFB128,
            hex(IV),
            "dc7e84bfda79164b7ecd8486985d3860",
            "75a385741ab9cef82031623d55b1e471",
        ),
        (
            CKM_AES_OFB,
            hex(IV),
            "dc7e84bfda79164b7ecd8486985d3860",
            "0126141d67f37be8538f5a8be740e484",
        ),
        (
            CKM_AES_CTR,
            counter(),
            "601ec313775789a5b7a7f504bbf3d228",
            "dfc9c58db67aada613c2dd08457941a6",
        ),
    ] {
        let mechanism = || Mechanism(number, parameter.clone());
        let made = p11.encrypt(session, mechanism(), key, &blocks()).unwrap();
        assert_eq!(made.len(), 64);
        assert_eq!(
            (&made[..16], &made[48..]),
            (&hex(first)[..], &hex(last)[..]),
            "{number:#x}"
        );
        assert_eq!(
            p11.decrypt(session, mechanism(), key, &made).unwrap(),
            blocks()
        );
        for step in [1, 7, 16, 33, 64] {
            assert_eq!(
                in_parts(&p11, session, true, &mechanism, key, &blocks(), step),
                made
            );
            assert_eq!(
                in_parts(&p11, session, false, &mechanism, key, &made, step),
                blocks()
            );
        }
    }
}

#[test]
fn sm4_is_that_of_its_standard() {
    let (p11, session) = P11::user();
    // GB/T 32907, A.1.
    let key = secret(&p11, session, CKK_SM4, "0123456789abcdeffedcba9876543210");
    let block = hex("0123456789abcdeffedcba9876543210");
    let expected = hex("681edf34d206965e86b3e94f536e4246");
    for number in [CKM_SM4_ECB, 0xFFFF_F007, 0x8000_0108] {
        let made = p11.encrypt(session, Mechanism::plain(number), key, &block);
        assert_eq!(made.unwrap(), expected);
    }
    // RFC 8998, A.1: SM4-GCM.
    let (iv, aad) = (
        hex("00001234567800000000ABCD"),
        hex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2"),
    );
    let text = hex(
        "AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBCCCCCCCCCCCCCCCCDDDDDDDDDDDDDDDD
         EEEEEEEEEEEEEEEEFFFFFFFFFFFFFFFFEEEEEEEEEEEEEEEEAAAAAAAAAAAAAAAA"
            .replace('\n', "")
            .as_str(),
    );
    let gcm = gcm_params(&iv, &aad, 128);
    let made = p11
        .encrypt(session, Mechanism(CKM_SM4_GCM, gcm.clone()), key, &text)
        .unwrap();
    assert_eq!(made[..16], hex("17F399F08C67D5EE19D0DC9969C4BB7D"));
    assert_eq!(made[64..], hex("83DE3541E4C2B58177E065A9BF7B62EC"));
    assert_eq!(
        p11.decrypt(session, Mechanism(CKM_SM4_GCM, gcm), key, &made)
            .unwrap(),
        text
    );
    // RFC 8998, A.2: SM4-CCM with the same values.
    let ccm = ccm_params(text.len(), &iv, &aad, 16);
    let made = p11
        .encrypt(session, Mechanism(CKM_SM4_CCM, ccm.clone()), key, &text)
        .unwrap();
    assert_eq!(made[..16], hex("48AF93501FA62ADBCD414CCE6034D895"));
    assert_eq!(made[64..], hex("16842D4FA186F56AB33256971FA110F4"));
    assert_eq!(
        p11.decrypt(session, Mechanism(CKM_SM4_CCM, ccm), key, &made)
            .unwrap(),
        text
    );
}

/// The bytes of a CK_GCM_PARAMS; what it points to must live as long as they are used.
pub(crate) fn gcm_params(iv: &[u8], aad: &[u8], tag_bits: CK_ULONG) -> Vec<u8> {
    [
        iv.as_ptr() as CK_ULONG,
        iv.len() as CK_ULONG,
        8 * iv.len() as CK_ULONG,
        aad.as_ptr() as CK_ULONG,
        aad.len() as CK_ULONG,
        tag_bits,
    ]
    .iter()
    .flat_map(|n| n.to_ne_bytes())
    .collect()
}

fn ccm_params(data_len: usize, nonce: &[u8], aad: &[u8], tag_len: CK_ULONG) -> Vec<u8> {
    [
        data_len as CK_ULONG,
        nonce.as_ptr() as CK_ULONG,
        nonce.len() as CK_ULONG,
        aad.as_ptr() as CK_ULONG,
        aad.len() as CK_ULONG,
        tag_len,
    ]
    .iter()
    .flat_map(|n| n.to_ne_bytes())
    .collect()
}

#[test]
fn parameters_of_authenticated_modes_are_checked() {
    let (p11, session) = P11::user();
    let key = secret(&p11, session, CKK_AES, AES256);
    let iv = [7; 12];
    let null_iv = {
        let mut parameter = gcm_params(&iv, &[], 128);
        parameter[..size_of::<usize>()].fill(0);
        parameter
    };
    let mut long = gcm_params(&iv, &[], 128);
    long.push(0);
    for parameter in [
        null_iv,
        long,
        vec![],
        vec![1; 7],
        gcm_params(&[], &[], 128),
        gcm_params(&iv, &[], 129),
        gcm_params(&iv, &[], 0),
        gcm_params(&iv, &[], 16),
        gcm_params(&iv, &[], CK_ULONG::MAX),
    ] {
        let refused = p11.encrypt(session, Mechanism(CKM_AES_GCM, parameter), key, b"text");
        assert_eq!(refused, Err(CKR_MECHANISM_PARAM_INVALID));
    }
    for (nonce_len, tag_len) in [(6, 16), (14, 16), (12, 3), (12, 17), (12, 0)] {
        let nonce = vec![1; nonce_len];
        let parameter = ccm_params(4, &nonce, &[], tag_len);
        let refused = p11.encrypt(session, Mechanism(CKM_AES_CCM, parameter), key, b"text");
        assert_eq!(refused, Err(CKR_MECHANISM_PARAM_INVALID));
    }
    // More or less data than was announced.
    let announced = ccm_params(5, &iv, &[], 16);
    let refused = p11.encrypt(session, Mechanism(CKM_AES_CCM, announced), key, b"text");
    assert_eq!(refused, Err(CKR_DATA_LEN_RANGE));
    for (number, parameter) in [
        (CKM_AES_ECB, vec![1]),
        (CKM_AES_CBC, vec![1; 15]),
        (CKM_AES_CBC, vec![]),
        (CKM_AES_CTR, CK_ULONG::to_ne_bytes(0).repeat(3)),
        (CKM_AES_CTR, CK_ULONG::to_ne_bytes(129).repeat(3)),
    ] {
        let refused = p11.encrypt(session, Mechanism(number, parameter), key, &[0; 16]);
        assert_eq!(refused, Err(CKR_MECHANISM_PARAM_INVALID), "{number:#x}");
    }
    let sm4 = p11.encrypt(session, Mechanism::plain(CKM_SM4_ECB), key, &[0; 16]);
    assert_eq!(sm4, Err(CKR_KEY_TYPE_INCONSISTENT));
}

#[test]
fn what_cannot_be_decrypted_has_one_code_for_every_cause() {
    let (p11, session) = P11::user();
    let key = secret(&p11, session, CKK_AES, AES256);
    let cbc = || Mechanism(CKM_AES_CBC, hex(IV));
    let padded = || Mechanism(CKM_AES_CBC_PAD, hex(IV));
    for end in [&[0_u8; 2][..], &[1, 17], &[2, 3], &[0, 2], &[255, 255]] {
        let mut text = [5; 32];
        text[30..].copy_from_slice(end);
        let made = p11.encrypt(session, cbc(), key, &text).unwrap();
        let refused = p11.decrypt(session, padded(), key, &made);
        assert_eq!(refused, Err(CKR_ENCRYPTED_DATA_INVALID), "{end:?}");
    }
    for len in [0, 15, 16, 17, 1000] {
        let text = vec![0x42; len];
        let made = p11.encrypt(session, padded(), key, &text).unwrap();
        assert_eq!(made.len(), (len / 16 + 1) * 16);
        assert_eq!(p11.decrypt(session, padded(), key, &made).unwrap(), text);
        for step in [1, 16, 40] {
            assert_eq!(
                in_parts(&p11, session, true, &padded, key, &text, step),
                made
            );
            assert_eq!(
                in_parts(&p11, session, false, &padded, key, &made, step),
                text
            );
        }
    }
    assert_eq!(
        p11.encrypt(session, cbc(), key, &[0; 17]),
        Err(CKR_DATA_LEN_RANGE)
    );
    assert_eq!(
        p11.decrypt(session, cbc(), key, &[0; 17]),
        Err(CKR_ENCRYPTED_DATA_LEN_RANGE)
    );
    let (iv, aad) = ([9; 12], b"header");
    let gcm = || Mechanism(CKM_AES_GCM, gcm_params(&iv, aad, 128));
    let made = p11.encrypt(session, gcm(), key, b"some text").unwrap();
    for position in [0, 8, 9, 24] {
        let mut altered = made.clone();
        altered[position] ^= 1;
        assert_eq!(
            p11.decrypt(session, gcm(), key, &altered),
            Err(CKR_ENCRYPTED_DATA_INVALID)
        );
    }
    assert_eq!(
        in_parts(&p11, session, false, &gcm, key, &made, 5),
        b"some text"
    );
}

#[test]
fn a_short_buffer_loses_nothing_and_input_may_be_output() {
    let (p11, session) = P11::user();
    let key = secret(&p11, session, CKK_AES, AES256);
    let mut mechanism = Mechanism(CKM_AES_CBC_PAD, hex(IV));
    let made = p11
        .encrypt(
            session,
            Mechanism(CKM_AES_CBC_PAD, hex(IV)),
            key,
            b"0123456789",
        )
        .unwrap();
    expect(call!(p11, C_DecryptInit(session, &mut mechanism.c(), key)));
    let mut buffer = made.clone();
    let at = buffer.as_mut_ptr();
    let mut len = 9;
    assert_eq!(
        call!(p11, C_Decrypt(session, at, 16, at, &raw mut len)),
        CKR_BUFFER_TOO_SMALL
    );
    assert_eq!((len, &buffer), (10, &made));
    expect(call!(p11, C_Decrypt(session, at, 16, at, &raw mut len)));
    assert_eq!(buffer[..len as usize], *b"0123456789");
    // In parts, in place.
    let mut mechanism = Mechanism(CKM_AES_CBC, hex(IV));
    let mut buffer = blocks();
    let at = buffer.as_mut_ptr();
    expect(call!(p11, C_EncryptInit(session, &mut mechanism.c(), key)));
    let mut len = 31;
    assert_eq!(
        call!(p11, C_EncryptUpdate(session, at, 32, at, &raw mut len)),
        CKR_BUFFER_TOO_SMALL
    );
    assert_eq!(len, 32);
    expect(call!(
        p11,
        C_EncryptUpdate(session, at, 32, at, &raw mut len)
    ));
    assert_eq!(buffer[..16], hex("f58c4c04d6e5f1ba779eabfb5f7bfbd6"));
    assert_eq!(
        call!(p11, C_Encrypt(session, at, 16, at, &raw mut len)),
        CKR_OPERATION_ACTIVE
    );
    assert_eq!(
        call!(p11, C_EncryptFinal(session, at, &raw mut len)),
        CKR_OPERATION_NOT_INITIALIZED
    );
}

#[test]
fn authentication_codes_are_those_of_the_standards() {
    let (p11, session) = P11::user();
    // RFC 4231, test case 2.
    let jefe = secret(&p11, session, CKK_GENERIC_SECRET, "4a656665");
    let data = b"what do ya want for nothing?";
    let plain = Mechanism::plain;
    for (number, tag) in [
        (
            CKM_SHA224_HMAC,
            "a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44",
        ),
        (
            CKM_SHA256_HMAC,
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (CKM_SHA_1_HMAC, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"), // RFC 2202
    ] {
        assert_eq!(
            p11.sign(session, plain(number), jefe, data).unwrap(),
            hex(tag)
        );
        expect(p11.verify(session, plain(number), jefe, data, &hex(tag)));
        let wrong = p11.verify(session, plain(number), jefe, b"", &hex(tag));
        assert_eq!(wrong, CKR_SIGNATURE_INVALID);
        let short = p11.verify(session, plain(number), jefe, data, &hex(tag)[..19]);
        assert_eq!(short, CKR_SIGNATURE_LEN_RANGE);
    }
    let general = |len| Mechanism::numbers(CKM_SHA256_HMAC_GENERAL, &[len]);
    assert_eq!(
        p11.sign(session, general(4), jefe, data).unwrap(),
        hex("5bdcc146")
    );
    for len in [0, 33, CK_ULONG::MAX] {
        assert_eq!(
            p11.sign(session, general(len), jefe, data),
            Err(CKR_MECHANISM_PARAM_INVALID)
        );
    }
    // SP 800-38B, D.3, examples 9 and 10 (RFC 4493 uses another key): AES-256, of nothing and of 40 bytes.
    let aes = secret(&p11, session, CKK_AES, AES256);
    let of = |len: usize| {
        p11.sign(session, plain(CKM_AES_CMAC), aes, &blocks()[..len])
            .unwrap()
    };
    assert_eq!(of(0), hex("028962f61b7bf89efc6b551f4667d983"));
    assert_eq!(of(40), hex("aaf3d8f1de5640c232f5b169b9c911e6"));
    // Parts are the whole.
    expect(p11.sign_init(session, plain(CKM_AES_CMAC), aes));
    for part in blocks()[..40].chunks(13) {
        let (at, len) = (part.as_ptr().cast_mut(), part.len() as CK_ULONG);
        expect(call!(p11, C_SignUpdate(session, at, len)));
    }
    let (mut tag, mut len) = ([0; 16], 16);
    expect(call!(
        p11,
        C_SignFinal(session, tag.as_mut_ptr(), &raw mut len)
    ));
    assert_eq!(tag[..], of(40));
    let refused = p11.sign(session, plain(CKM_AES_CMAC), jefe, b"");
    assert_eq!(refused, Err(CKR_KEY_TYPE_INCONSISTENT));
}

#[test]
fn one_part_goes_through_two_operations() {
    let (p11, session) = P11::user();
    let key = secret(&p11, session, CKK_AES, AES256);
    let mut cbc = Mechanism(CKM_AES_CBC, hex(IV));
    let mut data = blocks();
    let (at, len) = (data.as_mut_ptr(), data.len() as CK_ULONG);
    let (mut out, mut out_len) = ([0; 64], 64);
    expect(p11.digest_init(session, Mechanism::plain(CKM_SHA256)));
    assert_eq!(
        call!(
            p11,
            C_DigestEncryptUpdate(session, at, len, out.as_mut_ptr(), &raw mut out_len)
        ),
        CKR_OPERATION_NOT_INITIALIZED
    );
    expect(p11.digest_init(session, Mechanism::plain(CKM_SHA256)));
    expect(call!(p11, C_EncryptInit(session, &mut cbc.c(), key)));
    expect(call!(
        p11,
        C_DigestEncryptUpdate(session, at, len, out.as_mut_ptr(), &raw mut out_len)
    ));
    assert_eq!(out[..16], hex("f58c4c04d6e5f1ba779eabfb5f7bfbd6"));
    let (mut one, mut other, mut digest_len) = ([0; 32], [0; 32], 32);
    expect(call!(
        p11,
        C_DigestFinal(session, one.as_mut_ptr(), &raw mut digest_len)
    ));
    let mut none = 0;
    expect(call!(p11, C_EncryptFinal(session, at, &raw mut none)));
    // And back: the digest of the plaintext is the same.
    expect(p11.digest_init(session, Mechanism::plain(CKM_SHA256)));
    expect(call!(p11, C_DecryptInit(session, &mut cbc.c(), key)));
    let mut back = [0; 64];
    expect(call!(
        p11,
        C_DecryptDigestUpdate(
            session,
            out.as_mut_ptr(),
            64,
            back.as_mut_ptr(),
            &raw mut out_len
        )
    ));
    assert_eq!(back[..], blocks());
    expect(call!(
        p11,
        C_DigestFinal(session, other.as_mut_ptr(), &raw mut digest_len)
    ));
    assert_eq!(one, other);
    expect(call!(p11, C_DecryptFinal(session, at, &raw mut none)));
}
