//! GHASH with PCLMULQDQ on 128-bit registers. Products are summed up and reduced together.

use crate::ghash::{POWERS, State};
use crate::sm4::Block;
use core::arch::x86_64::*;

type V = __m128i;

/// A sum of products that is not reduced: what stands at x^0, x^64 and x^128.
#[derive(Clone, Copy)]
pub(in crate::arch::x86_64) struct Sums {
    pub(super) low: V,
    pub(super) middle: V,
    pub(super) high: V,
}

#[target_feature(enable = "ssse3,pclmulqdq")]
#[inline]
fn number(value: &u128) -> V {
    // SAFETY: reads the 16 bytes of the number.
    unsafe { _mm_loadu_si128(core::ptr::from_ref(value).cast()) }
}

#[target_feature(enable = "ssse3,pclmulqdq")]
#[inline]
fn load(block: &Block) -> V {
    let reverse = _mm_set_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    // SAFETY: reads the 16 bytes of the block.
    let bytes = unsafe { _mm_loadu_si128(block.as_ptr().cast()) };
    _mm_shuffle_epi8(bytes, reverse)
}

/// `sums` and a b.
#[target_feature(enable = "ssse3,pclmulqdq")]
#[inline]
fn add_product(sums: &mut Sums, a: V, b: V) {
    let low = _mm_clmulepi64_si128::<0x00>(a, b);
    let inner = _mm_clmulepi64_si128::<0x01>(a, b);
    let outer = _mm_clmulepi64_si128::<0x10>(a, b);
    let high = _mm_clmulepi64_si128::<0x11>(a, b);
    sums.low = _mm_xor_si128(sums.low, low);
    sums.middle = _mm_xor_si128(sums.middle, _mm_xor_si128(inner, outer));
    sums.high = _mm_xor_si128(sums.high, high);
}

/// What the value of a hash contributes to `n` blocks more; `power` is the n-th.
#[target_feature(enable = "ssse3,pclmulqdq")]
#[inline]
pub(in crate::arch::x86_64) fn begin(value: u128, power: u128) -> Sums {
    let zero = _mm_setzero_si128();
    let mut sums = Sums {
        low: zero,
        middle: zero,
        high: zero,
    };
    add_product(&mut sums, number(&value), number(&power));
    sums
}

/// Adds blocks, each with its power.
#[target_feature(enable = "ssse3,pclmulqdq")]
#[inline]
pub(in crate::arch::x86_64) fn add(sums: &mut Sums, blocks: &[Block], powers: &[u128]) {
    for (block, power) in blocks.iter().zip(powers) {
        add_product(sums, load(block), number(power));
    }
}

/// The value of the hash: reduces.
#[target_feature(enable = "ssse3,pclmulqdq")]
#[inline]
pub(in crate::arch::x86_64) fn end(sums: Sums) -> u128 {
    // x^127 + x^126 + x^121, in the upper half
    let modulus = _mm_set_epi64x(0xc200_0000_0000_0000_u64.cast_signed(), 0);
    let low = _mm_xor_si128(sums.low, _mm_slli_si128::<8>(sums.middle));
    let high = _mm_xor_si128(sums.high, _mm_srli_si128::<8>(sums.middle));
    let folded = fold(fold(low, modulus), modulus);
    let value = _mm_xor_si128(high, folded);
    let mut number = 0;
    // SAFETY: writes the 16 bytes of the number.
    unsafe { _mm_storeu_si128(core::ptr::from_mut::<u128>(&mut number).cast(), value) };
    number
}

/// Divides by x^64 modulo the polynomial: adds that multiple of it which clears the low half.
#[target_feature(enable = "ssse3,pclmulqdq")]
#[inline]
fn fold(value: V, modulus: V) -> V {
    let multiple = _mm_clmulepi64_si128::<0x10>(value, modulus);
    _mm_xor_si128(_mm_shuffle_epi32::<0x4e>(value), multiple)
}

/// Absorbs blocks.
#[target_feature(enable = "ssse3,pclmulqdq")]
pub(in crate::arch::x86_64) fn update(state: &mut State<'_>, blocks: &[Block]) {
    for batch in blocks.chunks(POWERS) {
        let powers = &state.powers[POWERS - batch.len()..];
        let mut sums = begin(*state.value, powers[0]);
        add(&mut sums, batch, powers);
        *state.value = end(sums);
    }
}

/// From the last entry, the key itself, to all its powers, each from two of half its height.
#[target_feature(enable = "ssse3,pclmulqdq")]
pub(super) fn fill_powers(powers: &mut [u128; POWERS]) {
    for power in 2..=POWERS {
        let half = power / 2;
        let product = begin(powers[POWERS - half], powers[POWERS - (power - half)]);
        powers[POWERS - power] = end(product);
    }
}
