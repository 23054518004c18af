//! Barriers to the optimiser where assembly is not at hand: a request, not a promise.

use core::hint::black_box;

/// Gives back `word` in a way the optimiser should not look through.
#[inline(always)]
pub(crate) fn value_barrier(word: u64) -> u64 {
    black_box(word)
}

/// Overwrites blocks with zeros in a way the optimiser should keep.
#[inline(always)]
pub(crate) fn wipe(blocks: &mut [[u8; 16]]) {
    blocks.fill([0; 16]);
    black_box(blocks);
}
