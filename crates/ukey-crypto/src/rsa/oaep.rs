//! OAEP (RFC 8017 section 7.1).

use super::add_mgf1;
use crate::hash::HashAlg;
use crate::{Error, rng};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroizing;

/// Parameters of OAEP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Oaep<'a> {
    /// The hash of the label.
    pub hash: HashAlg,
    /// The hash of the mask generation function, usually the same.
    pub mgf_hash: HashAlg,
    /// The label, usually empty.
    pub label: &'a [u8],
}

impl Oaep<'_> {
    /// The usual parameters: the same hash twice and no label.
    #[must_use]
    pub const fn new(hash: HashAlg) -> Self {
        Self {
            hash,
            mgf_hash: hash,
            label: &[],
        }
    }

    /// The longest message in bytes for a modulus of `size` bytes; `None` if not even an empty one
    /// fits.
    #[must_use]
    pub const fn max_len(&self, size: usize) -> Option<usize> {
        size.checked_sub(2 * self.hash.output_len() + 2)
    }

    pub(super) fn encode(&self, message: &[u8], size: usize) -> Result<Zeroizing<Vec<u8>>, Error> {
        let hash_len = self.hash.output_len();
        if self.max_len(size).is_none_or(|most| message.len() > most) {
            return Err(Error::InvalidLength);
        }
        let mut encoded = Zeroizing::new(vec![0; size]);
        let (seed, block) = encoded[1..].split_at_mut(hash_len);
        rng::fill(seed)?;
        block[..hash_len].copy_from_slice(&self.hash.digest(self.label));
        let message_at = block.len() - message.len();
        block[message_at - 1] = 1;
        block[message_at..].copy_from_slice(message);
        add_mgf1(self.mgf_hash, seed, block);
        add_mgf1(self.mgf_hash, block, seed);
        Ok(encoded)
    }

    /// Takes the padding off in place. Looks at every byte, whatever they say, and has one error
    /// (Manger's attack lives on telling a wrong first byte from the rest).
    pub(super) fn decode(&self, encoded: &mut [u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        let hash_len = self.hash.output_len();
        let (first, rest) = encoded.split_at_mut(1);
        let (seed, block) = rest.split_at_mut(hash_len);
        add_mgf1(self.mgf_hash, block, seed);
        add_mgf1(self.mgf_hash, seed, block);

        let mut good = first[0].ct_eq(&0);
        good &= block[..hash_len].ct_eq(&self.hash.digest(self.label));
        let mut found = Choice::from(0);
        let mut message_at = 0u32;
        for (at, byte) in (0u32..).zip(block.iter()).skip(hash_len) {
            let one = byte.ct_eq(&1);
            good &= found | one | byte.ct_eq(&0);
            message_at.conditional_assign(&(at + 1), one & !found);
            found |= one;
        }
        good &= found;
        if good.into() {
            Ok(Zeroizing::new(block[message_at as usize..].to_vec()))
        } else {
            Err(Error::Decryption)
        }
    }
}
