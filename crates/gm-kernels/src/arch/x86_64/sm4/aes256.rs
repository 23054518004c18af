//! SM4 with AES-NI on 256-bit registers, AESENCLAST on their halves: 24 blocks at a time.

use super::super::ghash::clmul128 as hash;
use super::sliced::{Ahead, numbers};
use super::tables::{POST, PRE, SWAP, unshift_and_turn_left};
use crate::ghash::State as GhashState;
use crate::sm4::Block;
use core::arch::x86_64::*;

registers_256!("avx2,aes,pclmulqdq");
aes_round_256!("avx2,aes,pclmulqdq");
word_sliced!("avx2,aes,pclmulqdq", 2, 3);

#[target_feature(enable = "avx2,aes,pclmulqdq")]
#[inline]
fn aes_last(state: V) -> V {
    let zero = _mm_setzero_si128();
    let low = _mm_aesenclast_si128(_mm256_castsi256_si128(state), zero);
    let high = _mm_aesenclast_si128(_mm256_extracti128_si256::<1>(state), zero);
    _mm256_inserti128_si256::<1>(_mm256_castsi128_si256(low), high)
}
