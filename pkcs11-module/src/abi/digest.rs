//! Message digesting functions.

use super::types::*;
use super::{bytes, call_operation, call_session, mechanism, out};
use crate::ops;
use crate::session::operation::Kind;

/// `C_DigestInit` (PKCS#11 3.2, "C_DigestInit"): begins a digest; a NULL mechanism ends the running one.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_DigestInit(
    session: CK_SESSION_HANDLE,
    pMechanism: *mut CK_MECHANISM,
) -> CK_RV {
    call_session("C_DigestInit", session, |_, session| {
        // SAFETY: the caller's contract.
        ops::digest::init(session, unsafe { mechanism(pMechanism) }?)
    })
}

/// `C_Digest` (PKCS#11 3.2, "C_Digest"): digests in one piece.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_Digest(
    session: CK_SESSION_HANDLE,
    pData: *mut CK_BYTE,
    ulDataLen: CK_ULONG,
    pResult: *mut CK_BYTE,
    pulResultLen: *mut CK_ULONG,
) -> CK_RV {
    // SAFETY: the caller's contract.
    let arguments = || unsafe { Ok((bytes(pData, ulDataLen)?, out(pResult, pulResultLen)?)) };
    call_operation(
        "C_Digest",
        session,
        Kind::Digest,
        arguments,
        |session, (data, mut out)| ops::digest::one_shot(session, data, &mut out),
    )
}

/// `C_DigestUpdate` (PKCS#11 3.2, "C_DigestUpdate"): goes on with a digest.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_DigestUpdate(
    session: CK_SESSION_HANDLE,
    pPart: *mut CK_BYTE,
    ulPartLen: CK_ULONG,
) -> CK_RV {
    // SAFETY: the caller's contract.
    let arguments = || unsafe { bytes(pPart, ulPartLen) };
    call_operation(
        "C_DigestUpdate",
        session,
        Kind::Digest,
        arguments,
        ops::digest::update,
    )
}

/// `C_DigestKey` (PKCS#11 3.2, "C_DigestKey"): no key of this module can be digested.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_DigestKey(session: CK_SESSION_HANDLE, key: CK_OBJECT_HANDLE) -> CK_RV {
    call_session("C_DigestKey", session, |_, session| {
        ops::digest::key(session, key)
    })
}

/// `C_DigestFinal` (PKCS#11 3.2, "C_DigestFinal"): ends a digest.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_DigestFinal(
    session: CK_SESSION_HANDLE,
    pResult: *mut CK_BYTE,
    pulResultLen: *mut CK_ULONG,
) -> CK_RV {
    // SAFETY: the caller's contract.
    let arguments = || unsafe { out(pResult, pulResultLen) };
    call_operation(
        "C_DigestFinal",
        session,
        Kind::Digest,
        arguments,
        |session, mut out| ops::digest::finish(session, &mut out),
    )
}
