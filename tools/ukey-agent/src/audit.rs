//! What the agent did: one line of JSON per operation, each with the SM3 of the line before, so that
//! a changed or missing line shows.
//!
//! ```json
//! {"seq":1,"time":"…","channel":"native","origin":"https://…","operation":"sign","cert":"…","digest":"…","result":"ok","prev":"00…"}
//! ```
//!
//! Never a PIN, content, or cookie. The file is the user's, so what it proves is that nobody changed
//! it without writing all of it again; cutting lines off the end leaves no trace in it.

use crate::files;
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use ukey_crypto::sm3;

/// Name of the current file in the state folder; older ones have `.1` … behind it.
const FILE: &str = "audit.jsonl";
/// Bytes beyond which a new file is begun.
const MAX_FILE: u64 = 1024 * 1024;
/// Older files that are kept.
const KEPT: u32 = 9;
/// `prev` of the very first line.
const START: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// Longest line that is looked at.
const MAX_LINE: u64 = 4096;

/// One operation, as the page asked for it and as it ended.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// How the page reached the agent.
    pub channel: &'a str,
    /// The page.
    pub origin: &'a str,
    /// Method.
    pub operation: &'a str,
    /// Certificate, if one was used.
    pub cert: Option<&'a str>,
    /// Digest of the data in hexadecimal, if there was data.
    pub digest: Option<&'a str>,
    /// `ok` or an error code.
    pub result: &'a str,
}

#[derive(Serialize, Deserialize)]
struct Line<'a> {
    seq: u64,
    time: String,
    channel: &'a str,
    origin: &'a str,
    operation: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cert: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<&'a str>,
    result: &'a str,
    prev: String,
}

#[derive(Deserialize)]
struct Link {
    seq: u64,
    prev: String,
}

/// What checking the log found.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// All lines follow from each other.
    Whole {
        /// How many there are.
        lines: u64,
    },
    /// This line does not follow from the one before it.
    Broken {
        /// The file.
        file: PathBuf,
        /// Number of the line in it, from 1.
        line: usize,
    },
}

/// The audit log of one user.
#[derive(Debug, Clone)]
pub struct AuditLog {
    file: PathBuf,
    max_file: u64,
}

impl AuditLog {
    /// That of this user.
    ///
    /// # Errors
    /// No folder for it.
    pub fn of_user() -> io::Result<Self> {
        Ok(Self {
            file: files::state_folder()?.join(FILE),
            max_file: MAX_FILE,
        })
    }

    /// Adds a line, durably, with other agents kept away.
    ///
    /// # Errors
    /// Those of the file system. What cannot be written down must not be done.
    pub fn add(&self, entry: &Entry<'_>) -> io::Result<()> {
        let lock = files::lock_file(&self.file.with_extension("lock"))?;
        lock.lock()?;
        let mut file = files::append(&self.file)?;
        let last = match last_line(&mut file)? {
            Some(line) => Some(line),
            None => match File::open(self.older(1)) {
                Ok(mut older) => last_line(&mut older)?,
                Err(_) => None,
            },
        };
        let (seq, prev) = match &last {
            None => (1, START.to_owned()),
            Some(line) => {
                let link: Option<Link> = serde_json::from_slice(line).ok();
                (link.map_or(1, |link| link.seq + 1), hash(line))
            }
        };
        let line = Line {
            seq,
            time: OffsetDateTime::now_utc()
                .format(&Rfc3339)
                .unwrap_or_default(),
            channel: entry.channel,
            origin: entry.origin,
            operation: entry.operation,
            cert: entry.cert,
            digest: entry.digest,
            result: entry.result,
            prev,
        };
        if file.metadata()?.len() >= self.max_file {
            file = self.begin_file()?;
        }
        // A line cut off by a crash breaks the chain visibly instead of swallowing this one.
        let mut text = match ends_line(&mut file)? {
            true => Vec::new(),
            false => vec![b'\n'],
        };
        serde_json::to_writer(&mut text, &line)?;
        text.push(b'\n');
        file.write_all(&text)?;
        file.sync_data()
    }

    /// Checks that every line follows from the one before it.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn verify(&self) -> io::Result<Verdict> {
        let mut expected: Option<(u64, String)> = None;
        let mut lines = 0;
        for path in self.all_files() {
            for (index, line) in BufReader::new(File::open(&path)?).split(b'\n').enumerate() {
                let line = line?;
                let fits = serde_json::from_slice::<Link>(&line).is_ok_and(|link| {
                    match &expected {
                        // The oldest kept line follows from one that is gone, unless it is the first.
                        None => link.seq != 1 || link.prev == START,
                        Some((seq, prev)) => link.seq == *seq && link.prev == *prev,
                    }
                });
                if !fits {
                    return Ok(Verdict::Broken {
                        file: path,
                        line: index + 1,
                    });
                }
                let seq = serde_json::from_slice::<Link>(&line)?.seq;
                expected = Some((seq + 1, hash(&line)));
                lines += 1;
            }
        }
        Ok(Verdict::Whole { lines })
    }

    /// All lines, oldest first.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn lines(&self) -> io::Result<Vec<String>> {
        let mut lines = Vec::new();
        for path in self.all_files() {
            for line in BufReader::new(File::open(&path)?).lines() {
                lines.push(line?);
            }
        }
        Ok(lines)
    }

    /// Existing files, oldest first.
    fn all_files(&self) -> Vec<PathBuf> {
        let older = (1..=KEPT).rev().map(|number| self.older(number));
        older
            .chain([self.file.clone()])
            .filter(|path| path.exists())
            .collect()
    }

    fn older(&self, number: u32) -> PathBuf {
        let mut name = self.file.clone().into_os_string();
        name.push(format!(".{number}"));
        name.into()
    }

    fn begin_file(&self) -> io::Result<File> {
        for number in (1..KEPT).rev() {
            rename_if_there(&self.older(number), &self.older(number + 1))?;
        }
        rename_if_there(&self.file, &self.older(1))?;
        files::append(&self.file)
    }
}

fn rename_if_there(from: &Path, to: &Path) -> io::Result<()> {
    match fs::rename(from, to) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

/// The last line without its line end; what follows the last line end counts as a line too.
fn last_line(file: &mut File) -> io::Result<Option<Vec<u8>>> {
    let length = file.metadata()?.len();
    if length == 0 {
        return Ok(None);
    }
    let start = length.saturating_sub(MAX_LINE);
    file.seek(SeekFrom::Start(start))?;
    let mut tail = Vec::new();
    (&mut *file).take(MAX_LINE).read_to_end(&mut tail)?;
    let text = tail.strip_suffix(b"\n").unwrap_or(&tail);
    let begin = text.iter().rposition(|byte| *byte == b'\n');
    Ok(Some(text[begin.map_or(0, |at| at + 1)..].to_vec()))
}

/// Whether a file is empty or ends with a whole line.
fn ends_line(file: &mut File) -> io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(true);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

fn hash(line: &[u8]) -> String {
    sm3::digest(line)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests;
