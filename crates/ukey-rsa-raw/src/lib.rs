//! The bare RSA operations of AWS-LC, x^d mod n and x^e mod n, behind a safe interface.
//!
//! `aws-lc-rs`, the safe face of that library, offers RSA only together with a padding and a hash of
//! its choice. Tokens sign what the host has padded or prefixed, with hashes that library does not
//! know. So this crate calls the C functions, and is kept so small that it can be read at a sitting:
//! numbers go in and come out as bytes, big endian; padding, sizes and encodings are the caller's.
//!
//! All `unsafe` of the RSA back end is in `abi`. Each C object is owned by one Rust value, freed by its
//! `Drop`, and used by functions only that do not change it.

#![deny(unsafe_code)]

#[allow(unsafe_code)]
mod abi;
#[cfg(test)]
mod tests;

pub use abi::{Component, PrivateKey, PrivateParts, PublicKey};

/// Why AWS-LC refused. Carries nothing else: its own reasons are of no use to a caller of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The numbers do not make a key.
    #[error("invalid RSA key")]
    InvalidKey,
    /// Input or output has not the length of the modulus.
    #[error("invalid length")]
    InvalidLength,
    /// The operation was refused, or its result failed the check with the public key.
    #[error("RSA operation failed")]
    Failed,
}
