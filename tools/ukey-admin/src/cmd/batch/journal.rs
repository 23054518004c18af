//! What was done to which USBKEY, durable before the next thing is done. One JSON object a line; a
//! line that a crash cut off was not done.

use std::{
    collections::BTreeMap,
    fs::{File, OpenOptions, TryLockError},
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{
    certificate,
    error::{Error, Result},
};

const NAME: &str = "journal.jsonl";

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Event {
    /// The row is this USBKEY's from now on.
    Claimed,
    /// It is produced.
    Done,
    /// Something went wrong; the row stays this USBKEY's.
    Failed,
    /// The row may go to another USBKEY.
    Released,
}

/// One line.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) at: String,
    pub(super) row: String,
    pub(super) serial: String,
    pub(super) event: Event,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) message: Option<String>,
}

/// How a row stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct State {
    pub(super) serial: String,
    pub(super) event: Event,
    pub(super) message: Option<String>,
}

/// See the [module](self). Held by one process at a time.
pub(super) struct Journal {
    path: PathBuf,
    file: Mutex<File>,
    /// Rows that were begun, by id.
    rows: Mutex<BTreeMap<String, State>>,
}

impl Journal {
    /// Opens the journal in `folder`, made if it is not there.
    pub(super) fn open(folder: &Path) -> Result<Self> {
        let path = folder.join(NAME);
        let failed = |e| Error::write(&path, e);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Error::BatchRuns),
            Err(TryLockError::Error(e)) => return Err(failed(e)),
        }
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(failed)?;
        let whole = text.rfind('\n').map_or(0, |at| at + 1);
        file.set_len(whole as u64).map_err(failed)?;
        file.seek(SeekFrom::End(0)).map_err(failed)?;
        Ok(Self {
            rows: Mutex::new(replay(&path, &text[..whole])?),
            file: Mutex::new(file),
            path,
        })
    }

    /// How the rows stand in `folder`, without holding the journal.
    pub(super) fn look(folder: &Path) -> Result<BTreeMap<String, State>> {
        let path = folder.join(NAME);
        let text = std::fs::read_to_string(&path).map_err(|e| Error::read(&path, e))?;
        let whole = text.rfind('\n').map_or(0, |at| at + 1);
        replay(&path, &text[..whole])
    }

    /// How a row stands; `None` where it was not begun, or was given up.
    pub(super) fn row(&self, id: &str) -> Option<State> {
        self.rows().get(id).cloned()
    }

    /// The row that a USBKEY has.
    pub(super) fn row_of(&self, serial: &str) -> Option<(String, State)> {
        let rows = self.rows();
        let found = rows.iter().find(|(_, state)| state.serial == serial);
        found.map(|(id, state)| (id.clone(), state.clone()))
    }

    /// Writes one line, to the disk.
    pub(super) fn note(
        &self,
        row: &str,
        serial: &str,
        event: Event,
        message: Option<String>,
    ) -> Result<()> {
        let entry = Entry {
            at: certificate::rfc3339(OffsetDateTime::now_utc()),
            row: row.to_owned(),
            serial: serial.to_owned(),
            event,
            message,
        };
        let mut line = serde_json::to_vec(&entry).unwrap_or_default();
        line.push(b'\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let written = file.write_all(&line).and_then(|()| file.sync_data());
        written.map_err(|e| Error::write(&self.path, e))?;
        apply(&mut self.rows(), entry);
        Ok(())
    }

    fn rows(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, State>> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn replay(path: &Path, text: &str) -> Result<BTreeMap<String, State>> {
    let mut rows = BTreeMap::new();
    for line in text.lines() {
        let entry = serde_json::from_str(line)
            .map_err(|e| Error::Unfit(format!("{}: {e}", path.display())))?;
        apply(&mut rows, entry);
    }
    Ok(rows)
}

fn apply(rows: &mut BTreeMap<String, State>, entry: Entry) {
    match entry.event {
        Event::Released => drop(rows.remove(&entry.row)),
        event => {
            let state = State {
                serial: entry.serial,
                event,
                message: entry.message,
            };
            rows.insert(entry.row, state);
        }
    }
}
