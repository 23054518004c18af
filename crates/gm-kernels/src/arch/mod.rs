//! The one place with `unsafe`: value barriers, and code for one processor family.
//!
//! What runs only on some processors is reached through tokens ([`x86_64::Adx`] and its like): a value
//! of such a type exists only after the processor was asked, so the functions that take one are safe.

#[cfg(all(target_arch = "x86_64", not(miri)))]
pub(crate) mod x86_64;

/// Gives back `word` in a way the optimiser cannot look through: it forgets what it knew of the value.
///
/// Without it a mask made from a secret bit may come back as a conditional jump; that happened.
#[inline(always)]
pub(crate) fn value_barrier(word: u64) -> u64 {
    #[cfg(all(
        any(
            target_arch = "x86_64",
            target_arch = "aarch64",
            target_arch = "riscv64",
            target_arch = "loongarch64"
        ),
        not(miri)
    ))]
    {
        let mut word = word;
        // SAFETY: the assembly is empty: it touches neither memory, stack nor flags, and leaves the
        // register as it was.
        unsafe {
            core::arch::asm!("/* {0} */", inlateout(reg) word,
                options(pure, nomem, nostack, preserves_flags));
        }
        word
    }
    #[cfg(not(all(
        any(
            target_arch = "x86_64",
            target_arch = "aarch64",
            target_arch = "riscv64",
            target_arch = "loongarch64"
        ),
        not(miri)
    )))]
    core::hint::black_box(word)
}

/// Overwrites blocks with zeros in a way the optimiser keeps, and wide stores.
#[inline(always)]
pub(crate) fn wipe(blocks: &mut [[u8; 16]]) {
    blocks.fill([0; 16]);
    #[cfg(not(miri))]
    // SAFETY: the assembly is empty; that it might read the blocks is what keeps the stores.
    unsafe {
        core::arch::asm!("/* {0} */", in(reg) blocks.as_ptr(), options(readonly, nostack, preserves_flags));
    }
    #[cfg(miri)]
    core::hint::black_box(blocks);
}
