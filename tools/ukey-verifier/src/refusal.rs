//! Why something was not accepted.

use thiserror::Error;
use time::OffsetDateTime;

/// Result of a check.
pub type Result<T> = core::result::Result<T, Refusal>;

/// Why a login or a signature was not accepted. What it says is for logs; the other side is told
/// [`Refusal::code`] only, so that it learns nothing about other people's sessions and certificates.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The token or the request is not what it should be.
    #[error("malformed: {0}")]
    Malformed(&'static str),
    /// No challenge waits for this session: none was asked for, or it was used already.
    #[error("no challenge for this session")]
    NoChallenge,
    /// The challenge is too old.
    #[error("the challenge has expired")]
    ChallengeExpired,
    /// Too many challenges wait.
    #[error("too many open challenges")]
    Busy,
    /// The certificate does not lead to a trusted authority, is not valid now, or has another use.
    #[error("certificate: {0}")]
    Certificate(ukey_pki::Error),
    /// The certificate, or one above it, was revoked or is on hold.
    #[error("\"{subject}\" was revoked on {since}")]
    Revoked {
        /// Whose certificate.
        subject: String,
        /// Since when.
        since: OffsetDateTime,
    },
    /// Neither a current revocation list of this issuer nor a responder says whether the certificate is revoked,
    /// and that has to be known.
    #[error("no current revocation list of \"{issuer}\", and no answer of a responder")]
    RevocationUnknown {
        /// Whose list is missing.
        issuer: String,
    },
    /// The signature is not one of the certificate's key over what it should be over.
    #[error("the signature does not verify")]
    Signature,
    /// The machine failed, not the other side.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl Refusal {
    /// Short name for the other side; part of the interface.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed",
            Self::NoChallenge => "no-challenge",
            Self::ChallengeExpired => "challenge-expired",
            Self::Busy => "busy",
            Self::Certificate(_) => "certificate",
            Self::Revoked { .. } => "revoked",
            Self::RevocationUnknown { .. } => "revocation-unknown",
            Self::Signature => "signature",
            Self::Io(_) => "internal",
        }
    }
}
