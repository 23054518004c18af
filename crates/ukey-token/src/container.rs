//! A container: up to one signature pair and one encryption pair with their certificates.

use crate::{application::Application, client::Connection, device::Run, error::Error};
use ukey_apdu::id::{AppId, ContainerId};

/// A container of an application on a token. Cheap to clone; holds no card-side state of its own.
#[derive(Clone, Debug)]
pub struct Container {
    application: Application,
    name: String,
}

impl Container {
    pub(crate) fn new(application: Application, name: &str) -> Self {
        Self {
            application,
            name: name.to_owned(),
        }
    }

    /// The application that it is in.
    pub fn application(&self) -> &Application {
        &self.application
    }

    /// Name of the container.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Runs `body` with the container opened.
    pub(crate) fn run<T>(
        &self,
        how: Run,
        mut body: impl FnMut(&mut Connection, AppId, ContainerId) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.application.run(how, |connection, app| {
            let container = connection.open_container(app, &self.name)?;
            body(connection, app, container)
        })
    }

    /// As [`Container::run`], for commands that need the user's login.
    pub(crate) fn run_logged_in<T>(
        &self,
        how: Run,
        body: impl FnMut(&mut Connection, AppId, ContainerId) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.run(how, body)
            .map_err(|e| self.application.note_login(e))
    }
}
