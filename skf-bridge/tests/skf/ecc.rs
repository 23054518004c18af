use std::ffi::c_void;

use ukey_crypto::{sm2, sm3};
use ukey_skf::sar::*;
use ukey_skf::*;

use crate::token::{
    Token, USER_PIN, collect, create_container, empty_public, generate_sm2, verify_pin,
};

const EMPTY_SIGNATURE: ECCSIGNATUREBLOB = ECCSIGNATUREBLOB {
    r: [0xEE; 64],
    s: [0xEE; 64],
};

pub(crate) fn field(number: &[u8]) -> [u8; 64] {
    let mut field = [0; 64];
    field[32..].copy_from_slice(number);
    field
}

pub(crate) fn public_blob(key: &sm2::PublicKey) -> ECCPUBLICKEYBLOB {
    ECCPUBLICKEYBLOB {
        BitLen: 256,
        XCoordinate: field(&key.x()),
        YCoordinate: field(&key.y()),
    }
}

fn private_blob(key: &sm2::SecretKey) -> ECCPRIVATEKEYBLOB {
    ECCPRIVATEKEYBLOB {
        BitLen: 256,
        PrivateKey: field(&key.expose_bytes()[..]),
    }
}

pub(crate) fn public_key(blob: &ECCPUBLICKEYBLOB) -> sm2::PublicKey {
    sm2::PublicKey::from_xy(&blob.XCoordinate[32..], &blob.YCoordinate[32..]).unwrap()
}

pub(crate) fn sign(container: *mut c_void, data: &[u8]) -> Result<ECCSIGNATUREBLOB, u32> {
    let mut data = data.to_vec();
    let mut signature = EMPTY_SIGNATURE;
    let len = data.len() as u32;
    match unsafe { SKF_ECCSignData(container, data.as_mut_ptr(), len, &mut signature) } {
        SAR_OK => Ok(signature),
        code => {
            assert_eq!(signature.r, [0xEE; 64], "written in spite of an error");
            Err(code)
        }
    }
}

pub(crate) fn verify(
    device: *mut c_void,
    key: &ECCPUBLICKEYBLOB,
    data: &[u8],
    signature: &ECCSIGNATUREBLOB,
) -> u32 {
    let (mut key, mut data, mut signature) = (*key, data.to_vec(), *signature);
    let len = data.len() as u32;
    unsafe {
        let code = SKF_ECCVerify(device, &mut key, data.as_mut_ptr(), len, &mut signature);
        let draft = SKF_ExtECCVerify(device, &mut key, data.as_mut_ptr(), len, &mut signature);
        // The draft's function takes less than a digest, too.
        if len == 32 || code != SAR_INDATALENERR {
            assert_eq!(code, draft);
        }
        code
    }
}

/// The bytes of an ECCCIPHERBLOB, laid out by hand.
pub(crate) fn cipher_blob(cipher: &sm2::Ciphertext) -> Vec<u8> {
    let length = (cipher.data.len() as u32).to_ne_bytes();
    [
        &field(&cipher.x)[..],
        &field(&cipher.y),
        &cipher.hash,
        &length,
        &cipher.data,
    ]
    .concat()
}

#[test]
fn the_token_signs_digests_that_verify() {
    let token = Token::blank();
    let (container, key) = token.sm2_container();
    let e = public_key(&key)
        .message_digest(b"1234567812345678", b"tender")
        .unwrap();
    let signature = sign(container, &e).unwrap();
    assert_eq!(signature.r[..32], [0; 32]);
    let parts = sm2::Signature {
        r: signature.r[32..].try_into().unwrap(),
        s: signature.s[32..].try_into().unwrap(),
    };
    public_key(&key).verify_digest(&e, &parts).unwrap();
    assert_eq!(verify(token.device, &key, &e, &signature), SAR_OK);
    let other = sm3::digest(b"another");
    assert_eq!(
        verify(token.device, &key, &other, &signature),
        SAR_HASHNOTEQUALERR
    );
}

#[test]
fn signing_needs_a_login_a_key_and_32_bytes() {
    let token = Token::blank();
    let application = token.logged_in();
    let container = create_container(application, "c");
    assert_eq!(sign(container, &[1; 32]).err(), Some(SAR_KEYNOTFOUNTERR));
    generate_sm2(container);
    for length in [0, 1, 31, 33, 64] {
        assert_eq!(
            sign(container, &vec![1; length]).err(),
            Some(SAR_INDATALENERR),
            "{length}"
        );
    }
    assert_eq!(unsafe { SKF_ClearSecureState(application) }, SAR_OK);
    assert_eq!(
        sign(container, &[1; 32]).err(),
        Some(SAR_USER_NOT_LOGGED_IN)
    );
    assert_eq!(verify_pin(application, 1, USER_PIN).0, SAR_OK);
    assert!(sign(container, &[1; 32]).is_ok());
}

#[test]
fn key_generation_takes_both_families_of_numbers() {
    let token = Token::blank();
    let container = create_container(token.logged_in(), "c");
    let mut blob = empty_public();
    for algorithm in [
        0x0002_0000,
        0x0002_0100,
        0x0002_0200,
        0x0002_0400,
        0x0002_0800,
    ] {
        assert_eq!(
            unsafe { SKF_GenECCKeyPair(container, algorithm, &mut blob) },
            SAR_OK
        );
    }
    let last = blob;
    for algorithm in [0, 0x0001_0000, 0x0002_0001, 0x0402, u32::MAX] {
        assert_eq!(
            unsafe { SKF_GenECCKeyPair(container, algorithm, &mut blob) },
            SAR_NOTSUPPORTYETERR
        );
    }
    let e = [3; 32];
    assert_eq!(
        verify(token.device, &last, &e, &sign(container, &e).unwrap()),
        SAR_OK
    );
}

/// GB/T 32918.5 annex A.2: public key, e and signature of the standard.
#[test]
fn the_signature_of_the_standard_verifies() {
    let token = Token::blank();
    let hex = |text: &str| hex::decode(text).unwrap();
    let key = ECCPUBLICKEYBLOB {
        BitLen: 256,
        XCoordinate: field(&hex(
            "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020",
        )),
        YCoordinate: field(&hex(
            "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13",
        )),
    };
    let e = hex("f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640");
    let signature = ECCSIGNATUREBLOB {
        r: field(&hex(
            "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3",
        )),
        s: field(&hex(
            "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa",
        )),
    };
    assert_eq!(verify(token.device, &key, &e, &signature), SAR_OK);

    for bits in [0, 257, u32::MAX] {
        let wrong = ECCPUBLICKEYBLOB {
            BitLen: bits,
            ..key
        };
        assert_eq!(
            verify(token.device, &wrong, &e, &signature),
            SAR_MODULUSLENERR
        );
    }
    let mut off_curve = key;
    off_curve.YCoordinate[63] ^= 1;
    assert_eq!(
        verify(token.device, &off_curve, &e, &signature),
        SAR_INDATAERR
    );
    let mut left_aligned = key;
    left_aligned.XCoordinate.rotate_left(32);
    assert_eq!(
        verify(token.device, &left_aligned, &e, &signature),
        SAR_INDATAERR
    );
    let mut high = signature;
    high.r[0] = 1;
    assert_eq!(verify(token.device, &key, &e, &high), SAR_INDATAERR);
    for number in [[0; 64], field(&[0xFF; 32])] {
        let out_of_range = ECCSIGNATUREBLOB {
            r: number,
            s: signature.s,
        };
        assert_eq!(
            verify(token.device, &key, &e, &out_of_range),
            SAR_HASHNOTEQUALERR
        );
    }
    assert_eq!(
        verify(token.device, &key, &e[..31], &signature),
        SAR_INDATALENERR
    );
}

#[test]
fn keys_of_the_caller_sign_and_decrypt() {
    let token = Token::blank();
    let key = sm2::SecretKey::generate().unwrap();
    let mut private = private_blob(&key);
    let mut public = public_blob(&key.public_key());
    let mut e = sm3::digest(b"anything");
    let mut signature = EMPTY_SIGNATURE;
    unsafe {
        assert_eq!(
            SKF_ExtECCSign(
                token.device,
                &mut private,
                e.as_mut_ptr(),
                32,
                &mut signature
            ),
            SAR_OK
        );
        assert_eq!(verify(token.device, &public, &e, &signature), SAR_OK);
        let code = SKF_ExtECCSign(
            token.device,
            &mut private,
            e.as_mut_ptr(),
            33,
            &mut signature,
        );
        assert_eq!(code, SAR_INDATALENERR);
        let mut plain = *b"a tender key 16b";
        let mut cipher = vec![0xEE; 164 + 16 + 1];
        let blob = cipher.as_mut_ptr().cast::<ECCCIPHERBLOB>();
        assert_eq!(
            SKF_ExtECCEncrypt(token.device, &mut public, plain.as_mut_ptr(), 16, blob),
            SAR_OK
        );
        assert_eq!(cipher[160..164], 16u32.to_ne_bytes());
        assert_eq!(cipher[180], 0xEE, "nothing behind 164 + n");
        let parsed = sm2::Ciphertext {
            x: cipher[32..64].try_into().unwrap(),
            y: cipher[96..128].try_into().unwrap(),
            hash: cipher[128..160].try_into().unwrap(),
            data: cipher[164..180].to_vec(),
        };
        assert_eq!(&key.decrypt(&parsed).unwrap()[..], plain);

        let decrypt = |private: ECCPRIVATEKEYBLOB, cipher: &mut [u8]| {
            let mut private = private;
            collect(|out, len| {
                SKF_ExtECCDecrypt(
                    token.device,
                    &mut private,
                    cipher.as_mut_ptr().cast(),
                    out,
                    len,
                )
            })
        };
        assert_eq!(decrypt(private, &mut cipher).unwrap(), plain);
        cipher[164] ^= 1;
        assert_eq!(decrypt(private, &mut cipher), Err(SAR_INDATAERR));
        cipher[164] ^= 1;
        private.BitLen = 257;
        assert_eq!(decrypt(private, &mut cipher), Err(SAR_MODULUSLENERR));
        private.BitLen = 256;
        private.PrivateKey = [0; 64];
        assert_eq!(decrypt(private, &mut cipher), Err(SAR_INDATAERR));
    }
}

/// Fewer bytes are a smaller number, for both draft functions; SKF_ECCVerify wants a digest.
#[test]
fn draft_functions_sign_less_than_a_digest() {
    let token = Token::blank();
    let key = sm2::SecretKey::generate().unwrap();
    let (mut private, mut public) = (private_blob(&key), public_blob(&key.public_key()));
    let (mut short, mut signature) = (*b"Hello World", EMPTY_SIGNATURE);
    let (bytes, len) = (short.as_mut_ptr(), short.len() as u32);
    unsafe {
        let code = SKF_ExtECCSign(token.device, &mut private, bytes, len, &mut signature);
        assert_eq!(code, SAR_OK);
        let code = SKF_ExtECCVerify(token.device, &mut public, bytes, len, &mut signature);
        assert_eq!(code, SAR_OK);
        let code = SKF_ECCVerify(token.device, &mut public, bytes, len, &mut signature);
        assert_eq!(code, SAR_INDATALENERR);
        let code = SKF_ExtECCSign(token.device, &mut private, bytes, 0, &mut signature);
        assert_eq!(code, SAR_INDATALENERR);
    }
    let mut number = [0; 32];
    number[21..].copy_from_slice(b"Hello World");
    assert_eq!(verify(token.device, &public, &number, &signature), SAR_OK);
}

#[test]
fn encrypting_nothing_or_too_much_is_refused() {
    let token = Token::blank();
    let mut public = public_blob(&sm2::SecretKey::generate().unwrap().public_key());
    let mut byte = 0u8;
    let mut out = [0xEEu8; 165];
    let mut encrypt = |length| unsafe {
        SKF_ExtECCEncrypt(
            token.device,
            &mut public,
            &mut byte,
            length,
            out.as_mut_ptr().cast(),
        )
    };
    assert_eq!(encrypt(0), SAR_INDATALENERR);
    assert_eq!(encrypt(32 * 1024 + 1), SAR_INDATALENERR);
    assert_eq!(encrypt(u32::MAX), SAR_INDATALENERR);
    assert_eq!(out, [0xEE; 165]);
}

#[test]
fn a_ciphertext_says_its_own_length() {
    let token = Token::blank();
    let (container, key) = token.sm2_container();
    let cipher = cipher_blob(&public_key(&key).encrypt(b"text").unwrap());
    let mut len = 4;
    let mut out = [0xEEu8; 4];
    let mut decrypt = |claimed: u32, len: &mut u32| {
        let mut cipher = cipher.clone();
        cipher[160..164].copy_from_slice(&claimed.to_ne_bytes());
        unsafe {
            SKF_ECCDecrypt(
                container,
                1,
                cipher.as_mut_ptr().cast(),
                out.as_mut_ptr(),
                len,
            )
        }
    };
    for claimed in [0, 32 * 1024 + 1, u32::MAX] {
        assert_eq!(decrypt(claimed, &mut len), SAR_INDATALENERR);
    }
    len = 3;
    assert_eq!((decrypt(4, &mut len), len), (SAR_BUFFER_TOO_SMALL, 4));
    assert_eq!(decrypt(4, &mut len), SAR_OK);
    assert_eq!(out, *b"text");
}
