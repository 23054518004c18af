//! The inside of XTS (IEEE 1619, GB/T 17964): whole blocks, each between two additions of its tweak.

use super::modes::{BATCH, xor_all};
use super::{BLOCK, Block, Key};
use crate::arch::{value_barrier, wipe};

impl Key {
    /// Encrypts whole blocks. `tweak` is the encrypted tweak of the first of them, then of the one behind
    /// the last.
    pub fn xts_encrypt(&self, tweak: &mut Block, blocks: &mut [Block]) {
        tweaked(tweak, blocks, |batch| self.encrypt_blocks(batch));
    }

    /// Decrypts whole blocks; `tweak` is as in [`Self::xts_encrypt`].
    pub fn xts_decrypt(&self, tweak: &mut Block, blocks: &mut [Block]) {
        tweaked(tweak, blocks, |batch| self.decrypt_blocks(batch));
    }
}

fn tweaked(tweak: &mut Block, blocks: &mut [Block], crypt: impl Fn(&mut [Block])) {
    let mut tweaks = [[0; BLOCK]; BATCH];
    let used = blocks.len().min(BATCH);
    let mut next = u128::from_le_bytes(*tweak);
    for batch in blocks.chunks_mut(BATCH) {
        let tweaks = &mut tweaks[..batch.len()];
        for tweak in tweaks.iter_mut() {
            *tweak = next.to_le_bytes();
            next = times_x(next);
        }
        xor_all(batch, tweaks);
        crypt(batch);
        xor_all(batch, tweaks);
    }
    *tweak = next.to_le_bytes();
    wipe(&mut tweaks[..used]);
}

/// Multiplication by x in GF(2^128), little endian.
#[inline(always)]
fn times_x(value: u128) -> u128 {
    let carry = value_barrier((value >> 127) as u64);
    value << 1 ^ u128::from(carry.wrapping_neg() & 0x87)
}
