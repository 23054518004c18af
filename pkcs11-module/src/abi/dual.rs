//! Dual-function cryptographic functions.

use super::types::*;
use super::{bytes, call_operation, out};
use crate::ops::dual;
use crate::session::operation::Kind;

/// `C_DigestEncryptUpdate` (PKCS#11 3.2, "C_DigestEncryptUpdate"): digests a part and encrypts it.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_DigestEncryptUpdate(
    session: CK_SESSION_HANDLE,
    pData: *mut CK_BYTE,
    ulDataLen: CK_ULONG,
    pResult: *mut CK_BYTE,
    pulResultLen: *mut CK_ULONG,
) -> CK_RV {
    // SAFETY: the caller's contract.
    let arguments = || unsafe { Ok((bytes(pData, ulDataLen)?, out(pResult, pulResultLen)?)) };
    call_operation(
        "C_DigestEncryptUpdate",
        session,
        Kind::Encrypt,
        arguments,
        |session, (data, mut out)| dual::digest_encrypt(session, data, &mut out),
    )
}

/// `C_DecryptDigestUpdate` (PKCS#11 3.2, "C_DecryptDigestUpdate"): decrypts a part and digests the plaintext.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_DecryptDigestUpdate(
    session: CK_SESSION_HANDLE,
    pData: *mut CK_BYTE,
    ulDataLen: CK_ULONG,
    pResult: *mut CK_BYTE,
    pulResultLen: *mut CK_ULONG,
) -> CK_RV {
    // SAFETY: the caller's contract.
    let arguments = || unsafe { Ok((bytes(pData, ulDataLen)?, out(pResult, pulResultLen)?)) };
    call_operation(
        "C_DecryptDigestUpdate",
        session,
        Kind::Decrypt,
        arguments,
        |session, (data, mut out)| dual::decrypt_digest(session, data, &mut out),
    )
}

/// `C_SignEncryptUpdate` (PKCS#11 3.2, "C_SignEncryptUpdate"): signs a part and encrypts it.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_SignEncryptUpdate(
    session: CK_SESSION_HANDLE,
    pData: *mut CK_BYTE,
    ulDataLen: CK_ULONG,
    pResult: *mut CK_BYTE,
    pulResultLen: *mut CK_ULONG,
) -> CK_RV {
    // SAFETY: the caller's contract.
    let arguments = || unsafe { Ok((bytes(pData, ulDataLen)?, out(pResult, pulResultLen)?)) };
    call_operation(
        "C_SignEncryptUpdate",
        session,
        Kind::Encrypt,
        arguments,
        |session, (data, mut out)| dual::sign_encrypt(session, data, &mut out),
    )
}

/// `C_DecryptVerifyUpdate` (PKCS#11 3.2, "C_DecryptVerifyUpdate"): decrypts a part and verifies the plaintext.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_DecryptVerifyUpdate(
    session: CK_SESSION_HANDLE,
    pData: *mut CK_BYTE,
    ulDataLen: CK_ULONG,
    pResult: *mut CK_BYTE,
    pulResultLen: *mut CK_ULONG,
) -> CK_RV {
    // SAFETY: the caller's contract.
    let arguments = || unsafe { Ok((bytes(pData, ulDataLen)?, out(pResult, pulResultLen)?)) };
    call_operation(
        "C_DecryptVerifyUpdate",
        session,
        Kind::Decrypt,
        arguments,
        |session, (data, mut out)| dual::decrypt_verify(session, data, &mut out),
    )
}
