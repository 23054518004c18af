//! Functions for verifying signatures; all in this process, except with secret keys of the token.

use super::OutBytes;
use crate::abi::types::*;
use crate::mechanism::Requested;
use crate::object::Object;
use crate::rv::Error;
use crate::session::OpenSession;
use crate::session::operation::Kind;
use std::sync::Arc;

/// Classes of keys that verify.
const CLASSES: &[CK_OBJECT_CLASS] = &[CKO_PUBLIC_KEY, CKO_SECRET_KEY];

/// C_VerifyInit.
pub(crate) fn init(
    session: &OpenSession,
    mechanism: Option<Requested>,
    key: CK_OBJECT_HANDLE,
) -> Result<(), Error> {
    session.begin_or_cancel(Kind::Verify, mechanism, |operations, mechanism| {
        let does = mechanism.check(CKF_VERIFY)?;
        let key = session.key_of_class(key, CLASSES)?;
        let verifying = does.verify(mechanism.using(&key, session))?;
        key.permits(CKA_VERIFY, mechanism.row.number)?;
        operations.verify.begin(verifying);
        Ok(())
    })
}

/// C_Verify.
pub(crate) fn one_shot(session: &OpenSession, data: &[u8], made: &[u8]) -> Result<(), Error> {
    session.step(Kind::Verify, |operations| {
        operations.verify.one_shot()?;
        operations.verify.take_for_use()?.verify(data, made)
    })
}

/// C_VerifyUpdate.
pub(crate) fn update(session: &OpenSession, data: &[u8]) -> Result<(), Error> {
    session.step(Kind::Verify, |operations| {
        operations.verify.part()?.update(data)
    })
}

/// C_VerifyFinal.
pub(crate) fn finish(session: &OpenSession, made: &[u8]) -> Result<(), Error> {
    session.step(Kind::Verify, |operations| {
        operations.verify.part()?;
        operations.verify.take_for_use()?.verify(&[], made)
    })
}

/// C_VerifyRecoverInit.
pub(crate) fn recover_init(
    session: &OpenSession,
    mechanism: Option<Requested>,
    key: CK_OBJECT_HANDLE,
) -> Result<(), Error> {
    session.begin_or_cancel(Kind::VerifyRecover, mechanism, |operations, mechanism| {
        let does = mechanism.check(CKF_VERIFY_RECOVER)?;
        let key = session.key_of_class(key, CLASSES)?;
        let recovering = does.verify_recover(mechanism.using(&key, session))?;
        key.permits(CKA_VERIFY_RECOVER, mechanism.row.number)?;
        operations.verify_recover.begin(recovering);
        Ok(())
    })
}

/// C_VerifyRecover. How long the data is is known when it is there, which costs nobody anything here.
pub(crate) fn recover(session: &OpenSession, made: &[u8], out: &mut OutBytes) -> Result<(), Error> {
    session.step(Kind::VerifyRecover, |operations| {
        let data = operations.verify_recover.one_shot()?.recover(made)?;
        if let Some(_done) = operations.verify_recover.take_if_fits(data.len(), out)? {
            out.write(&data)?;
        }
        Ok(())
    })
}

/// C_VerifySignatureInit: the signature comes first.
pub(crate) fn signature_init(
    session: &OpenSession,
    mechanism: Option<Requested>,
    key: CK_OBJECT_HANDLE,
    signature: &[u8],
) -> Result<(), Error> {
    session.begin_or_cancel(Kind::VerifySignature, mechanism, |operations, mechanism| {
        let does = mechanism.check(CKF_VERIFY)?;
        let key = session.key_of_class(key, CLASSES)?;
        let verifying = does.verify(mechanism.using(&key, session))?;
        key.permits(CKA_VERIFY, mechanism.row.number)?;
        let state = (verifying, signature.to_vec());
        operations.verify_signature.begin(state);
        Ok(())
    })
}

/// C_VerifySignature.
pub(crate) fn signature_one_shot(session: &OpenSession, data: &[u8]) -> Result<(), Error> {
    session.step(Kind::VerifySignature, |operations| {
        operations.verify_signature.one_shot()?;
        let (verifying, signature) = operations.verify_signature.take_for_use()?;
        verifying.verify(data, &signature)
    })
}

/// C_VerifySignatureUpdate.
pub(crate) fn signature_update(session: &OpenSession, data: &[u8]) -> Result<(), Error> {
    session.step(Kind::VerifySignature, |operations| {
        operations.verify_signature.part()?.0.update(data)
    })
}

/// C_VerifySignatureFinal.
pub(crate) fn signature_finish(session: &OpenSession) -> Result<(), Error> {
    session.step(Kind::VerifySignature, |operations| {
        operations.verify_signature.part()?;
        let (verifying, signature) = operations.verify_signature.take_for_use()?;
        verifying.verify(&[], &signature)
    })
}

/// A key for a series of messages; see `ops::message`.
pub(super) fn message_key(
    session: &OpenSession,
    mechanism: &Requested,
    key: CK_OBJECT_HANDLE,
) -> Result<Arc<Object>, Error> {
    let key = session.key_of_class(key, CLASSES)?;
    key.permits(CKA_VERIFY, mechanism.row.number)?;
    Ok(key)
}
