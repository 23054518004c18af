//! Object management functions: looking, changing, searching. Making is in `object_create`, destroying in
//! `object_destroy`.

use super::key_store;
use crate::abi::types::*;
use crate::object::attribute::{Attributes, Value};
use crate::object::material::KeyMaterial;
use crate::object::rule;
use crate::object::stored::{Kind, LARGEST, Record};
use crate::object::template::{self, RawAttribute};
use crate::object::view::own_object;
use crate::object::{Object, Side, Source};
use crate::rv::Error;
use crate::session::find::Find;
use crate::session::operation;
use crate::session::{Login, OpenSession};
use zeroize::Zeroizing;

/// C_GetAttributeValue, one attribute: its bytes as C sees them.
///
/// # Errors
/// [`Error::AttributeSensitive`], [`Error::AttributeTypeInvalid`]; link errors for the content of files.
pub(crate) fn attribute(
    session: &OpenSession,
    object: &Object,
    attribute: CK_ATTRIBUTE_TYPE,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    match &object.source {
        // The content of a file is not part of the view; it is read when somebody wants it.
        Source::File { name } if attribute == CKA_VALUE => {
            read_file(session, name).map(Zeroizing::new)
        }
        _ => match object.material.as_deref() {
            // Nor is the value of a key in the token.
            Some(KeyMaterial::Token { .. })
                if rule::is_secret(object.class(), attribute) && object.shows(attribute) =>
            {
                let value = key_store::value(session, object)?;
                let value = value.get(attribute).map(Value::to_c);
                value.ok_or(Error::AttributeTypeInvalid)
            }
            _ => object.attribute(attribute),
        },
    }
}

fn read_file(session: &OpenSession, name: &str) -> Result<Vec<u8>, Error> {
    let application = session.token.application()?;
    let size = application.file_info(name)?.size;
    application
        .read_file(name, 0, size)
        .map_err(|error| match error {
            ukey_token::Error::AccessDenied | ukey_token::Error::NotLoggedIn => {
                Error::AttributeSensitive
            }
            other => other.into(),
        })
}

/// C_GetObjectSize: bytes of the attributes.
pub(crate) fn size(session: &OpenSession, object: CK_OBJECT_HANDLE) -> Result<usize, Error> {
    Ok(session.token.object(object)?.size())
}

/// C_SetAttributeValue: all of the template or nothing.
pub(crate) fn set_attributes(
    session: &OpenSession,
    handle: CK_OBJECT_HANDLE,
    raw: &[RawAttribute],
) -> Result<(), Error> {
    let object = session.token.object(handle)?;
    if object.is_token() && !session.read_write {
        return Err(Error::SessionReadOnly);
    }
    if !object.attributes.flag(CKA_MODIFIABLE) {
        return Err(Error::ActionProhibited);
    }
    let change = template::parse(raw)?;
    template::check_change(&object.attributes, &change, session.is_officer())?;
    if change.is_empty() {
        return Ok(());
    }
    match &object.source {
        Source::Key {
            container,
            side,
            private: true,
        } => {
            change_record(session, container, *side, Kind::OfPrivateKey, &change)?;
        }
        Source::Key {
            container,
            side,
            private: false,
        } => {
            change_record(session, container, *side, Kind::OfPublicKey, &change)?;
        }
        Source::Certificate { container, side } => {
            change_record(session, container, *side, Kind::OfCertificate, &change)?;
        }
        Source::File { .. } | Source::Profile { .. } => return Err(Error::ActionProhibited),
        Source::Stored { id } => change_stored(session, &object, *id, &change)?,
        Source::Session => {
            let mut attributes = object.attributes.clone();
            attributes.overlay(&change);
            let changed = own_object(
                attributes,
                Source::Session,
                object.is_private(),
                object.material.clone(),
            );
            session.token.replace_session_object(handle, changed);
            return Ok(());
        }
    }
    session.token.refresh()
}

/// Writes over the attribute record of a container's object, which there may be none of yet.
fn change_record(
    session: &OpenSession,
    container: &str,
    side: Side,
    kind: Kind,
    change: &Attributes,
) -> Result<(), Error> {
    let (_, records) = session.token.records()?;
    let (id, mut attributes) = match records.get(container, side, kind) {
        Some((id, attributes)) => (id, attributes.clone()),
        None => (0, Attributes::default()),
    };
    attributes.overlay(change);
    write_record(
        session,
        id,
        container,
        &Record {
            kind,
            side,
            attributes,
        },
    )
}

/// Writes the attribute record of a container's object; `id` 0: a new one.
pub(crate) fn write_record(
    session: &OpenSession,
    id: u32,
    container: &str,
    record: &Record,
) -> Result<(), Error> {
    // Not private: what is linked by CKA_ID must be linked the same before and after a login.
    session
        .token
        .application()?
        .write_object(id, false, container, &encoded(record)?)?;
    Ok(())
}

/// The record as bytes, if the token can take it.
pub(crate) fn encoded(record: &Record) -> Result<Vec<u8>, Error> {
    let bytes = record.encode();
    if bytes.len() > LARGEST {
        Err(Error::DeviceMemory)
    } else {
        Ok(bytes)
    }
}

fn change_stored(
    session: &OpenSession,
    object: &Object,
    id: u32,
    change: &Attributes,
) -> Result<(), Error> {
    let mut attributes = object.attributes.clone();
    attributes.remove(CKA_UNIQUE_ID);
    attributes.overlay(change);
    if let Some(KeyMaterial::Token { id, .. }) = object.material.as_deref() {
        return key_store::update(session, *id, &attributes);
    }
    let record = Record {
        kind: Kind::Object,
        side: Side::Encryption,
        attributes,
    };
    session
        .token
        .application()?
        .write_object(id, object.is_private(), "", &encoded(&record)?)?;
    Ok(())
}

/// C_FindObjectsInit: fixes what will be found.
pub(crate) fn find_init(session: &OpenSession, raw: &[RawAttribute]) -> Result<(), Error> {
    session.begin(operation::Kind::Find, |operations| {
        let found = match template::parse_search(raw)? {
            Some(template) => session.token.find(&template)?,
            None => Vec::new(),
        };
        operations.find = Some(Find::new(found));
        Ok(())
    })
}

/// C_FindObjects.
pub(crate) fn find(session: &OpenSession, count: usize) -> Result<Vec<CK_OBJECT_HANDLE>, Error> {
    session.step(operation::Kind::Find, |operations| {
        Ok(operations
            .find
            .as_mut()
            .ok_or(Error::OperationNotInitialized)?
            .take(count))
    })
}

/// C_FindObjectsFinal.
pub(crate) fn find_final(session: &OpenSession) -> Result<(), Error> {
    if session.cancel(operation::Kind::Find) {
        Ok(())
    } else {
        Err(Error::OperationNotInitialized)
    }
}

/// That the session may make what a template asks for; said before anything else that is wrong with it.
///
/// # Errors
/// [`Error::SessionReadOnly`].
pub(crate) fn check_session(session: &OpenSession, template: &Attributes) -> Result<(), Error> {
    check_may_write(session, template.flag(CKA_TOKEN), false)
}

/// The rules for who may write what: token objects need a read-write session, private ones the user.
pub(crate) fn check_may_write(
    session: &OpenSession,
    token: bool,
    private: bool,
) -> Result<(), Error> {
    if token && !session.read_write {
        return Err(Error::SessionReadOnly);
    }
    if private && session.token.login() != Login::User {
        return Err(Error::UserNotLoggedIn);
    }
    Ok(())
}
