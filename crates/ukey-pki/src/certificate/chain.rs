//! Certification path validation (RFC 5280 section 6, without policies and revocation).

use time::OffsetDateTime;

use super::Certificate;
use crate::error::{Error, Result};
use crate::oid;

/// Longest path tried, end entity and anchor included.
const MAX_PATH: usize = 8;
/// Upper bound on signature checks in one validation, so that crafted sets of certificates with
/// equal names cannot keep it busy.
const MAX_SIGNATURE_CHECKS: usize = 64;

/// What the end-entity certificate is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Purpose {
    /// Checking signatures.
    Sign,
    /// Encrypting to the subject.
    Encrypt,
    /// Anything; keyUsage is not looked at.
    Any,
}

/// The first thing wrong with a certification path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChainError {
    /// No issuer certificate, neither among the intermediates nor among the anchors.
    #[error("no certificate of its issuer \"{issuer}\" is at hand")]
    UnknownIssuer {
        /// Name of the missing issuer.
        issuer: String,
    },
    /// A signature in the path does not verify.
    #[error("the signature on the certificate of \"{subject}\" does not verify")]
    BadSignature {
        /// Subject of the certificate with the bad signature.
        subject: String,
    },
    /// Before notBefore.
    #[error("the certificate of \"{subject}\" is not valid before {not_before}")]
    NotYetValid {
        /// Subject of the certificate.
        subject: String,
        /// Its first moment of validity.
        not_before: OffsetDateTime,
    },
    /// After notAfter.
    #[error("the certificate of \"{subject}\" expired at {not_after}")]
    Expired {
        /// Subject of the certificate.
        subject: String,
        /// Its last moment of validity.
        not_after: OffsetDateTime,
    },
    /// An issuer in the path is not a certificate authority.
    #[error("\"{subject}\" is not a certificate authority")]
    NotAnAuthority {
        /// Subject of the certificate that may not issue.
        subject: String,
    },
    /// pathLenConstraint exceeded.
    #[error("\"{subject}\" does not allow that many authorities below it")]
    PathTooLong {
        /// Subject of the authority.
        subject: String,
    },
    /// The key usage of the end entity does not fit the purpose.
    #[error("the key usage of \"{subject}\" does not allow this purpose")]
    KeyUsage {
        /// Subject of the certificate.
        subject: String,
    },
    /// A critical extension that is not understood here.
    #[error("the certificate of \"{subject}\" has the unknown critical extension {extension}")]
    UnknownCriticalExtension {
        /// Subject of the certificate.
        subject: String,
        /// Dotted identifier of the extension.
        extension: String,
    },
    /// Too many certificates with the same names.
    #[error("too many candidate paths")]
    TooComplex,
}

/// Extensions whose criticality is honoured: interpreted here, or without influence on the path.
const UNDERSTOOD: &[const_oid::ObjectIdentifier] = &[
    oid::KEY_USAGE,
    oid::BASIC_CONSTRAINTS,
    oid::SUBJECT_KEY_IDENTIFIER,
    oid::AUTHORITY_KEY_IDENTIFIER,
    oid::SUBJECT_ALT_NAME,
    oid::EXTENDED_KEY_USAGE,
    oid::CERTIFICATE_POLICIES,
    oid::CRL_DISTRIBUTION_POINTS,
];

/// Finds and checks a path from `end_entity` to one of `anchors` at the time `at`.
///
/// `intermediates` may be in any order and contain strangers. Anchors are trusted by being given,
/// but must be authorities and within their validity; an end entity that is itself an anchor is
/// accepted as such. Returns the path, end entity first.
///
/// Not checked: revocation, name constraints (a certificate with critical ones is refused), policies.
///
/// # Errors
/// [`Error::Chain`] with the defect of the most promising path.
pub fn validate<'a>(
    end_entity: &'a Certificate,
    intermediates: &'a [Certificate],
    anchors: &'a [Certificate],
    at: OffsetDateTime,
    purpose: Purpose,
) -> Result<Vec<&'a Certificate>> {
    check_one(end_entity, at)?;
    let allowed = match purpose {
        Purpose::Sign => end_entity.can_sign(),
        Purpose::Encrypt => end_entity.can_encrypt(),
        Purpose::Any => true,
    };
    if !allowed {
        return Err(Error::Chain(ChainError::KeyUsage {
            subject: end_entity.subject().to_string(),
        }));
    }
    let mut search = Search {
        intermediates,
        anchors,
        at,
        path: vec![end_entity],
        checks_left: MAX_SIGNATURE_CHECKS,
    };
    search.extend()?;
    Ok(search.path)
}

/// Checks that concern one certificate alone.
fn check_one(certificate: &Certificate, at: OffsetDateTime) -> Result<(), ChainError> {
    let subject = || certificate.subject().to_string();
    let validity = certificate.validity();
    if at < validity.not_before {
        return Err(ChainError::NotYetValid {
            subject: subject(),
            not_before: validity.not_before,
        });
    }
    if at > validity.not_after {
        return Err(ChainError::Expired {
            subject: subject(),
            not_after: validity.not_after,
        });
    }
    match certificate
        .extensions()
        .iter()
        .find(|extension| extension.critical && !UNDERSTOOD.contains(&extension.id))
    {
        None => Ok(()),
        Some(unknown) => Err(ChainError::UnknownCriticalExtension {
            subject: subject(),
            extension: unknown.id.to_string(),
        }),
    }
}

/// Depth-first search for a path.
struct Search<'a> {
    intermediates: &'a [Certificate],
    anchors: &'a [Certificate],
    at: OffsetDateTime,
    path: Vec<&'a Certificate>,
    checks_left: usize,
}

impl<'a> Search<'a> {
    /// Extends `path` to an anchor; leaves it unchanged on failure.
    fn extend(&mut self) -> Result<(), ChainError> {
        let last = self.path[self.path.len() - 1];
        if self.anchors.contains(last) {
            return Ok(());
        }
        let mut defect = ChainError::UnknownIssuer {
            issuer: last.issuer().to_string(),
        };
        for issuer in self.candidates(last) {
            match self.extend_by(last, issuer) {
                Ok(()) => return Ok(()),
                Err(ChainError::TooComplex) => return Err(ChainError::TooComplex),
                Err(found) => defect = found,
            }
        }
        Err(defect)
    }

    /// Certificates that bear the issuer's name; anchors last, so that the defect reported is theirs.
    fn candidates(&self, of: &Certificate) -> Vec<&'a Certificate> {
        self.intermediates
            .iter()
            .filter(|candidate| !self.path.contains(candidate))
            .chain(self.anchors)
            .filter(|candidate| candidate.subject() == of.issuer())
            .collect()
    }

    fn extend_by(
        &mut self,
        last: &'a Certificate,
        issuer: &'a Certificate,
    ) -> Result<(), ChainError> {
        let subject = || issuer.subject().to_string();
        check_one(issuer, self.at)?;
        if !issuer.is_authority() {
            return Err(ChainError::NotAnAuthority { subject: subject() });
        }
        // Authorities between this one and the end entity; self-issued ones do not count.
        let below = self.path[1..]
            .iter()
            .filter(|authority| !authority.is_self_issued())
            .count();
        let limit = issuer.path_len().ok().flatten().flatten();
        if limit.is_some_and(|limit| below > usize::from(limit)) || self.path.len() >= MAX_PATH {
            return Err(ChainError::PathTooLong { subject: subject() });
        }
        self.checks_left = self
            .checks_left
            .checked_sub(1)
            .ok_or(ChainError::TooComplex)?;
        if last.verify_signed_by(issuer).is_err() {
            return Err(ChainError::BadSignature {
                subject: last.subject().to_string(),
            });
        }
        self.path.push(issuer);
        self.extend().inspect_err(|_| {
            self.path.pop();
        })
    }
}
