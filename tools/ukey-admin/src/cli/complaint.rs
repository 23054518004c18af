//! What the parser refuses, in Chinese. It keeps what is wrong apart from its words for it; where a
//! case has no Chinese words here, its English stays.

use std::num::{IntErrorKind, ParseIntError};

use clap::{
    Error,
    error::{ContextKind, ContextValue, ErrorKind},
};

use crate::text::{
    error::command_missing,
    help::{find, with},
};

/// The whole refusal as it is printed behind "error: ": what is wrong, a guess at what was meant, the
/// usage, where to look. `None` where only the parser has words for it.
pub(crate) fn page(error: &Error) -> Option<String> {
    let mut page = sentence(error)?;
    let guess = [
        ContextKind::SuggestedArg,
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedValue,
    ];
    if let Some(guess) = guess.into_iter().find_map(|kind| said(error, kind)) {
        page.push_str(&format!(
            "\n\n  {}",
            with("help-error-guess", &[("what", &guess)])
        ));
    }
    if let Some(usage) = said(error, ContextKind::Usage) {
        let usage = usage.strip_prefix("Usage: ").unwrap_or(&usage);
        page.push_str(&format!("\n\n{}: {usage}", find("help-usage")?));
    }
    page.push_str(&format!("\n\n{}", find("help-error-more")?));
    Some(page)
}

/// What is wrong, in one sentence.
pub(crate) fn sentence(error: &Error) -> Option<String> {
    let said = |kind| said(error, kind);
    let wrong = said(ContextKind::InvalidArg);
    Some(match error.kind() {
        ErrorKind::UnknownArgument => with("help-error-unknown", &[("what", &wrong?)]),
        ErrorKind::InvalidSubcommand => {
            let command = said(ContextKind::InvalidSubcommand)?;
            with("help-error-no-command", &[("command", &command)])
        }
        ErrorKind::MissingRequiredArgument => with("help-error-missing", &[("what", &wrong?)]),
        ErrorKind::ArgumentConflict => conflict(&wrong?, said(ContextKind::PriorArg)),
        ErrorKind::TooManyValues => {
            let value = said(ContextKind::InvalidValue)?;
            with(
                "help-error-too-many",
                &[("what", &wrong?), ("value", &value)],
            )
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => value(error, &wrong?)?,
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
            command_missing().to_owned()
        }
        _ => return None,
    })
}

fn conflict(what: &str, other: Option<String>) -> String {
    match other.as_deref() {
        Some(other) if other == what => with("help-error-twice", &[("what", what)]),
        Some(other) => with("help-error-conflict", &[("what", what), ("other", other)]),
        None => with("help-error-conflicts", &[("what", what)]),
    }
}

fn value(error: &Error, option: &str) -> Option<String> {
    let value = said(error, ContextKind::InvalidValue)?;
    if value.is_empty() {
        return Some(with("help-error-no-value", &[("what", option)]));
    }
    let mut text = with("help-error-value", &[("what", option), ("value", &value)]);
    if let Some(possible) = said(error, ContextKind::ValidValue) {
        text.push_str(&with("help-error-possible", &[("values", &possible)]));
    }
    if let Some(source) = std::error::Error::source(error) {
        text.push_str(&format!("：{}", reason(source)));
    }
    Some(text)
}

/// Why a value is none. Our own parsers speak the user's language already.
fn reason(source: &(dyn std::error::Error + 'static)) -> String {
    let number = source
        .downcast_ref::<ParseIntError>()
        .map(ParseIntError::kind);
    let words = source.to_string();
    let range = words
        .split_once(" is not in ")
        .and_then(|(_, range)| range.split_once("..="));
    match (number, range) {
        (Some(IntErrorKind::PosOverflow | IntErrorKind::NegOverflow), _) => {
            find("help-error-too-large").unwrap_or(words)
        }
        (Some(_), _) => find("help-error-no-number").unwrap_or(words),
        (None, Some((least, most))) => {
            with("help-error-range", &[("least", least), ("most", most)])
        }
        (None, None) => words,
    }
}

/// One fact of the refusal.
fn said(error: &Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) if !texts.is_empty() => Some(texts.join("、")),
        ContextValue::StyledStr(text) => Some(text.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
