//! The one global: what exists between C_Initialize and C_Finalize, per process.
//!
//! After `fork` the child has no module until its own C_Initialize; the parent's is neither used nor dropped there.

use crate::abi::types::*;
use crate::ops::pin_entry::PinEntry;
use crate::rv::Error;
use crate::session::{OpenSession, Session};
use crate::slot::Slots;
use std::convert::Infallible;
use std::sync::{Arc, PoisonError, RwLock};
use ukey_ffi::{Handle, HandleTable, PerProcess};

/// The state of an initialised module.
pub(crate) struct Module {
    /// Slots and tokens.
    pub(crate) slots: Slots,
    /// Where PINs are typed that callers do not give.
    pub(crate) pin_entry: PinEntry,
    /// Open sessions.
    sessions: HandleTable<Session>,
}

static MODULE: PerProcess<RwLock<Option<Arc<Module>>>> = PerProcess::new();

fn cell() -> &'static RwLock<Option<Arc<Module>>> {
    let Ok(cell) = MODULE.get_or_try_init(|| Ok::<_, Infallible>(RwLock::default()));
    cell
}

/// The module of this process.
///
/// # Errors
/// [`Error::CryptokiNotInitialized`].
pub(crate) fn current() -> Result<Arc<Module>, Error> {
    let module = cell().read().unwrap_or_else(PoisonError::into_inner);
    module.clone().ok_or(Error::CryptokiNotInitialized)
}

/// C_Initialize: reads the configuration and makes the registry; contacts no reader.
///
/// # Errors
/// [`Error::CryptokiAlreadyInitialized`]; [`Error::GeneralError`] for a configuration that does not parse.
pub(crate) fn initialize() -> Result<(), Error> {
    let mut module = cell().write().unwrap_or_else(PoisonError::into_inner);
    if module.is_some() {
        return Err(Error::CryptokiAlreadyInitialized);
    }
    let config = ukey_host::Config::load().map_err(|e| {
        tracing::error!(error = %e, "configuration refused");
        Error::GeneralError
    })?;
    ukey_host::init_logging(&config);
    let slots = Slots::new(ukey_host::registry(&config), config.auth_key_file.clone());
    *module = Some(Arc::new(Module {
        slots,
        pin_entry: PinEntry::new(&config),
        sessions: HandleTable::new(),
    }));
    Ok(())
}

/// C_Finalize: wakes what waits, closes all sessions, logs out.
///
/// # Errors
/// [`Error::CryptokiNotInitialized`].
pub(crate) fn finalize() -> Result<(), Error> {
    let taken = cell()
        .write()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    let module = taken.ok_or(Error::CryptokiNotInitialized)?;
    module.slots.cancel_waits();
    module.pin_entry.cancel();
    for session in module.sessions.remove_where(|_, _| true) {
        session.token.sessions_closed(None);
    }
    Ok(())
}

impl Module {
    /// The session behind a handle.
    ///
    /// # Errors
    /// [`Error::SessionHandleInvalid`]; [`Error::DeviceRemoved`] when its token was pulled, until it is closed.
    pub(crate) fn session(&self, handle: CK_SESSION_HANDLE) -> Result<OpenSession, Error> {
        let open = self.any_session(handle)?;
        if open.token.is_removed() {
            return Err(Error::DeviceRemoved);
        }
        Ok(open)
    }

    fn any_session(&self, handle: CK_SESSION_HANDLE) -> Result<OpenSession, Error> {
        let handle = Handle::from_raw(handle).ok_or(Error::SessionHandleInvalid)?;
        let session = self
            .sessions
            .get(handle)
            .ok_or(Error::SessionHandleInvalid)?;
        Ok(OpenSession { handle, session })
    }

    /// Adds a session.
    pub(crate) fn add_session(&self, session: Session) -> Handle {
        self.sessions.insert(session)
    }

    /// Closes one session.
    ///
    /// # Errors
    /// [`Error::SessionHandleInvalid`].
    pub(crate) fn close_session(&self, handle: CK_SESSION_HANDLE) -> Result<(), Error> {
        let open = self.any_session(handle)?;
        let _turn = open.token.session_turn();
        let session = self
            .sessions
            .remove(open.handle)
            .ok_or(Error::SessionHandleInvalid)?;
        self.after_close(&session, &[open.handle]);
        Ok(())
    }

    /// Closes all sessions of a slot, whatever token they were opened with.
    pub(crate) fn close_all_sessions(&self, slot: CK_SLOT_ID) {
        let mut handles = Vec::new();
        let closed = self.sessions.remove_where(|handle, session| {
            let doomed = session.token.slot == slot;
            if doomed {
                handles.push(handle);
            }
            doomed
        });
        for session in &closed {
            let _turn = session.token.session_turn();
            self.after_close(session, &handles);
        }
    }

    /// Session objects die with their session; the last session takes the login with it.
    fn after_close(&self, session: &Session, closed: &[Handle]) {
        let others = self.sessions_of(&session.token);
        session
            .token
            .sessions_closed((!others.is_empty()).then_some(closed));
    }

    /// Open sessions with a token.
    pub(crate) fn sessions_of(&self, token: &Arc<crate::slot::token::Token>) -> Vec<Arc<Session>> {
        let all = self.sessions.snapshot();
        all.into_iter()
            .map(|(_, session)| session)
            .filter(|session| Arc::ptr_eq(&session.token, token))
            .collect()
    }
}
