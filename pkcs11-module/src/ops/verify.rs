//! Functions for verifying signatures; all in this process.

use crate::abi::types::*;
use crate::mechanism::{self, RawMechanism, signature};
use crate::rv::Error;
use crate::session::OpenSession;
use crate::session::operation::{Kind, Operations, Phase, Verifying};

/// C_VerifyInit.
pub(crate) fn init(
    session: &OpenSession,
    mechanism: Option<RawMechanism>,
    key: CK_OBJECT_HANDLE,
) -> Result<(), Error> {
    session.begin_or_cancel(Kind::Verify, mechanism, |operations, mechanism| {
        let row = mechanism::requested(&mechanism, CKF_VERIFY)?;
        let key = session.key_of_class(key, &[CKO_PUBLIC_KEY])?;
        let (form, input) = signature::prepare(row, &mechanism.parameter, key.public_key()?)?;
        key.permits(CKA_VERIFY, row.number)?;
        operations.verify = Some(Verifying {
            key,
            form,
            input,
            phase: Phase::default(),
        });
        Ok(())
    })
}

/// C_Verify.
pub(crate) fn one_shot(session: &OpenSession, data: &[u8], made: &[u8]) -> Result<(), Error> {
    session.step(Kind::Verify, |operations| {
        let verifying = operations
            .verify
            .as_mut()
            .ok_or(Error::OperationNotInitialized)?;
        verifying.phase.one_shot()?;
        verifying.input.take(data)?;
        complete(operations, made)
    })
}

/// C_VerifyUpdate.
pub(crate) fn update(session: &OpenSession, data: &[u8]) -> Result<(), Error> {
    session.step(Kind::Verify, |operations| {
        let verifying = operations
            .verify
            .as_mut()
            .ok_or(Error::OperationNotInitialized)?;
        verifying.phase.part()?;
        verifying.input.part(data)
    })
}

/// C_VerifyFinal.
pub(crate) fn finish(session: &OpenSession, made: &[u8]) -> Result<(), Error> {
    session.step(Kind::Verify, |operations| {
        let verifying = operations
            .verify
            .as_mut()
            .ok_or(Error::OperationNotInitialized)?;
        verifying.phase.part()?;
        complete(operations, made)
    })
}

fn complete(operations: &mut Operations, made: &[u8]) -> Result<(), Error> {
    let verifying = operations
        .verify
        .take()
        .ok_or(Error::OperationNotInitialized)?;
    signature::verify(
        verifying.key.public_key()?,
        verifying.form,
        &verifying.input.finish(),
        made,
    )
}
