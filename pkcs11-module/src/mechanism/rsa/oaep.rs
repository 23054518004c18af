//! EME-OAEP (RFC 8017, 7.1): the padding around the bare RSA operation. Decoding takes the same path, and the same time,
//! whatever is wrong, until the one answer at its end.

use super::super::parameter::Oaep;
use super::pss::mask;
use crate::rv::Error;
use ukey_crypto::rng;
use zeroize::Zeroizing;

/// Longest message for a modulus of `size` bytes.
///
/// # Errors
/// [`Error::MechanismParamInvalid`] when two digests do not fit into the modulus.
pub(super) fn longest(parameters: &Oaep, size: usize) -> Result<usize, Error> {
    size.checked_sub(2 * parameters.hash.output_len() + 2)
        .ok_or(Error::MechanismParamInvalid)
}

/// A block of `size` bytes around a message.
///
/// # Errors
/// [`Error::DataLenRange`].
pub(super) fn encode(
    parameters: &Oaep,
    message: &[u8],
    size: usize,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let hash_len = parameters.hash.output_len();
    if message.len() > longest(parameters, size)? {
        return Err(Error::DataLenRange);
    }
    let mut block = Zeroizing::new(vec![0; size]);
    let (seed, db) = block[1..].split_at_mut(hash_len);
    rng::fill(seed).map_err(|_| Error::FunctionFailed)?;
    db[..hash_len].copy_from_slice(&parameters.hash.digest(&parameters.label));
    let start = db.len() - message.len();
    db[start - 1] = 1;
    db[start..].copy_from_slice(message);
    mask(parameters.mask_hash, seed, db);
    mask(parameters.mask_hash, db, seed);
    Ok(block)
}

/// The message inside a block that the private operation gave back.
///
/// # Errors
/// [`Error::EncryptedDataInvalid`].
pub(super) fn decode(parameters: &Oaep, block: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
    let hash_len = parameters.hash.output_len();
    longest(parameters, block.len())?;
    let mut block = Zeroizing::new(block.to_vec());
    let (first, rest) = block.split_at_mut(1);
    let (seed, db) = rest.split_at_mut(hash_len);
    mask(parameters.mask_hash, db, seed);
    mask(parameters.mask_hash, seed, db);
    let expected = parameters.hash.digest(&parameters.label);
    let mut wrong = first[0];
    for (byte, expected) in db.iter().zip(&expected) {
        wrong |= byte ^ expected;
    }
    // Zeros, then a one, then the message: walk over all of it, remembering where the first byte that is not zero was.
    let (mut start, mut found) = (0_usize, 0_u8);
    for (index, byte) in db.iter().enumerate().skip(hash_len) {
        let is_one = equal(*byte, 1);
        let is_zero = equal(*byte, 0);
        let first_one = is_one & !found;
        start |= index & (usize::from(first_one & 1)).wrapping_neg();
        wrong |= !(found | is_one | is_zero);
        found |= is_one;
    }
    wrong |= !found;
    if std::hint::black_box(wrong) != 0 {
        return Err(Error::EncryptedDataInvalid);
    }
    Ok(Zeroizing::new(db[start + 1..].to_vec()))
}

/// All ones if two bytes are equal, else zero; without a branch.
fn equal(a: u8, b: u8) -> u8 {
    let difference = u16::from(a ^ b);
    // Only zero minus one has a high byte.
    (difference.wrapping_sub(1) >> 8) as u8
}
