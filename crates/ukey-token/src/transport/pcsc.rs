//! PC/SC: readers under pcscd (or the Windows and macOS services).
//!
//! Connections are shared and left as they are on disconnect. A context serves one purpose only:
//! one per card, one for listing, one for waiting, because a waiting context is locked by the
//! client library. Source of the rules: PC/SC part 5 and the behaviour of pcsclite.

use super::{Limits, Provider, ReaderStatus, Transport, TransportError};
use pcsc::{Context, Disposition, Protocols, ReaderState, Scope, ShareMode, State};
use self_cell::{MutBorrow, self_cell};
use std::{
    collections::HashMap,
    ffi::CString,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Largest answer: 65,536 data bytes and the status word.
const MAX_ANSWER: usize = pcsc::MAX_BUFFER_SIZE_EXTENDED;
/// How long pcscd may take to notice that a card is gone; it looks every 400 ms.
const NOTICE: Duration = Duration::from_secs(1);
const PROTOCOLS: Protocols = Protocols::T0.union(Protocols::T1);

/// Readers of the PC/SC service. The service is contacted on first use and again when it was
/// restarted.
#[derive(Default)]
pub struct PcscProvider {
    listing: Mutex<Option<Context>>,
    waiting: Mutex<Option<Context>>,
    /// What a waiting thread saw last, so that the next wait returns on the next change only.
    known: Mutex<HashMap<CString, State>>,
}

impl PcscProvider {
    /// A provider that has not yet contacted the service.
    pub fn new() -> Self {
        Self::default()
    }

    fn with_context<T>(
        slot: &Mutex<Option<Context>>,
        body: impl Fn(&Context) -> Result<T, pcsc::Error>,
    ) -> Result<T, TransportError> {
        // One fresh context if the service was restarted behind our back.
        for attempt in 0..2 {
            let context = {
                let mut slot = lock(slot);
                match &*slot {
                    Some(context) => context.clone(),
                    None => slot.insert(establish()?).clone(),
                }
            };
            match body(&context) {
                Err(e) if attempt == 0 && service_lost(e) => *lock(slot) = None,
                other => return other.map_err(transport_error),
            }
        }
        Err(TransportError::NoService)
    }
}

impl Provider for PcscProvider {
    fn kind(&self) -> &'static str {
        "PC/SC"
    }

    fn readers(&self) -> Result<Vec<ReaderStatus>, TransportError> {
        Self::with_context(&self.listing, |context| {
            let names = match context.list_readers_owned() {
                Err(pcsc::Error::NoReadersAvailable) => return Ok(Vec::new()),
                names => names?,
            };
            let mut states: Vec<_> = names
                .into_iter()
                .map(|name| ReaderState::new(name, State::UNAWARE))
                .collect();
            if !states.is_empty() {
                context.get_status_change(Duration::ZERO, &mut states)?;
            }
            Ok(states.iter().map(reader_status).collect())
        })
    }

    fn connect(&self, reader: &str) -> Result<Box<dyn Transport>, TransportError> {
        let name = CString::new(reader).map_err(|_| TransportError::NoCard)?;
        let context = establish()?;
        let card = context
            .connect(&name, ShareMode::Shared, PROTOCOLS)
            .map_err(transport_error)?;
        let limits = reader_limits(&card);
        Ok(Box::new(PcscTransport {
            link: Link::Free(Box::new(card)),
            limits,
            buffer: vec![0; MAX_ANSWER],
        }))
    }

    fn wait_change(&self, timeout: Duration) {
        let waited = Self::with_context(&self.waiting, |context| {
            let mut known = lock(&self.known);
            let names = context.list_readers_owned().or_else(|e| match e {
                pcsc::Error::NoReadersAvailable => Ok(Vec::new()),
                e => Err(e),
            })?;
            let pnp = std::iter::once(pcsc::PNP_NOTIFICATION().to_owned());
            let mut states: Vec<_> = names
                .into_iter()
                .chain(pnp)
                .map(|name| {
                    let state = known.get(&name).copied().unwrap_or(State::UNAWARE);
                    ReaderState::new(name, state)
                })
                .collect();
            known.clear();
            drop(known);
            let outcome = context.get_status_change(timeout, &mut states);
            let mut known = lock(&self.known);
            known.extend(
                states
                    .iter()
                    .map(|s| (s.name().to_owned(), s.event_state())),
            );
            match outcome {
                Ok(()) | Err(pcsc::Error::Timeout | pcsc::Error::Cancelled) => Ok(()),
                Err(e) => Err(e),
            }
        });
        if waited.is_err() {
            std::thread::sleep(timeout);
        }
    }

    fn cancel(&self) {
        if let Some(context) = lock(&self.waiting).clone() {
            // A failed cancel only means that nobody waits.
            context.cancel().ok();
        }
    }
}

fn reader_status(state: &ReaderState) -> ReaderStatus {
    let event = state.event_state();
    ReaderStatus {
        name: state.name().to_string_lossy().into_owned(),
        present: event.contains(State::PRESENT),
        events: state.event_count().into(),
    }
}

fn establish() -> Result<Context, TransportError> {
    Context::establish(Scope::User).map_err(transport_error)
}

fn service_lost(e: pcsc::Error) -> bool {
    matches!(
        e,
        pcsc::Error::NoService | pcsc::Error::ServiceStopped | pcsc::Error::InvalidHandle
    )
}

fn transport_error(e: pcsc::Error) -> TransportError {
    use pcsc::Error as E;
    match e {
        E::ResetCard => TransportError::Reset,
        E::RemovedCard | E::ReaderUnavailable | E::UnknownReader | E::InvalidHandle => {
            TransportError::Removed
        }
        E::NoSmartcard | E::NoReadersAvailable => TransportError::NoCard,
        // A card that loses its power is powered up by the next connection: this one could not be.
        E::UnresponsiveCard | E::UnpoweredCard => TransportError::Mute,
        E::SharingViolation => TransportError::Busy,
        E::NoService | E::ServiceStopped => TransportError::NoService,
        E::SecurityViolation | E::NoAccess => TransportError::AccessRefused,
        other => TransportError::Link(u64::from(other as u32)),
    }
}

/// On a card that is connected, a lost service or reader is a lost card.
fn card_error(e: pcsc::Error) -> TransportError {
    match transport_error(e) {
        TransportError::NoCard | TransportError::Mute | TransportError::NoService => {
            TransportError::Removed
        }
        TransportError::Link(_) if e == pcsc::Error::NotTransacted => TransportError::Removed,
        other => other,
    }
}

self_cell!(
    /// A card together with the transaction that borrows it.
    struct CardInTransaction {
        owner: MutBorrow<pcsc::Card>,
        #[covariant]
        dependent: Held,
    }
);

type Held<'a> = pcsc::Transaction<'a>;

enum Link {
    Free(Box<pcsc::Card>),
    InTransaction(Box<CardInTransaction>),
    /// Only while a card moves from one state to the other, or after it could not.
    Lost,
}

struct PcscTransport {
    link: Link,
    limits: Limits,
    buffer: Vec<u8>,
}

impl PcscTransport {
    /// After a reset by somebody else the handle must be renewed before the next use.
    fn reconnect(&mut self) -> Result<(), TransportError> {
        self.end_transaction();
        let Link::Free(card) = &mut self.link else {
            return Err(TransportError::Removed);
        };
        card.reconnect(ShareMode::Shared, PROTOCOLS, Disposition::LeaveCard)
            .map_err(card_error)
    }

    /// Whether the card left its reader in the middle of a command. Some drivers (vpcd) then report
    /// success and no answer, and pcscd notices only with its next look at the reader.
    fn is_gone(&self) -> bool {
        let deadline = Instant::now() + NOTICE;
        loop {
            let status = match &self.link {
                Link::Free(card) => card.status2_owned(),
                Link::InTransaction(held) => held.borrow_dependent().status2_owned(),
                Link::Lost => return true,
            };
            match status {
                Err(e) => return card_error(e) == TransportError::Removed,
                Ok(_) if Instant::now() >= deadline => return false,
                Ok(_) => std::thread::sleep(NOTICE / 50),
            }
        }
    }

    fn after(&mut self, e: pcsc::Error) -> TransportError {
        match card_error(e) {
            TransportError::Reset => match self.reconnect() {
                Ok(()) => TransportError::Reset,
                Err(e) => e,
            },
            other => other,
        }
    }
}

impl Transport for PcscTransport {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let answer = match &self.link {
            Link::Free(card) => card.transmit(command, &mut self.buffer),
            Link::InTransaction(held) => {
                held.borrow_dependent().transmit(command, &mut self.buffer)
            }
            Link::Lost => return Err(TransportError::Removed),
        };
        match answer.map(<[u8]>::to_vec) {
            Ok(answer) if answer.len() < 2 && self.is_gone() => Err(TransportError::Removed),
            Ok(answer) => Ok(answer),
            Err(e) => Err(self.after(e)),
        }
    }

    fn begin_transaction(&mut self) -> Result<(), TransportError> {
        let card = match std::mem::replace(&mut self.link, Link::Lost) {
            Link::Free(card) => card,
            other => {
                self.link = other;
                return Ok(());
            }
        };
        let built = CardInTransaction::try_new_or_recover(MutBorrow::new(*card), |card| {
            card.borrow_mut().transaction()
        });
        match built {
            Ok(held) => {
                self.link = Link::InTransaction(Box::new(held));
                Ok(())
            }
            Err((card, e)) => {
                self.link = Link::Free(Box::new(card.into_inner()));
                Err(self.after(e))
            }
        }
    }

    fn end_transaction(&mut self) {
        self.link = match std::mem::replace(&mut self.link, Link::Lost) {
            // Dropping the transaction ends it and leaves the card as it is.
            Link::InTransaction(held) => Link::Free(Box::new(held.into_owner().into_inner())),
            other => other,
        };
    }

    fn limits(&self) -> Limits {
        self.limits
    }
}

/// A dropped card would be reset, under the hands of all other programs that use it.
impl Drop for PcscTransport {
    fn drop(&mut self) {
        self.end_transaction();
        if let Link::Free(card) = std::mem::replace(&mut self.link, Link::Lost) {
            // An Err means that card or service are gone.
            card.disconnect(Disposition::LeaveCard).ok();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// PC/SC part 10: CM_IOCTL_GET_FEATURE_REQUEST.
const GET_FEATURE_REQUEST: u32 = 3400;
/// PC/SC part 10: tag of FEATURE_GET_TLV_PROPERTIES.
const FEATURE_GET_TLV_PROPERTIES: u8 = 0x12;
/// PC/SC part 10: property dwMaxAPDUDataSize, u32 little endian; 0 means short APDUs only.
const PROPERTY_MAX_APDU_DATA_SIZE: u8 = 0x0A;

/// What the reader says that it can carry; where it says nothing, what the card's ATR says.
fn reader_limits(card: &pcsc::Card) -> Limits {
    match max_apdu_data_size(card) {
        Some(0) => Limits::SHORT,
        Some(size) if size < 256 => Limits::SHORT,
        Some(size) => Limits {
            max_command_data: (size as usize).min(Limits::EXTENDED.max_command_data),
            max_response_data: Limits::EXTENDED.max_response_data,
        },
        None if atr_says_extended(card) => Limits::EXTENDED,
        None => Limits::SHORT,
    }
}

fn max_apdu_data_size(card: &pcsc::Card) -> Option<u32> {
    let mut buffer = [0; 256];
    let code = pcsc::ctl_code(GET_FEATURE_REQUEST.into());
    let features = card.control(code, &[], &mut buffer).ok()?;
    let control = tlv(features, FEATURE_GET_TLV_PROPERTIES)?;
    let control = u32::from_be_bytes(control.try_into().ok()?);
    let mut buffer = [0; 256];
    let properties = card.control(control.into(), &[], &mut buffer).ok()?;
    let size = tlv(properties, PROPERTY_MAX_APDU_DATA_SIZE)?;
    Some(u32::from_le_bytes(size.try_into().ok()?))
}

/// Value of the first one-byte-tag, one-byte-length TLV with `tag`.
fn tlv(mut bytes: &[u8], tag: u8) -> Option<&[u8]> {
    while let [found, len, rest @ ..] = bytes {
        let (value, after) = rest.split_at_checked((*len).into())?;
        if *found == tag {
            return Some(value);
        }
        bytes = after;
    }
    None
}

/// ISO 7816-4, 8.1.1: third software function byte of the compact-TLV object 73.
fn atr_says_extended(card: &pcsc::Card) -> bool {
    // Not the reader's attribute ATR_STRING, which not every driver has.
    let Ok(status) = card.status2_owned() else {
        return false;
    };
    status
        .atr()
        .windows(4)
        .any(|w| w[0] == 0x73 && w[3] & 0x40 != 0)
}
