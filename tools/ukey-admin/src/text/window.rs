//! PIN windows (`--pin-source agent`).

use ukey_host::pinentry::PinentryError;

use super::error::INTERRUPTED;

pub(crate) const TITLE: &str = "ukey-admin";
pub(crate) const PROMPT: &str = "PIN:";

/// What the window is about, from the question that a terminal would show.
pub(crate) fn description(question: &str) -> &str {
    question.trim_end().trim_end_matches(':')
}

pub(crate) fn failed(error: &PinentryError) -> String {
    match error {
        PinentryError::NoWindow => {
            "no PIN window can be opened: no pinentry program is installed, or this session has no display"
                .to_owned()
        }
        PinentryError::Cancelled => format!("{INTERRUPTED}: the PIN window was closed"),
        PinentryError::TimedOut => "nobody answered the PIN window".to_owned(),
        other => format!("the PIN window failed: {other}"),
    }
}
