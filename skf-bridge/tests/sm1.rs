//! The configuration key `sm1_is_sm4`, in a process of its own: clients that insist on SM1 get SM4.

// Every call hands pointers to locals of the test, with their real lengths.
#![allow(clippy::undocumented_unsafe_blocks)]
#![allow(clippy::unwrap_used)]

// Steps of the other tests, of which few are needed here.
#[allow(dead_code)]
#[path = "skf/token.rs"]
mod token;

use std::ffi::c_void;
use std::ptr::null_mut;

use token::{FACTORY_KEY, Token, collect, create_container, generate_sm2, parameters, set_key};
use ukey_crypto::sm4;
use ukey_skf::sar::*;
use ukey_skf::*;

const SM1_ECB: u32 = 0x101;
const SSF33_ECB: u32 = 0x201;

fn encrypt(key: *mut c_void, data: &[u8]) -> Vec<u8> {
    let mut data = data.to_vec();
    unsafe {
        assert_eq!(SKF_EncryptInit(key, parameters(&[], 0)), SAR_OK);
        let (bytes, len) = (data.as_mut_ptr(), data.len() as u32);
        collect(|out, out_len| SKF_Encrypt(key, bytes, len, out, out_len)).unwrap()
    }
}

#[test]
fn the_numbers_of_sm1_mean_sm4_where_the_configuration_says_so() {
    // SAFETY: the only test of this program, before anything reads the environment.
    unsafe { std::env::set_var("UKEY_SKF_SM1_IS_SM4", "on") };
    let token = Token::blank();
    let mut block = [0x5A; 16];
    let cipher = encrypt(set_key(token.device, &[7; 16], SM1_ECB), &block);
    sm4::ecb_encrypt(&sm4::Key::from([7; 16]), &mut block).unwrap();
    assert_eq!(cipher, block);
    let (mut other, mut handle) = ([7; 16], null_mut());
    let code = unsafe { SKF_SetSymmKey(token.device, other.as_mut_ptr(), SSF33_ECB, &mut handle) };
    assert_eq!(code, SAR_NOTSUPPORTYETERR, "SM1 only");

    // Device authentication as skf-rs does it, with padding behind the block.
    let mut challenge = [0; 16];
    unsafe {
        assert_eq!(
            SKF_GenRandom(token.device, challenge.as_mut_ptr(), 8),
            SAR_OK
        );
        let key = set_key(token.device, &FACTORY_KEY, SM1_ECB);
        assert_eq!(SKF_EncryptInit(key, parameters(&[], 1)), SAR_OK);
        let data = challenge.as_mut_ptr();
        let mut cryptogram = collect(|out, len| SKF_Encrypt(key, data, 16, out, len)).unwrap();
        assert_eq!(cryptogram.len(), 32);
        assert_eq!(
            SKF_DevAuth(token.device, cryptogram.as_mut_ptr(), 32),
            SAR_OK
        );
    }

    // A session key of the token, named as one of SM1: it is one of SM4, and both ends compute the same.
    let container = create_container(token.logged_in(), "a");
    let mut public = generate_sm2(container);
    let (mut wrapped, mut key) = ([0u8; 180], null_mut());
    let blob = wrapped.as_mut_ptr().cast();
    let code = unsafe { SKF_ECCExportSessionKey(container, SM1_ECB, &mut public, blob, &mut key) };
    assert_eq!(code, SAR_OK);
    let mut plain = unsafe {
        collect(|out, len| SKF_ECCDecrypt(container, 1, wrapped.as_mut_ptr().cast(), out, len))
    }
    .unwrap();
    let mut block = [0x21; 16];
    let cipher = encrypt(key, &block);
    let bytes: [u8; 16] = plain.as_slice().try_into().unwrap();
    plain.fill(0);
    sm4::ecb_encrypt(&sm4::Key::from(bytes), &mut block).unwrap();
    assert_eq!(cipher, block);
}
