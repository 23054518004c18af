//! Key management functions that take keys in and out, and derive them.

use super::types::*;
use super::{bytes, call_session, out, required_mechanism, template};
use crate::ops::{derive, wrap};
use ukey_ffi::Out;

/// `C_WrapKey` (PKCS#11 3.2, "C_WrapKey").
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_WrapKey(
    session: CK_SESSION_HANDLE,
    pMechanism: *mut CK_MECHANISM,
    wrappingKey: CK_OBJECT_HANDLE,
    key: CK_OBJECT_HANDLE,
    pWrappedKey: *mut CK_BYTE,
    pulWrappedKeyLen: *mut CK_ULONG,
) -> CK_RV {
    call_session("C_WrapKey", session, |_, session| {
        // SAFETY: the caller's contract.
        let (mechanism, mut out) = unsafe {
            (
                required_mechanism(pMechanism)?,
                out(pWrappedKey, pulWrappedKeyLen)?,
            )
        };
        wrap::wrap(session, &mechanism, wrappingKey, key, &mut out)
    })
}

/// `C_UnwrapKey` (PKCS#11 3.2, "C_UnwrapKey").
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_UnwrapKey(
    session: CK_SESSION_HANDLE,
    pMechanism: *mut CK_MECHANISM,
    unwrappingKey: CK_OBJECT_HANDLE,
    pWrappedKey: *mut CK_BYTE,
    ulWrappedKeyLen: CK_ULONG,
    pTemplate: *mut CK_ATTRIBUTE,
    ulAttributeCount: CK_ULONG,
    phKey: *mut CK_OBJECT_HANDLE,
) -> CK_RV {
    call_session("C_UnwrapKey", session, |_, session| {
        // SAFETY: the caller's contract.
        let (mechanism, wrapped, template, mut handle) = unsafe {
            (
                required_mechanism(pMechanism)?,
                bytes(pWrappedKey, ulWrappedKeyLen)?,
                template(pTemplate, ulAttributeCount)?,
                Out::new(phKey)?,
            )
        };
        handle.set(wrap::unwrap(
            session,
            &mechanism,
            unwrappingKey,
            wrapped,
            &template,
        )?);
        Ok(())
    })
}

/// `C_DeriveKey` (PKCS#11 3.2, "C_DeriveKey").
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_DeriveKey(
    session: CK_SESSION_HANDLE,
    pMechanism: *mut CK_MECHANISM,
    baseKey: CK_OBJECT_HANDLE,
    pTemplate: *mut CK_ATTRIBUTE,
    ulAttributeCount: CK_ULONG,
    phKey: *mut CK_OBJECT_HANDLE,
) -> CK_RV {
    call_session("C_DeriveKey", session, |_, session| {
        // SAFETY: the caller's contract.
        let (mechanism, template, mut handle) = unsafe {
            (
                required_mechanism(pMechanism)?,
                template(pTemplate, ulAttributeCount)?,
                Out::new(phKey)?,
            )
        };
        handle.set(derive::derive(session, &mechanism, baseKey, &template)?);
        Ok(())
    })
}
