//! Ways to a token. A [`Transport`] carries one APDU there and back; a [`Provider`] finds the
//! readers that such links can be opened to. Everything above is the same for all of them.

use std::time::Duration;

pub mod counting;
pub mod embedded;
pub mod pcsc;
#[cfg(test)]
pub(crate) mod script;
pub mod skf_link;

/// Failures of the link itself. They say nothing about what the card thinks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// The card, its reader or the reader's service is gone.
    #[error("removed")]
    Removed,
    /// The reader is empty.
    #[error("no card")]
    NoCard,
    /// A card is in the reader and does not answer to a reset: it is broken, or does not touch.
    #[error("card does not answer")]
    Mute,
    /// The card was reset since the last exchange: the command was **not** executed, and
    /// everything that the card held in memory (opened ids, logins, keys of a session) is gone.
    #[error("card was reset")]
    Reset,
    /// Another program holds the card exclusively.
    #[error("card in use")]
    Busy,
    /// The service behind the reader (pcscd) cannot be reached.
    #[error("service not available")]
    NoService,
    /// This user may not talk to the service.
    #[error("access refused")]
    AccessRefused,
    /// Anything else, with the number that the layer below gave.
    #[error("link error {0:#x}")]
    Link(u64),
}

/// How large one APDU may be on a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest command data field in bytes; 255 where only short APDUs pass.
    pub max_command_data: usize,
    /// Largest response data field in bytes; 256 where only short APDUs pass.
    pub max_response_data: usize,
}

impl Limits {
    /// Short APDUs only (ISO 7816-4 without extended length).
    pub const SHORT: Self = Self {
        max_command_data: 255,
        max_response_data: 256,
    };
    /// Extended APDUs up to the ceiling of the virtual reader: 65,535 bytes for a whole APDU.
    pub const EXTENDED: Self = Self {
        max_command_data: 65_526,
        max_response_data: 65_533,
    };
}

/// A command that was begun.
pub enum Started {
    /// It is answered: the response APDU with its status word.
    Answer(Vec<u8>),
    /// The card has done its part; what is left gives the response APDU, at any time, on any thread.
    Computation(Box<dyn FnOnce() -> Vec<u8> + Send>),
}

/// A link to one card. Calls are serialised by the owner.
pub trait Transport: Send {
    /// Sends one command APDU and returns the response APDU with its status word.
    ///
    /// # Errors
    /// [`TransportError`]; after [`TransportError::Reset`] the link is usable again.
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError>;

    /// Begins a command whose long computation needs the card no more, so that others need not wait
    /// for it. The command asks for the whole answer in one piece. `None` where the link has no such
    /// way; nothing was sent then.
    fn start(&mut self, _command: &[u8]) -> Option<Result<Started, TransportError>> {
        None
    }

    /// Starts exclusive use of the card across several exchanges, against other processes too.
    ///
    /// # Errors
    /// [`TransportError`]; on [`TransportError::Reset`] no transaction is open.
    fn begin_transaction(&mut self) -> Result<(), TransportError> {
        Ok(())
    }

    /// Ends what [`Transport::begin_transaction`] started.
    fn end_transaction(&mut self) {}

    /// What fits into one APDU.
    fn limits(&self) -> Limits;

    /// The link as one that ends in an SKF library, if it does: some things go to such a one in another shape.
    fn skf_link(&mut self) -> Option<&mut dyn skf_link::SkfLink> {
        None
    }

    /// The token's change counter without an exchange, where the link can tell it.
    fn change_counter(&mut self) -> Option<u64> {
        None
    }
}

/// A reader as its provider sees it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReaderStatus {
    /// Name, unique within its provider and stable while the reader exists.
    pub name: String,
    /// Whether a card is in it.
    pub present: bool,
    /// Counts insertions and removals, so that a quick swap between two looks is noticed.
    pub events: u64,
}

/// A family of readers: PC/SC, embedded images, later USB.
pub trait Provider: Send + Sync {
    /// Short name of the family, for people ("PC/SC", "embedded").
    fn kind(&self) -> &'static str;

    /// Readers and what is in them, now.
    ///
    /// # Errors
    /// [`TransportError::NoService`] and the like; no readers at all is not an error.
    fn readers(&self) -> Result<Vec<ReaderStatus>, TransportError>;

    /// Opens a link to the card in `reader`.
    ///
    /// # Errors
    /// [`TransportError::NoCard`], [`TransportError::Busy`], …
    fn connect(&self, reader: &str) -> Result<Box<dyn Transport>, TransportError>;

    /// Sleeps until something may have changed, at most `timeout`. Returning early is allowed.
    fn wait_change(&self, timeout: Duration);

    /// Wakes a thread in [`Provider::wait_change`].
    fn cancel(&self) {}
}
