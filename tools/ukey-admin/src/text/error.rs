//! What went wrong, as lower-case fragments that follow "error: ".

use std::{io, path::Path};

use ukey_token::transport::TransportError;

use super::{role, role_capital, tries};
use crate::{
    cli::{PinRole, Usage},
    error::{Choice, FileAction, Item},
};

pub(crate) const PIN_NOT_SET: &str = "this application has no user PIN yet";
pub(crate) const NOT_GOOD: &str = "not every certificate is good";
pub(crate) const ONE_OUTPUT: &str = "one --output cannot take several files; leave it out";

pub(crate) fn some_files(failed: usize) -> String {
    match failed {
        1 => "one file failed".to_owned(),
        n => format!("{n} files failed"),
    }
}

pub(crate) const SEAL_NAME: &str = "a seal's name has 1 to 24 letters, digits, - _ or .";
pub(crate) const NOT_A_WRAPPED_KEY: &str = "this file holds no wrapped key";

pub(crate) fn not_hex(text: &str) -> String {
    format!("{text:?} is not a row of bytes in hexadecimal digits")
}

pub(crate) fn mistyped(what: &str) -> String {
    format!("the {what} is not what was read out; nothing was tried with it")
}

pub(crate) const ANSWER_WITHOUT_KEY: &str = "the key that this answer is for is not on the USBKEY; an answer belongs to the request made here";
pub(crate) const NOT_CONFIRMED: &str = "not confirmed; nothing was changed";
pub(crate) const VERIFICATION_FALSE: &str = "the signature is NOT valid";
pub(crate) const INTERRUPTED: &str = "interrupted";
pub(crate) const BROKEN_PIPE: &str = "the reader of the output went away";
pub(crate) const PIN_SOURCE_UNKNOWN: &str =
    "that is no PIN source (it is not shown, in case it is a PIN)";

/// The first letter in upper case.
pub(crate) fn sentence(fragment: &str) -> String {
    let mut letters = fragment.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

pub(crate) fn token(error: &ukey_token::Error) -> String {
    use ukey_token::Error as E;
    match error {
        E::NoToken => "there is no key in the reader".to_owned(),
        E::ForeignCard => {
            "the card in the reader is not a USBKEY (it does not speak GM/T 0017)".to_owned()
        }
        E::Removed => "the key was removed".to_owned(),
        E::Busy => "the key is in use by another program".to_owned(),
        E::NotLoggedIn => "the key asks for the PIN first".to_owned(),
        E::DeviceAuthenticationFailed => "the key refused the device key".to_owned(),
        E::PinLength { min, max } => format!("a PIN has {min} to {max} bytes"),
        E::PinInvalid => "a PIN cannot hold a NUL byte".to_owned(),
        E::Transport(TransportError::NoService) => {
            "the smart card service (pcscd) is not running".to_owned()
        }
        E::Transport(TransportError::AccessRefused) => {
            "this user may not use the smart card service (pcscd)".to_owned()
        }
        E::NotSupported => "the key does not support this".to_owned(),
        other => other.to_string(),
    }
}

pub(crate) fn pki(error: &ukey_pki::Error) -> String {
    match error {
        ukey_pki::Error::KeyHolder(source) => match source.downcast_ref() {
            Some(e) => token(e),
            None => source.to_string(),
        },
        other => other.to_string(),
    }
}

pub(crate) fn no_device(selected: &bool, readers: &[(String, ukey_token::Error)]) -> String {
    let mut text = match selected {
        true => {
            "no key fits the selection (--serial, --label, --uri, --cert-subject or UKEY_SERIAL)"
                .to_owned()
        }
        false => "no key found".to_owned(),
    };
    for (reader, why) in readers {
        text.push_str(&format!("\n  {reader}: {}", token(why)));
    }
    text
}

fn item(what: Item) -> &'static str {
    match what {
        Item::Device => "key",
        Item::Application => "application",
        Item::Container => "container",
        Item::SigningKey => "signing key pair",
        Item::EncryptionKey => "encryption key pair",
        Item::Certificate => "certificate",
        Item::KeyForCertificate => "key pair on the USBKEY that fits the certificate",
        Item::Signature => "signature",
        Item::Seal => "seal",
        Item::File => "file",
    }
}

pub(crate) fn ambiguous(what: Item, choices: &[Choice]) -> String {
    let mut text = match what {
        Item::Device => "several keys are plugged in; choose one with --serial".to_owned(),
        Item::Application => {
            "the key has several applications; choose one with --application".to_owned()
        }
        Item::Certificate => "several certificates fit; choose one by its serial number".to_owned(),
        _ => "several containers fit; choose one with --container".to_owned(),
    };
    for choice in choices {
        text.push_str(&format!("\n  {}", choice.line));
    }
    text
}

pub(crate) fn not_found(what: Item, name: &str) -> String {
    match name {
        "" => format!("no {} found", item(what)),
        name => format!("no {} found: {name}", item(what)),
    }
}

pub(crate) fn exists(what: Item, name: &str) -> String {
    format!("{} exists already: {name}", item(what))
}

pub(crate) fn file(action: FileAction, path: &Path, source: &io::Error) -> String {
    let verb = match action {
        FileAction::Read => "read",
        FileAction::Write => "write",
        FileAction::Create => "create",
    };
    format!("cannot {verb} {}: {source}", path.display())
}

pub(crate) fn pin_wrong(whose: PinRole, tries_left: u8) -> String {
    match tries_left {
        0 => format!("wrong {}; it is locked now", role(whose)),
        left => format!("wrong {}, {} left", role(whose), tries(left)),
    }
}

pub(crate) fn pin_locked(whose: PinRole) -> String {
    format!("the {} is locked", role(whose))
}

pub(crate) fn last_try(whose: PinRole) -> String {
    format!(
        "{}: only 1 try is left, and one more wrong PIN would lock it",
        role_capital(whose)
    )
}

pub(crate) fn must_not_ask(what: &str) -> String {
    format!("{what} would have to be asked for, and questions are switched off or impossible here")
}

pub(crate) fn self_test(step: &str) -> String {
    format!("self-test failed: {step}")
}

pub(crate) fn findings(warnings: usize, failures: usize) -> String {
    format!("{failures} failed, {warnings} with warnings")
}

pub(crate) fn pin_variable_unset(name: &str) -> String {
    format!("environment variable {name} is not set or empty")
}

pub(crate) fn pin_file_readable(path: &Path) -> String {
    format!("others than you can read the PIN file {}", path.display())
}

pub(crate) fn pin_source_empty(source: &str) -> String {
    format!("PIN source {source} has no (further) line")
}

pub(crate) fn pin_source_unreadable(source: &str, cause: &io::Error) -> String {
    format!("cannot read PIN source {source}: {cause}")
}

/// Stands in the place of a reader's name when the way to all readers is broken.
pub(crate) const READERS: &str = "smart card service";

pub(crate) fn uri(why: &str) -> String {
    format!("--uri: {why}")
}

pub(crate) fn not_an_auth_key(path: &Path) -> String {
    format!(
        "{} holds no device key (16 bytes, or 32 hexadecimal digits)",
        path.display()
    )
}

pub(crate) const JSON_AND_STREAM: &str =
    "--json and --output - both want standard output; write to a file";
pub(crate) const BINARY_NEEDS_OUTPUT: &str =
    "--format der is binary: say where it goes with --output (- is standard output)";

pub(crate) fn key_usage(usage: Usage) -> String {
    match usage {
        Usage::Sign => "the certificate's key usage does not allow signatures".to_owned(),
        Usage::Encrypt => "the certificate's key usage does not allow encryption".to_owned(),
    }
}

pub(crate) const NO_AUTHORITY: &str = "one of --ca, --request and --answer is needed";
pub(crate) const TWO_OFFICERS: &str = "a recovery needs the key files of two officers";

pub(crate) fn refused(message: &str) -> String {
    format!("the authority refuses the request: {message}")
}

pub(crate) fn not_retired(container: &str) -> String {
    format!("container {container} is in use; only ukey-admin container delete takes it away")
}

pub(crate) fn expiring(count: usize) -> String {
    match count {
        1 => "1 certificate ends soon".to_owned(),
        n => format!("{n} certificates end soon"),
    }
}

pub(crate) fn not_due(days_left: i64) -> String {
    format!("the certificate is valid for another {days_left} days")
}

pub(crate) const WRONG_ANSWER: &str = "the answer of the CA does not fit the request";

pub(crate) const GM_NEEDS_SM2: &str = "--format gm is for SM2 keys; this key is RSA, use cms";
pub(crate) const RAW_DER_NEEDS_SM2: &str =
    "--format raw-der is for SM2 keys; this key is RSA, use raw";
pub(crate) const RAW_ATTACHED: &str = "a bare signature cannot hold the file: leave out --attached";
pub(crate) const NOTHING_TO_TAKE_OUT: &str =
    "--output takes the file out of a signature that holds it; this one is beside its file";
pub(crate) const SIGNATURE_IS_DETACHED: &str =
    "this signature does not hold the file: name the file, and the signature with --signature";
pub(crate) const BARE_NEEDS_CERTIFICATE: &str =
    "a bare signature does not tell who signed: name the certificate with --certificate";

pub(crate) const DECRYPT_NEEDS_OUTPUT: &str =
    "the name does not end in .enc: say with --output where the result goes";
pub(crate) const TWO_READERS_OF_STDIN: &str =
    "the file and the PIN cannot both come from standard input";

pub(crate) fn not_a_recipient(recipients: &[String]) -> String {
    let mut text =
        "this file is not encrypted to any certificate on this key; it is for:".to_owned();
    for recipient in recipients {
        text.push_str(&format!("\n  {recipient}"));
    }
    text
}

pub(crate) fn recipient_usage(path: &Path) -> String {
    format!(
        "{} holds no certificate whose key usage allows encryption",
        path.display()
    )
}

pub(crate) const LABEL_TOO_LONG: &str = "a label has at most 31 bytes (10 Chinese characters)";
