//! What callers have handles for.
//!
//! A handle belongs to a thing, not to a place in a list: a key keeps its handle while others come and go, and another
//! key in its place gets another handle. Of a new view only what differs from the one before is looked at.

use super::index::{Candidates, Index};
use super::profiles::Profiles;
use crate::abi::types::*;
use crate::object::attribute::Attributes;
use crate::object::records::Records;
use crate::object::stored::{Kind, Record};
use crate::object::view::{placed_objects, session_unique_id, stored_object};
use crate::object::{Object, Source};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use ukey_ffi::Handle;
use ukey_token::view::{ObjectView, StoredObject};

#[cfg(test)]
mod tests;

/// See the [module](self).
#[derive(Default)]
pub(crate) struct ObjectTable {
    view: Option<Arc<ObjectView>>,
    records: Arc<Records>,
    /// Handles of token objects by where these live.
    places: HashMap<Source, Handle>,
    of_token: HashMap<Handle, Arc<Object>>,
    of_sessions: HashMap<Handle, SessionObject>,
    /// Of token and sessions.
    index: Index,
    profiles: Profiles,
    /// Private objects were forgotten, which are in the view still.
    lacks_private: bool,
}

struct SessionObject {
    owner: Handle,
    object: Arc<Object>,
}

impl ObjectTable {
    /// Whether this is the view that the table shows.
    pub(super) fn shows(&self, view: &Arc<ObjectView>) -> bool {
        !self.lacks_private
            && self
                .view
                .as_ref()
                .is_some_and(|known| Arc::ptr_eq(known, view))
    }

    /// Takes over a view: known things keep their handles, those that are gone lose them.
    pub(super) fn note(&mut self, view: Arc<ObjectView>) {
        let old = self.view.take().unwrap_or_default();
        let changes = view.changes_since(&old);
        let lacked = std::mem::take(&mut self.lacks_private);
        let mut placed = changes.containers || changes.files || lacked;
        for id in &changes.removed {
            placed |= self.forget_stored(*id);
        }
        for stored in changes.added.iter().chain(&changes.changed) {
            placed |= self.note_stored(stored);
        }
        if lacked {
            for stored in view.objects.iter().filter(|stored| stored.private) {
                placed |= self.note_stored(stored);
            }
        }
        if placed {
            self.note_placed(&view);
        }
        self.view = Some(view);
    }

    /// Takes in a stored object; whether what containers show depends on it.
    fn note_stored(&mut self, stored: &StoredObject) -> bool {
        match Record::decode(&stored.data) {
            None => self.forget_stored(stored.id),
            Some(record) if record.kind == Kind::Object => {
                self.put(stored_object(stored, record.attributes));
                false
            }
            Some(record) => {
                Arc::make_mut(&mut self.records).note(stored.id, &stored.owner, record);
                true
            }
        }
    }

    fn forget_stored(&mut self, id: u32) -> bool {
        self.remove_place(&Source::Stored { id });
        Arc::make_mut(&mut self.records).forget(id)
    }

    /// Brings what containers and files show in line with a view.
    fn note_placed(&mut self, view: &ObjectView) {
        let placed = placed_objects(view, &self.records);
        let there: HashSet<&Source> = placed.iter().map(|object| &object.source).collect();
        let gone: Vec<Source> = self
            .places
            .keys()
            .filter(|source| !matches!(source, Source::Stored { .. }) && !there.contains(source))
            .cloned()
            .collect();
        gone.iter().for_each(|source| self.remove_place(source));
        for object in placed {
            self.put(object);
        }
    }

    /// Puts a token object in its place. The thing that was there keeps its handle; another one gets another.
    fn put(&mut self, object: Object) {
        let known = self.places.get(&object.source).copied();
        let same = known.filter(|handle| {
            self.of_token
                .get(handle)
                .is_some_and(|old| old.fingerprint == object.fingerprint)
        });
        if known.is_some() {
            self.remove_place(&object.source);
        }
        let handle = same.unwrap_or_else(Handle::fresh);
        self.places.insert(object.source.clone(), handle);
        self.index.insert(handle, &object.attributes);
        self.of_token.insert(handle, Arc::new(object));
    }

    fn remove_place(&mut self, source: &Source) {
        let removed = self
            .places
            .remove(source)
            .and_then(|handle| Some((handle, self.of_token.remove(&handle)?)));
        if let Some((handle, object)) = removed {
            self.index.remove(handle, &object.attributes);
        }
    }

    /// Handles of the objects that match a template, by ascending number.
    pub(super) fn find(&self, template: &Attributes, sees_private: bool) -> Vec<Handle> {
        if Profiles::are_sought(template) {
            return self.profiles.find(template);
        }
        let wanted =
            |object: &Object| (sees_private || !object.is_private()) && object.matches(template);
        match self.index.candidates(template) {
            Candidates::None => Vec::new(),
            Candidates::Some(handles) => handles
                .iter()
                .filter(|handle| self.get(**handle).is_some_and(|object| wanted(object)))
                .copied()
                .collect(),
            Candidates::All => {
                let token = self.of_token.iter();
                let sessions = self
                    .of_sessions
                    .iter()
                    .map(|(handle, entry)| (handle, &entry.object));
                let mut found: Vec<Handle> = token
                    .chain(sessions)
                    .filter(|(_, object)| wanted(object))
                    .map(|(handle, _)| *handle)
                    .collect();
                found.sort_unstable();
                found
            }
        }
    }

    /// The object behind a handle.
    pub(super) fn get(&self, handle: Handle) -> Option<&Arc<Object>> {
        self.of_token
            .get(&handle)
            .or_else(|| self.of_sessions.get(&handle).map(|entry| &entry.object))
            .or_else(|| self.profiles.get(handle))
    }

    /// The handle of what lives at a place.
    pub(super) fn at(&self, source: &Source) -> Option<Handle> {
        self.places.get(source).copied()
    }

    /// The token objects that `wanted` says.
    pub(super) fn token_objects(&self, wanted: impl Fn(&Object) -> bool) -> Vec<Arc<Object>> {
        let objects = self.of_token.values();
        objects.filter(|object| wanted(object)).cloned().collect()
    }

    /// The attribute records of the view.
    pub(super) fn records(&self) -> Arc<Records> {
        Arc::clone(&self.records)
    }

    /// Moves a thing that is about to live in another place there, with its handle.
    pub(super) fn rename(&mut self, object: &Object, source: Source, fingerprint: Vec<u8>) {
        let Some(handle) = self.places.remove(&object.source) else {
            return;
        };
        if let Some(known) = self.of_token.get_mut(&handle) {
            let known = Arc::make_mut(known);
            known.source = source.clone();
            known.fingerprint = fingerprint;
        }
        self.places.insert(source, handle);
    }

    /// Adds an object that lives as long as the session `owner`.
    pub(super) fn add_session_object(&mut self, owner: Handle, mut object: Object) -> Handle {
        let handle = Handle::fresh();
        let name = session_unique_id(handle.to_raw());
        object.attributes.set_bytes(CKA_UNIQUE_ID, name);
        self.index.insert(handle, &object.attributes);
        let object = Arc::new(object);
        self.of_sessions
            .insert(handle, SessionObject { owner, object });
        handle
    }

    /// Replaces a session object.
    pub(super) fn replace_session_object(&mut self, handle: Handle, object: Object) {
        if let Some(entry) = self.of_sessions.get_mut(&handle) {
            self.index.remove(handle, &entry.object.attributes);
            self.index.insert(handle, &object.attributes);
            entry.object = Arc::new(object);
        }
    }

    /// Ends the session objects that `doomed` says, by owner and object.
    pub(super) fn end_session_objects(&mut self, doomed: impl Fn(Handle, Handle, &Object) -> bool) {
        let index = &mut self.index;
        self.of_sessions.retain(|handle, entry| {
            let ends = doomed(*handle, entry.owner, &entry.object);
            if ends {
                index.remove(*handle, &entry.object.attributes);
            }
            !ends
        });
    }

    /// At logout: private session objects die, and private token objects will have new handles.
    pub(super) fn forget_private(&mut self) {
        self.end_session_objects(|_, _, object| object.is_private());
        for object in self.token_objects(Object::is_private) {
            self.remove_place(&object.source);
        }
        self.lacks_private = true;
    }
}
