//! The C side: pointers in, safe values out, one line to `ops`. The only place of this crate with `unsafe`, and
//! without any semantics: which error an argument gives is decided here, what a call means is not.
//!
//! Every export keeps the same contract with its caller, which is PKCS#11's: a pointer is NULL or leads to as much
//! readable (or, for results, writable) memory as the length beside it says, for the duration of the call. The
//! `SAFETY` notes below refer to it as *the caller's contract*.

#![allow(unsafe_code, reason = "the C interface")]
#![allow(non_snake_case, reason = "exports have the names of the standard")]

pub(crate) mod cipher;
pub(crate) mod digest;
pub(crate) mod dual;
pub(crate) mod encapsulate;
pub(crate) mod function_list;
pub(crate) mod general;
pub(crate) mod key;
pub(crate) mod message;
pub(crate) mod message_signature;
pub(crate) mod object;
mod parameter;
pub(crate) mod random;
pub(crate) mod session;
pub(crate) mod sign;
pub(crate) mod slot_token;
pub mod types;
pub(crate) mod unsupported;
pub mod vendor;
pub(crate) mod verify;
pub(crate) mod verify_signature;
pub(crate) mod wrap;

use crate::mechanism::{self, Parameter, Requested};
use crate::module::{self, Module};
use crate::object::rule;
use crate::object::template::{RawAttribute, RawTemplate};
use crate::ops::OutBytes;
use crate::rv::Error;
use crate::session::OpenSession;
use crate::session::operation::Kind;
use types::*;
use ukey_ffi::{guard, input};

/// Most attributes of one template.
const TEMPLATE_LIMIT: usize = 4096;
/// Longest attribute value that is read.
const VALUE_LIMIT: usize = 16 << 20;

/// An export that needs nothing but an initialised module.
fn call(name: &'static str, body: impl FnOnce(&Module) -> Result<(), Error>) -> CK_RV {
    guard(name, CKR_GENERAL_ERROR, || body(&*module::current()?))
}

/// An export on a session: the handle is looked at before the arguments.
fn call_session(
    name: &'static str,
    session: CK_SESSION_HANDLE,
    body: impl FnOnce(&Module, &OpenSession) -> Result<(), Error>,
) -> CK_RV {
    call(name, |module| {
        let session = module.session(session)?;
        let _fuse = session.token.fuse();
        body(module, &session)
    })
}

/// An export that goes on with an operation: `read` takes the arguments, and its failure ends the operation.
fn call_operation<T>(
    name: &'static str,
    session: CK_SESSION_HANDLE,
    kind: Kind,
    read: impl FnOnce() -> Result<T, Error>,
    body: impl FnOnce(&OpenSession, T) -> Result<(), Error>,
) -> CK_RV {
    call_session(name, session, |_, session| {
        let arguments = session.arguments(kind, read)?;
        body(session, arguments)
    })
}

/// Input bytes.
///
/// # Safety
/// The caller's contract.
unsafe fn bytes<'a>(data: *const CK_BYTE, len: CK_ULONG) -> Result<&'a [u8], Error> {
    // SAFETY: the caller's contract.
    Ok(unsafe { input::bytes(data, len) }?)
}

/// An output buffer under the two-call rule.
///
/// # Safety
/// The caller's contract.
unsafe fn out(data: *mut CK_BYTE, len: *mut CK_ULONG) -> Result<OutBytes, Error> {
    // SAFETY: the caller's contract.
    Ok(unsafe { OutBytes::new(data, len) }?)
}

/// A mechanism with its parameter; `None` for NULL.
///
/// # Safety
/// The caller's contract.
unsafe fn mechanism(mechanism: *const CK_MECHANISM) -> Result<Option<Requested>, Error> {
    // SAFETY: the caller's contract; any bits are a CK_MECHANISM.
    let Some(mechanism) = (unsafe { input::optional_value(mechanism) }) else {
        return Ok(None);
    };
    let row = mechanism::find(mechanism.mechanism)?;
    let (data, len) = (mechanism.pParameter.cast(), mechanism.ulParameterLen);
    // SAFETY: the caller's contract.
    let parameter = unsafe { parameter::read(row.layout, data, len) }?;
    Ok(Some(Requested { row, parameter }))
}

/// A mechanism whose parameters come with each message.
///
/// # Safety
/// The caller's contract.
unsafe fn bare_mechanism(mechanism: *const CK_MECHANISM) -> Result<Option<Requested>, Error> {
    // SAFETY: the caller's contract; any bits are a CK_MECHANISM.
    let Some(mechanism) = (unsafe { input::optional_value(mechanism) }) else {
        return Ok(None);
    };
    Ok(Some(Requested {
        row: mechanism::find(mechanism.mechanism)?,
        parameter: Parameter::None,
    }))
}

/// A mechanism that must be there.
///
/// # Safety
/// The caller's contract.
unsafe fn required_mechanism(pointer: *const CK_MECHANISM) -> Result<Requested, Error> {
    // SAFETY: the caller's contract.
    unsafe { mechanism(pointer) }?.ok_or(Error::ArgumentsBad)
}

/// A template. Every value is copied, once.
///
/// # Safety
/// The caller's contract.
unsafe fn template(first: *const CK_ATTRIBUTE, count: CK_ULONG) -> Result<RawTemplate, Error> {
    // SAFETY: the caller's contract.
    unsafe { attributes(first, count, Depth::Outer) }
}

/// Where attributes stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    Outer,
    /// In CKA_WRAP_TEMPLATE and the like, where none nests further.
    Nested,
}

/// The attributes of a template or of an attribute that consists of some.
///
/// # Safety
/// The caller's contract.
unsafe fn attributes(
    first: *const CK_ATTRIBUTE,
    count: CK_ULONG,
    depth: Depth,
) -> Result<RawTemplate, Error> {
    // SAFETY: the caller's contract; any bits are a CK_ATTRIBUTE.
    let attributes = unsafe { input::array(first, count, TEMPLATE_LIMIT) }?;
    let read = |attribute: CK_ATTRIBUTE| {
        let nested = match (rule::kind(attribute.type_), depth) {
            // SAFETY: the caller's contract.
            (Some(rule::Kind::Template), Depth::Outer) => Some(unsafe { nested(attribute) }?),
            _ => None,
        };
        let (data, len) = (
            attribute.pValue.cast_const().cast::<u8>(),
            attribute.ulValueLen,
        );
        // SAFETY: the caller's contract.
        let value =
            unsafe { input::secret(data, len, VALUE_LIMIT) }.map_err(|error| match error {
                ukey_ffi::Error::NullPointer => Error::ArgumentsBad,
                _ => Error::AttributeValueInvalid,
            })?;
        Ok(RawAttribute {
            attribute: attribute.type_,
            value,
            nested,
        })
    };
    attributes.into_iter().map(read).collect()
}

/// The attributes that an attribute consists of.
///
/// # Safety
/// The caller's contract.
unsafe fn nested(attribute: CK_ATTRIBUTE) -> Result<RawTemplate, Error> {
    const WIDTH: CK_ULONG = size_of::<CK_ATTRIBUTE>() as CK_ULONG;
    if !attribute.ulValueLen.is_multiple_of(WIDTH) {
        return Err(Error::AttributeValueInvalid);
    }
    // SAFETY: the caller's contract.
    unsafe {
        attributes(
            attribute.pValue.cast_const().cast(),
            attribute.ulValueLen / WIDTH,
            Depth::Nested,
        )
    }
}
