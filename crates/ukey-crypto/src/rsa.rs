//! RSA (RFC 8017) with PKCS#1 v1.5 padding, as tokens and their two C interfaces use it.

mod private;
mod public;

pub use private::PrivateKey;
pub use public::PublicKey;

use ::rsa::BoxedUint;

/// Smallest modulus in bits that is accepted for anything but verification.
pub const MIN_BITS: usize = 2048;
/// Largest modulus in bits.
pub const MAX_BITS: usize = 4096;
/// Smallest modulus in bits that is accepted for verification of old signatures.
pub const MIN_VERIFY_BITS: usize = 1024;

/// Bytes that PKCS#1 v1.5 padding takes at least.
const PADDING_LEN: usize = 11;

fn uint(bytes: &[u8]) -> BoxedUint {
    BoxedUint::from_be_slice_vartime(bytes)
}

/// Big endian in exactly `len` bytes. The value must fit.
fn fixed_bytes(value: &BoxedUint, len: usize) -> Vec<u8> {
    let bytes = value.to_be_bytes();
    let mut out = vec![0; len.saturating_sub(bytes.len())];
    out.extend_from_slice(&bytes[bytes.len().saturating_sub(len)..]);
    out
}

/// `bytes` without leading zeros.
fn trimmed(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|&&b| b == 0).count();
    &bytes[zeros..]
}
