//! Public keys.

use super::{Curve, Signature};
use crate::Error;
use aws_lc_rs::signature::ParsedPublicKey;

/// A point of a curve other than infinity.
#[derive(Clone)]
pub struct PublicKey {
    curve: Curve,
    parsed: ParsedPublicKey,
}

impl PublicKey {
    /// Reads an uncompressed point 04, X, Y (SEC 1 section 2.3.4) and checks that it is on the curve.
    ///
    /// # Errors
    /// [`Error::InvalidEncoding`] for another form or length; [`Error::InvalidPoint`].
    pub fn from_sec1(curve: Curve, point: &[u8]) -> Result<Self, Error> {
        if point.len() != 2 * curve.field_len() + 1 || point[0] != 4 {
            return Err(Error::InvalidEncoding);
        }
        let parsed =
            ParsedPublicKey::new(curve.verification(), point).map_err(|_| Error::InvalidPoint)?;
        Ok(Self { curve, parsed })
    }

    /// The curve.
    #[must_use]
    pub const fn curve(&self) -> Curve {
        self.curve
    }

    /// The uncompressed point 04, X, Y.
    #[must_use]
    pub fn to_sec1(&self) -> &[u8] {
        self.parsed.as_ref()
    }

    /// Checks a signature over a digest of any length.
    ///
    /// # Errors
    /// [`Error::Verification`].
    pub fn verify_digest(&self, digest: &[u8], signature: &Signature) -> Result<(), Error> {
        if signature.curve() != self.curve {
            return Err(Error::Verification);
        }
        let digest = self
            .curve
            .representative(digest)
            .map_err(|_| Error::Verification)?;
        self.parsed
            .verify_digest_sig(&digest, signature.as_bytes())
            .map_err(|_| Error::Verification)
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.curve == other.curve && self.to_sec1() == other.to_sec1()
    }
}

impl Eq for PublicKey {}

impl core::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "ec::PublicKey({:?})", self.curve)
    }
}
