//! Signing functions.

use super::OutBytes;
use crate::abi::types::*;
use crate::mechanism::{self, RawMechanism, signature};
use crate::rv::Error;
use crate::session::OpenSession;
use crate::session::operation::{Kind, Operations, Phase, Signing};
use ukey_ffi::Fit;

/// C_SignInit: no exchange.
pub(crate) fn init(
    session: &OpenSession,
    mechanism: Option<RawMechanism>,
    key: CK_OBJECT_HANDLE,
) -> Result<(), Error> {
    session.begin_or_cancel(Kind::Sign, mechanism, |operations, mechanism| {
        let row = mechanism::requested(&mechanism, CKF_SIGN)?;
        let key = session.key_of_class(key, &[CKO_PRIVATE_KEY])?;
        let (form, input) = signature::prepare(row, &mechanism.parameter, key.public_key()?)?;
        key.permits(CKA_SIGN, row.number)?;
        operations.sign = Some(Signing {
            key,
            form,
            input,
            phase: Phase::default(),
        });
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
        let signing = operations
            .sign
            .as_mut()
            .ok_or(Error::OperationNotInitialized)?;
        signing.phase.one_shot()?;
        complete(session, operations, Some(data), out)
    })
}

/// C_SignUpdate.
pub(crate) fn update(session: &OpenSession, data: &[u8]) -> Result<(), Error> {
    session.step(Kind::Sign, |operations| {
        let signing = operations
            .sign
            .as_mut()
            .ok_or(Error::OperationNotInitialized)?;
        signing.phase.part()?;
        signing.input.part(data)
    })
}

/// C_SignFinal.
pub(crate) fn finish(session: &OpenSession, out: &mut OutBytes) -> Result<(), Error> {
    session.step(Kind::Sign, |operations| {
        let signing = operations
            .sign
            .as_mut()
            .ok_or(Error::OperationNotInitialized)?;
        signing.phase.part()?;
        complete(session, operations, None, out)
    })
}

/// Answers a length query, or ends the operation with a signature.
fn complete(
    session: &OpenSession,
    operations: &mut Operations,
    data: Option<&[u8]>,
    out: &mut OutBytes,
) -> Result<(), Error> {
    let signing = operations
        .sign
        .as_ref()
        .ok_or(Error::OperationNotInitialized)?;
    if out.fit(signature::length(signing.form, signing.key.public_key()?))? == Fit::Answered {
        return Ok(());
    }
    let mut signing = operations
        .sign
        .take()
        .ok_or(Error::OperationNotInitialized)?;
    if let Some(data) = data {
        signing.input.take(data)?;
    }
    let made = signature::sign(
        &session.token,
        &signing.key,
        signing.form,
        &signing.input.finish(),
    )?;
    Ok(out.write(&made)?)
}
