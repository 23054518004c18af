//! Certificates, requests, signatures and envelopes that are refused.

use ukey_pki::{Error, certificate::ChainError};

super::message::messages! {
    "pki-"
    fn malformed(what: &str);
    fn truncated(what: &str);
    fn trailing_data(what: &str);
    fn too_large(what: &str, limit: usize);
    fn unsupported(what: &str, value: &str);
    fn signature(what: &str);
    fn mismatch(what: &str);
    fn untrusted(why: &str);
    fn not_a_recipient();
    fn decryption();
    fn integrity_missing();
    fn length_changed(announced: u64, actual: u64);
    fn invalid(what: &str, reason: &str);
    fn crypto(detail: &str);
    fn unknown_issuer(issuer: &str);
    fn bad_signature(subject: &str);
    fn not_yet_valid(subject: &str, moment: &str);
    fn expired(subject: &str, moment: &str);
    fn not_an_authority(subject: &str);
    fn path_too_long(subject: &str);
    fn key_usage(subject: &str);
    fn unknown_extension(subject: &str, extension: &str);
    fn too_complex();
}

pub(crate) fn error(error: &Error) -> String {
    match error {
        Error::Malformed { what } => malformed(what),
        Error::Truncated { what } => truncated(what),
        Error::TrailingData { what } => trailing_data(what),
        Error::TooLarge { what, limit } => too_large(what, *limit),
        Error::Unsupported { what, value } => unsupported(what, value),
        Error::Signature { what } => signature(what),
        Error::Mismatch { what } => mismatch(what),
        Error::Chain(e) => untrusted(&chain(e)),
        Error::NotARecipient => not_a_recipient().to_owned(),
        Error::Decryption => decryption().to_owned(),
        Error::IntegrityMissing => integrity_missing().to_owned(),
        Error::LengthChanged { announced, actual } => length_changed(*announced, *actual),
        Error::Invalid { what, reason } => invalid(what, reason),
        Error::Crypto(e) => crypto(&e.to_string()),
        Error::KeyHolder(source) => match source.downcast_ref() {
            Some(e) => super::token::error(e),
            None => source.to_string(),
        },
        Error::Io(e) => super::error::cause(e),
        other => other.to_string(),
    }
}

fn chain(error: &ChainError) -> String {
    match error {
        ChainError::UnknownIssuer { issuer } => unknown_issuer(issuer),
        ChainError::BadSignature { subject } => bad_signature(subject),
        ChainError::NotYetValid {
            subject,
            not_before,
        } => not_yet_valid(subject, &not_before.to_string()),
        ChainError::Expired { subject, not_after } => expired(subject, &not_after.to_string()),
        ChainError::NotAnAuthority { subject } => not_an_authority(subject),
        ChainError::PathTooLong { subject } => path_too_long(subject),
        ChainError::KeyUsage { subject } => key_usage(subject),
        ChainError::UnknownCriticalExtension { subject, extension } => {
            unknown_extension(subject, extension)
        }
        ChainError::TooComplex => too_complex().to_owned(),
        other => other.to_string(),
    }
}
