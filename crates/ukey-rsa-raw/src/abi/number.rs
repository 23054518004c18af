//! Big numbers of AWS-LC.

use crate::Error;
use aws_lc_sys as sys;
use core::ptr::NonNull;

/// An owned number. Wiped when freed.
pub(crate) struct Number(NonNull<sys::BIGNUM>);

impl Number {
    /// The number of `bytes`, big endian.
    pub(crate) fn new(bytes: &[u8]) -> Result<Self, Error> {
        // SAFETY: pointer and length are those of one slice; a null third argument asks for a new
        // number, which is then ours.
        let raw = unsafe { sys::BN_bin2bn(bytes.as_ptr(), bytes.len(), core::ptr::null_mut()) };
        NonNull::new(raw).map(Self).ok_or(Error::InvalidKey)
    }

    pub(crate) fn as_ptr(&self) -> *const sys::BIGNUM {
        self.0.as_ptr()
    }
}

impl Drop for Number {
    fn drop(&mut self) {
        // SAFETY: the pointer came from `BN_bin2bn`, is owned by this value and not used again.
        unsafe { sys::BN_clear_free(self.0.as_ptr()) }
    }
}

/// Writes `number` big endian into `out`, with leading zeros.
///
/// # Safety
/// `number` is null or points to a number that lives through this call.
pub(crate) unsafe fn write_number(number: *const sys::BIGNUM, out: &mut [u8]) -> Result<(), Error> {
    if number.is_null() {
        return Err(Error::InvalidKey);
    }
    // SAFETY: the number is alive (contract above); pointer and length are those of one slice.
    let done = unsafe { sys::BN_bn2bin_padded(out.as_mut_ptr(), out.len(), number) };
    if done == 1 {
        Ok(())
    } else {
        Err(failed(Error::InvalidLength))
    }
}

/// Empties the thread's queue of reasons, which nobody reads, and passes `error` on.
pub(crate) fn failed(error: Error) -> Error {
    // SAFETY: takes nothing, touches the calling thread's error queue only.
    unsafe { sys::ERR_clear_error() };
    error
}
