//! Caller memory, read only.
//!
//! The returned slices have a lifetime chosen by the caller of these functions; it must end before the export returns
//! and before anything is written through [`crate::output`].

use zeroize::Zeroizing;

use crate::{AbiLen, Error};

/// `count * size_of::<T>()` checked against `limit` elements and `isize::MAX` bytes.
fn checked_count<T, L: AbiLen>(count: L, limit: usize) -> Result<usize, Error> {
    let most = (isize::MAX as usize) / size_of::<T>().max(1);
    let limit = limit.min(most);
    match count.to_usize() {
        Some(n) if n <= limit => Ok(n),
        _ => Err(Error::LengthTooLarge {
            length: count.to_u64(),
            limit: limit as u64,
        }),
    }
}

/// The bytes at `data`. A zero length gives an empty slice whatever the pointer, NULL included.
///
/// # Errors
/// [`Error::NullPointer`], [`Error::LengthTooLarge`] above `isize::MAX`.
///
/// # Safety
/// If `data` is not NULL, `len` bytes must be readable there and stay unchanged during `'a`.
pub unsafe fn bytes<'a, L: AbiLen>(data: *const u8, len: L) -> Result<&'a [u8], Error> {
    // SAFETY: the same contract.
    unsafe { bytes_within(data, len, usize::MAX) }
}

/// Like [`bytes`], refusing lengths above `limit` before anything is read.
///
/// # Errors
/// [`Error::NullPointer`], [`Error::LengthTooLarge`].
///
/// # Safety
/// As for [`bytes`], for lengths up to `limit`.
pub unsafe fn bytes_within<'a, L: AbiLen>(
    data: *const u8,
    len: L,
    limit: usize,
) -> Result<&'a [u8], Error> {
    let len = checked_count::<u8, L>(len, limit)?;
    if len == 0 {
        return Ok(&[]);
    }
    if data.is_null() {
        return Err(Error::NullPointer);
    }
    // SAFETY: not NULL, length at most isize::MAX, bytes need no alignment; readable for 'a by the caller's contract.
    Ok(unsafe { std::slice::from_raw_parts(data, len) })
}

/// A wiped-on-drop copy of caller bytes (PINs, plaintext keys), at most `limit` long.
///
/// # Errors
/// As for [`bytes_within`].
///
/// # Safety
/// As for [`bytes_within`].
pub unsafe fn secret<L: AbiLen>(
    data: *const u8,
    len: L,
    limit: usize,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    // SAFETY: the same contract; the slice dies at the end of this statement.
    Ok(Zeroizing::new(
        unsafe { bytes_within(data, len, limit)? }.to_vec(),
    ))
}

/// Copies one caller value, once, without assuming alignment. Later changes by another thread of the caller are not seen.
///
/// # Errors
/// [`Error::NullPointer`].
///
/// # Safety
/// If `value` is not NULL, `size_of::<T>()` bytes must be readable there, and every bit pattern must be a valid `T`
/// (integers, raw pointers, `Option<fn>`, C structs of those; not `bool`, enums or references).
pub unsafe fn value<T: Copy>(value: *const T) -> Result<T, Error> {
    if value.is_null() {
        return Err(Error::NullPointer);
    }
    // SAFETY: not NULL, readable and valid for any bits by the caller's contract; unaligned reads are what this does.
    Ok(unsafe { value.read_unaligned() })
}

/// Like [`value`], but NULL gives `None`.
///
/// # Safety
/// As for [`value`].
pub unsafe fn optional_value<T: Copy>(pointer: *const T) -> Option<T> {
    // SAFETY: the same contract.
    unsafe { value(pointer) }.ok()
}

/// Copies an array of caller values. More than `limit` elements are refused before anything is read or allocated.
///
/// # Errors
/// [`Error::NullPointer`] (unless the count is zero), [`Error::LengthTooLarge`].
///
/// # Safety
/// As for [`value`], for `count` consecutive elements.
pub unsafe fn array<T: Copy, L: AbiLen>(
    first: *const T,
    count: L,
    limit: usize,
) -> Result<Vec<T>, Error> {
    let count = checked_count::<T, L>(count, limit)?;
    if count == 0 {
        return Ok(Vec::new());
    }
    if first.is_null() {
        return Err(Error::NullPointer);
    }
    // SAFETY: element i lies within the count elements promised by the caller; the total is at most isize::MAX bytes.
    Ok((0..count)
        .map(|i| unsafe { first.add(i).read_unaligned() })
        .collect())
}

/// The bytes of a NUL-terminated string, without the NUL, at most `limit` of them. Reads nothing behind the NUL.
///
/// # Errors
/// [`Error::NullPointer`]; [`Error::StringTooLong`] if none of the first `limit + 1` bytes is NUL.
///
/// # Safety
/// If `text` is not NULL, bytes must be readable there up to a NUL or for `limit + 1` bytes, whichever comes first,
/// and stay unchanged during `'a`.
pub unsafe fn c_bytes<'a>(text: *const u8, limit: usize) -> Result<&'a [u8], Error> {
    if text.is_null() {
        return Err(Error::NullPointer);
    }
    for len in 0..=limit {
        // SAFETY: every earlier byte was not NUL and len <= limit, so the contract says that this byte is readable.
        if unsafe { text.add(len).read() } == 0 {
            // SAFETY: the loop has just read these bytes; not NULL, no alignment needed.
            return Ok(unsafe { std::slice::from_raw_parts(text, len) });
        }
    }
    Err(Error::StringTooLong { limit })
}

/// A NUL-terminated UTF-8 string of at most `limit` bytes.
///
/// # Errors
/// As for [`c_bytes`], and [`Error::NotUtf8`].
///
/// # Safety
/// As for [`c_bytes`].
pub unsafe fn c_text<'a>(text: *const u8, limit: usize) -> Result<&'a str, Error> {
    // SAFETY: the same contract.
    let bytes = unsafe { c_bytes(text, limit)? };
    std::str::from_utf8(bytes).map_err(|_| Error::NotUtf8)
}
