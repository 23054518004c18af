//! PIN windows: a client of GnuPG's pinentry programs (Assuan over the program's standard streams).
//!
//! A window is a process of its own. The PIN goes from its pipe into memory that is wiped, and nowhere
//! else; whoever waits for it can be released by [`Cancellation::cancel`], which closes the window.
//! The protocol is that of the pinentry manual: one command a line, `D` lines with data, then `OK` or
//! `ERR`; `%`, CR and LF travel as `%25`, `%0D`, `%0A`.

use crate::Config;
use std::{
    env, fmt,
    io::{self, Read, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use zeroize::Zeroizing;

/// Programs that open a window, best first.
const GRAPHICAL: &[&str] = &[
    "pinentry-qt",
    "pinentry-gnome3",
    "pinentry-gtk-2",
    "pinentry-fltk",
];

/// Longest line of the protocol (libassuan).
const LINE_MAX: usize = 1002;

/// Error numbers of libgpg-error that say what the user did; the upper bits name who reports it.
mod code {
    pub(super) const MASK: u32 = 0xFFFF;
    pub(super) const TIMEOUT: u32 = 62;
    pub(super) const CANCELED: u32 = 99;
    pub(super) const NOT_CONFIRMED: u32 = 114;
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PinentryError {
    /// No program is configured and none is installed, or there is no display for one.
    #[error("no program that can open a PIN window")]
    NoWindow,
    /// The user closed the window, or [`Cancellation::cancel`] was called.
    #[error("cancelled")]
    Cancelled,
    /// Nobody answered in time.
    #[error("no answer in time")]
    TimedOut,
    /// The program could not be run or broke off.
    #[error("PIN window failed: {0}")]
    Io(#[from] io::Error),
    /// The program answered something that the protocol does not have, or refused a command.
    #[error("PIN window failed with code {0}")]
    Protocol(u32),
}

/// What a window shows. Line breaks are allowed in `description` only.
#[derive(Debug, Clone, Copy, Default)]
pub struct Window<'a> {
    /// Title bar.
    pub title: &'a str,
    /// What it is about.
    pub description: &'a str,
    /// In front of the field.
    pub prompt: &'a str,
    /// What went wrong with the last entry; empty for nothing.
    pub error: &'a str,
    /// Button that goes on; empty for the program's own word.
    pub ok: &'a str,
    /// Button that does not; empty for the program's own word.
    pub cancel: &'a str,
    /// How long it stays open; rounded up to seconds.
    pub timeout: Option<Duration>,
}

/// Closes the windows of one operation from another thread, and ends what else it waits for.
#[derive(Default)]
pub struct Cancellation {
    cancelled: AtomicBool,
    window: Mutex<Option<Child>>,
    waits: Mutex<Vec<Wake>>,
}

/// Wakes somebody who waits.
type Wake = Box<dyn FnOnce() + Send>;

impl Cancellation {
    /// Nothing cancelled yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Closes the open window, and every later one at once.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::SeqCst);
        if let Some(child) = self.window().as_mut() {
            // It may have ended by itself meanwhile.
            child.kill().ok();
        }
        self.wake();
    }

    /// Calls `wake` when this is cancelled, at once if it is already.
    pub fn on_cancel(&self, wake: impl FnOnce() + Send + 'static) {
        self.waits().push(Box::new(wake));
        if self.is_cancelled() {
            self.wake();
        }
    }

    fn wake(&self) {
        let waits = std::mem::take(&mut *self.waits());
        waits.into_iter().for_each(|wake| wake());
    }

    fn waits(&self) -> MutexGuard<'_, Vec<Wake>> {
        self.waits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether [`Cancellation::cancel`] was called.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::SeqCst)
    }

    fn window(&self) -> MutexGuard<'_, Option<Child>> {
        self.window.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a window under this cancellation.
    fn adopt(&self, child: Child) {
        *self.window() = Some(child);
        if self.is_cancelled() {
            self.cancel();
        }
    }

    /// Ends and reaps the window.
    fn release(&self) {
        if let Some(mut child) = self.window().take() {
            child.kill().ok();
            child.wait().ok();
        }
    }
}

impl fmt::Debug for Cancellation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cancellation")
            .field("cancelled", &self.is_cancelled())
            .finish_non_exhaustive()
    }
}

/// A pinentry program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pinentry {
    program: PathBuf,
}

impl Pinentry {
    /// The configured program, else the first graphical one on the PATH, if there is a display.
    ///
    /// # Errors
    /// [`PinentryError::NoWindow`].
    pub fn find(config: &Config) -> Result<Self, PinentryError> {
        if let Some(program) = &config.pinentry {
            return Ok(Self::at(program));
        }
        let has_display = ["DISPLAY", "WAYLAND_DISPLAY"]
            .iter()
            .any(|name| env::var_os(name).is_some_and(|value| !value.is_empty()));
        let path = env::var_os("PATH").unwrap_or_default();
        let folders: Vec<PathBuf> = env::split_paths(&path).collect();
        GRAPHICAL
            .iter()
            .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
            .find(|candidate| has_display && candidate.is_file())
            .map(|program| Self::at(&program))
            .ok_or(PinentryError::NoWindow)
    }

    /// The program at `program`.
    pub fn at(program: &Path) -> Self {
        Self {
            program: program.to_owned(),
        }
    }

    /// Asks for a PIN.
    ///
    /// # Errors
    /// [`PinentryError`].
    pub fn ask(
        &self,
        window: &Window<'_>,
        cancellation: &Cancellation,
    ) -> Result<Zeroizing<Vec<u8>>, PinentryError> {
        self.converse(window, cancellation, "GETPIN")
    }

    /// Asks whether to go on; `false` when the user says no.
    ///
    /// # Errors
    /// [`PinentryError`] except [`PinentryError::Cancelled`] by the user, which is a no.
    pub fn confirm(
        &self,
        window: &Window<'_>,
        cancellation: &Cancellation,
    ) -> Result<bool, PinentryError> {
        match self.converse(window, cancellation, "CONFIRM") {
            Ok(_) => Ok(true),
            Err(PinentryError::Cancelled) if !cancellation.is_cancelled() => Ok(false),
            Err(e) => Err(e),
        }
    }

    fn converse(
        &self,
        window: &Window<'_>,
        cancellation: &Cancellation,
        question: &str,
    ) -> Result<Zeroizing<Vec<u8>>, PinentryError> {
        if cancellation.is_cancelled() {
            return Err(PinentryError::Cancelled);
        }
        let mut child = Command::new(&self.program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let streams = child.stdin.take().zip(child.stdout.take());
        cancellation.adopt(child);
        let answer = match streams {
            Some((commands, answers)) => Conversation { commands, answers }.run(window, question),
            None => Err(PinentryError::Io(io::ErrorKind::BrokenPipe.into())),
        };
        cancellation.release();
        match answer {
            Err(PinentryError::Io(_)) if cancellation.is_cancelled() => {
                Err(PinentryError::Cancelled)
            }
            answer => answer,
        }
    }
}

/// One window's streams. Answers are read byte by byte: a buffer would keep the PIN.
struct Conversation {
    commands: ChildStdin,
    answers: ChildStdout,
}

impl Conversation {
    fn run(
        mut self,
        window: &Window<'_>,
        question: &str,
    ) -> Result<Zeroizing<Vec<u8>>, PinentryError> {
        self.answer()?; // the greeting
        // Without it, Qt's and GTK's pinentry take non-ASCII text for Latin-1.
        self.option("OPTION lc-ctype=C.UTF-8")?;
        for (command, text) in [
            ("SETTITLE", window.title),
            ("SETDESC", window.description),
            ("SETPROMPT", window.prompt),
            ("SETERROR", window.error),
            ("SETOK", window.ok),
            ("SETCANCEL", window.cancel),
        ] {
            if !text.is_empty() {
                self.command(&format!("{command} {}", escaped(text)))?;
            }
        }
        if let Some(timeout) = window.timeout {
            let seconds = timeout.as_millis().div_ceil(1000);
            self.command(&format!("SETTIMEOUT {seconds}"))?;
        }
        self.command(question)
    }

    fn command(&mut self, line: &str) -> Result<Zeroizing<Vec<u8>>, PinentryError> {
        writeln!(self.commands, "{line}")?;
        self.answer()
    }

    /// A command that a program need not know.
    fn option(&mut self, line: &str) -> Result<(), PinentryError> {
        match self.command(line) {
            Ok(_) | Err(PinentryError::Protocol(_)) => Ok(()),
            Err(e) => Err(e),
        }
    }

    /// The data of an answer, up to its `OK` or `ERR`.
    fn answer(&mut self) -> Result<Zeroizing<Vec<u8>>, PinentryError> {
        let mut data = Zeroizing::new(Vec::with_capacity(LINE_MAX));
        let mut line = Zeroizing::new(Vec::with_capacity(LINE_MAX));
        loop {
            self.read_line(&mut line)?;
            match &line[..] {
                [b'O', b'K', ..] => return Ok(data),
                [b'D', b' ', rest @ ..] => unescape(rest, &mut data),
                [b'E', b'R', b'R', b' ', rest @ ..] => return Err(refusal(rest)),
                // Status and comment lines.
                _ => {}
            }
        }
    }

    /// Reads up to a line end, without it.
    fn read_line(&mut self, line: &mut Zeroizing<Vec<u8>>) -> io::Result<()> {
        line.clear();
        let mut byte = Zeroizing::new([0]);
        loop {
            self.answers.read_exact(&mut byte[..])?;
            match byte[0] {
                b'\n' => return Ok(()),
                // A vector that grew would leave its old place unwiped.
                _ if line.len() == LINE_MAX => return Err(io::ErrorKind::InvalidData.into()),
                other => line.push(other),
            }
        }
    }
}

/// What an `ERR` line says.
fn refusal(rest: &[u8]) -> PinentryError {
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit());
    let number = digits.fold(0u32, |number, digit| {
        number
            .wrapping_mul(10)
            .wrapping_add(u32::from(digit - b'0'))
    });
    match number & code::MASK {
        code::CANCELED | code::NOT_CONFIRMED => PinentryError::Cancelled,
        code::TIMEOUT => PinentryError::TimedOut,
        _ => PinentryError::Protocol(number),
    }
}

fn escaped(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn unescape(text: &[u8], out: &mut Vec<u8>) {
    let mut rest = text;
    while let [first, tail @ ..] = rest {
        match (first, tail) {
            (b'%', [high, low, after @ ..])
                if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() =>
            {
                out.push(hex_digit(*high) << 4 | hex_digit(*low));
                rest = after;
            }
            _ => {
                out.push(*first);
                rest = tail;
            }
        }
    }
}

fn hex_digit(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => (digit | 0x20) - b'a' + 10,
    }
}

#[cfg(test)]
mod tests;
