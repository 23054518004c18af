//! `ukey-admin` with the PINs of the tests.

use crate::pkcs11::{SO_PIN, USER_PIN};
use crate::{HarnessError, Program, release_file};

/// `ukey-admin` with these arguments, the test's PINs and this process's environment.
///
/// # Errors
/// [`HarnessError::NotBuilt`].
pub fn admin(arguments: &[&str]) -> Result<Program, HarnessError> {
    Ok(Program::new(release_file("ukey-admin")?)
        .args(arguments)
        .env("TEST_PIN", USER_PIN)
        .env("TEST_SO_PIN", SO_PIN)
        .env("UKEY_PIN_SOURCE", "env:TEST_PIN")
        .env("UKEY_SO_PIN_SOURCE", "env:TEST_SO_PIN"))
}
