//! Key management functions that take keys in and out, and derive them.

use super::types::*;
use super::{bytes, call_session, out, parameter, required_mechanism, template};
use crate::mechanism::message::MessageParameter;
use crate::mechanism::{self, Requested, Row};
use crate::object::template::RawTemplate;
use crate::ops::{derive, wrap};
use crate::rv::Error;
use std::ffi::c_void;
use ukey_ffi::{Out, input};

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
                wrapping_mechanism(pMechanism)?,
                out(pWrappedKey, pulWrappedKeyLen)?,
            )
        };
        match mechanism {
            Wrapping::Plain(mechanism) => {
                wrap::wrap(session, &mechanism, wrappingKey, key, &mut out)
            }
            Wrapping::WithNonce(row, parameter) => {
                wrap::wrap_authenticated(session, row, parameter, wrappingKey, key, &mut out)
            }
        }
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
                wrapping_mechanism(pMechanism)?,
                bytes(pWrappedKey, ulWrappedKeyLen)?,
                template(pTemplate, ulAttributeCount)?,
                Out::new(phKey)?,
            )
        };
        let key = unwrappingKey;
        handle.set(match mechanism {
            Wrapping::Plain(mechanism) => {
                wrap::unwrap(session, &mechanism, key, wrapped, &template)
            }
            Wrapping::WithNonce(row, parameter) => {
                wrap::unwrap_authenticated(session, row, parameter, key, wrapped, &template)
            }
        }?);
        Ok(())
    })
}

/// `C_WrapKeyAuthenticated` (PKCS#11 3.2, "C_WrapKeyAuthenticated"): nonce and tag travel in the parameter.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_WrapKeyAuthenticated(
    session: CK_SESSION_HANDLE,
    pMechanism: *mut CK_MECHANISM,
    wrappingKey: CK_OBJECT_HANDLE,
    key: CK_OBJECT_HANDLE,
    pAssociatedData: *mut CK_BYTE,
    ulAssociatedDataLen: CK_ULONG,
    pWrappedKey: *mut CK_BYTE,
    pulWrappedKeyLen: *mut CK_ULONG,
) -> CK_RV {
    call_session("C_WrapKeyAuthenticated", session, |_, session| {
        // SAFETY: the caller's contract.
        let (row, mut parameter, mut out) = unsafe {
            let (row, data, len) = message_mechanism(pMechanism)?;
            (
                row,
                parameter::message_made(data, len)?,
                out(pWrappedKey, pulWrappedKeyLen)?,
            )
        };
        // SAFETY: the caller's contract.
        parameter.aead.aad = unsafe { bytes(pAssociatedData, ulAssociatedDataLen) }?.to_vec();
        wrap::wrap_authenticated(session, row, parameter, wrappingKey, key, &mut out)
    })
}

/// `C_UnwrapKeyAuthenticated` (PKCS#11 3.2, "C_UnwrapKeyAuthenticated").
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_UnwrapKeyAuthenticated(
    session: CK_SESSION_HANDLE,
    pMechanism: *mut CK_MECHANISM,
    unwrappingKey: CK_OBJECT_HANDLE,
    pWrappedKey: *mut CK_BYTE,
    ulWrappedKeyLen: CK_ULONG,
    pTemplate: *mut CK_ATTRIBUTE,
    ulAttributeCount: CK_ULONG,
    pAssociatedData: *mut CK_BYTE,
    ulAssociatedDataLen: CK_ULONG,
    phKey: *mut CK_OBJECT_HANDLE,
) -> CK_RV {
    call_session("C_UnwrapKeyAuthenticated", session, |_, session| {
        // SAFETY: the caller's contract.
        let (row, mut parameter, wrapped, template) = unsafe {
            let (row, data, len) = message_mechanism(pMechanism)?;
            (
                row,
                parameter::message_given(data, len)?,
                bytes(pWrappedKey, ulWrappedKeyLen)?,
                template(pTemplate, ulAttributeCount)?,
            )
        };
        // SAFETY: the caller's contract.
        let mut handle = unsafe { Out::new(phKey) }?;
        // SAFETY: the caller's contract.
        parameter.aead.aad = unsafe { bytes(pAssociatedData, ulAssociatedDataLen) }?.to_vec();
        let key = unwrappingKey;
        handle.set(wrap::unwrap_authenticated(
            session, row, parameter, key, wrapped, &template,
        )?);
        Ok(())
    })
}

/// A mechanism of C_WrapKey and C_UnwrapKey.
enum Wrapping {
    /// With the parameter that it has for other data too.
    Plain(Requested),
    /// AEAD with a parameter that may make the nonce.
    WithNonce(&'static Row, MessageParameter),
}

/// # Safety
/// The caller's contract.
unsafe fn wrapping_mechanism(pointer: *const CK_MECHANISM) -> Result<Wrapping, Error> {
    // SAFETY: the caller's contract; any bits are a CK_MECHANISM.
    let given = unsafe { input::value(pointer) }?;
    let row = mechanism::find(given.mechanism)?;
    let (data, len) = (given.pParameter.cast(), given.ulParameterLen);
    // SAFETY: the caller's contract.
    match unsafe { parameter::key_wrapping(row.layout, data, len) }? {
        Some(parameter) => Ok(Wrapping::WithNonce(row, parameter)),
        // SAFETY: the caller's contract.
        None => Ok(Wrapping::Plain(unsafe { required_mechanism(pointer) }?)),
    }
}

/// A mechanism whose parameter is that of a message: its row, and where the parameter is.
///
/// # Safety
/// The caller's contract.
unsafe fn message_mechanism(
    pointer: *const CK_MECHANISM,
) -> Result<(&'static Row, *const c_void, CK_ULONG), Error> {
    // SAFETY: the caller's contract; any bits are a CK_MECHANISM.
    let given = unsafe { input::value(pointer) }?;
    let row = mechanism::find(given.mechanism)?;
    if given.pParameter.is_null() {
        return Err(Error::MechanismParamInvalid);
    }
    Ok((row, given.pParameter, given.ulParameterLen))
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
        let (mechanism, template, mut handle, more) = unsafe {
            (
                required_mechanism(pMechanism)?,
                template(pTemplate, ulAttributeCount)?,
                Out::new(phKey)?,
                derived_keys(pMechanism)?,
            )
        };
        let (templates, mut handles): (Vec<_>, Vec<_>) = more.into_iter().unzip();
        match derive::derive(session, &mechanism, baseKey, &template, &templates) {
            Ok(made) => {
                let places = std::iter::once(&mut handle).chain(&mut handles);
                places.zip(made).for_each(|(place, made)| place.set(made));
                Ok(())
            }
            Err(refused) => {
                if let Some(place) = refused.which.and_then(|which| handles.get_mut(which)) {
                    place.set(CK_INVALID_HANDLE);
                }
                Err(refused.error)
            }
        }
    })
}

/// What else is to be derived: a template and a place for the handle of each.
///
/// # Safety
/// The caller's contract.
unsafe fn derived_keys(
    mechanism: *const CK_MECHANISM,
) -> Result<Vec<(RawTemplate, Out<CK_OBJECT_HANDLE>)>, Error> {
    // SAFETY: the caller's contract; any bits are a CK_MECHANISM.
    let Some(mechanism) = (unsafe { input::optional_value(mechanism) }) else {
        return Ok(Vec::new());
    };
    let row = mechanism::find(mechanism.mechanism)?;
    let (data, len) = (mechanism.pParameter.cast(), mechanism.ulParameterLen);
    // SAFETY: the caller's contract.
    unsafe { parameter::derived_keys(row.layout, data, len) }?
        .into_iter()
        .map(|key| {
            // SAFETY: the caller's contract.
            unsafe {
                let template = template(key.pTemplate, key.ulAttributeCount)?;
                let handle = Out::new(key.phKey).map_err(|_| Error::MechanismParamInvalid)?;
                Ok((template, handle))
            }
        })
        .collect()
}
