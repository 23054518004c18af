//! Functions for verifying signatures that are given first.

use super::types::*;
use super::{bytes, call_operation, call_session, mechanism};
use crate::ops::verify;
use crate::session::operation::Kind;

/// `C_VerifySignatureInit` (PKCS#11 3.2, "C_VerifySignatureInit"): begins the verification of this signature.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_VerifySignatureInit(
    session: CK_SESSION_HANDLE,
    pMechanism: *mut CK_MECHANISM,
    key: CK_OBJECT_HANDLE,
    pSignature: *mut CK_BYTE,
    ulSignatureLen: CK_ULONG,
) -> CK_RV {
    call_session("C_VerifySignatureInit", session, |_, session| {
        // SAFETY: the caller's contract.
        let (mechanism, signature) =
            unsafe { (mechanism(pMechanism)?, bytes(pSignature, ulSignatureLen)?) };
        verify::signature_init(session, mechanism, key, signature)
    })
}

/// `C_VerifySignature` (PKCS#11 3.2, "C_VerifySignature"): verifies it in one piece.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_VerifySignature(
    session: CK_SESSION_HANDLE,
    pData: *mut CK_BYTE,
    ulDataLen: CK_ULONG,
) -> CK_RV {
    // SAFETY: the caller's contract.
    let arguments = || unsafe { bytes(pData, ulDataLen) };
    call_operation(
        "C_VerifySignature",
        session,
        Kind::VerifySignature,
        arguments,
        verify::signature_one_shot,
    )
}

/// `C_VerifySignatureUpdate` (PKCS#11 3.2, "C_VerifySignatureUpdate"): goes on with the verification.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_VerifySignatureUpdate(
    session: CK_SESSION_HANDLE,
    pData: *mut CK_BYTE,
    ulDataLen: CK_ULONG,
) -> CK_RV {
    // SAFETY: the caller's contract.
    let arguments = || unsafe { bytes(pData, ulDataLen) };
    call_operation(
        "C_VerifySignatureUpdate",
        session,
        Kind::VerifySignature,
        arguments,
        verify::signature_update,
    )
}

/// `C_VerifySignatureFinal` (PKCS#11 3.2, "C_VerifySignatureFinal"): ends the verification.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_VerifySignatureFinal(session: CK_SESSION_HANDLE) -> CK_RV {
    call_session("C_VerifySignatureFinal", session, |_, session| {
        verify::signature_finish(session)
    })
}
