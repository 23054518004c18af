//! PIN windows (`--pin-source agent`).

use ukey_host::pinentry::PinentryError;

pub(crate) const TITLE: &str = "ukey-admin";

super::message::messages! {
    "window-"
    fn prompt();
    fn none();
    fn closed();
    fn unanswered();
    fn broken(detail: &str);
}

/// What the window is about, from the question that a terminal would show.
pub(crate) fn description(question: &str) -> &str {
    question.trim_end().trim_end_matches([':', '：'])
}

pub(crate) fn failed(error: &PinentryError) -> String {
    match error {
        PinentryError::NoWindow => none().to_owned(),
        PinentryError::Cancelled => closed().to_owned(),
        PinentryError::TimedOut => unanswered().to_owned(),
        other => broken(&other.to_string()),
    }
}
