//! The exported functions: pointers in, safe values out, no semantics.
//!
//! Contract of every function here, as of the C header: a pointer is NULL or leads to the memory that the prototype and
//! the lengths beside it describe; strings end with a NUL; input stays unchanged and output is not used by other threads
//! during the call. Under it, and for NULL and any length or handle value too, the calls are sound. Input and output
//! may overlap: results are written when the inputs are not used any more.
//!
//! Order of checks: handle, then pointers and lengths, then content.

pub(crate) mod access;
pub(crate) mod agreement;
pub(crate) mod application;
pub(crate) mod container;
pub(crate) mod device;
pub(crate) mod digest_mac;
pub(crate) mod ecc;
pub(crate) mod event;
pub(crate) mod file;
pub(crate) mod rsa;
pub(crate) mod symmetric;
pub(crate) mod types;

use ukey_ffi::{Error as MemoryError, OutBuf, guard, input};
use zeroize::Zeroizing;

use crate::error::Error;
use crate::library::{Library, library};
use crate::ops::{Answer, MAX_INPUT};
use crate::sar::SAR_FAIL;
use types::ULONG;

/// Longest string that is looked at, for names of any kind; the semantics have the real limits.
const MAX_NAME: usize = 1024;
/// Longest PIN that is looked at; longer ones are refused like those over 16 bytes.
const MAX_PIN: usize = 64;

/// The shape of an export: the guard, and the library of this process.
fn export(name: &'static str, body: impl FnOnce(&'static Library) -> Result<(), Error>) -> ULONG {
    guard(name, SAR_FAIL, || body(library()?))
}

/// Input bytes of any acceptable length.
///
/// # Safety
/// As [`input::bytes_within`].
unsafe fn data<'a>(data: *const u8, len: ULONG) -> Result<&'a [u8], Error> {
    // SAFETY: the same contract.
    Ok(unsafe { input::bytes_within(data, len, MAX_INPUT)? })
}

/// A UTF-8 string.
///
/// # Safety
/// As [`input::c_text`].
unsafe fn text<'a>(text: *const u8) -> Result<&'a str, Error> {
    // SAFETY: the same contract.
    Ok(unsafe { input::c_text(text, MAX_NAME)? })
}

/// The bytes of an application name, whatever they are.
///
/// # Safety
/// As [`input::c_bytes`].
unsafe fn application_name<'a>(name: *const u8) -> Result<&'a [u8], Error> {
    // SAFETY: the same contract.
    match unsafe { input::c_bytes(name, MAX_NAME) } {
        Err(MemoryError::StringTooLong { .. }) => Err(Error::ApplicationName),
        other => Ok(other?),
    }
}

/// A wiped copy of a PIN.
///
/// # Safety
/// As [`input::c_bytes`].
unsafe fn pin(pin: *const u8) -> Result<Zeroizing<Vec<u8>>, Error> {
    // SAFETY: the same contract; the slice dies with this statement.
    match unsafe { input::c_bytes(pin, MAX_PIN) } {
        // Too long even to look at: let the length check of the PIN say so, with the tries.
        Err(MemoryError::StringTooLong { limit }) => Ok(Zeroizing::new(vec![b'?'; limit + 1])),
        other => Ok(Zeroizing::new(other?.to_vec())),
    }
}

/// Hands an answer out under the two-call length rule; a short buffer learns the length.
fn deliver(out: &mut OutBuf<ULONG>, answer: Result<Answer, Error>) -> Result<(), Error> {
    match answer {
        Ok(Answer::Length(length)) => Ok(out.store_len(length)?),
        Ok(Answer::Data(bytes)) => Ok(out.write(&bytes)?),
        Err(Error::Memory(e @ MemoryError::BufferTooSmall { needed })) => {
            out.store_len(needed)?;
            Err(e.into())
        }
        Err(e) => Err(e),
    }
}
