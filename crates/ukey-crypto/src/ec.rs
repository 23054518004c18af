//! The NIST curves P-256, P-384 and P-521 (SP 800-186): ECDSA (FIPS 186-5) and ECDH (SP 800-56A).

mod private;
mod public;
mod signature;
#[cfg(test)]
mod tests;

pub use private::PrivateKey;
pub use public::PublicKey;
pub use signature::Signature;

use crate::Error;
use aws_lc_rs::{agreement, digest, signature as backend};

/// A curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Curve {
    /// P-256 (secp256r1).
    P256,
    /// P-384 (secp384r1).
    P384,
    /// P-521 (secp521r1).
    P521,
}

impl Curve {
    /// Every curve, in order of size.
    pub const ALL: [Self; 3] = [Self::P256, Self::P384, Self::P521];

    /// Length in bytes of a coordinate, of a private key, and of each half of a signature.
    #[must_use]
    pub const fn field_len(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    /// Length of the field in bits.
    #[must_use]
    pub const fn bits(self) -> usize {
        match self {
            Self::P256 => 256,
            Self::P384 => 384,
            Self::P521 => 521,
        }
    }

    /// Content of the object identifier that names the curve (RFC 5480 section 2.1.1.1).
    #[must_use]
    pub const fn oid(self) -> &'static [u8] {
        match self {
            Self::P256 => b"\x2a\x86\x48\xce\x3d\x03\x01\x07",
            Self::P384 => b"\x2b\x81\x04\x00\x22",
            Self::P521 => b"\x2b\x81\x04\x00\x23",
        }
    }

    const fn signing(self) -> &'static backend::EcdsaSigningAlgorithm {
        match self {
            Self::P256 => &backend::ECDSA_P256_SHA256_FIXED_SIGNING,
            Self::P384 => &backend::ECDSA_P384_SHA384_FIXED_SIGNING,
            Self::P521 => &backend::ECDSA_P521_SHA512_FIXED_SIGNING,
        }
    }

    const fn verification(self) -> &'static backend::EcdsaVerificationAlgorithm {
        match self {
            Self::P256 => &backend::ECDSA_P256_SHA256_FIXED,
            Self::P384 => &backend::ECDSA_P384_SHA384_FIXED,
            Self::P521 => &backend::ECDSA_P521_SHA512_FIXED,
        }
    }

    const fn exchange(self) -> &'static agreement::Algorithm {
        match self {
            Self::P256 => &agreement::ECDH_P256,
            Self::P384 => &agreement::ECDH_P384,
            Self::P521 => &agreement::ECDH_P521,
        }
    }

    /// `digest` in the form that the back end signs: the digest of one fixed hash.
    ///
    /// ECDSA takes the leftmost bits of a digest, as many as the order has, for a number. So a longer
    /// digest may be cut, and a shorter one led by zeros, without a change to the signature.
    fn representative(self, digest: &[u8]) -> Result<digest::Digest, Error> {
        let hash = match self {
            Self::P256 => &digest::SHA256,
            Self::P384 => &digest::SHA384,
            Self::P521 => &digest::SHA512,
        };
        let len = hash.output_len();
        // P-521 would take 9 bits more than the longest hash has: no such digest exists.
        if self == Self::P521 && digest.len() > len {
            return Err(Error::InvalidLength);
        }
        let mut fixed = [0; digest::MAX_OUTPUT_LEN];
        let kept = digest.len().min(len);
        fixed[len - kept..len].copy_from_slice(&digest[..kept]);
        digest::Digest::import_less_safe(&fixed[..len], hash).map_err(|_| Error::InvalidLength)
    }
}
