//! Decryption functions.

use super::types::*;
use super::{bytes, call_operation, call_session, mechanism, out};
use crate::ops;
use crate::session::operation::Kind;

/// `C_DecryptInit` (PKCS#11 3.2, "C_DecryptInit"): begins a decryption; a NULL mechanism ends the running one.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_DecryptInit(
    session: CK_SESSION_HANDLE,
    pMechanism: *mut CK_MECHANISM,
    key: CK_OBJECT_HANDLE,
) -> CK_RV {
    call_session("C_DecryptInit", session, |_, session| {
        // SAFETY: the caller's contract.
        ops::decrypt::init(session, unsafe { mechanism(pMechanism) }?, key)
    })
}

/// `C_Decrypt` (PKCS#11 3.2, "C_Decrypt"): decrypts in one piece.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_Decrypt(
    session: CK_SESSION_HANDLE,
    pInput: *mut CK_BYTE,
    ulDataLen: CK_ULONG,
    pResult: *mut CK_BYTE,
    pulResultLen: *mut CK_ULONG,
) -> CK_RV {
    // SAFETY: the caller's contract.
    let arguments = || unsafe { Ok((bytes(pInput, ulDataLen)?, out(pResult, pulResultLen)?)) };
    call_operation(
        "C_Decrypt",
        session,
        Kind::Decrypt,
        arguments,
        |session, (data, mut out)| ops::decrypt::one_shot(session, data, &mut out),
    )
}

/// `C_DecryptUpdate` (PKCS#11 3.2, "C_DecryptUpdate"): decrypts a part.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_DecryptUpdate(
    session: CK_SESSION_HANDLE,
    pPart: *mut CK_BYTE,
    ulPartLen: CK_ULONG,
    pResult: *mut CK_BYTE,
    pulResultLen: *mut CK_ULONG,
) -> CK_RV {
    // SAFETY: the caller's contract.
    let arguments = || unsafe { Ok((bytes(pPart, ulPartLen)?, out(pResult, pulResultLen)?)) };
    call_operation(
        "C_DecryptUpdate",
        session,
        Kind::Decrypt,
        arguments,
        |session, (part, mut out)| ops::decrypt::update(session, part, &mut out),
    )
}

/// `C_DecryptFinal` (PKCS#11 3.2, "C_DecryptFinal"): ends a decryption.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_DecryptFinal(
    session: CK_SESSION_HANDLE,
    pResult: *mut CK_BYTE,
    pulResultLen: *mut CK_ULONG,
) -> CK_RV {
    // SAFETY: the caller's contract.
    let arguments = || unsafe { out(pResult, pulResultLen) };
    call_operation(
        "C_DecryptFinal",
        session,
        Kind::Decrypt,
        arguments,
        |session, mut out| ops::decrypt::finish(session, &mut out),
    )
}
