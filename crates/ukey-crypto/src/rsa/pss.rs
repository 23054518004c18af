//! PSS (RFC 8017 section 9.1).

use super::add_mgf1;
use crate::hash::{HashAlg, Hasher};
use crate::{Error, ct, rng};

const TRAILER: u8 = 0xbc;

/// Parameters of a PSS signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pss {
    /// The hash that made the digest.
    pub hash: HashAlg,
    /// The hash of the mask generation function, usually the same.
    pub mgf_hash: HashAlg,
    /// Length of the salt in bytes, usually that of the hash.
    pub salt_len: usize,
}

impl Pss {
    /// The usual parameters: the same hash everywhere, a salt of its length.
    #[must_use]
    pub const fn new(hash: HashAlg) -> Self {
        Self {
            hash,
            mgf_hash: hash,
            salt_len: hash.output_len(),
        }
    }

    /// The encoded message for a modulus of `bits` bits, with leading zeros to the modulus's length.
    pub(super) fn encode(&self, digest: &[u8], bits: usize) -> Result<Vec<u8>, Error> {
        let hash_len = self.hash.output_len();
        let (len, top_mask) = shape(bits);
        if digest.len() != hash_len || !self.fits(len) {
            return Err(Error::InvalidLength);
        }
        let mut encoded = vec![0; bits.div_ceil(8)];
        let start = encoded.len() - len;
        let (masked, hash) = encoded[start..].split_at_mut(len - hash_len - 1);
        let salt_at = masked.len() - self.salt_len;
        rng::fill(&mut masked[salt_at..])?;
        masked[salt_at - 1] = 1;
        hash[..hash_len].copy_from_slice(&self.salted(digest, &masked[salt_at..]));
        hash[hash_len] = TRAILER;
        add_mgf1(self.mgf_hash, &hash[..hash_len], masked);
        masked[0] &= top_mask;
        Ok(encoded)
    }

    /// Checks an encoded message as [`Self::encode`] makes them.
    pub(super) fn verify(&self, digest: &[u8], encoded: &[u8], bits: usize) -> Result<(), Error> {
        let hash_len = self.hash.output_len();
        let (len, top_mask) = shape(bits);
        let (zeros, encoded) = encoded.split_at(encoded.len() - len);
        if digest.len() != hash_len || !self.fits(len) {
            return Err(Error::Verification);
        }
        let (masked, rest) = encoded.split_at(len - hash_len - 1);
        let (hash, trailer) = rest.split_at(hash_len);
        let mut block = masked.to_vec();
        add_mgf1(self.mgf_hash, hash, &mut block);
        block[0] &= top_mask;
        let (padding, salt) = block.split_at(block.len() - self.salt_len);
        let (one, filling) = padding.split_last().ok_or(Error::Verification)?;
        let shaped = zeros.iter().chain(filling).all(|&byte| byte == 0)
            && masked[0] & !top_mask == 0
            && *one == 1
            && trailer == [TRAILER];
        if shaped && ct::eq(hash, &self.salted(digest, salt)) {
            Ok(())
        } else {
            Err(Error::Verification)
        }
    }

    /// Whether hash, salt and the two fixed bytes fit an encoded message of `len` bytes.
    fn fits(&self, len: usize) -> bool {
        len.checked_sub(self.hash.output_len() + 2)
            .is_some_and(|room| self.salt_len <= room)
    }

    /// H of section 9.1.1: the hash of eight zeros, digest and salt.
    fn salted(&self, digest: &[u8], salt: &[u8]) -> Vec<u8> {
        let mut hasher = Hasher::new(self.hash);
        hasher.update(&[0; 8]);
        hasher.update(digest);
        hasher.update(salt);
        hasher.finish()
    }
}

/// Length of the encoded message, one bit shorter than the modulus, and the mask of its first byte.
const fn shape(bits: usize) -> (usize, u8) {
    let bits = bits - 1;
    let len = bits.div_ceil(8);
    (len, 0xff >> (8 * len - bits))
}
