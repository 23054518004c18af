//! What `policy` says, and why a new PIN is refused.

use ukey_host::{PinDefect, PinPolicy};
use ukey_token::Features;

pub(crate) fn pin_length(least: usize, most: usize, policy: PinPolicy) -> String {
    let mut text = format!("{least} to {most} bytes");
    if policy.min_length > least {
        text.push_str(&format!(
            "; on this computer at least {}",
            policy.min_length
        ));
    }
    text
}

pub(crate) fn longest_run(policy: PinPolicy) -> String {
    match policy.longest_run {
        Some(most) => format!("on this computer at most {most} equal or consecutive in a row"),
        None => "any".to_owned(),
    }
}

pub(crate) fn tries(count: u8) -> String {
    format!("{count} wrong ones in a row lock it (fixed when the application was made)")
}

pub(crate) const NOT_TOLD: &str = "(the USBKEY does not tell)";

pub(crate) fn defect(defect: PinDefect) -> String {
    match defect {
        PinDefect::Short { min_length } => {
            format!("a new PIN has at least {min_length} bytes on this computer (policy show)")
        }
        PinDefect::Run { longest_run } => format!(
            "a new PIN has at most {longest_run} equal or consecutive characters in a row on this computer (policy show)"
        ),
    }
}

pub(crate) fn written(file: &str) -> String {
    format!("Written to {file}.")
}

pub(crate) fn would_write(file: &str) -> String {
    format!("This would be written to {file}:")
}

pub(crate) const STRICTER_ELSEWHERE: &str =
    "another configuration file asks for more, and that holds: ukey-admin config show";

pub(crate) fn not_a_table(file: &str) -> String {
    format!("{file}: pin is there and is no table")
}

pub(crate) fn profile_too_short(length: usize) -> String {
    format!("PINs of {length} digits are shorter than this computer's policy allows (policy show)")
}

/// What tokens can do beyond GM/T 0017, as stable words, for JSON too.
pub(crate) const ABILITIES: [(Features, &str); 8] = [
    (Features::CHANGE_COUNTER, "change_counter"),
    (Features::OBJECTS, "objects"),
    (Features::PRIVATE_KEY_OPERATION, "private_key_operation"),
    (Features::TRANSPORT_KEY, "transport_key"),
    (Features::RESET_APPLICATION, "reset_application"),
    (Features::KEY_OBJECTS, "key_objects"),
    (Features::CHANGE_FEED, "change_feed"),
    (Features::RETIRED_CONTAINERS, "retired_containers"),
];
