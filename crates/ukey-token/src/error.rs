//! The one host error. Status words become it in one place ([`Error::from_status`]), and each C
//! interface and the command line map it once more, in `rv.rs`, `sar.rs` and `exit_code.rs`.

use crate::transport::TransportError;
use ukey_apdu::{Ins, StatusWord};

/// What can go wrong between a caller of this crate and the token.
///
/// Messages are lower-case fragments that complete "failed to …" and never hold a PIN, a key or a
/// plaintext.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No card in the reader, or no reader of that name.
    #[error("no token in the reader")]
    NoToken,
    /// The card in the reader does not speak GM/T 0017.
    #[error("the card in the reader is not a GM/T 0017 token")]
    ForeignCard,
    /// The token was pulled, or its reader or service went away; this device object is dead.
    #[error("the token was removed")]
    Removed,
    /// Another program or handle holds the token and did not let go in time.
    #[error("the token is in use elsewhere")]
    Busy,
    /// A wait was cancelled.
    #[error("the wait was cancelled")]
    Cancelled,
    /// A wait ended without an event.
    #[error("timed out")]
    Timeout,
    /// The link failed in a way that says nothing about the card.
    #[error("transport failed: {0}")]
    Transport(TransportError),
    /// The PIN was compared and is wrong; one try is gone.
    #[error("PIN incorrect, {tries_left} tries left")]
    PinIncorrect {
        /// Tries that remain; 0 means that this try locked the PIN.
        tries_left: u8,
    },
    /// The PIN's try counter is at zero; nothing was compared.
    #[error("PIN locked")]
    PinLocked,
    /// The PIN is shorter or longer than [`crate::pin::MIN_LEN`]..=[`crate::pin::MAX_LEN`] bytes; nothing was sent.
    #[error("PIN length outside {min}..={max} bytes")]
    PinLength {
        /// Shortest accepted length in bytes.
        min: usize,
        /// Longest accepted length in bytes.
        max: usize,
    },
    /// The PIN holds a byte that no PIN may hold (NUL); nothing was sent.
    #[error("PIN holds a NUL byte")]
    PinInvalid,
    /// The application has no user PIN yet.
    #[error("user PIN not set")]
    PinNotSet,
    /// The operation needs a PIN verified first.
    #[error("not logged in")]
    NotLoggedIn,
    /// The operation needs device authentication first.
    #[error("device not authenticated")]
    DeviceNotAuthenticated,
    /// The device authentication cryptogram is wrong.
    #[error("device authentication failed")]
    DeviceAuthenticationFailed,
    /// The rights of the file do not allow this.
    #[error("access denied by the rights of the file")]
    AccessDenied,
    /// No application of that name.
    #[error("application not found")]
    ApplicationNotFound,
    /// An application of that name exists.
    #[error("application exists")]
    ApplicationExists,
    /// No container of that name.
    #[error("container not found")]
    ContainerNotFound,
    /// A container of that name exists.
    #[error("container exists")]
    ContainerExists,
    /// The application has as many containers as it may have.
    #[error("container limit reached")]
    ContainerLimit,
    /// No file of that name.
    #[error("file not found")]
    FileNotFound,
    /// A file of that name exists.
    #[error("file exists")]
    FileExists,
    /// The container has no such key pair.
    #[error("key pair not found")]
    KeyNotFound,
    /// The container has no such certificate.
    #[error("certificate not found")]
    CertificateNotFound,
    /// No stored object of that number.
    #[error("object not found")]
    ObjectNotFound,
    /// The container holds keys of another kind.
    #[error("wrong kind of key")]
    KeyType,
    /// The policy of the key forbids this use, or the new policy is not as tight as the old one.
    #[error("forbidden by the policy of the key")]
    KeyPolicy,
    /// The key asks for a PIN verification just before each use.
    #[error("the key asks for the PIN before each use")]
    FreshPinRequired,
    /// A name is empty, too long or holds a NUL.
    #[error("name empty, too long or with a NUL byte")]
    Name,
    /// The token answered that the signature does not verify.
    #[error("signature does not verify")]
    SignatureInvalid,
    /// The token has no room left.
    #[error("no room left on the token")]
    NoSpace,
    /// The token could not write its memory.
    #[error("the token's memory failed")]
    MemoryFailure,
    /// The token refused the content of the command.
    #[error("data refused by the token")]
    InvalidData,
    /// The token refused the length of the command's data.
    #[error("data length refused by the token")]
    InvalidLength,
    /// A parameter is out of range.
    #[error("parameter refused by the token")]
    InvalidParameter,
    /// Conditions of use not satisfied (no challenge, nothing started, …).
    #[error("conditions of use not satisfied")]
    Conditions,
    /// The token, or this library, does not do that.
    #[error("not supported")]
    NotSupported,
    /// Host-side cryptography refused its input.
    #[error("cryptography: {0}")]
    Crypto(#[from] ukey_crypto::Error),
    /// The token's answer does not parse.
    #[error("answer of the token to instruction {ins:02X} does not parse")]
    Answer {
        /// INS of the command.
        ins: u8,
    },
    /// Any other status word.
    #[error("status {sw:04X} to instruction {ins:02X}")]
    Status {
        /// INS of the command.
        ins: u8,
        /// SW1 SW2.
        sw: u16,
    },
}

impl From<TransportError> for Error {
    fn from(e: TransportError) -> Self {
        match e {
            TransportError::Removed => Self::Removed,
            TransportError::NoCard => Self::NoToken,
            TransportError::Busy => Self::Busy,
            other => Self::Transport(other),
        }
    }
}

/// Commands whose 6982 is about device authentication.
fn needs_device_authentication(ins: Ins) -> bool {
    matches!(
        ins,
        Ins::CreateApplication | Ins::DeleteApplication | Ins::ChangeDevAuthKey
    )
}

/// Commands whose 6982 is about the rights of a file.
fn is_about_a_file(ins: Ins) -> bool {
    matches!(
        ins,
        Ins::CreateFile | Ins::DeleteFile | Ins::ReadFile | Ins::WriteFile | Ins::GetFileInfo
    )
}

impl Error {
    /// What a status word other than 9000 means in answer to `ins`.
    ///
    /// 6982, 6983 and 63Cx depend on the command; the rest means the same everywhere. Rows of the
    /// mapping that are ours and not the standard's are marked P in docs/apdu.md.
    pub fn from_status(ins: u8, sw: StatusWord) -> Self {
        let known = Ins::try_from(ins).ok();
        match sw.0 {
            0x63C0..=0x63CF => match known {
                Some(Ins::DevAuth) => Self::DeviceAuthenticationFailed,
                _ => Self::PinIncorrect {
                    tries_left: (sw.0 & 0x0F) as u8,
                },
            },
            0x6581 => Self::MemoryFailure,
            0x6700 | 0x6A87 => Self::InvalidLength,
            0x6982 => match known {
                Some(ins) if needs_device_authentication(ins) => Self::DeviceNotAuthenticated,
                Some(Ins::DevAuth) => Self::DeviceAuthenticationFailed,
                Some(ins) if is_about_a_file(ins) => Self::AccessDenied,
                _ => Self::NotLoggedIn,
            },
            0x6983 => Self::PinLocked,
            0x6984 => Self::PinNotSet,
            0x6986 if known == Some(Ins::KeyObject) => Self::KeyPolicy,
            0x6985 | 0x6986 => Self::Conditions,
            0x6A80 => Self::InvalidData,
            0x6A81 | 0x6D00 | 0x6E00 => Self::NotSupported,
            0x6A82 => Self::FileNotFound,
            0x6A83 => Self::ObjectNotFound,
            0x6A84 => Self::NoSpace,
            0x6A86 | 0x6B00 => Self::InvalidParameter,
            0x6A88 => Self::ApplicationNotFound,
            0x6A89 => Self::ApplicationExists,
            0x6A8A => Self::FileExists,
            0x6A93 => Self::ContainerExists,
            0x6A94 => Self::ContainerNotFound,
            0x6A95 if known == Some(Ins::KeyObject) => Self::KeyType,
            0x6A95 => Self::KeyNotFound,
            0x6A96 => Self::CertificateNotFound,
            0x6A97 => Self::ContainerLimit,
            0x6A98 => Self::SignatureInvalid,
            other => Self::Status { ins, sw: other },
        }
    }
}

#[cfg(test)]
mod tests;
