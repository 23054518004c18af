//! Digests: FIPS 180-4, FIPS 202, GB/T 32905.

use super::Mechanism;
use ukey_crypto::hash::HashAlg;

/// A digest of a hash function.
pub(super) struct Digest(pub(super) HashAlg);

impl Mechanism for Digest {
    fn digest(&self) -> Option<HashAlg> {
        Some(self.0)
    }
}
