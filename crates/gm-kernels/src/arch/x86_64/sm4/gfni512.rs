//! SM4 with GFNI on 512-bit registers: 64 blocks at a time.

use super::super::ghash::clmul512 as hash;
use super::sliced::{Ahead, numbers};
use super::tables::{ENTER, LAST, LEAVE, ROUND_CONSTANT, STRAIGHT, SWAP, TURNED, turn_right};
use crate::ghash::State as GhashState;
use crate::sm4::Block;
use core::arch::x86_64::*;

registers_512!("avx512f,avx512bw,avx512vl,gfni,pclmulqdq,vpclmulqdq");
gfni_round!(
    "avx512f,avx512bw,avx512vl,gfni,pclmulqdq,vpclmulqdq",
    _mm512_set1_epi64,
    _mm512_gf2p8affine_epi64_epi8,
    _mm512_gf2p8affineinv_epi64_epi8
);
gfni_counters!("avx512f,avx512bw,avx512vl,gfni,pclmulqdq,vpclmulqdq");
word_sliced!("avx512f,avx512bw,avx512vl,gfni,pclmulqdq,vpclmulqdq", 4, 4);
