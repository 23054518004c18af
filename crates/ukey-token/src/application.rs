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
use ukey_apdu::{
    id::{AppId, PinType},
    request::extension::Features,
};

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
    /// the change counter while that has not moved, and not even that on an embedded token; after a
    /// change, what has changed is read, where the token remembers it.
    /// [`ObjectView::changes_since`] tells what is different from an earlier view.
    ///
    /// # Errors
    /// Link errors, [`Error::ApplicationNotFound`].
    pub fn view(&self) -> Result<Arc<ObjectView>, Error> {
        let counter = self.device.change_counter()?;
        let with_private = self.login_state().is_in(PinType::User);
        let cached = lock(&self.state.view).clone();
        if let Some(view) = &cached
            && counter.is_some()
            && view.counter == counter
            && view.with_private == with_private
        {
            return Ok(Arc::clone(view));
        }
        let view = Arc::new(self.look(cached.as_deref(), counter, with_private)?);
        *lock(&self.state.view) = Some(Arc::clone(&view));
        Ok(view)
    }

    /// Reads what is not known from `cached`. The counter was asked before: a change in between
    /// makes the next look read again, never a stale view.
    fn look(
        &self,
        cached: Option<&ObjectView>,
        counter: Option<u64>,
        with_private: bool,
    ) -> Result<ObjectView, Error> {
        let features = self.device.features();
        self.run(Run::Sequence, |connection, app| {
            if features.contains(Features::CHANGE_FEED)
                && let (Some(old), Some(counter)) = (cached, counter)
                && let Some(view) = connection.follow(app, old, features, counter, with_private)?
            {
                return Ok(view);
            }
            connection.read_view(app, features, counter, with_private)
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
