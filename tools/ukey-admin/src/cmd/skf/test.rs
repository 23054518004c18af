//! `skf test`: runs the cases, however the library behaves, and reports.

use serde_json::{Value, json};
use std::{ffi::OsString, time::Duration};
use ukey_token::vendor::conformance::{self, Case};
use zeroize::Zeroizing;

use super::{
    probe,
    process::{Event, Process},
};
use crate::{
    auth_key,
    cli::SkfTestArgs,
    context::Context,
    error::{Error, Result},
    output::{self, Outcome},
    text,
};

/// How a case ended.
struct Line {
    case: Case,
    verdict: String,
    detail: String,
}

/// How one process of the library ended.
enum End {
    /// It said all that it had to say.
    Complete,
    /// It died or hung.
    Lost(String),
}

pub(super) fn run(context: &Context, args: &SkfTestArgs) -> Result<Outcome> {
    let seen = probe::look(&args.library, args.deadline)?;
    let arguments = arguments(args, &seen);
    let secret = secret(context, args)?;
    let cases = conformance::cases();
    let mut lines: Vec<Line> = Vec::new();
    while let Some(case) = cases.get(lines.len()) {
        let before = lines.len();
        let mut arguments = arguments.clone();
        arguments.push(format!("--inner={}", case.id).into());
        let borrowed: Vec<_> = arguments.iter().map(OsString::as_os_str).collect();
        let deadline = Duration::from_secs(args.deadline);
        let process = Process::start(&borrowed, &secret, deadline)?;
        let end = follow(process, args, &cases, &mut lines)?;
        // Without an end of its own for the case that was running, that is where it was lost.
        match (end, cases.get(lines.len())) {
            (End::Lost(why), Some(case)) => lines.push(Line::failed(*case, why)),
            (End::Complete, Some(case)) if lines.len() == before => {
                lines.push(Line::failed(*case, text::skf::no_verdict().to_owned()));
            }
            _ => {}
        }
    }
    Ok(report(args, &seen, &lines))
}

impl Line {
    fn failed(case: Case, detail: String) -> Self {
        Self {
            case,
            verdict: "failed".to_owned(),
            detail,
        }
    }

    fn data(&self) -> Value {
        json!({
            "id": self.case.id,
            "title": self.case.title,
            "verdict": self.verdict,
            "detail": Some(&self.detail).filter(|detail| !detail.is_empty()),
        })
    }

    fn row(&self) -> Vec<String> {
        let words = match self.detail.as_str() {
            "" => self.case.title.to_owned(),
            detail => format!("{}: {detail}", self.case.title),
        };
        vec![self.verdict.clone(), self.case.id.to_owned(), words]
    }
}

/// Takes down what a process says until it ends.
fn follow(
    mut process: Process,
    args: &SkfTestArgs,
    cases: &[Case],
    lines: &mut Vec<Line>,
) -> Result<End> {
    let mut at = String::new();
    loop {
        let said = match process.next() {
            Event::Said(said) => said,
            Event::Hangs => return Ok(End::Lost(text::skf::no_answer(args.deadline, &at))),
            Event::Ended(_) if lines.len() == cases.len() => return Ok(End::Complete),
            Event::Ended(how) => return Ok(End::Lost(text::skf::died(&how, &at))),
        };
        if let Some(why) = said["unloadable"].as_str() {
            return Err(Error::Unfit(text::skf::unloadable(&args.library, why)));
        }
        if let Some(function) = said["at"].as_str() {
            at = function.to_owned();
        }
        let (Some(case), Some(verdict)) = (cases.get(lines.len()), said["verdict"].as_str()) else {
            continue;
        };
        if said["case"] == case.id {
            at.clear();
            lines.push(Line {
                case: *case,
                verdict: verdict.to_owned(),
                detail: said["detail"].as_str().unwrap_or_default().to_owned(),
            });
        }
    }
}

/// The command line of the other process, but for the case to begin with.
fn arguments(args: &SkfTestArgs, seen: &Value) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = ["skf", "test"].map(OsString::from).to_vec();
    arguments.push(args.library.clone().into_os_string());
    if let Some(device) = &args.device {
        arguments.push(format!("--device={device}").into());
    }
    let layout = layout(args, seen);
    arguments.push(format!("--ulong-bits={}", layout.0).into());
    arguments.push(format!("--packing={}", layout.1).into());
    arguments
}

/// Width of ULONG and packing: as told, else as seen, else as in the standard.
fn layout(args: &SkfTestArgs, seen: &Value) -> (u64, String) {
    use crate::cli::{PackingArg, UlongBits};
    let bits = match args.ulong_bits {
        Some(UlongBits::Narrow) => 32,
        Some(UlongBits::Wide) => 64,
        None => seen["ulong_bits"].as_u64().unwrap_or(32),
    };
    let packing = match args.packing {
        Some(PackingArg::One) => "one",
        Some(PackingArg::Natural) => "natural",
        None => seen["packing"].as_str().unwrap_or("one"),
    };
    (bits, packing.to_owned())
}

/// How far the cases may go, for the other process alone (see `inner`).
fn secret(context: &Context, args: &SkfTestArgs) -> Result<Zeroizing<Vec<u8>>> {
    let mut secret = Zeroizing::new(Vec::with_capacity(512));
    if args.write {
        secret.extend(b"key");
        secret.extend(auth_key::current(context)?.iter());
        return Ok(secret);
    }
    match (&context.global.application, &args.pin.pin_source) {
        (Some(name), Some(source)) => {
            let length = u8::try_from(name.len())
                .map_err(|_| Error::Usage(text::skf::long_name().to_owned()))?;
            secret.extend(b"pin");
            secret.push(length);
            secret.extend(name.as_bytes());
            secret.extend(context.pins.borrow_mut().read(source)?.iter());
            Ok(secret)
        }
        _ => Ok(secret),
    }
}

fn report(args: &SkfTestArgs, seen: &Value, lines: &[Line]) -> Outcome {
    let count = |word| lines.iter().filter(|line| line.verdict == word).count();
    let (passed, failed, skipped) = (count("passed"), count("failed"), count("skipped"));
    let layout = layout(args, seen);
    let data = json!({
        "library": args.library,
        "ulong_bits": layout.0,
        "packing": layout.1,
        "cases": lines.iter().map(Line::data).collect::<Vec<_>>(),
        "passed": passed,
        "failed": failed,
        "skipped": skipped,
    });
    let rows: Vec<_> = lines.iter().map(Line::row).collect();
    let text = output::rows(&rows) + &text::skf::counts(passed, failed, skipped);
    let mut outcome = Outcome::new(data, text);
    if failed > 0 {
        outcome.verdict = Some(Error::Findings {
            warnings: 0,
            failures: failed,
        });
    }
    outcome
}
