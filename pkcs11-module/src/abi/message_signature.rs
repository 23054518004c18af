//! Message-based functions for signatures. Each mechanism's parameter is given once, at the beginning of the series; a
//! parameter with a message is refused.

use super::types::*;
use super::{bytes, call_operation, call_session, mechanism, out, parameter};
use crate::ops::{message, message_signature};
use crate::session::operation::Kind;
use std::ffi::c_void;

/// `C_MessageSignInit` (PKCS#11 3.2, "C_MessageSignInit"): begins a series of messages to sign; a NULL mechanism ends the running one.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_MessageSignInit(
    session: CK_SESSION_HANDLE,
    pMechanism: *mut CK_MECHANISM,
    key: CK_OBJECT_HANDLE,
) -> CK_RV {
    call_session("C_MessageSignInit", session, |_, session| {
        // SAFETY: the caller's contract.
        message_signature::sign_init(session, unsafe { mechanism(pMechanism) }?, key)
    })
}

/// `C_SignMessage` (PKCS#11 3.2, "C_SignMessage"): signs one message.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_SignMessage(
    session: CK_SESSION_HANDLE,
    pParameter: *mut c_void,
    ulParameterLen: CK_ULONG,
    pData: *mut CK_BYTE,
    ulDataLen: CK_ULONG,
    pResult: *mut CK_BYTE,
    pulResultLen: *mut CK_ULONG,
) -> CK_RV {
    // SAFETY: the caller's contract.
    let arguments = || unsafe {
        parameter::none(pParameter, ulParameterLen)?;
        Ok((bytes(pData, ulDataLen)?, out(pResult, pulResultLen)?))
    };
    call_operation(
        "C_SignMessage",
        session,
        Kind::MessageSign,
        arguments,
        |session, (data, mut out)| message_signature::sign(session, data, &mut out),
    )
}

/// `C_SignMessageBegin` (PKCS#11 3.2, "C_SignMessageBegin"): begins a message that comes in parts.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_SignMessageBegin(
    session: CK_SESSION_HANDLE,
    pParameter: *mut c_void,
    ulParameterLen: CK_ULONG,
) -> CK_RV {
    let arguments = || parameter::none(pParameter, ulParameterLen);
    call_operation(
        "C_SignMessageBegin",
        session,
        Kind::MessageSign,
        arguments,
        |session, ()| message_signature::sign_begin(session),
    )
}

/// `C_SignMessageNext` (PKCS#11 3.2, "C_SignMessageNext"): goes on with a message; without a place for the length, a signature is not asked for yet.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_SignMessageNext(
    session: CK_SESSION_HANDLE,
    pParameter: *mut c_void,
    ulParameterLen: CK_ULONG,
    pData: *mut CK_BYTE,
    ulDataLen: CK_ULONG,
    pResult: *mut CK_BYTE,
    pulResultLen: *mut CK_ULONG,
) -> CK_RV {
    // SAFETY: the caller's contract.
    let arguments = || unsafe {
        parameter::none(pParameter, ulParameterLen)?;
        let out = match pulResultLen.is_null() {
            true => None,
            false => Some(out(pResult, pulResultLen)?),
        };
        Ok((bytes(pData, ulDataLen)?, out))
    };
    call_operation(
        "C_SignMessageNext",
        session,
        Kind::MessageSign,
        arguments,
        |session, (part, out)| message_signature::sign_next(session, part, out),
    )
}

/// `C_MessageSignFinal` (PKCS#11 3.2, "C_MessageSignFinal"): ends the series.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_MessageSignFinal(session: CK_SESSION_HANDLE) -> CK_RV {
    call_session("C_MessageSignFinal", session, |_, session| {
        message::finish(session, Kind::MessageSign)
    })
}

/// `C_MessageVerifyInit` (PKCS#11 3.2, "C_MessageVerifyInit"): begins a series of messages to verify; a NULL mechanism ends the running one.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_MessageVerifyInit(
    session: CK_SESSION_HANDLE,
    pMechanism: *mut CK_MECHANISM,
    key: CK_OBJECT_HANDLE,
) -> CK_RV {
    call_session("C_MessageVerifyInit", session, |_, session| {
        // SAFETY: the caller's contract.
        message_signature::verify_init(session, unsafe { mechanism(pMechanism) }?, key)
    })
}

/// `C_VerifyMessage` (PKCS#11 3.2, "C_VerifyMessage"): verifies the signature of one message.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_VerifyMessage(
    session: CK_SESSION_HANDLE,
    pParameter: *mut c_void,
    ulParameterLen: CK_ULONG,
    pData: *mut CK_BYTE,
    ulDataLen: CK_ULONG,
    pSignature: *mut CK_BYTE,
    ulSignatureLen: CK_ULONG,
) -> CK_RV {
    // SAFETY: the caller's contract.
    let arguments = || unsafe {
        parameter::none(pParameter, ulParameterLen)?;
        Ok((bytes(pData, ulDataLen)?, bytes(pSignature, ulSignatureLen)?))
    };
    call_operation(
        "C_VerifyMessage",
        session,
        Kind::MessageVerify,
        arguments,
        |session, (data, signature)| message_signature::verify(session, data, signature),
    )
}

/// `C_VerifyMessageBegin` (PKCS#11 3.2, "C_VerifyMessageBegin"): begins a message that comes in parts.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_VerifyMessageBegin(
    session: CK_SESSION_HANDLE,
    pParameter: *mut c_void,
    ulParameterLen: CK_ULONG,
) -> CK_RV {
    let arguments = || parameter::none(pParameter, ulParameterLen);
    call_operation(
        "C_VerifyMessageBegin",
        session,
        Kind::MessageVerify,
        arguments,
        |session, ()| message_signature::verify_begin(session),
    )
}

/// `C_VerifyMessageNext` (PKCS#11 3.2, "C_VerifyMessageNext"): goes on with a message; the signature comes with the last part.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_VerifyMessageNext(
    session: CK_SESSION_HANDLE,
    pParameter: *mut c_void,
    ulParameterLen: CK_ULONG,
    pData: *mut CK_BYTE,
    ulDataLen: CK_ULONG,
    pSignature: *mut CK_BYTE,
    ulSignatureLen: CK_ULONG,
) -> CK_RV {
    // SAFETY: the caller's contract.
    let arguments = || unsafe {
        parameter::none(pParameter, ulParameterLen)?;
        let signature = match pSignature.is_null() && ulSignatureLen == 0 {
            true => None,
            false => Some(bytes(pSignature, ulSignatureLen)?),
        };
        Ok((bytes(pData, ulDataLen)?, signature))
    };
    call_operation(
        "C_VerifyMessageNext",
        session,
        Kind::MessageVerify,
        arguments,
        |session, (part, signature)| message_signature::verify_next(session, part, signature),
    )
}

/// `C_MessageVerifyFinal` (PKCS#11 3.2, "C_MessageVerifyFinal"): ends the series.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_MessageVerifyFinal(session: CK_SESSION_HANDLE) -> CK_RV {
    call_session("C_MessageVerifyFinal", session, |_, session| {
        message::finish(session, Kind::MessageVerify)
    })
}
