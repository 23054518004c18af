//! SM2 (GB/T 32918): the group, signatures over a ready digest, and multiplication for encryption and
//! key agreement. Digests, encodings and random numbers are the caller's.
//!
//! [`Engine::best`] is the fastest way this processor has; [`Engine::available`] lists all of them.

mod comb;
mod engine;
mod field;
mod inverse;
mod jacobian;
mod ladder;
mod point;
mod public_comb;
mod public_multiply;
mod scalar;
mod signing;
#[cfg(test)]
mod tests;
mod words;

pub use engine::Engine;
pub use point::Point;
pub use public_comb::PublicComb;
pub use scalar::Scalar;
pub use signing::{Nonces, SigningKey, verify, verify_with};
