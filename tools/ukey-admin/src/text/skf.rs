//! Words of `skf`.

use serde_json::Value;
use std::path::Path;

super::message::messages! {
    "skf-"
    fn standard();
    fn missing();
    fn extensions();
    fn packing_label();
    fn lengths_label();
    fn device_label();
    fn no_verdict();
    fn long_name();
    fn of_78(count: usize);
    fn ulong_standard();
    fn ulong_wide(bits: u64);
    fn not_seen();
    fn packed();
    fn not_packed();
    fn lengths_exact();
    fn lengths_wrong(told: u64, written: u64);
    fn lengths_refused(code: &str);
    fn lengths_unknown(code: &str);
    fn device_line(
        name: &str,
        manufacturer: &str,
        label: &str,
        serial: &str,
        algorithms: &str,
        authentication: &str,
        applications: &str
    );
    fn crashed(library: &Path, how: &str);
    fn hangs(library: &Path, seconds: u64);
    fn died_somewhere(how: &str);
    fn died_in(at: &str, how: &str);
    fn silent(seconds: u64);
    fn silent_in(at: &str, seconds: u64);
    fn summary(passed: usize, failed: usize, skipped: usize);
}

pub(crate) fn ulong(bits: Option<u64>) -> String {
    match bits {
        Some(32) => ulong_standard().to_owned(),
        Some(bits) => ulong_wide(bits),
        None => not_seen().to_owned(),
    }
}

pub(crate) fn packing(packing: Option<&str>) -> &'static str {
    match packing {
        Some("one") => packed(),
        Some(_) => not_packed(),
        None => not_seen(),
    }
}

pub(crate) fn lengths(lengths: &Value) -> String {
    let number = |key: &str| lengths[key].as_u64().unwrap_or_default();
    let code = format!("{:#010x}", number("code"));
    match lengths["answers"].as_str() {
        Some("exact") => lengths_exact().to_owned(),
        Some("wrong") => lengths_wrong(number("told"), number("written")),
        Some("refused") => lengths_refused(&code),
        _ => lengths_unknown(&code),
    }
}

/// Manufacturer, label and serial number; algorithms: public-key, block, digest, device authentication.
pub(crate) fn device(name: &str, who: &[String; 3], can: [u64; 4], applications: &str) -> String {
    let [manufacturer, label, serial] = who;
    let [asym, sym, hash, auth] = can;
    let algorithms = format!("{asym:#x} {sym:#x} {hash:#x}");
    let (label, auth) = (format!("{label:?}"), format!("{auth:#x}"));
    device_line(
        name,
        manufacturer,
        &label,
        serial,
        &algorithms,
        &auth,
        applications,
    )
}

pub(crate) fn unloadable(library: &Path, why: &str) -> String {
    format!("{}: {why}", library.display())
}

pub(crate) fn died(how: &str, at: &str) -> String {
    match at {
        "" => died_somewhere(how),
        at => died_in(at, how),
    }
}

pub(crate) fn no_answer(seconds: u64, at: &str) -> String {
    match at {
        "" => silent(seconds),
        at => silent_in(at, seconds),
    }
}

pub(crate) fn counts(passed: usize, failed: usize, skipped: usize) -> String {
    summary(passed, failed, skipped) + "\n"
}
