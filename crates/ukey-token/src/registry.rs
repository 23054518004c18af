//! All readers that this process knows, in the order in which it met them.

use crate::{
    device::Device,
    error::Error,
    transport::{Provider, ReaderStatus, TransportError},
};
use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

/// Longest time between two looks at the readers while waiting for an event.
const POLL: Duration = Duration::from_millis(250);

/// All readers that this process knows, in the order in which it met them. Readers are never forgotten, so their numbers stay valid.
pub struct Registry {
    providers: Vec<Arc<dyn Provider>>,
    readers: RwLock<Vec<Arc<Reader>>>,
}

/// What happened in a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// A card came.
    Inserted,
    /// A card went.
    Removed,
}

/// An insertion or a removal.
#[derive(Clone)]
pub struct Event {
    /// Where it happened.
    pub reader: Arc<Reader>,
    /// What happened.
    pub kind: EventKind,
}

/// Ends a [`Registry::wait_event`] from another thread. One signal ends all waits that use it, now and later.
#[derive(Debug, Default)]
pub struct CancelToken(AtomicBool);

impl CancelToken {
    /// A token that has not been cancelled.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether [`Registry::cancel`] was called with it.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// One look at the readers, to compare a later look with. Each waiting client keeps its own.
#[derive(Debug, Clone, Default)]
pub struct Snapshot(Vec<(usize, bool, u64)>);

impl Registry {
    /// A registry over `providers`; nothing is contacted before the first [`Registry::refresh`].
    pub fn new(providers: Vec<Box<dyn Provider>>) -> Self {
        Self {
            providers: providers.into_iter().map(Arc::from).collect(),
            readers: RwLock::default(),
        }
    }

    /// Looks at all providers: new readers are added at the end, cards that went or were swapped
    /// lose their [`Device`].
    ///
    /// # Errors
    /// The first provider's failure, after all others were looked at; the list is valid all the same.
    pub fn refresh(&self) -> Result<(), Error> {
        let mut failure = None;
        for provider in &self.providers {
            match provider.readers() {
                Ok(statuses) => self.update(provider, &statuses),
                Err(e) => {
                    self.update(provider, &[]);
                    failure.get_or_insert(e);
                }
            }
        }
        failure.map_or(Ok(()), |e| Err(e.into()))
    }

    /// All readers met so far, in a stable order.
    pub fn readers(&self) -> Vec<Arc<Reader>> {
        self.readers
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The reader called `name`.
    pub fn reader(&self, name: &str) -> Option<Arc<Reader>> {
        self.readers()
            .into_iter()
            .find(|reader| reader.name() == name)
    }

    /// The state of all readers now, for [`Registry::wait_event`].
    pub fn snapshot(&self) -> Snapshot {
        // A provider that fails has no readers: that is its state.
        self.refresh().ok();
        let readers = self.readers();
        Snapshot(
            readers
                .iter()
                .map(|reader| {
                    let state = lock(&reader.state);
                    (reader.index, state.present, state.events)
                })
                .collect(),
        )
    }

    /// Compares the readers with `seen`, reports one difference and notes it in `seen`.
    pub fn poll_event(&self, seen: &mut Snapshot) -> Option<Event> {
        let now = self.snapshot();
        for &(index, present, events) in &now.0 {
            let before = seen.0.iter_mut().find(|entry| entry.0 == index);
            let was = before
                .as_ref()
                .map_or((false, 0), |entry| (entry.1, entry.2));
            let first_look = before.is_none();
            let kind = match (was.0, present) {
                (false, true) => EventKind::Inserted,
                (true, false) => EventKind::Removed,
                // Swapped between two looks: tell the removal now, the insertion next time.
                (true, true) if was.1 != events => EventKind::Removed,
                _ => continue,
            };
            let noted = (index, kind == EventKind::Inserted, events);
            match before {
                Some(entry) => *entry = noted,
                None => seen.0.push(noted),
            }
            debug_assert!(!first_look || kind == EventKind::Inserted);
            let reader = self.readers().into_iter().find(|r| r.index == index)?;
            return Some(Event { reader, kind });
        }
        None
    }

    /// Waits for a difference from `seen`, at most `timeout` (`None`: for ever).
    ///
    /// # Errors
    /// [`Error::Timeout`], [`Error::Cancelled`].
    pub fn wait_event(
        &self,
        seen: &mut Snapshot,
        timeout: Option<Duration>,
        cancel: &CancelToken,
    ) -> Result<Event, Error> {
        let deadline = timeout.map(|t| Instant::now() + t);
        loop {
            if cancel.is_cancelled() {
                return Err(Error::Cancelled);
            }
            if let Some(event) = self.poll_event(seen) {
                return Ok(event);
            }
            let left = deadline.map_or(POLL, |d| d.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                return Err(Error::Timeout);
            }
            let slice = left.min(POLL) / self.providers.len().max(1) as u32;
            match self.providers.as_slice() {
                [] => std::thread::sleep(slice),
                providers => providers.iter().for_each(|p| p.wait_change(slice)),
            }
        }
    }

    /// Ends every wait that uses `cancel`.
    pub fn cancel(&self, cancel: &CancelToken) {
        cancel.0.store(true, Ordering::Release);
        for provider in &self.providers {
            provider.cancel();
        }
    }

    fn update(&self, provider: &Arc<dyn Provider>, statuses: &[ReaderStatus]) {
        let mut readers = self.readers.write().unwrap_or_else(PoisonError::into_inner);
        for reader in readers
            .iter()
            .filter(|r| Arc::ptr_eq(&r.provider, provider))
        {
            let status = statuses.iter().find(|status| status.name == reader.name);
            reader.update(status);
        }
        for status in statuses {
            let known = readers
                .iter()
                .any(|r| Arc::ptr_eq(&r.provider, provider) && r.name == status.name);
            if !known {
                let reader = Arc::new(Reader {
                    index: readers.len(),
                    name: status.name.clone(),
                    provider: Arc::clone(provider),
                    state: Mutex::default(),
                    connecting: Mutex::default(),
                });
                reader.update(Some(status));
                readers.push(reader);
            }
        }
    }
}

/// A reader, with or without a token in it.
pub struct Reader {
    index: usize,
    name: String,
    provider: Arc<dyn Provider>,
    state: Mutex<ReaderState>,
    /// Held while connecting, so that two threads do not open two links to one card.
    connecting: Mutex<()>,
}

#[derive(Default)]
struct ReaderState {
    present: bool,
    events: u64,
    card: Card,
}

#[derive(Default, Clone)]
enum Card {
    #[default]
    Unknown,
    /// Looked at and found not to be ours; not asked again before it is swapped.
    Foreign,
    /// The same for one that does not answer: each try costs the reader's patience.
    Mute,
    Token(Device),
}

impl Reader {
    /// Number of the reader, from 0, in the order of discovery.
    pub fn index(&self) -> usize {
        self.index
    }

    /// Name given by the provider.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Family of the reader ("PC/SC", "embedded").
    pub fn kind(&self) -> &'static str {
        self.provider.kind()
    }

    /// Whether a card was in the reader at the last [`Registry::refresh`].
    pub fn is_present(&self) -> bool {
        lock(&self.state).present
    }

    /// The token in the reader, connected on first use. All callers share its link, logins and
    /// caches; see [`Device::for_another_client`] for locks between them.
    ///
    /// # Errors
    /// [`Error::NoToken`], [`Error::ForeignCard`], and what connecting gives.
    pub fn device(&self) -> Result<Device, Error> {
        let _connecting = lock(&self.connecting);
        {
            let state = lock(&self.state);
            match &state.card {
                Card::Token(device) if !device.is_removed() => return Ok(device.clone()),
                Card::Foreign if state.present => return Err(Error::ForeignCard),
                Card::Mute if state.present => return Err(TransportError::Mute.into()),
                _ => {}
            }
        }
        let connected = self.connect();
        let mut state = lock(&self.state);
        match &connected {
            Ok(device) => state.card = Card::Token(device.clone()),
            Err(Error::ForeignCard) => state.card = Card::Foreign,
            Err(Error::Transport(TransportError::Mute)) => state.card = Card::Mute,
            Err(_) => {}
        }
        connected
    }

    fn connect(&self) -> Result<Device, Error> {
        let transport = self.provider.connect(&self.name).map_err(|e| match e {
            TransportError::Removed | TransportError::NoCard => Error::NoToken,
            other => other.into(),
        })?;
        Device::probe(&self.name, transport)
    }

    fn update(&self, status: Option<&ReaderStatus>) {
        let mut state = lock(&self.state);
        let (present, events) = status.map_or((false, state.events), |s| (s.present, s.events));
        let gone = !present || (state.present && events != state.events);
        if gone && let Card::Token(device) = std::mem::take(&mut state.card) {
            device.mark_removed();
        }
        state.present = present;
        state.events = events;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
