//! Slot and token management functions.

use super::types::*;
use super::{bytes, call, call_session};
use crate::ops::pin_entry::GivenPin;
use crate::ops::slot_token;
use crate::rv::Error;
use ukey_ffi::{Out, OutBuf, input};

/// `C_GetSlotList` (PKCS#11 3.2, "C_GetSlotList").
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_GetSlotList(
    tokenPresent: CK_BBOOL,
    pSlotList: *mut CK_SLOT_ID,
    pulCount: *mut CK_ULONG,
) -> CK_RV {
    call("C_GetSlotList", |module| {
        // SAFETY: the caller's contract.
        let mut out = unsafe { OutBuf::<CK_ULONG, CK_SLOT_ID>::new(pSlotList, pulCount) }?;
        let list = slot_token::slot_list(module, tokenPresent != CK_FALSE, out.is_query());
        Ok(out.write(&list)?)
    })
}

/// `C_GetSlotInfo` (PKCS#11 3.2, "C_GetSlotInfo").
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_GetSlotInfo(slotID: CK_SLOT_ID, pInfo: *mut CK_SLOT_INFO) -> CK_RV {
    call("C_GetSlotInfo", |module| {
        // SAFETY: the caller's contract.
        let mut out = unsafe { Out::new(pInfo) }?;
        out.set(slot_token::slot_info(module, slotID)?);
        Ok(())
    })
}

/// `C_GetTokenInfo` (PKCS#11 3.2, "C_GetTokenInfo").
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_GetTokenInfo(slotID: CK_SLOT_ID, pInfo: *mut CK_TOKEN_INFO) -> CK_RV {
    call("C_GetTokenInfo", |module| {
        // SAFETY: the caller's contract.
        let mut out = unsafe { Out::new(pInfo) }?;
        out.set(slot_token::token_info(module, slotID)?);
        Ok(())
    })
}

/// `C_WaitForSlotEvent` (PKCS#11 3.2, "C_WaitForSlotEvent").
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_WaitForSlotEvent(
    flags: CK_FLAGS,
    pSlot: *mut CK_SLOT_ID,
    pReserved: *mut std::ffi::c_void,
) -> CK_RV {
    call("C_WaitForSlotEvent", |module| {
        // SAFETY: the caller's contract.
        let mut out = unsafe { Out::new(pSlot) }?;
        if !pReserved.is_null() {
            return Err(Error::ArgumentsBad);
        }
        out.set(slot_token::wait_for_event(module, flags)?);
        Ok(())
    })
}

/// `C_GetMechanismList` (PKCS#11 3.2, "C_GetMechanismList").
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_GetMechanismList(
    slotID: CK_SLOT_ID,
    pMechanismList: *mut CK_MECHANISM_TYPE,
    pulCount: *mut CK_ULONG,
) -> CK_RV {
    call("C_GetMechanismList", |module| {
        // SAFETY: the caller's contract.
        let mut out =
            unsafe { OutBuf::<CK_ULONG, CK_MECHANISM_TYPE>::new(pMechanismList, pulCount) }?;
        Ok(out.write(&slot_token::mechanism_list(module, slotID)?)?)
    })
}

/// `C_GetMechanismInfo` (PKCS#11 3.2, "C_GetMechanismInfo").
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_GetMechanismInfo(
    slotID: CK_SLOT_ID,
    mechanism: CK_MECHANISM_TYPE,
    pInfo: *mut CK_MECHANISM_INFO,
) -> CK_RV {
    call("C_GetMechanismInfo", |module| {
        // SAFETY: the caller's contract.
        let mut out = unsafe { Out::new(pInfo) }?;
        out.set(slot_token::mechanism_info(module, slotID, mechanism)?);
        Ok(())
    })
}

/// `C_InitToken` (PKCS#11 3.2, "C_InitToken").
///
/// # Safety
/// The caller's contract as the crate's documentation has it; the label has 32 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_InitToken(
    slotID: CK_SLOT_ID,
    pPin: *mut CK_UTF8CHAR,
    ulPinLen: CK_ULONG,
    pLabel: *mut CK_UTF8CHAR,
) -> CK_RV {
    call("C_InitToken", |module| {
        // SAFETY: the caller's contract.
        let pin = unsafe { pin(pPin, ulPinLen) }?;
        // SAFETY: the caller's contract; any bits are 32 bytes.
        let label = unsafe { input::value(pLabel.cast_const().cast::<[u8; 32]>()) }?;
        slot_token::init_token(module, slotID, pin, &label)
    })
}

/// `C_InitPIN` (PKCS#11 3.2, "C_InitPIN").
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_InitPIN(
    session: CK_SESSION_HANDLE,
    pPin: *mut CK_UTF8CHAR,
    ulPinLen: CK_ULONG,
) -> CK_RV {
    call_session("C_InitPIN", session, |module, session| {
        // SAFETY: the caller's contract.
        slot_token::init_pin(module, session, unsafe { pin(pPin, ulPinLen) }?)
    })
}

/// `C_SetPIN` (PKCS#11 3.2, "C_SetPIN").
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_SetPIN(
    session: CK_SESSION_HANDLE,
    pOldPin: *mut CK_UTF8CHAR,
    ulOldLen: CK_ULONG,
    pNewPin: *mut CK_UTF8CHAR,
    ulNewLen: CK_ULONG,
) -> CK_RV {
    call_session("C_SetPIN", session, |module, session| {
        // SAFETY: the caller's contract.
        let (old, new) = unsafe { (pin(pOldPin, ulOldLen)?, pin(pNewPin, ulNewLen)?) };
        slot_token::set_pin(module, session, old, new)
    })
}

/// A PIN; NULL without a length asks for the protected authentication path.
///
/// # Safety
/// The caller's contract.
pub(super) unsafe fn pin<'a>(
    data: *const CK_UTF8CHAR,
    len: CK_ULONG,
) -> Result<GivenPin<'a>, Error> {
    match (data.is_null(), len) {
        (true, 0) => Ok(GivenPin::Elsewhere),
        (true, _) => Err(Error::ArgumentsBad),
        // SAFETY: the caller's contract.
        (false, _) => unsafe { bytes(data, len) }.map(GivenPin::Bytes),
    }
}
