//! What checking a signed message finds, step by step.

use time::OffsetDateTime;

use crate::certificate::Certificate;
use crate::error::{Error, Result};
use crate::identifier::CertificateId;

/// The steps of checking one signer, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Check {
    /// The signer's certificate is in the message or among the given ones.
    Certificate,
    /// The file is the one whose digest the message contains.
    Binding,
    /// The contentType attribute is the content's type.
    ContentType,
    /// The messageDigest attribute is the content's digest.
    ContentDigest,
    /// The signature fits the signer's key.
    Signature,
    /// The certificate may sign and leads to a trusted root at the time in question.
    Path,
}

/// Result of one step.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// It is right.
    Passed,
    /// It is wrong, or could not be found right.
    Failed(Error),
    /// It does not apply, or an earlier failure made it impossible.
    Skipped,
}

impl From<Result<()>> for Outcome {
    fn from(result: Result<()>) -> Self {
        match result {
            Ok(()) => Self::Passed,
            Err(error) => Self::Failed(error),
        }
    }
}

/// What was found about one signer.
#[derive(Debug)]
#[non_exhaustive]
pub struct SignerReport {
    /// How the message names the signer's certificate.
    pub signer: CertificateId,
    /// That certificate.
    pub certificate: Option<Certificate>,
    /// Signing time as claimed by the signer.
    pub signing_time: Option<OffsetDateTime>,
    /// Every step with its outcome, in order.
    pub steps: Vec<(Check, Outcome)>,
}

impl SignerReport {
    /// Outcome of one step.
    pub fn outcome(&self, check: Check) -> &Outcome {
        self.steps
            .iter()
            .find(|(step, _)| *step == check)
            .map_or(&Outcome::Skipped, |(_, outcome)| outcome)
    }

    /// The first step that failed.
    pub fn failure(&self) -> Option<(Check, &Error)> {
        self.steps
            .iter()
            .find_map(|(check, outcome)| match outcome {
                Outcome::Failed(error) => Some((*check, error)),
                _ => None,
            })
    }

    /// The content is what the holder of the certificate's key signed. Says nothing about who that
    /// is unless [`SignerReport::is_trusted`] is true too.
    pub fn is_intact(&self) -> bool {
        let passed = |check| matches!(self.outcome(check), Outcome::Passed);
        let content = [Check::Binding, Check::ContentType, Check::ContentDigest];
        let none_failed = content
            .into_iter()
            .all(|check| !matches!(self.outcome(check), Outcome::Failed(_)));
        none_failed && passed(Check::Certificate) && passed(Check::Signature)
    }

    /// [`SignerReport::is_intact`], and the certificate leads to a trusted root.
    pub fn is_trusted(&self) -> bool {
        self.is_intact() && matches!(self.outcome(Check::Path), Outcome::Passed)
    }
}

/// What was found about a message.
#[derive(Debug)]
#[non_exhaustive]
pub struct Verification {
    /// One report per signer. May be empty: a message without signers proves nothing.
    pub signers: Vec<SignerReport>,
    /// Octets of the content that was hashed.
    pub content_len: u64,
}

impl Verification {
    /// There is a signer, and every signer is [`SignerReport::is_intact`].
    pub fn is_intact(&self) -> bool {
        !self.signers.is_empty() && self.signers.iter().all(SignerReport::is_intact)
    }

    /// There is a signer, and every signer is [`SignerReport::is_trusted`].
    pub fn is_trusted(&self) -> bool {
        !self.signers.is_empty() && self.signers.iter().all(SignerReport::is_trusted)
    }
}
