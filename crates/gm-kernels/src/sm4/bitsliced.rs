//! SM4 on 16 blocks at once in plain Rust: eight words hold one bit each of the same 64 bytes.
//!
//! Plane b of a word of the state has bit 16 j + n set if byte j (the least significant is 0) of that
//! word of block n has bit b. A rotation of the word by whole bytes is a rotation of all planes by
//! multiples of 16; a rotation by 2 renames planes.

use super::circuit::{self, Planes};
use super::{BLOCK, Block};
use crate::arch::wipe;
use zeroize::Zeroize;

/// Blocks worked on together.
const BATCH: usize = 16;

/// Round keys as planes, with the constants of the S-box worked in.
struct SlicedKeys([Planes; 32]);

impl SlicedKeys {
    fn new(keys: &[u32; 32]) -> Self {
        let mut sliced = Self([[0; 8]; 32]);
        for (round, (planes, key)) in sliced.0.iter_mut().zip(keys).enumerate() {
            *planes = spread(key ^ constant(round));
        }
        sliced
    }
}

impl Drop for SlicedKeys {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// What round `round` adds to its key, so that the S-box needs no constants: its input constant, and
/// what its missing output constants left on the three words it reads. Each word misses one L(OUTPUT)
/// per turn, so two turns cancel.
fn constant(round: usize) -> u32 {
    let output = circuit::OUTPUT.rotate_left(2);
    let missing = (round + 1..round + 4)
        .filter(|word| word / 4 % 2 == 1)
        .count();
    let byte = circuit::INPUT ^ if missing % 2 == 1 { output } else { 0 };
    u32::from_ne_bytes([byte; 4])
}

/// One word, the same for all blocks.
fn spread(word: u32) -> Planes {
    core::array::from_fn(|bit| {
        let bits = u64::from(word >> bit);
        let lanes =
            bits & 1 | (bits >> 8 & 1) << 16 | (bits >> 16 & 1) << 32 | (bits >> 24 & 1) << 48;
        lanes * 0xffff
    })
}

/// Encrypts, or decrypts with reversed keys, any number of blocks.
pub(super) fn crypt_blocks(keys: &[u32; 32], blocks: &mut [Block]) {
    let keys = SlicedKeys::new(keys);
    let (batches, tail) = blocks.as_chunks_mut::<BATCH>();
    for batch in batches {
        crypt_batch(&keys, batch);
    }
    if !tail.is_empty() {
        let mut batch = [[0; BLOCK]; BATCH];
        batch[..tail.len()].copy_from_slice(tail);
        crypt_batch(&keys, &mut batch);
        tail.copy_from_slice(&batch[..tail.len()]);
        wipe(&mut batch);
    }
}

#[inline(never)]
fn crypt_batch(keys: &SlicedKeys, batch: &mut [Block; BATCH]) {
    let mut state: [Planes; 4] = core::array::from_fn(|word| gather(batch, word));
    for turn in keys.0.as_chunks::<4>().0 {
        let [x0, x1, x2, x3] = &mut state;
        round(x0, x1, x2, x3, &turn[0]);
        round(x1, x2, x3, x0, &turn[1]);
        round(x2, x3, x0, x1, &turn[2]);
        round(x3, x0, x1, x2, &turn[3]);
    }
    for (word, planes) in state.iter().enumerate() {
        scatter(planes, batch, 3 - word);
    }
    state.zeroize();
}

/// x0 += L(S(x1 + x2 + x3 + key)).
#[inline(always)]
fn round(x0: &mut Planes, x1: &Planes, x2: &Planes, x3: &Planes, key: &Planes) {
    let input = core::array::from_fn(|bit| x1[bit] ^ x2[bit] ^ x3[bit] ^ key[bit]);
    let s = circuit::substitute(&input);
    // L(s) = s + (s <<< 24) + ((s + (s <<< 8) + (s <<< 16)) <<< 2)
    let t: Planes =
        core::array::from_fn(|bit| s[bit] ^ s[bit].rotate_left(16) ^ s[bit].rotate_left(32));
    for bit in 0..8 {
        let turned = if bit < 2 {
            t[bit + 6].rotate_left(16)
        } else {
            t[bit - 2]
        };
        x0[bit] ^= s[bit] ^ s[bit].rotate_left(48) ^ turned;
    }
}

/// Word `word` of all blocks as planes.
#[inline(always)]
fn gather(batch: &[Block; BATCH], word: usize) -> Planes {
    let load = |block: &Block| {
        let (words, _) = block.as_chunks::<4>();
        u32::from_be_bytes(words[word])
    };
    let mut planes =
        core::array::from_fn(|n| widen(load(&batch[n])) | widen(load(&batch[n + 8])) << 8);
    transpose(&mut planes);
    planes
}

/// The other way round.
#[inline(always)]
fn scatter(planes: &Planes, batch: &mut [Block; BATCH], word: usize) {
    let mut pairs = *planes;
    transpose(&mut pairs);
    for (n, pair) in pairs.iter().enumerate() {
        for (block, value) in [(n, narrow(*pair)), (n + 8, narrow(pair >> 8))] {
            let (words, _) = batch[block].as_chunks_mut::<4>();
            words[word] = value.to_be_bytes();
        }
    }
}

/// Bytes 0..=3 to the even places of eight.
#[inline(always)]
fn widen(word: u32) -> u64 {
    let x = u64::from(word);
    let x = (x | x << 16) & 0x0000_ffff_0000_ffff;
    (x | x << 8) & 0x00ff_00ff_00ff_00ff
}

/// The bytes at the even places.
#[inline(always)]
const fn narrow(x: u64) -> u32 {
    let x = x & 0x00ff_00ff_00ff_00ff;
    let x = (x | x >> 8) & 0x0000_ffff_0000_ffff;
    (x | x >> 16) as u32
}

/// Swaps bit b of each byte of word k with bit k of the same byte of word b.
#[inline(always)]
fn transpose(words: &mut Planes) {
    for (distance, mask) in [
        (1, 0x5555_5555_5555_5555),
        (2, 0x3333_3333_3333_3333),
        (4, 0x0f0f_0f0f_0f0f_0f0f),
    ] {
        for low in (0..8).filter(|index| index & distance == 0) {
            let high = low + distance;
            let swap = (words[low] >> distance ^ words[high]) & mask;
            words[high] ^= swap;
            words[low] ^= swap << distance;
        }
    }
}

/// The S-box on the four bytes of a word, for the key schedule.
pub(super) fn substitute_word(word: u32) -> u32 {
    let planes = core::array::from_fn(|bit| {
        u64::from((word ^ u32::from_ne_bytes([circuit::INPUT; 4])) >> bit & 0x0101_0101)
    });
    let output = circuit::substitute(&planes);
    let sum = output
        .iter()
        .enumerate()
        .fold(0, |sum, (bit, plane)| sum | plane << bit);
    sum as u32 ^ u32::from_ne_bytes([circuit::OUTPUT; 4])
}
