//! EMSA-PSS (RFC 8017, 9.1): the padding of RSA-PSS around the token's raw RSA operation.

use super::super::parameter::Pss;
use crate::rv::Error;
use ukey_crypto::hash::{HashAlg, Hasher};
use ukey_crypto::{ct, rng};

const TRAILER: u8 = 0xBC;

/// Encodes a digest for a modulus of `modulus_bits`; the result has one byte for every started eight of
/// `modulus_bits - 1` bits.
///
/// # Errors
/// [`Error::DataLenRange`] for a digest of the wrong length, [`Error::KeySizeRange`] when hash and salt do not fit.
pub(crate) fn encode(pss: Pss, digest: &[u8], modulus_bits: usize) -> Result<Vec<u8>, Error> {
    let shape = Shape::new(pss, digest, modulus_bits)?;
    let mut salt = vec![0; pss.salt_len];
    rng::fill(&mut salt).map_err(|_| Error::FunctionFailed)?;
    Ok(shape.encode(pss, digest, &salt))
}

/// Whether hash and salt fit into a modulus.
///
/// # Errors
/// [`Error::MechanismParamInvalid`].
pub(crate) fn check(pss: Pss, modulus_bits: usize) -> Result<(), Error> {
    let needed = pss
        .hash
        .output_len()
        .saturating_add(pss.salt_len)
        .saturating_add(2);
    if needed > (modulus_bits - 1).div_ceil(8) {
        Err(Error::MechanismParamInvalid)
    } else {
        Ok(())
    }
}

/// Whether `encoded`, the result of the public operation, is an encoding of the digest.
///
/// # Errors
/// As [`encode`], and [`Error::SignatureInvalid`].
pub(crate) fn verify(
    pss: Pss,
    digest: &[u8],
    encoded: &[u8],
    modulus_bits: usize,
) -> Result<(), Error> {
    let shape = Shape::new(pss, digest, modulus_bits)?;
    let (surplus, encoded) = encoded
        .split_at_checked(encoded.len().wrapping_sub(shape.len))
        .unwrap_or((encoded, &[]));
    if surplus.iter().any(|b| *b != 0) || encoded.len() != shape.len {
        return Err(Error::SignatureInvalid);
    }
    let (masked, rest) = encoded.split_at(shape.db_len);
    let hash = &rest[..rest.len() - 1];
    let mut db = masked.to_vec();
    mask(pss.mask_hash, hash, &mut db);
    db[0] &= shape.top_mask();
    // The salt stands behind zeros and a one; a wrong guess of it fails in the comparison of the whole.
    let salt = db.split_off(shape.db_len - pss.salt_len);
    if ct::eq(&shape.encode(pss, digest, &salt), encoded) {
        Ok(())
    } else {
        Err(Error::SignatureInvalid)
    }
}

/// The lengths of one encoding, checked.
struct Shape {
    /// All of it, in bytes.
    len: usize,
    /// The masked part in front of the hash.
    db_len: usize,
    /// Bits of the first byte that are not used.
    spare_bits: usize,
}

impl Shape {
    fn new(pss: Pss, digest: &[u8], modulus_bits: usize) -> Result<Self, Error> {
        let hash_len = pss.hash.output_len();
        if digest.len() != hash_len {
            return Err(Error::DataLenRange);
        }
        let bits = modulus_bits - 1;
        let len = bits.div_ceil(8);
        let db_len = len
            .checked_sub(hash_len + 1)
            .filter(|db_len| *db_len > pss.salt_len)
            .ok_or(Error::KeySizeRange)?;
        Ok(Self {
            len,
            db_len,
            spare_bits: len * 8 - bits,
        })
    }

    fn top_mask(&self) -> u8 {
        0xFF >> self.spare_bits
    }

    fn encode(&self, pss: Pss, digest: &[u8], salt: &[u8]) -> Vec<u8> {
        let mut hasher = Hasher::new(pss.hash);
        hasher.update(&[0; 8]);
        hasher.update(digest);
        hasher.update(salt);
        let hash = hasher.finish();
        let mut encoded = vec![0; self.db_len - salt.len() - 1];
        encoded.push(1);
        encoded.extend_from_slice(salt);
        mask(pss.mask_hash, &hash, &mut encoded);
        encoded[0] &= self.top_mask();
        encoded.extend_from_slice(&hash);
        encoded.push(TRAILER);
        encoded
    }
}

/// MGF1 (RFC 8017, B.2.1), applied in place.
pub(super) fn mask(alg: HashAlg, seed: &[u8], data: &mut [u8]) {
    for (counter, block) in (0_u32..).zip(data.chunks_mut(alg.output_len())) {
        let mut hasher = Hasher::new(alg);
        hasher.update(seed);
        hasher.update(&counter.to_be_bytes());
        for (byte, pad) in block.iter_mut().zip(hasher.finish()) {
            *byte ^= pad;
        }
    }
}
