//! The ways to compute SM4, and which one to take.

use super::{Block, bitsliced};
#[cfg(all(target_arch = "x86_64", not(miri)))]
use crate::arch::x86_64::Sm4;

engine!("SM4", "sm4", Vector(Sm4));

impl Engine {
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
