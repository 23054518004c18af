//! Words of `skf`.

use serde_json::Value;
use std::path::Path;

pub(crate) const STANDARD: &str = "Functions";
pub(crate) const MISSING: &str = "Missing";
pub(crate) const EXTENSIONS: &str = "Extensions";
pub(crate) const PACKING: &str = "Structures";
pub(crate) const LENGTHS: &str = "Lengths";
pub(crate) const DEVICE: &str = "Device";
pub(crate) const NO_VERDICT: &str = "ended without a verdict";
pub(crate) const LONG_NAME: &str = "the name of the application is too long";

pub(crate) fn of_78(count: usize) -> String {
    format!("{count} of 78")
}

pub(crate) fn ulong(bits: Option<u64>) -> String {
    match bits {
        Some(32) => "32 bits".to_owned(),
        Some(bits) => format!("{bits} bits (ulong_bits = {bits})"),
        None => "not seen".to_owned(),
    }
}

pub(crate) fn packing(packing: Option<&str>) -> String {
    match packing {
        Some("one") => "packed".to_owned(),
        Some(_) => "not packed (packing = \"natural\")".to_owned(),
        None => "not seen".to_owned(),
    }
}

pub(crate) fn lengths(lengths: &Value) -> String {
    let number = |key: &str| lengths[key].as_u64().unwrap_or_default();
    match lengths["answers"].as_str() {
        Some("exact") => "told as they are".to_owned(),
        Some("wrong") => {
            let (told, written) = (number("told"), number("written"));
            format!("told wrongly: {told}, {written} bytes written")
        }
        Some("refused") => format!("not told: {:#010x}", number("code")),
        _ => format!("not seen: SKF_EnumDev answers {:#010x}", number("code")),
    }
}

/// Manufacturer, label and serial number; algorithms: public-key, block, digest, device authentication.
pub(crate) fn device(name: &str, who: &[String; 3], can: [u64; 4], applications: &str) -> String {
    let [manufacturer, label, serial] = who;
    let [asym, sym, hash, auth] = can;
    format!(
        "{name}: {manufacturer} {label:?} serial {serial}, algorithms {asym:#x} {sym:#x} {hash:#x}, \
         device authentication {auth:#x}, applications: {applications}"
    )
}

pub(crate) fn unloadable(library: &Path, why: &str) -> String {
    format!("{}: {why}", library.display())
}

pub(crate) fn crashed(library: &Path, how: &str) -> String {
    format!(
        "{} ended the process that loaded it ({how})",
        library.display()
    )
}

pub(crate) fn hangs(library: &Path, seconds: u64) -> String {
    format!(
        "{} does not come back within {seconds} s",
        library.display()
    )
}

pub(crate) fn died(how: &str, at: &str) -> String {
    match at {
        "" => format!("crashed ({how})"),
        at => format!("crashed in {at} ({how})"),
    }
}

pub(crate) fn no_answer(seconds: u64, at: &str) -> String {
    match at {
        "" => format!("did not come back within {seconds} s"),
        at => format!("{at} did not come back within {seconds} s"),
    }
}

pub(crate) fn counts(passed: usize, failed: usize, skipped: usize) -> String {
    format!("{passed} passed, {failed} failed, {skipped} skipped\n")
}
