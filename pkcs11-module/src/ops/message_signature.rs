//! Message-based signing and verification (PKCS#11 3.2, "Message-based signing functions"). A signature that is wrong
//! ends its message, not the series.

use super::message::step_message;
use super::{OutBytes, sign as signing, verify as verification};
use crate::abi::types::*;
use crate::mechanism::Requested;
use crate::mechanism::message::{MessageSigner, MessageVerifier, Series};
use crate::rv::Error;
use crate::session::OpenSession;
use crate::session::operation::Kind;
use ukey_ffi::Fit;

/// C_MessageSignInit.
pub(crate) fn sign_init(
    session: &OpenSession,
    mechanism: Option<Requested>,
    key: CK_OBJECT_HANDLE,
) -> Result<(), Error> {
    session.begin_or_cancel(Kind::MessageSign, mechanism, |operations, mechanism| {
        let does = mechanism.check(CKF_MESSAGE_SIGN)?;
        let key = signing::message_key(session, &mechanism, key)?;
        if key.always_authenticates() {
            // One login would have to do for a whole series.
            return Err(Error::KeyFunctionNotPermitted);
        }
        let signer = MessageSigner::new(Series::new(does, mechanism.using(&key, session)));
        // What is wrong with parameter or key is said now, not at the first message.
        signer.begin()?;
        operations.message_sign.begin(signer);
        Ok(())
    })
}

/// C_SignMessage.
pub(crate) fn sign(session: &OpenSession, data: &[u8], out: &mut OutBytes) -> Result<(), Error> {
    session.step(Kind::MessageSign, |operations| {
        let series = operations.message_sign.running()?;
        none_begun(series.message.is_some())?;
        let message = series.begin()?;
        if out.fit(message.length())? == Fit::Answered {
            return Ok(());
        }
        Ok(out.write(&message.sign(data)?)?)
    })
}

/// C_SignMessageBegin.
pub(crate) fn sign_begin(session: &OpenSession) -> Result<(), Error> {
    session.step(Kind::MessageSign, |operations| {
        let series = operations.message_sign.running()?;
        none_begun(series.message.is_some())?;
        series.message = Some(series.begin()?);
        Ok(())
    })
}

/// C_SignMessageNext. `out`: there is a place for the length, so that this is the last part.
pub(crate) fn sign_next(
    session: &OpenSession,
    part: &[u8],
    out: Option<OutBytes>,
) -> Result<(), Error> {
    session.step(Kind::MessageSign, |operations| {
        let series = operations.message_sign.running()?;
        let message = series
            .message
            .as_mut()
            .ok_or(Error::OperationNotInitialized)?;
        let Some(mut out) = out else {
            return message.update(part);
        };
        if out.fit(message.length())? == Fit::Answered {
            return Ok(());
        }
        let message = series
            .message
            .take()
            .ok_or(Error::OperationNotInitialized)?;
        Ok(out.write(&message.sign(part)?)?)
    })
}

/// C_MessageVerifyInit.
pub(crate) fn verify_init(
    session: &OpenSession,
    mechanism: Option<Requested>,
    key: CK_OBJECT_HANDLE,
) -> Result<(), Error> {
    session.begin_or_cancel(Kind::MessageVerify, mechanism, |operations, mechanism| {
        let does = mechanism.check(CKF_MESSAGE_VERIFY)?;
        let key = verification::message_key(session, &mechanism, key)?;
        let verifier = MessageVerifier::new(Series::new(does, mechanism.using(&key, session)));
        verifier.begin()?;
        operations.message_verify.begin(verifier);
        Ok(())
    })
}

/// C_VerifyMessage.
pub(crate) fn verify(session: &OpenSession, data: &[u8], made: &[u8]) -> Result<(), Error> {
    step_message(session, Kind::MessageVerify, |operations| {
        let series = operations.message_verify.running()?;
        none_begun(series.message.is_some())?;
        series.begin()?.verify(data, made)
    })
}

/// C_VerifyMessageBegin.
pub(crate) fn verify_begin(session: &OpenSession) -> Result<(), Error> {
    session.step(Kind::MessageVerify, |operations| {
        let series = operations.message_verify.running()?;
        none_begun(series.message.is_some())?;
        series.message = Some(series.begin()?);
        Ok(())
    })
}

/// C_VerifyMessageNext. `made`: the signature, with the last part.
pub(crate) fn verify_next(
    session: &OpenSession,
    part: &[u8],
    made: Option<&[u8]>,
) -> Result<(), Error> {
    step_message(session, Kind::MessageVerify, |operations| {
        let series = operations.message_verify.running()?;
        let message = series
            .message
            .as_mut()
            .ok_or(Error::OperationNotInitialized)?;
        let Some(made) = made else {
            return message.update(part);
        };
        let message = series
            .message
            .take()
            .ok_or(Error::OperationNotInitialized)?;
        message.verify(part, made)
    })
}

fn none_begun(begun: bool) -> Result<(), Error> {
    if begun {
        Err(Error::OperationActive)
    } else {
        Ok(())
    }
}
