//! The inside of XTS: whole blocks, each between two additions of its tweak.

use super::modes::{BATCH, xor_all};
use super::{BLOCK, Block, Key};
use crate::arch::{value_barrier, wipe};

/// Whose XTS. The two differ in which bit of a tweak stands for which power of x, so that from the second
/// block of a data unit on their ciphertexts are not the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum XtsOrder {
    /// IEEE 1619 and NIST SP 800-38E: the first bit is the lowest of the first octet.
    Ieee1619,
    /// GB/T 17964-2021: the first bit is the highest of the first octet, as in GCM.
    Gbt17964,
}

impl Key {
    /// Encrypts whole blocks. `tweak` is the encrypted tweak of the first of them, then of the one behind
    /// the last.
    pub fn xts_encrypt(&self, order: XtsOrder, tweak: &mut Block, blocks: &mut [Block]) {
        order.tweaked(tweak, blocks, |batch| self.encrypt_blocks(batch));
    }

    /// Decrypts whole blocks; `tweak` is as in [`Self::xts_encrypt`].
    pub fn xts_decrypt(&self, order: XtsOrder, tweak: &mut Block, blocks: &mut [Block]) {
        order.tweaked(tweak, blocks, |batch| self.decrypt_blocks(batch));
    }
}

impl XtsOrder {
    /// The encrypted tweak of the next block, from that of a block.
    #[must_use]
    pub fn next(self, tweak: &Block) -> Block {
        self.octets(self.times_x(self.number(tweak)))
    }

    fn tweaked(self, tweak: &mut Block, blocks: &mut [Block], crypt: impl Fn(&mut [Block])) {
        let mut tweaks = [[0; BLOCK]; BATCH];
        let used = blocks.len().min(BATCH);
        let mut next = self.number(tweak);
        for batch in blocks.chunks_mut(BATCH) {
            let tweaks = &mut tweaks[..batch.len()];
            for tweak in tweaks.iter_mut() {
                *tweak = self.octets(next);
                next = self.times_x(next);
            }
            xor_all(batch, tweaks);
            crypt(batch);
            xor_all(batch, tweaks);
        }
        *tweak = self.octets(next);
        wipe(&mut tweaks[..used]);
    }

    #[inline(always)]
    fn number(self, tweak: &Block) -> u128 {
        match self {
            Self::Ieee1619 => u128::from_le_bytes(*tweak),
            Self::Gbt17964 => u128::from_be_bytes(*tweak),
        }
    }

    #[inline(always)]
    fn octets(self, number: u128) -> Block {
        match self {
            Self::Ieee1619 => number.to_le_bytes(),
            Self::Gbt17964 => number.to_be_bytes(),
        }
    }

    /// Multiplication by x in GF(2^128).
    #[inline(always)]
    fn times_x(self, number: u128) -> u128 {
        match self {
            Self::Ieee1619 => {
                let carry = value_barrier((number >> 127) as u64);
                number << 1 ^ u128::from(carry.wrapping_neg() & 0x87)
            }
            Self::Gbt17964 => {
                let carry = value_barrier(number as u64 & 1);
                number >> 1 ^ u128::from(carry.wrapping_neg() & 0xe1 << 56) << 64
            }
        }
    }
}
