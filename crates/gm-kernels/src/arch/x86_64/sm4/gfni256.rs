//! SM4 with GFNI on 256-bit registers: 24 blocks at a time.

use super::tables::{ENTER, LAST, LEAVE, ROUND_CONSTANT, STRAIGHT, SWAP, TURNED, turn_right};
use crate::sm4::Block;
use core::arch::x86_64::*;

type V = __m256i;

word_sliced!("avx2,gfni", 2, 3);

#[target_feature(enable = "avx2,gfni")]
#[inline]
fn load(blocks: &[Block]) -> V {
    assert!(blocks.len() >= LANES);
    // SAFETY: there are that many blocks; unaligned loads have no further requirement.
    unsafe { _mm256_loadu_si256(blocks.as_ptr().cast()) }
}

#[target_feature(enable = "avx2,gfni")]
#[inline]
fn store(blocks: &mut [Block], value: V) {
    assert!(blocks.len() >= LANES);
    // SAFETY: as for loads.
    unsafe { _mm256_storeu_si256(blocks.as_mut_ptr().cast(), value) };
}

#[target_feature(enable = "avx2,gfni")]
#[inline]
fn transpose(r: [V; 4]) -> [V; 4] {
    let (a, b) = (
        _mm256_unpacklo_epi32(r[0], r[1]),
        _mm256_unpackhi_epi32(r[0], r[1]),
    );
    let (c, d) = (
        _mm256_unpacklo_epi32(r[2], r[3]),
        _mm256_unpackhi_epi32(r[2], r[3]),
    );
    [
        _mm256_unpacklo_epi64(a, c),
        _mm256_unpackhi_epi64(a, c),
        _mm256_unpacklo_epi64(b, d),
        _mm256_unpackhi_epi64(b, d),
    ]
}

#[target_feature(enable = "avx2,gfni")]
#[inline]
fn xor(a: V, b: V) -> V {
    _mm256_xor_si256(a, b)
}

#[target_feature(enable = "avx2,gfni")]
#[inline]
fn splat(word: u32) -> V {
    _mm256_set1_epi32(word.cast_signed())
}

#[target_feature(enable = "avx2,gfni")]
#[inline]
fn add(a: V, b: V) -> V {
    _mm256_add_epi32(a, b)
}

#[target_feature(enable = "avx2,gfni")]
#[inline]
fn shuffle(value: V, map: &[u8; 16]) -> V {
    // SAFETY: reads the 16 bytes of the map.
    let map = unsafe { _mm256_broadcastsi128_si256(_mm_loadu_si128(map.as_ptr().cast())) };
    _mm256_shuffle_epi8(value, map)
}

#[target_feature(enable = "avx2,gfni")]
#[inline]
fn matrix(rows: u64) -> V {
    _mm256_set1_epi64x(rows.cast_signed())
}

#[target_feature(enable = "avx2,gfni")]
#[inline]
fn enter(memory: V) -> V {
    _mm256_gf2p8affine_epi64_epi8::<0>(memory, matrix(ENTER))
}

#[target_feature(enable = "avx2,gfni")]
#[inline]
fn enter_value(number: V) -> V {
    enter(shuffle(number, &SWAP))
}

#[target_feature(enable = "avx2,gfni")]
#[inline]
fn leave(state: V) -> V {
    _mm256_gf2p8affine_epi64_epi8::<0>(state, matrix(LEAVE))
}

/// a + A L(S(b + c + d + key)) for a state in the coordinates behind A.
#[target_feature(enable = "avx2,gfni")]
#[inline]
fn round(a: V, b: V, c: V, d: V, key: V) -> V {
    let input = xor(d, xor(xor(b, c), key));
    let straight =
        _mm256_gf2p8affineinv_epi64_epi8::<{ ROUND_CONSTANT as i32 }>(input, matrix(STRAIGHT));
    let turned = _mm256_gf2p8affineinv_epi64_epi8::<0>(input, matrix(TURNED));
    let last = _mm256_gf2p8affineinv_epi64_epi8::<0>(input, matrix(LAST));
    let one = shuffle(turned, const { &turn_right(1) });
    let two = shuffle(turned, const { &turn_right(2) });
    let three = shuffle(last, const { &turn_right(3) });
    xor(xor(xor(a, straight), one), xor(two, three))
}
