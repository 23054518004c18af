//! SM3 of 8 or 16 messages at once, one in each lane of a register.

#[macro_use]
mod rounds;
mod avx2;
mod avx512;

use super::cpu::Features;
use crate::sm3::BLOCK;

/// A set of instructions for SM3 that this processor has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sm3(Kind);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Avx2,
    Avx512,
}

impl Sm3 {
    /// All that this processor has, the slowest first.
    pub(crate) fn available() -> impl DoubleEndedIterator<Item = Self> {
        [
            (Kind::Avx2, Features::AVX2),
            (Kind::Avx512, Features::AVX2.and(Features::AVX512)),
        ]
        .into_iter()
        .filter(|(_, needs)| Features::has(*needs))
        .map(|(kind, _)| Self(kind))
    }

    pub(crate) const fn name(self) -> &'static str {
        match self.0 {
            Kind::Avx2 => "avx2",
            Kind::Avx512 => "avx512",
        }
    }

    /// Messages at once.
    pub(crate) const fn count(self) -> usize {
        match self.0 {
            Kind::Avx2 => 8,
            Kind::Avx512 => 16,
        }
    }

    /// Takes a block into each of 8 states.
    pub(crate) fn compress_8(self, state: &mut [[u32; 8]; 8], blocks: &[&[u8; BLOCK]; 8]) {
        // SAFETY: a value of this type exists only where the processor has AVX2.
        unsafe { avx2::compress(state, blocks) }
    }

    /// Takes a block into each of 16 states.
    ///
    /// # Panics
    /// On a set of instructions with fewer lanes.
    pub(crate) fn compress_16(self, state: &mut [[u32; 16]; 8], blocks: &[&[u8; BLOCK]; 16]) {
        assert!(self.0 == Kind::Avx512);
        // SAFETY: a value of this kind exists only where the processor has AVX-512 F, BW and VL.
        unsafe { avx512::compress(state, blocks) }
    }
}
