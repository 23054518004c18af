//! C_CopyObject.

use super::key_store;
use super::object::check_may_write;
use super::object_create::store_object;
use crate::abi::types::*;
use crate::object::attribute::Attributes;
use crate::object::material::KeyMaterial;
use crate::object::template::{self, RawAttribute};
use crate::object::view::own_object;
use crate::object::{Object, Source};
use crate::rv::Error;
use crate::session::OpenSession;

/// C_CopyObject: another object of the same content, on the token or in the session as the template says, with the
/// attributes of the template.
///
/// # Errors
/// [`Error::ActionProhibited`] for what may not or, being a key that never leaves the token, cannot be copied; what is
/// wrong with the template.
pub(crate) fn copy(
    session: &OpenSession,
    handle: CK_OBJECT_HANDLE,
    raw: &[RawAttribute],
) -> Result<CK_OBJECT_HANDLE, Error> {
    let object = session.token.object(handle)?;
    if !object.attributes.flag(CKA_COPYABLE) || stays(&object) {
        return Err(Error::ActionProhibited);
    }
    let change = template::parse(raw)?;
    template::check_copy(&object.attributes, &change, session.is_officer())?;
    let mut attributes = object.attributes.clone();
    attributes.remove(CKA_UNIQUE_ID);
    attributes.overlay(&change);
    let (token, private) = (attributes.flag(CKA_TOKEN), attributes.flag(CKA_PRIVATE));
    check_may_write(session, token, private)?;
    match (object.material.as_deref(), token) {
        (Some(KeyMaterial::Token { id, .. }), true) => key_store::copy(session, *id, &attributes),
        (Some(KeyMaterial::Token { .. }), false) => take_out(session, &object, attributes, private),
        (Some(KeyMaterial::Host(key)), true) => key_store::import(session, &attributes, key),
        (_, true) => store_object(session, attributes, private),
        (_, false) => {
            let material = object.material.clone();
            let copy = own_object(attributes, Source::Session, private, material);
            Ok(session.token.add_session_object(session.handle, copy))
        }
    }
}

/// A copy in this process of a key that the token holds: of those whose value may be read anyway.
fn take_out(
    session: &OpenSession,
    object: &Object,
    mut attributes: Attributes,
    private: bool,
) -> Result<CK_OBJECT_HANDLE, Error> {
    if !object.shows(CKA_VALUE) {
        return Err(Error::ActionProhibited);
    }
    attributes.overlay(&key_store::value(session, object)?);
    let copy = own_object(attributes, Source::Session, private, None);
    Ok(session.token.add_session_object(session.handle, copy))
}

/// Whether the object is bound to its place: a container's private key, and files, which have a name there.
fn stays(object: &Object) -> bool {
    matches!(object.material.as_deref(), Some(KeyMaterial::Pair(_)))
        || matches!(object.source, Source::File { .. })
}
