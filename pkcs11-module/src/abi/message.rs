//! Message-based functions for encryption and decryption.

use super::types::*;
use super::{bare_mechanism, bytes, call_operation, call_session, out, parameter};
use crate::ops::message;
use crate::session::operation::Kind;
use std::ffi::c_void;

/// `C_MessageEncryptInit` (PKCS#11 3.2, "C_MessageEncryptInit"): begins a series of messages to encrypt; a NULL mechanism ends the running one.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_MessageEncryptInit(
    session: CK_SESSION_HANDLE,
    pMechanism: *mut CK_MECHANISM,
    key: CK_OBJECT_HANDLE,
) -> CK_RV {
    call_session("C_MessageEncryptInit", session, |_, session| {
        // SAFETY: the caller's contract.
        message::encrypt_init(session, unsafe { bare_mechanism(pMechanism) }?, key)
    })
}

/// `C_EncryptMessage` (PKCS#11 3.2, "C_EncryptMessage"): encrypts one message.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_EncryptMessage(
    session: CK_SESSION_HANDLE,
    pParameter: *mut c_void,
    ulParameterLen: CK_ULONG,
    pAad: *mut CK_BYTE,
    ulAadLen: CK_ULONG,
    pData: *mut CK_BYTE,
    ulDataLen: CK_ULONG,
    pResult: *mut CK_BYTE,
    pulResultLen: *mut CK_ULONG,
) -> CK_RV {
    // SAFETY: the caller's contract.
    let arguments = || unsafe {
        Ok((
            parameter::message_made(pParameter, ulParameterLen)?,
            bytes(pAad, ulAadLen)?,
            bytes(pData, ulDataLen)?,
            out(pResult, pulResultLen)?,
        ))
    };
    call_operation(
        "C_EncryptMessage",
        session,
        Kind::MessageEncrypt,
        arguments,
        |session, (parameter, aad, data, mut out)| {
            message::encrypt(session, parameter, aad, data, &mut out)
        },
    )
}

/// `C_EncryptMessageBegin` (PKCS#11 3.2, "C_EncryptMessageBegin"): begins a message that comes in parts.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_EncryptMessageBegin(
    session: CK_SESSION_HANDLE,
    pParameter: *mut c_void,
    ulParameterLen: CK_ULONG,
    pAad: *mut CK_BYTE,
    ulAadLen: CK_ULONG,
) -> CK_RV {
    // SAFETY: the caller's contract.
    let arguments = || unsafe {
        Ok((
            parameter::message_made(pParameter, ulParameterLen)?,
            bytes(pAad, ulAadLen)?,
        ))
    };
    call_operation(
        "C_EncryptMessageBegin",
        session,
        Kind::MessageEncrypt,
        arguments,
        |session, (parameter, aad)| message::encrypt_begin(session, parameter, aad),
    )
}

/// `C_EncryptMessageNext` (PKCS#11 3.2, "C_EncryptMessageNext"): encrypts a part of a message, perhaps its last.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_EncryptMessageNext(
    session: CK_SESSION_HANDLE,
    pParameter: *mut c_void,
    ulParameterLen: CK_ULONG,
    pData: *mut CK_BYTE,
    ulDataLen: CK_ULONG,
    pResult: *mut CK_BYTE,
    pulResultLen: *mut CK_ULONG,
    flags: CK_FLAGS,
) -> CK_RV {
    // SAFETY: the caller's contract.
    let arguments = || unsafe {
        Ok((
            parameter::message_made(pParameter, ulParameterLen)?,
            bytes(pData, ulDataLen)?,
            out(pResult, pulResultLen)?,
        ))
    };
    call_operation(
        "C_EncryptMessageNext",
        session,
        Kind::MessageEncrypt,
        arguments,
        |session, (parameter, part, mut out)| {
            let last = flags & CKF_END_OF_MESSAGE != 0;
            message::encrypt_next(session, parameter, part, last, &mut out)
        },
    )
}

/// `C_MessageEncryptFinal` (PKCS#11 3.2, "C_MessageEncryptFinal"): ends the series.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_MessageEncryptFinal(session: CK_SESSION_HANDLE) -> CK_RV {
    call_session("C_MessageEncryptFinal", session, |_, session| {
        message::finish(session, Kind::MessageEncrypt)
    })
}

/// `C_MessageDecryptInit` (PKCS#11 3.2, "C_MessageDecryptInit"): begins a series of messages to decrypt; a NULL mechanism ends the running one.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_MessageDecryptInit(
    session: CK_SESSION_HANDLE,
    pMechanism: *mut CK_MECHANISM,
    key: CK_OBJECT_HANDLE,
) -> CK_RV {
    call_session("C_MessageDecryptInit", session, |_, session| {
        // SAFETY: the caller's contract.
        message::decrypt_init(session, unsafe { bare_mechanism(pMechanism) }?, key)
    })
}

/// `C_DecryptMessage` (PKCS#11 3.2, "C_DecryptMessage"): decrypts one message.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_DecryptMessage(
    session: CK_SESSION_HANDLE,
    pParameter: *mut c_void,
    ulParameterLen: CK_ULONG,
    pAad: *mut CK_BYTE,
    ulAadLen: CK_ULONG,
    pData: *mut CK_BYTE,
    ulDataLen: CK_ULONG,
    pResult: *mut CK_BYTE,
    pulResultLen: *mut CK_ULONG,
) -> CK_RV {
    // SAFETY: the caller's contract.
    let arguments = || unsafe {
        Ok((
            parameter::message_given(pParameter, ulParameterLen)?,
            bytes(pAad, ulAadLen)?,
            bytes(pData, ulDataLen)?,
            out(pResult, pulResultLen)?,
        ))
    };
    call_operation(
        "C_DecryptMessage",
        session,
        Kind::MessageDecrypt,
        arguments,
        |session, (parameter, aad, data, mut out)| {
            message::decrypt(session, parameter, aad, data, &mut out)
        },
    )
}

/// `C_DecryptMessageBegin` (PKCS#11 3.2, "C_DecryptMessageBegin"): begins a message that comes in parts.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_DecryptMessageBegin(
    session: CK_SESSION_HANDLE,
    pParameter: *mut c_void,
    ulParameterLen: CK_ULONG,
    pAad: *mut CK_BYTE,
    ulAadLen: CK_ULONG,
) -> CK_RV {
    // SAFETY: the caller's contract.
    let arguments = || unsafe {
        Ok((
            parameter::message_given(pParameter, ulParameterLen)?,
            bytes(pAad, ulAadLen)?,
        ))
    };
    call_operation(
        "C_DecryptMessageBegin",
        session,
        Kind::MessageDecrypt,
        arguments,
        |session, (parameter, aad)| message::decrypt_begin(session, parameter, aad),
    )
}

/// `C_DecryptMessageNext` (PKCS#11 3.2, "C_DecryptMessageNext"): decrypts a part of a message, perhaps its last.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_DecryptMessageNext(
    session: CK_SESSION_HANDLE,
    pParameter: *mut c_void,
    ulParameterLen: CK_ULONG,
    pData: *mut CK_BYTE,
    ulDataLen: CK_ULONG,
    pResult: *mut CK_BYTE,
    pulResultLen: *mut CK_ULONG,
    flags: CK_FLAGS,
) -> CK_RV {
    // SAFETY: the caller's contract.
    let arguments = || unsafe {
        Ok((
            parameter::message_given(pParameter, ulParameterLen)?,
            bytes(pData, ulDataLen)?,
            out(pResult, pulResultLen)?,
        ))
    };
    call_operation(
        "C_DecryptMessageNext",
        session,
        Kind::MessageDecrypt,
        arguments,
        |session, (parameter, part, mut out)| {
            let last = flags & CKF_END_OF_MESSAGE != 0;
            message::decrypt_next(session, parameter, part, last, &mut out)
        },
    )
}

/// `C_MessageDecryptFinal` (PKCS#11 3.2, "C_MessageDecryptFinal"): ends the series.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_MessageDecryptFinal(session: CK_SESSION_HANDLE) -> CK_RV {
    call_session("C_MessageDecryptFinal", session, |_, session| {
        message::finish(session, Kind::MessageDecrypt)
    })
}
