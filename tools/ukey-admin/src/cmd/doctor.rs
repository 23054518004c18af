//! `doctor`: walks from the USB device to the browser and names what is broken, with one action
//! each. Spends no PIN try and changes nothing; only `--self-test` asks for the PIN.
//!
//! | check | looks at | file |
//! |---|---|---|
//! | 1–3 | USB device; interface and driver; list of the CCID driver | `usb` |
//! | 4, 7 | smart card service; readers and cards | `service` |
//! | 5, 6 | rights of user and session; other programs | `rights` |
//! | 8, 9 | applications and space; PINs | `keys` |
//! | 10 | certificates | `certificates` |
//! | 11 | retired pairs; `--decrypt` | `keys`, `envelope` |
//! | 12–14 | PKCS#11, SKF, browsers | `registration` |
//! | 15, 16 | self-test; last error | `trial` |
//! | 17 | certificates against an authority | `authority` |
//!
//! A code is `UK-D` and three digits: two for the check (its number in the documentation), one for
//! the finding, 0 when all is well. Codes never change their meaning.

mod authority;
mod bundle;
mod certificates;
mod envelope;
mod keys;
mod place;
mod registration;
mod rights;
mod service;
mod trial;
mod usb;

use console::Style;
use serde_json::{Value, json};

use crate::{
    cli::DoctorArgs,
    context::Context,
    error::{Error, Result},
    output::{self, Outcome},
    target::{self, Found},
    text,
};

use place::Place;

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Ok,
    Warn,
    Fail,
    /// Could not be looked at, because of something else or by configuration.
    Skipped,
}

impl Status {
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::Skipped => "skipped",
        }
    }

    fn style(self) -> Style {
        match self {
            Self::Ok => Style::new().green(),
            Self::Warn => Style::new().yellow().bold(),
            Self::Fail => Style::new().red().bold(),
            Self::Skipped => Style::new().dim(),
        }
    }
}

/// One finding.
#[derive(Debug, Clone)]
pub(super) struct Finding {
    /// Number in `UK-Dnnn`.
    pub(super) code: u16,
    pub(super) status: Status,
    /// Serial number, container or reader that it is about.
    pub(super) subject: String,
    /// One sentence.
    pub(super) message: String,
    /// One action; empty when there is nothing to do.
    pub(super) action: &'static str,
}

impl Finding {
    fn new(
        code: u16,
        status: Status,
        subject: &str,
        message: String,
        action: &'static str,
    ) -> Self {
        Self {
            code,
            status,
            subject: subject.to_owned(),
            message,
            action,
        }
    }

    fn code(&self) -> String {
        format!("UK-D{:03}", self.code)
    }

    fn data(&self) -> Value {
        json!({
            "code": self.code(),
            "status": self.status.word(),
            "subject": self.subject,
            "message": self.message,
            "action": Some(self.action).filter(|action| !action.is_empty()),
        })
    }
}

pub(crate) fn run(context: &Context, args: &DoctorArgs) -> Result<Outcome> {
    let place = Place::new(args.root.as_deref());
    let found = target::fitting(context)?;
    let findings = findings(context, args, &place, &found)?;
    let count = |status| {
        findings
            .iter()
            .filter(|finding| finding.status == status)
            .count()
    };
    let (warnings, failures) = (count(Status::Warn), count(Status::Fail));
    let checks: Vec<Value> = findings.iter().map(Finding::data).collect();
    let data = json!({ "checks": checks, "warnings": warnings, "failures": failures });
    if let Some(path) = &args.bundle {
        bundle::write(context, &place, path, &data["checks"])?;
        context
            .talk
            .say(&text::written(text::label::written(), path));
    }
    let mut outcome = Outcome::new(data, render(&findings));
    if warnings + failures > 0 {
        outcome.verdict = Some(Error::Findings { warnings, failures });
    }
    Ok(outcome)
}

/// All checks, in their order.
fn findings(
    context: &Context,
    args: &DoctorArgs,
    place: &Place,
    found: &Found,
) -> Result<Vec<Finding>> {
    let by_usb = context.config.pcsc_enabled || !context.config.vendor_libraries.is_empty();
    let usb = match by_usb {
        true => usb::devices(place),
        false => Vec::new(),
    };
    let mut findings = usb::check(context, place, found, &usb);
    findings.extend(service::check(context, place, found));
    findings.extend(rights::check(context, place, &usb));
    let busy = found
        .unusable
        .iter()
        .any(|one| matches!(one.error, ukey_token::Error::Busy));
    findings.push(rights::others(context, place, busy));
    let measure = authority::measure(&args.trust, &mut findings)?;
    for device in &found.devices {
        keys::check(context, device, measure.as_ref(), &mut findings);
    }
    if let Some(path) = &args.decrypt {
        envelope::check(context, path, &found.devices, &mut findings)?;
    }
    findings.extend(registration::check(context, place));
    findings.extend(trial::check(context, args, &found.devices)?);
    findings.push(trial::last_error(context));
    // Stable: within a check, in the order of devices and containers.
    findings.sort_by_key(|finding| finding.code / 10);
    Ok(findings)
}

fn render(findings: &[Finding]) -> String {
    let rows: Vec<Vec<String>> = findings
        .iter()
        .map(|finding| {
            vec![
                finding
                    .status
                    .style()
                    .apply_to(text::status_word(finding.status.word()))
                    .to_string(),
                finding.code(),
                or_dash(&finding.subject),
                finding.message.clone(),
            ]
        })
        .collect();
    let table = output::rows(&rows);
    let mut text = String::new();
    for (line, finding) in table.lines().zip(findings) {
        text.push_str(line);
        text.push('\n');
        if !finding.action.is_empty() {
            text.push_str(&format!("         -> {}\n", finding.action));
        }
    }
    text
}

fn or_dash(subject: &str) -> String {
    if subject.is_empty() {
        "-".to_owned()
    } else {
        subject.to_owned()
    }
}
