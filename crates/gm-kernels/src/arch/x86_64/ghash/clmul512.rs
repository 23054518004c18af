//! GHASH with VPCLMULQDQ on 512-bit registers, four blocks in each.

use super::clmul128;
use crate::ghash::{POWERS, State};
use crate::sm4::Block;
use core::arch::x86_64::*;

type V = __m512i;

/// A sum of products that is not reduced, spread over four lanes.
#[derive(Clone, Copy)]
pub(in crate::arch::x86_64) struct Sums {
    low: V,
    middle: V,
    high: V,
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,pclmulqdq,vpclmulqdq")]
#[inline]
fn numbers(four: &[u128; 4]) -> V {
    // SAFETY: reads the 64 bytes of the numbers.
    unsafe { _mm512_loadu_epi64(four.as_ptr().cast()) }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,pclmulqdq,vpclmulqdq")]
#[inline]
fn load(blocks: &[Block; 4]) -> V {
    let reverse = _mm512_broadcast_i32x4(_mm_set_epi8(
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
    ));
    // SAFETY: reads the 64 bytes of the blocks.
    let bytes = unsafe { _mm512_loadu_epi8(blocks.as_ptr().cast()) };
    _mm512_shuffle_epi8(bytes, reverse)
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,pclmulqdq,vpclmulqdq")]
#[inline]
fn xor3(a: V, b: V, c: V) -> V {
    _mm512_ternarylogic_epi64::<0x96>(a, b, c)
}

/// What the value of a hash contributes to `n` blocks more; `power` is the n-th.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,pclmulqdq,vpclmulqdq")]
#[inline]
pub(in crate::arch::x86_64) fn begin(value: u128, power: u128) -> Sums {
    let sums = clmul128::begin(value, power);
    Sums {
        low: _mm512_zextsi128_si512(sums.low),
        middle: _mm512_zextsi128_si512(sums.middle),
        high: _mm512_zextsi128_si512(sums.high),
    }
}

/// Adds blocks, four at a time, each with its power; what is left over is not looked at.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,pclmulqdq,vpclmulqdq")]
#[inline]
pub(in crate::arch::x86_64) fn add(sums: &mut Sums, blocks: &[Block], powers: &[u128]) {
    let (blocks, _) = blocks.as_chunks::<4>();
    let (powers, _) = powers.as_chunks::<4>();
    for (blocks, powers) in blocks.iter().zip(powers) {
        let (a, b) = (load(blocks), numbers(powers));
        let inner = _mm512_clmulepi64_epi128::<0x01>(a, b);
        let outer = _mm512_clmulepi64_epi128::<0x10>(a, b);
        sums.low = _mm512_xor_si512(sums.low, _mm512_clmulepi64_epi128::<0x00>(a, b));
        sums.middle = xor3(sums.middle, inner, outer);
        sums.high = _mm512_xor_si512(sums.high, _mm512_clmulepi64_epi128::<0x11>(a, b));
    }
}

/// All lanes together.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,pclmulqdq,vpclmulqdq")]
#[inline]
fn gather(value: V) -> __m128i {
    let (low, high) = (
        _mm512_castsi512_si256(value),
        _mm512_extracti64x4_epi64::<1>(value),
    );
    let half = _mm256_xor_si256(low, high);
    _mm_xor_si128(
        _mm256_castsi256_si128(half),
        _mm256_extracti128_si256::<1>(half),
    )
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,pclmulqdq,vpclmulqdq")]
#[inline]
fn gather_all(sums: Sums) -> clmul128::Sums {
    clmul128::Sums {
        low: gather(sums.low),
        middle: gather(sums.middle),
        high: gather(sums.high),
    }
}

/// The value of the hash: reduces.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,pclmulqdq,vpclmulqdq")]
#[inline]
pub(in crate::arch::x86_64) fn end(sums: Sums) -> u128 {
    clmul128::end(gather_all(sums))
}

/// Absorbs blocks.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,pclmulqdq,vpclmulqdq")]
pub(in crate::arch::x86_64) fn update(state: &mut State<'_>, blocks: &[Block]) {
    for batch in blocks.chunks(POWERS) {
        let powers = &state.powers[POWERS - batch.len()..];
        let fours = batch.len() / 4 * 4;
        let mut sums = begin(*state.value, powers[0]);
        add(&mut sums, batch, powers);
        let mut sums = gather_all(sums);
        clmul128::add(&mut sums, &batch[fours..], &powers[fours..]);
        *state.value = clmul128::end(sums);
    }
}
