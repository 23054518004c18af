//! Modes in which blocks do not wait for each other.
//!
//! `chain` is the initialisation vector, then the last ciphertext block, so that a message may come in
//! pieces of whole blocks.

use super::engine::Way;
use super::{BLOCK, Block, Key};
use crate::arch::wipe;

/// Blocks that the portable engine handles per call: its keys are spread out anew in each.
pub(super) const BATCH: usize = 128;

impl Key {
    /// Decrypts in CBC mode.
    pub fn cbc_decrypt(&self, chain: &mut Block, blocks: &mut [Block]) {
        match self.engine.0 {
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            Way::Vector(vector) => vector.cbc_decrypt(&self.decrypt, chain, blocks),
            Way::Portable => {
                let mut previous = [[0; BLOCK]; BATCH];
                for batch in blocks.chunks_mut(BATCH) {
                    let previous = &mut previous[..batch.len()];
                    shift(chain, batch, previous);
                    self.decrypt_blocks(batch);
                    xor_all(batch, previous);
                }
            }
        }
    }

    /// Decrypts in CFB mode with 128 bits of feedback.
    pub fn cfb_decrypt(&self, chain: &mut Block, blocks: &mut [Block]) {
        let mut stream = [[0; BLOCK]; BATCH];
        for batch in blocks.chunks_mut(BATCH) {
            let stream = &mut stream[..batch.len()];
            shift(chain, batch, stream);
            self.encrypt_blocks(stream);
            xor_all(batch, stream);
        }
        wipe(&mut stream);
    }

    /// Adds the key stream of counter mode. The low `bits` bits of `counter` (1 to 128, more count as
    /// 128) go up by one per block and wrap among themselves; `counter` ends behind the last block.
    pub fn ctr(&self, counter: &mut Block, bits: u32, mut blocks: &mut [Block]) {
        let mask = u128::MAX >> 128_u32.saturating_sub(bits).min(127);
        while !blocks.is_empty() {
            let value = u128::from_be_bytes(*counter);
            // as many as go without a carry out of the last 32 bits
            let room = (mask & u128::from(u32::MAX)) - (value & mask & u128::from(u32::MAX));
            let count = usize::try_from(room).map_or(blocks.len(), |room| {
                blocks.len().min(room.saturating_add(1))
            });
            let (now, rest) = core::mem::take(&mut blocks).split_at_mut(count);
            self.ctr_without_carry(value, now);
            let next = value.wrapping_add(count as u128);
            *counter = (value & !mask | next & mask).to_be_bytes();
            blocks = rest;
        }
    }

    fn ctr_without_carry(&self, counter: u128, blocks: &mut [Block]) {
        match self.engine.0 {
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            Way::Vector(vector) => vector.ctr(&self.encrypt, &counter.to_be_bytes(), blocks),
            Way::Portable => {
                let mut stream = [[0; BLOCK]; BATCH];
                let mut next = counter;
                for batch in blocks.chunks_mut(BATCH) {
                    let stream = &mut stream[..batch.len()];
                    for block in stream.iter_mut() {
                        *block = next.to_be_bytes();
                        next = next.wrapping_add(1);
                    }
                    self.encrypt_blocks(stream);
                    xor_all(batch, stream);
                }
                wipe(&mut stream);
            }
        }
    }
}

/// Puts chain, c0 .. c(n-2) of the ciphertext blocks into `previous`, and c(n-1) into the chain.
fn shift(chain: &mut Block, ciphertext: &[Block], previous: &mut [Block]) {
    if let [before @ .., last] = ciphertext {
        previous[0] = *chain;
        previous[1..].copy_from_slice(before);
        *chain = *last;
    }
}

pub(super) fn xor_all(blocks: &mut [Block], others: &[Block]) {
    for (block, other) in blocks.iter_mut().zip(others) {
        xor(block, other);
    }
}

pub(super) fn xor(block: &mut Block, other: &Block) {
    *block = (u128::from_ne_bytes(*block) ^ u128::from_ne_bytes(*other)).to_ne_bytes();
}
