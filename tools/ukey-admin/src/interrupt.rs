//! Ctrl-C and its like: unfinished output goes, the terminal is given back, and the user learns
//! what was already done on the key. A command on its way to a key is not torn: the key finishes it
//! or has not begun.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError, mpsc},
    thread,
    time::Duration,
};

use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
    iterator::Signals,
};

use crate::{exit_code::ExitCode, login};

/// What must be put in order before the process may end.
struct State {
    /// Temporary files of outputs that are not complete.
    unfinished: Vec<PathBuf>,
    /// Steps that changed the key for good.
    done: Vec<String>,
}

static STATE: Mutex<State> = Mutex::new(State {
    unfinished: Vec::new(),
    done: Vec::new(),
});

/// Held while a prompt has the terminal in another mode.
static TERMINAL: Mutex<()> = Mutex::new(());

/// How often and how long to wait for a prompt to give the terminal back.
const TERMINAL_WAITS: u32 = 20;
const TERMINAL_WAIT: Duration = Duration::from_millis(10);

/// How long an interrupted command may take to log out.
const LOGOUT_WAIT: Duration = Duration::from_secs(2);

/// Starts listening. Without it (no thread to be had) the default action ends the process.
pub(crate) fn listen() {
    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM, SIGHUP]) else {
        return;
    };
    let started = thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            if signals.forever().next().is_some() {
                end();
            }
        });
    if let Err(error) = started {
        tracing::warn!(%error, "cannot listen for signals");
    }
}

/// Cleans up and ends the process. Holding [`STATE`] keeps a commit from coming in between.
fn end() -> ! {
    let state = state();
    for path in &state.unfinished {
        // Nothing can be done about a file that does not go; it has a temporary name.
        fs::remove_file(path).ok();
    }
    for _ in 0..TERMINAL_WAITS {
        if TERMINAL.try_lock().is_ok() {
            break;
        }
        thread::sleep(TERMINAL_WAIT);
    }
    eprintln!("{}", crate::text::interrupted(&state.done));
    log_out();
    std::process::exit(ExitCode::Interrupted as i32);
}

/// Waits for the exchange under way, but not for ever: a key may hang.
fn log_out() {
    let (done, logged_out) = mpsc::channel();
    thread::spawn(move || {
        login::log_out();
        done.send(()).ok();
    });
    logged_out.recv_timeout(LOGOUT_WAIT).ok();
}

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes the terminal for a prompt.
pub(crate) fn hold_terminal() -> MutexGuard<'static, ()> {
    TERMINAL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Notes a step that changed the key, for the message of an interruption.
pub(crate) fn note_done(step: impl Into<String>) {
    state().done.push(step.into());
}

/// Makes `create`'s file one that goes when the process is interrupted.
pub(crate) fn create_unfinished<T>(
    create: impl FnOnce() -> std::io::Result<T>,
    path: impl FnOnce(&T) -> PathBuf,
) -> std::io::Result<T> {
    let mut state = state();
    let created = create()?;
    state.unfinished.push(path(&created));
    Ok(created)
}

/// Runs `commit`, which gives the file at `path` its final name or removes it, with no
/// interruption in between.
pub(crate) fn finish<T>(path: &Path, commit: impl FnOnce() -> T) -> T {
    let mut state = state();
    let outcome = commit();
    state.unfinished.retain(|unfinished| unfinished != path);
    outcome
}
