//! SM4 with AES instructions on 256-bit registers: 24 blocks at a time.

use super::super::ghash::clmul128 as hash;
use super::sliced::{Ahead, numbers};
use super::tables::{POST, PRE, SWAP, unshift_and_turn_left};
use crate::ghash::State as GhashState;
use crate::sm4::Block;
use core::arch::x86_64::*;

registers_256!("avx2,vaes,pclmulqdq");
aes_round_256!("avx2,vaes,pclmulqdq");
word_sliced!("avx2,vaes,pclmulqdq", 2, 3);

#[target_feature(enable = "avx2,vaes,pclmulqdq")]
#[inline]
fn aes_last(state: V) -> V {
    _mm256_aesenclast_epi128(state, _mm256_setzero_si256())
}
