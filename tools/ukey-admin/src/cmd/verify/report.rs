//! What `verify` found, for people and for programs.

use std::path::PathBuf;

use console::Style;
use serde_json::{Value, json};
use time::OffsetDateTime;
use ukey_pki::{
    Certificate,
    signed_data::{Check, Outcome as Found, SignerReport, Verification},
};

use crate::{
    certificate,
    error::Error,
    output::{self, Outcome},
    text,
};

/// One step of checking a signer.
pub(super) struct Step {
    pub(super) check: Check,
    pub(super) outcome: StepOutcome,
}

/// How a step ended.
pub(super) enum StepOutcome {
    Passed,
    Failed(String),
    Skipped,
}

impl From<Result<(), ukey_pki::Error>> for StepOutcome {
    fn from(result: Result<(), ukey_pki::Error>) -> Self {
        match result {
            Ok(()) => Self::Passed,
            Err(e) => Self::Failed(text::error::pki(&e)),
        }
    }
}

impl From<&Found> for StepOutcome {
    fn from(found: &Found) -> Self {
        match found {
            Found::Passed => Self::Passed,
            Found::Failed(e) => Self::Failed(text::error::pki(e)),
            _ => Self::Skipped,
        }
    }
}

struct Signer {
    certificate: Option<Certificate>,
    signing_time: Option<OffsetDateTime>,
    steps: Vec<Step>,
}

/// Everything found.
pub(super) struct Report {
    signers: Vec<Signer>,
    /// Where the content went, if it was let out.
    pub(super) output: Option<PathBuf>,
}

impl From<Verification> for Report {
    fn from(verification: Verification) -> Self {
        let signers = verification.signers.into_iter().map(Signer::from).collect();
        Self {
            signers,
            output: None,
        }
    }
}

impl From<SignerReport> for Signer {
    fn from(report: SignerReport) -> Self {
        let steps = report.steps.iter().map(|(check, outcome)| Step {
            check: *check,
            outcome: StepOutcome::from(outcome),
        });
        Self {
            steps: steps.collect(),
            certificate: report.certificate,
            signing_time: report.signing_time,
        }
    }
}

impl Signer {
    /// No step failed, and the signature itself was checked.
    fn is_true(&self) -> bool {
        let failed = |step: &Step| matches!(step.outcome, StepOutcome::Failed(_));
        self.passed(Check::Signature) && !self.steps.iter().any(failed)
    }

    fn passed(&self, check: Check) -> bool {
        let is_passed = |step: &Step| matches!(step.outcome, StepOutcome::Passed);
        self.steps
            .iter()
            .any(|step| step.check == check && is_passed(step))
    }

    fn data(&self) -> Value {
        let steps: Vec<Value> = self.steps.iter().map(Step::data).collect();
        json!({
            "certificate": self.certificate.as_ref().map(|c| certificate::data(c.as_der())),
            "signing_time": self.signing_time.map(certificate::rfc3339),
            "valid": self.is_true(),
            "trusted": self.is_true() && self.passed(Check::Path),
            "steps": steps,
        })
    }

    fn text(&self) -> String {
        let mut rows = vec![vec![text::label::signed_by().to_owned(), self.name()]];
        if let Some(time) = self.signing_time {
            rows.push(vec![
                text::label::claimed_time().to_owned(),
                certificate::rfc3339(time),
            ]);
        }
        let skipped = |step: &&Step| {
            step.check == Check::Path || !matches!(step.outcome, StepOutcome::Skipped)
        };
        rows.extend(self.steps.iter().filter(skipped).map(Step::row));
        output::rows(&rows)
    }

    fn name(&self) -> String {
        match &self.certificate {
            Some(certificate) => certificate.subject().to_string(),
            None => text::unknown_signer().to_owned(),
        }
    }
}

impl Step {
    fn data(&self) -> Value {
        let (outcome, reason) = match &self.outcome {
            StepOutcome::Passed => ("passed", None),
            StepOutcome::Failed(reason) => ("failed", Some(reason)),
            StepOutcome::Skipped => ("skipped", None),
        };
        json!({ "step": text::check_word(self.check), "outcome": outcome, "reason": reason })
    }

    fn row(&self) -> Vec<String> {
        let sentence = text::check_sentence(self.check);
        match &self.outcome {
            StepOutcome::Passed => {
                vec![
                    Style::new().green().apply_to(text::is_true()).to_string(),
                    sentence,
                ]
            }
            StepOutcome::Failed(reason) => {
                let word = Style::new()
                    .red()
                    .bold()
                    .apply_to(text::is_false())
                    .to_string();
                // A mismatch says no more than that the sentence is false.
                match self.check {
                    Check::ContentDigest => vec![word, sentence],
                    _ => vec![word, format!("{sentence}: {reason}")],
                }
            }
            StepOutcome::Skipped => {
                vec![
                    "-".to_owned(),
                    format!("{sentence}: {}", text::not_checked()),
                ]
            }
        }
    }
}

impl Report {
    /// A report about one signer whose certificate is known.
    pub(super) fn of_one(certificate: Certificate, steps: Vec<Step>) -> Self {
        let signer = Signer {
            certificate: Some(certificate),
            signing_time: None,
            steps,
        };
        Self {
            signers: vec![signer],
            output: None,
        }
    }

    /// There is a signer, and nothing is wrong with any.
    pub(super) fn is_true(&self) -> bool {
        !self.signers.is_empty() && self.signers.iter().all(Signer::is_true)
    }

    pub(super) fn into_outcome(self) -> Outcome {
        let valid = self.is_true();
        let signers: Vec<Value> = self.signers.iter().map(Signer::data).collect();
        let trusted = valid && self.signers.iter().all(|signer| signer.passed(Check::Path));
        let data = json!({
            "valid": valid,
            "trusted": trusted,
            "signers": signers,
            "output": self.output.as_ref().map(|path| path.display().to_string()),
        });
        let mut text: String = self.signers.iter().map(Signer::text).collect();
        if valid {
            text.push_str(&text::verdict_true(trusted));
        }
        let stream = self
            .output
            .as_ref()
            .is_some_and(|path| crate::files::is_stream(path));
        let mut outcome = Outcome::new(data, if stream { String::new() } else { text });
        if !valid {
            outcome.verdict = Some(Error::VerificationFalse);
        }
        outcome
    }
}
