//! One operation at a time on a token, across all agents of a user: several browsers mean several
//! agents.

use crate::error::{Code, Error, Result};
use crate::files;
use std::{
    fs::{File, TryLockError},
    thread,
    time::{Duration, Instant},
};

/// How long an operation waits for another agent's to end.
const WAIT: Duration = Duration::from_secs(20);
/// How often it looks.
const PAUSE: Duration = Duration::from_millis(50);

/// Held while an operation has windows open or uses a token.
#[derive(Debug)]
pub struct Turn(#[expect(dead_code, reason = "the lock lives as long as the file")] File);

/// Waits for the turn, at most 20 s and until `cancelled` says so.
///
/// # Errors
/// [`Code::Busy`], [`Code::UserCancelled`], [`Code::Internal`] without a place for the lock.
pub fn take_turn(cancelled: impl Fn() -> bool) -> Result<Turn> {
    let folder = files::runtime_folder().map_err(|e| Error::internal(&e))?;
    let file =
        files::lock_file(&folder.join("ukey-agent.lock")).map_err(|e| Error::internal(&e))?;
    let deadline = Instant::now() + WAIT;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Turn(file)),
            Err(TryLockError::WouldBlock) if cancelled() => {
                return Err(Error::new(Code::UserCancelled, "cancelled"));
            }
            Err(TryLockError::WouldBlock) if Instant::now() < deadline => thread::sleep(PAUSE),
            Err(TryLockError::WouldBlock) => {
                return Err(Error::new(Code::Busy, "another browser uses the USBKEY"));
            }
            Err(TryLockError::Error(e)) => return Err(Error::internal(&e)),
        }
    }
}
