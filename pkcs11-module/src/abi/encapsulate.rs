//! Key encapsulation.

use super::types::*;
use super::{bytes, call_session, out, required_mechanism, template};
use crate::ops::encapsulate;
use ukey_ffi::Out;

/// `C_EncapsulateKey` (PKCS#11 3.2, "C_EncapsulateKey"). A query for the length needs no place for the handle.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_EncapsulateKey(
    session: CK_SESSION_HANDLE,
    pMechanism: *mut CK_MECHANISM,
    publicKey: CK_OBJECT_HANDLE,
    pTemplate: *mut CK_ATTRIBUTE,
    ulAttributeCount: CK_ULONG,
    pCiphertext: *mut CK_BYTE,
    pulCiphertextLen: *mut CK_ULONG,
    phKey: *mut CK_OBJECT_HANDLE,
) -> CK_RV {
    call_session("C_EncapsulateKey", session, |_, session| {
        // SAFETY: the caller's contract.
        let (mechanism, template, mut out) = unsafe {
            (
                required_mechanism(pMechanism)?,
                template(pTemplate, ulAttributeCount)?,
                out(pCiphertext, pulCiphertextLen)?,
            )
        };
        let mut handle = if out.is_query() {
            // SAFETY: NULL is written to by nobody.
            unsafe { Out::optional(std::ptr::null_mut()) }
        } else {
            // SAFETY: the caller's contract.
            unsafe { Out::new(phKey) }?
        };
        let made = encapsulate::encapsulate(session, &mechanism, publicKey, &template, &mut out)?;
        if let Some(made) = made {
            handle.set(made);
        }
        Ok(())
    })
}

/// `C_DecapsulateKey` (PKCS#11 3.2, "C_DecapsulateKey").
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_DecapsulateKey(
    session: CK_SESSION_HANDLE,
    pMechanism: *mut CK_MECHANISM,
    privateKey: CK_OBJECT_HANDLE,
    pTemplate: *mut CK_ATTRIBUTE,
    ulAttributeCount: CK_ULONG,
    pCiphertext: *mut CK_BYTE,
    ulCiphertextLen: CK_ULONG,
    phKey: *mut CK_OBJECT_HANDLE,
) -> CK_RV {
    call_session("C_DecapsulateKey", session, |_, session| {
        // SAFETY: the caller's contract.
        let (mechanism, template, ciphertext, mut handle) = unsafe {
            (
                required_mechanism(pMechanism)?,
                template(pTemplate, ulAttributeCount)?,
                bytes(pCiphertext, ulCiphertextLen)?,
                Out::new(phKey)?,
            )
        };
        handle.set(encapsulate::decapsulate(
            session, &mechanism, privateKey, &template, ciphertext,
        )?);
        Ok(())
    })
}
