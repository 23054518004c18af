//! SM4 with GFNI on one block, and what belongs to the keys of all paths with GFNI.

use super::tables::{
    ENTER, ENTER_CONSTANT, LAST, LEAVE, OUTPUT, OUTPUT_CONSTANT, ROUND_CONSTANT, STRAIGHT, TURNED,
    turn_right,
};
use crate::sm4::Block;
use core::arch::x86_64::*;

type V = __m128i;

one_block!("avx2,gfni");

#[target_feature(enable = "avx2,gfni")]
#[inline]
fn xor(a: V, b: V) -> V {
    _mm_xor_si128(a, b)
}

#[target_feature(enable = "avx2,gfni")]
#[inline]
fn splat(word: u32) -> V {
    _mm_set1_epi32(word.cast_signed())
}

#[target_feature(enable = "avx2,gfni")]
#[inline]
fn shuffle(value: V, map: &[u8; 16]) -> V {
    // SAFETY: reads the 16 bytes of the map.
    let map = unsafe { _mm_loadu_si128(map.as_ptr().cast()) };
    _mm_shuffle_epi8(value, map)
}

#[target_feature(enable = "avx2,gfni")]
#[inline]
fn first(value: V) -> u32 {
    _mm_cvtsi128_si32(value).cast_unsigned()
}

#[target_feature(enable = "avx2,gfni")]
#[inline]
fn matrix(rows: u64) -> V {
    _mm_set1_epi64x(rows.cast_signed())
}

#[target_feature(enable = "avx2,gfni")]
#[inline]
fn enter(memory: V) -> V {
    _mm_gf2p8affine_epi64_epi8::<0>(memory, matrix(ENTER))
}

#[target_feature(enable = "avx2,gfni")]
#[inline]
fn leave(state: V) -> V {
    _mm_gf2p8affine_epi64_epi8::<0>(state, matrix(LEAVE))
}

/// a + A L(S(b + c + d + key)) for a state in the coordinates behind A.
#[target_feature(enable = "avx2,gfni")]
#[inline]
fn round(a: V, b: V, c: V, d: V, key: V) -> V {
    let input = xor(d, xor(xor(b, c), key));
    let straight =
        _mm_gf2p8affineinv_epi64_epi8::<{ ROUND_CONSTANT as i32 }>(input, matrix(STRAIGHT));
    let turned = _mm_gf2p8affineinv_epi64_epi8::<0>(input, matrix(TURNED));
    let last = _mm_gf2p8affineinv_epi64_epi8::<0>(input, matrix(LAST));
    let one = shuffle(turned, const { &turn_right(1) });
    let two = shuffle(turned, const { &turn_right(2) });
    let three = shuffle(last, const { &turn_right(3) });
    xor(xor(xor(a, straight), one), xor(two, three))
}

/// The S-box on four bytes.
#[target_feature(enable = "avx2,gfni")]
pub(super) fn substitute_word(word: u32) -> u32 {
    let input = _mm_gf2p8affine_epi64_epi8::<{ ENTER_CONSTANT as i32 }>(splat(word), matrix(ENTER));
    let output = _mm_gf2p8affineinv_epi64_epi8::<{ OUTPUT_CONSTANT as i32 }>(input, matrix(OUTPUT));
    first(output)
}

/// Round keys in memory order and in the state's coordinates, with the constant of the first map.
#[target_feature(enable = "avx2,gfni")]
pub(super) fn prepare_keys(keys: &mut [u32; 32]) {
    for key in keys {
        *key = first(enter(splat(key.swap_bytes()))) ^ u32::from_ne_bytes([ENTER_CONSTANT; 4]);
    }
}
