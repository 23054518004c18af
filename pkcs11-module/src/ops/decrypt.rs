//! Decryption functions.

use super::{OutBytes, cipher};
use crate::abi::types::*;
use crate::mechanism::Requested;
use crate::object::Object;
use crate::rv::Error;
use crate::session::OpenSession;
use crate::session::operation::Kind;
use std::sync::Arc;

/// C_DecryptInit: no exchange.
pub(crate) fn init(
    session: &OpenSession,
    mechanism: Option<Requested>,
    key: CK_OBJECT_HANDLE,
) -> Result<(), Error> {
    session.begin_or_cancel(Kind::Decrypt, mechanism, |operations, mechanism| {
        let does = mechanism.check(CKF_DECRYPT)?;
        let key = session.key_of_class(key, &[CKO_PRIVATE_KEY, CKO_SECRET_KEY])?;
        let cipher = does.decrypt(mechanism.using(&key, session))?;
        key.permits(CKA_DECRYPT, mechanism.row.number)?;
        operations.decrypt.begin_with(&key, cipher);
        Ok(())
    })
}

/// C_Decrypt.
pub(crate) fn one_shot(
    session: &OpenSession,
    data: &[u8],
    out: &mut OutBytes,
) -> Result<(), Error> {
    session.step(Kind::Decrypt, |operations| {
        cipher::one_shot(&mut operations.decrypt, data, out)
    })
}

/// C_DecryptUpdate.
pub(crate) fn update(session: &OpenSession, part: &[u8], out: &mut OutBytes) -> Result<(), Error> {
    session.step(Kind::Decrypt, |operations| {
        cipher::update(&mut operations.decrypt, part, out)
    })
}

/// C_DecryptFinal.
pub(crate) fn finish(session: &OpenSession, out: &mut OutBytes) -> Result<(), Error> {
    session.step(Kind::Decrypt, |operations| {
        cipher::finish(&mut operations.decrypt, out)
    })
}

/// A key for a series of messages; see `ops::message`.
pub(super) fn message_key(
    session: &OpenSession,
    mechanism: &Requested,
    key: CK_OBJECT_HANDLE,
) -> Result<Arc<Object>, Error> {
    let key = session.key_of_class(key, &[CKO_SECRET_KEY])?;
    key.permits(CKA_DECRYPT, mechanism.row.number)?;
    Ok(key)
}
