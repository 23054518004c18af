//! IDs of opened applications and containers.
//!
//! They are random and worth nothing after a reset. Within one power-on the same thing always gets
//! the same ID, and opens are counted, so that one of two hosts can close without harming the other.

use crate::card::{Card, crypto_status};
use crate::fs::application::Application;
use crate::fs::container::Place;
use std::collections::BTreeMap;
use ukey_apdu::StatusWord;
use ukey_apdu::id::{AppId, ContainerId};

struct Open<T> {
    what: T,
    count: u32,
}

/// A table of IDs.
struct Table<T>(BTreeMap<u16, Open<T>>);

impl<T: PartialEq + Copy> Table<T> {
    fn open(&mut self, what: T) -> Result<u16, StatusWord> {
        if let Some((id, open)) = self.0.iter_mut().find(|(_, open)| open.what == what) {
            open.count = open.count.saturating_add(1);
            return Ok(*id);
        }
        let id = unused_id(|id| self.0.contains_key(&id))?;
        self.0.insert(id, Open { what, count: 1 });
        Ok(id)
    }

    fn get(&self, id: u16) -> Option<T> {
        self.0
            .get(&id)
            .filter(|open| open.count > 0)
            .map(|open| open.what)
    }

    fn close(&mut self, id: u16) -> Option<()> {
        let open = self.0.get_mut(&id).filter(|open| open.count > 0)?;
        open.count -= 1;
        Some(())
    }

    fn retain(&mut self, keep: impl Fn(T) -> bool) {
        self.0.retain(|_, open| keep(open.what));
    }
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

/// A random ID that is not 0 and not `used`.
pub(crate) fn unused_id(used: impl Fn(u16) -> bool) -> Result<u16, StatusWord> {
    // Tables stay far below 65535 entries, so this ends after a few rounds.
    for _ in 0..10_000 {
        let mut bytes = [0; 2];
        ukey_crypto::rng::fill(&mut bytes).map_err(crypto_status)?;
        let id = u16::from_be_bytes(bytes);
        if id != 0 && !used(id) {
            return Ok(id);
        }
    }
    Err(StatusWord::NO_SPACE)
}

/// Entries after which those of deleted things are thrown away.
const CROWDED: usize = 4096;

/// Everything opened since power-on.
#[derive(Default)]
pub(crate) struct Opened {
    applications: Table<u32>,
    containers: Table<Place>,
}

impl Opened {
    pub(crate) fn forget_application(&mut self, application: u32) {
        self.applications.retain(|number| number != application);
        self.forget_containers(application);
    }

    pub(crate) fn forget_containers(&mut self, application: u32) {
        self.containers
            .retain(|place| place.application != application);
    }

    pub(crate) fn forget_container(&mut self, gone: Place) {
        self.containers.retain(|place| place != gone);
    }

    pub(crate) fn close_application(&mut self, id: AppId) -> Result<(), StatusWord> {
        self.applications
            .close(id.0)
            .ok_or(StatusWord::APPLICATION_NOT_FOUND)
    }

    /// Closes a container, also after its application: hosts do close in that order.
    pub(crate) fn close_container(
        &mut self,
        app: AppId,
        id: ContainerId,
    ) -> Result<(), StatusWord> {
        let application = self.applications.0.get(&app.0).map(|open| open.what);
        let application = application.ok_or(StatusWord::APPLICATION_NOT_FOUND)?;
        let place = self
            .containers
            .get(id.0)
            .filter(|place| place.application == application);
        place
            .and_then(|_| self.containers.close(id.0))
            .ok_or(StatusWord::CONTAINER_NOT_FOUND)
    }
}

impl Card {
    pub(crate) fn open_application(&mut self, application: u32) -> Result<AppId, StatusWord> {
        self.ram.opened.applications.open(application).map(AppId)
    }

    pub(crate) fn open_container(&mut self, place: Place) -> Result<ContainerId, StatusWord> {
        if self.ram.opened.containers.0.len() > CROWDED {
            let flash = &self.flash;
            self.ram
                .opened
                .containers
                .retain(|place| place.exists(flash));
        }
        self.ram.opened.containers.open(place).map(ContainerId)
    }

    /// The number of an opened application that still exists.
    pub(crate) fn application(&self, id: AppId) -> Result<u32, StatusWord> {
        let number = self.ram.opened.applications.get(id.0);
        let number = number.ok_or(StatusWord::APPLICATION_NOT_FOUND)?;
        Application::load(&self.flash, number).map(|_| number)
    }

    /// An opened container that still exists.
    pub(crate) fn container(&self, app: AppId, id: ContainerId) -> Result<Place, StatusWord> {
        let application = self.application(app)?;
        let place = self.ram.opened.containers.get(id.0);
        place
            .filter(|place| place.application == application && place.exists(&self.flash))
            .ok_or(StatusWord::CONTAINER_NOT_FOUND)
    }
}
