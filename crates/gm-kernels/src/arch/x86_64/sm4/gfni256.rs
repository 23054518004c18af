//! SM4 with GFNI on 256-bit registers: 24 blocks at a time.

use super::super::ghash::clmul128 as hash;
use super::sliced::{Ahead, numbers};
use super::tables::{ENTER, LAST, LEAVE, ROUND_CONSTANT, STRAIGHT, SWAP, TURNED, turn_right};
use crate::ghash::State as GhashState;
use crate::sm4::Block;
use core::arch::x86_64::*;

registers_256!("avx2,gfni,pclmulqdq");
plain_xor5!("avx2,gfni,pclmulqdq");
gfni_round!(
    "avx2,gfni,pclmulqdq",
    _mm256_set1_epi64x,
    _mm256_gf2p8affine_epi64_epi8,
    _mm256_gf2p8affineinv_epi64_epi8
);
gfni_counters!("avx2,gfni,pclmulqdq");
word_sliced!("avx2,gfni,pclmulqdq", 2, 3);
