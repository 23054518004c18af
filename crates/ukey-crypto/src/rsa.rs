//! RSA (RFC 8017): PKCS#1 v1.5, PSS, OAEP and the bare operation.
//!
//! The arithmetic is AWS-LC's, through `ukey-rsa-raw`; the paddings are written here, so that every
//! hash of [`crate::hash`] goes with every padding.

mod factors;
mod oaep;
mod pkcs1v15;
mod private;
mod pss;
mod public;
#[cfg(test)]
mod tests;

pub use oaep::Oaep;
pub use private::PrivateKey;
pub use pss::Pss;
pub use public::PublicKey;

use crate::hash::{HashAlg, Hasher};

/// Smallest modulus in bits that is accepted for anything but verification.
pub const MIN_BITS: usize = 2048;
/// Largest modulus in bits.
pub const MAX_BITS: usize = 4096;
/// Smallest modulus in bits that is accepted for verification of old signatures.
pub const MIN_VERIFY_BITS: usize = 1024;

/// `bytes` without leading zeros.
fn trimmed(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|&&b| b == 0).count();
    &bytes[zeros..]
}

/// Adds MGF1 of `seed` (RFC 8017 appendix B.2.1) to `data`.
fn add_mgf1(hash: HashAlg, seed: &[u8], data: &mut [u8]) {
    let mut seeded = Hasher::new(hash);
    seeded.update(seed);
    for (number, part) in (0u32..).zip(data.chunks_mut(hash.output_len())) {
        let mut hasher = seeded.clone();
        hasher.update(&number.to_be_bytes());
        for (byte, mask) in part.iter_mut().zip(hasher.finish()) {
            *byte ^= mask;
        }
    }
}
