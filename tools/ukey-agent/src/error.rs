//! What a page is told when something does not work: a code that programs can act on, and a sentence
//! without data, PINs or device paths.

use ukey_host::pinentry::PinentryError;

/// Codes of `ukey.js`; the page sees them with `ERR_UKEY_` in front.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Code {
    /// The message is of another protocol version.
    Version,
    /// The page's origin may not use the agent.
    OriginDenied,
    /// The user closed the window, or the page went away.
    UserCancelled,
    /// The user did not let the page see certificates.
    ConsentDenied,
    /// Nobody answered in time.
    Timeout,
    /// Too many requests wait, or another program holds the token.
    Busy,
    /// Asked again too soon after a refusal.
    Rate,
    /// No token.
    NoToken,
    /// No such certificate.
    NoCert,
    /// The certificate is outside its validity.
    CertExpired,
    /// Wrong PIN.
    PinIncorrect,
    /// No tries left.
    PinLocked,
    /// The request has a field for a PIN.
    PinInRequest,
    /// No window can be opened.
    NoPinUi,
    /// The request is not what it should be.
    BadParams,
    /// The request or its result is too large for one message.
    TooLarge,
    /// Data that must not be signed.
    ForbiddenData,
    /// Method or algorithm that does not exist here.
    Unsupported,
    /// The token was pulled.
    TokenRemoved,
    /// A signature or envelope is not right.
    Invalid,
    /// Anything else.
    Internal,
}

impl Code {
    /// The code as the page sees it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Version => "ERR_UKEY_VERSION",
            Self::OriginDenied => "ERR_UKEY_ORIGIN_DENIED",
            Self::UserCancelled => "ERR_UKEY_USER_CANCELLED",
            Self::ConsentDenied => "ERR_UKEY_CONSENT_DENIED",
            Self::Timeout => "ERR_UKEY_TIMEOUT",
            Self::Busy => "ERR_UKEY_BUSY",
            Self::Rate => "ERR_UKEY_RATE",
            Self::NoToken => "ERR_UKEY_NO_TOKEN",
            Self::NoCert => "ERR_UKEY_NO_CERT",
            Self::CertExpired => "ERR_UKEY_CERT_EXPIRED",
            Self::PinIncorrect => "ERR_UKEY_PIN_INCORRECT",
            Self::PinLocked => "ERR_UKEY_PIN_LOCKED",
            Self::PinInRequest => "ERR_UKEY_PIN_IN_REQUEST",
            Self::NoPinUi => "ERR_UKEY_NO_PIN_UI",
            Self::BadParams => "ERR_UKEY_BAD_PARAMS",
            Self::TooLarge => "ERR_UKEY_TOO_LARGE",
            Self::ForbiddenData => "ERR_UKEY_FORBIDDEN_DATA",
            Self::Unsupported => "ERR_UKEY_UNSUPPORTED",
            Self::TokenRemoved => "ERR_UKEY_TOKEN_REMOVED",
            Self::Invalid => "ERR_UKEY_INVALID",
            Self::Internal => "ERR_UKEY_INTERNAL",
        }
    }

    /// Whether it is the user's no, after which a page has to wait.
    #[must_use]
    pub const fn is_refusal(self) -> bool {
        matches!(self, Self::UserCancelled | Self::ConsentDenied)
    }
}

/// Why a request failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", code.as_str())]
pub struct Error {
    /// For programs.
    pub code: Code,
    /// For people; fixed text, no data.
    pub message: &'static str,
    /// PIN tries left, where that is what failed.
    pub tries_left: Option<u8>,
}

/// Shorthand of this crate.
pub type Result<T> = core::result::Result<T, Error>;

impl Error {
    /// An error with its code and sentence.
    #[must_use]
    pub const fn new(code: Code, message: &'static str) -> Self {
        Self {
            code,
            message,
            tries_left: None,
        }
    }

    /// [`Code::BadParams`].
    #[must_use]
    pub const fn bad_params(message: &'static str) -> Self {
        Self::new(Code::BadParams, message)
    }

    /// [`Code::Internal`], with the cause in the log and not in the answer.
    #[must_use]
    pub fn internal(cause: &dyn core::fmt::Display) -> Self {
        tracing::warn!(%cause, "request failed");
        Self::new(Code::Internal, "the agent failed")
    }

    /// A wrong PIN with the tries that are left.
    #[must_use]
    pub const fn wrong_pin(tries_left: u8) -> Self {
        Self {
            code: Code::PinIncorrect,
            message: "wrong PIN",
            tries_left: Some(tries_left),
        }
    }
}

impl From<ukey_token::Error> for Error {
    fn from(error: ukey_token::Error) -> Self {
        use ukey_token::Error as Token;
        match error {
            Token::PinIncorrect { tries_left } => Self::wrong_pin(tries_left),
            Token::PinLocked => Self::new(Code::PinLocked, "the PIN is locked"),
            Token::PinNotSet => Self::new(Code::PinLocked, "the PIN was never set"),
            Token::Removed => Self::new(Code::TokenRemoved, "the token was pulled"),
            Token::NoToken => Self::new(Code::NoToken, "no token"),
            Token::Busy | Token::Timeout => Self::new(Code::Busy, "the token is in use"),
            Token::Cancelled => Self::new(Code::UserCancelled, "cancelled"),
            Token::ContainerNotFound | Token::KeyNotFound | Token::CertificateNotFound => {
                Self::new(Code::NoCert, "the key is no longer there")
            }
            Token::InvalidData | Token::InvalidLength => {
                Self::new(Code::Invalid, "the token refused the data")
            }
            other => Self::internal(&other),
        }
    }
}

impl From<ukey_pki::Error> for Error {
    fn from(error: ukey_pki::Error) -> Self {
        match error {
            // The key holders of this crate put their own error inside.
            ukey_pki::Error::KeyHolder(inner) => match inner.downcast::<Self>() {
                Ok(error) => *error,
                Err(other) => Self::internal(&other),
            },
            ukey_pki::Error::NotARecipient => {
                Self::new(Code::NoCert, "the envelope is for another certificate")
            }
            ukey_pki::Error::Unsupported { .. } => {
                Self::new(Code::Unsupported, "unsupported algorithm or format")
            }
            ukey_pki::Error::Io(_) => Self::new(Code::UserCancelled, "the stream ended early"),
            _ => Self::new(Code::Invalid, "malformed, altered, or for another key"),
        }
    }
}

impl From<PinentryError> for Error {
    fn from(error: PinentryError) -> Self {
        match error {
            PinentryError::Cancelled => Self::new(Code::UserCancelled, "cancelled by the user"),
            PinentryError::TimedOut => Self::new(Code::Timeout, "nobody answered in time"),
            other => {
                tracing::warn!(cause = %other, "no PIN window");
                Self::new(Code::NoPinUi, "no PIN window can be opened")
            }
        }
    }
}
