//! The one door to cryptography for every other room of ukey.
//!
//! One file per algorithm; the types here are narrow on purpose, so that a faster kernel can replace
//! what is behind them without touching a caller. Nothing in this crate knows tokens, files, APDUs or
//! certificates.
//!
//! Invariants:
//!
//! * a key, point or signature value that exists is legal (parsed once, on the way in);
//! * private keys and symmetric keys are zeroised on drop, have no `Clone`, and print nothing;
//! * comparisons of secrets are constant-time, and a failed decryption has one error, not a reason.
#![forbid(unsafe_code)]

pub mod aes;
pub mod cipher;
pub mod ct;
pub mod ec;
pub mod ed25519;
mod error;
pub mod hash;
pub mod kdf;
pub mod keywrap;
pub mod mac;
pub mod rng;
pub mod rsa;
pub mod seal;
pub mod sm2;
pub mod sm3;
pub mod sm4;
pub mod x25519;

pub use error::Error;

/// Result of this crate's operations.
pub type Result<T, E = Error> = core::result::Result<T, E>;
