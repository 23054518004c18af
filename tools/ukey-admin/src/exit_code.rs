//! The one mapping from errors to exit codes and to the `code` of JSON errors. Both are promises:
//! a number or word never changes its meaning within a major version.

use ukey_host::pinentry::PinentryError;
use ukey_token::{Error as E, transport::TransportError};

use crate::error::Error;

/// How the process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum ExitCode {
    /// Done; for `doctor`: nothing found.
    Ok = 0,
    /// Failed for a reason without a number of its own; for `doctor`: warnings.
    Failed = 1,
    /// The command line cannot be meant; for `doctor`: failures.
    Usage = 2,
    /// No token, or none that fits the selection.
    NoDevice = 3,
    /// A PIN was wrong; the JSON error tells the tries left.
    PinWrong = 4,
    /// Several tokens, applications or containers fit.
    Ambiguous = 5,
    /// The PIN is locked.
    PinLocked = 6,
    /// A container, key, certificate or file is not there.
    NotFound = 7,
    /// It exists already.
    Exists = 8,
    /// The system or the token does not permit it.
    NoPermission = 9,
    /// Another program has the token.
    Busy = 10,
    /// The token was pulled.
    Removed = 11,
    /// The token or this version cannot do that.
    Unsupported = 12,
    /// The signature is false, or its signer is not trusted.
    VerificationFalse = 13,
    /// Some rows of a batch are not produced, or some files not done.
    PartialBatch = 14,
    /// Ended by Ctrl-C or a signal.
    Interrupted = 130,
}

/// Exit code and stable name of an error.
pub(crate) fn classify(error: &Error) -> (ExitCode, &'static str) {
    match error {
        Error::Token(e) => classify_token(e),
        Error::Pki(e) => classify_pki(e),
        Error::Authority(ukey_ca::Error::Refused(refusal)) => (ExitCode::Failed, refusal.code()),
        Error::Authority(e @ ukey_ca::Error::NoAuthority(_)) => (ExitCode::NotFound, e.code()),
        Error::Authority(ukey_ca::Error::File { source, .. }) => classify_io(source),
        Error::Authority(e) => (ExitCode::Failed, e.code()),
        Error::Refused { code, .. } if code == "request_id_taken" => {
            (ExitCode::Exists, "already_exists")
        }
        Error::Refused { .. } => (ExitCode::Failed, "request_refused"),
        Error::Expiring { .. } => (ExitCode::Failed, "expiring"),
        Error::NotDue { .. } => (ExitCode::Exists, "not_due"),
        Error::Config(_) => (ExitCode::Failed, "configuration"),
        Error::Usage(_) => (ExitCode::Usage, "usage"),
        Error::NoDevice { readers, .. } => match readers.as_slice() {
            [only]
                if matches!(
                    only.error,
                    E::Busy | E::Transport(TransportError::AccessRefused)
                ) =>
            {
                classify_token(&only.error)
            }
            _ => (ExitCode::NoDevice, "no_device"),
        },
        Error::Ambiguous { .. } => (ExitCode::Ambiguous, "ambiguous"),
        Error::NotFound { .. } => (ExitCode::NotFound, "not_found"),
        Error::Exists { .. } => (ExitCode::Exists, "already_exists"),
        Error::File { source, .. } => classify_io(source),
        Error::PinWrong { .. } => (ExitCode::PinWrong, "pin_incorrect"),
        Error::PinLocked { .. } => (ExitCode::PinLocked, "pin_locked"),
        Error::LastTry { .. } => (ExitCode::PinWrong, "pin_last_try"),
        Error::PinNotSet => (ExitCode::Failed, "pin_not_set"),
        Error::Impossible(_) => (ExitCode::Unsupported, "unsupported"),
        Error::PinPolicy(_) => (ExitCode::Failed, "pin_policy"),
        Error::PinSource(e) => classify_pin_source(e),
        Error::MustNotAsk(_) => (ExitCode::Usage, "must_not_ask"),
        Error::NotConfirmed => (ExitCode::Failed, "not_confirmed"),
        Error::SelfTest(_) => (ExitCode::Failed, "self_test"),
        Error::Unfit(_) => (ExitCode::Failed, "unfit"),
        Error::NotARecipient { .. } => (ExitCode::NotFound, "not_a_recipient"),
        Error::PartialBatch { .. } | Error::PartialFiles { .. } => {
            (ExitCode::PartialBatch, "partial_batch")
        }
        Error::BatchRuns => (ExitCode::Busy, "busy"),
        Error::NotGood => (ExitCode::VerificationFalse, "not_good"),
        Error::VerificationFalse | Error::DigestFalse | Error::FalseFiles { .. } => {
            (ExitCode::VerificationFalse, "verification_false")
        }
        Error::Findings { failures: 0, .. } => (ExitCode::Failed, "warnings"),
        Error::Findings { .. } => (ExitCode::Usage, "failures"),
        Error::Interrupted => (ExitCode::Interrupted, "interrupted"),
        Error::BrokenPipe => (ExitCode::Ok, "broken_pipe"),
    }
}

fn classify_token(error: &ukey_token::Error) -> (ExitCode, &'static str) {
    match error {
        E::NoToken => (ExitCode::NoDevice, "no_device"),
        E::ForeignCard => (ExitCode::NoDevice, "foreign_card"),
        E::Removed => (ExitCode::Removed, "removed"),
        E::Busy | E::Timeout => (ExitCode::Busy, "device_busy"),
        E::Cancelled => (ExitCode::Interrupted, "interrupted"),
        E::PinIncorrect { .. } => (ExitCode::PinWrong, "pin_incorrect"),
        E::PinLocked => (ExitCode::PinLocked, "pin_locked"),
        E::PinLength { .. } | E::PinInvalid => (ExitCode::Failed, "pin_invalid"),
        E::PinNotSet => (ExitCode::Failed, "pin_not_set"),
        E::NotLoggedIn | E::FreshPinRequired => (ExitCode::NoPermission, "not_logged_in"),
        E::KeyPolicy => (ExitCode::NoPermission, "key_policy"),
        E::DeviceNotAuthenticated | E::DeviceAuthenticationFailed => {
            (ExitCode::NoPermission, "device_authentication")
        }
        E::AccessDenied => (ExitCode::NoPermission, "access_denied"),
        E::ApplicationNotFound
        | E::ContainerNotFound
        | E::FileNotFound
        | E::KeyNotFound
        | E::CertificateNotFound
        | E::ObjectNotFound => (ExitCode::NotFound, "not_found"),
        E::ApplicationExists | E::ContainerExists | E::FileExists => {
            (ExitCode::Exists, "already_exists")
        }
        E::ContainerLimit | E::NoSpace => (ExitCode::Failed, "no_space"),
        E::NotSupported => (ExitCode::Unsupported, "unsupported"),
        E::SignatureInvalid => (ExitCode::VerificationFalse, "verification_false"),
        E::Transport(TransportError::AccessRefused) => (ExitCode::NoPermission, "no_permission"),
        E::Transport(TransportError::NoService) => (ExitCode::NoDevice, "no_service"),
        E::Transport(_) => (ExitCode::Failed, "transport"),
        _ => (ExitCode::Failed, "token"),
    }
}

fn classify_pki(error: &ukey_pki::Error) -> (ExitCode, &'static str) {
    use ukey_pki::Error as P;
    match error {
        P::KeyHolder(source) => match source.downcast_ref::<E>() {
            Some(token) => classify_token(token),
            None => (ExitCode::Failed, "key_holder"),
        },
        P::Unsupported { .. } => (ExitCode::Unsupported, "unsupported"),
        P::Signature { .. } => (ExitCode::VerificationFalse, "verification_false"),
        P::Chain(_) => (ExitCode::VerificationFalse, "not_trusted"),
        P::NotARecipient => (ExitCode::NotFound, "not_a_recipient"),
        P::Decryption | P::IntegrityMissing => (ExitCode::Failed, "decryption"),
        P::Io(source) => classify_io(source),
        P::Malformed { .. } | P::Truncated { .. } | P::TrailingData { .. } => {
            (ExitCode::Failed, "malformed")
        }
        _ => (ExitCode::Failed, "refused"),
    }
}

fn classify_io(error: &std::io::Error) -> (ExitCode, &'static str) {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::NotFound => (ExitCode::NotFound, "not_found"),
        ErrorKind::AlreadyExists => (ExitCode::Exists, "already_exists"),
        ErrorKind::PermissionDenied => (ExitCode::NoPermission, "no_permission"),
        ErrorKind::BrokenPipe => (ExitCode::Ok, "broken_pipe"),
        ErrorKind::Interrupted => (ExitCode::Interrupted, "interrupted"),
        _ => (ExitCode::Failed, "io"),
    }
}

fn classify_pin_source(error: &crate::pin_source::PinSourceError) -> (ExitCode, &'static str) {
    use crate::pin_source::PinSourceError as S;
    match error {
        S::Unknown => (ExitCode::Usage, "usage"),
        S::Window(PinentryError::NoWindow) => (ExitCode::Unsupported, "unsupported"),
        S::Window(PinentryError::Cancelled) => (ExitCode::Failed, "not_confirmed"),
        S::Window(_) => (ExitCode::Failed, "pin_source"),
        S::ReadableByOthers { .. } => (ExitCode::NoPermission, "pin_file_readable_by_others"),
        S::Unset { .. } | S::Empty { .. } | S::Unreadable { .. } => {
            (ExitCode::Failed, "pin_source")
        }
    }
}

#[cfg(test)]
mod tests;
