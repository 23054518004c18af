//! What goes to whoever helps: the findings and what they were found on, as one JSON text. No PIN,
//! no key, no content of a file is in it; the log's own lines hold none.

use std::path::Path;

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::{
    place::{self, Place},
    trial,
};
use crate::{certificate, context::Context, error::Result, files, output};

/// Lines of trouble from the log.
const LINES: usize = 200;

/// Variables whose values are harmless and tell much.
const VARIABLES: [&str; 7] = [
    "UKEY_CONFIG",
    "UKEY_PCSC",
    "UKEY_EMBEDDED",
    "UKEY_LOG",
    "XDG_SESSION_TYPE",
    "LANG",
    "PCSCLITE_CSOCK_NAME",
];

pub(super) fn write(context: &Context, place: &Place, path: &Path, checks: &Value) -> Result<()> {
    let now = OffsetDateTime::now_utc();
    let bundle = json!({
        "schema": output::SCHEMA,
        "bundle": "doctor",
        "made": certificate::rfc3339(now),
        "version": env!("CARGO_PKG_VERSION"),
        "system": system(place),
        "configuration": configuration(context),
        "readers": readers(context),
        "checks": checks,
        "log": log(context),
    });
    let mut text = serde_json::to_vec_pretty(&bundle).unwrap_or_default();
    text.push(b'\n');
    files::write_new(path, &text)
}

fn system(place: &Place) -> Value {
    let release = place::line(&place.at("etc/os-release")).unwrap_or_default();
    let name = release
        .lines()
        .find_map(|line| line.strip_prefix("PRETTY_NAME="));
    let variables: serde_json::Map<String, Value> = VARIABLES
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), json!(std::env::var(name).ok()?))))
        .collect();
    json!({
        "name": name.map(|name| name.trim_matches('"')),
        "kernel": place::line(&place.at("proc/sys/kernel/osrelease")),
        "architecture": std::env::consts::ARCH,
        "over_ssh": std::env::var_os("SSH_CONNECTION").is_some(),
        "environment": variables,
    })
}

fn configuration(context: &Context) -> Value {
    let config = &context.config;
    let paths = |paths: Vec<&Path>| -> Vec<String> {
        paths
            .iter()
            .map(|path| path.display().to_string())
            .collect()
    };
    json!({
        "pcsc": config.pcsc_enabled,
        "embedded": paths(config.embedded_images.iter().map(|path| path.as_path()).collect()),
        "vendor": paths(config.vendor_libraries.iter().map(|one| one.path.as_path()).collect()),
        "log_filter": config.log_filter,
    })
}

fn readers(context: &Context) -> Vec<Value> {
    let readers = context.registry().readers();
    readers
        .iter()
        .map(|reader| {
            json!({
                "name": reader.name(),
                "kind": reader.kind(),
                "present": reader.is_present(),
            })
        })
        .collect()
}

fn log(context: &Context) -> Vec<String> {
    let Some(path) = &context.config.log_file else {
        return Vec::new();
    };
    let mut lines = trial::tail(path);
    lines.retain(|line| trial::is_trouble(line));
    let skip = lines.len().saturating_sub(LINES);
    lines.split_off(skip)
}
