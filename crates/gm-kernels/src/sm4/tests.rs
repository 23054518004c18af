//! SM4 against the standard's vectors and the `sm4` crate: every engine, every mode, every batch size.
#![allow(clippy::unwrap_used)]

mod chains;
mod gcm;
mod memory;
mod xts;

use super::*;
use crate::amount;
use ::sm4::cipher::{BlockCipherEncrypt, KeyInit};
use std::vec::Vec;

const KEY: Block = [
    0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10,
];

fn engines() -> impl Iterator<Item = (Engine, Key)> {
    Engine::available().map(|engine| (engine, Key::with_engine(engine, &KEY)))
}

/// Deterministic blocks that differ.
fn blocks(count: usize) -> Vec<Block> {
    let mut state = 1_u128;
    (0..count)
        .map(|_| {
            state = state
                .wrapping_mul(0xda94_2042_e4dd_58b5_2360_ed05_1fc6_5da4)
                .wrapping_add(7);
            (state ^ state >> 61).to_be_bytes()
        })
        .collect()
}

/// The other implementation, one block.
fn reference(block: &Block) -> Block {
    let mut block = (*block).into();
    ::sm4::Sm4::new(&KEY.into()).encrypt_block(&mut block);
    block.into()
}

/// Lengths around every batch size, and some far beyond.
fn lengths() -> impl Iterator<Item = usize> {
    (0..=70)
        .chain([127, 128, 129, 191, 192, 193, 255, 256, 263])
        // interpreted, only around a batch of plain Rust, which has 16
        .filter(|len| !cfg!(miri) || [0, 1, 15, 16, 17, 33].contains(len))
}

#[test]
fn vectors_of_the_standard() {
    let expected = hex::decode("681EDF34D206965E86B3E94F536E4246").unwrap();
    let million = hex::decode("595298C7C6FD271F0402F804C33D3F66").unwrap();
    for (engine, key) in engines() {
        let mut block = KEY;
        key.encrypt_block(&mut block);
        assert_eq!(block[..], expected, "{engine:?}");
        if engine == Engine::best() && !cfg!(miri) {
            for _ in 1..1_000_000 {
                key.encrypt_block(&mut block);
            }
            assert_eq!(block[..], million, "{engine:?}");
        }
    }
}

#[test]
fn every_byte_through_every_s_box() {
    for value in 0..=255_u8 {
        let word = u32::from_be_bytes([value, value ^ 0x5a, value.wrapping_add(77), !value]);
        let portable = bitsliced::substitute_word(word);
        for engine in Engine::available() {
            assert_eq!(engine.substitute_word(word), portable, "{engine:?}");
        }
    }
    assert_eq!(bitsliced::substitute_word(0x0001_02ff), 0xd690_e948);
}

#[test]
fn ecb_both_ways() {
    let plain = blocks(amount(263, 40));
    let sealed: Vec<Block> = plain.iter().map(reference).collect();
    for (engine, key) in engines() {
        for len in lengths() {
            // an odd start, too: blocks need no alignment
            for start in [0, 1] {
                let range = start.min(plain.len() - len)..;
                let mut data = plain[range.clone()][..len].to_vec();
                key.encrypt_blocks(&mut data);
                assert_eq!(data, sealed[range.clone()][..len], "{engine:?} {len}");
                key.decrypt_blocks(&mut data);
                assert_eq!(data, plain[range][..len], "{engine:?} {len}");
            }
        }
    }
}

#[test]
fn cbc_both_ways_in_pieces() {
    let plain = blocks(amount(263, 40));
    let iv = [0x3c; 16];
    let mut sealed = Vec::new();
    let mut chain = iv;
    for block in &plain {
        let mixed: Block = core::array::from_fn(|i| block[i] ^ chain[i]);
        chain = reference(&mixed);
        sealed.push(chain);
    }
    for (engine, key) in engines() {
        for len in lengths() {
            let mut data = plain[..len].to_vec();
            let cut = len / 3;
            let mut chain = iv;
            key.cbc_encrypt(&mut chain, &mut data[..cut]);
            key.cbc_encrypt(&mut chain, &mut data[cut..]);
            assert_eq!(data, sealed[..len], "{engine:?} {len}");
            assert_eq!(chain, *data.last().unwrap_or(&iv), "{engine:?} {len}");
            let mut chain = iv;
            key.cbc_decrypt(&mut chain, &mut data[..cut]);
            key.cbc_decrypt(&mut chain, &mut data[cut..]);
            assert_eq!(data, plain[..len], "{engine:?} {len}");
            assert_eq!(
                chain,
                *sealed[..len].last().unwrap_or(&iv),
                "{engine:?} {len}"
            );
        }
    }
}

#[test]
fn counters_of_every_width_wrap_where_they_should() {
    let start = |low: u128| (0xa5a5_a5a5_u128 << 96 | low).to_be_bytes();
    let cases = [
        (start(5), 128),
        (start(5), 32),
        // a carry out of the last word, in the middle of a batch
        (start(0xffff_ffd0), 64),
        (start(0xffff_ffd0), 32),
        (start(u128::from(u64::MAX) - 9), 64),
        (start(u128::from(u64::MAX) - 9), 65),
        ([0xff; 16], 128),
        ([0xff; 16], 1),
        (start(0xfa), 8),
        (start(0x7fff_ff00), 31),
        (start(0xffff_ff00), 33),
    ];
    let plain = blocks(amount(263, 40));
    for (first, bits) in cases {
        let mut counter = u128::from_be_bytes(first);
        let mask = if bits == 128 {
            u128::MAX
        } else {
            (1 << bits) - 1
        };
        let expected: Vec<Block> = plain
            .iter()
            .map(|block| {
                let stream = reference(&counter.to_be_bytes());
                counter = counter & !mask | counter.wrapping_add(1) & mask;
                core::array::from_fn(|i| block[i] ^ stream[i])
            })
            .collect();
        for (engine, key) in engines() {
            for len in lengths() {
                let mut data = plain[..len].to_vec();
                let mut at = first;
                key.ctr(&mut at, bits, &mut data[..len / 2]);
                key.ctr(&mut at, bits, &mut data[len / 2..]);
                assert_eq!(data, expected[..len], "{engine:?} {len} of {bits} bits");
            }
            let mut data = plain.clone();
            let mut at = first;
            key.ctr(&mut at, bits, &mut data);
            assert_eq!(u128::from_be_bytes(at), counter, "{engine:?} {bits} bits");
        }
    }
}

#[test]
fn engines_agree_on_many_keys() {
    for seed in blocks(amount(300, 3)) {
        let mut expected = None;
        for engine in Engine::available() {
            let mut data = blocks(3);
            Key::with_engine(engine, &seed).encrypt_blocks(&mut data);
            assert_eq!(
                *expected.get_or_insert_with(|| data.clone()),
                data,
                "{engine:?}"
            );
        }
    }
}
