//! One piece of advice for each error that has one.

use std::path::Path;

use crate::{
    cli::PinRole,
    error::{Error, Item},
    pin_source::PinSourceError,
};

super::message::messages! {
    "hint-"
    fn list_devices();
    fn ask_doctor();
    fn unblock();
    fn so_locked();
    fn last_try();
    fn set_pin();
    fn yes();
    fn pin_source();
    fn force_or_output();
    fn other_file();
    fn force();
    fn initialise();
    fn make_key();
    fn list_containers();
    fn list_applications();
    fn name_signature();
    fn plug_recipient();
    fn early();
    fn source_forms();
    fn make_private(path: &Path);
    fn plug_in();
    fn wait();
    fn device_key();
    fn make_room();
}

/// What to do about `error`.
pub(crate) fn hint(error: &Error) -> Option<String> {
    let text = match error {
        Error::NoDevice { selected: true, .. } => list_devices(),
        Error::NoDevice { .. } => ask_doctor(),
        Error::PinLocked {
            role: PinRole::User,
        } => unblock(),
        Error::PinLocked { role: PinRole::So } => so_locked(),
        Error::PinWrong {
            tries_left: 0,
            role: PinRole::User,
        } => unblock(),
        Error::LastTry { .. } => last_try(),
        Error::PinNotSet => set_pin(),
        Error::MustNotAsk(what) if *what == super::confirmation() => yes(),
        Error::MustNotAsk(_) => pin_source(),
        Error::PinSource(e) => return of_pin_source(e),
        Error::Exists {
            what: Item::File,
            replaceable,
            ..
        } => match replaceable {
            true => force_or_output(),
            false => other_file(),
        },
        Error::Exists {
            replaceable: true, ..
        } => force(),
        Error::NotFound {
            what: Item::Application,
            name,
        } if !name.is_empty() => list_applications(),
        Error::NotFound { what, .. } => of_missing(*what)?,
        Error::NotARecipient { .. } => plug_recipient(),
        Error::NotDue { .. } => early(),
        Error::VerificationFalse | Error::Findings { .. } => return None,
        _ => of_token(error.as_token()?)?,
    };
    Some(text.to_owned())
}

fn of_missing(what: Item) -> Option<&'static str> {
    Some(match what {
        Item::Application => initialise(),
        Item::SigningKey => make_key(),
        Item::Container => list_containers(),
        Item::Signature => name_signature(),
        _ => return None,
    })
}

fn of_pin_source(error: &PinSourceError) -> Option<String> {
    match error {
        PinSourceError::Unknown => Some(source_forms().to_owned()),
        PinSourceError::ReadableByOthers { path } => Some(make_private(path)),
        _ => None,
    }
}

fn of_token(error: &ukey_token::Error) -> Option<&'static str> {
    use ukey_token::Error as E;
    Some(match error {
        E::Removed => plug_in(),
        E::Busy => wait(),
        E::ForeignCard | E::NoToken | E::Transport(_) => ask_doctor(),
        E::DeviceAuthenticationFailed | E::DeviceNotAuthenticated => device_key(),
        E::PinLocked => unblock(),
        E::ContainerNotFound => list_containers(),
        E::NoSpace | E::ContainerLimit => make_room(),
        _ => return None,
    })
}
