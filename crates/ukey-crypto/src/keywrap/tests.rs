//! Examples of RFC 3394 section 4 and RFC 5649 section 6.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::aes;
use hex::decode as unhex;

fn key(hex: &str) -> aes::Key {
    aes::Key::try_from(&unhex(hex).unwrap()[..]).unwrap()
}

#[test]
fn rfc_3394() {
    let cases = [
        (
            "000102030405060708090a0b0c0d0e0f",
            "00112233445566778899aabbccddeeff",
            "1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5",
        ),
        (
            "000102030405060708090a0b0c0d0e0f1011121314151617",
            "00112233445566778899aabbccddeeff0001020304050607",
            "031d33264e15d33268f24ec260743edce1c6c7ddee725a936ba814915c6762d2",
        ),
        (
            "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
            "00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f",
            "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21",
        ),
    ];
    for (secret, data, wrapped) in cases {
        let (data, wrapped) = (unhex(data).unwrap(), unhex(wrapped).unwrap());
        assert_eq!(wrap(&key(secret), &DEFAULT_IV, &data).unwrap(), wrapped);
        assert_eq!(*unwrap(&key(secret), &DEFAULT_IV, &wrapped).unwrap(), data);
    }
}

#[test]
fn rfc_5649() {
    let key = key("5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8");
    let cases = [
        (
            "c37b7e6492584340bed12207808941155068f738",
            "138bdeaa9b8fa7fc61f97742e72248ee5ae6ae5360d1ae6a5f54f373fa543b6a",
        ),
        ("466f7250617369", "afbeb0f07dfbf5419200f2ccb50bb24f"),
    ];
    for (data, wrapped) in cases {
        let (data, wrapped) = (unhex(data).unwrap(), unhex(wrapped).unwrap());
        assert_eq!(
            wrap_padded(&key, &DEFAULT_PADDED_IV, &data).unwrap(),
            wrapped
        );
        assert_eq!(
            *unwrap_padded(&key, &DEFAULT_PADDED_IV, &wrapped).unwrap(),
            data
        );
    }
}

#[test]
fn every_length_comes_back_and_no_change_goes_unnoticed() {
    let key = key("000102030405060708090a0b0c0d0e0f");
    for len in 1..50 {
        let data: Vec<u8> = (0..len).collect();
        let mut wrapped = wrap_padded(&key, &DEFAULT_PADDED_IV, &data).unwrap();
        assert_eq!(
            *unwrap_padded(&key, &DEFAULT_PADDED_IV, &wrapped).unwrap(),
            data
        );
        wrapped[0] ^= 1;
        let changed = unwrap_padded(&key, &DEFAULT_PADDED_IV, &wrapped);
        assert_eq!(changed.err(), Some(Error::Decryption));
        if len >= 8 {
            let mut wrapped = wrap_pkcs7(&key, &DEFAULT_IV, &data).unwrap();
            assert_eq!(*unwrap_pkcs7(&key, &DEFAULT_IV, &wrapped).unwrap(), data);
            wrapped[9] ^= 0x80;
            let changed = unwrap_pkcs7(&key, &DEFAULT_IV, &wrapped);
            assert_eq!(changed.err(), Some(Error::Decryption));
        }
    }
}

/// A wrapper with the right check value but a false length or filling is refused all the same.
#[test]
fn false_lengths_and_fillings_are_refused() {
    let key = key("000102030405060708090a0b0c0d0e0f");
    for (len, last) in [(8u32, 0u8), (17, 0), (15, 1), (0, 0), (u32::MAX, 0)] {
        let mut inner = [
            &DEFAULT_PADDED_IV[..],
            &len.to_be_bytes(),
            &[7; 15],
            &[last],
        ]
        .concat();
        forward(key.cipher(), &mut inner);
        let result = unwrap_padded(&key, &DEFAULT_PADDED_IV, &inner);
        assert_eq!(result.err(), Some(Error::Decryption), "{len} {last}");
    }
    for data in [&[1; 15][..], &[1; 17], &[1; 8], &[]] {
        assert_eq!(wrap(&key, &DEFAULT_IV, data), Err(Error::InvalidLength));
    }
    assert_eq!(
        wrap_padded(&key, &DEFAULT_PADDED_IV, &[]),
        Err(Error::InvalidLength)
    );
}
