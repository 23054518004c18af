//! Signing functions.

use super::types::*;
use super::{bytes, call_operation, call_session, mechanism, out};
use crate::ops;
use crate::session::operation::Kind;

/// `C_SignInit` (PKCS#11 3.2, "C_SignInit"): begins a signature; a NULL mechanism ends the running one.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_SignInit(
    session: CK_SESSION_HANDLE,
    pMechanism: *mut CK_MECHANISM,
    key: CK_OBJECT_HANDLE,
) -> CK_RV {
    call_session("C_SignInit", session, |_, session| {
        // SAFETY: the caller's contract.
        ops::sign::init(session, unsafe { mechanism(pMechanism) }?, key)
    })
}

/// `C_Sign` (PKCS#11 3.2, "C_Sign"): signs in one piece.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_Sign(
    session: CK_SESSION_HANDLE,
    pData: *mut CK_BYTE,
    ulDataLen: CK_ULONG,
    pResult: *mut CK_BYTE,
    pulResultLen: *mut CK_ULONG,
) -> CK_RV {
    // SAFETY: the caller's contract.
    let arguments = || unsafe { Ok((bytes(pData, ulDataLen)?, out(pResult, pulResultLen)?)) };
    call_operation(
        "C_Sign",
        session,
        Kind::Sign,
        arguments,
        |session, (data, mut out)| ops::sign::one_shot(session, data, &mut out),
    )
}

/// `C_SignUpdate` (PKCS#11 3.2, "C_SignUpdate"): goes on with a signature.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_SignUpdate(
    session: CK_SESSION_HANDLE,
    pPart: *mut CK_BYTE,
    ulPartLen: CK_ULONG,
) -> CK_RV {
    // SAFETY: the caller's contract.
    let arguments = || unsafe { bytes(pPart, ulPartLen) };
    call_operation(
        "C_SignUpdate",
        session,
        Kind::Sign,
        arguments,
        ops::sign::update,
    )
}

/// `C_SignFinal` (PKCS#11 3.2, "C_SignFinal"): ends a signature.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_SignFinal(
    session: CK_SESSION_HANDLE,
    pResult: *mut CK_BYTE,
    pulResultLen: *mut CK_ULONG,
) -> CK_RV {
    // SAFETY: the caller's contract.
    let arguments = || unsafe { out(pResult, pulResultLen) };
    call_operation(
        "C_SignFinal",
        session,
        Kind::Sign,
        arguments,
        |session, mut out| ops::sign::finish(session, &mut out),
    )
}

/// `C_SignRecoverInit` (PKCS#11 3.2, "C_SignRecoverInit"): begins a signature that holds its data.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_SignRecoverInit(
    session: CK_SESSION_HANDLE,
    pMechanism: *mut CK_MECHANISM,
    key: CK_OBJECT_HANDLE,
) -> CK_RV {
    call_session("C_SignRecoverInit", session, |_, session| {
        // SAFETY: the caller's contract.
        ops::sign::recover_init(session, unsafe { mechanism(pMechanism) }?, key)
    })
}

/// `C_SignRecover` (PKCS#11 3.2, "C_SignRecover"): signs so that the data can be recovered.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_SignRecover(
    session: CK_SESSION_HANDLE,
    pData: *mut CK_BYTE,
    ulDataLen: CK_ULONG,
    pResult: *mut CK_BYTE,
    pulResultLen: *mut CK_ULONG,
) -> CK_RV {
    // SAFETY: the caller's contract.
    let arguments = || unsafe { Ok((bytes(pData, ulDataLen)?, out(pResult, pulResultLen)?)) };
    call_operation(
        "C_SignRecover",
        session,
        Kind::SignRecover,
        arguments,
        |session, (data, mut out)| ops::sign::recover(session, data, &mut out),
    )
}
