//! SM3 with AVX-512: 16 messages at once. It turns words and joins three of them in one instruction.

use crate::sm3::{BLOCK, ROUND_CONSTANTS};
use core::arch::x86_64::*;

type V = __m512i;
const LANES: usize = 16;

sm3_rounds!("avx512f,avx512bw,avx512vl");

#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
#[inline]
fn load(words: &[u32; LANES]) -> V {
    // SAFETY: reads the 64 bytes of the words.
    unsafe { _mm512_loadu_epi32(words.as_ptr().cast()) }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
#[inline]
fn store(words: &mut [u32; LANES], value: V) {
    // SAFETY: writes the 64 bytes of the words.
    unsafe { _mm512_storeu_epi32(words.as_mut_ptr().cast(), value) }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
#[inline]
fn splat(word: u32) -> V {
    _mm512_set1_epi32(word.cast_signed())
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
#[inline]
fn add(a: V, b: V) -> V {
    _mm512_add_epi32(a, b)
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
#[inline]
fn xor(a: V, b: V) -> V {
    _mm512_xor_si512(a, b)
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
#[inline]
fn xor3(a: V, b: V, c: V) -> V {
    _mm512_ternarylogic_epi32::<0x96>(a, b, c)
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
#[inline]
fn turn<const LEFT: i32, const RIGHT: i32>(x: V) -> V {
    const { assert!(LEFT + RIGHT == 32) };
    _mm512_rol_epi32::<LEFT>(x)
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
#[inline]
fn majority(a: V, b: V, c: V) -> V {
    _mm512_ternarylogic_epi32::<0xe8>(a, b, c)
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
#[inline]
fn choose(e: V, f: V, g: V) -> V {
    _mm512_ternarylogic_epi32::<0xca>(e, f, g)
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
#[inline]
fn swap_bytes(x: V) -> V {
    let map = _mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3);
    _mm512_shuffle_epi8(x, _mm512_broadcast_i32x4(map))
}
