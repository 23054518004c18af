//! Does the time of a refusal tell what was wrong?
//!
//! Tags and paddings that are all but right, beside ones of which nothing is. The method, and what the two forms are
//! for, stand with the kernels' timing test.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used)]

#[path = "../../gm-kernels/tests/timing/leakage.rs"]
mod leakage;

use leakage::{BOUND, Subject};
use std::hint::black_box;
use std::rc::Rc;
use ukey_crypto::cipher::{Direction, Mode, Operation, Padding};
use ukey_crypto::hash::HashAlg;
use ukey_crypto::rsa::{self, Oaep};
use ukey_crypto::{aes, sm2, sm4};

const PLAINTEXT: &[u8] = b"sixteen bytes of";
const CBC: Mode<'_> = Mode::Cbc {
    iv: &[3; 16],
    padding: Padding::Pkcs7,
};
const TAG_LEN: usize = 16;
const GCM: Mode<'_> = Mode::Gcm {
    iv: &[5; 12],
    aad: &[],
    tag_len: TAG_LEN,
};
const CCM: Mode<'_> = Mode::Ccm {
    nonce: &[5; 12],
    aad: &[],
    tag_len: TAG_LEN,
    data_len: PLAINTEXT.len(),
};

fn all_at_once<K: ukey_crypto::cipher::Key>(
    key: &K,
    direction: Direction,
    mode: &Mode<'_>,
    input: &[u8],
) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(64);
    let operation = Operation::new(key, direction, mode).unwrap();
    operation.complete(input, &mut out).ok().map(|()| out)
}

/// The tag of an authenticated mode, wrong in its last byte.
fn tag<K: ukey_crypto::cipher::Key + 'static>(
    name: &'static str,
    key: K,
    mode: Mode<'static>,
) -> Subject {
    let mut sealed = all_at_once(&key, Direction::Encrypt, &mode, PLAINTEXT).unwrap();
    let mut fixed = [0; 32];
    fixed[..TAG_LEN].copy_from_slice(&sealed[PLAINTEXT.len()..]);
    fixed[TAG_LEN - 1] ^= 1;
    Subject {
        name: name.to_owned(),
        fixed,
        run: Box::new(move |secret| {
            sealed[PLAINTEXT.len()..].copy_from_slice(&secret[..TAG_LEN]);
            let opened = all_at_once(&key, Direction::Decrypt, &mode, &sealed);
            assert!(black_box(opened).is_none());
        }),
    }
}

/// A block of padding that is wrong at its far end, beside one that is wrong everywhere.
fn cbc_padding<K: ukey_crypto::cipher::Key + 'static>(name: &'static str, key: K) -> Subject {
    let bare = Mode::Cbc {
        iv: &[3; 16],
        padding: Padding::None,
    };
    let mut fixed = [16; 32];
    fixed[0] = 0;
    Subject {
        name: name.to_owned(),
        fixed,
        run: Box::new(move |secret| {
            let mut block = [16; 16];
            block[..15].copy_from_slice(&secret[..15]);
            let sealed = all_at_once(&key, Direction::Encrypt, &bare, &block).unwrap();
            assert!(black_box(all_at_once(&key, Direction::Decrypt, &CBC, &sealed)).is_none());
        }),
    }
}

/// C3 of an SM2 ciphertext, wrong in its last byte.
fn sm2_check_value() -> Subject {
    let key = sm2::SecretKey::generate().unwrap();
    let mut ciphertext = key.public_key().encrypt(PLAINTEXT).unwrap();
    let mut fixed = ciphertext.hash;
    fixed[31] ^= 1;
    Subject {
        name: "SM2, C3".to_owned(),
        fixed,
        run: Box::new(move |secret| {
            ciphertext.hash = *secret;
            assert!(black_box(key.decrypt(&ciphertext)).is_err());
        }),
    }
}

/// The refusals that are quick enough for many samples.
fn quick() -> Vec<Subject> {
    vec![
        tag("SM4-GCM, tag", sm4::Key::from([1; 16]), GCM),
        tag("SM4-CCM, tag", sm4::Key::from([1; 16]), CCM),
        tag(
            "AES-GCM, tag",
            aes::Key::try_from(&[1; 16][..]).unwrap(),
            GCM,
        ),
        cbc_padding("SM4-CBC, padding", sm4::Key::from([1; 16])),
        cbc_padding(
            "AES-CBC, padding",
            aes::Key::try_from(&[1; 16][..]).unwrap(),
        ),
        sm2_check_value(),
    ]
}

/// RSA's paddings: the first byte of the block is right, or it is not (the oracles of Bleichenbacher and of Manger).
fn rsa_paddings() -> Vec<Subject> {
    let key = Rc::new(rsa::PrivateKey::generate(2048).unwrap());
    let public = key.public_key().clone();
    let mut block = [0x5a; 256];
    block[..2].copy_from_slice(&[0, 2]);
    block[240] = 0;
    let pkcs1 = {
        let (key, public) = (key.clone(), public.clone());
        move |secret: &[u8; 32]| {
            let mut block = block;
            block[1] = secret[0];
            let ciphertext = public.raw(&block).unwrap();
            drop(black_box(key.decrypt_pkcs1v15(&ciphertext)));
        }
    };
    let oaep = move |secret: &[u8; 32]| {
        let mut block = block;
        block[0] = secret[0] & 0x7f;
        let ciphertext = public.raw(&block).unwrap();
        assert!(black_box(key.decrypt_oaep(&Oaep::new(HashAlg::Sha256), &ciphertext)).is_err());
    };
    vec![
        Subject {
            name: "RSA PKCS#1, padding".to_owned(),
            fixed: [2; 32],
            run: Box::new(pkcs1),
        },
        Subject {
            name: "RSA OAEP, first byte".to_owned(),
            fixed: [0; 32],
            run: Box::new(oaep),
        },
    ]
}

#[test]
fn short_form() {
    leakage::none_leaks(quick(), 1_000, 5.0 * BOUND);
    leakage::none_leaks(rsa_paddings(), 100, 5.0 * BOUND);
}

#[test]
#[ignore = "minutes, on a quiet machine, in release: cargo xtask timing"]
fn long_form() {
    leakage::none_leaks(quick(), 200_000, BOUND);
    leakage::none_leaks(rsa_paddings(), 10_000, BOUND);
}
