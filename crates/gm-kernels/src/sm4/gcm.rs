//! The inside of GCM: counter mode and GHASH in one pass.

#[cfg(all(target_arch = "x86_64", not(miri)))]
use super::engine::Way;
use super::modes::BATCH;
use super::{Block, Key};
use crate::ghash::Hash;

/// Bits of the counter that count (SP 800-38D section 6.2).
const COUNTER_BITS: u32 = 32;

impl Key {
    /// Encrypts whole blocks and absorbs the ciphertext into `hash`. The last 32 bits of `counter` go up
    /// by one per block and wrap among themselves; it ends behind the last block.
    pub fn gcm_encrypt(&self, counter: &mut Block, hash: &mut Hash, blocks: &mut [Block]) {
        #[cfg(all(target_arch = "x86_64", not(miri)))]
        if let (Way::Vector(vector), Some(mut state)) = (self.engine.0, hash.state()) {
            vector.gcm_encrypt(&self.encrypt, counter, &mut state, None, blocks);
            return skip(counter, blocks.len());
        }
        for batch in blocks.chunks_mut(BATCH) {
            self.ctr(counter, COUNTER_BITS, batch);
            hash.update(batch);
        }
    }

    /// [`Self::gcm_encrypt`] from one place to another: what `source` encrypts to goes to `blocks`.
    ///
    /// # Panics
    /// If the two differ in length.
    pub fn gcm_encrypt_from(
        &self,
        counter: &mut Block,
        hash: &mut Hash,
        source: &[Block],
        blocks: &mut [Block],
    ) {
        assert_eq!(source.len(), blocks.len());
        #[cfg(all(target_arch = "x86_64", not(miri)))]
        if let (Way::Vector(vector), Some(mut state)) = (self.engine.0, hash.state()) {
            vector.gcm_encrypt(&self.encrypt, counter, &mut state, Some(source), blocks);
            return skip(counter, blocks.len());
        }
        for (batch, source) in blocks.chunks_mut(BATCH).zip(source.chunks(BATCH)) {
            batch.copy_from_slice(source);
            self.gcm_encrypt(counter, hash, batch);
        }
    }

    /// Absorbs whole blocks of ciphertext into `hash` and decrypts them. `counter` is as in
    /// [`Self::gcm_encrypt`].
    pub fn gcm_decrypt(&self, counter: &mut Block, hash: &mut Hash, blocks: &mut [Block]) {
        #[cfg(all(target_arch = "x86_64", not(miri)))]
        if let (Way::Vector(vector), Some(mut state)) = (self.engine.0, hash.state()) {
            vector.gcm_decrypt(&self.encrypt, counter, &mut state, blocks);
            return skip(counter, blocks.len());
        }
        for batch in blocks.chunks_mut(BATCH) {
            hash.update(batch);
            self.ctr(counter, COUNTER_BITS, batch);
        }
    }
}

/// Moves the counter on.
#[cfg(all(target_arch = "x86_64", not(miri)))]
fn skip(counter: &mut Block, blocks: usize) {
    let [.., a, b, c, d] = *counter;
    // the counter is one of 32 bits: what does not fit is meant to be lost
    let next = u32::from_be_bytes([a, b, c, d]).wrapping_add(blocks as u32);
    counter[12..].copy_from_slice(&next.to_be_bytes());
}
