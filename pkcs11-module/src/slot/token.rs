//! A token in a slot: one application of one device, or a device without an application.
//!
//! It lives as long as the token stays in the slot; what comes after a removal is another one. Who is logged in is
//! asked of [`ukey_token`], which knows when the card was reset, and kept nowhere else.

use super::seed::SeedPool;
use super::table::ObjectTable;
use crate::abi::types::CK_SLOT_ID;
use crate::object::{Object, Side, Source};
use crate::rv::Error;
use crate::session::Login;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};
use ukey_ffi::Handle;
use ukey_token::{
    Application, Container, Device, KeyUsage, NewApplication, Pin, PinInfo, PinState, PinType,
    Rights,
};
use zeroize::Zeroizing;

/// Tries of the security officer's PIN on a token initialised here.
const OFFICER_TRIES: u8 = 10;
/// Tries of the user's PIN on a token initialised here.
const USER_TRIES: u8 = 10;

/// Longest label in bytes.
const LABEL_MAX: usize = 31;

/// The device authentication key in memory.
type AuthKey = Zeroizing<[u8; ukey_token::AUTH_KEY_LEN]>;

/// See the [module](self).
pub(crate) struct Token {
    /// Number of the slot.
    pub(crate) slot: CK_SLOT_ID,
    /// The device.
    pub(crate) device: Device,
    application: Option<Application>,
    /// Held while sessions open and close and logins change, for the rules that tie these together; not during the use
    /// of keys.
    session_turn: Mutex<()>,
    /// Held while the objects are looked at anew.
    view_turn: Mutex<()>,
    /// A call panicked while it worked with this token: what it left behind is not to be trusted.
    failed: AtomicBool,
    /// For the random numbers of its sessions.
    pub(crate) seeds: SeedPool,
    /// What callers have handles for.
    pub(super) objects: RwLock<ObjectTable>,
}

/// The state of both PINs, fresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pins {
    /// The user's.
    pub(crate) user: PinInfo,
    /// The security officer's.
    pub(crate) officer: PinInfo,
}

impl Token {
    pub(super) fn new(slot: CK_SLOT_ID, device: Device, application: Option<&str>) -> Self {
        let application = application.map(|name| device.application(name));
        Self {
            slot,
            device,
            application,
            session_turn: Mutex::default(),
            view_turn: Mutex::default(),
            failed: AtomicBool::new(false),
            seeds: SeedPool::default(),
            objects: RwLock::default(),
        }
    }

    /// Whether it was pulled, or is as good as that after a failure.
    pub(crate) fn is_removed(&self) -> bool {
        self.device.is_removed() || self.has_failed()
    }

    /// Whether a call that worked with it panicked.
    pub(super) fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Acquire)
    }

    /// Watches over a call: a panic before the fuse is gone makes the token a failed one.
    pub(crate) fn fuse(&self) -> Fuse<'_> {
        Fuse(&self.failed)
    }

    /// Whoever was logged in on a failed token is not, on the one that takes its place in the slot.
    pub(super) fn end_login_after_failure(&self) {
        if self.has_failed()
            && !self.device.is_removed()
            && self.login() != Login::Public
            && let Err(error) = self.logout()
        {
            tracing::warn!(%error, "logout after a failure failed");
        }
    }

    /// Whether there is an application.
    pub(crate) fn is_initialized(&self) -> bool {
        self.application.is_some()
    }

    /// The application.
    ///
    /// # Errors
    /// [`Error::TokenNotInitialized`] on a blank token.
    pub(crate) fn application(&self) -> Result<&Application, Error> {
        self.application.as_ref().ok_or(Error::TokenNotInitialized)
    }

    /// The container of a private key and which of its pairs it is.
    ///
    /// # Errors
    /// [`Error::KeyHandleInvalid`] for other objects.
    pub(crate) fn container_of(&self, key: &Object) -> Result<(Container, KeyUsage), Error> {
        match &key.source {
            Source::Key {
                container,
                side,
                private: true,
            } => Ok((self.application()?.container(container), usage(*side))),
            _ => Err(Error::KeyHandleInvalid),
        }
    }

    /// Excludes other callers that open, close, log in or out.
    pub(crate) fn session_turn(&self) -> MutexGuard<'_, ()> {
        self.session_turn
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Excludes other callers that look at the objects anew.
    pub(super) fn view_turn(&self) -> MutexGuard<'_, ()> {
        self.view_turn
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Who is logged in; no exchange.
    pub(crate) fn login(&self) -> Login {
        let Some(application) = &self.application else {
            return Login::Public;
        };
        let state = application.login_state();
        if state.is_in(PinType::Admin) {
            Login::Officer
        } else if state.is_in(PinType::User) {
            Login::User
        } else {
            Login::Public
        }
    }

    /// CK_TOKEN_INFO.label: the device's label for the default application, the application's name for others.
    pub(crate) fn label(&self, device_label: &str) -> String {
        match &self.application {
            None => String::new(),
            Some(app)
                if app.name() == ukey_token::DEFAULT_APPLICATION && !device_label.is_empty() =>
            {
                device_label.to_owned()
            }
            Some(app) => app.name().to_owned(),
        }
    }

    /// The label as it was when the token was connected; for people.
    pub(crate) fn cached_label(&self) -> String {
        self.label(&self.device.cached_info().label.to_text())
    }

    /// The state of the PINs; `None` on a blank token.
    ///
    /// # Errors
    /// Link errors.
    pub(crate) fn pins(&self) -> Result<Option<Pins>, Error> {
        let Some(application) = &self.application else {
            return Ok(None);
        };
        Ok(Some(Pins {
            user: application.pin_info(PinType::User)?,
            officer: application.pin_info(PinType::Admin)?,
        }))
    }

    /// Verifies a PIN.
    ///
    /// # Errors
    /// [`Error::PinIncorrect`], also for a PIN that is none and never reaches the token; [`Error::PinLocked`],
    /// [`Error::UserPinNotInitialized`], link errors.
    pub(crate) fn verify_pin(&self, role: PinType, pin: &[u8]) -> Result<(), Error> {
        let application = self.application()?;
        let Ok(pin) = Pin::new(pin) else {
            return Err(self.refusal(role)?);
        };
        self.unless_locked(application.verify_pin(role, &pin))
    }

    /// A PIN that is locked ends a login (PKCS#11 3.2, "C_Login"); one that is only wrong does not.
    fn unless_locked(&self, outcome: Result<(), ukey_token::Error>) -> Result<(), Error> {
        use ukey_token::Error::{PinIncorrect, PinLocked};
        let locked = matches!(outcome, Err(PinLocked | PinIncorrect { tries_left: 0 }));
        if locked
            && self.login() != Login::Public
            && let Err(error) = self.logout()
        {
            tracing::debug!(%error, "logout with the locked PIN failed");
        }
        Ok(outcome?)
    }

    /// What a PIN of impossible length gets: the truth about the PIN where that is worse news, and no try spent.
    fn refusal(&self, role: PinType) -> Result<Error, Error> {
        let info = self.application()?.pin_info(role)?;
        Ok(match (info.state, info.tries_left) {
            (PinState::NotSet, _) => Error::UserPinNotInitialized,
            (_, 0) => Error::PinLocked,
            _ => Error::PinIncorrect,
        })
    }

    /// Replaces a PIN; a wrong old one spends a try.
    ///
    /// # Errors
    /// As [`Token::verify_pin`]; [`Error::PinLenRange`] for a new PIN that is none.
    pub(crate) fn change_pin(&self, role: PinType, old: &[u8], new: &[u8]) -> Result<(), Error> {
        let new = Pin::new(new)?;
        let Ok(old) = Pin::new(old) else {
            return Err(self.refusal(role)?);
        };
        self.unless_locked(self.application()?.change_pin(role, &old, &new))
    }

    /// Logs out; private objects lose their handles.
    ///
    /// # Errors
    /// Link errors.
    pub(crate) fn logout(&self) -> Result<(), Error> {
        let application = self.application()?;
        self.forget_private();
        application.clear_secure_state()?;
        Ok(())
    }

    /// After a session was closed. `closed`: the handles of those that went, whose objects die; `None`: no session is
    /// left, all session objects die and the login ends.
    pub(crate) fn sessions_closed(&self, closed: Option<&[Handle]>) {
        match closed {
            Some(handles) => self.forget_session_objects(|owner| handles.contains(&owner)),
            None => {
                self.forget_session_objects(|_| true);
                if self.login() != Login::Public
                    && let Err(error) = self.logout()
                {
                    tracing::debug!(%error, "logout with the last session failed");
                }
            }
        }
    }

    /// C_InitToken: makes the application on a blank token, empties one that is there.
    ///
    /// # Errors
    /// [`Error::PinIncorrect`], [`Error::PinLocked`], [`Error::PinLenRange`] for a new PIN that is none; link errors.
    pub(super) fn initialize(
        &self,
        officer_pin: &[u8],
        label: &str,
        auth_key: impl FnOnce() -> Result<AuthKey, Error>,
    ) -> Result<(), Error> {
        match &self.application {
            None => self.create_application(officer_pin, &auth_key()?)?,
            Some(application) => {
                self.verify_pin(PinType::Admin, officer_pin)?;
                let outcome = application.reset();
                // Nobody has a session, so nobody may stay logged in.
                application.clear_secure_state()?;
                outcome?;
            }
        }
        if self
            .application
            .as_ref()
            .is_none_or(|app| app.name() == ukey_token::DEFAULT_APPLICATION)
        {
            self.device.set_label(cut(label))?;
        }
        Ok(())
    }

    fn create_application(&self, officer_pin: &[u8], key: &AuthKey) -> Result<(), Error> {
        let officer_pin = Pin::new(officer_pin)?;
        self.device.authenticate(key)?;
        let new = NewApplication {
            name: ukey_token::DEFAULT_APPLICATION,
            admin_pin: &officer_pin,
            admin_tries: OFFICER_TRIES,
            user_pin: None,
            user_tries: USER_TRIES,
            create_file_rights: Rights::USER,
        };
        Ok(self.device.create_application(&new, Some(key))?)
    }
}

/// See [`Token::fuse`].
pub(crate) struct Fuse<'a>(&'a AtomicBool);

impl Drop for Fuse<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.store(true, Ordering::Release);
        }
    }
}

/// As much of a label as GM/T 0016 has room for (its field of 32 bytes ends with a NUL).
fn cut(label: &str) -> &str {
    let mut end = label.len().min(LABEL_MAX);
    while !label.is_char_boundary(end) {
        end -= 1;
    }
    &label[..end]
}

/// How `ukey_token` names a side.
pub(crate) fn usage(side: Side) -> KeyUsage {
    match side {
        Side::Encryption => KeyUsage::Encryption,
        Side::Signature => KeyUsage::Signature,
    }
}

/// CK_TOKEN_INFO.serialNumber, which also tells tokens apart.
pub(super) fn serial_number(device: &Device) -> String {
    device.cached_info().serial_number.to_text()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fuse_blows_when_the_call_panics_and_only_then() {
        let failed = AtomicBool::new(false);
        drop(Fuse(&failed));
        assert!(!failed.load(Ordering::Acquire));
        let panicked = std::panic::catch_unwind(|| {
            let _fuse = Fuse(&failed);
            panic!("on purpose");
        });
        assert!(panicked.is_err() && failed.load(Ordering::Acquire));
    }
}
