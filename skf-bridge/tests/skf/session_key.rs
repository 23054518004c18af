//! Session keys that the token makes or unwraps: the same results as in the host, and nothing but results outside.

use std::ffi::c_void;
use std::ptr::null_mut;

use ukey_crypto::{rsa, sm2};
use ukey_skf::sar::*;
use ukey_skf::*;

use crate::ecc::{cipher_blob, public_blob, public_key};
use crate::enveloped_key::import_pair;
use crate::rsa::{empty_public, enveloped_rsa, rsa_container};
use crate::symmetric::{IV, TEXT, finish, init, update, whole};
use crate::token::{SM4_ECB, Token, USER_PIN, collect, parameters, set_key, verify_pin};

/// Cipher, mode and padding: all that the token offers.
const MODES: [(u32, u32); 4] = [(0x401, 1), (0x402, 1), (0x404, 0), (0x408, 0)];

/// A key of the token for `receiver`, and the bytes of it that the receiver gets.
pub(crate) fn exported(
    container: *mut c_void,
    algorithm: u32,
    receiver: &sm2::SecretKey,
) -> (*mut c_void, [u8; 16]) {
    let mut to = public_blob(&receiver.public_key());
    let mut blob = [0xEE; 181];
    let mut handle = null_mut();
    let out = blob.as_mut_ptr().cast();
    let code = unsafe { SKF_ECCExportSessionKey(container, algorithm, &mut to, out, &mut handle) };
    assert_eq!(code, SAR_OK);
    assert_eq!(blob[160..164], 16u32.to_ne_bytes());
    assert_eq!(blob[180], 0xEE, "written behind 164 + 16 bytes");
    let cipher = sm2::Ciphertext {
        x: blob[32..64].try_into().unwrap(),
        y: blob[96..128].try_into().unwrap(),
        hash: blob[128..160].try_into().unwrap(),
        data: blob[164..180].to_vec(),
    };
    let key = receiver.decrypt(&cipher).unwrap();
    (handle, key[..].try_into().unwrap())
}

fn import(
    container: *mut c_void,
    algorithm: u32,
    wrapped: &[u8],
    length: u32,
) -> Result<*mut c_void, u32> {
    let (mut wrapped, mut handle) = (wrapped.to_vec(), null_mut());
    let data = wrapped.as_mut_ptr();
    match unsafe { SKF_ImportSessionKey(container, algorithm, data, length, &mut handle) } {
        SAR_OK => Ok(handle),
        code => {
            assert!(handle.is_null());
            Err(code)
        }
    }
}

/// A container with both SM2 pairs.
fn both_pairs(token: &Token) -> (*mut c_void, sm2::SecretKey) {
    let (container, signing) = token.sm2_container();
    let key = sm2::SecretKey::generate().unwrap();
    import_pair(container, &signing, &key);
    (container, key)
}

#[test]
fn a_key_of_the_token_computes_what_the_same_key_computes_in_the_host() {
    let token = Token::blank();
    let (container, _) = token.sm2_container();
    let receiver = sm2::SecretKey::generate().unwrap();
    for (algorithm, padding) in MODES {
        let (inside, bytes) = exported(container, algorithm, &receiver);
        let outside = set_key(token.device, &bytes, algorithm);
        for key in [inside, outside] {
            assert_eq!(init(key, true, parameters(&IV, padding)), SAR_OK);
        }
        let expected = whole(outside, true, TEXT).unwrap();
        assert_eq!(
            whole(inside, true, TEXT).unwrap(),
            expected,
            "{algorithm:#x}"
        );
        for size in [1, 16, 17, 33] {
            assert_eq!(init(inside, true, parameters(&IV, padding)), SAR_OK);
            assert_eq!(init(inside, false, parameters(&IV, padding)), SAR_OK);
            let (mut encrypted, mut decrypted) = (Vec::new(), Vec::new());
            for part in TEXT.chunks(size) {
                encrypted.extend(update(inside, true, part).unwrap());
            }
            for part in expected.chunks(size) {
                decrypted.extend(update(inside, false, part).unwrap());
            }
            encrypted.extend(finish(inside, true).unwrap());
            decrypted.extend(finish(inside, false).unwrap());
            assert_eq!(encrypted, expected, "{algorithm:#x} {size}");
            assert_eq!(decrypted, TEXT, "{algorithm:#x} {size}");
        }
        assert_eq!(unsafe { SKF_CloseHandle(inside) }, SAR_OK);
        assert_eq!(
            init(inside, true, parameters(&IV, padding)),
            SAR_INVALIDHANDLEERR
        );
    }
}

#[test]
fn much_data_goes_through_the_token_in_pieces() {
    let token = Token::blank();
    let (container, _) = token.sm2_container();
    let receiver = sm2::SecretKey::generate().unwrap();
    let (inside, bytes) = exported(container, 0x402, &receiver);
    let outside = set_key(token.device, &bytes, 0x402);
    let data: Vec<u8> = (0..200_001u32).map(|n| (n % 251) as u8).collect();
    for key in [inside, outside] {
        assert_eq!(init(key, true, parameters(&IV, 1)), SAR_OK);
        assert_eq!(init(key, false, parameters(&IV, 1)), SAR_OK);
    }
    let encrypted = whole(inside, true, &data).unwrap();
    assert_eq!(encrypted, whole(outside, true, &data).unwrap());
    assert_eq!(whole(inside, false, &encrypted).unwrap(), data);
}

#[test]
fn a_mac_in_the_token_is_the_last_cbc_block() {
    let token = Token::blank();
    let (container, _) = token.sm2_container();
    let receiver = sm2::SecretKey::generate().unwrap();
    for (algorithm, length) in [(0x410, 64), (0x402, 16), (0x410, 150_000)] {
        let (inside, bytes) = exported(container, algorithm, &receiver);
        let mut data: Vec<u8> = (0..length).map(|n| n as u8).collect();
        let mac = |key: *mut c_void, data: &mut [u8], split: usize| {
            let (mut handle, mut iv) = (null_mut(), parameters(&IV, 0));
            let (first, last) = data.split_at_mut(split);
            unsafe {
                assert_eq!(SKF_MacInit(key, &mut iv, &mut handle), SAR_OK);
                assert_eq!(
                    SKF_MacUpdate(handle, first.as_mut_ptr(), first.len() as u32),
                    SAR_OK
                );
                collect(|out, len| SKF_Mac(handle, last.as_mut_ptr(), last.len() as u32, out, len))
            }
            .unwrap()
        };
        let outside = set_key(token.device, &bytes, algorithm);
        let expected = mac(outside, &mut data, 0);
        for split in [0, 1, 16, data.len()] {
            assert_eq!(mac(inside, &mut data, split), expected, "{length} {split}");
        }
    }
}

#[test]
fn a_key_in_the_token_computes_one_mac_at_a_time() {
    let token = Token::blank();
    let (container, _) = token.sm2_container();
    let receiver = sm2::SecretKey::generate().unwrap();
    let (key, _) = exported(container, 0x410, &receiver);
    assert_eq!(init(key, true, parameters(&IV, 0)), SAR_KEYUSAGEERR);
    let (mut first, mut second, mut zero) = (null_mut(), null_mut(), parameters(&[], 0));
    let mut data = [0u8; 16];
    unsafe {
        assert_eq!(SKF_MacInit(key, &mut zero, &mut first), SAR_OK);
        assert_eq!(SKF_MacInit(key, &mut zero, &mut second), SAR_OK);
        assert_eq!(
            SKF_MacUpdate(first, data.as_mut_ptr(), 16),
            SAR_NOTINITIALIZEERR
        );
        assert_eq!(SKF_MacUpdate(second, data.as_mut_ptr(), 16), SAR_OK);
    }
    assert_eq!(
        collect(|out, len| unsafe { SKF_MacFinal(second, out, len) })
            .unwrap()
            .len(),
        16
    );
}

#[test]
fn short_buffers_and_queries_leave_an_operation_in_the_token_as_it_was() {
    let token = Token::blank();
    let (container, _) = token.sm2_container();
    let receiver = sm2::SecretKey::generate().unwrap();
    let (key, _) = exported(container, 0x402, &receiver);
    assert_eq!(init(key, true, parameters(&IV, 1)), SAR_OK);
    let mut encrypted = whole(key, true, TEXT).unwrap();
    assert_eq!(init(key, false, parameters(&IV, 1)), SAR_OK);
    let size = encrypted.len() as u32;
    let mut decrypt = |room: u32, out: &mut [u8]| {
        let mut len = room;
        let code = unsafe {
            SKF_Decrypt(
                key,
                encrypted.as_mut_ptr(),
                size,
                out.as_mut_ptr(),
                &mut len,
            )
        };
        (code, len)
    };
    let mut out = [0u8; 64];
    assert_eq!(decrypt(3, &mut out), (SAR_BUFFER_TOO_SMALL, size));
    // One byte short: only the decrypted padding tells.
    let exact = TEXT.len() as u32;
    assert_eq!(decrypt(exact - 1, &mut out), (SAR_BUFFER_TOO_SMALL, exact));
    assert_eq!(decrypt(exact, &mut out), (SAR_OK, exact));
    assert_eq!(&out[..TEXT.len()], TEXT);
    assert_eq!(decrypt(64, &mut out).0, SAR_NOTINITIALIZEERR);
}

#[test]
fn wrong_padding_is_found_in_the_token_too() {
    let token = Token::blank();
    let (container, _) = token.sm2_container();
    let receiver = sm2::SecretKey::generate().unwrap();
    let (key, _) = exported(container, SM4_ECB, &receiver);
    assert_eq!(init(key, true, parameters(&[], 0)), SAR_OK);
    let encrypted = whole(key, true, &[0; 16]).unwrap();
    assert_eq!(init(key, false, parameters(&[], 1)), SAR_OK);
    assert_eq!(whole(key, false, &encrypted), Err(SAR_DECRYPTPADERR));
    assert_eq!(whole(key, false, &encrypted), Err(SAR_NOTINITIALIZEERR));
}

#[test]
fn a_session_key_is_imported_with_the_encryption_pair() {
    let token = Token::blank();
    let (container, encryption) = both_pairs(&token);
    let key = [0x3C; 16];
    let wrapped = cipher_blob(&encryption.public_key().encrypt(&key).unwrap());
    let outside = set_key(token.device, &key, 0x402);
    assert_eq!(init(outside, true, parameters(&IV, 1)), SAR_OK);
    let expected = whole(outside, true, TEXT).unwrap();
    // Callers count the structure's own byte of ciphertext, or do not.
    for more in [0, 1] {
        let padded = [&wrapped[..], &[0]].concat();
        let inside = import(container, 0x402, &padded, wrapped.len() as u32 + more).unwrap();
        assert_eq!(init(inside, true, parameters(&IV, 1)), SAR_OK);
        assert_eq!(whole(inside, true, TEXT).unwrap(), expected);
    }
}

#[test]
fn wrapped_keys_that_are_none_are_refused() {
    let token = Token::blank();
    let (container, signing) = token.sm2_container();
    let to_signing = cipher_blob(&public_key(&signing).encrypt(&[1; 16]).unwrap());
    assert_eq!(
        import(container, 0x401, &to_signing, 180),
        Err(SAR_KEYNOTFOUNTERR)
    );
    let encryption = sm2::SecretKey::generate().unwrap();
    import_pair(container, &signing, &encryption);
    let wrapped = cipher_blob(&encryption.public_key().encrypt(&[1; 16]).unwrap());
    let refused = |bytes: &[u8], length: u32| import(container, 0x401, bytes, length).unwrap_err();
    assert_eq!(refused(&to_signing, 180), SAR_INDATAERR);
    for length in [0, 1, 163, 164, 179, 0x8000_0000, u32::MAX] {
        assert_eq!(refused(&wrapped, length), SAR_INDATALENERR, "{length:#x}");
    }
    for claimed in [0u32, 17, 513, 0x8000_0000, u32::MAX] {
        let mut lying = wrapped.clone();
        lying[160..164].copy_from_slice(&claimed.to_ne_bytes());
        assert_eq!(refused(&lying, 180), SAR_INDATALENERR, "{claimed:#x}");
    }
    let mut off_curve = wrapped.clone();
    off_curve[63] ^= 1;
    assert_eq!(refused(&off_curve, 180), SAR_INDATAERR);
    let long = cipher_blob(&encryption.public_key().encrypt(&[1; 24]).unwrap());
    assert_eq!(
        refused(&long, 188),
        SAR_INDATAERR,
        "24 bytes are no SM4 key"
    );
    for algorithm in [0, 0x101, 0x201, 0x403, 0x801] {
        assert_eq!(
            import(container, algorithm, &wrapped, 180),
            Err(SAR_NOTSUPPORTYETERR)
        );
    }
}

#[test]
fn unwrapping_needs_the_user_and_keys_die_with_the_secure_state() {
    let token = Token::blank();
    let application = token.logged_in();
    let container = crate::token::create_container(application, "c");
    let signing = crate::token::generate_sm2(container);
    let encryption = sm2::SecretKey::generate().unwrap();
    import_pair(container, &signing, &encryption);
    let wrapped = cipher_blob(&encryption.public_key().encrypt(&[1; 16]).unwrap());
    let key = import(container, SM4_ECB, &wrapped, 180).unwrap();
    assert_eq!(unsafe { SKF_ClearSecureState(application) }, SAR_OK);
    assert_eq!(
        import(container, SM4_ECB, &wrapped, 180),
        Err(SAR_USER_NOT_LOGGED_IN)
    );
    assert_eq!(init(key, true, parameters(&[], 0)), SAR_KEYNOTFOUNTERR);
    assert_eq!(verify_pin(application, 1, USER_PIN).0, SAR_OK);
    assert_eq!(init(key, true, parameters(&[], 0)), SAR_KEYNOTFOUNTERR);
}

#[test]
fn closed_keys_leave_room_for_others() {
    let token = Token::blank();
    let (container, _) = token.sm2_container();
    let receiver = sm2::SecretKey::generate().unwrap();
    for _ in 0..100 {
        let (key, _) = exported(container, SM4_ECB, &receiver);
        assert_eq!(unsafe { SKF_CloseHandle(key) }, SAR_OK);
    }
    // Another handle holds the token: closing does not wait for it.
    let (key, _) = exported(container, SM4_ECB, &receiver);
    let other = crate::token::connect(&token.name);
    unsafe {
        assert_eq!(SKF_LockDev(other, u32::MAX), SAR_OK);
        assert_eq!(SKF_CloseHandle(key), SAR_OK);
        assert_eq!(SKF_UnlockDev(other), SAR_OK);
    }
}

#[test]
fn rsa_wraps_and_unwraps_session_keys() {
    let token = Token::blank();
    let (container, signing) = rsa_container(&token);
    let pair = rsa::PrivateKey::generate(2048).unwrap();
    let (mut wrapped, mut encrypted) = enveloped_rsa(&signing, &pair);
    let code = unsafe {
        let (key, data) = (wrapped.as_mut_ptr(), encrypted.as_mut_ptr());
        SKF_ImportRSAKeyPair(container, SM4_ECB, key, 256, data, encrypted.len() as u32)
    };
    assert_eq!(code, SAR_OK);

    let mut to = RSAPUBLICKEYBLOB {
        AlgID: 0x10000,
        BitLen: 2048,
        Modulus: pair.public_key().n().try_into().unwrap(),
        PublicExponent: [0, 1, 0, 1],
    };
    let mut made = null_mut();
    let mut export = |algorithm, out: *mut u8, len: &mut u32, key: *mut *mut c_void| unsafe {
        SKF_RSAExportSessionKey(container, algorithm, &mut to, out, len, key)
    };
    let (mut out, mut len) = ([0u8; 256], 0xDEAD_BEEF);
    // The query makes no key, so it needs no place for one.
    assert_eq!(export(0x402, null_mut(), &mut len, null_mut()), SAR_OK);
    assert_eq!(len, 256);
    len = 255;
    assert_eq!(
        (export(0x402, out.as_mut_ptr(), &mut len, &mut made), len),
        (SAR_BUFFER_TOO_SMALL, 256)
    );
    assert!(made.is_null());
    assert_eq!(
        export(0x402, out.as_mut_ptr(), &mut len, null_mut()),
        SAR_INVALIDPARAMERR
    );
    assert_eq!(
        export(0x302, out.as_mut_ptr(), &mut len, &mut made),
        SAR_NOTSUPPORTYETERR
    );
    assert_eq!(export(0x402, out.as_mut_ptr(), &mut len, &mut made), SAR_OK);

    let bytes = pair.decrypt_pkcs1v15(&out).unwrap();
    let outside = set_key(token.device, &bytes[..].try_into().unwrap(), 0x402);
    let imported = import(container, 0x402, &out, 256).unwrap();
    let mut results = [made, imported, outside].map(|key| {
        assert_eq!(init(key, true, parameters(&IV, 1)), SAR_OK);
        whole(key, true, TEXT).unwrap()
    });
    results.sort();
    assert_eq!(results[0], results[2]);
    out[7] ^= 1;
    assert_eq!(import(container, 0x402, &out, 256), Err(SAR_INDATAERR));
    assert_eq!(
        import(container, 0x402, &out[..255], 255),
        Err(SAR_INDATALENERR)
    );
    let mut bad = empty_public();
    let code = unsafe {
        SKF_RSAExportSessionKey(
            container,
            0x402,
            &mut bad,
            out.as_mut_ptr(),
            &mut len,
            &mut made,
        )
    };
    assert_eq!(code, SAR_RSAMODULUSLENERR);
}
