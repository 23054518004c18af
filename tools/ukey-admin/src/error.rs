//! Everything that can end a command early. The words for it are in [`crate::text`], the exit code
//! in [`crate::exit_code`].

use std::{io, path::PathBuf};

use serde_json::{Value, json};

use crate::{cli::PinRole, target::Unusable};

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The token, or the way to it.
    #[error("{}", crate::text::error::token(.0))]
    Token(#[from] ukey_token::Error),
    /// A certificate, request, signature or envelope.
    #[error("{}", crate::text::error::pki(.0))]
    Pki(#[from] ukey_pki::Error),
    /// The authority, its state or its files.
    #[error("{}", crate::text::refusal::authority(.0))]
    Authority(#[source] ukey_ca::Error),
    /// The authority does not grant the request.
    #[error("{}", crate::text::refusal::answered(.code, .message))]
    Refused {
        /// Its stable name for the reason.
        code: String,
        /// Its words.
        message: String,
    },
    /// The certificate is good for a while yet.
    #[error("{}", crate::text::error::not_due(*.days_left))]
    NotDue {
        /// For how long.
        days_left: i64,
    },
    /// The configuration.
    #[error("{0}")]
    Config(#[from] ukey_host::ConfigError),
    /// The command line contradicts itself, or needs something that was not given.
    #[error("{0}")]
    Usage(String),
    /// No token fits.
    #[error("{}", crate::text::error::no_device(.selected, .readers))]
    NoDevice {
        /// Whether the user had asked for a certain one.
        selected: bool,
        /// Readers whose card could not be used, and why.
        readers: Vec<Unusable>,
    },
    /// Several of something, and the user did not say which.
    #[error("{}", crate::text::error::ambiguous(*.what, .choices))]
    Ambiguous {
        /// Of what.
        what: Item,
        /// The candidates.
        choices: Vec<Choice>,
    },
    /// Something named by the user is not there.
    #[error("{}", crate::text::error::not_found(*.what, .name))]
    NotFound {
        /// What.
        what: Item,
        /// Its name, or where it was looked for.
        name: String,
    },
    /// Something is there already.
    #[error("{}", crate::text::error::exists(*.what, .name))]
    Exists {
        /// What.
        what: Item,
        /// Its name, or where it is.
        name: String,
        /// Whether the command would replace it with `--force`.
        replaceable: bool,
    },
    /// A file or stream could not be used.
    #[error("{}", crate::text::error::file(*.action, .path, .source))]
    File {
        /// What was to be done.
        action: FileAction,
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A PIN was compared and is wrong.
    #[error("{}", crate::text::error::pin_wrong(*.role, *.tries_left))]
    PinWrong {
        /// Whose PIN.
        role: PinRole,
        /// Tries that remain.
        tries_left: u8,
    },
    /// A PIN has no tries left.
    #[error("{}", crate::text::error::pin_locked(*.role))]
    PinLocked {
        /// Whose PIN.
        role: PinRole,
    },
    /// One try is left and the user did not allow to spend it.
    #[error("{}", crate::text::error::last_try(*.role))]
    LastTry {
        /// Whose PIN.
        role: PinRole,
    },
    /// The application has no user PIN yet.
    #[error("{}", crate::text::error::pin_not_set())]
    PinNotSet,
    /// No USBKEY can do that.
    #[error("{0}")]
    Impossible(String),
    /// A new PIN is not what this computer's policy asks.
    #[error("{}", crate::text::policy::defect(*.0))]
    PinPolicy(#[from] ukey_host::PinDefect),
    /// A PIN source cannot be used.
    #[error("{0}")]
    PinSource(#[from] crate::pin_source::PinSourceError),
    /// A question would be needed and must not be asked.
    #[error("{}", crate::text::error::must_not_ask(.0))]
    MustNotAsk(&'static str),
    /// The user did not confirm.
    #[error("{}", crate::text::error::not_confirmed())]
    NotConfirmed,
    /// What was done does not hold when tried or read back.
    #[error("{}", crate::text::error::self_test(.0))]
    SelfTest(&'static str),
    /// Certificate, key and container do not belong together, or a key cannot do what was asked.
    #[error("{0}")]
    Unfit(String),
    /// The envelope is for others.
    #[error("{}", crate::text::error::not_a_recipient(.recipients))]
    NotARecipient {
        /// Whom it is for: issuer and serial number of each certificate.
        recipients: Vec<String>,
    },
    /// A signature is false, or its signer is not trusted.
    #[error("{}", crate::text::error::verification_false())]
    VerificationFalse,
    /// Rows of a batch are left.
    #[error("{}", crate::text::batch::partial(*.left))]
    PartialBatch {
        /// How many.
        left: usize,
    },
    /// Some of several files are not done.
    #[error("{}", crate::text::error::some_files(*.failed))]
    PartialFiles {
        /// How many.
        failed: usize,
    },
    /// A file is not the one that a list of digests is about.
    #[error("{}", crate::text::digest::false_file())]
    DigestFalse,
    /// Of several files, some are not what a signature or a list of digests says.
    #[error("{}", crate::text::digest::false_files(*.failed))]
    FalseFiles {
        /// How many are not done or false.
        failed: usize,
    },
    /// Another process works in the batch's directory.
    #[error("{}", crate::text::batch::runs())]
    BatchRuns,
    /// A certificate on the token is not good.
    #[error("{}", crate::text::error::not_good())]
    NotGood,
    /// Certificates end soon.
    #[error("{}", crate::text::error::expiring(*.count))]
    Expiring {
        /// How many.
        count: usize,
    },
    /// The doctor found something.
    #[error("{}", crate::text::error::findings(*.warnings, *.failures))]
    Findings {
        /// Number of warnings.
        warnings: usize,
        /// Number of failures.
        failures: usize,
    },
    /// Ctrl-C, or a signal that asks to end.
    #[error("{}", crate::text::error::interrupted())]
    Interrupted,
    /// The reader of our output went away.
    #[error("{}", crate::text::error::broken_pipe())]
    BrokenPipe,
}

impl From<ukey_ca::Error> for Error {
    /// What a key or certificate refused stays that, so that a pulled token is still seen as one.
    fn from(error: ukey_ca::Error) -> Self {
        match error {
            ukey_ca::Error::Pki(error) => Self::Pki(error),
            other => Self::Authority(other),
        }
    }
}

/// Result with this program's error.
pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;

/// Things that can be missing, present or ambiguous.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Item {
    Device,
    Application,
    Container,
    SigningKey,
    EncryptionKey,
    Certificate,
    KeyForCertificate,
    Signature,
    Seal,
    File,
}

/// What was tried with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileAction {
    Read,
    Write,
    Create,
}

/// One of several things that the user can choose from.
#[derive(Debug, Clone)]
pub(crate) struct Choice {
    /// For reading: one line.
    pub(crate) line: String,
    /// For programs.
    pub(crate) data: Value,
}

impl Error {
    pub(crate) fn read(path: impl Into<PathBuf>, source: io::Error) -> Self {
        Self::file(FileAction::Read, path, source)
    }

    pub(crate) fn write(path: impl Into<PathBuf>, source: io::Error) -> Self {
        Self::file(FileAction::Write, path, source)
    }

    pub(crate) fn create(path: impl Into<PathBuf>, source: io::Error) -> Self {
        Self::file(FileAction::Create, path, source)
    }

    fn file(action: FileAction, path: impl Into<PathBuf>, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::BrokenPipe => Self::BrokenPipe,
            io::ErrorKind::Interrupted => Self::Interrupted,
            _ => Self::File {
                action,
                path: path.into(),
                source,
            },
        }
    }

    /// The token's own error inside, however deep.
    pub(crate) fn as_token(&self) -> Option<&ukey_token::Error> {
        match self {
            Self::Token(e) => Some(e),
            Self::Pki(ukey_pki::Error::KeyHolder(source)) => source.downcast_ref(),
            _ => None,
        }
    }

    /// Tries left, where the error is about a PIN.
    pub(crate) fn tries_left(&self) -> Option<u8> {
        match self {
            Self::PinWrong { tries_left, .. } => Some(*tries_left),
            Self::PinLocked { .. } => Some(0),
            Self::LastTry { .. } => Some(1),
            _ => match self.as_token() {
                Some(ukey_token::Error::PinIncorrect { tries_left }) => Some(*tries_left),
                Some(ukey_token::Error::PinLocked) => Some(0),
                _ => None,
            },
        }
    }

    /// What programs may want to know besides the message.
    pub(crate) fn data(&self) -> Option<Value> {
        match self {
            Self::Ambiguous { choices, .. } => {
                let choices: Vec<&Value> = choices.iter().map(|choice| &choice.data).collect();
                Some(json!({ "choices": choices }))
            }
            Self::Refused { code, .. } => Some(json!({ "refusal": code })),
            Self::NotARecipient { recipients } => Some(json!({ "recipients": recipients })),
            _ => None,
        }
    }
}
