//! The one error type of this crate.

use crate::certificate::ChainError;

/// Why a PKI structure was refused or could not be made.
///
/// Messages are lower-case fragments that complete "failed to …" and never carry key material,
/// plaintext or a PIN.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The bytes are not the structure they should be.
    #[error("malformed {what}")]
    Malformed {
        /// The structure or field, in the words of its standard.
        what: &'static str,
    },

    /// The input ends before the structure does.
    #[error("{what} is cut short")]
    Truncated {
        /// The structure that was being read.
        what: &'static str,
    },

    /// The structure is whole, but more bytes follow it.
    #[error("unexpected bytes after {what}")]
    TrailingData {
        /// The structure that had already ended.
        what: &'static str,
    },

    /// A structure is larger than this reader is prepared to hold in memory.
    #[error("{what} is larger than {limit} bytes")]
    TooLarge {
        /// The structure or part.
        what: &'static str,
        /// The limit in bytes.
        limit: usize,
    },

    /// A well-formed structure names something this crate does not do.
    #[error("unsupported {what}: {value}")]
    Unsupported {
        /// What kind of thing it is (signature algorithm, content type, …).
        what: &'static str,
        /// The object identifier or number found.
        value: String,
    },

    /// A signature does not fit the data and the key.
    #[error("the signature on the {what} does not verify")]
    Signature {
        /// The signed structure.
        what: &'static str,
    },

    /// Two halves that must belong together do not (key and certificate, private and public key).
    #[error("{what} do not belong together")]
    Mismatch {
        /// The two things compared.
        what: &'static str,
    },

    /// A certificate does not lead to a trusted root.
    #[error("the certificate is not trusted: {0}")]
    Chain(#[from] ChainError),

    /// None of the offered certificates is a recipient of the envelope.
    #[error("none of the given certificates is a recipient of this envelope")]
    NotARecipient,

    /// Content or wrapped key could not be decrypted.
    ///
    /// One error on purpose for a wrong key, bad padding and altered bytes: telling them apart
    /// would turn the program into a decryption oracle.
    #[error("decryption failed: the content or its key was altered, or the key is the wrong one")]
    Decryption,

    /// The envelope was made with an integrity check that is now missing, or the caller demanded one.
    #[error("the integrity check of the envelope is missing")]
    IntegrityMissing,

    /// The input did not have the announced length.
    #[error("the input has {actual} bytes where {announced} were announced")]
    LengthChanged {
        /// Bytes announced before the start.
        announced: u64,
        /// Bytes found; when there were more than announced, the count at which it was noticed.
        actual: u64,
    },

    /// A text could not be understood (a distinguished name, for example).
    #[error("invalid {what}: {reason}")]
    Invalid {
        /// What was given.
        what: &'static str,
        /// What is wrong with it.
        reason: String,
    },

    /// A cryptographic operation refused its input.
    #[error("cryptographic operation failed: {0}")]
    Crypto(#[from] ukey_crypto::Error),

    /// The holder of the private key (a token, usually) failed for a reason of its own.
    #[error("{0}")]
    KeyHolder(#[source] Box<dyn std::error::Error + Send + Sync>),

    /// Reading or writing failed.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

impl Error {
    /// Wraps the error of a [`crate::key::Signer`] or [`crate::key::Decryptor`] implementation, so
    /// that it travels unchanged to the caller, who can downcast it.
    pub fn key_holder(source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::KeyHolder(Box::new(source))
    }

    pub(crate) fn malformed(what: &'static str) -> Self {
        Self::Malformed { what }
    }

    pub(crate) fn unsupported(what: &'static str, value: impl ToString) -> Self {
        Self::Unsupported {
            what,
            value: value.to_string(),
        }
    }

    pub(crate) fn invalid(what: &'static str, reason: impl Into<String>) -> Self {
        Self::Invalid {
            what,
            reason: reason.into(),
        }
    }
}

/// Result with this crate's error.
pub type Result<T, E = Error> = std::result::Result<T, E>;
