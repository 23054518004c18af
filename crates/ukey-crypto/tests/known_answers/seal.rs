//! AES-256-GCM: test case 16 of the GCM submission (McGrew and Viega), read back through `open`.

use super::hex;
use ukey_crypto::seal::{OVERHEAD, SealKey, open, seal};
use ukey_crypto::{Error, ct};

#[test]
fn opens_the_value_of_the_gcm_submission() {
    let key = hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
    let key = SealKey::try_from(key.as_slice()).unwrap();
    let aad = hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    let sealed = hex("cafebabefacedbaddecaf888\
                      522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa\
                      8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662\
                      76fc6ece0f4e1768cddf8853bb2d551b");
    let expected = hex(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72\
                        1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
    );
    assert_eq!(*open(&key, &aad, &sealed).unwrap(), expected);
    assert_eq!(
        open(&key, &aad[1..], &sealed).unwrap_err(),
        Error::Decryption
    );
}

#[test]
fn every_changed_byte_is_noticed() {
    let key = SealKey::generate().unwrap();
    let sealed = seal(&key, b"record 7", b"a private key").unwrap();
    assert_eq!(sealed.len(), 13 + OVERHEAD);
    assert_eq!(
        open(&key, b"record 7", &sealed).unwrap().as_slice(),
        b"a private key"
    );
    for at in 0..sealed.len() {
        let mut bad = sealed.clone();
        bad[at] ^= 1;
        assert_eq!(
            open(&key, b"record 7", &bad).unwrap_err(),
            Error::Decryption
        );
    }
    for len in 0..sealed.len() {
        assert_eq!(
            open(&key, b"record 7", &sealed[..len]).unwrap_err(),
            Error::Decryption
        );
    }
    assert_eq!(
        open(&key, b"record 8", &sealed).unwrap_err(),
        Error::Decryption
    );
    let other = SealKey::from([7; 32]);
    assert_eq!(
        open(&other, b"record 7", &sealed).unwrap_err(),
        Error::Decryption
    );
    assert_ne!(
        seal(&key, b"record 7", b"a private key").unwrap(),
        sealed,
        "a fresh nonce"
    );
}

#[test]
fn keys_keep_their_bytes_to_themselves() {
    assert_eq!(
        SealKey::try_from(&[0; 31][..]).unwrap_err(),
        Error::InvalidLength
    );
    assert_eq!(SealKey::from([9; 32]).expose_bytes(), &[9; 32]);
    assert_eq!(format!("{:?}", SealKey::from([9; 32])), "SealKey(..)");
}

#[test]
fn constant_time_comparison() {
    assert!(ct::eq(b"", b""));
    assert!(ct::eq(b"same", b"same"));
    assert!(!ct::eq(b"same", b"sama"));
    assert!(!ct::eq(b"same", b"sam"));
}
