//! Sessions (PKCS#11 3.2, "Session management").

pub(crate) mod find;
pub(crate) mod operation;

use crate::abi::types::*;
use crate::mechanism::Requested;
use crate::object::Object;
use crate::rv::Error;
use crate::slot::token::Token;
use operation::{Kind, Operations};
use std::sync::{Arc, Mutex, PoisonError};
use ukey_ffi::Handle;

/// Who is logged in, as one application of Cryptoki sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Login {
    /// Nobody.
    Public,
    /// The user.
    User,
    /// The security officer: the administrator of GM/T 0016.
    Officer,
}

/// An open session. Its operations have a lock of their own, held while one of its calls runs, so that two threads that
/// share a session take turns and sessions never wait for each other here.
pub(crate) struct Session {
    /// The token that was in the slot when the session was opened.
    pub(crate) token: Arc<Token>,
    /// CKF_RW_SESSION.
    pub(crate) read_write: bool,
    operations: Mutex<Operations>,
}

impl Session {
    /// A session without operations.
    pub(crate) fn new(token: Arc<Token>, read_write: bool) -> Self {
        Self {
            token,
            read_write,
            operations: Mutex::default(),
        }
    }

    /// CKS_*.
    pub(crate) fn state(&self) -> CK_STATE {
        match (self.token.login(), self.read_write) {
            (Login::Public, false) => CKS_RO_PUBLIC_SESSION,
            (Login::User, false) => CKS_RO_USER_FUNCTIONS,
            (Login::Public, true) => CKS_RW_PUBLIC_SESSION,
            (Login::User, true) => CKS_RW_USER_FUNCTIONS,
            (Login::Officer, _) => CKS_RW_SO_FUNCTIONS,
        }
    }

    /// Whether the security officer is logged in.
    pub(crate) fn is_officer(&self) -> bool {
        self.token.login() == Login::Officer
    }

    /// Begins an operation.
    ///
    /// # Errors
    /// [`Error::OperationActive`] when one of the kind runs, which goes on; and those of `begin`.
    pub(crate) fn begin(
        &self,
        kind: Kind,
        begin: impl FnOnce(&mut Operations) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut operations = self.operations();
        if operations.is_active(kind) {
            return Err(Error::OperationActive);
        }
        begin(&mut operations)
    }

    /// As [`Session::begin`] for a C_*Init function: without a mechanism it ends the running operation instead.
    ///
    /// # Errors
    /// Those of [`Session::begin`]; [`Error::ArgumentsBad`] when there is neither a mechanism nor an operation.
    pub(crate) fn begin_or_cancel(
        &self,
        kind: Kind,
        mechanism: Option<Requested>,
        begin: impl FnOnce(&mut Operations, Requested) -> Result<(), Error>,
    ) -> Result<(), Error> {
        match mechanism {
            Some(mechanism) => self.begin(kind, |operations| begin(operations, mechanism)),
            None if self.cancel(kind) => Ok(()),
            None => Err(Error::ArgumentsBad),
        }
    }

    /// The key behind a handle, of whatever class.
    ///
    /// # Errors
    /// [`Error::KeyHandleInvalid`] for what is not a key.
    pub(crate) fn key(&self, handle: CK_OBJECT_HANDLE) -> Result<Arc<Object>, Error> {
        let object = self
            .token
            .object(handle)
            .map_err(|_| Error::KeyHandleInvalid)?;
        object.material()?;
        Ok(object)
    }

    /// The key of one of some classes behind a handle.
    ///
    /// # Errors
    /// [`Error::KeyHandleInvalid`] for what is not a key, [`Error::KeyTypeInconsistent`] for a key of another class.
    pub(crate) fn key_of_class(
        &self,
        handle: CK_OBJECT_HANDLE,
        classes: &[CK_OBJECT_CLASS],
    ) -> Result<Arc<Object>, Error> {
        let object = self.key(handle)?;
        if classes.contains(&object.class()) {
            Ok(object)
        } else {
            Err(Error::KeyTypeInconsistent)
        }
    }

    /// Goes on with an operation. Here stands, once, the rule that every error ends it except
    /// [`Error::BufferTooSmall`]; a success ends it where the function says so.
    ///
    /// # Errors
    /// Those of `step`.
    pub(crate) fn step<T>(
        &self,
        kind: Kind,
        step: impl FnOnce(&mut Operations) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut operations = self.operations();
        let outcome = step(&mut operations);
        if outcome.as_ref().is_err_and(ends_operation) {
            operations.end(kind);
        }
        outcome
    }

    /// Reads the arguments of a call that goes on with an operation: bad ones end it as any other error does.
    ///
    /// # Errors
    /// Those of `read`.
    pub(crate) fn arguments<T>(
        &self,
        kind: Kind,
        read: impl FnOnce() -> Result<T, Error>,
    ) -> Result<T, Error> {
        let outcome = read();
        if outcome.as_ref().is_err_and(ends_operation) {
            self.cancel(kind);
        }
        outcome
    }

    /// C_Login for one use of a key: checks the PIN if an operation waits for that, and lets it go on.
    ///
    /// # Errors
    /// [`Error::OperationNotInitialized`] when none waits; those of `verify`.
    pub(crate) fn context_login(
        &self,
        verify: impl FnOnce() -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut operations = self.operations();
        if !operations.wants_login() {
            return Err(Error::OperationNotInitialized);
        }
        verify()?;
        operations.context_login();
        Ok(())
    }

    /// Ends an operation from outside (C_*Init with a NULL mechanism, C_SessionCancel); whether there was one.
    pub(crate) fn cancel(&self, kind: Kind) -> bool {
        self.operations().end(kind)
    }

    /// Whether an operation of a kind runs.
    pub(crate) fn is_active(&self, kind: Kind) -> bool {
        self.operations().is_active(kind)
    }

    // A panic while the lock is held leaves an operation half done; it is dropped rather than trusted.
    fn operations(&self) -> std::sync::MutexGuard<'_, Operations> {
        self.operations
            .lock()
            .unwrap_or_else(|poisoned: PoisonError<_>| {
                self.operations.clear_poison();
                let mut operations = poisoned.into_inner();
                *operations = Operations::default();
                operations
            })
    }
}

/// Whether an error ends the operation in which it happens (PKCS#11 3.2, "Conventions for functions returning output").
fn ends_operation(error: &Error) -> bool {
    *error != Error::BufferTooSmall
}

/// A session with the handle it is known by.
pub(crate) struct OpenSession {
    /// Its handle, which also marks the session objects that die with it.
    pub(crate) handle: Handle,
    /// The session.
    pub(crate) session: Arc<Session>,
}

impl std::ops::Deref for OpenSession {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.session
    }
}
