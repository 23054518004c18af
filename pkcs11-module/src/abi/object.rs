//! Object management functions.

use super::types::*;
use super::{TEMPLATE_LIMIT, call_session, template};
use crate::object::Object;
use crate::object::attribute::Attributes;
use crate::ops::{object, object_copy, object_create, object_destroy};
use crate::rv::Error;
use crate::session::OpenSession;
use std::mem::offset_of;
use ukey_ffi::{Out, OutSlice, input};

/// `C_CreateObject` (PKCS#11 3.2, "C_CreateObject").
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_CreateObject(
    session: CK_SESSION_HANDLE,
    pTemplate: *mut CK_ATTRIBUTE,
    ulCount: CK_ULONG,
    phObject: *mut CK_OBJECT_HANDLE,
) -> CK_RV {
    call_session("C_CreateObject", session, |_, session| {
        // SAFETY: the caller's contract.
        let (template, mut handle) =
            unsafe { (template(pTemplate, ulCount)?, Out::new(phObject)?) };
        handle.set(object_create::create(session, &template)?);
        Ok(())
    })
}

/// `C_CopyObject` (PKCS#11 3.2, "C_CopyObject").
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_CopyObject(
    session: CK_SESSION_HANDLE,
    object: CK_OBJECT_HANDLE,
    pTemplate: *mut CK_ATTRIBUTE,
    ulCount: CK_ULONG,
    phNewObject: *mut CK_OBJECT_HANDLE,
) -> CK_RV {
    call_session("C_CopyObject", session, |_, session| {
        // SAFETY: the caller's contract.
        let (template, mut handle) =
            unsafe { (template(pTemplate, ulCount)?, Out::new(phNewObject)?) };
        handle.set(object_copy::copy(session, object, &template)?);
        Ok(())
    })
}

/// `C_DestroyObject` (PKCS#11 3.2, "C_DestroyObject").
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_DestroyObject(
    session: CK_SESSION_HANDLE,
    object: CK_OBJECT_HANDLE,
) -> CK_RV {
    call_session("C_DestroyObject", session, |_, session| {
        object_destroy::destroy(session, object)
    })
}

/// `C_GetObjectSize` (PKCS#11 3.2, "C_GetObjectSize").
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_GetObjectSize(
    session: CK_SESSION_HANDLE,
    object: CK_OBJECT_HANDLE,
    pulSize: *mut CK_ULONG,
) -> CK_RV {
    call_session("C_GetObjectSize", session, |_, session| {
        // SAFETY: the caller's contract.
        let mut size = unsafe { Out::new(pulSize) }?;
        size.set(object::size(session, object)? as CK_ULONG);
        Ok(())
    })
}

/// `C_GetAttributeValue` (PKCS#11 3.2, "C_GetAttributeValue"): fills all it can and answers the worst failure.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_GetAttributeValue(
    session: CK_SESSION_HANDLE,
    object: CK_OBJECT_HANDLE,
    pTemplate: *mut CK_ATTRIBUTE,
    ulCount: CK_ULONG,
) -> CK_RV {
    call_session("C_GetAttributeValue", session, |_, session| {
        // SAFETY: the caller's contract; any bits are a CK_ATTRIBUTE.
        let wanted = unsafe { input::array(pTemplate, ulCount, TEMPLATE_LIMIT) }?;
        let object = session.token.object(object)?;
        let mut failure = None;
        for (index, attribute) in wanted.into_iter().enumerate() {
            // SAFETY: the caller's contract: `wanted` was read from this array.
            let outcome = unsafe { answer(session, &object, attribute, pTemplate.add(index)) };
            match outcome {
                Ok(()) => {}
                Err(
                    error @ (Error::AttributeSensitive
                    | Error::AttributeTypeInvalid
                    | Error::BufferTooSmall),
                ) => {
                    failure.get_or_insert(error);
                }
                Err(error) => return Err(error),
            }
        }
        failure.map_or(Ok(()), Err)
    })
}

/// Answers one attribute in its place.
///
/// # Safety
/// `place` leads to a `CK_ATTRIBUTE` of the caller, whose contract holds for `attribute`, a copy of it.
unsafe fn answer(
    session: &OpenSession,
    object: &Object,
    attribute: CK_ATTRIBUTE,
    place: *mut CK_ATTRIBUTE,
) -> Result<(), Error> {
    // SAFETY: a field of the struct at `place`, which the caller lets us write; reached without assuming alignment.
    let mut len = unsafe {
        Out::new(
            place
                .cast::<u8>()
                .wrapping_add(offset_of!(CK_ATTRIBUTE, ulValueLen))
                .cast::<CK_ULONG>(),
        )
    }?;
    if let Some(nested) = object.attributes.template(attribute.type_) {
        // SAFETY: the caller's contract.
        return unsafe { answer_nested(nested, attribute, &mut len) };
    }
    let value = object::attribute(session, object, attribute.type_).inspect_err(|_| {
        len.set(CK_UNAVAILABLE_INFORMATION);
    })?;
    // SAFETY: the caller's contract.
    unsafe { write_value(&value, attribute, &mut len) }
}

/// Answers an attribute that consists of attributes: their number, or each in its place (PKCS#11 3.2,
/// "C_GetAttributeValue").
///
/// # Safety
/// The caller's contract.
unsafe fn answer_nested(
    nested: &Attributes,
    attribute: CK_ATTRIBUTE,
    len: &mut Out<CK_ULONG>,
) -> Result<(), Error> {
    let needed = (nested.len() * size_of::<CK_ATTRIBUTE>()) as CK_ULONG;
    if attribute.pValue.is_null() {
        len.set(needed);
        return Ok(());
    }
    if attribute.ulValueLen < needed {
        len.set(CK_UNAVAILABLE_INFORMATION);
        return Err(Error::BufferTooSmall);
    }
    let first = attribute.pValue.cast::<CK_ATTRIBUTE>();
    // SAFETY: the caller's contract; any bits are a CK_ATTRIBUTE.
    let places =
        unsafe { input::array(first.cast_const(), nested.len() as CK_ULONG, TEMPLATE_LIMIT) }?;
    for (index, (place, (number, value))) in places.into_iter().zip(nested.iter()).enumerate() {
        // SAFETY: within the array that was read above; any alignment.
        let (mut number_out, mut len_out) = unsafe {
            let element = first
                .cast::<u8>()
                .wrapping_add(index * size_of::<CK_ATTRIBUTE>());
            (
                Out::new(element.wrapping_add(offset_of!(CK_ATTRIBUTE, type_)).cast())?,
                Out::new(
                    element
                        .wrapping_add(offset_of!(CK_ATTRIBUTE, ulValueLen))
                        .cast(),
                )?,
            )
        };
        number_out.set(number);
        // SAFETY: the caller's contract.
        unsafe { write_value(&value.to_c(), place, &mut len_out) }?;
    }
    len.set(needed);
    Ok(())
}

/// Writes a value where there is room for it, and its length.
///
/// # Safety
/// The caller's contract.
unsafe fn write_value(
    value: &[u8],
    attribute: CK_ATTRIBUTE,
    len: &mut Out<CK_ULONG>,
) -> Result<(), Error> {
    if !attribute.pValue.is_null() {
        // SAFETY: the caller's contract.
        let room = unsafe {
            OutSlice::<u8>::new(
                attribute.pValue.cast(),
                attribute.ulValueLen,
                isize::MAX as usize,
            )
        };
        room.map_err(|_| Error::ArgumentsBad)
            .and_then(|mut room| Ok(room.write(value)?))
            .inspect_err(|_| len.set(CK_UNAVAILABLE_INFORMATION))?;
    }
    len.set(value.len() as CK_ULONG);
    Ok(())
}

/// `C_SetAttributeValue` (PKCS#11 3.2, "C_SetAttributeValue").
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_SetAttributeValue(
    session: CK_SESSION_HANDLE,
    object: CK_OBJECT_HANDLE,
    pTemplate: *mut CK_ATTRIBUTE,
    ulCount: CK_ULONG,
) -> CK_RV {
    call_session("C_SetAttributeValue", session, |_, session| {
        // SAFETY: the caller's contract.
        object::set_attributes(session, object, &unsafe { template(pTemplate, ulCount) }?)
    })
}

/// `C_FindObjectsInit` (PKCS#11 3.2, "C_FindObjectsInit").
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_FindObjectsInit(
    session: CK_SESSION_HANDLE,
    pTemplate: *mut CK_ATTRIBUTE,
    ulCount: CK_ULONG,
) -> CK_RV {
    call_session("C_FindObjectsInit", session, |_, session| {
        // SAFETY: the caller's contract.
        object::find_init(session, &unsafe { template(pTemplate, ulCount) }?)
    })
}

/// `C_FindObjects` (PKCS#11 3.2, "C_FindObjects").
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_FindObjects(
    session: CK_SESSION_HANDLE,
    phObject: *mut CK_OBJECT_HANDLE,
    ulMaxObjectCount: CK_ULONG,
    pulObjectCount: *mut CK_ULONG,
) -> CK_RV {
    // A search ends with C_FindObjectsFinal alone: bad arguments leave it as it is.
    call_session("C_FindObjects", session, |_, session| {
        // A search that finds little may be offered absurd room.
        let room = ulMaxObjectCount
            .min(isize::MAX as CK_ULONG / size_of::<CK_OBJECT_HANDLE>() as CK_ULONG);
        // SAFETY: the caller's contract.
        let (mut handles, mut count) = unsafe {
            (
                OutSlice::new(phObject, room, usize::MAX)?,
                Out::new(pulObjectCount)?,
            )
        };
        let found = object::find(session, handles.count())?;
        handles.write(&found)?;
        count.set(found.len() as CK_ULONG);
        Ok(())
    })
}

/// `C_FindObjectsFinal` (PKCS#11 3.2, "C_FindObjectsFinal").
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_FindObjectsFinal(session: CK_SESSION_HANDLE) -> CK_RV {
    call_session("C_FindObjectsFinal", session, |_, session| {
        object::find_final(session)
    })
}
