//! A display of its own without a screen, for programs that open windows.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::{HarnessError, Service, wait_for};

const READY_LIMIT: Duration = Duration::from_secs(60);

/// An X server that shows nothing to anybody. Dropping it stops it.
#[derive(Debug)]
pub struct Display {
    _server: Service,
    name: String,
}

impl Display {
    /// Starts Xvfb on a free number; `folder` takes its log.
    ///
    /// # Errors
    /// [`HarnessError::Start`].
    ///
    /// # Panics
    /// When it does not say its number in time.
    pub fn start(folder: &Path) -> Result<Self, HarnessError> {
        let log = folder.join("xvfb.log");
        let mut command = Command::new("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", "1000x800x24"]);
        command.args(["-nolisten", "tcp"]);
        let server = Service::start(command, &log)?;
        let name = wait_for("the display's number", READY_LIMIT, || {
            let said = std::fs::read_to_string(&log).unwrap_or_default();
            let number = said.lines().find_map(|line| line.parse::<u32>().ok())?;
            Some(format!(":{number}"))
        });
        Ok(Self {
            _server: server,
            name,
        })
    }

    /// What `DISPLAY` is to hold.
    pub fn name(&self) -> &str {
        &self.name
    }
}
