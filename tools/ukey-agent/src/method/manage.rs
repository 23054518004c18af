//! What the extension's own options page asks: consents, the audit log, and whether all is in order. Web
//! pages cannot ask any of it.

use super::Context;
use crate::audit::{AuditLog, Verdict};
use crate::error::{Error, Result};
use crate::origin::Origin;
use serde::Deserialize;
use serde_json::{Value, json};

/// Most lines of the audit log in one answer.
const MAX_LINES: usize = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct None {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tail {
    count: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Site {
    origin: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Keep {
    origin: String,
    /// 0: log out after every operation.
    minutes: u32,
}

/// Sites with the user's consent, and for how long each keeps the token unlocked.
pub(super) fn consents(context: &Context<'_>) -> Result<Value> {
    let None {} = context.request.params()?;
    let sites: Vec<Value> = context
        .consents
        .list()
        .into_iter()
        .map(|site| json!({ "origin": site.origin, "since": site.since, "minutes": site.minutes }))
        .collect();
    Ok(json!({ "sites": sites, "mayKeepUnlocked": context.consents.may_keep_unlocked() }))
}

pub(super) fn revoke(context: &Context<'_>) -> Result<Value> {
    let Site { origin } = context.request.params()?;
    Ok(json!({ "revoked": context.consents.revoke(&origin)? }))
}

pub(super) fn keep_unlocked(context: &Context<'_>) -> Result<Value> {
    let Keep { origin, minutes } = context.request.params()?;
    let origin = Origin::parse(&origin, true)?;
    context.consents.set_keep_unlocked(&origin, minutes)?;
    Ok(json!({}))
}

/// The last lines of the audit log, newest first, and whether all of it is whole.
pub(super) fn audit(context: &Context<'_>, log: &AuditLog) -> Result<Value> {
    let Tail { count } = context.request.params()?;
    if count > MAX_LINES {
        return Err(Error::bad_params("at most 100 lines"));
    }
    let failed = |e: std::io::Error| Error::internal(&e);
    let lines: Vec<Value> = log
        .lines()
        .map_err(failed)?
        .iter()
        .rev()
        .take(count)
        .map(|line| serde_json::from_str(line).unwrap_or(Value::Null))
        .collect();
    let verdict = match log.verify().map_err(failed)? {
        Verdict::Whole { lines } => json!({ "whole": true, "lines": lines }),
        Verdict::Broken { file, line } => json!({
            "whole": false,
            "file": file.file_name().map(|name| name.to_string_lossy()),
            "line": line,
        }),
    };
    Ok(json!({ "lines": lines, "verdict": verdict }))
}

/// What has to be there for a signature, step by step.
pub(super) fn self_test(context: &Context<'_>) -> Result<Value> {
    let None {} = context.request.params()?;
    let certificates = context.tokens.certificates().unwrap_or_default();
    let valid = certificates.iter().filter(|held| held.is_valid()).count();
    Ok(json!({
        "agent": env!("CARGO_PKG_VERSION"),
        "pinWindow": context.asker.ui.is_available(),
        "tokens": context.tokens.count(),
        "certificates": certificates.len(),
        "valid": valid,
    }))
}
