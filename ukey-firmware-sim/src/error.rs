//! Errors of opening and making tokens. Commands answer with status words instead.

use crate::store;
use std::path::PathBuf;

/// Why a token could not be opened or made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The image cannot be read as a store.
    #[error("{0}")]
    Store(#[from] store::Error),
    /// The image is a store, but not that of a token.
    #[error("the image holds no token")]
    NotAToken,
    /// The key file belongs to another image.
    #[error("the key file does not belong to this image")]
    WrongKey,
    /// A text is longer than its field in the device information or holds a NUL.
    #[error("serial number, label, manufacturer or issuer is too long or contains NUL")]
    Factory,
    /// There is an image already.
    #[error("{0} exists already")]
    Exists(PathBuf),
    /// The key file is missing although there is an image.
    #[error("key file {0} is missing; the image cannot be read without it")]
    KeyMissing(PathBuf),
    /// The key file is not one of ours.
    #[error("{0} is not a key file")]
    KeyMalformed(PathBuf),
    /// Others than the owner may read the key file.
    #[error("key file {0} is readable by others; run: chmod 600 on it")]
    KeyExposed(PathBuf),
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Random numbers or sealing failed.
    #[error("cryptography: {0}")]
    Crypto(#[from] ukey_crypto::Error),
}
