//! One piece of advice for each error that has one.

use crate::{
    cli::PinRole,
    error::{Error, Item},
    pin_source::PinSourceError,
};

const SELECT_ANOTHER: &str = "list what is there: ukey-admin container list";

/// What to do about `error`.
pub(crate) fn hint(error: &Error) -> Option<String> {
    let text = match error {
        Error::NoDevice { selected: true, .. } => "see what is plugged in: ukey-admin device list",
        Error::NoDevice { .. } => "find out why: ukey-admin doctor",
        Error::PinLocked {
            role: PinRole::User,
        } => "the SO PIN gives it new tries: ukey-admin pin unblock",
        Error::PinLocked { role: PinRole::So } => {
            "a locked SO PIN cannot be unlocked; ukey-admin device init makes the key new and destroys all keys in it"
        }
        Error::PinWrong {
            tries_left: 0,
            role: PinRole::User,
        } => "the SO PIN gives it new tries: ukey-admin pin unblock",
        Error::LastTry { .. } => "if you are sure of the PIN, add --last-try-ok",
        Error::PinNotSet => "set it with the SO PIN: ukey-admin pin unblock",
        Error::MustNotAsk("confirmation") => "add --yes",
        Error::MustNotAsk(_) => {
            "give --pin-source (--so-pin-source, --new-pin-source): env:NAME, file:PATH, fd:N, stdin or agent"
        }
        Error::PinSource(e) => return pin_source(e),
        Error::Exists {
            what: Item::File, ..
        } => "add --force to overwrite it, or choose another --output",
        Error::Exists {
            what: Item::Certificate,
            ..
        } => "add --force to replace it",
        Error::NotFound {
            what: Item::Application,
            name,
        } if !name.is_empty() => "list what is there: ukey-admin app list",
        Error::NotFound {
            what: Item::Application,
            ..
        } => "a blank key is made usable by: ukey-admin device init",
        Error::NotFound {
            what: Item::SigningKey,
            ..
        } => "make one: ukey-admin key generate, or all at once: ukey-admin enroll",
        Error::NotFound {
            what: Item::Container,
            ..
        } => SELECT_ANOTHER,
        Error::NotFound {
            what: Item::Signature,
            ..
        } => "name it with --signature",
        Error::NotARecipient { .. } => {
            "plug in the key that has one of these certificates (ukey-admin cert list)"
        }
        Error::NotDue { .. } => "renew later, or add --early",
        Error::VerificationFalse | Error::Findings { .. } => return None,
        _ => return error.as_token().and_then(token).map(str::to_owned),
    };
    Some(text.to_owned())
}

fn pin_source(error: &PinSourceError) -> Option<String> {
    Some(match error {
        PinSourceError::Unknown => {
            "write prompt, agent, env:NAME, file:PATH, fd:N or stdin; never the PIN itself"
                .to_owned()
        }
        PinSourceError::ReadableByOthers { path } => {
            format!("make it private: chmod 600 {}", path.display())
        }
        _ => return None,
    })
}

fn token(error: &ukey_token::Error) -> Option<&'static str> {
    use ukey_token::Error as E;
    Some(match error {
        E::Removed => "plug the key in and run the command again",
        E::Busy => "close the other program, or wait until it is done",
        E::ForeignCard | E::NoToken | E::Transport(_) => "find out why: ukey-admin doctor",
        E::DeviceAuthenticationFailed | E::DeviceNotAuthenticated => {
            "name the file with the right device key: UKEY_AUTH_KEY_FILE=FILE, or auth_key_file in ukey.toml"
        }
        E::PinLocked => "the SO PIN gives it new tries: ukey-admin pin unblock",
        E::ContainerNotFound => SELECT_ANOTHER,
        E::NoSpace | E::ContainerLimit => {
            "make room: ukey-admin container list, then ukey-admin container delete"
        }
        _ => return None,
    })
}
