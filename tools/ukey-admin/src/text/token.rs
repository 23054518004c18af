//! What a USBKEY, or the way to it, refuses.

use std::path::Path;

use ukey_host::ImageTrouble;
use ukey_token::{Error, transport::TransportError};

super::message::messages! {
    "token-"
    fn no_token();
    fn foreign_card();
    fn removed();
    fn busy();
    fn cancelled();
    fn timeout();
    fn mute();
    fn reset();
    fn no_service();
    fn access_refused();
    fn link(detail: &str);
    fn pin_incorrect(tries_left: u8);
    fn pin_locked();
    fn pin_length(min: usize, max: usize);
    fn pin_invalid();
    fn pin_not_set();
    fn not_logged_in();
    fn device_not_authenticated();
    fn device_refused();
    fn access_denied();
    fn application_not_found();
    fn application_exists();
    fn container_not_found();
    fn container_exists();
    fn container_limit();
    fn file_not_found();
    fn file_exists();
    fn key_not_found();
    fn certificate_not_found();
    fn object_not_found();
    fn key_type();
    fn key_policy();
    fn fresh_pin_required();
    fn name();
    fn signature_invalid();
    fn no_space();
    fn memory_failure();
    fn invalid_data();
    fn invalid_length();
    fn invalid_parameter();
    fn conditions();
    fn not_supported();
    fn crypto(detail: &str);
    fn answer(ins: &str);
    fn status(sw: &str, ins: &str);
    fn image_absent(path: &Path);
    fn image_refused(path: &Path);
    fn image_key_missing(path: &Path);
    fn image_key_exposed(path: &Path);
    fn image_no_token(path: &Path);
    fn image_other();
}

/// Why an embedded image cannot be used.
pub(crate) fn of_image(trouble: &ImageTrouble) -> String {
    match trouble {
        ImageTrouble::Absent(path) => image_absent(path),
        ImageTrouble::Refused(path) => image_refused(path),
        ImageTrouble::KeyMissing(path) => image_key_missing(path),
        ImageTrouble::KeyExposed(path) => image_key_exposed(path),
        ImageTrouble::NoToken(path) => image_no_token(path),
        _ => image_other().to_owned(),
    }
}

pub(crate) fn error(error: &Error) -> String {
    let text = match error {
        Error::Transport(transport) => return of_transport(*transport),
        Error::PinIncorrect { tries_left } => return pin_incorrect(*tries_left),
        Error::PinLength { min, max } => return pin_length(*min, *max),
        Error::Crypto(e) => return crypto(&e.to_string()),
        Error::Answer { ins } => return answer(&format!("{ins:02X}")),
        Error::Status { ins, sw } => return status(&format!("{sw:04X}"), &format!("{ins:02X}")),
        other => match plain(other) {
            Some(text) => text,
            None => return other.to_string(),
        },
    };
    text.to_owned()
}

/// Those that say all by their kind.
fn plain(error: &Error) -> Option<&'static str> {
    Some(match error {
        Error::NoToken => no_token(),
        Error::ForeignCard => foreign_card(),
        Error::Removed => removed(),
        Error::Busy => busy(),
        Error::Cancelled => cancelled(),
        Error::Timeout => timeout(),
        Error::PinLocked => pin_locked(),
        Error::PinInvalid => pin_invalid(),
        Error::PinNotSet => pin_not_set(),
        Error::NotLoggedIn => not_logged_in(),
        Error::DeviceNotAuthenticated => device_not_authenticated(),
        Error::DeviceAuthenticationFailed => device_refused(),
        Error::AccessDenied => access_denied(),
        Error::ApplicationNotFound => application_not_found(),
        Error::ApplicationExists => application_exists(),
        Error::ContainerNotFound => container_not_found(),
        Error::ContainerExists => container_exists(),
        Error::ContainerLimit => container_limit(),
        Error::FileNotFound => file_not_found(),
        Error::FileExists => file_exists(),
        Error::KeyNotFound => key_not_found(),
        Error::CertificateNotFound => certificate_not_found(),
        Error::ObjectNotFound => object_not_found(),
        Error::KeyType => key_type(),
        Error::KeyPolicy => key_policy(),
        Error::FreshPinRequired => fresh_pin_required(),
        Error::Name => name(),
        Error::SignatureInvalid => signature_invalid(),
        Error::NoSpace => no_space(),
        Error::MemoryFailure => memory_failure(),
        Error::InvalidData => invalid_data(),
        Error::InvalidLength => invalid_length(),
        Error::InvalidParameter => invalid_parameter(),
        Error::Conditions => conditions(),
        Error::NotSupported => not_supported(),
        _ => return None,
    })
}

fn of_transport(error: TransportError) -> String {
    match error {
        TransportError::NoService => no_service().to_owned(),
        TransportError::AccessRefused => access_refused().to_owned(),
        TransportError::Mute => mute().to_owned(),
        TransportError::Reset => reset().to_owned(),
        other => link(&other.to_string()),
    }
}
