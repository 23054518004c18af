//! One command over several files: the PIN is asked for once, a file that fails does not stop the
//! others, and what concerns all of them ends the run.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::{
    context::Context,
    error::{Error, Item, Result},
    exit_code::{ExitCode, classify},
    output::{self, Outcome},
    text,
};

/// A command that takes several files.
pub(crate) trait Several: Clone {
    /// The files, one at least.
    fn inputs(&self) -> &[PathBuf];

    /// The only file, or the first.
    fn input(&self) -> &Path {
        self.inputs()
            .first()
            .map_or(Path::new("-"), PathBuf::as_path)
    }

    /// The output that was named, which can be that of one file only.
    fn output(&self) -> Option<&Path>;

    /// The same for one file.
    fn of_one(&self, input: &Path) -> Self;
}

/// Runs `one` for each file.
pub(crate) fn run<A: Several>(
    context: &Context,
    args: &A,
    one: impl Fn(&Context, &A) -> Result<Outcome>,
) -> Result<Outcome> {
    let inputs = args.inputs();
    if inputs.len() < 2 {
        return one(context, args);
    }
    if args.output().is_some() {
        return Err(Error::Usage(text::error::one_output().to_owned()));
    }
    let items = inputs.iter().map(|input| {
        let name = input.display().to_string();
        (name, args.of_one(input))
    });
    each(context, items, |args| one(context, &args))
}

/// Runs `one` for each item, under its name.
pub(crate) fn each<T>(
    context: &Context,
    items: impl Iterator<Item = (String, T)>,
    one: impl Fn(T) -> Result<Outcome>,
) -> Result<Outcome> {
    let (mut files, mut failed, mut is_false) = (0_usize, 0_usize, false);
    for (name, item) in items {
        files += 1;
        let (outcome, error) = match one(item) {
            Ok(mut outcome) => {
                let verdict = outcome.verdict.take();
                (Some(outcome), verdict)
            }
            Err(error) => (None, Some(error)),
        };
        if context.global.json {
            let data = outcome.as_ref().map(|outcome| &outcome.data);
            let line = output::line(data, error.as_ref(), &json!({ "input": name }));
            output::print(&format!("{line}\n"))?;
        } else if let Some(outcome) = &outcome {
            output::print(&outcome.text)?;
        }
        let Some(error) = error else { continue };
        if concerns_all(&error) {
            return Err(error);
        }
        // What ran and says no has said so in its text.
        if outcome.is_none() {
            context.talk.warn(&format!("{name}: {error}"));
        }
        failed += 1;
        is_false |= classify(&error).0 == ExitCode::VerificationFalse;
    }
    let mut outcome = Outcome::new(json!({ "files": files, "failed": failed }), "");
    outcome.verdict = match (failed, is_false) {
        (0, _) => None,
        (failed, true) => Some(Error::FalseFiles { failed }),
        (failed, false) => Some(Error::PartialFiles { failed }),
    };
    Ok(outcome)
}

/// Whether the next file would fail for the same reason; a PIN above all is not tried again.
fn concerns_all(error: &Error) -> bool {
    match error {
        Error::File { .. }
        | Error::Exists { .. }
        | Error::NotARecipient { .. }
        | Error::NotFound {
            what: Item::File | Item::Signature,
            ..
        }
        | Error::VerificationFalse
        | Error::DigestFalse
        | Error::Usage(_) => false,
        Error::Pki(_) => error.as_token().is_some(),
        _ => true,
    }
}
