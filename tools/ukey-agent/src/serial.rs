//! One operation at a time on a token, across all agents of a user: several browsers mean several
//! agents. Those who wait stand in line: the first holds the lock of the queue until its turn comes, so
//! that an agent which asks again at once does not overtake it.

use crate::error::{Code, Error, Result};
use crate::files;
use std::{
    fs::{File, TryLockError},
    io,
    path::Path,
    sync::mpsc::{RecvTimeoutError, channel},
    thread,
    time::Duration,
};
use ukey_host::pinentry::Cancellation;

/// How long an operation waits for other agents' to end.
const WAIT: Duration = Duration::from_secs(20);
/// The lock of whose turn it is.
const TURN: &str = "ukey-agent.lock";
/// The lock of who comes next.
const QUEUE: &str = "ukey-agent.queue";

/// Held while an operation has windows open or uses a token.
#[derive(Debug)]
pub struct Turn(#[expect(dead_code, reason = "the lock lives as long as the file")] File);

/// Waits for the turn, at most 20 s and until the operation is cancelled.
///
/// # Errors
/// [`Code::Busy`], [`Code::UserCancelled`], [`Code::Internal`] without a place for the lock.
pub fn take_turn(cancellation: &Cancellation) -> Result<Turn> {
    let folder = files::runtime_folder().map_err(|e| Error::internal(&e))?;
    take_turn_in(&folder, cancellation, WAIT)
}

fn take_turn_in(folder: &Path, cancellation: &Cancellation, wait: Duration) -> Result<Turn> {
    let line = Line::join(folder).map_err(|e| Error::internal(&e))?;
    if line.is_first && tried(&line.turn).map_err(|e| Error::internal(&e))? {
        return Ok(Turn(line.turn));
    }
    if cancellation.is_cancelled() {
        return Err(CANCELLED);
    }
    let (sender, news) = channel();
    let cancelled = sender.clone();
    cancellation.on_cancel(move || {
        cancelled.send(None).ok();
    });
    // Waiting for a lock cannot be broken off: a thread of its own does it. Where nobody wants the turn
    // any more when it comes, it ends with its file.
    let standing = move || {
        sender.send(Some(line.wait())).ok();
    };
    thread::Builder::new()
        .name("turn".into())
        .spawn(standing)
        .map_err(|e| Error::internal(&e))?;
    match news.recv_timeout(wait) {
        Ok(Some(turn)) => turn.map(Turn).map_err(|e| Error::internal(&e)),
        Ok(None) => Err(CANCELLED),
        Err(RecvTimeoutError::Timeout) => {
            Err(Error::new(Code::Busy, "another browser uses the USBKEY"))
        }
        Err(e @ RecvTimeoutError::Disconnected) => Err(Error::internal(&e)),
    }
}

const CANCELLED: Error = Error::new(Code::UserCancelled, "cancelled");

/// A place in the line.
struct Line {
    queue: File,
    turn: File,
    /// Whether the queue's lock is held already.
    is_first: bool,
}

impl Line {
    fn join(folder: &Path) -> io::Result<Self> {
        let queue = files::lock_file(&folder.join(QUEUE))?;
        Ok(Self {
            is_first: tried(&queue)?,
            queue,
            turn: files::lock_file(&folder.join(TURN))?,
        })
    }

    /// The file with the turn's lock, once it is there. The next in the line moves up then.
    fn wait(self) -> io::Result<File> {
        if !self.is_first {
            self.queue.lock()?;
        }
        self.turn.lock()?;
        Ok(self.turn)
    }
}

/// Takes a lock if nobody has it.
fn tried(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(e)) => Err(e),
    }
}

#[cfg(test)]
mod tests;
