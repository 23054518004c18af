//! Signing functions.

use super::OutBytes;
use crate::abi::types::*;
use crate::mechanism::{Requested, Signing};
use crate::object::Object;
use crate::rv::Error;
use crate::session::OpenSession;
use crate::session::operation::{Kind, Slot};
use std::sync::Arc;

/// Classes of keys that sign.
const CLASSES: &[CK_OBJECT_CLASS] = &[CKO_PRIVATE_KEY, CKO_SECRET_KEY];

/// C_SignInit: no exchange.
pub(crate) fn init(
    session: &OpenSession,
    mechanism: Option<Requested>,
    key: CK_OBJECT_HANDLE,
) -> Result<(), Error> {
    session.begin_or_cancel(Kind::Sign, mechanism, |operations, mechanism| {
        let does = mechanism.check(CKF_SIGN)?;
        let key = session.key_of_class(key, CLASSES)?;
        let signing = does.sign(mechanism.using(&key, session))?;
        key.permits(CKA_SIGN, mechanism.row.number)?;
        operations.sign.begin_with(&key, signing);
        Ok(())
    })
}

/// C_SignRecoverInit: no exchange.
pub(crate) fn recover_init(
    session: &OpenSession,
    mechanism: Option<Requested>,
    key: CK_OBJECT_HANDLE,
) -> Result<(), Error> {
    session.begin_or_cancel(Kind::SignRecover, mechanism, |operations, mechanism| {
        let does = mechanism.check(CKF_SIGN_RECOVER)?;
        let key = session.key_of_class(key, CLASSES)?;
        let signing = does.sign(mechanism.using(&key, session))?;
        key.permits(CKA_SIGN_RECOVER, mechanism.row.number)?;
        operations.sign_recover.begin_with(&key, signing);
        Ok(())
    })
}

/// C_Sign.
pub(crate) fn one_shot(
    session: &OpenSession,
    data: &[u8],
    out: &mut OutBytes,
) -> Result<(), Error> {
    session.step(Kind::Sign, |operations| {
        let length = operations.sign.one_shot()?.length();
        complete(&mut operations.sign, length, data, out)
    })
}

/// C_SignRecover.
pub(crate) fn recover(session: &OpenSession, data: &[u8], out: &mut OutBytes) -> Result<(), Error> {
    session.step(Kind::SignRecover, |operations| {
        let length = operations.sign_recover.one_shot()?.length();
        complete(&mut operations.sign_recover, length, data, out)
    })
}

/// C_SignUpdate.
pub(crate) fn update(session: &OpenSession, data: &[u8]) -> Result<(), Error> {
    session.step(Kind::Sign, |operations| {
        operations.sign.part()?.update(data)
    })
}

/// C_SignFinal.
pub(crate) fn finish(session: &OpenSession, out: &mut OutBytes) -> Result<(), Error> {
    session.step(Kind::Sign, |operations| {
        let length = operations.sign.part()?.length();
        complete(&mut operations.sign, length, &[], out)
    })
}

/// Answers a length query, or ends the operation with a signature.
fn complete(
    slot: &mut Slot<Box<dyn Signing>>,
    length: usize,
    rest: &[u8],
    out: &mut OutBytes,
) -> Result<(), Error> {
    match slot.take_if_fits(length, out)? {
        Some(signing) => Ok(out.write(&signing.sign(rest)?)?),
        None => Ok(()),
    }
}

/// A key for a series of messages; see `ops::message`.
pub(super) fn message_key(
    session: &OpenSession,
    mechanism: &Requested,
    key: CK_OBJECT_HANDLE,
) -> Result<Arc<Object>, Error> {
    let key = session.key_of_class(key, CLASSES)?;
    key.permits(CKA_SIGN, mechanism.row.number)?;
    Ok(key)
}
