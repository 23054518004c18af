//! What went wrong, as lower-case fragments that follow "error: ".

use std::{io, path::Path};

use super::{role, role_capital};
use crate::{
    cli::{PinRole, Usage},
    error::{Choice, FileAction, Item},
    target::Unusable,
};

super::message::messages! {
    "error-"
    fn pin_not_set();
    fn not_good();
    fn one_output();
    fn seal_name();
    fn not_a_wrapped_key();
    fn answer_without_key();
    fn not_confirmed();
    fn verification_false();
    fn interrupted();
    fn broken_pipe();
    fn pin_source_unknown();
    fn readers();
    fn json_and_stream();
    fn command_missing();
    fn binary_needs_output();
    fn seal_needs_output();
    fn no_authority();
    fn two_officers();
    fn wrong_answer();
    fn gm_needs_sm2();
    fn raw_der_needs_sm2();
    fn raw_attached();
    fn nothing_to_take_out();
    fn signature_is_detached();
    fn bare_needs_certificate();
    fn decrypt_needs_output();
    fn two_readers_of_stdin();
    fn label_too_long();
    fn some_files(failed: usize);
    fn not_hex_text(text: &str);
    fn mistyped(what: &str);
    fn unselected();
    fn no_key();
    fn item(what: Item);
    fn several(what: Item);
    fn found_none(item: &str);
    fn found_none_called(item: &str, name: &str);
    fn exists_already(item: &str, name: &str);
    fn file_line(action: FileAction, path: &Path, cause: &str);
    fn io(kind: &str, detail: &str);
    fn wrong_pin(pin: &str, tries_left: u8);
    fn locked_pin(pin: &str);
    fn one_try_left(pin: &str);
    fn must_not_ask(what: &str);
    fn self_test(step: &str);
    fn findings(warnings: usize, failures: usize);
    fn pin_variable_unset(name: &str);
    fn pin_file_readable(path: &Path);
    fn pin_source_empty(source: &str);
    fn pin_source_broken(source: &str, cause: &str);
    fn uri(why: &str);
    fn not_an_auth_key(path: &Path);
    fn key_usage(usage: Usage);
    fn not_retired(container: &str);
    fn expiring(count: usize);
    fn not_due(days_left: i64);
    fn not_for_this_key();
    fn recipient_usage(path: &Path);
}

pub(crate) fn not_hex(text: &str) -> String {
    not_hex_text(&format!("{text:?}"))
}

/// The first letter in upper case, where a language has such.
pub(crate) fn sentence(fragment: &str) -> String {
    let mut letters = fragment.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

pub(crate) use super::{pki::error as pki, token::error as token};

pub(crate) fn no_device(selected: &bool, readers: &[Unusable]) -> String {
    let text = match selected {
        true => unselected(),
        false => no_key(),
    };
    with_lines(text, readers.iter().map(unusable))
}

/// A reader, and why it leads to no token.
pub(crate) fn unusable(one: &Unusable) -> String {
    format!("{}: {}", one.reader, unusable_why(one))
}

pub(crate) fn unusable_why(one: &Unusable) -> String {
    match &one.image {
        Some(trouble) => super::token::of_image(trouble),
        None => token(&one.error),
    }
}

/// `text`, and lines below it that belong to it.
fn with_lines(text: &str, lines: impl Iterator<Item = impl AsRef<str>>) -> String {
    let mut text = text.to_owned();
    for line in lines {
        text.push_str("\n  ");
        text.push_str(line.as_ref());
    }
    text
}

pub(crate) fn ambiguous(what: Item, choices: &[Choice]) -> String {
    with_lines(&several(what), choices.iter().map(|choice| &choice.line))
}

pub(crate) fn not_found(what: Item, name: &str) -> String {
    match name {
        "" => found_none(&item(what)),
        name => found_none_called(&item(what), name),
    }
}

pub(crate) fn exists(what: Item, name: &str) -> String {
    exists_already(&item(what), name)
}

pub(crate) fn file(action: FileAction, path: &Path, source: &io::Error) -> String {
    file_line(action, path, &cause(source))
}

/// What the system says, in the language of this process where the case is a common one.
pub(crate) fn cause(error: &io::Error) -> String {
    let kind = match error.kind() {
        io::ErrorKind::NotFound => "not-found",
        io::ErrorKind::PermissionDenied => "permission-denied",
        io::ErrorKind::AlreadyExists => "already-exists",
        io::ErrorKind::IsADirectory => "is-a-directory",
        io::ErrorKind::NotADirectory => "not-a-directory",
        io::ErrorKind::StorageFull => "storage-full",
        io::ErrorKind::ReadOnlyFilesystem => "read-only",
        io::ErrorKind::UnexpectedEof => "unexpected-end",
        _ => "other",
    };
    io(kind, &words(error))
}

/// The system's words alone: not its number, and not the name of a temporary file of ours.
fn words(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" at path \"").next().unwrap_or(&text);
    let text = text
        .rsplit_once(" (os error ")
        .map_or(text, |(words, _)| words);
    text.to_owned()
}

pub(crate) fn pin_wrong(whose: PinRole, tries_left: u8) -> String {
    wrong_pin(role(whose), tries_left)
}

pub(crate) fn pin_locked(whose: PinRole) -> String {
    locked_pin(role(whose))
}

pub(crate) fn last_try(whose: PinRole) -> String {
    one_try_left(role_capital(whose))
}

pub(crate) fn pin_source_unreadable(source: &str, error: &io::Error) -> String {
    pin_source_broken(source, &cause(error))
}

pub(crate) fn not_a_recipient(recipients: &[String]) -> String {
    with_lines(not_for_this_key(), recipients.iter())
}
