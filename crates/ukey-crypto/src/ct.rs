//! Constant-time comparison.

use subtle::ConstantTimeEq;

/// Whether `a` and `b` are equal, in time that depends on their lengths only.
///
/// Slices of different lengths are unequal at once: the length is taken to be public.
#[must_use]
pub fn eq(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}
