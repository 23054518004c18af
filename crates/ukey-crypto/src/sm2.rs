//! SM2 (GB/T 32918, GM/T 0003): signature, encryption and key agreement on the recommended 256-bit curve.
//!
//! Formats follow GM/T 0009. The arithmetic and the signature itself are those of `gm-kernels`
//! (constant-time); the schemes on top are here, so that every retry and check the standard asks for is
//! visible. Tests judge the results with the `sm2` crate.

pub mod agreement;
mod ciphertext;
mod der;
mod frequent;
mod kdf;
mod public;
mod secret;
mod signature;
#[cfg(test)]
mod tests;

pub use ciphertext::Ciphertext;
pub use public::PublicKey;
pub use secret::SecretKey;
pub use signature::Signature;

use crate::{Error, rng};
use gm_kernels::sm2::Scalar;
use zeroize::Zeroize;

/// The ID to use when none was agreed (GM/T 0009 clause 10).
pub const DEFAULT_ID: &[u8] = b"1234567812345678";

/// Length in bytes of a coordinate, a private key, and each half of a signature.
pub const FIELD_LEN: usize = 32;

/// How often an operation is tried again when a random value turns out unfit. One unfit value has a
/// probability of about 2^-256 (or 2^-8 for the key stream of a one-byte message), so this never ends
/// with an honest generator; with a broken one it ends in [`Error::Rng`] and not in a loop.
const MAX_ATTEMPTS: usize = 64;

/// A fresh random scalar in 1..=n-1, by rejection.
fn random_scalar() -> Result<Scalar, Error> {
    let mut bytes = [0; FIELD_LEN];
    for _ in 0..MAX_ATTEMPTS {
        rng::fill(&mut bytes)?;
        let scalar = Scalar::from_bytes(&bytes);
        bytes.zeroize();
        if let Some(scalar) = scalar {
            return Ok(scalar);
        }
    }
    Err(Error::Rng)
}
