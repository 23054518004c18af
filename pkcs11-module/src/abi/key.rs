//! Key management functions.

use super::types::*;
use super::{call_session, required_mechanism, template};
use crate::ops::key;
use ukey_ffi::Out;

/// `C_GenerateKey` (PKCS#11 3.2, "C_GenerateKey").
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_GenerateKey(
    session: CK_SESSION_HANDLE,
    pMechanism: *mut CK_MECHANISM,
    pTemplate: *mut CK_ATTRIBUTE,
    ulCount: CK_ULONG,
    phKey: *mut CK_OBJECT_HANDLE,
) -> CK_RV {
    call_session("C_GenerateKey", session, |_, session| {
        // SAFETY: the caller's contract.
        let (mechanism, template, mut handle) = unsafe {
            (
                required_mechanism(pMechanism)?,
                template(pTemplate, ulCount)?,
                Out::new(phKey)?,
            )
        };
        handle.set(key::generate(session, &mechanism, &template)?);
        Ok(())
    })
}

/// `C_GenerateKeyPair` (PKCS#11 3.2, "C_GenerateKeyPair").
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_GenerateKeyPair(
    session: CK_SESSION_HANDLE,
    pMechanism: *mut CK_MECHANISM,
    pPublicKeyTemplate: *mut CK_ATTRIBUTE,
    ulPublicKeyAttributeCount: CK_ULONG,
    pPrivateKeyTemplate: *mut CK_ATTRIBUTE,
    ulPrivateKeyAttributeCount: CK_ULONG,
    phPublicKey: *mut CK_OBJECT_HANDLE,
    phPrivateKey: *mut CK_OBJECT_HANDLE,
) -> CK_RV {
    call_session("C_GenerateKeyPair", session, |_, session| {
        // SAFETY: the caller's contract.
        let mechanism = unsafe { required_mechanism(pMechanism) }?;
        // SAFETY: the caller's contract.
        let (public, private) = unsafe {
            (
                template(pPublicKeyTemplate, ulPublicKeyAttributeCount)?,
                template(pPrivateKeyTemplate, ulPrivateKeyAttributeCount)?,
            )
        };
        // SAFETY: the caller's contract.
        let (mut public_handle, mut private_handle) =
            unsafe { (Out::new(phPublicKey)?, Out::new(phPrivateKey)?) };
        let (public, private) = key::generate_pair(session, &mechanism, &public, &private)?;
        public_handle.set(public);
        private_handle.set(private);
        Ok(())
    })
}
