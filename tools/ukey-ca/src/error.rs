//! Errors of the authority. A [`Refusal`] is an answer to an applicant and has a stable code;
//! everything else is trouble of the authority itself.

use std::path::PathBuf;

/// Why a request is not granted. Logged, and told to the applicant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The file is neither a request of ours nor a certification request.
    #[error("the request cannot be read: {0}")]
    Malformed(String),
    /// The certification request is not signed with the key it carries.
    #[error("the certification request is not signed with its own key")]
    ProofOfPossession,
    /// The signature around the request does not verify.
    #[error("the signature on the request does not verify")]
    Signature,
    /// This act needs a signed request, or an operator.
    #[error("the request must be signed with the key of the certificate it is about")]
    NotSigned,
    /// The request is signed with another key than the act needs.
    #[error("the request is signed by somebody else than the holder of the certificate")]
    OtherSigner,
    /// The signer's certificate is on hold, revoked or expired.
    #[error("the signer's certificate is not in force: {0}")]
    SignerNotInForce(String),
    /// The act needs something that the request lacks.
    #[error("the request lacks {0}")]
    Incomplete(&'static str),
    /// The request id was used for something else.
    #[error("the request id was used before for another request")]
    IdTaken,
    /// The key has a certificate already: a replayed request, or a copied key.
    #[error("the key was certified before, in certificate {0}")]
    KeyCertified(String),
    /// There is no such certificate.
    #[error("there is no certificate {0} of this authority")]
    UnknownCertificate(String),
    /// The certificate has a successor already.
    #[error("certificate {0} was renewed or replaced before")]
    HasSuccessor(String),
    /// The certificate's state does not allow the act.
    #[error("certificate {serial} is {state}")]
    State {
        /// Which.
        serial: String,
        /// Its state.
        state: String,
    },
    /// No pair was escrowed for the certificate.
    #[error("no key is in escrow for certificate {0}")]
    NotEscrowed(String),
    /// The pair was recovered to another token that is still in use.
    #[error("the key of certificate {0} was recovered before")]
    Recovered(String),
    /// Opening the escrow needs two officers.
    #[error("recovery needs the keys of two different officers")]
    TwoOfficers,
    /// Only an operator may do this.
    #[error("only an operator of the authority may do this")]
    OperatorOnly,
    /// The authority's own certificate is outside of its validity.
    #[error("the certificate of the authority is outside of its validity")]
    AuthorityExpired,
    /// The name cannot be certified.
    #[error("the name cannot be certified: {0}")]
    Name(String),
    /// The validity asked for is out of range.
    #[error("a validity has 1 to {0} days")]
    Days(u32),
}

impl Refusal {
    /// Stable name.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed_request",
            Self::ProofOfPossession => "proof_of_possession",
            Self::Signature => "request_signature",
            Self::NotSigned => "request_not_signed",
            Self::OtherSigner => "other_signer",
            Self::SignerNotInForce(_) => "signer_not_in_force",
            Self::Incomplete(_) => "incomplete_request",
            Self::IdTaken => "request_id_taken",
            Self::KeyCertified(_) => "key_certified_before",
            Self::UnknownCertificate(_) => "unknown_certificate",
            Self::HasSuccessor(_) => "has_successor",
            Self::State { .. } => "wrong_state",
            Self::NotEscrowed(_) => "not_escrowed",
            Self::Recovered(_) => "recovered_before",
            Self::TwoOfficers => "two_officers",
            Self::OperatorOnly => "operator_only",
            Self::AuthorityExpired => "authority_expired",
            Self::Name(_) => "name",
            Self::Days(_) => "days",
        }
    }
}

/// What can go wrong besides refusals.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The request is refused.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// A certificate, request or key structure.
    #[error("{0}")]
    Pki(#[from] ukey_pki::Error),
    /// A cryptographic operation.
    #[error("{0}")]
    Crypto(#[from] ukey_crypto::Error),
    /// The state cannot be read or written.
    #[error("the state of the authority cannot be used: {0}")]
    State(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The log does not hold together.
    #[error("the log is broken at link {link}: {reason}")]
    Log {
        /// Number of the first wrong link.
        link: u64,
        /// What is wrong.
        reason: String,
    },
    /// A file of the state directory.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The directory has no authority in it, or is not there.
    #[error("there is no authority in {}", .0.display())]
    NoAuthority(PathBuf),
    /// A file or directory is there but not what it should be.
    #[error("{}: {reason}", path.display())]
    Damaged {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

impl Error {
    pub(crate) fn file(path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        Self::File {
            path: path.into(),
            source,
        }
    }

    pub(crate) fn damaged(path: impl Into<PathBuf>, reason: impl Into<String>) -> Self {
        Self::Damaged {
            path: path.into(),
            reason: reason.into(),
        }
    }

    pub(crate) fn state(source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::State(Box::new(source))
    }

    /// Stable name.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::Pki(_) => "pki",
            Self::Crypto(_) => "crypto",
            Self::State(_) => "state",
            Self::Log { .. } => "log_broken",
            Self::File { .. } => "file",
            Self::NoAuthority(_) => "no_authority",
            Self::Damaged { .. } => "damaged",
        }
    }
}

/// Result with this crate's error.
pub type Result<T, E = Error> = std::result::Result<T, E>;
