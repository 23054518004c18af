//! Does the time of a PIN's comparison depend on how much of it is right? The method, and what the two forms are for,
//! stand with the kernels' timing test.
#![allow(clippy::unwrap_used)]

#[path = "../../../../crates/gm-kernels/tests/timing/leakage.rs"]
mod leakage;

use super::*;
use crate::fs::pin::key_of;
use leakage::{BOUND, Subject, Work};
use std::hint::black_box;
use ukey_apdu::Class;
use ukey_apdu::devinfo::PinHash;

/// The PIN's key, and the block that the challenge gives.
const KEY: [u8; 16] = [0x31; 16];
const CHALLENGE: [u8; 8] = [7; 8];

/// One comparison takes nanoseconds: so many make a sample.
const REPEATS: usize = 32;

fn pin_key() -> sm4::Key {
    sm4::Key::from(KEY)
}

fn block() -> [u8; 16] {
    secure::verify_pin_block(&CHALLENGE)
}

/// The right answer, with another last byte: a comparison byte by byte goes on longest.
fn almost_right() -> [u8; 32] {
    let mut answer = [0; 32];
    let mut right = block();
    sm4::ecb_encrypt(&pin_key(), &mut right).unwrap();
    answer[..16].copy_from_slice(&right);
    answer[15] ^= 1;
    answer
}

fn repeated(mut once: impl FnMut(&[u8; 32]) + 'static) -> Work {
    Box::new(move |secret: &[u8; 32]| (0..REPEATS).for_each(|_| once(black_box(secret))))
}

fn subjects() -> Vec<Subject> {
    let almost = almost_right();
    let mut right = almost;
    right[15] ^= 1;
    let compared = |name, fixed| {
        let key = pin_key();
        Subject {
            name: str::to_owned(name),
            fixed,
            run: repeated(move |answer| {
                black_box(answers(&key, block(), &answer[..16]).unwrap());
            }),
        }
    };
    vec![
        compared("PIN, almost right", almost),
        compared("PIN, right", right),
        Subject {
            name: "PIN's key".to_owned(),
            fixed: [0; 32],
            run: repeated(move |key| {
                let key = sm4::Key::try_from(&key[..16]).unwrap();
                black_box(answers(&key, block(), &almost[..16]).unwrap());
            }),
        },
        Subject {
            name: "PIN's bytes".to_owned(),
            fixed: [b'0'; 32],
            run: repeated(|pin| {
                black_box(key_of(PinHash::Sm3, &pin[..8]).unwrap());
            }),
        },
        mac_of_a_new_pin(),
    ]
}

/// The MAC by which a PIN's change proves the old one, with its last byte wrong.
fn mac_of_a_new_pin() -> Subject {
    let command = CommandApdu {
        class: Class::SECURED,
        ins: 0x16,
        p1: 0,
        p2: 0,
        data: vec![0x5a; 36],
        ne: None,
    };
    let mut session = secure::session_key_block(&CHALLENGE);
    sm4::ecb_encrypt(&pin_key(), &mut session).unwrap();
    let input = secure::mac_input(&command).unwrap();
    let right = sm4::cbc_mac(
        &sm4::Key::from(session),
        &secure::mac_iv(&CHALLENGE),
        &input,
    );
    let mut fixed = [0; 32];
    fixed[..16].copy_from_slice(&right.unwrap());
    let key = CommandKey::derive(&pin_key(), &CHALLENGE).unwrap();
    assert!(
        key.verifies(&command, fixed.first_chunk().unwrap())
            .unwrap()
    );
    fixed[3] ^= 1;
    Subject {
        name: "MAC of a PIN's change".to_owned(),
        fixed,
        run: repeated(move |mac| {
            let mac = mac.first_chunk().unwrap();
            black_box(key.verifies(&command, mac).unwrap());
        }),
    }
}

#[test]
fn short_form() {
    leakage::none_leaks(subjects(), 2_000, 5.0 * BOUND);
}

#[test]
#[ignore = "minutes, on a quiet machine, in release: cargo xtask timing"]
fn long_form() {
    leakage::none_leaks(subjects(), 200_000, BOUND);
}
