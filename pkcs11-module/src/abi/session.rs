//! Session management functions.

use super::slot_token::pin;
use super::types::*;
use super::{bytes, call, call_session, out};
use crate::ops;
use crate::rv::Error;
use ukey_ffi::Out;

/// `C_OpenSession` (PKCS#11 3.2, "C_OpenSession"). The callback is never called: nothing here surrenders or times out.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_OpenSession(
    slotID: CK_SLOT_ID,
    flags: CK_FLAGS,
    _pApplication: *mut std::ffi::c_void,
    _notify: CK_NOTIFY,
    phSession: *mut CK_SESSION_HANDLE,
) -> CK_RV {
    call("C_OpenSession", |module| {
        // SAFETY: the caller's contract.
        let mut handle = unsafe { Out::new(phSession) }?;
        handle.set(ops::session::open(module, slotID, flags)?);
        Ok(())
    })
}

/// `C_CloseSession` (PKCS#11 3.2, "C_CloseSession").
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_CloseSession(session: CK_SESSION_HANDLE) -> CK_RV {
    call("C_CloseSession", |module| module.close_session(session))
}

/// `C_CloseAllSessions` (PKCS#11 3.2, "C_CloseAllSessions").
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_CloseAllSessions(slotID: CK_SLOT_ID) -> CK_RV {
    call("C_CloseAllSessions", |module| {
        module.slots.check(slotID)?;
        module.close_all_sessions(slotID);
        Ok(())
    })
}

/// `C_GetSessionInfo` (PKCS#11 3.2, "C_GetSessionInfo").
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_GetSessionInfo(
    session: CK_SESSION_HANDLE,
    pInfo: *mut CK_SESSION_INFO,
) -> CK_RV {
    call_session("C_GetSessionInfo", session, |_, session| {
        // SAFETY: the caller's contract.
        unsafe { Out::new(pInfo) }?.set(ops::session::info(session));
        Ok(())
    })
}

/// `C_GetOperationState` (PKCS#11 3.2, "C_GetOperationState"): no state of this module can leave it.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_GetOperationState(
    session: CK_SESSION_HANDLE,
    pOperationState: *mut CK_BYTE,
    pulOperationStateLen: *mut CK_ULONG,
) -> CK_RV {
    call_session("C_GetOperationState", session, |_, session| {
        // SAFETY: the caller's contract.
        unsafe { out(pOperationState, pulOperationStateLen) }?;
        ops::session::operation_state(session)
    })
}

/// `C_SetOperationState` (PKCS#11 3.2, "C_SetOperationState"): no state is ours, so none is valid.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_SetOperationState(
    session: CK_SESSION_HANDLE,
    pOperationState: *mut CK_BYTE,
    ulOperationStateLen: CK_ULONG,
    _hEncryptionKey: CK_OBJECT_HANDLE,
    _hAuthenticationKey: CK_OBJECT_HANDLE,
) -> CK_RV {
    call_session("C_SetOperationState", session, |_, _| {
        // SAFETY: the caller's contract.
        let state = unsafe { bytes(pOperationState, ulOperationStateLen) }?;
        Err(if state.is_empty() {
            Error::ArgumentsBad
        } else {
            Error::SavedStateInvalid
        })
    })
}

/// `C_Login` (PKCS#11 3.2, "C_Login").
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_Login(
    session: CK_SESSION_HANDLE,
    userType: CK_USER_TYPE,
    pPin: *mut CK_UTF8CHAR,
    ulPinLen: CK_ULONG,
) -> CK_RV {
    call_session("C_Login", session, |module, session| {
        // SAFETY: the caller's contract.
        ops::session::login(module, session, userType, unsafe { pin(pPin, ulPinLen) }?)
    })
}

/// `C_LoginUser` (PKCS#11 3.2, "C_LoginUser"): a token has one user, without a name.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_LoginUser(
    session: CK_SESSION_HANDLE,
    userType: CK_USER_TYPE,
    pPin: *mut CK_UTF8CHAR,
    ulPinLen: CK_ULONG,
    pUsername: *mut CK_UTF8CHAR,
    ulUsernameLen: CK_ULONG,
) -> CK_RV {
    call_session("C_LoginUser", session, |module, session| {
        // SAFETY: the caller's contract.
        let (pin, name) = unsafe { (pin(pPin, ulPinLen)?, bytes(pUsername, ulUsernameLen)?) };
        if !name.is_empty() {
            return Err(Error::FunctionNotSupported);
        }
        ops::session::login(module, session, userType, pin)
    })
}

/// `C_Logout` (PKCS#11 3.2, "C_Logout").
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_Logout(session: CK_SESSION_HANDLE) -> CK_RV {
    call_session("C_Logout", session, |_, session| {
        ops::session::logout(session)
    })
}

/// `C_SessionCancel` (PKCS#11 3.2, "C_SessionCancel").
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_SessionCancel(session: CK_SESSION_HANDLE, flags: CK_FLAGS) -> CK_RV {
    call_session("C_SessionCancel", session, |_, session| {
        ops::session::cancel(session, flags);
        Ok(())
    })
}

/// `C_GetSessionValidationFlags` (PKCS#11 3.2, "C_GetSessionValidationFlags"): nothing here is validated.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_GetSessionValidationFlags(
    session: CK_SESSION_HANDLE,
    _type: CK_SESSION_VALIDATION_FLAGS_TYPE,
    pFlags: *mut CK_FLAGS,
) -> CK_RV {
    call_session("C_GetSessionValidationFlags", session, |_, _| {
        // SAFETY: the caller's contract.
        unsafe { Out::new(pFlags) }?.set(0);
        Ok(())
    })
}
