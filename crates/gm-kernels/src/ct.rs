//! Masks: conditions on secrets as words of all ones or all zeros.

use crate::arch::value_barrier;

/// All ones (true) or all zeros (false). The compiler cannot see which values it may have.
#[derive(Clone, Copy)]
pub(crate) struct Mask(u64);

impl Mask {
    /// True for 1, false for 0; `bit` must be one of them.
    #[inline(always)]
    pub(crate) fn from_bit(bit: u64) -> Self {
        Self(value_barrier(bit.wrapping_neg()))
    }

    /// Whether `word` is zero.
    #[inline(always)]
    pub(crate) fn is_zero(word: u64) -> Self {
        Self::from_bit((!word & word.wrapping_sub(1)) >> 63)
    }

    /// Whether two words are the same.
    #[inline(always)]
    pub(crate) fn equal(a: u64, b: u64) -> Self {
        Self::is_zero(a ^ b)
    }

    /// Whether all words are zero.
    #[inline(always)]
    pub(crate) fn all_zero(words: &[u64]) -> Self {
        Self::is_zero(words.iter().fold(0, |all, word| all | word))
    }

    /// The mask as a word.
    #[inline(always)]
    pub(crate) const fn word(self) -> u64 {
        self.0
    }

    /// `a` where true, `b` where false.
    #[inline(always)]
    pub(crate) const fn select(self, a: u64, b: u64) -> u64 {
        b ^ ((a ^ b) & self.0)
    }

    /// [`Self::select`] word by word.
    #[inline(always)]
    pub(crate) fn select_words<const N: usize>(self, a: &[u64; N], b: &[u64; N]) -> [u64; N] {
        core::array::from_fn(|i| self.select(a[i], b[i]))
    }

    /// The condition as a plain value, for a decision that may be seen.
    #[inline(always)]
    pub(crate) const fn reveal(self) -> bool {
        self.0 != 0
    }
}

impl core::ops::Not for Mask {
    type Output = Self;
    #[inline(always)]
    fn not(self) -> Self {
        Self(!self.0)
    }
}

impl core::ops::BitAnd for Mask {
    type Output = Self;
    #[inline(always)]
    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl core::ops::BitOr for Mask {
    type Output = Self;
    #[inline(always)]
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}
