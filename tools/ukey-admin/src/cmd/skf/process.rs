//! The process in which the library runs, seen from outside.

use serde_json::Value;
use std::{
    ffi::{OsStr, OsString},
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    time::Duration,
};

use crate::error::{Error, Result};

/// Before each line that is ours: libraries print, too.
pub(super) const MARK: &str = "ukey-skf ";

/// What came next.
pub(super) enum Event {
    /// The process said something.
    Said(Value),
    /// It ended: in words.
    Ended(String),
    /// It said nothing for as long as it may.
    Hangs,
}

/// See the [module](self). Dropping it ends the process.
pub(super) struct Process {
    child: Child,
    lines: Receiver<Value>,
    deadline: Duration,
}

impl Process {
    /// Starts this program again; `secret` is what it reads from its standard input.
    pub(super) fn start(arguments: &[&OsStr], secret: &[u8], deadline: Duration) -> Result<Self> {
        let failed = |source| Error::read("/proc/self/exe", source);
        let program: OsString = std::env::current_exe().map_err(failed)?.into();
        let mut child = Command::new(&program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(failed)?;
        if let Some(mut input) = child.stdin.take() {
            // One that has ended already says why in its own way.
            input.write_all(secret).ok();
        }
        let (sender, lines) = channel();
        if let Some(output) = child.stdout.take() {
            std::thread::spawn(move || {
                for line in BufReader::new(output)
                    .split(b'\n')
                    .map_while(|line| line.ok())
                {
                    let line = String::from_utf8_lossy(&line);
                    // A library may have left a line unfinished.
                    let ours = line.split_once(MARK).map(|(_, ours)| ours);
                    if let Some(said) = ours.and_then(|ours| serde_json::from_str(ours).ok())
                        && sender.send(said).is_err()
                    {
                        return;
                    }
                }
            });
        }
        Ok(Self {
            child,
            lines,
            deadline,
        })
    }

    /// Waits for the next line.
    pub(super) fn next(&mut self) -> Event {
        match self.lines.recv_timeout(self.deadline) {
            Ok(said) => Event::Said(said),
            Err(RecvTimeoutError::Timeout) => Event::Hangs,
            Err(RecvTimeoutError::Disconnected) => {
                let status = self.child.wait();
                Event::Ended(status.map_or_else(|e| e.to_string(), |status| status.to_string()))
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
