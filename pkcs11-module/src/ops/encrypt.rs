//! Encryption functions.

use super::{OutBytes, cipher};
use crate::abi::types::*;
use crate::mechanism::Requested;
use crate::object::Object;
use crate::rv::Error;
use crate::session::OpenSession;
use crate::session::operation::Kind;
use std::sync::Arc;

/// C_EncryptInit: no exchange.
pub(crate) fn init(
    session: &OpenSession,
    mechanism: Option<Requested>,
    key: CK_OBJECT_HANDLE,
) -> Result<(), Error> {
    session.begin_or_cancel(Kind::Encrypt, mechanism, |operations, mechanism| {
        let does = mechanism.check(CKF_ENCRYPT)?;
        let key = session.key_of_class(key, &[CKO_PUBLIC_KEY, CKO_SECRET_KEY])?;
        let cipher = does.encrypt(mechanism.using(&key, session))?;
        key.permits(CKA_ENCRYPT, mechanism.row.number)?;
        operations.encrypt.begin_with(&key, cipher);
        Ok(())
    })
}

/// C_Encrypt.
pub(crate) fn one_shot(
    session: &OpenSession,
    data: &[u8],
    out: &mut OutBytes,
) -> Result<(), Error> {
    session.step(Kind::Encrypt, |operations| {
        cipher::one_shot(&mut operations.encrypt, data, out)
    })
}

/// C_EncryptUpdate.
pub(crate) fn update(session: &OpenSession, part: &[u8], out: &mut OutBytes) -> Result<(), Error> {
    session.step(Kind::Encrypt, |operations| {
        cipher::update(&mut operations.encrypt, part, out)
    })
}

/// C_EncryptFinal.
pub(crate) fn finish(session: &OpenSession, out: &mut OutBytes) -> Result<(), Error> {
    session.step(Kind::Encrypt, |operations| {
        cipher::finish(&mut operations.encrypt, out)
    })
}

/// A key for a series of messages; see `ops::message`.
pub(super) fn message_key(
    session: &OpenSession,
    mechanism: &Requested,
    key: CK_OBJECT_HANDLE,
) -> Result<Arc<Object>, Error> {
    let key = session.key_of_class(key, &[CKO_SECRET_KEY])?;
    key.permits(CKA_ENCRYPT, mechanism.row.number)?;
    Ok(key)
}
