//! A program that runs beside a test until the test is over.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::HarnessError;
use crate::program::{signal, wait};

/// How long a service may take to end after being asked to.
const STOP_LIMIT: Duration = Duration::from_secs(3);

/// A background process that is ours alone. Dropping it stops it, by its process id, and waits
/// until it is gone.
#[derive(Debug)]
pub struct Service {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Service {
    /// Starts `command`; what it says goes to the file `log`.
    ///
    /// # Errors
    /// [`HarnessError::Start`], [`HarnessError::File`] for the log.
    pub fn start(mut command: Command, log: &Path) -> Result<Self, HarnessError> {
        let name = command.get_program().to_string_lossy().into_owned();
        let file_error = |source| HarnessError::File {
            path: log.to_path_buf(),
            source,
        };
        let out = File::options()
            .create(true)
            .append(true)
            .open(log)
            .map_err(file_error)?;
        let err = out.try_clone().map_err(file_error)?;
        let child = command
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err)
            .spawn()
            .map_err(|source| HarnessError::Start {
                program: name.clone(),
                source,
            })?;
        Ok(Self {
            name,
            child,
            log: log.to_path_buf(),
        })
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// What it has said so far.
    pub fn log(&self) -> String {
        let bytes = std::fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Waits until `ready` holds, looking every few milliseconds.
    ///
    /// # Errors
    /// [`HarnessError::NotReady`] when `limit` has passed or the service ended, with its log.
    pub fn wait_until(
        &mut self,
        what: &str,
        limit: Duration,
        mut ready: impl FnMut() -> bool,
    ) -> Result<(), HarnessError> {
        let deadline = Instant::now() + limit;
        while !ready() {
            if Instant::now() >= deadline || !self.is_running() {
                let what = format!("{what} ({})", self.name);
                return Err(HarnessError::NotReady {
                    what,
                    limit,
                    log: self.log(),
                });
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    /// Ends it at once, as a power cut would: no signal that it could act on.
    ///
    /// # Errors
    /// The system's.
    pub fn kill(&mut self) -> io::Result<()> {
        self.child.kill()?;
        self.child.wait().map(drop)
    }

    /// Asks it to end, and kills it if it does not.
    pub fn stop(&mut self) {
        if self.is_running() {
            signal("TERM", &self.child.id().to_string());
            if wait(&mut self.child, Instant::now() + STOP_LIMIT).is_none() {
                self.kill().ok();
            }
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.stop();
    }
}
