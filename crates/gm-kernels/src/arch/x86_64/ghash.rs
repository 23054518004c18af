//! GHASH by carry-less multiplication instructions.

pub(super) mod clmul128;
pub(super) mod clmul512;

use super::cpu::Features;
use crate::ghash::{POWERS, State};
use crate::sm4::Block;

/// Carry-less multiplication that this processor has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Clmul(Kind);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Clmul128,
    Clmul512,
}

impl Clmul {
    /// All that this processor has, the slowest first.
    pub(crate) fn available() -> impl DoubleEndedIterator<Item = Self> {
        [
            (Kind::Clmul128, Features::CLMUL),
            (
                Kind::Clmul512,
                Features::CLMUL.and(Features::VCLMUL).and(Features::AVX512),
            ),
        ]
        .into_iter()
        .filter(|(_, needs)| Features::has(*needs))
        .map(|(kind, _)| Self(kind))
    }

    pub(crate) const fn name(self) -> &'static str {
        match self.0 {
            Kind::Clmul128 => "pclmulqdq",
            Kind::Clmul512 => "vpclmulqdq",
        }
    }

    /// From the last entry, the key itself, to all its powers.
    pub(crate) fn fill_powers(self, powers: &mut [u128; POWERS]) {
        // SAFETY: a value of this type exists only where the processor has PCLMULQDQ and SSSE3.
        unsafe { clmul128::fill_powers(powers) }
    }

    /// Absorbs blocks.
    pub(crate) fn update(self, state: &mut State<'_>, blocks: &[Block]) {
        // SAFETY: a value of this type exists only after the processor was asked for the instructions
        // of its kind.
        unsafe {
            match self.0 {
                Kind::Clmul128 => clmul128::update(state, blocks),
                Kind::Clmul512 => clmul512::update(state, blocks),
            }
        }
    }
}
