//! Functions for verifying signatures.

use super::types::*;
use super::{bytes, call_operation, call_session, mechanism, out};
use crate::ops;
use crate::session::operation::Kind;

/// `C_VerifyInit` (PKCS#11 3.2, "C_VerifyInit"): begins a verification; a NULL mechanism ends the running one.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_VerifyInit(
    session: CK_SESSION_HANDLE,
    pMechanism: *mut CK_MECHANISM,
    key: CK_OBJECT_HANDLE,
) -> CK_RV {
    call_session("C_VerifyInit", session, |_, session| {
        // SAFETY: the caller's contract.
        ops::verify::init(session, unsafe { mechanism(pMechanism) }?, key)
    })
}

/// `C_Verify` (PKCS#11 3.2, "C_Verify"): verifies in one piece.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_Verify(
    session: CK_SESSION_HANDLE,
    pData: *mut CK_BYTE,
    ulDataLen: CK_ULONG,
    pSignature: *mut CK_BYTE,
    ulSignatureLen: CK_ULONG,
) -> CK_RV {
    // SAFETY: the caller's contract.
    let arguments =
        || unsafe { Ok((bytes(pData, ulDataLen)?, bytes(pSignature, ulSignatureLen)?)) };
    call_operation(
        "C_Verify",
        session,
        Kind::Verify,
        arguments,
        |session, (data, signature)| ops::verify::one_shot(session, data, signature),
    )
}

/// `C_VerifyUpdate` (PKCS#11 3.2, "C_VerifyUpdate"): goes on with a verification.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_VerifyUpdate(
    session: CK_SESSION_HANDLE,
    pPart: *mut CK_BYTE,
    ulPartLen: CK_ULONG,
) -> CK_RV {
    // SAFETY: the caller's contract.
    let arguments = || unsafe { bytes(pPart, ulPartLen) };
    call_operation(
        "C_VerifyUpdate",
        session,
        Kind::Verify,
        arguments,
        ops::verify::update,
    )
}

/// `C_VerifyFinal` (PKCS#11 3.2, "C_VerifyFinal"): ends a verification.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_VerifyFinal(
    session: CK_SESSION_HANDLE,
    pSignature: *mut CK_BYTE,
    ulSignatureLen: CK_ULONG,
) -> CK_RV {
    // SAFETY: the caller's contract.
    let arguments = || unsafe { bytes(pSignature, ulSignatureLen) };
    call_operation(
        "C_VerifyFinal",
        session,
        Kind::Verify,
        arguments,
        ops::verify::finish,
    )
}

/// `C_VerifyRecoverInit` (PKCS#11 3.2, "C_VerifyRecoverInit"): begins the recovery of signed data.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_VerifyRecoverInit(
    session: CK_SESSION_HANDLE,
    pMechanism: *mut CK_MECHANISM,
    key: CK_OBJECT_HANDLE,
) -> CK_RV {
    call_session("C_VerifyRecoverInit", session, |_, session| {
        // SAFETY: the caller's contract.
        ops::verify::recover_init(session, unsafe { mechanism(pMechanism) }?, key)
    })
}

/// `C_VerifyRecover` (PKCS#11 3.2, "C_VerifyRecover"): recovers data from its signature.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_VerifyRecover(
    session: CK_SESSION_HANDLE,
    pData: *mut CK_BYTE,
    ulDataLen: CK_ULONG,
    pResult: *mut CK_BYTE,
    pulResultLen: *mut CK_ULONG,
) -> CK_RV {
    // SAFETY: the caller's contract.
    let arguments = || unsafe { Ok((bytes(pData, ulDataLen)?, out(pResult, pulResultLen)?)) };
    call_operation(
        "C_VerifyRecover",
        session,
        Kind::VerifyRecover,
        arguments,
        |session, (data, mut out)| ops::verify::recover(session, data, &mut out),
    )
}
