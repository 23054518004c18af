//! What `policy` says, and why a new PIN is refused.

use ukey_host::{PinDefect, PinPolicy};
use ukey_token::Features;

super::message::messages! {
    "policy-"
    fn length_label();
    fn characters_label();
    fn creators_label();
    fn beyond_label();
    fn bytes(least: usize, most: usize);
    fn bytes_here(least: usize, most: usize, here: usize);
    fn run_here(most: usize);
    fn any_run();
    fn tries(count: u8);
    fn not_told();
    fn too_short(min_length: usize);
    fn too_plain(longest_run: usize);
    fn written(file: &str);
    fn would_write(file: &str);
    fn stricter_elsewhere();
    fn does_not_count(file: &str);
    fn not_a_table(file: &str);
    fn profile_too_short(length: usize);
    fn wanted_run();
}

pub(crate) fn pin_length(least: usize, most: usize, policy: PinPolicy) -> String {
    match policy.min_length > least {
        true => bytes_here(least, most, policy.min_length),
        false => bytes(least, most),
    }
}

pub(crate) fn longest_run(policy: PinPolicy) -> String {
    match policy.longest_run {
        Some(most) => run_here(most),
        None => any_run().to_owned(),
    }
}

pub(crate) fn defect(defect: PinDefect) -> String {
    match defect {
        PinDefect::Short { min_length } => too_short(min_length),
        PinDefect::Run { longest_run } => too_plain(longest_run),
    }
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
