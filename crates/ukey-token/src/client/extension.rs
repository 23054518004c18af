//! The extension family (docs/apdu.md): change counter, transport key, stored objects.

use super::Connection;
use crate::{
    application::Application,
    device::Run,
    error::Error,
    view::{ObjectMap, StoredObject},
};
use ukey_apdu::{
    blob::Sm2Cipher,
    id::{AppId, ObjectId},
    request::extension::{
        DeleteObject, Features, GetCapabilities, GetChangeCounter, GetTransportKey, ObjectFlags,
        ReadObjects, WriteObject,
    },
    secure,
};
use ukey_crypto::sm2;

/// Most bytes of one stored object.
pub const MAX_OBJECT: usize = 60_000;

impl Connection {
    /// What the card has of the extension, if it has it. A card that does not know it says so and
    /// is none the worse for the question.
    pub(crate) fn discover_extension(&mut self) -> Result<Option<Features>, Error> {
        match self.call(&GetCapabilities {}) {
            Ok(capabilities) => Ok(Some(capabilities.features)),
            Err(e @ (Error::Transport(_) | Error::Removed | Error::NoToken)) => Err(e),
            Err(_) => Ok(None),
        }
    }

    pub(crate) fn read_change_counter(&mut self) -> Result<u64, Error> {
        Ok(self.call(&GetChangeCounter {})?.counter)
    }

    /// `secret` bound to a fresh challenge and encrypted to the card's key of this power-on.
    pub(super) fn under_transport_key(&mut self, secret: &[u8]) -> Result<Sm2Cipher, Error> {
        let key = match self.transport_key {
            Some(key) => key,
            None => {
                let point = self.call(&GetTransportKey {})?;
                let key = sm2::PublicKey::from_xy(&point.x, &point.y)?;
                self.transport_key = Some(key);
                key
            }
        };
        let bound = secure::bind_challenge(&self.challenge()?, secret);
        Ok(super::import::wire_cipher(&key.encrypt(&bound)?))
    }

    /// All stored objects that the card shows now, keys passed over.
    pub(crate) fn read_objects(&mut self, app: AppId) -> Result<ObjectMap, Error> {
        let mut objects = ObjectMap::default();
        let mut from = ObjectId(1);
        loop {
            let page = self.call(&ReadObjects { app, from })?.0;
            let Some(last) = page.last().map(|record| record.id.0) else {
                return Ok(objects);
            };
            for record in page {
                objects.insert(StoredObject {
                    id: record.id.0,
                    private: record.flags.is_private(),
                    owner: String::from_utf8_lossy(&record.owner).into_owned(),
                    key: None,
                    data: record.data.expose().to_vec(),
                });
            }
            match last.checked_add(1) {
                Some(next) => from = ObjectId(next),
                None => return Ok(objects),
            }
        }
    }
}

impl Application {
    /// Stores bytes on the token: a new object for `id` 0, else in place of object `id`. Returns
    /// the number. `owner` names the container with which the object dies; empty for none.
    ///
    /// # Errors
    /// [`Error::NotLoggedIn`], [`Error::NoSpace`], [`Error::ObjectNotFound`],
    /// [`Error::InvalidLength`] beyond [`MAX_OBJECT`]; link errors.
    pub fn write_object(
        &self,
        id: u32,
        private: bool,
        owner: &str,
        data: &[u8],
    ) -> Result<u32, Error> {
        if data.len() > MAX_OBJECT {
            return Err(Error::InvalidLength);
        }
        let written = self.run(Run::Once, |connection, app| {
            connection.call(&WriteObject {
                app,
                id: ObjectId(id),
                flags: if private {
                    ObjectFlags::PRIVATE
                } else {
                    ObjectFlags::PUBLIC
                },
                owner: owner.into(),
                data: data.into(),
            })
        })?;
        Ok(written.id.0)
    }

    /// Deletes a stored object.
    ///
    /// # Errors
    /// [`Error::ObjectNotFound`], [`Error::NotLoggedIn`]; link errors.
    pub fn delete_object(&self, id: u32) -> Result<(), Error> {
        self.run(Run::Once, |connection, app| {
            connection
                .call(&DeleteObject {
                    app,
                    id: ObjectId(id),
                })
                .map(drop)
        })
    }
}
