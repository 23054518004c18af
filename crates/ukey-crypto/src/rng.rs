//! Random bytes from the generator of the operating system.

use crate::Error;

/// Fills `out` with random bytes fit for keys and nonces.
///
/// # Errors
/// [`Error::Rng`] if the operating system's generator fails; `out` must then not be used.
pub fn fill(out: &mut [u8]) -> Result<(), Error> {
    getrandom::fill(out).map_err(|_| Error::Rng)
}
