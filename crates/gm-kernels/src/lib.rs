//! Constant-time kernels for the Chinese commercial algorithms: SM2 (GB/T 32918), SM4
//! (GB/T 32907) and SM3 (GB/T 32905) of many messages.
//!
//! The kernels know nothing of encodings, files or keys at rest: they take and give fixed-size
//! arrays. Every algorithm has a portable path in plain Rust without table look-ups on secrets, and
//! faster paths for x86-64 that are chosen once per process by what the processor offers. All of them
//! give the same results; tests run each one by naming it.
//!
//! Invariants:
//!
//! * no branch and no address depends on a secret; every mask made from one passes a value barrier,
//!   so that the compiler cannot turn it back into a branch;
//! * secrets are wiped when they are dropped;
//! * `unsafe` stands only under `src/arch/`.
#![no_std]
#![deny(unsafe_code)]

#[cfg(test)]
extern crate std;

/// How much a test does: `full`, but `interpreted` under Miri, which takes a thousand times as long.
#[cfg(test)]
const fn amount(full: usize, interpreted: usize) -> usize {
    if cfg!(miri) { interpreted } else { full }
}

#[allow(unsafe_code)]
mod arch;
mod ct;
#[macro_use]
mod engine;
pub mod ghash;
pub mod sm2;
pub mod sm3;
pub mod sm4;
