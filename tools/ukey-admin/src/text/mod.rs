//! Every sentence that a user can see, apart from the help texts, which live with the clap
//! definition in [`crate::cli`]. The words are in `locales/`, a folder for each language; a function
//! here stands for each ([`message`]).

pub(crate) mod app;
pub(crate) mod batch;
pub(crate) mod digest;
pub(crate) mod doctor;
pub(crate) mod error;
pub(crate) mod expiry;
pub(crate) mod help;
pub(crate) mod hint;
pub(crate) mod key;
pub(crate) mod label;
pub(crate) mod language;
pub(crate) mod message;
pub(crate) mod pki;
pub(crate) mod policy;
pub(crate) mod refusal;
pub(crate) mod skf;
pub(crate) mod token;
pub(crate) mod window;

use std::path::Path;

use ukey_pki::signed_data::Check;

use crate::cli::{PinRole, SignFormat, Usage};

/// What the token speaks; the same for programs.
pub(crate) const WIRE: &str = "GM/T 0017, ukey extension 1";

message::messages! {
    ""
    fn new_pins_differ();
    fn nothing_changed();
    fn factory_device_key();
    fn not_judged();
    fn none();
    fn blank_key();
    fn pin_unblocked();
    fn no_containers();
    fn no_certificate();
    fn signature_side();
    fn encryption_side();
    fn empty();
    fn unreadable_certificate();
    fn making_key();
    fn no_certificates();
    fn read_back();
    fn self_test_sign();
    fn self_test_decrypt();
    fn self_test_ok();
    fn done_earlier();
    fn done_encryption_key();
    fn decrypted_ok();
    fn renewal_warning();
    fn recover_old();
    fn unknown_signer();
    fn not_checked();
    fn not_protected();
    fn watching();
    fn no_seals();
    fn good();
    fn other_key();
    fn revoked();
    fn list_of_stranger();
    fn list_not_signed();
    fn list_too_old();
    fn no_list_of_issuer();
    fn answer();
    fn code();
    fn answer_prompt();
    fn error_prefix();
    fn hint_prefix();
    fn warning_prefix();
    fn tries(count: u8);
    fn user_pin();
    fn so_pin();
    fn user_pin_capital();
    fn so_pin_capital();
    fn confirmation();
    fn pin_question(pin: &str, token: &str, tries: &str);
    fn new_pin_question(pin: &str);
    fn new_pin_again(pin: &str);
    fn bare_question(pin: &str);
    fn wrong_ask_again(tries: &str);
    fn unsent_pin(reason: &str);
    fn confirm_question(count: usize);
    fn test_ca_created(directory: &Path);
    fn auth_key_written(path: &Path);
    fn stopped();
    fn stopped_after(done: &str);
    fn result_file(what: &str, path: &Path);
    fn yes();
    fn no();
    fn of_total(free: &str, total: &str);
    fn pin_unset();
    fn pin_is_locked();
    fn tries_of(left: u8, max: u8);
    fn never_changed(state: &str);
    fn pin_changed(pin: &str);
    fn file_size(name: &str, size: &str);
    fn will_destroy(token: &str, application: &str);
    fn it_is_empty();
    fn will_delete(token: &str);
    fn container_deleted(name: &str);
    fn init_tries(user: u8, so: u8);
    fn done_deleted(application: &str);
    fn done_created(application: &str);
    fn done_container(name: &str);
    fn done_signing_key(container: &str);
    fn done_retired(container: &str);
    fn done_certificate(usage: Usage);
    fn key_made(algorithm: &str, container: &str);
    fn certificate_new(usage: Usage, name: &str, container: &str);
    fn certificate_there(usage: Usage, name: &str, container: &str);
    fn days_after(day: &str);
    fn days_before(day: &str, days_left: i64);
    fn old_pair(container: &str);
    fn request_file(path: &Path);
    fn in_container(name: &str);
    fn unblock_code(code: &str);
    fn side_line(side: &str, key: &str, certificate: &str);
    fn application_pins(name: &str, user: &str, so: &str);
    fn purpose(usage: Usage);
    fn is_true();
    fn is_false();
    /// What holds when a check of a signature passed.
    fn check_passed(check: &str);
    fn valid_signature();
    fn valid_unjudged();
    fn outside_validity(name: &str);
    fn recipient_outside_validity(name: &str);
    fn outside_dates(from: &str, until: &str);
    fn config_is_valid(file: &str);
    fn no_configuration();
    fn seal_stored(name: &str);
    fn seal_deleted(name: &str);
    fn pair_imported(container: &str);
    fn with_serial(name: &str, serial: &str);
    /// A word that programs read, for people.
    fn status_word(word: &str);
}

pub(crate) fn role(role: PinRole) -> &'static str {
    match role {
        PinRole::User => user_pin(),
        PinRole::So => so_pin(),
    }
}

pub(crate) fn role_capital(role: PinRole) -> &'static str {
    match role {
        PinRole::User => user_pin_capital(),
        PinRole::So => so_pin_capital(),
    }
}

// ---- questions ----

pub(crate) fn pin_prompt(role: PinRole, token: &str, tries_left: u8) -> String {
    pin_question(role_capital(role), token, &tries(tries_left))
}

pub(crate) fn new_pin_prompt(role: PinRole, again: bool) -> String {
    match again {
        true => new_pin_again(self::role(role)),
        false => new_pin_question(self::role(role)),
    }
}

pub(crate) fn bare_prompt(role: PinRole) -> String {
    bare_question(role_capital(role))
}

pub(crate) fn pin_wrong_ask_again(tries_left: u8) -> String {
    wrong_ask_again(&tries(tries_left))
}

pub(crate) fn pin_refused(reason: &crate::error::Error) -> String {
    unsent_pin(&error::sentence(&reason.to_string()))
}

pub(crate) fn confirm_prompt(serial_tail: &str) -> String {
    confirm_question(serial_tail.chars().count())
}

// ---- talk on standard error ----

pub(crate) fn interrupted(done: &[String]) -> String {
    match done {
        [] => format!("\n{}", stopped()),
        done => format!("\n{}", stopped_after(&done.join("; "))),
    }
}

pub(crate) fn would_destroy(token: &str, application: &str, content: &[String]) -> String {
    let mut text = will_destroy(token, application);
    if content.is_empty() {
        text.push_str("\n  ");
        text.push_str(it_is_empty());
    }
    for line in content {
        text.push_str("\n  ");
        text.push_str(line);
    }
    text
}

pub(crate) fn would_delete(token: &str, line: &str) -> String {
    format!("{}\n  {line}", will_delete(token))
}

// ---- results ----

/// A file that was made, on a line of its own.
pub(crate) fn written(what: &str, path: &Path) -> String {
    result_file(what, path) + "\n"
}

pub(crate) fn yes_no(yes: bool) -> &'static str {
    if yes { self::yes() } else { no() }
}

pub(crate) fn free_space(free: u64, total: u64) -> String {
    of_total(&crate::output::size(free), &crate::output::size(total))
}

/// "9 of 10 tries left", and what else there is to say about a PIN.
pub(crate) fn pin_state(info: &ukey_token::PinInfo) -> String {
    let state = match (info.state, info.tries_left) {
        (ukey_token::PinState::NotSet, _) => return pin_unset().to_owned(),
        (_, 0) => pin_is_locked().to_owned(),
        (_, left) => tries_of(left, info.max_tries),
    };
    match info.state {
        ukey_token::PinState::Default => never_changed(&state),
        _ => state,
    }
}

pub(crate) fn file_line(name: &str, size: u32) -> String {
    file_size(name, &crate::output::size(size.into()))
}

pub(crate) fn certificate_stored(
    name: &str,
    container: &str,
    usage: Usage,
    changed: bool,
) -> String {
    match changed {
        true => certificate_new(usage, name, container),
        false => certificate_there(usage, name, container),
    }
}

pub(crate) fn until(day: &str, days_left: i64) -> String {
    match days_left {
        left if left < 0 => days_after(day),
        left => days_before(day, left),
    }
}

pub(crate) fn old_pair_stays(container: &str) -> String {
    old_pair(container) + "\n"
}

pub(crate) fn request_written(path: &Path) -> String {
    request_file(path) + "\n"
}

pub(crate) fn enrolled(before: bool) -> &'static str {
    match before {
        true => label::enrolled_before(),
        false => label::enrolled(),
    }
}

pub(crate) fn check_sentence(check: Check) -> String {
    check_passed(check_word(check))
}

pub(crate) fn verdict_true(trusted: bool) -> String {
    let verdict = match trusted {
        true => valid_signature(),
        false => valid_unjudged(),
    };
    format!("{verdict}\n")
}

pub(crate) fn reader_event(event: &str, reader: &str, serial: Option<&str>) -> String {
    let event = status_word(event);
    match serial {
        Some(serial) => format!("{event}  {serial}  {reader}"),
        None => format!("{event}  {reader}"),
    }
}

// ---- stable words, for programs too ----

pub(crate) fn usage_word(usage: Usage) -> &'static str {
    match usage {
        Usage::Sign => "sign",
        Usage::Encrypt => "encrypt",
    }
}

pub(crate) fn format_word(format: SignFormat) -> &'static str {
    match format {
        SignFormat::Gm => "gm",
        SignFormat::Cms => "cms",
        SignFormat::Raw => "raw",
        SignFormat::RawDer => "raw-der",
    }
}

pub(crate) fn check_word(check: Check) -> &'static str {
    match check {
        Check::Certificate => "certificate",
        Check::Binding => "binding",
        Check::ContentType => "content_type",
        Check::ContentDigest => "content_digest",
        Check::Signature => "signature",
        Check::Path => "path",
        _ => "other",
    }
}

/// Every message of this room.
#[cfg(test)]
fn all_messages() -> Vec<message::Message> {
    [
        MESSAGES,
        app::MESSAGES,
        batch::MESSAGES,
        digest::MESSAGES,
        doctor::MESSAGES,
        error::MESSAGES,
        expiry::MESSAGES,
        hint::MESSAGES,
        key::MESSAGES,
        label::MESSAGES,
        pki::MESSAGES,
        policy::MESSAGES,
        refusal::MESSAGES,
        skf::MESSAGES,
        token::MESSAGES,
        window::MESSAGES,
    ]
    .concat()
}
