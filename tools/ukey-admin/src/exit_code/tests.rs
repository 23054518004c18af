use std::io;

use ukey_token::Error as TokenError;

use super::*;
use crate::{
    cli::PinRole,
    error::{FileAction, Item},
    target::Unusable,
};

fn code(error: Error) -> i32 {
    classify(&error).0 as i32
}

fn file(kind: io::ErrorKind) -> Error {
    Error::File {
        action: FileAction::Read,
        path: "x".into(),
        source: kind.into(),
    }
}

/// Fails for every row whose error does not have its number.
#[track_caller]
fn check(table: impl IntoIterator<Item = (i32, Error)>) {
    for (number, error) in table {
        let name = format!("{error:?}");
        assert_eq!(code(error), number, "{name}");
    }
}

#[test]
fn errors_of_this_program_have_the_promised_numbers() {
    let what = Item::Container;
    let (name, choices) = (String::new(), Vec::new());
    check([
        (0, Error::BrokenPipe),
        (1, Error::NotConfirmed),
        (2, Error::Usage(String::new())),
        (2, Error::MustNotAsk("x")),
        (5, Error::Ambiguous { what, choices }),
        (
            7,
            Error::NotFound {
                what,
                name: name.clone(),
            },
        ),
        (
            7,
            Error::NotARecipient {
                recipients: Vec::new(),
            },
        ),
        (
            8,
            Error::Exists {
                what,
                name,
                replaceable: false,
            },
        ),
        (13, Error::VerificationFalse),
        (130, Error::Interrupted),
    ]);
}

#[test]
fn pins_have_the_promised_numbers() {
    let role = PinRole::User;
    check([
        (
            4,
            Error::PinWrong {
                role,
                tries_left: 3,
            },
        ),
        (4, TokenError::PinIncorrect { tries_left: 3 }.into()),
        (4, Error::LastTry { role }),
        (6, Error::PinLocked { role }),
        (6, TokenError::PinLocked.into()),
    ]);
}

#[test]
fn tokens_have_the_promised_numbers() {
    let no_device = |readers| Error::NoDevice {
        selected: false,
        readers,
    };
    check([
        (3, no_device(Vec::new())),
        (3, TokenError::ForeignCard.into()),
        (7, TokenError::ContainerNotFound.into()),
        (8, TokenError::ContainerExists.into()),
        (
            9,
            TokenError::Transport(TransportError::AccessRefused).into(),
        ),
        (10, TokenError::Busy.into()),
        (
            10,
            no_device(vec![Unusable {
                reader: "reader".to_owned(),
                error: TokenError::Busy,
                image: None,
            }]),
        ),
        (11, TokenError::Removed.into()),
        (
            11,
            Error::Pki(ukey_pki::Error::key_holder(TokenError::Removed)),
        ),
        (12, TokenError::NotSupported.into()),
    ]);
}

#[test]
fn files_and_messages_have_the_promised_numbers() {
    check([
        (7, file(io::ErrorKind::NotFound)),
        (8, file(io::ErrorKind::AlreadyExists)),
        (9, file(io::ErrorKind::PermissionDenied)),
        (130, file(io::ErrorKind::Interrupted)),
        (1, Error::Pki(ukey_pki::Error::Decryption)),
        (13, Error::Pki(ukey_pki::Error::Signature { what: "x" })),
    ]);
}

#[test]
fn the_doctor_has_numbers_of_its_own() {
    assert_eq!(
        code(Error::Findings {
            warnings: 1,
            failures: 0
        }),
        1
    );
    assert_eq!(
        code(Error::Findings {
            warnings: 1,
            failures: 1
        }),
        2
    );
}
