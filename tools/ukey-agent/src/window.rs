//! The windows: what they say, and the rules of PIN entry.

use crate::error::{Code, Error, Result};
use crate::origin::Origin;
use crate::pulled::OpenWindows;
use crate::request::Language;
use crate::text::{self, Text};
use crate::unlock::Unlocked;
use std::sync::Arc;
use std::time::Duration;
use ukey_host::pinentry::{Cancellation, Pinentry, PinentryError, Window};
use ukey_token::{Application, Pin, PinState, PinType};
use zeroize::Zeroizing;

/// How long a window waits for the user.
const PATIENCE: Duration = Duration::from_secs(120);
/// How many PINs are taken in a row.
const ATTEMPTS: u32 = 3;

/// What opens windows. Other systems' dialogs take pinentry's place here.
pub trait PinUi: Send + Sync {
    /// Asks for a PIN.
    ///
    /// # Errors
    /// [`PinentryError`].
    fn ask(
        &self,
        window: &Window<'_>,
        cancellation: &Cancellation,
    ) -> core::result::Result<Zeroizing<Vec<u8>>, PinentryError>;

    /// Asks yes or no.
    ///
    /// # Errors
    /// [`PinentryError`].
    fn confirm(
        &self,
        window: &Window<'_>,
        cancellation: &Cancellation,
    ) -> core::result::Result<bool, PinentryError>;

    /// Whether there is something that could open a window.
    fn is_available(&self) -> bool {
        true
    }
}

impl PinUi for Pinentry {
    fn ask(
        &self,
        window: &Window<'_>,
        cancellation: &Cancellation,
    ) -> core::result::Result<Zeroizing<Vec<u8>>, PinentryError> {
        Self::ask(self, window, cancellation)
    }

    fn confirm(
        &self,
        window: &Window<'_>,
        cancellation: &Cancellation,
    ) -> core::result::Result<bool, PinentryError> {
        Self::confirm(self, window, cancellation)
    }
}

/// Where no window can be opened: every question fails.
#[derive(Debug)]
pub struct NoUi;

impl PinUi for NoUi {
    fn ask(
        &self,
        _: &Window<'_>,
        _: &Cancellation,
    ) -> core::result::Result<Zeroizing<Vec<u8>>, PinentryError> {
        Err(PinentryError::NoWindow)
    }

    fn confirm(
        &self,
        _: &Window<'_>,
        _: &Cancellation,
    ) -> core::result::Result<bool, PinentryError> {
        Err(PinentryError::NoWindow)
    }

    fn is_available(&self) -> bool {
        false
    }
}

/// The windows of one request.
#[derive(Clone)]
pub struct Asker {
    /// What opens them.
    pub ui: Arc<dyn PinUi>,
    /// The page that asks; it stands first in every window.
    pub origin: Origin,
    /// Their language.
    pub language: Language,
    /// What closes them.
    pub cancellation: Arc<Cancellation>,
    /// Tokens that the user keeps unlocked.
    pub unlocked: Arc<Unlocked>,
    /// Windows that close when their token is pulled.
    pub windows: Arc<OpenWindows>,
}

/// Lines of a description: what, and its value. Values that others chose must be [`text::clean`].
pub type Facts = Vec<(Text, String)>;

impl Asker {
    fn word(&self, text: Text) -> &'static str {
        text.in_language(self.language)
    }

    fn describe(&self, operation: Text, facts: &Facts) -> String {
        let line = |label: Text, value: &str| format!("{}: {value}", self.word(label));
        let mut lines = vec![
            line(text::SITE, self.origin.as_str()),
            line(text::OPERATION, self.word(operation)),
        ];
        lines.extend(facts.iter().map(|(label, value)| line(*label, value)));
        lines.join("\n")
    }

    fn window<'a>(&self, description: &'a str) -> Window<'a> {
        Window {
            title: self.word(text::TITLE),
            description,
            prompt: self.word(text::PIN),
            ok: self.word(text::OK),
            cancel: self.word(text::CANCEL),
            timeout: Some(PATIENCE),
            ..Window::default()
        }
    }

    /// A PIN from a window about a token.
    fn ask(&self, application: &Application, window: &Window<'_>) -> Result<Zeroizing<Vec<u8>>> {
        self.windows
            .about(application.device(), &self.cancellation, || {
                Ok(self.ui.ask(window, &self.cancellation)?)
            })
    }

    /// A yes from a window about a token.
    fn confirm(&self, application: &Application, window: &Window<'_>) -> Result<()> {
        let cancellation = &self.cancellation;
        let said = || match self.ui.confirm(window, cancellation)? {
            true => Ok(()),
            false => Err(PinentryError::Cancelled.into()),
        };
        self.windows.about(application.device(), cancellation, said)
    }

    /// Asks whether the page may do something.
    ///
    /// # Errors
    /// [`Code::ConsentDenied`] for a no; those of the window.
    pub fn consent(&self, operation: Text) -> Result<()> {
        let description = self.describe(operation, &Facts::new());
        let window = Window {
            ok: self.word(text::ALLOW),
            cancel: self.word(text::DENY),
            ..self.window(&description)
        };
        if self.ui.confirm(&window, &self.cancellation)? {
            Ok(())
        } else {
            Err(Error::new(Code::ConsentDenied, "the user did not agree"))
        }
    }

    /// Makes a token ready for one operation: by the PIN, or by a yes where the user keeps it unlocked for this
    /// site. [`Asker::lock`] comes after it.
    ///
    /// # Errors
    /// Those of [`Asker::log_in`]; [`Code::UserCancelled`] for a no.
    pub fn unlock(&self, application: &Application, operation: Text, facts: &Facts) -> Result<()> {
        if !self.unlocked.open(&self.origin, application) {
            return self.log_in(application, operation, facts).map(drop);
        }
        let said = self.approve(application, operation, facts);
        if said.is_err() {
            self.unlocked.end(application);
        }
        said
    }

    /// Ends what [`Asker::unlock`] or [`Asker::log_in`] began; `worked` says whether the operation did.
    pub fn lock(&self, application: &Application, worked: bool) {
        self.unlocked.close(&self.origin, application, worked);
    }

    fn approve(&self, application: &Application, operation: Text, facts: &Facts) -> Result<()> {
        let description = self.describe(operation, facts);
        let description = format!("{description}\n{}", self.word(text::KEPT_UNLOCKED));
        self.confirm(application, &self.window(&description))
    }

    /// Logs the user in with a PIN typed into a window. The caller logs out.
    ///
    /// # Errors
    /// [`Code::PinIncorrect`] after three wrong ones, [`Code::PinLocked`]; those of window and token.
    pub fn log_in(&self, application: &Application, operation: Text, facts: &Facts) -> Result<Pin> {
        let info = application.pin_info(PinType::User)?;
        if info.state == PinState::NotSet || info.tries_left == 0 {
            return Err(Error::new(Code::PinLocked, "the PIN is locked or not set"));
        }
        self.unlocked.begin_anew(&self.origin, application);
        let description = self.describe(operation, facts);
        let mut tries_left = info.tries_left;
        let mut complaint = if tries_left < info.max_tries {
            format!("{}{tries_left}", self.word(text::TRIES_LEFT))
        } else {
            String::new()
        };
        let mut shape_ok = true;
        for _ in 0..ATTEMPTS {
            if tries_left == 1 {
                self.confirm(application, &self.window(self.word(text::LAST_TRY)))?;
            }
            let window = Window {
                error: &complaint,
                ..self.window(&description)
            };
            let typed = self.ask(application, &window)?;
            let Ok(pin) = Pin::new(&typed) else {
                shape_ok = false;
                self.word(text::PIN_SHAPE).clone_into(&mut complaint);
                continue;
            };
            if self.cancellation.is_cancelled() {
                return Err(PinentryError::Cancelled.into());
            }
            match application.verify_pin(PinType::User, &pin) {
                Ok(()) => return Ok(pin),
                // That was the last try: asking again is no use.
                Err(ukey_token::Error::PinIncorrect { tries_left: 0 }) => {
                    return Err(ukey_token::Error::PinLocked.into());
                }
                Err(ukey_token::Error::PinIncorrect { tries_left: left }) => tries_left = left,
                Err(e) => return Err(e.into()),
            }
            shape_ok = true;
            complaint = format!("{}{tries_left}", self.word(text::WRONG_PIN));
        }
        if shape_ok {
            Err(Error::wrong_pin(tries_left))
        } else {
            Err(Error::new(Code::UserCancelled, "no PIN was entered"))
        }
    }

    /// A new PIN, typed twice.
    ///
    /// # Errors
    /// Those of the window; [`Code::UserCancelled`] when it never comes out the same twice.
    pub fn new_pin(&self, application: &Application) -> Result<Pin> {
        let description = self.describe(text::CHANGE_PIN, &Facts::new());
        let mut complaint = "";
        for _ in 0..ATTEMPTS {
            let first = Window {
                prompt: self.word(text::NEW_PIN),
                error: complaint,
                ..self.window(&description)
            };
            let typed = self.ask(application, &first)?;
            let Ok(pin) = Pin::new(&typed) else {
                complaint = self.word(text::PIN_SHAPE);
                continue;
            };
            let again = Window {
                prompt: self.word(text::NEW_PIN_AGAIN),
                ..self.window(&description)
            };
            if ukey_crypto::ct::eq(&typed, &self.ask(application, &again)?) {
                return Ok(pin);
            }
            complaint = self.word(text::PINS_DIFFER);
        }
        Err(Error::new(Code::UserCancelled, "no new PIN was entered"))
    }
}
