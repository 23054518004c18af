//! Notices that a certificate is about to end, from the token itself and offline: 90, 30, 15 and 7 days
//! before. Each is given once for a certificate, and the last one every time; what was said is noted in
//! the user's state folder, and where nothing can be noted, it is said again.

use std::{
    fs,
    path::PathBuf,
    sync::atomic::{AtomicBool, Ordering},
};

use ukey_crypto::hash::HashAlg;
use ukey_pki::Certificate;
use ukey_token::Application;

use crate::{certificate, cli::Usage, cmd::cert, context::Context, error::Result, retired, text};

/// Days before the end at which a notice is due, the nearest first.
const STAGES: [i64; 4] = [7, 15, 30, 90];

/// Days from which nothing is quiet any more.
const LAST_STAGE: i64 = STAGES[0];

/// One command over many files says it once.
static SAID: AtomicBool = AtomicBool::new(false);

/// The stage that a certificate with so many days left has reached; an ended one has none: whoever
/// uses it says so in other words.
fn stage(days_left: i64) -> Option<i64> {
    match days_left {
        left if left < 0 => None,
        left => STAGES.into_iter().find(|stage| left <= *stage),
    }
}

/// Gives the notices that are due for the certificates in use on the token.
pub(crate) fn notice(context: &Context, application: &Application) -> Result<()> {
    // A notice that nobody can see is none.
    if !context.talk.on || SAID.swap(true, Ordering::Relaxed) {
        return Ok(());
    }
    let view = application.view()?;
    let mut said: Vec<String> = Vec::new();
    for container in &view.containers {
        if retired::is_retired(container, &view.containers) {
            continue;
        }
        for usage in [Usage::Sign, Usage::Encrypt] {
            let der = cert::side(container, usage).certificate.as_ref();
            let Some(found) = der.and_then(|der| Certificate::from_der(der).ok()) else {
                continue;
            };
            let end = found.validity().not_after;
            let left = certificate::days_left(end);
            let Some(stage) = stage(left).filter(|stage| is_due(&found, *stage)) else {
                continue;
            };
            let name = certificate::short_name(found.as_der());
            let sentence = text::expiry::ends(&name, &certificate::day(end), left);
            // The two of a double certificate end together and have one name.
            if !said.contains(&sentence) {
                context.talk.warn(&sentence);
                said.push(sentence);
            }
            note(&found, stage);
        }
    }
    Ok(())
}

/// Where it is noted what was said about a certificate: one small file each.
fn note_path(certificate: &Certificate) -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let state = match set("XDG_STATE_HOME").filter(|path| path.is_absolute()) {
        Some(state) => state,
        None => set("HOME")?.join(".local/state"),
    };
    let name = certificate::hex(&certificate.fingerprint(HashAlg::Sha256));
    Some(state.join("ukey/notices").join(name.get(..32)?))
}

fn is_due(certificate: &Certificate, stage: i64) -> bool {
    let noted = note_path(certificate).and_then(|path| fs::read_to_string(path).ok());
    let noted = noted.and_then(|text| text.trim().parse::<i64>().ok());
    stage == LAST_STAGE || noted.is_none_or(|noted| stage < noted)
}

fn note(certificate: &Certificate, stage: i64) {
    let Some(path) = note_path(certificate) else {
        return;
    };
    let folder = path.parent().map(fs::create_dir_all);
    let written = folder
        .unwrap_or(Ok(()))
        .and_then(|()| fs::write(&path, format!("{stage}\n")));
    if let Err(error) = written {
        tracing::debug!(%error, "a notice cannot be noted");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stages_are_those_promised() {
        for (left, expected) in [
            (-1, None),
            (0, Some(7)),
            (7, Some(7)),
            (8, Some(15)),
            (15, Some(15)),
            (16, Some(30)),
            (31, Some(90)),
            (90, Some(90)),
            (91, None),
        ] {
            assert_eq!(stage(left), expected, "{left}");
        }
    }
}
