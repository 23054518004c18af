//! A pcscd of our own with two virtual readers, and `ukey-sim` as the tokens in them.
//!
//! `scripts/private-pcscd.sh` gives pcscd a private view of the machine, so that its socket appears
//! in a folder of the test, its ports exist for nobody else, and several labs may run at once.
//! Clients find the socket by the variable `PCSCLITE_CSOCK_NAME`, which the PC/SC client library
//! reads once per process: hence [`pcsc_test`]. Where pcscd cannot run, tests fail and say why.

use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use pcsc::{Context, Scope, State};

use crate::{HarnessError, Program, Service, own_process, release_file, workspace_root};

/// Readers in the lab.
pub const SLOTS: usize = 2;

/// Port that the virtual reader's first slot listens on; further slots follow.
const FIRST_PORT: u16 = 35963;

/// How long pcscd and the simulator may take to become ready. Both need milliseconds; pcscd looks
/// for a new card every 400 ms; the rest is for loaded machines.
const READY_LIMIT: Duration = Duration::from_secs(20);

/// Names, in the inner process of [`pcsc_test`], the folder of the lab.
const FOLDER: &str = "UKEY_TEST_LAB";

/// A running pcscd, and the simulators in its readers. Dropping it stops all of them.
#[derive(Debug)]
pub struct PcscLab {
    // Dropped in this order: cards leave before the reader does.
    ukey_sim: [Option<Service>; SLOTS],
    pcscd: Service,
    folder: PathBuf,
}

/// Runs `body` with a lab, in a process of its own. `test` is the full name of the calling test.
///
/// # Panics
/// When the lab cannot be started, or as [`own_process`].
pub fn pcsc_test(test: &str, limit: Duration, body: impl FnOnce(&mut PcscLab)) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let environment = match std::env::var_os(FOLDER) {
        Some(_) => Vec::new(),
        None => environment(folder.path()),
    };
    own_process(test, limit, environment, || {
        let folder = std::env::var_os(FOLDER).expect("set by the outer process");
        let mut lab = PcscLab::start(Path::new(&folder)).unwrap_or_else(|error| panic!("{error}"));
        body(&mut lab);
    });
}

/// What programs need in their environment to see the tokens of the lab in `folder` and nothing
/// else.
///
/// # Panics
/// When `folder` cannot be written.
pub fn environment(folder: &Path) -> Vec<(&'static str, OsString)> {
    let config = folder.join("ukey.toml");
    std::fs::write(&config, "").expect("the folder is ours");
    vec![
        (FOLDER, folder.into()),
        (
            "PCSCLITE_CSOCK_NAME",
            folder.join("socket/pcscd.comm").into(),
        ),
        ("UKEY_CONFIG", config.into()),
        ("UKEY_PCSC", "on".into()),
        ("HOME", folder.into()),
        ("XDG_CONFIG_HOME", folder.join("config").into()),
        ("XDG_DATA_HOME", folder.join("data").into()),
    ]
}

/// The script that runs pcscd apart from the machine's.
fn private_pcscd() -> Command {
    Command::new(workspace_root().join("scripts/private-pcscd.sh"))
}

impl PcscLab {
    /// Starts pcscd with empty readers. `folder` takes its socket and logs. This process must
    /// already have the environment that [`pcsc_test`] gives.
    ///
    /// # Errors
    /// [`HarnessError::Start`], [`HarnessError::NotReady`].
    pub fn start(folder: &Path) -> Result<Self, HarnessError> {
        let ukey_sim = [const { None }; SLOTS];
        Ok(Self {
            ukey_sim,
            pcscd: start_pcscd(folder)?,
            folder: folder.to_path_buf(),
        })
    }

    /// The folder of the lab: free for the test's files.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Names of the readers, by slot.
    pub fn readers(&self) -> Vec<String> {
        reader_names()
    }

    /// Puts the token with the flash image `image` (made when missing) into `slot`, and waits
    /// until pcscd has seen it.
    ///
    /// # Errors
    /// [`HarnessError::NotBuilt`], [`HarnessError::NotReady`].
    pub fn insert(&mut self, slot: usize, image: &Path) -> Result<(), HarnessError> {
        // So that pcscd sees a removal and an insertion, also after an unnoticed pull.
        self.pull(slot)?;
        let program = release_file("ukey-sim")?;
        if !image.exists() {
            Program::new(&program).arg("create").arg(image).succeed()?;
        }
        let mut command = self.beside_pcscd(program);
        command
            .args(["serve", "--slot"])
            .arg(format!("{}@{}", image.display(), port(slot)));
        command.arg("--control").arg(self.control_path(slot));
        self.put(slot, command)
    }

    /// Puts a card that understands no command into `slot`. `atr` is its answer to reset, in hex.
    ///
    /// # Errors
    /// [`HarnessError::NotReady`].
    pub fn insert_foreign(&mut self, slot: usize, atr: &str) -> Result<(), HarnessError> {
        self.pull(slot)?;
        let mut command = self.beside_pcscd("python3");
        command
            .arg(workspace_root().join("tests/python/foreign_card.py"))
            .args([atr, &port(slot).to_string()]);
        self.put(slot, command)
    }

    /// A program that can reach the readers.
    fn beside_pcscd(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = private_pcscd();
        let pcscd = self.pcscd.id().to_string();
        command.arg("beside").arg(pcscd).arg(program);
        command
    }

    /// Starts what is in a reader from now on.
    fn put(&mut self, slot: usize, command: Command) -> Result<(), HarnessError> {
        let log = self.folder.join(format!("ukey-sim-{slot}.log"));
        let mut card = Service::start(command, &log)?;
        card.wait_until("the token in its reader", READY_LIMIT, || is_present(slot))?;
        self.ukey_sim[slot] = Some(card);
        Ok(())
    }

    /// Pulls the token out of `slot` without warning (the simulator is killed), and waits until
    /// pcscd has noticed.
    ///
    /// # Errors
    /// [`HarnessError::NotReady`].
    pub fn pull(&mut self, slot: usize) -> Result<(), HarnessError> {
        self.pull_unnoticed(slot);
        self.pcscd
            .wait_until("the reader's being empty", READY_LIMIT, || {
                !is_present(slot)
            })
    }

    /// Pulls the token out of `slot` and does not wait.
    pub fn pull_unnoticed(&mut self, slot: usize) {
        if let Some(mut sim) = self.ukey_sim[slot].take() {
            sim.kill().ok();
        }
    }

    /// Stops pcscd under its clients' feet and starts it anew, with empty readers.
    ///
    /// # Errors
    /// As [`PcscLab::start`].
    pub fn restart_pcscd(&mut self) -> Result<(), HarnessError> {
        (0..SLOTS).for_each(|slot| self.pull_unnoticed(slot));
        self.pcscd.kill().ok();
        self.pcscd = start_pcscd(&self.folder)?;
        Ok(())
    }

    /// Makes the token in `slot` wait before it executes each command, so that a test can act in
    /// the middle of one.
    ///
    /// # Errors
    /// [`HarnessError::File`] when no token is there.
    pub fn slow_down(&self, slot: usize, delay: Duration) -> Result<(), HarnessError> {
        let path = self.control_path(slot);
        let talk = || {
            let mut stream = UnixStream::connect(&path)?;
            stream.set_read_timeout(Some(READY_LIMIT))?;
            // Each simulator of the lab has one slot, which it calls 0.
            writeln!(stream, "delay 0 {}", delay.as_millis())?;
            let mut answer = String::new();
            BufReader::new(stream).read_line(&mut answer)?;
            if answer == "ok\n" {
                Ok(())
            } else {
                Err(std::io::Error::other(answer))
            }
        };
        talk().map_err(|source| HarnessError::File {
            path: path.clone(),
            source,
        })
    }

    fn control_path(&self, slot: usize) -> PathBuf {
        self.folder.join(format!("ukey-sim-{slot}.control"))
    }

    /// The simulator in `slot`, if there is one.
    pub fn ukey_sim(&mut self, slot: usize) -> Option<&mut Service> {
        self.ukey_sim[slot].as_mut()
    }

    /// The pcscd of the lab.
    pub fn pcscd(&mut self) -> &mut Service {
        &mut self.pcscd
    }
}

fn port(slot: usize) -> u16 {
    FIRST_PORT + u16::try_from(slot).expect("a lab has few slots")
}

fn start_pcscd(folder: &Path) -> Result<Service, HarnessError> {
    let mut command = private_pcscd();
    command.arg("run").arg(folder);
    let mut pcscd = Service::start(command, &folder.join("pcscd.log"))?;
    pcscd.wait_until("pcscd's readers", READY_LIMIT, || {
        reader_names().len() == SLOTS
    })?;
    Ok(pcscd)
}

fn reader_names() -> Vec<String> {
    let list = Context::establish(Scope::User).and_then(|context| context.list_readers_owned());
    let names = list.unwrap_or_default();
    names
        .iter()
        .map(|name| name.to_string_lossy().into_owned())
        .collect()
}

/// Whether pcscd sees a card in `slot`.
fn is_present(slot: usize) -> bool {
    let look = || {
        let context = Context::establish(Scope::User).ok()?;
        let name = context.list_readers_owned().ok()?.into_iter().nth(slot)?;
        let mut states = [pcsc::ReaderState::new(name, State::UNAWARE)];
        context
            .get_status_change(Duration::ZERO, &mut states)
            .ok()?;
        Some(states[0].event_state().contains(State::PRESENT))
    };
    look().unwrap_or(false)
}
