use std::ffi::c_void;
use std::ptr::null_mut;

use ukey_skf::sar::*;
use ukey_skf::*;

use crate::token::{SM4_ECB, Token, collect, parameters, set_key};

const KEY: [u8; 16] = [
    0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF, 0xFE, 0xDC, 0xBA, 0x98, 0x76, 0x54, 0x32, 0x10,
];
pub(crate) const IV: [u8; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
pub(crate) const TEXT: &[u8] = b"The quick brown fox jumps over the lazy dog, 37 times";

/// `openssl enc -sm4-MODE -K 0123456789abcdeffedcba9876543210 -iv 000102030405060708090a0b0c0d0e0f` of [`TEXT`]:
/// algorithm number, padding, ciphertext.
const OPENSSL: [(u32, u32, &str); 4] = [
    (
        0x401,
        1,
        "088c41beac31615d33c94face62404a66ecf036539a35ddb288c6a82bfe937db\
         eb4c3a71fa29a2f9e1ba5aafce041ccfa918f5067b1d520e506edffc529a0c33",
    ),
    (
        0x402,
        1,
        "b6556613480f80c2a4c4beadbdc795ced203d6945466924b4faa7bf47bfb4034\
         14192fe498f9bb33be969d237cc482534463ac7b0504e44ce881ee716e238fb3",
    ),
    (
        0x404,
        0,
        "52f0f9414cd301ce41ad95f08edf974aebdab6ed9ce21b3172640c3512ebed77\
         dc634ef8e55749e62a86e5b3efb0251c55c672eb97",
    ),
    (
        0x408,
        0,
        "52f0f9414cd301ce41ad95f08edf974a95803a6cddf6370d127f83e2b851c854\
         3322b824ee737e085481630a048369c2437b25a00b",
    ),
];

pub(crate) fn init(key: *mut c_void, encrypt: bool, parameters: BLOCKCIPHERPARAM) -> u32 {
    unsafe {
        if encrypt {
            SKF_EncryptInit(key, parameters)
        } else {
            SKF_DecryptInit(key, parameters)
        }
    }
}

pub(crate) fn whole(key: *mut c_void, encrypt: bool, data: &[u8]) -> Result<Vec<u8>, u32> {
    let mut data = data.to_vec();
    let (input, size) = (data.as_mut_ptr(), data.len() as u32);
    collect(|out, len| unsafe {
        if encrypt {
            SKF_Encrypt(key, input, size, out, len)
        } else {
            SKF_Decrypt(key, input, size, out, len)
        }
    })
}

pub(crate) fn update(key: *mut c_void, encrypt: bool, data: &[u8]) -> Result<Vec<u8>, u32> {
    let mut data = data.to_vec();
    let (input, size) = (data.as_mut_ptr(), data.len() as u32);
    collect(|out, len| unsafe {
        if encrypt {
            SKF_EncryptUpdate(key, input, size, out, len)
        } else {
            SKF_DecryptUpdate(key, input, size, out, len)
        }
    })
}

pub(crate) fn finish(key: *mut c_void, encrypt: bool) -> Result<Vec<u8>, u32> {
    collect(|out, len| unsafe {
        if encrypt {
            SKF_EncryptFinal(key, out, len)
        } else {
            SKF_DecryptFinal(key, out, len)
        }
    })
}

#[test]
fn every_mode_agrees_with_openssl_in_one_call() {
    let token = Token::blank();
    for (algorithm, padding, expected) in OPENSSL {
        let expected = hex::decode(expected).unwrap();
        let key = set_key(token.device, &KEY, algorithm);
        assert_eq!(init(key, true, parameters(&IV, padding)), SAR_OK);
        assert_eq!(whole(key, true, TEXT).unwrap(), expected);
        assert_eq!(init(key, false, parameters(&IV, padding)), SAR_OK);
        assert_eq!(whole(key, false, &expected).unwrap(), TEXT);
    }
}

#[test]
fn every_mode_agrees_with_openssl_in_pieces() {
    let token = Token::blank();
    for (algorithm, padding, expected) in OPENSSL {
        let expected = hex::decode(expected).unwrap();
        for size in [1, 5, 16, 17, 32] {
            let key = set_key(token.device, &KEY, algorithm);
            assert_eq!(init(key, true, parameters(&IV, padding)), SAR_OK);
            assert_eq!(init(key, false, parameters(&IV, padding)), SAR_OK);
            let mut encrypted = Vec::new();
            let mut decrypted = Vec::new();
            // Both directions at once, as one key carries one of each.
            for (plain, cipher) in TEXT.chunks(size).zip(expected.chunks(size)) {
                encrypted.extend(update(key, true, plain).unwrap());
                decrypted.extend(update(key, false, cipher).unwrap());
            }
            for cipher in expected.chunks(size).skip(TEXT.chunks(size).len()) {
                decrypted.extend(update(key, false, cipher).unwrap());
            }
            encrypted.extend(finish(key, true).unwrap());
            decrypted.extend(finish(key, false).unwrap());
            assert_eq!(encrypted, expected, "{algorithm:#x} {size}");
            assert_eq!(decrypted, TEXT, "{algorithm:#x} {size}");
        }
    }
}

#[test]
fn one_buffer_serves_for_both() {
    let token = Token::blank();
    let key = set_key(token.device, &KEY, 0x402);
    let (_, _, expected) = OPENSSL[1];
    let mut buffer = [0u8; 64];
    buffer[..TEXT.len()].copy_from_slice(TEXT);
    let mut len = 64;
    unsafe {
        assert_eq!(init(key, true, parameters(&IV, 1)), SAR_OK);
        let data = buffer.as_mut_ptr();
        assert_eq!(
            SKF_Encrypt(key, data, TEXT.len() as u32, data, &mut len),
            SAR_OK
        );
        assert_eq!(buffer[..len as usize], hex::decode(expected).unwrap());
        assert_eq!(init(key, false, parameters(&IV, 1)), SAR_OK);
        let data = buffer.as_mut_ptr();
        assert_eq!(SKF_Decrypt(key, data, len, data, &mut len), SAR_OK);
        assert_eq!(buffer[..len as usize], *TEXT);
    }
}

#[test]
fn a_short_buffer_ends_nothing_and_an_exact_one_is_enough() {
    let token = Token::blank();
    let key = set_key(token.device, &KEY, 0x402);
    let mut cipher = hex::decode(OPENSSL[1].2).unwrap();
    let mut out = [0xEEu8; 64];
    let mut decrypt = |room: u32| unsafe {
        let mut len = room;
        let code = SKF_Decrypt(key, cipher.as_mut_ptr(), 64, out.as_mut_ptr(), &mut len);
        (code, len)
    };
    assert_eq!(init(key, false, parameters(&IV, 1)), SAR_OK);
    // Far too short: the most that may come. Nearly enough: what comes.
    assert_eq!(decrypt(1), (SAR_BUFFER_TOO_SMALL, 64));
    assert_eq!(decrypt(52), (SAR_BUFFER_TOO_SMALL, 53));
    assert_eq!(decrypt(53), (SAR_OK, 53));
    assert_eq!(decrypt(53).0, SAR_NOTINITIALIZEERR);

    assert_eq!(init(key, false, parameters(&IV, 1)), SAR_OK);
    let mut head = update(key, false, &cipher).unwrap();
    assert_eq!(head.len(), 48);
    let mut last = [0u8; 5];
    for (room, expected) in [
        (0, (SAR_BUFFER_TOO_SMALL, 5)),
        (4, (SAR_BUFFER_TOO_SMALL, 5)),
        (5, (SAR_OK, 5)),
    ] {
        let mut len = room;
        let code = unsafe { SKF_DecryptFinal(key, last.as_mut_ptr(), &mut len) };
        assert_eq!((code, len), expected);
    }
    head.extend(last);
    assert_eq!(head, TEXT);

    assert_eq!(init(key, true, parameters(&IV, 1)), SAR_OK);
    let mut text = TEXT.to_vec();
    let mut len = 63;
    let code = unsafe { SKF_Encrypt(key, text.as_mut_ptr(), 53, out.as_mut_ptr(), &mut len) };
    assert_eq!((code, len), (SAR_BUFFER_TOO_SMALL, 64));
    assert_eq!(whole(key, true, TEXT).unwrap(), cipher);
}

#[test]
fn pure_output_lengths_of_zero_are_taken_for_unstated() {
    let token = Token::blank();
    let key = set_key(token.device, &KEY, SM4_ECB);
    assert_eq!(init(key, true, parameters(&[], 0)), SAR_OK);
    let mut data = KEY;
    let mut out = [0u8; 16];
    let mut len = 0;
    unsafe {
        assert_eq!(
            SKF_EncryptUpdate(key, data.as_mut_ptr(), 16, out.as_mut_ptr(), &mut len),
            SAR_OK
        );
        assert_eq!(len, 16);
        // The block of GB/T 32907 annex A.
        assert_eq!(hex::encode(out), "681edf34d206965e86b3e94f536e4246");
        len = 0;
        assert_eq!(SKF_EncryptFinal(key, out.as_mut_ptr(), &mut len), SAR_OK);
        assert_eq!(len, 0);
    }
}

#[test]
fn lengths_paddings_and_ivs_are_checked() {
    let token = Token::blank();
    let ecb = set_key(token.device, &KEY, SM4_ECB);
    let cbc = set_key(token.device, &KEY, 0x402);
    assert_eq!(init(ecb, true, parameters(&[], 0)), SAR_OK);
    assert_eq!(whole(ecb, true, &[1; 15]), Err(SAR_INDATALENERR));
    assert_eq!(
        whole(ecb, true, &[1; 16]),
        Err(SAR_NOTINITIALIZEERR),
        "the error has ended it"
    );
    assert_eq!(init(ecb, false, parameters(&[], 1)), SAR_OK);
    assert_eq!(whole(ecb, false, b""), Err(SAR_INDATALENERR));
    assert_eq!(init(ecb, false, parameters(&[], 1)), SAR_OK);
    assert_eq!(whole(ecb, false, &[0; 16]), Err(SAR_DECRYPTPADERR));
    assert_eq!(init(ecb, true, parameters(&[], 2)), SAR_INVALIDPARAMERR);
    for length in [0, 8, 15, 17, 32] {
        assert_eq!(
            init(cbc, true, parameters(&[1; 32][..length], 0)),
            SAR_INVALIDPARAMERR
        );
    }
    let huge = BLOCKCIPHERPARAM {
        IVLen: u32::MAX,
        ..parameters(&IV, 0)
    };
    assert_eq!(init(cbc, false, huge), SAR_INVALIDPARAMERR);
    let cfb = set_key(token.device, &KEY, 0x404);
    let feedback = |bits| BLOCKCIPHERPARAM {
        FeedBitLen: bits,
        ..parameters(&IV, 0)
    };
    assert_eq!(init(cfb, true, feedback(8)), SAR_NOTSUPPORTYETERR);
    assert_eq!(init(cfb, true, feedback(128)), SAR_OK);
    let mut byte = 0;
    let mut len = 0;
    unsafe {
        let code = SKF_Encrypt(cfb, &mut byte, u32::MAX, null_mut(), &mut len);
        assert_eq!(code, SAR_INDATALENERR);
        let code = SKF_EncryptUpdate(cfb, null_mut(), 1, null_mut(), &mut len);
        assert_eq!(code, SAR_INVALIDPARAMERR);
        let code = SKF_EncryptUpdate(cfb, null_mut(), 0, null_mut(), &mut len);
        assert_eq!((code, len), (SAR_OK, 0));
    }
}

#[test]
fn an_operation_must_be_started_and_init_starts_it_again() {
    let token = Token::blank();
    let key = set_key(token.device, &KEY, 0x402);
    assert_eq!(update(key, true, &[1; 16]), Err(SAR_NOTINITIALIZEERR));
    assert_eq!(finish(key, true), Err(SAR_NOTINITIALIZEERR));
    assert_eq!(init(key, true, parameters(&IV, 1)), SAR_OK);
    assert_eq!(
        finish(key, false),
        Err(SAR_NOTINITIALIZEERR),
        "only encryption was started"
    );
    update(key, true, b"something else that is dropped").unwrap();
    assert_eq!(init(key, true, parameters(&IV, 1)), SAR_OK);
    assert_eq!(
        whole(key, true, TEXT).unwrap(),
        hex::decode(OPENSSL[1].2).unwrap()
    );
}

#[test]
fn algorithms_that_software_cannot_have_are_refused() {
    let token = Token::blank();
    let mut key = KEY;
    let mut handle = null_mut();
    for algorithm in [0, 0x101, 0x102, 0x110, 0x201, 0x801, 0x403, 0x411, u32::MAX] {
        let code =
            unsafe { SKF_SetSymmKey(token.device, key.as_mut_ptr(), algorithm, &mut handle) };
        assert_eq!(code, SAR_NOTSUPPORTYETERR, "{algorithm:#x}");
    }
    assert!(handle.is_null());
    let mac = set_key(token.device, &KEY, 0x410);
    assert_eq!(init(mac, true, parameters(&IV, 0)), SAR_KEYUSAGEERR);
}

#[test]
fn a_mebibyte_goes_through_in_one_call() {
    let token = Token::blank();
    let key = set_key(token.device, &KEY, 0x402);
    let data: Vec<u8> = (0..1u32 << 20).map(|n| (n % 253) as u8).collect();
    assert_eq!(init(key, true, parameters(&IV, 1)), SAR_OK);
    let cipher = whole(key, true, &data).unwrap();
    assert_eq!(cipher.len(), data.len() + 16);
    assert_eq!(init(key, false, parameters(&IV, 1)), SAR_OK);
    assert_eq!(whole(key, false, &cipher).unwrap(), data);
}
