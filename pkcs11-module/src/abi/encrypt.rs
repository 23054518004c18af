//! Encryption functions.

use super::types::*;
use super::{bytes, call_operation, call_session, mechanism, out};
use crate::ops;
use crate::session::operation::Kind;

/// `C_EncryptInit` (PKCS#11 3.2, "C_EncryptInit"): begins an encryption; a NULL mechanism ends the running one.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_EncryptInit(
    session: CK_SESSION_HANDLE,
    pMechanism: *mut CK_MECHANISM,
    key: CK_OBJECT_HANDLE,
) -> CK_RV {
    call_session("C_EncryptInit", session, |_, session| {
        // SAFETY: the caller's contract.
        ops::encrypt::init(session, unsafe { mechanism(pMechanism) }?, key)
    })
}

/// `C_Encrypt` (PKCS#11 3.2, "C_Encrypt"): encrypts in one piece.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_Encrypt(
    session: CK_SESSION_HANDLE,
    pInput: *mut CK_BYTE,
    ulDataLen: CK_ULONG,
    pResult: *mut CK_BYTE,
    pulResultLen: *mut CK_ULONG,
) -> CK_RV {
    // SAFETY: the caller's contract.
    let arguments = || unsafe { Ok((bytes(pInput, ulDataLen)?, out(pResult, pulResultLen)?)) };
    call_operation(
        "C_Encrypt",
        session,
        Kind::Encrypt,
        arguments,
        |session, (data, mut out)| ops::encrypt::one_shot(session, data, &mut out),
    )
}

/// `C_EncryptUpdate` (PKCS#11 3.2, "C_EncryptUpdate"): encrypts a part.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_EncryptUpdate(
    session: CK_SESSION_HANDLE,
    pPart: *mut CK_BYTE,
    ulPartLen: CK_ULONG,
    pResult: *mut CK_BYTE,
    pulResultLen: *mut CK_ULONG,
) -> CK_RV {
    // SAFETY: the caller's contract.
    let arguments = || unsafe { Ok((bytes(pPart, ulPartLen)?, out(pResult, pulResultLen)?)) };
    call_operation(
        "C_EncryptUpdate",
        session,
        Kind::Encrypt,
        arguments,
        |session, (part, mut out)| ops::encrypt::update(session, part, &mut out),
    )
}

/// `C_EncryptFinal` (PKCS#11 3.2, "C_EncryptFinal"): ends an encryption.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_EncryptFinal(
    session: CK_SESSION_HANDLE,
    pResult: *mut CK_BYTE,
    pulResultLen: *mut CK_ULONG,
) -> CK_RV {
    // SAFETY: the caller's contract.
    let arguments = || unsafe { out(pResult, pulResultLen) };
    call_operation(
        "C_EncryptFinal",
        session,
        Kind::Encrypt,
        arguments,
        |session, mut out| ops::encrypt::finish(session, &mut out),
    )
}
