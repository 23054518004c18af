use std::ffi::c_void;
use std::ptr::null_mut;

use ukey_skf::sar::*;
use ukey_skf::*;

use crate::token::{SM4_ECB, Token, collect, empty_public, parameters, set_key};

const SM3: u32 = 1;
const SHA1: u32 = 2;
const SHA256: u32 = 4;

fn init(token: &Token, algorithm: u32) -> *mut c_void {
    let mut handle = null_mut();
    let code = unsafe {
        SKF_DigestInit(
            token.device,
            algorithm,
            null_mut(),
            null_mut(),
            0,
            &mut handle,
        )
    };
    assert_eq!(code, SAR_OK);
    handle
}

fn digest(handle: *mut c_void, data: &[u8]) -> Result<String, u32> {
    let mut data = data.to_vec();
    let (input, size) = (data.as_mut_ptr(), data.len() as u32);
    collect(|out, len| unsafe { SKF_Digest(handle, input, size, out, len) }).map(hex::encode)
}

fn update(handle: *mut c_void, data: &[u8]) -> u32 {
    let mut data = data.to_vec();
    unsafe { SKF_DigestUpdate(handle, data.as_mut_ptr(), data.len() as u32) }
}

fn finish(handle: *mut c_void) -> Result<String, u32> {
    collect(|out, len| unsafe { SKF_DigestFinal(handle, out, len) }).map(hex::encode)
}

/// GB/T 32905 example 1; FIPS 180-4 examples.
const OF_ABC: [(u32, &str); 3] = [
    (
        SM3,
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
    ),
    (SHA1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
    (
        SHA256,
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    ),
];

#[test]
fn digests_of_the_standards_in_one_call_and_in_pieces() {
    let token = Token::blank();
    for (algorithm, expected) in OF_ABC {
        assert_eq!(digest(init(&token, algorithm), b"abc").unwrap(), expected);
        let handle = init(&token, algorithm);
        assert_eq!(update(handle, b"a"), SAR_OK);
        assert_eq!(update(handle, b""), SAR_OK);
        assert_eq!(update(handle, b"bc"), SAR_OK);
        assert_eq!(finish(handle).unwrap(), expected);
        let handle = init(&token, algorithm);
        assert_eq!(update(handle, b"ab"), SAR_OK);
        assert_eq!(digest(handle, b"c").unwrap(), expected);
    }
}

/// GB/T 32918.5 annex A.2: with key and ID of the signer the digest of "message digest" is e.
#[test]
fn sm3_with_an_id_starts_with_z() {
    let token = Token::blank();
    let mut key = empty_public();
    key.BitLen = 256;
    key.XCoordinate = [0; 64];
    key.YCoordinate = [0; 64];
    let x = "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020";
    let y = "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13";
    hex::decode_to_slice(x, &mut key.XCoordinate[32..]).unwrap();
    hex::decode_to_slice(y, &mut key.YCoordinate[32..]).unwrap();
    let mut id = *b"1234567812345678";
    let mut handle = null_mut();
    let mut start = |algorithm, key: *mut ECCPUBLICKEYBLOB, length| {
        let code = unsafe {
            SKF_DigestInit(
                token.device,
                algorithm,
                key,
                id.as_mut_ptr(),
                length,
                &mut handle,
            )
        };
        (code, handle)
    };
    let (code, with_z) = start(SM3, &mut key, 16);
    assert_eq!(code, SAR_OK);
    assert_eq!(
        digest(with_z, b"message digest").unwrap(),
        "f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640"
    );
    // No ID: plain SM3. Another digest: key and ID play no part.
    let (_, plain) = start(SM3, &mut key, 0);
    assert_eq!(digest(plain, b"abc").unwrap(), OF_ABC[0].1);
    let (_, sha) = start(SHA256, &mut key, 16);
    assert_eq!(digest(sha, b"abc").unwrap(), OF_ABC[2].1);

    assert_eq!(start(SM3, null_mut(), 16).0, SAR_INVALIDPARAMERR);
    assert_eq!(start(SM3, &mut key, 8192).0, SAR_INDATALENERR);
    assert_eq!(start(SM3, &mut key, u32::MAX).0, SAR_INDATALENERR);
    key.BitLen = 257;
    assert_eq!(start(SM3, &mut key, 16).0, SAR_MODULUSLENERR);
    key.BitLen = 256;
    key.YCoordinate[63] ^= 1;
    assert_eq!(start(SM3, &mut key, 16).0, SAR_INDATAERR);
    for algorithm in [0, 3, 5, 8, u32::MAX] {
        assert_eq!(start(algorithm, &mut key, 0).0, SAR_NOTSUPPORTYETERR);
    }
}

#[test]
fn a_digest_ends_once_and_not_by_a_query_or_a_short_buffer() {
    let token = Token::blank();
    let handle = init(&token, SM3);
    assert_eq!(update(handle, b"abc"), SAR_OK);
    let mut len = 0;
    let mut out = [0xEEu8; 32];
    unsafe {
        assert_eq!(SKF_DigestFinal(handle, null_mut(), &mut len), SAR_OK);
        assert_eq!(len, 32);
        len = 31;
        assert_eq!(
            SKF_DigestFinal(handle, out.as_mut_ptr(), &mut len),
            SAR_BUFFER_TOO_SMALL
        );
        assert_eq!((len, out), (32, [0xEE; 32]));
        assert_eq!(SKF_DigestFinal(handle, out.as_mut_ptr(), &mut len), SAR_OK);
    }
    assert_eq!(hex::encode(out), OF_ABC[0].1);
    assert_eq!(update(handle, b"more"), SAR_NOTINITIALIZEERR);
    assert_eq!(finish(handle), Err(SAR_NOTINITIALIZEERR));
    assert_eq!(unsafe { SKF_CloseHandle(handle) }, SAR_OK);
    assert_eq!(update(handle, b"more"), SAR_INVALIDHANDLEERR);
}

fn mac_init(key: *mut c_void, mut parameters: BLOCKCIPHERPARAM) -> Result<*mut c_void, u32> {
    let mut mac = null_mut();
    match unsafe { SKF_MacInit(key, &mut parameters, &mut mac) } {
        SAR_OK => Ok(mac),
        code => Err(code),
    }
}

fn mac(handle: *mut c_void, data: &[u8]) -> Result<String, u32> {
    let mut data = data.to_vec();
    let (input, size) = (data.as_mut_ptr(), data.len() as u32);
    collect(|out, len| unsafe { SKF_Mac(handle, input, size, out, len) }).map(hex::encode)
}

const KEY: &str = "0123456789abcdeffedcba9876543210";
/// Last block of `openssl enc -sm4-cbc -nopad -K KEY -iv 0…0` over KEY twice.
const MAC: &str = "9ff11dcfd3afaa236c76090babc3bb85";
/// The same with the IV 00 01 02 … 0F.
const MAC_WITH_IV: &str = "b236a4a85616d4aabf0a83555c7d4115";

#[test]
fn a_mac_is_the_last_block_of_cbc() {
    let token = Token::blank();
    let bytes: [u8; 16] = hex::decode(KEY).unwrap().try_into().unwrap();
    let message = [bytes, bytes].concat();
    for algorithm in [0x410, SM4_ECB, 0x402] {
        let key = set_key(token.device, &bytes, algorithm);
        // With an explicit zero IV, and with none.
        for iv in [&[0u8; 16][..], &[]] {
            let handle = mac_init(key, parameters(iv, 0)).unwrap();
            assert_eq!(mac(handle, &message).unwrap(), MAC);
            assert_eq!(mac(handle, &message), Err(SAR_NOTINITIALIZEERR));
        }
        let iv: [u8; 16] = std::array::from_fn(|n| n as u8);
        let handle = mac_init(key, parameters(&iv, 0)).unwrap();
        assert_eq!(mac(handle, &message).unwrap(), MAC_WITH_IV);
        let handle = mac_init(key, parameters(&[], 0)).unwrap();
        let mut data = message.clone();
        unsafe {
            assert_eq!(SKF_MacUpdate(handle, data.as_mut_ptr(), 5), SAR_OK);
            assert_eq!(SKF_MacUpdate(handle, data[5..].as_mut_ptr(), 27), SAR_OK);
            // The length of MacFinal is printed as a pure output.
            let mut out = [0u8; 16];
            let mut len = 0;
            assert_eq!(SKF_MacFinal(handle, out.as_mut_ptr(), &mut len), SAR_OK);
            assert_eq!((hex::encode(out).as_str(), len), (MAC, 16));
            assert_eq!(SKF_CloseHandle(handle), SAR_OK);
        }
    }
}

#[test]
fn mac_input_is_whole_blocks() {
    let token = Token::blank();
    let key = set_key(token.device, &[1; 16], 0x410);
    let handle = mac_init(key, parameters(&[], 0)).unwrap();
    assert_eq!(mac(handle, b""), Err(SAR_MACLENERR));
    assert_eq!(mac(handle, b"15 bytes, alas."), Err(SAR_MACLENERR));
    assert!(mac(handle, b"sixteen bytes :)").is_ok());
    assert_eq!(mac_init(key, parameters(&[], 1)), Err(SAR_INVALIDPARAMERR));
    assert_eq!(
        mac_init(key, parameters(&[1; 8], 0)),
        Err(SAR_INVALIDPARAMERR)
    );
    let mut out = null_mut();
    assert_eq!(
        unsafe { SKF_MacInit(key, null_mut(), &mut out) },
        SAR_INVALIDPARAMERR
    );
}
