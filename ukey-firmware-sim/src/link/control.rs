//! A socket by which tests handle the token as a hand would: pull it out, put it in, make it slow.
//!
//! Each line is a command, answered with one line (`status`: one per slot, then `ok`):
//!
//! | line | effect | answer |
//! |---|---|---|
//! | `remove N` | pulls the token out of slot N | `ok` |
//! | `insert N` | puts it back | `ok` |
//! | `delay N MS` | each command of slot N waits MS milliseconds before it is executed | `ok` |
//! | `status` | | `slot N ADDRESS in|out connected|waiting delay MS` … `ok` |
//!
//! Anything else is answered with `error` and a reason. The socket is for its owner only (0600).

use super::vpcd::Server;
use std::fs::{self, Permissions};
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// Longest line taken, in bytes.
const LONGEST_LINE: u64 = 256;

/// The socket; removed when this is dropped.
pub struct Control {
    path: PathBuf,
}

impl Control {
    /// Listens at `path` for commands to `server`, in a thread of its own. A socket left there by
    /// somebody else is replaced.
    ///
    /// # Errors
    /// Those of the operating system.
    pub fn start(path: &Path, server: Arc<Server>) -> io::Result<Self> {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(path)?;
        fs::set_permissions(path, Permissions::from_mode(0o600))?;
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let server = Arc::clone(&server);
                thread::spawn(move || converse(stream, &server));
            }
        });
        Ok(Self {
            path: path.to_owned(),
        })
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        // Somebody may have removed it already.
        let _ = fs::remove_file(&self.path);
    }
}

fn converse(stream: UnixStream, server: &Server) {
    let Ok(mut answers) = stream.try_clone() else {
        return;
    };
    let mut lines = BufReader::new(stream);
    loop {
        let mut line = String::new();
        let read = io::Read::take(&mut lines, LONGEST_LINE).read_line(&mut line);
        if !matches!(read, Ok(1..)) || answers.write_all(answer(server, &line).as_bytes()).is_err()
        {
            return;
        }
    }
}

fn answer(server: &Server, line: &str) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    let number = |text: &str| text.parse::<u32>().ok();
    let slot = words
        .get(1)
        .and_then(|text| number(text))
        .map(|slot| slot as usize);
    let done = match (words.as_slice(), slot) {
        (["status"], _) => return status(server),
        (["remove", _], Some(slot)) => server.remove(slot),
        (["insert", _], Some(slot)) => server.insert(slot),
        (["delay", _, time], Some(slot)) => match number(time) {
            Some(time) => server.delay(slot, Duration::from_millis(time.into())),
            None => return "error: not a number of milliseconds\n".to_owned(),
        },
        _ => return "error: not a command\n".to_owned(),
    };
    match done {
        Some(()) => "ok\n".to_owned(),
        None => "error: no such slot\n".to_owned(),
    }
}

fn status(server: &Server) -> String {
    let mut text = String::new();
    for (number, slot) in server.status().iter().enumerate() {
        let place = if slot.inserted { "in" } else { "out" };
        let link = if slot.connected {
            "connected"
        } else {
            "waiting"
        };
        let delay = slot.delay.as_millis();
        text += &format!(
            "slot {number} {} {place} {link} delay {delay}\n",
            slot.address
        );
    }
    text + "ok\n"
}
