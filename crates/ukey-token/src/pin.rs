//! PINs on their way to the token: bounded, zeroised, without a printable form.

use crate::error::Error;
use zeroize::Zeroizing;

/// Shortest PIN in bytes (GM/T 0016-2012, 8.2.4).
pub const MIN_LEN: usize = 6;
/// Longest PIN in bytes (the 16-byte PIN field of GM/T 0017 tokens).
pub const MAX_LEN: usize = 16;

/// A user or administrator PIN. Any bytes but NUL, [`MIN_LEN`]..=[`MAX_LEN`] of them; text is UTF-8.
pub struct Pin(Zeroizing<Vec<u8>>);

impl Pin {
    /// Takes a copy of `bytes`.
    ///
    /// # Errors
    /// [`Error::PinLength`], [`Error::PinInvalid`]; no try is spent by either.
    pub fn new(bytes: &[u8]) -> Result<Self, Error> {
        if !(MIN_LEN..=MAX_LEN).contains(&bytes.len()) {
            return Err(Error::PinLength {
                min: MIN_LEN,
                max: MAX_LEN,
            });
        }
        if bytes.contains(&0) {
            return Err(Error::PinInvalid);
        }
        Ok(Self(Zeroizing::new(bytes.to_vec())))
    }

    /// The PIN's bytes, for deriving its key only.
    pub(crate) fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for Pin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pin(..)")
    }
}

#[cfg(test)]
mod tests;
