//! C_DestroyObject. Objects of Cryptoki die one by one, the content of a container dies together; this file makes the
//! one out of the other.

use super::object::{check_may_write, write_record};
use crate::abi::types::*;
use crate::object::attribute::Attributes;
use crate::object::stored::{Kind, Record};
use crate::object::{Object, Side, Source};
use crate::rv::Error;
use crate::session::OpenSession;
use std::sync::Arc;

/// C_DestroyObject.
pub(crate) fn destroy(session: &OpenSession, handle: CK_OBJECT_HANDLE) -> Result<(), Error> {
    let object = session.token.object(handle)?;
    check_may_write(session, object.is_token(), false)?;
    if !object.attributes.flag(CKA_DESTROYABLE) {
        return Err(Error::ActionProhibited);
    }
    let application = || session.token.application();
    match &object.source {
        Source::Session => {
            session.token.remove_session_object(handle);
            return Ok(());
        }
        Source::Profile { .. } => return Err(Error::ActionProhibited),
        Source::Stored { id } => application()?.delete_object(*id)?,
        Source::File { name } => application()?.delete_file(name)?,
        Source::Key {
            container,
            side,
            private: true,
        } => destroy_private(session, container, *side)?,
        Source::Key {
            container,
            side,
            private: false,
        } => hide(session, &object, container, *side)?,
        Source::Certificate { container, side } => hide(session, &object, container, *side)?,
    }
    session.token.refresh()
}

/// Takes back an object that a call made before it failed, whatever the template said of destroying it.
pub(super) fn discard(session: &OpenSession, handle: CK_OBJECT_HANDLE) {
    let outcome = session.token.object(handle).and_then(|object| {
        if let Source::Stored { id } = object.source {
            session.token.application()?.delete_object(id)?;
            return session.token.refresh();
        }
        session.token.remove_session_object(handle);
        Ok(())
    });
    if let Err(error) = outcome {
        tracing::warn!(%error, "an object of a failed call stays behind");
    }
}

/// A private key dies with its container; what stands beside it lives on as objects of its own. A container with two
/// pairs is not destroyed through one of them: the other may be the only way to read old mail.
fn destroy_private(session: &OpenSession, container: &str, side: Side) -> Result<(), Error> {
    let (view, _) = session.token.records()?;
    let content = view
        .containers
        .iter()
        .find(|c| c.name == container)
        .ok_or(Error::ObjectHandleInvalid)?;
    let other = match side {
        Side::Signature => &content.encryption,
        Side::Encryption => &content.signature,
    };
    if other.public_key.is_some() {
        return Err(Error::ActionProhibited);
    }
    let beside = session.token.beside(container)?;
    let mut copies = Vec::new();
    let outcome = keep(session, &beside, &mut copies)
        .and_then(|()| Ok(session.token.application()?.delete_container(container)?));
    if outcome.is_err() {
        for copy in copies {
            session.token.application()?.delete_object(copy).ok();
        }
    }
    outcome
}

/// Writes copies of the public objects of a container, which take over their handles.
fn keep(session: &OpenSession, beside: &[Arc<Object>], copies: &mut Vec<u32>) -> Result<(), Error> {
    if !session.token.device.has_extension() {
        return Ok(());
    }
    for object in beside {
        let mut attributes = object.attributes.clone();
        attributes.remove(CKA_UNIQUE_ID);
        let record = Record {
            kind: Kind::Object,
            side: Side::Encryption,
            attributes,
        };
        let bytes = super::object::encoded(&record)?;
        let id = session
            .token
            .application()?
            .write_object(0, object.is_private(), "", &bytes)?;
        copies.push(id);
        session
            .token
            .rename(object, Source::Stored { id }, Vec::new());
    }
    Ok(())
}

/// Containers cannot lose a public key or a certificate: they are marked as destroyed, until another takes the place.
fn hide(session: &OpenSession, object: &Object, container: &str, side: Side) -> Result<(), Error> {
    let (mark, own) = match object.source {
        Source::Certificate { .. } => (Kind::HiddenCertificate, Kind::OfCertificate),
        _ => (Kind::HiddenPublicKey, Kind::OfPublicKey),
    };
    let (_, records) = session.token.records()?;
    let mut attributes = Attributes::default();
    attributes.set_bytes(CKA_VALUE, object.fingerprint.clone());
    let id = records.get(container, side, mark).map_or(0, |(id, _)| id);
    write_record(
        session,
        id,
        container,
        &Record {
            kind: mark,
            side,
            attributes,
        },
    )?;
    // Its attributes must not come back with the next one in this place.
    if let Some((id, _)) = records.get(container, side, own) {
        session.token.application()?.delete_object(id)?;
    }
    Ok(())
}
