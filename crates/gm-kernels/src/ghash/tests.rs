//! GHASH against the `ghash` crate, bit by bit multiplication, and the test cases of the specification.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::amount;
use ::ghash::GHash;
use ::ghash::universal_hash::UniversalHash;
use std::vec::Vec;

/// The specification, word for word (SP 800-38D section 6.3): the first bit is that of x^0.
fn multiply_by_bits(x: u128, y: u128) -> u128 {
    let (mut sum, mut v) = (0, y);
    for bit in (0..128).rev() {
        if x >> bit & 1 == 1 {
            sum ^= v;
        }
        v = if v & 1 == 1 {
            v >> 1 ^ 0xe1 << 120
        } else {
            v >> 1
        };
    }
    sum
}

fn by_bits(h: &Block, blocks: &[Block]) -> Block {
    blocks
        .iter()
        .fold(0, |value, block| {
            multiply_by_bits(value ^ u128::from_be_bytes(*block), u128::from_be_bytes(*h))
        })
        .to_be_bytes()
}

fn by_crate(h: &Block, blocks: &[Block]) -> Block {
    let mut hash = GHash::new(&(*h).into());
    for block in blocks {
        hash.update(&[(*block).into()]);
    }
    hash.finalize().into()
}

/// Deterministic blocks that differ.
fn blocks(count: usize) -> Vec<Block> {
    let mut state = 3_u128;
    (0..count)
        .map(|_| {
            state = state
                .wrapping_mul(0xda94_2042_e4dd_58b5_2360_ed05_1fc6_5da4)
                .wrapping_add(7);
            (state ^ state >> 61).to_be_bytes()
        })
        .collect()
}

/// Keys at the edges, and some in between: zero, x^0, the last bit, all of them.
fn keys() -> Vec<Block> {
    let mut keys = std::vec![
        [0; 16],
        (1_u128 << 127).to_be_bytes(),
        1_u128.to_be_bytes(),
        3_u128.to_be_bytes(),
        [0xff; 16],
        (u128::MAX << 64).to_be_bytes(),
        u128::from(u64::MAX).to_be_bytes(),
    ];
    keys.extend(blocks(5));
    keys
}

#[test]
fn every_engine_agrees_with_both_others() {
    let mut data = blocks(200);
    data[3] = [0xff; 16];
    data[100] = [0; 16];
    let counts = (0..20).chain([31, 62, 63, 64, 65, 66, 67, 68, 127, 128, 129, 191, 200]);
    for h in keys() {
        for count in counts.clone().take(amount(33, 5)) {
            let expected = by_bits(&h, &data[..count]);
            assert_eq!(by_crate(&h, &data[..count]), expected, "{h:02x?} {count}");
            for engine in Engine::available() {
                let mut hash = Hash::with_engine(engine, &h);
                hash.update(&data[..count]);
                assert_eq!(hash.value(), expected, "{engine:?} {h:02x?} {count}");
                let mut hash = Hash::with_engine(engine, &h);
                let (first, second) = data[..count].split_at(count / 3);
                hash.update(first);
                hash.update(second);
                assert_eq!(hash.value(), expected, "{engine:?} {h:02x?} {count} in two");
            }
        }
    }
}

#[test]
fn test_case_4_of_the_proposal() {
    // McGrew and Viega, "The Galois/Counter Mode of Operation", appendix B
    let h = hex::decode("b83b533708bf535d0aa6e52980d53b78").unwrap();
    let aad = hex::decode("feedfacedeadbeeffeedfacedeadbeefabaddad2").unwrap();
    let text = hex::decode(
        "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e\
         21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091",
    )
    .unwrap();
    for engine in Engine::available() {
        let mut hash = Hash::with_engine(engine, &h[..].try_into().unwrap());
        hash.update_padded(&aad);
        hash.update_padded(&text);
        hash.update_lengths(aad.len() as u64, text.len() as u64);
        let expected = hex::decode("698e57f70e6ecc7fd9463b7260a9ae5f").unwrap();
        assert_eq!(hash.value()[..], expected, "{engine:?}");
    }
}

#[test]
fn a_copy_goes_its_own_way() {
    let mut one = Hash::new(&[7; 16]);
    one.update(&blocks(3));
    let mut two = one.clone();
    two.update(&blocks(1));
    assert_ne!(one.value(), two.value());
    one.update(&blocks(1));
    assert_eq!(one.value(), two.value());
}
