//! The protected authentication path: PINs that the user types into a window of a configured pinentry, so that the
//! application never sees them (PKCS#11 3.2, "C_Login").

use crate::rv::Error;
use crate::slot::token::Token;
use ukey_host::pinentry::{Cancellation, Pinentry, PinentryError, Window};
use zeroize::Zeroizing;

/// Where PINs are typed that callers do not give.
#[derive(Default)]
pub(crate) struct PinEntry {
    program: Option<Pinentry>,
    windows: Cancellation,
}

/// A PIN as a caller gives it.
#[derive(Clone, Copy)]
pub(crate) enum GivenPin<'a> {
    /// Its bytes.
    Bytes(&'a [u8]),
    /// A NULL pointer: to be typed elsewhere.
    Elsewhere,
}

/// A PIN to use.
pub(crate) enum UsablePin<'a> {
    /// The caller's.
    Given(&'a [u8]),
    /// Typed into a window; wiped after use.
    Typed(Zeroizing<Vec<u8>>),
}

impl std::ops::Deref for UsablePin<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Given(pin) => pin,
            Self::Typed(pin) => pin,
        }
    }
}

impl PinEntry {
    /// Over the program that the configuration names. One that is only installed is not taken: the flag of the token
    /// makes applications leave out their own question.
    pub(crate) fn new(config: &ukey_host::Config) -> Self {
        Self {
            program: config.pinentry.as_deref().map(Pinentry::at),
            windows: Cancellation::new(),
        }
    }

    /// Whether there is a program: CKF_PROTECTED_AUTHENTICATION_PATH.
    pub(crate) fn is_available(&self) -> bool {
        self.program.is_some()
    }

    /// Closes the open window and all later ones.
    pub(crate) fn cancel(&self) {
        self.windows.cancel();
    }

    /// Whether a PIN is there, or can be typed: arguments are looked at before the state.
    ///
    /// # Errors
    /// [`Error::ArgumentsBad`].
    pub(crate) fn check(&self, given: GivenPin<'_>) -> Result<(), Error> {
        match given {
            GivenPin::Elsewhere if !self.is_available() => Err(Error::ArgumentsBad),
            _ => Ok(()),
        }
    }

    /// The PIN given, or one typed now. Nothing is locked while the window is open.
    ///
    /// # Errors
    /// [`Error::ArgumentsBad`] where there is no program, [`Error::FunctionCanceled`] when the window was closed or
    /// nobody answered, [`Error::FunctionFailed`] when it could not be opened.
    pub(crate) fn resolve<'a>(
        &self,
        given: GivenPin<'a>,
        token: &Token,
        prompt: &str,
    ) -> Result<UsablePin<'a>, Error> {
        match given {
            GivenPin::Bytes(pin) => Ok(UsablePin::Given(pin)),
            GivenPin::Elsewhere => self.ask(token, prompt).map(UsablePin::Typed),
        }
    }

    /// A new PIN given, or one typed twice now.
    ///
    /// # Errors
    /// As [`PinEntry::resolve`]; [`Error::PinInvalid`] for two that differ.
    pub(crate) fn resolve_new<'a>(
        &self,
        given: GivenPin<'a>,
        token: &Token,
    ) -> Result<UsablePin<'a>, Error> {
        let new = self.resolve(given, token, "New PIN")?;
        if let UsablePin::Typed(typed) = &new
            && !ukey_crypto::ct::eq(typed, &self.ask(token, "New PIN, again")?)
        {
            return Err(Error::PinInvalid);
        }
        Ok(new)
    }

    fn ask(&self, token: &Token, prompt: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
        let program = self.program.as_ref().ok_or(Error::ArgumentsBad)?;
        let description = format!("Token {}", token.cached_label());
        let window = Window {
            title: "ukey",
            description: &description,
            prompt,
            ..Window::default()
        };
        program
            .ask(&window, &self.windows)
            .map_err(|error| match error {
                PinentryError::Cancelled | PinentryError::TimedOut => Error::FunctionCanceled,
                error => {
                    tracing::error!(%error, "no PIN was typed");
                    Error::FunctionFailed
                }
            })
    }
}
