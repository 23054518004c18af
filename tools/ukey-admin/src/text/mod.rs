//! Every sentence that a user can see, apart from the help texts, which live with the clap
//! definition in [`crate::cli`]. One room, so that another language is another file beside it.

pub(crate) mod app;
pub(crate) mod batch;
pub(crate) mod digest;
pub(crate) mod doctor;
pub(crate) mod error;
pub(crate) mod expiry;
pub(crate) mod hint;
pub(crate) mod key;
pub(crate) mod policy;
pub(crate) mod skf;
pub(crate) mod window;

use ukey_pki::signed_data::Check;

use crate::cli::{PinRole, SignFormat, Usage};

/// "1 try", "3 tries".
pub(crate) fn tries(count: u8) -> String {
    match count {
        1 => "1 try".to_owned(),
        n => format!("{n} tries"),
    }
}

pub(crate) fn role(role: PinRole) -> &'static str {
    match role {
        PinRole::User => "user PIN",
        PinRole::So => "SO PIN",
    }
}

pub(crate) fn role_capital(role: PinRole) -> &'static str {
    match role {
        PinRole::User => "User PIN",
        PinRole::So => "SO PIN",
    }
}

// ---- questions ----

pub(crate) fn pin_prompt(role: PinRole, token: &str, tries_left: u8) -> String {
    format!(
        "{} of {token} ({} left): ",
        role_capital(role),
        tries(tries_left)
    )
}

pub(crate) fn new_pin_prompt(role: PinRole, again: bool) -> String {
    let again = if again { ", once more" } else { "" };
    format!("New {}{again} (6 to 16 characters): ", self::role(role))
}

pub(crate) const NEW_PINS_DIFFER: &str = "The two differ. Please try again.";

pub(crate) fn pin_wrong_ask_again(tries_left: u8) -> String {
    format!("Wrong PIN, {} left.", tries(tries_left))
}

pub(crate) fn pin_refused(reason: &crate::error::Error) -> String {
    format!(
        "{}; nothing was sent to the key, no try was spent.",
        error::sentence(&reason.to_string())
    )
}

pub(crate) fn confirm_prompt(serial_tail: &str) -> String {
    format!(
        "To go on, type the last {} characters of the serial number: ",
        serial_tail.chars().count()
    )
}

// ---- talk on standard error ----

pub(crate) const NOTHING_CHANGED: &str = "Dry run: nothing was changed.";
pub(crate) const FACTORY_DEVICE_KEY: &str = "\
The device key is still the factory value, which everybody knows: anyone who holds this key can
wipe it. Give it an own one with --new-auth-key-file FILE.";
pub(crate) const NOT_JUDGED: &str =
    "To judge the signer too, give the certificates that you trust with --ca.";

pub(crate) fn test_ca_created(directory: &std::path::Path) -> String {
    format!(
        "New TEST certification authority in {}: for trying out only.",
        directory.display()
    )
}

pub(crate) fn auth_key_written(path: &std::path::Path) -> String {
    format!(
        "The new device key is in {}. Keep it: without it the key cannot be initialised again.",
        path.display()
    )
}

pub(crate) fn interrupted(done: &[String]) -> String {
    let mut text = String::from("\nInterrupted; no unfinished output was left.");
    if !done.is_empty() {
        text.push_str(" Done before that: ");
        text.push_str(&done.join("; "));
        text.push('.');
    }
    text
}

// ---- results ----

pub(crate) const NONE: &str = "(none)";

pub(crate) fn written(what: &str, path: &std::path::Path) -> String {
    format!("{what}: {}\n", path.display())
}

pub(crate) const BLANK_KEY: &str =
    "(none: the key is blank; make it usable with: ukey-admin device init)";
pub(crate) const PIN_UNBLOCKED: &str = "The user PIN has a new value and all its tries.";

pub(crate) fn yes_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

pub(crate) fn free_space(free: u64, total: u64) -> String {
    format!(
        "{} of {}",
        crate::output::size(free),
        crate::output::size(total)
    )
}

/// "9 of 10 tries left", and what else there is to say about a PIN.
pub(crate) fn pin_state(info: &ukey_token::PinInfo) -> String {
    let mut state = match (info.state, info.tries_left) {
        (ukey_token::PinState::NotSet, _) => return "not set".to_owned(),
        (_, 0) => "LOCKED".to_owned(),
        (_, left) => format!("{left} of {} tries left", info.max_tries),
    };
    if info.state == ukey_token::PinState::Default {
        state.push_str(", never changed since initialisation");
    }
    state
}

pub(crate) fn pin_changed(role: PinRole) -> String {
    format!("The {} is changed.", self::role(role))
}

pub(crate) const NO_CONTAINERS: &str = "(no containers)";
pub(crate) const NO_CERTIFICATE: &str = "no certificate";
pub(crate) const SIGNATURE_SIDE: &str = "signature key";
pub(crate) const ENCRYPTION_SIDE: &str = "encryption key";
pub(crate) const EMPTY: &str = "empty";
pub(crate) const UNREADABLE_CERTIFICATE: &str = "(unreadable certificate)";

pub(crate) fn file_line(name: &str, size: u32) -> String {
    format!("file {name} ({})", crate::output::size(size.into()))
}

pub(crate) fn would_destroy(token: &str, application: &str, content: &[String]) -> String {
    let mut text = format!(
        "application {application} on {token} and everything in it will be destroyed for ever:"
    );
    if content.is_empty() {
        text.push_str("\n  (it is empty)");
    }
    for line in content {
        text.push_str("\n  ");
        text.push_str(line);
    }
    text
}

pub(crate) fn would_delete(token: &str, line: &str) -> String {
    format!("this container on {token} will be deleted for ever:\n  {line}")
}

pub(crate) fn container_deleted(name: &str) -> String {
    format!("Container {name} is deleted.")
}

pub(crate) fn init_tries(user: u8, so: u8) -> String {
    format!("user {user}, SO {so}")
}

pub(crate) fn done_deleted(application: &str) -> String {
    format!("application {application} deleted")
}

pub(crate) fn done_created(application: &str) -> String {
    format!("application {application} created")
}

pub(crate) const WIRE: &str = "GM/T 0017, ukey extension 1";
pub(crate) const MAKING_KEY: &str = "the key makes a key pair";
pub(crate) const NO_CERTIFICATES: &str = "(no certificates)";
pub(crate) const WRITTEN: &str = "Written";

/// Stable word, for JSON too.
pub(crate) fn usage_word(usage: Usage) -> &'static str {
    match usage {
        Usage::Sign => "sign",
        Usage::Encrypt => "encrypt",
    }
}

pub(crate) fn key_made(algorithm: &str, container: &str) -> String {
    format!("New {algorithm} signing key in container {container}.")
}

pub(crate) fn certificate_stored(
    name: &str,
    container: &str,
    usage: Usage,
    changed: bool,
) -> String {
    let pair = match usage {
        Usage::Sign => SIGNATURE_SIDE,
        Usage::Encrypt => ENCRYPTION_SIDE,
    };
    match changed {
        true => {
            format!("Certificate of {name} is stored beside the {pair} of container {container}.")
        }
        false => {
            format!("Certificate of {name} was there already ({pair} of container {container}).")
        }
    }
}

pub(crate) fn until(day: &str, days_left: i64) -> String {
    match days_left {
        left if left < 0 => format!("{day} (EXPIRED)"),
        1 => format!("{day} (1 day)"),
        left => format!("{day} ({left} days)"),
    }
}

pub(crate) fn done_container(name: &str) -> String {
    format!("container {name} created")
}

pub(crate) fn done_signing_key(container: &str) -> String {
    format!("signing key made in container {container}")
}

pub(crate) const READ_BACK: &str = "what was stored reads back differently";
pub(crate) const SELF_TEST_SIGN: &str =
    "a signature by the key does not verify with its certificate";
pub(crate) const SELF_TEST_DECRYPT: &str =
    "the key cannot decrypt what was encrypted to its certificate";
pub(crate) const SELF_TEST_OK: &str = "signed and verified, encrypted and decrypted";
pub(crate) const DONE_EARLIER: &str = "earlier certificate kept";
pub(crate) const DONE_ENCRYPTION_KEY: &str = "encryption key imported";

pub(crate) const RENEWED: &str = "Renewed";
pub(crate) const RECOVERED: &str = "Recovered";
pub(crate) const DECRYPTED_OK: &str = "encrypted and decrypted";
pub(crate) const UNKNOWN_THERE: &str = "unknown";
pub(crate) const RENEWAL_WARNING: &str = "\
tenders handed in and not yet opened need the old key at their opening: it stays on this USBKEY, but
platforms may look at the certificate. Do not renew between handing in and opening if you can wait.";
pub(crate) const RECOVER_OLD: &str =
    "What was encrypted to the old USBKEY: ukey-admin recover, with two officers of the authority.";

pub(crate) fn done_retired(container: &str) -> String {
    format!("container {container} retired")
}

pub(crate) fn old_pair_stays(container: &str) -> String {
    format!("The old key stays in container {container} and opens what was encrypted to it.\n")
}

pub(crate) fn request_written(path: &std::path::Path) -> String {
    format!(
        "Request written: {}. Send it to the authority, then run the same command with --answer.\n",
        path.display()
    )
}

pub(crate) fn enrolled(before: bool) -> &'static str {
    if before {
        "Enrolled before"
    } else {
        "Enrolled"
    }
}

pub(crate) fn in_container(name: &str) -> String {
    format!("in container {name}")
}

pub(crate) fn done_certificate(usage: Usage) -> String {
    format!("certificate stored ({})", usage_word(usage))
}

// ---- verify ----

pub(crate) const SIGNED_BY: &str = "Signed by";
pub(crate) const CLAIMED_TIME: &str = "at";
pub(crate) const UNKNOWN_SIGNER: &str = "(unknown: the signer's certificate is missing)";
pub(crate) const NOT_CHECKED: &str = "not checked";

/// Stable word, for JSON too.
pub(crate) fn format_word(format: SignFormat) -> &'static str {
    match format {
        SignFormat::Gm => "gm",
        SignFormat::Cms => "cms",
        SignFormat::Raw => "raw",
        SignFormat::RawDer => "raw-der",
    }
}

/// Stable word, for JSON too.
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

pub(crate) fn check_sentence(check: Check) -> &'static str {
    match check {
        Check::Certificate => "the signer's certificate is at hand and usable",
        Check::Binding => "the file is the one that the message is about",
        Check::ContentType => "the signed attributes are about this type of content",
        Check::ContentDigest => "the file is unchanged since it was signed",
        Check::Signature => "the signature was made with the signer's key",
        Check::Path => "the signer's certificate is valid and leads to a trusted authority",
        _ => "another check",
    }
}

pub(crate) fn verdict_true(trusted: bool) -> &'static str {
    match trusted {
        true => "The signature is valid.\n",
        false => "The signature is valid; the signer was not judged.\n",
    }
}

pub(crate) fn outside_validity(name: &str) -> String {
    format!("the certificate of {name} is outside of its validity; others may refuse the signature")
}

// ---- encrypt, decrypt ----

pub(crate) const NOT_PROTECTED: &str = "\
this file has no integrity check (other software made it): if it was altered on the way, nobody can
tell from the file itself.";

pub(crate) fn recipient_outside_validity(name: &str) -> String {
    format!("the certificate of {name} is outside of its validity; is it still in use?")
}

pub(crate) const WATCHING: &str = "Waiting for USBKEYs; Ctrl-C ends.";
pub(crate) const NO_SEALS: &str = "There are no seals.";
pub(crate) const GOOD: &str = "good";
pub(crate) const OTHER_KEY: &str = "it certifies another key than the one beside it";
pub(crate) const REVOKED: &str = "it is on the revocation list";
pub(crate) const LIST_OF_STRANGER: &str = "the revocation list is not of a trusted authority";
pub(crate) const LIST_NOT_SIGNED: &str = "the revocation list is not signed by its authority";
pub(crate) const LIST_TOO_OLD: &str = "the revocation list is out of date";
pub(crate) const ANSWER: &str = "answer";
pub(crate) const CODE: &str = "code";
pub(crate) const ANSWER_LABEL: &str = "Answer";
pub(crate) const ANSWER_PROMPT: &str = "The operator's answer: ";

pub(crate) fn unblock_code(code: &str) -> String {
    format!("Code for the operator: {code}\nLeave the USBKEY plugged in until the answer is here.")
}

pub(crate) fn bare_prompt(role: PinRole) -> String {
    format!("{}: ", role_capital(role))
}

pub(crate) fn outside_dates(from: &str, until: &str) -> String {
    format!("it is valid from {from} until {until} only; is the computer's clock right?")
}

pub(crate) const NO_CONFIGURATION: &str = "There is no configuration file; the defaults hold.";

pub(crate) fn config_is_valid(file: &str) -> String {
    format!("{file} is a valid configuration.")
}

pub(crate) fn seal_stored(name: &str) -> String {
    format!("Seal {name} is stored.")
}

pub(crate) fn seal_deleted(name: &str) -> String {
    format!("Seal {name} is deleted.")
}

pub(crate) fn pair_imported(container: &str) -> String {
    format!("Encryption key imported to container {container} and tried.")
}

pub(crate) fn reader_event(event: &str, reader: &str, serial: Option<&str>) -> String {
    match serial {
        Some(serial) => format!("{event}  {serial}  {reader}"),
        None => format!("{event}  {reader}"),
    }
}
