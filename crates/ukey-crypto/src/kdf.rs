//! Key derivation: HKDF (RFC 5869), PBKDF2 (RFC 8018), the KDF of ANSI X9.63 (SEC 1 section 3.6.1),
//! and in [`sp800_108`] the modes of SP 800-108.

pub mod sp800_108;
#[cfg(test)]
mod tests;

use crate::Error;
use crate::hash::{HashAlg, Hasher};
use crate::mac::Hmac;
use zeroize::Zeroizing;

/// The most bytes that are derived at once. Far above every key, far below what hurts.
pub const MAX_LEN: usize = 1 << 20;

/// HKDF-Extract: a pseudorandom key of [`HashAlg::output_len`] bytes. An empty `salt` is that of
/// zeros.
#[must_use]
pub fn hkdf_extract(alg: HashAlg, salt: &[u8], secret: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut mac = Hmac::new(alg, salt);
    mac.update(secret);
    Zeroizing::new(mac.finish())
}

/// HKDF-Expand: `len` bytes from the pseudorandom key `prk`.
///
/// # Errors
/// [`Error::InvalidLength`] above 255 times the length of the hash, and for a `prk` shorter than the
/// hash.
pub fn hkdf_expand(
    alg: HashAlg,
    prk: &[u8],
    info: &[u8],
    len: usize,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    if len > 255 * alg.output_len() || prk.len() < alg.output_len() {
        return Err(Error::InvalidLength);
    }
    let keyed = Hmac::new(alg, prk);
    let mut out = Zeroizing::new(Vec::with_capacity(len + alg.output_len()));
    let mut block = Zeroizing::new(Vec::new());
    let mut number = 0u8;
    while out.len() < len {
        number = number.wrapping_add(1);
        let mut mac = keyed.clone();
        mac.update(&block);
        mac.update(info);
        mac.update(&[number]);
        block = Zeroizing::new(mac.finish());
        out.extend_from_slice(&block);
    }
    out.truncate(len);
    Ok(out)
}

/// PBKDF2 with HMAC of `alg`: `len` bytes from a password.
///
/// # Errors
/// [`Error::InvalidLength`] for no iterations, no output, or more than [`MAX_LEN`] bytes.
pub fn pbkdf2(
    alg: HashAlg,
    password: &[u8],
    salt: &[u8],
    iterations: u32,
    len: usize,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    if iterations == 0 || len == 0 || len > MAX_LEN {
        return Err(Error::InvalidLength);
    }
    let keyed = Hmac::new(alg, password);
    let mut out = Zeroizing::new(Vec::with_capacity(len + alg.output_len()));
    let mut number = 0u32;
    while out.len() < len {
        number += 1;
        let mut mac = keyed.clone();
        mac.update(salt);
        mac.update(&number.to_be_bytes());
        let mut round = Zeroizing::new(mac.finish());
        let mut sum = round.clone();
        for _ in 1..iterations {
            let mut mac = keyed.clone();
            mac.update(&round);
            round = Zeroizing::new(mac.finish());
            for (total, byte) in sum.iter_mut().zip(round.iter()) {
                *total ^= byte;
            }
        }
        out.extend_from_slice(&sum);
    }
    out.truncate(len);
    Ok(out)
}

/// The KDF of ANSI X9.63: `len` bytes from a shared secret, usually an x-coordinate.
///
/// # Errors
/// [`Error::InvalidLength`] for more than [`MAX_LEN`] bytes.
pub fn x963(
    alg: HashAlg,
    secret: &[u8],
    shared_info: &[u8],
    len: usize,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    if len > MAX_LEN {
        return Err(Error::InvalidLength);
    }
    let mut start = Hasher::new(alg);
    start.update(secret);
    let mut out = Zeroizing::new(Vec::with_capacity(len + alg.output_len()));
    let mut number = 0u32;
    while out.len() < len {
        number += 1;
        let mut hasher = start.clone();
        hasher.update(&number.to_be_bytes());
        hasher.update(shared_info);
        out.extend_from_slice(&Zeroizing::new(hasher.finish()));
    }
    out.truncate(len);
    Ok(out)
}
