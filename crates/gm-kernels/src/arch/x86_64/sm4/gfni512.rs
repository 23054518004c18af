//! SM4 with GFNI on 512-bit registers: 64 blocks at a time.

use super::tables::{ENTER, LAST, LEAVE, ROUND_CONSTANT, STRAIGHT, SWAP, TURNED, turn_right};
use crate::sm4::Block;
use core::arch::x86_64::*;

type V = __m512i;

word_sliced!("avx512f,avx512bw,avx512vl,gfni", 4, 4);

#[target_feature(enable = "avx512f,avx512bw,avx512vl,gfni")]
#[inline]
fn load(blocks: &[Block]) -> V {
    assert!(blocks.len() >= LANES);
    // SAFETY: there are that many blocks; unaligned loads have no further requirement.
    unsafe { _mm512_loadu_epi32(blocks.as_ptr().cast()) }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,gfni")]
#[inline]
fn store(blocks: &mut [Block], value: V) {
    assert!(blocks.len() >= LANES);
    // SAFETY: as for loads.
    unsafe { _mm512_storeu_epi32(blocks.as_mut_ptr().cast(), value) };
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,gfni")]
#[inline]
fn transpose(r: [V; 4]) -> [V; 4] {
    let (a, b) = (
        _mm512_unpacklo_epi32(r[0], r[1]),
        _mm512_unpackhi_epi32(r[0], r[1]),
    );
    let (c, d) = (
        _mm512_unpacklo_epi32(r[2], r[3]),
        _mm512_unpackhi_epi32(r[2], r[3]),
    );
    [
        _mm512_unpacklo_epi64(a, c),
        _mm512_unpackhi_epi64(a, c),
        _mm512_unpacklo_epi64(b, d),
        _mm512_unpackhi_epi64(b, d),
    ]
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,gfni")]
#[inline]
fn xor(a: V, b: V) -> V {
    _mm512_xor_si512(a, b)
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,gfni")]
#[inline]
fn splat(word: u32) -> V {
    _mm512_set1_epi32(word.cast_signed())
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,gfni")]
#[inline]
fn add(a: V, b: V) -> V {
    _mm512_add_epi32(a, b)
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,gfni")]
#[inline]
fn shuffle(value: V, map: &[u8; 16]) -> V {
    // SAFETY: reads the 16 bytes of the map.
    let map = unsafe { _mm512_broadcast_i32x4(_mm_loadu_si128(map.as_ptr().cast())) };
    _mm512_shuffle_epi8(value, map)
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,gfni")]
#[inline]
fn matrix(rows: u64) -> V {
    _mm512_set1_epi64(rows.cast_signed())
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,gfni")]
#[inline]
fn enter(memory: V) -> V {
    _mm512_gf2p8affine_epi64_epi8::<0>(memory, matrix(ENTER))
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,gfni")]
#[inline]
fn enter_value(number: V) -> V {
    enter(shuffle(number, &SWAP))
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,gfni")]
#[inline]
fn leave(state: V) -> V {
    _mm512_gf2p8affine_epi64_epi8::<0>(state, matrix(LEAVE))
}

/// a + A L(S(b + c + d + key)) for a state in the coordinates behind A. The XOR of three is one instruction.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,gfni")]
#[inline]
fn round(a: V, b: V, c: V, d: V, key: V) -> V {
    let input = xor(d, _mm512_ternarylogic_epi32::<0x96>(b, c, key));
    let straight =
        _mm512_gf2p8affineinv_epi64_epi8::<{ ROUND_CONSTANT as i32 }>(input, matrix(STRAIGHT));
    let turned = _mm512_gf2p8affineinv_epi64_epi8::<0>(input, matrix(TURNED));
    let last = _mm512_gf2p8affineinv_epi64_epi8::<0>(input, matrix(LAST));
    let one = shuffle(turned, const { &turn_right(1) });
    let two = shuffle(turned, const { &turn_right(2) });
    let three = shuffle(last, const { &turn_right(3) });
    let sum = _mm512_ternarylogic_epi32::<0x96>(a, straight, one);
    _mm512_ternarylogic_epi32::<0x96>(sum, two, three)
}
