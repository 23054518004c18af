use std::io;

use ukey_token::Error as TokenError;

use super::*;
use crate::{
    cli::PinRole,
    error::{FileAction, Item},
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

/// The table that the help text promises.
#[test]
fn every_number_of_the_table_has_its_error() {
    let role = PinRole::User;
    let removed = ukey_pki::Error::key_holder(TokenError::Removed);
    let busy = vec![("reader".to_owned(), TokenError::Busy)];
    let table = [
        (0, Error::BrokenPipe),
        (1, Error::NotConfirmed),
        (1, Error::Pki(ukey_pki::Error::Decryption)),
        (2, Error::Usage(String::new())),
        (2, Error::MustNotAsk("x")),
        (
            3,
            Error::NoDevice {
                selected: false,
                readers: Vec::new(),
            },
        ),
        (3, TokenError::ForeignCard.into()),
        (
            4,
            Error::PinWrong {
                role,
                tries_left: 3,
            },
        ),
        (4, TokenError::PinIncorrect { tries_left: 3 }.into()),
        (4, Error::LastTry { role }),
        (
            5,
            Error::Ambiguous {
                what: Item::Device,
                choices: Vec::new(),
            },
        ),
        (6, Error::PinLocked { role }),
        (6, TokenError::PinLocked.into()),
        (
            7,
            Error::NotFound {
                what: Item::Container,
                name: String::new(),
            },
        ),
        (7, TokenError::ContainerNotFound.into()),
        (
            7,
            Error::NotARecipient {
                recipients: Vec::new(),
            },
        ),
        (7, file(io::ErrorKind::NotFound)),
        (
            8,
            Error::Exists {
                what: Item::File,
                name: String::new(),
            },
        ),
        (8, TokenError::ContainerExists.into()),
        (9, file(io::ErrorKind::PermissionDenied)),
        (
            9,
            TokenError::Transport(TransportError::AccessRefused).into(),
        ),
        (10, TokenError::Busy.into()),
        (
            10,
            Error::NoDevice {
                selected: false,
                readers: busy,
            },
        ),
        (11, TokenError::Removed.into()),
        (11, Error::Pki(removed)),
        (12, TokenError::NotSupported.into()),
        (13, Error::VerificationFalse),
        (130, Error::Interrupted),
        (130, file(io::ErrorKind::Interrupted)),
    ];
    for (number, error) in table {
        let name = format!("{error:?}");
        assert_eq!(code(error), number, "{name}");
    }
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
