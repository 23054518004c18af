//! The one place with `unsafe`: value barriers, and code for one processor family.
//!
//! What runs only on some processors is reached through tokens (`Adx` and its like): a value of such a
//! type exists only after the processor was asked, so the functions that take one are safe.

#[cfg(all(target_arch = "x86_64", not(miri)))]
pub(crate) mod x86_64;

#[cfg_attr(
    all(
        any(
            target_arch = "x86_64",
            target_arch = "aarch64",
            target_arch = "riscv64",
            target_arch = "loongarch64"
        ),
        not(miri)
    ),
    path = "barrier_asm.rs"
)]
mod barrier;

pub(crate) use barrier::{value_barrier, wipe};
