//! Barriers to the optimiser as empty assembly.

use core::arch::asm;

/// Gives back `word` in a way the optimiser cannot look through: it forgets what it knew of the value.
///
/// Without it a mask made from a secret bit may come back as a conditional jump; that happened.
#[inline(always)]
pub(crate) fn value_barrier(word: u64) -> u64 {
    let mut word = word;
    // SAFETY: the assembly is empty: it touches neither memory, stack nor flags, and leaves the
    // register as it was.
    unsafe {
        asm!("/* {0} */", inlateout(reg) word, options(pure, nomem, nostack, preserves_flags));
    }
    word
}

/// Overwrites blocks with zeros in a way the optimiser keeps, and with wide stores.
#[inline(always)]
pub(crate) fn wipe(blocks: &mut [[u8; 16]]) {
    blocks.fill([0; 16]);
    // SAFETY: the assembly is empty; that it might read the blocks is what keeps the stores.
    unsafe {
        asm!("/* {0} */", in(reg) blocks.as_ptr(), options(readonly, nostack, preserves_flags));
    }
}
