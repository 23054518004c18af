//! SM3 with AVX2: 8 messages at once.

use crate::sm3::{BLOCK, ROUND_CONSTANTS};
use core::arch::x86_64::*;

type V = __m256i;
const LANES: usize = 8;

sm3_rounds!("avx2");

#[target_feature(enable = "avx2")]
#[inline]
fn load(words: &[u32; LANES]) -> V {
    // SAFETY: reads the 32 bytes of the words.
    unsafe { _mm256_loadu_si256(words.as_ptr().cast()) }
}

#[target_feature(enable = "avx2")]
#[inline]
fn store(words: &mut [u32; LANES], value: V) {
    // SAFETY: writes the 32 bytes of the words.
    unsafe { _mm256_storeu_si256(words.as_mut_ptr().cast(), value) }
}

#[target_feature(enable = "avx2")]
#[inline]
fn splat(word: u32) -> V {
    _mm256_set1_epi32(word.cast_signed())
}

#[target_feature(enable = "avx2")]
#[inline]
fn add(a: V, b: V) -> V {
    _mm256_add_epi32(a, b)
}

#[target_feature(enable = "avx2")]
#[inline]
fn xor(a: V, b: V) -> V {
    _mm256_xor_si256(a, b)
}

#[target_feature(enable = "avx2")]
#[inline]
fn xor3(a: V, b: V, c: V) -> V {
    xor(xor(a, b), c)
}

#[target_feature(enable = "avx2")]
#[inline]
fn turn<const LEFT: i32, const RIGHT: i32>(x: V) -> V {
    const { assert!(LEFT + RIGHT == 32) };
    _mm256_or_si256(_mm256_slli_epi32::<LEFT>(x), _mm256_srli_epi32::<RIGHT>(x))
}

#[target_feature(enable = "avx2")]
#[inline]
fn majority(a: V, b: V, c: V) -> V {
    xor(_mm256_and_si256(xor(a, b), xor(a, c)), a)
}

#[target_feature(enable = "avx2")]
#[inline]
fn choose(e: V, f: V, g: V) -> V {
    xor(_mm256_and_si256(xor(f, g), e), g)
}

#[target_feature(enable = "avx2")]
#[inline]
fn swap_bytes(x: V) -> V {
    let map = _mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3);
    _mm256_shuffle_epi8(x, _mm256_broadcastsi128_si256(map))
}
