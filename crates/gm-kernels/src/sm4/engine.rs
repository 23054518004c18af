//! The ways to compute SM4, and which one to take.

use super::{Block, bitsliced};
#[cfg(all(target_arch = "x86_64", not(miri)))]
use crate::arch::x86_64::Sm4;

/// A way to compute SM4.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Engine(pub(super) Way);

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Portable,
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    Vector(Sm4),
}

impl Engine {
    /// Plain Rust; works everywhere.
    pub const PORTABLE: Self = Self(Way::Portable);

    /// The fastest way here. What the processor offers is asked once per process.
    #[must_use]
    pub fn best() -> Self {
        #[cfg(all(target_arch = "x86_64", not(miri)))]
        if let Some(vector) = Sm4::available().next_back() {
            return Self(Way::Vector(vector));
        }
        Self::PORTABLE
    }

    /// All ways that work here, the slowest first: for tests and measurements.
    pub fn available() -> impl Iterator<Item = Self> {
        #[cfg(all(target_arch = "x86_64", not(miri)))]
        let special = Sm4::available().map(|vector| Self(Way::Vector(vector)));
        #[cfg(not(all(target_arch = "x86_64", not(miri))))]
        let special = core::iter::empty();
        core::iter::once(Self::PORTABLE).chain(special)
    }

    /// What it uses, in a word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self.0 {
            Way::Portable => "portable",
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            Way::Vector(vector) => vector.name(),
        }
    }

    /// The S-box on four bytes.
    pub(super) fn substitute_word(self, word: u32) -> u32 {
        match self.0 {
            Way::Portable => bitsliced::substitute_word(word),
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            Way::Vector(vector) => vector.substitute_word(word),
        }
    }

    /// Brings round keys into this engine's form.
    pub(super) fn prepare_keys(self, keys: &mut [u32; 32]) {
        match self.0 {
            Way::Portable => (),
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            Way::Vector(vector) => vector.prepare_keys(keys),
        }
        // nothing to do on processors without another way
        let _ = keys;
    }

    /// Encrypts, or decrypts with reversed keys, each block by itself.
    pub(super) fn crypt_blocks(self, keys: &[u32; 32], blocks: &mut [Block]) {
        match self.0 {
            Way::Portable => bitsliced::crypt_blocks(keys, blocks),
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            Way::Vector(vector) => vector.crypt_blocks(keys, blocks),
        }
    }
}

impl core::fmt::Debug for Engine {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "sm4::Engine({})", self.name())
    }
}
