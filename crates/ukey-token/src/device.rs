//! A connected token: its link, its lock, and what this process knows of its memory.

use crate::{
    application::{AppState, Application},
    client::Connection,
    error::Error,
    login::Role,
    transport::{Transport, TransportError},
};
use std::{
    collections::HashMap,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use ukey_apdu::{devinfo::DevInfo, request::extension::Features};

/// A token in a reader. Cheap to clone; clones share link, logins, caches and lock identity.
#[derive(Clone)]
pub struct Device {
    shared: Arc<Shared>,
    client: u64,
}

struct Shared {
    reader: String,
    /// DevInfo as read at connection; label and free space change, the rest does not.
    info: DevInfo,
    /// What it has of our extension family, if it has it.
    features: Option<Features>,
    connection: Mutex<Connection>,
    turn: Turn,
    removed: AtomicBool,
    /// Counts resets of the card: whatever was in its memory before is gone.
    epoch: AtomicU64,
    applications: Mutex<HashMap<String, Arc<AppState>>>,
}

/// How a sequence of exchanges treats the card and its surprises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Run {
    /// One exchange once the ids are known: no transaction. Repeated after a reset.
    Single,
    /// Several exchanges that belong together: one transaction. Repeated after a reset.
    Sequence,
    /// Several exchanges in one transaction, never repeated (a PIN try may be spent).
    Once,
}

static NEXT_CLIENT: AtomicU64 = AtomicU64::new(1);

impl Device {
    /// Asks the card behind `transport` who it is.
    pub(crate) fn probe(reader: &str, transport: Box<dyn Transport>) -> Result<Self, Error> {
        let mut connection = Connection::new(transport);
        let info = connection.identify()?;
        let features = connection.discover_extension()?;
        tracing::debug!(reader, serial = ?info.serial_number, ?features, "token connected");
        Ok(Self {
            shared: Arc::new(Shared {
                reader: reader.to_owned(),
                info,
                features,
                connection: Mutex::new(connection),
                turn: Turn::default(),
                removed: AtomicBool::new(false),
                epoch: AtomicU64::new(0),
                applications: Mutex::default(),
            }),
            client: NEXT_CLIENT.fetch_add(1, Ordering::Relaxed),
        })
    }

    /// The same token under another lock identity: [`Device::lock`] by one excludes the other.
    pub fn for_another_client(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            client: NEXT_CLIENT.fetch_add(1, Ordering::Relaxed),
        }
    }

    /// Name of the reader.
    pub fn reader_name(&self) -> &str {
        &self.shared.reader
    }

    /// Device information as read when the token was connected, without an exchange.
    pub fn cached_info(&self) -> &DevInfo {
        &self.shared.info
    }

    /// Model name, the same in every interface. The device information has none (GM/T 0016-2012,
    /// 6.4.1), so it is made of the hardware version.
    pub fn model(&self) -> String {
        format!("UKEY {}", self.shared.info.hw_version)
    }

    /// Whether the token keeps objects beside containers and files, which is what our extension family is about.
    pub fn has_extension(&self) -> bool {
        self.features().contains(Features::OBJECTS)
    }

    /// Which parts of our extension family the token has.
    pub fn features(&self) -> Features {
        self.shared.features.unwrap_or(Features(0))
    }

    /// Whether the token was pulled; a removed device never comes back, its reader gives a new one.
    pub fn is_removed(&self) -> bool {
        self.shared.removed.load(Ordering::Acquire)
    }

    /// Whether both are the same connected token.
    pub fn same_token(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }

    /// How often the card was reset under us; a login of an older epoch is gone.
    pub fn epoch(&self) -> u64 {
        self.shared.epoch.load(Ordering::Acquire)
    }

    /// Takes the token for this client alone: other clients of this process wait, and other
    /// processes too where the link can keep them out. Nested locks by one client are one lock.
    ///
    /// # Errors
    /// [`Error::Busy`] after `timeout` (`None`: for ever), [`Error::Removed`], link errors.
    pub fn lock(&self, timeout: Option<Duration>) -> Result<(), Error> {
        self.shared.turn.take(self.client, timeout)?;
        let mut connection = self.connection();
        let begun = connection.begin_transaction().or_else(|e| match e {
            TransportError::Reset => {
                self.forget_memory(&mut connection);
                connection.begin_transaction()
            }
            e => Err(e),
        });
        drop(connection);
        begun.map_err(|e| {
            self.shared.turn.give_back(self.client);
            self.note(e.into())
        })
    }

    /// Gives back what [`Device::lock`] took; without a lock of this client nothing happens.
    pub fn unlock(&self) {
        if self.shared.turn.give_back(self.client) {
            self.connection().end_transaction();
        }
    }

    /// Whether another client has the token for itself now: a call would wait.
    pub(crate) fn is_held_elsewhere(&self) -> bool {
        self.shared.turn.is_held_by_another(self.client)
    }

    /// The application called `name`, whether or not it exists: use tells.
    pub fn application(&self, name: &str) -> Application {
        let mut applications = lock(&self.shared.applications);
        let state = applications
            .entry(name.to_owned())
            .or_insert_with(|| AppState::new(name));
        Application::new(self.clone(), Arc::clone(state))
    }

    /// The change counter, without an exchange where the link can tell it; `None` where the
    /// token has none.
    ///
    /// # Errors
    /// Link errors.
    pub fn change_counter(&self) -> Result<Option<u64>, Error> {
        if !self.features().contains(Features::CHANGE_COUNTER) {
            return Ok(None);
        }
        self.run(Run::Single, |connection| {
            match connection.transport().change_counter() {
                Some(counter) => Ok(Some(counter)),
                None => connection.read_change_counter().map(Some),
            }
        })
    }

    /// Runs `body` on the link, alone in this process, with the repeats that `how` allows.
    pub(crate) fn run<T>(
        &self,
        how: Run,
        mut body: impl FnMut(&mut Connection) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut connection = self.connection_in_turn()?;
        let mut outcome = self.attempt(how, &mut connection, &mut body);
        for _ in 0..2 {
            match &outcome {
                Err(Error::Transport(TransportError::Reset)) => {
                    self.forget_memory(&mut connection);
                    if how == Run::Once {
                        break;
                    }
                }
                // An id from before a close or a reset elsewhere: nothing was executed.
                Err(Error::ApplicationNotFound | Error::ContainerNotFound)
                    if connection.forget_ids() => {}
                _ => break,
            }
            outcome = self.attempt(how, &mut connection, &mut body);
        }
        drop(connection);
        outcome.map_err(|e| self.note(e))
    }

    /// The link, once no other client holds the token.
    fn connection_in_turn(&self) -> Result<MutexGuard<'_, Connection>, Error> {
        loop {
            self.check_removed()?;
            self.shared.turn.wait(self.client);
            let connection = self.connection();
            // Somebody may have taken the token between the wait and the lock.
            if !self.shared.turn.is_held_by_another(self.client) {
                return Ok(connection);
            }
        }
    }

    fn attempt<T>(
        &self,
        how: Run,
        connection: &mut Connection,
        body: &mut impl FnMut(&mut Connection) -> Result<T, Error>,
    ) -> Result<T, Error> {
        if how == Run::Single || self.shared.turn.is_held() {
            return body(connection);
        }
        if let Err(e) = connection.begin_transaction() {
            if e != TransportError::Reset {
                return Err(e.into());
            }
            self.forget_memory(connection);
            connection.begin_transaction()?;
        }
        let outcome = body(connection);
        connection.end_transaction();
        outcome
    }

    /// The card was reset: ids, logins and the transport key are void.
    fn forget_memory(&self, connection: &mut Connection) {
        tracing::debug!(reader = self.shared.reader, "the card was reset");
        connection.forget_memory();
        self.shared.epoch.fetch_add(1, Ordering::AcqRel);
        for application in lock(&self.shared.applications).values() {
            application.logged_out(Role::Both);
        }
    }

    /// Marks the device dead when the error says so.
    fn note(&self, e: Error) -> Error {
        match e {
            Error::Removed | Error::NoToken => {
                self.mark_removed();
                Error::Removed
            }
            other => other,
        }
    }

    pub(crate) fn mark_removed(&self) {
        self.shared.removed.store(true, Ordering::Release);
        self.shared.turn.wake();
        for application in lock(&self.shared.applications).values() {
            application.logged_out(Role::Both);
        }
    }

    /// Opened ids are asked for anew with the next use.
    pub(crate) fn forget_ids(&self) {
        self.connection().forget_ids();
    }

    fn check_removed(&self) -> Result<(), Error> {
        if self.is_removed() {
            Err(Error::Removed)
        } else {
            Ok(())
        }
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        lock(&self.shared.connection)
    }
}

impl std::fmt::Debug for Device {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Device")
            .field("reader", &self.shared.reader)
            .finish_non_exhaustive()
    }
}

/// Which client has the token for itself, if any.
#[derive(Default)]
struct Turn {
    holder: Mutex<Option<u64>>,
    freed: Condvar,
}

impl Turn {
    fn take(&self, client: u64, timeout: Option<Duration>) -> Result<(), Error> {
        let deadline = timeout.map(|t| Instant::now() + t);
        let mut holder = lock(&self.holder);
        while holder.is_some_and(|h| h != client) {
            let left = match deadline {
                Some(deadline) => deadline.saturating_duration_since(Instant::now()),
                None => Duration::from_secs(3600),
            };
            if left.is_zero() {
                return Err(Error::Busy);
            }
            holder = self
                .freed
                .wait_timeout(holder, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        *holder = Some(client);
        Ok(())
    }

    /// Waits until nobody else holds the token.
    fn wait(&self, client: u64) {
        let mut holder = lock(&self.holder);
        while holder.is_some_and(|h| h != client) {
            holder = self
                .freed
                .wait(holder)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn is_held_by_another(&self, client: u64) -> bool {
        lock(&self.holder).is_some_and(|h| h != client)
    }

    fn is_held(&self) -> bool {
        lock(&self.holder).is_some()
    }

    /// Whether `client` held it.
    fn give_back(&self, client: u64) -> bool {
        let mut holder = lock(&self.holder);
        let held = *holder == Some(client);
        if held {
            *holder = None;
            self.freed.notify_all();
        }
        held
    }

    /// Frees the turn for good: the token is gone and no holder will give it back.
    fn wake(&self) {
        *lock(&self.holder) = None;
        self.freed.notify_all();
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
