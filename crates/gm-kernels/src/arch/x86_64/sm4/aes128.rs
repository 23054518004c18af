//! SM4 with AES-NI on 128-bit registers: 8 blocks at a time, or one.

use super::super::ghash::clmul128 as hash;
use super::sliced::{Ahead, numbers};
use super::tables::{POST, PRE, SWAP, unshift_and_turn_left};
use crate::ghash::State as GhashState;
use crate::sm4::Block;
use core::arch::x86_64::*;

registers_128!("ssse3,aes,pclmulqdq");
batches_128!("ssse3,aes,pclmulqdq");
aes_round_128!("ssse3,aes,pclmulqdq");
word_sliced!("ssse3,aes,pclmulqdq", 1, 2);
one_block!("ssse3,aes,pclmulqdq");

#[target_feature(enable = "ssse3,aes,pclmulqdq")]
#[inline]
fn aes_last(state: V) -> V {
    _mm_aesenclast_si128(state, _mm_setzero_si128())
}

/// The S-box on four bytes.
#[target_feature(enable = "ssse3,aes,pclmulqdq")]
pub(super) fn substitute_word(word: u32) -> u32 {
    let output = substitute(splat(word));
    first(shuffle(output, const { &unshift_and_turn_left(0) }))
}

/// Round keys are used as they are.
#[target_feature(enable = "ssse3,aes,pclmulqdq")]
pub(super) fn prepare_keys(_: &mut [u32; 32]) {}
