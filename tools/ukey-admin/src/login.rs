//! Getting PINs and logging in: tries left are shown before and after, and no try is spent that
//! the user did not mean to spend.

use std::{
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

use ukey_host::pinentry::{Cancellation, Pinentry, Window};
use ukey_token::{Application, Device, Pin, PinState, PinType};
use zeroize::Zeroizing;

use crate::{
    cli::{LastTryArgs, PinArgs, PinRole},
    context::Context,
    error::{Error, Result},
    files,
    pin_source::{PinSource, PinSourceError},
    target, text,
};

/// How many times a prompt asks before the command gives up.
const ATTEMPTS: u32 = 3;

impl From<PinRole> for PinType {
    fn from(role: PinRole) -> Self {
        match role {
            PinRole::User => Self::User,
            PinRole::So => Self::Admin,
        }
    }
}

/// Where this process is logged in. A card in a reader keeps a login beyond the process that made
/// it, and other programs could use the keys without a PIN.
static LOGGED_IN: Mutex<Option<Application>> = Mutex::new(None);

fn logged_in() -> MutexGuard<'static, Option<Application>> {
    LOGGED_IN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ends what this process is logged in to; for the end of the command, however it ended.
pub(crate) fn log_out() {
    let application = logged_in().take();
    if let Some(application) = application
        && let Err(error) = application.clear_secure_state()
    {
        // A key that was pulled has forgotten the login by itself.
        tracing::debug!(%error, "logout failed");
    }
}

/// Logs the user in until [`log_out`].
pub(crate) fn user(context: &Context, application: &Application, args: &PinArgs) -> Result<()> {
    if is_logged_in(application) {
        return Ok(());
    }
    let entry = Entry {
        context,
        application,
        role: PinRole::User,
        source: args.pin_source.as_ref(),
        last_try: args.last_try,
    };
    entry.proven().map(drop)
}

/// Whether this command has logged in there before: with several files, one entry is enough.
fn is_logged_in(application: &Application) -> bool {
    let before = logged_in();
    before.as_ref().is_some_and(|before| {
        before.name() == application.name()
            && before.device().same_token(application.device())
            && application.login_state().is_in(PinType::User)
    })
}

/// Refuses a file and a PIN that would both come from standard input.
pub(crate) fn check_input(input: &Path, args: &PinArgs) -> Result<()> {
    let pin_from_stdin = matches!(args.pin_source, Some(PinSource::Stdin | PinSource::Fd(0)));
    match pin_from_stdin && files::is_stream(input) {
        true => Err(Error::Usage(text::error::two_readers_of_stdin().to_owned())),
        false => Ok(()),
    }
}

/// A PIN that exists on the token and is to be compared by it.
pub(crate) struct Entry<'a> {
    pub(crate) context: &'a Context,
    pub(crate) application: &'a Application,
    pub(crate) role: PinRole,
    pub(crate) source: Option<&'a PinSource>,
    pub(crate) last_try: LastTryArgs,
}

impl Entry<'_> {
    /// The PIN, once the token has accepted it: asked for again and again where a person types
    /// it, until it is right or no try may be spent any more. Its owner is then logged in.
    pub(crate) fn proven(&self) -> Result<Pin> {
        let mut tries_left = self.tries_left()?;
        let source = self.source.unwrap_or(&PinSource::Prompt);
        let (mut failure, mut note) = (Error::NotConfirmed, String::new());
        for _ in 0..ATTEMPTS {
            self.check_tries(tries_left)?;
            let pin = match self.get(source, tries_left, &note)? {
                Ok(pin) => pin,
                Err(shape) if source.is_asked() => {
                    failure = shape.into();
                    note = text::pin_refused(&failure);
                    self.context.talk.say(&note);
                    continue;
                }
                Err(shape) => return Err(shape.into()),
            };
            tries_left = match self.application.verify_pin(self.role.into(), &pin) {
                Ok(()) => {
                    *logged_in() = Some(self.application.clone());
                    return Ok(pin);
                }
                Err(ukey_token::Error::PinIncorrect { tries_left }) => tries_left,
                Err(ukey_token::Error::PinLocked) => 0,
                Err(e) => return Err(e.into()),
            };
            failure = Error::PinWrong {
                role: self.role,
                tries_left,
            };
            if !source.is_asked() || tries_left == 0 {
                break;
            }
            note = text::pin_wrong_ask_again(tries_left);
            self.context.talk.say(&note);
        }
        Err(failure)
    }

    /// Tries left, without spending one.
    fn tries_left(&self) -> Result<u8> {
        let info = self.application.pin_info(self.role.into())?;
        if info.state == PinState::NotSet {
            return Err(Error::PinNotSet);
        }
        Ok(info.tries_left)
    }

    fn check_tries(&self, tries_left: u8) -> Result<()> {
        match tries_left {
            0 => Err(Error::PinLocked { role: self.role }),
            1 if !self.last_try.last_try_ok => Err(Error::LastTry { role: self.role }),
            _ => Ok(()),
        }
    }

    /// The PIN, or why what was given cannot be one.
    fn get(
        &self,
        source: &PinSource,
        tries_left: u8,
        note: &str,
    ) -> Result<Result<Pin, ukey_token::Error>> {
        if !source.is_asked() {
            let bytes = self.context.pins.borrow_mut().read(source)?;
            return Ok(Pin::new(&bytes));
        }
        let token = target::display_name(self.application.device());
        let prompt = text::pin_prompt(self.role, &token, tries_left);
        let typed = ask(self.context, source, &prompt, text::role(self.role), note)?;
        Ok(Pin::new(&typed))
    }
}

/// Asks where `source` says, on the terminal or in a window. `what` names the secret where nothing may
/// be asked, `note` what was wrong with the last entry.
fn ask(
    context: &Context,
    source: &PinSource,
    question: &str,
    what: &'static str,
    note: &str,
) -> Result<Zeroizing<Vec<u8>>> {
    if *source != PinSource::Agent {
        return context.prompter.secret(question, what);
    }
    let window = Window {
        title: text::window::TITLE,
        description: text::window::description(question),
        prompt: text::window::prompt(),
        error: note,
        ..Window::default()
    };
    let program = Pinentry::find(&context.config).map_err(PinSourceError::from)?;
    let typed = program.ask(&window, &Cancellation::new());
    Ok(typed.map_err(PinSourceError::from)?)
}

/// A PIN that no token here compares.
pub(crate) fn typed_pin(
    context: &Context,
    role: PinRole,
    source: Option<&PinSource>,
) -> Result<Pin> {
    let what = text::role(role);
    let bytes = match source.unwrap_or(&PinSource::Prompt) {
        source if source.is_asked() => ask(context, source, &text::bare_prompt(role), what, "")?,
        source => context.pins.borrow_mut().read(source)?,
    };
    Ok(Pin::new(&bytes)?)
}

/// A PIN that the token is to know from now on; a prompt asks twice.
pub(crate) fn new_pin(context: &Context, role: PinRole, source: Option<&PinSource>) -> Result<Pin> {
    match source.unwrap_or(&PinSource::Prompt) {
        source if source.is_asked() => ask_new_pin(context, role, source),
        source => {
            let bytes = context.pins.borrow_mut().read(source)?;
            new_pin_of(context, &bytes)
        }
    }
}

/// The PIN, if tokens take such a one and this computer's policy does.
fn new_pin_of(context: &Context, bytes: &[u8]) -> Result<Pin> {
    let pin = Pin::new(bytes)?;
    context.config.pin_policy.judge(bytes)?;
    Ok(pin)
}

fn ask_new_pin(context: &Context, role: PinRole, source: &PinSource) -> Result<Pin> {
    let what = text::role(role);
    let mut note = String::new();
    for _ in 0..ATTEMPTS {
        let question = text::new_pin_prompt(role, false);
        let first = ask(context, source, &question, what, &note)?;
        let pin = match new_pin_of(context, &first) {
            Ok(pin) => pin,
            Err(e) => {
                note = text::pin_refused(&e);
                context.talk.say(&note);
                continue;
            }
        };
        let question = text::new_pin_prompt(role, true);
        let second = ask(context, source, &question, what, "")?;
        if ukey_crypto::ct::eq(&first, &second) {
            return Ok(pin);
        }
        text::new_pins_differ().clone_into(&mut note);
        context.talk.say(&note);
    }
    Err(Error::NotConfirmed)
}

/// Asks for the end of the serial number before something that cannot be undone.
pub(crate) fn confirm(context: &Context, device: &Device, yes: bool) -> Result<()> {
    if yes {
        return Ok(());
    }
    let serial = device.cached_info().serial_number.to_text();
    let skip = serial.chars().count().saturating_sub(CONFIRMATION_LENGTH);
    let tail: String = serial.chars().skip(skip).collect();
    let typed = context
        .prompter
        .line(&text::confirm_prompt(&tail), text::confirmation())?;
    if typed.eq_ignore_ascii_case(&tail) {
        Ok(())
    } else {
        Err(Error::NotConfirmed)
    }
}

/// Characters of the serial number to type.
const CONFIRMATION_LENGTH: usize = 4;
