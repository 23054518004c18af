//! One command over several files: the PIN is asked for once, a file that fails does not stop the
//! others, and what concerns all of them ends the run.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::{
    context::Context,
    error::{Error, Result},
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
        return Err(Error::Usage(text::error::ONE_OUTPUT.to_owned()));
    }
    let mut failed = 0;
    for input in inputs {
        let made = one(context, &args.of_one(input)).and_then(|outcome| match outcome.verdict {
            Some(verdict) => Err(verdict),
            None => Ok(outcome),
        });
        let name = input.display().to_string();
        if context.global.json {
            let data = made.as_ref().map(|outcome| &outcome.data);
            output::print(&format!(
                "{}\n",
                output::line(data, &json!({ "input": name }))
            ))?;
        }
        match made {
            Ok(outcome) if !context.global.json => output::print(&outcome.text)?,
            Ok(_) => {}
            Err(error) if concerns_all(&error) => return Err(error),
            Err(error) => {
                context.talk.warn(&format!("{name}: {error}"));
                failed += 1;
            }
        }
    }
    let data = json!({ "files": inputs.len(), "failed": failed });
    let mut outcome = Outcome::new(data, "");
    outcome.verdict = (failed > 0).then_some(Error::PartialFiles { failed });
    Ok(outcome)
}

/// Whether the next file would fail for the same reason; a PIN above all is not tried again.
fn concerns_all(error: &Error) -> bool {
    match error {
        Error::File { .. }
        | Error::Exists { .. }
        | Error::NotARecipient { .. }
        | Error::VerificationFalse => false,
        Error::Usage(_) => false,
        Error::Pki(_) => error.as_token().is_some(),
        _ => true,
    }
}
