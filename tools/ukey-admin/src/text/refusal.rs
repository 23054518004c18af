//! Why an authority refuses.

use std::path::Path;

use ukey_ca::Error;

super::message::messages! {
    "refusal-"
    fn refused(reason: &str);
    fn no_directory(path: &Path);
    /// By the stable code; the authority's own words for a code that is not known here.
    fn reason(code: &str, words: &str);
}

/// A refusal that came in an answer.
pub(crate) fn answered(code: &str, words: &str) -> String {
    refused(&reason(code, words))
}

/// An error of the authority beside us.
pub(crate) fn authority(error: &Error) -> String {
    match error {
        Error::Refused(refusal) => reason(refusal.code(), &refusal.to_string()),
        Error::Pki(e) => super::pki::error(e),
        Error::NoAuthority(path) => no_directory(path),
        other => other.to_string(),
    }
}
