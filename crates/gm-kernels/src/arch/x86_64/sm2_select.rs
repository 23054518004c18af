//! Reading one entry of a comb window with wide registers: every entry is loaded, the masks decide.

use super::cpu::Features;
use core::arch::x86_64::*;

/// One affine point as eight words, aligned to a cache line.
type Entry = [u64; 8];

/// Proof that the processor has AVX2.
#[derive(Clone, Copy)]
pub(crate) struct Avx2(());

/// Proof that the processor has AVX-512 F.
#[derive(Clone, Copy)]
pub(crate) struct Avx512(());

impl Avx2 {
    /// The token, if this processor has the instructions.
    pub(crate) fn detect() -> Option<Self> {
        Features::has(Features::AVX2).then_some(Self(()))
    }

    /// Entry number `index` of `window`, counted from 1; zeros for 0.
    #[inline(always)]
    pub(crate) fn select(self, window: &[Entry; 64], index: u64) -> Entry {
        // SAFETY: the token proves that the processor has the instructions.
        unsafe { select_avx2(window, index) }
    }
}

impl Avx512 {
    /// The token, if this processor has the instructions.
    pub(crate) fn detect() -> Option<Self> {
        Features::has(Features::AVX512).then_some(Self(()))
    }

    /// Entry number `index` of `window`, counted from 1; zeros for 0.
    #[inline(always)]
    pub(crate) fn select(self, window: &[Entry; 64], index: u64) -> Entry {
        // SAFETY: the token proves that the processor has the instructions.
        unsafe { select_avx512(window, index) }
    }
}

#[target_feature(enable = "avx2")]
fn select_avx2(window: &[Entry; 64], index: u64) -> Entry {
    let wanted = _mm256_set1_epi64x(index.cast_signed());
    let one = _mm256_set1_epi64x(1);
    let mut current = one;
    let (mut low, mut high) = (_mm256_setzero_si256(), _mm256_setzero_si256());
    for entry in window {
        let mask = _mm256_cmpeq_epi64(current, wanted);
        // SAFETY: an entry has 64 bytes; unaligned loads have no further requirement.
        let (a, b) = unsafe {
            let at = entry.as_ptr().cast::<__m256i>();
            (_mm256_loadu_si256(at), _mm256_loadu_si256(at.add(1)))
        };
        low = _mm256_or_si256(low, _mm256_and_si256(mask, a));
        high = _mm256_or_si256(high, _mm256_and_si256(mask, b));
        current = _mm256_add_epi64(current, one);
    }
    let mut out = [0; 8];
    // SAFETY: `out` has 64 bytes.
    unsafe {
        let at = out.as_mut_ptr().cast::<__m256i>();
        _mm256_storeu_si256(at, low);
        _mm256_storeu_si256(at.add(1), high);
    }
    out
}

#[target_feature(enable = "avx512f")]
fn select_avx512(window: &[Entry; 64], index: u64) -> Entry {
    let wanted = _mm512_set1_epi64(index.cast_signed());
    let one = _mm512_set1_epi64(1);
    let mut current = one;
    let (mut even, mut odd) = (_mm512_setzero_si512(), _mm512_setzero_si512());
    let (pairs, _) = window.as_chunks::<2>();
    for [first, second] in pairs {
        // SAFETY: an entry has 64 bytes; unaligned loads have no further requirement.
        let (a, b) = unsafe {
            (
                _mm512_loadu_epi64(first.as_ptr().cast()),
                _mm512_loadu_epi64(second.as_ptr().cast()),
            )
        };
        even = _mm512_mask_mov_epi64(even, _mm512_cmpeq_epi64_mask(current, wanted), a);
        current = _mm512_add_epi64(current, one);
        odd = _mm512_mask_mov_epi64(odd, _mm512_cmpeq_epi64_mask(current, wanted), b);
        current = _mm512_add_epi64(current, one);
    }
    let mut out = [0; 8];
    // SAFETY: `out` has 64 bytes.
    unsafe { _mm512_storeu_epi64(out.as_mut_ptr().cast(), _mm512_or_si512(even, odd)) };
    out
}
