//! The crate's one error type.

/// Why a cryptographic operation was refused or failed. Carries no data: nothing secret can leak by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A private, public or symmetric key is out of range or inconsistent.
    #[error("invalid key")]
    InvalidKey,
    /// A point is not on the curve, or is the point at infinity.
    #[error("invalid curve point")]
    InvalidPoint,
    /// An input has a length the algorithm does not accept.
    #[error("invalid length")]
    InvalidLength,
    /// A DER or raw encoding could not be read.
    #[error("invalid encoding")]
    InvalidEncoding,
    /// A signature or authentication value is wrong.
    #[error("verification failed")]
    Verification,
    /// A ciphertext does not decrypt under this key. Deliberately says no more.
    #[error("decryption failed")]
    Decryption,
    /// The random number generator of the operating system failed.
    #[error("random number generator failed")]
    Rng,
    /// A parameter is well formed but not offered (a key size, for example).
    #[error("unsupported parameter")]
    Unsupported,
}
