//! The objects of a token and their handles.
//!
//! A handle belongs to a thing, not to a place in a list: a key keeps its handle while others come and go, and another
//! key in its place gets another handle. The list is made anew when the token's change counter has moved.

use super::token::Token;
use crate::abi::types::*;
use crate::object::attribute::Attributes;
use crate::object::view::{Records, objects, session_unique_id};
use crate::object::{Object, Source};
use crate::rv::Error;
use crate::session::Login;
use std::collections::HashMap;
use std::sync::{Arc, MutexGuard, PoisonError};
use ukey_ffi::{Handle, HandleTable};
use ukey_token::view::ObjectView;

/// What recognises a token object.
type Identity = (Source, Vec<u8>);

/// See the [module](self).
#[derive(Default)]
pub(crate) struct ObjectTable {
    view: Option<Arc<ObjectView>>,
    /// Numbers given out for token objects, and for whom.
    numbers: HashMap<Identity, Handle>,
    /// Token objects of the view, in the token's order.
    listed: Vec<(Handle, Arc<Object>)>,
    by_handle: HashMap<Handle, Arc<Object>>,
    session_objects: HashMap<Handle, SessionObject>,
    /// Only makes numbers.
    maker: HandleTable<()>,
}

struct SessionObject {
    owner: Handle,
    object: Arc<Object>,
}

impl ObjectTable {
    /// Takes over a view: known things keep their handles, those that are gone lose them.
    fn note(&mut self, view: Arc<ObjectView>) {
        let mut numbers = HashMap::new();
        self.listed.clear();
        self.by_handle.clear();
        for object in objects(&view) {
            let identity = (object.source.clone(), object.fingerprint.clone());
            let handle = self
                .numbers
                .get(&identity)
                .copied()
                .unwrap_or_else(|| self.maker.insert(()));
            let object = Arc::new(object);
            numbers.insert(identity, handle);
            self.by_handle.insert(handle, Arc::clone(&object));
            self.listed.push((handle, object));
        }
        self.numbers = numbers;
        self.view = Some(view);
    }

    fn find(&self, mut wanted: impl FnMut(&Object) -> bool) -> Vec<Handle> {
        let token = self
            .listed
            .iter()
            .filter(|(_, object)| wanted(object))
            .map(|(handle, _)| *handle);
        let mut found: Vec<Handle> = token.collect();
        let session = self
            .session_objects
            .iter()
            .filter(|(_, entry)| wanted(&entry.object));
        let mut of_sessions: Vec<Handle> = session.map(|(handle, _)| *handle).collect();
        of_sessions.sort_unstable();
        found.extend(of_sessions);
        found
    }
}

impl Token {
    fn table(&self) -> MutexGuard<'_, ObjectTable> {
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Brings the list up to date; costs at most the question for the change counter while nothing has changed.
    ///
    /// # Errors
    /// Link errors.
    pub(crate) fn refresh(&self) -> Result<(), Error> {
        if !self.is_initialized() {
            return Ok(());
        }
        // Views are taken over in the order in which they were read: an older one must not take back a newer one's
        // handles.
        let _turn = self.view_turn();
        let view = self.application()?.view()?;
        let mut table = self.table();
        if !table
            .view
            .as_ref()
            .is_some_and(|known| Arc::ptr_eq(known, &view))
        {
            table.note(view);
        }
        Ok(())
    }

    /// Handles of the objects that match a template and may be seen now.
    ///
    /// # Errors
    /// Link errors.
    pub(crate) fn find(&self, template: &Attributes) -> Result<Vec<CK_OBJECT_HANDLE>, Error> {
        self.refresh()?;
        let sees_private = self.login() == Login::User;
        let found = self
            .table()
            .find(|object| (sees_private || !object.is_private()) && object.matches(template));
        Ok(found.into_iter().map(Handle::to_raw).collect())
    }

    /// The object behind a handle, if it may be seen now. No exchange: it is as it was at the last look.
    ///
    /// # Errors
    /// [`Error::ObjectHandleInvalid`].
    pub(crate) fn object(&self, handle: CK_OBJECT_HANDLE) -> Result<Arc<Object>, Error> {
        let handle = Handle::from_raw(handle).ok_or(Error::ObjectHandleInvalid)?;
        let sees_private = self.login() == Login::User;
        let table = self.table();
        let session = || {
            table
                .session_objects
                .get(&handle)
                .map(|entry| &entry.object)
        };
        let object = table
            .by_handle
            .get(&handle)
            .or_else(session)
            .ok_or(Error::ObjectHandleInvalid)?;
        if object.is_private() && !sees_private {
            return Err(Error::ObjectHandleInvalid);
        }
        Ok(Arc::clone(object))
    }

    /// The handle of the one token object with this source, after a fresh look.
    ///
    /// # Errors
    /// [`Error::FunctionFailed`] when another program removed it meanwhile; link errors.
    pub(crate) fn handle_of(&self, source: &Source) -> Result<CK_OBJECT_HANDLE, Error> {
        self.refresh()?;
        let table = self.table();
        let found = table
            .listed
            .iter()
            .find(|(_, object)| object.source == *source);
        found
            .map(|(handle, _)| handle.to_raw())
            .ok_or(Error::FunctionFailed)
    }

    /// The public objects of a container, after a fresh look.
    ///
    /// # Errors
    /// Link errors.
    pub(crate) fn beside(&self, container: &str) -> Result<Vec<Arc<Object>>, Error> {
        self.refresh()?;
        let table = self.table();
        let objects = table.listed.iter().map(|(_, object)| object);
        let beside = objects.filter(|object| match &object.source {
            Source::Key {
                container: name,
                private: false,
                ..
            }
            | Source::Certificate {
                container: name, ..
            } => name == container,
            _ => false,
        });
        Ok(beside.cloned().collect())
    }

    /// The view that the handles belong to, with its attribute records.
    ///
    /// # Errors
    /// Link errors.
    pub(crate) fn records(&self) -> Result<(Arc<ObjectView>, Records), Error> {
        let view = self.application()?.view()?;
        let records = Records::of(&view);
        Ok((view, records))
    }

    /// Gives a thing that is about to live in another place its handle there.
    pub(crate) fn rename(&self, object: &Object, source: Source, fingerprint: Vec<u8>) {
        let mut table = self.table();
        if let Some(handle) = table
            .numbers
            .remove(&(object.source.clone(), object.fingerprint.clone()))
        {
            table.numbers.insert((source, fingerprint), handle);
        }
    }

    /// Adds an object that lives as long as the session `owner`.
    pub(crate) fn add_session_object(&self, owner: Handle, mut object: Object) -> CK_OBJECT_HANDLE {
        let mut table = self.table();
        let handle = table.maker.insert(());
        let name = session_unique_id(handle.to_raw());
        object.attributes.set_bytes(CKA_UNIQUE_ID, name);
        table.session_objects.insert(
            handle,
            SessionObject {
                owner,
                object: Arc::new(object),
            },
        );
        handle.to_raw()
    }

    /// Replaces a session object.
    pub(crate) fn replace_session_object(&self, handle: CK_OBJECT_HANDLE, object: Object) {
        let mut table = self.table();
        if let Some(entry) =
            Handle::from_raw(handle).and_then(|handle| table.session_objects.get_mut(&handle))
        {
            entry.object = Arc::new(object);
        }
    }

    /// Ends a session object.
    pub(crate) fn remove_session_object(&self, handle: CK_OBJECT_HANDLE) {
        if let Some(handle) = Handle::from_raw(handle) {
            self.table().session_objects.remove(&handle);
        }
    }

    /// Ends the session objects of some sessions.
    pub(super) fn forget_session_objects(&self, of: impl Fn(Handle) -> bool) {
        self.table()
            .session_objects
            .retain(|_, entry| !of(entry.owner));
    }

    /// At logout: private session objects die, and private token objects will have new handles.
    pub(super) fn forget_private(&self) {
        let mut table = self.table();
        table
            .session_objects
            .retain(|_, entry| !entry.object.is_private());
        let private: Vec<Handle> = table
            .listed
            .iter()
            .filter(|(_, object)| object.is_private())
            .map(|(handle, _)| *handle)
            .collect();
        table.numbers.retain(|_, handle| !private.contains(handle));
        table
            .by_handle
            .retain(|handle, _| !private.contains(handle));
        table.listed.retain(|(handle, _)| !private.contains(handle));
        table.view = None;
    }
}
