//! The objects of a token: looking them up, searching them, and bringing the table in line with the token.

use super::table::ObjectTable;
use super::token::Token;
use crate::abi::types::*;
use crate::object::attribute::Attributes;
use crate::object::records::Records;
use crate::object::{Object, Source};
use crate::rv::Error;
use crate::session::Login;
use std::sync::{Arc, PoisonError, RwLockReadGuard, RwLockWriteGuard};
use ukey_ffi::Handle;
use ukey_token::view::ObjectView;

impl Token {
    fn table(&self) -> RwLockReadGuard<'_, ObjectTable> {
        self.objects.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn table_mut(&self) -> RwLockWriteGuard<'_, ObjectTable> {
        self.objects.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Brings the table up to date; costs at most the question for the change counter while nothing has changed.
    ///
    /// # Errors
    /// Link errors.
    pub(crate) fn refresh(&self) -> Result<(), Error> {
        self.fresh_view().map(drop)
    }

    /// The view that the table now shows; `None` on a blank token.
    fn fresh_view(&self) -> Result<Option<Arc<ObjectView>>, Error> {
        if !self.is_initialized() {
            return Ok(None);
        }
        // Views are taken over in the order in which they were read: an older one must not take back a newer one's
        // handles.
        let _turn = self.view_turn();
        let view = self.application()?.view()?;
        if !self.table().shows(&view) {
            self.table_mut().note(Arc::clone(&view));
        }
        Ok(Some(view))
    }

    /// Handles of the objects that match a template and may be seen now.
    ///
    /// # Errors
    /// Link errors.
    pub(crate) fn find(&self, template: &Attributes) -> Result<Vec<CK_OBJECT_HANDLE>, Error> {
        self.refresh()?;
        let sees_private = self.login() == Login::User;
        let found = self.table().find(template, sees_private);
        Ok(found.into_iter().map(Handle::to_raw).collect())
    }

    /// The object behind a handle, if it may be seen now. No exchange: it is as it was at the last look.
    ///
    /// # Errors
    /// [`Error::ObjectHandleInvalid`].
    pub(crate) fn object(&self, handle: CK_OBJECT_HANDLE) -> Result<Arc<Object>, Error> {
        let handle = Handle::from_raw(handle).ok_or(Error::ObjectHandleInvalid)?;
        let object = self.table().get(handle).cloned();
        let object = object.ok_or(Error::ObjectHandleInvalid)?;
        if object.is_private() && self.login() != Login::User {
            return Err(Error::ObjectHandleInvalid);
        }
        Ok(object)
    }

    /// The handle of the one token object with this source, after a fresh look.
    ///
    /// # Errors
    /// [`Error::FunctionFailed`] when another program removed it meanwhile; link errors.
    pub(crate) fn handle_of(&self, source: &Source) -> Result<CK_OBJECT_HANDLE, Error> {
        self.refresh()?;
        let handle = self.table().at(source);
        handle.map(Handle::to_raw).ok_or(Error::FunctionFailed)
    }

    /// The public objects of a container, after a fresh look.
    ///
    /// # Errors
    /// Link errors.
    pub(crate) fn beside(&self, container: &str) -> Result<Vec<Arc<Object>>, Error> {
        self.refresh()?;
        Ok(self.table().token_objects(|object| match &object.source {
            Source::Key {
                container: name,
                private: false,
                ..
            }
            | Source::Certificate {
                container: name, ..
            } => name == container,
            _ => false,
        }))
    }

    /// The view that the handles belong to, with its attribute records.
    ///
    /// # Errors
    /// Link errors; [`Error::TokenNotInitialized`] on a blank token.
    pub(crate) fn records(&self) -> Result<(Arc<ObjectView>, Arc<Records>), Error> {
        let view = self.fresh_view()?.ok_or(Error::TokenNotInitialized)?;
        let records = self.table().records();
        Ok((view, records))
    }

    /// Gives a thing that is about to live in another place its handle there.
    pub(crate) fn rename(&self, object: &Object, source: Source, fingerprint: Vec<u8>) {
        self.table_mut().rename(object, source, fingerprint);
    }

    /// Adds an object that lives as long as the session `owner`.
    pub(crate) fn add_session_object(&self, owner: Handle, object: Object) -> CK_OBJECT_HANDLE {
        self.table_mut().add_session_object(owner, object).to_raw()
    }

    /// Replaces a session object.
    pub(crate) fn replace_session_object(&self, handle: CK_OBJECT_HANDLE, object: Object) {
        if let Some(handle) = Handle::from_raw(handle) {
            self.table_mut().replace_session_object(handle, object);
        }
    }

    /// Ends a session object.
    pub(crate) fn remove_session_object(&self, handle: CK_OBJECT_HANDLE) {
        self.table_mut()
            .end_session_objects(|of, _, _| of.to_raw() == handle);
    }

    /// Ends the session objects of some sessions.
    pub(super) fn forget_session_objects(&self, of: impl Fn(Handle) -> bool) {
        self.table_mut()
            .end_session_objects(|_, owner, _| of(owner));
    }

    /// At logout: private session objects die, and private token objects will have new handles.
    pub(super) fn forget_private(&self) {
        self.table_mut().forget_private();
    }
}
