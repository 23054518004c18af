//! An application on a token: its PINs, its containers, files and objects, and who is logged in.

use crate::{
    client::Connection,
    container::Container,
    device::{Device, Run, lock},
    error::Error,
    login::{LoginState, Role},
    view::ObjectView,
};
use std::sync::{Arc, Mutex};
use ukey_apdu::id::{AppId, PinType};

/// What the clones of one [`Application`] share.
pub(crate) struct AppState {
    name: String,
    login: Mutex<LoginState>,
    view: Mutex<Option<Arc<ObjectView>>>,
}

impl AppState {
    pub(crate) fn new(name: &str) -> Arc<Self> {
        Arc::new(Self {
            name: name.to_owned(),
            login: Mutex::default(),
            view: Mutex::default(),
        })
    }

    pub(crate) fn logged_out(&self, role: Role) {
        lock(&self.login).set(role, false);
    }
}

/// An application on a token: its PINs, containers, files and objects. Cheap to clone.
#[derive(Clone)]
pub struct Application {
    device: Device,
    state: Arc<AppState>,
}

impl Application {
    pub(crate) fn new(device: Device, state: Arc<AppState>) -> Self {
        Self { device, state }
    }

    /// The token that it is on.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Name of the application.
    pub fn name(&self) -> &str {
        &self.state.name
    }

    /// Who is logged in, as far as this process knows; no exchange.
    pub fn login_state(&self) -> LoginState {
        *lock(&self.state.login)
    }

    /// The container called `name`, whether or not it exists: use tells.
    pub fn container(&self, name: &str) -> Container {
        Container::new(self.clone(), name)
    }

    /// Everything in the application that can be seen now. Costs nothing beyond the question for
    /// the change counter while that has not moved, and not even that on an embedded token.
    ///
    /// # Errors
    /// Link errors, [`Error::ApplicationNotFound`].
    pub fn view(&self) -> Result<Arc<ObjectView>, Error> {
        let counter = self.device.change_counter()?;
        let with_private = self.login_state().is_in(PinType::User);
        let cached = lock(&self.state.view).clone();
        if let Some(view) = cached
            && counter.is_some()
            && view.counter == counter
            && view.with_private == with_private
        {
            return Ok(view);
        }
        let view = Arc::new(self.read_view(counter, with_private)?);
        *lock(&self.state.view) = Some(Arc::clone(&view));
        Ok(view)
    }

    /// Reads all of it. The counter was asked before: a change in between makes the next look
    /// read again, never a stale view.
    fn read_view(&self, counter: Option<u64>, with_private: bool) -> Result<ObjectView, Error> {
        let extended = self.device.has_extension();
        self.run(Run::Sequence, |connection, app| {
            let mut view = ObjectView {
                counter,
                with_private,
                ..ObjectView::default()
            };
            for name in connection.enumerate_containers(app)? {
                view.containers.push(connection.read_container(app, &name)?);
            }
            for name in connection.enumerate_files(app)? {
                view.files.push(connection.file_info(app, &name)?);
            }
            if extended {
                view.objects = connection.read_objects(app)?;
            }
            Ok(view)
        })
    }

    /// Runs `body` with the application opened.
    pub(crate) fn run<T>(
        &self,
        how: Run,
        mut body: impl FnMut(&mut Connection, AppId) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let name = self.name();
        self.device.run(how, |connection| {
            let app = connection.open_application(name)?;
            body(connection, app)
        })
    }

    pub(crate) fn logged(&self, role: Role, verified: bool) {
        lock(&self.state.login).set(role, verified);
    }

    /// The user's login is gone without our doing (another program logged out).
    pub(crate) fn note_login(&self, e: Error) -> Error {
        if e == Error::NotLoggedIn {
            self.state.logged_out(Role::One(PinType::User));
        }
        e
    }
}

impl std::fmt::Debug for Application {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Application")
            .field("device", &self.device)
            .field("name", &self.state.name)
            .finish_non_exhaustive()
    }
}
