//! Random number generation functions.

use super::types::*;
use super::{bytes, call_session};
use crate::ops::random;
use ukey_ffi::OutSlice;

/// `C_SeedRandom` (PKCS#11 3.2, "C_SeedRandom"): mixed into the random numbers of the token's sessions.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_SeedRandom(
    session: CK_SESSION_HANDLE,
    pSeed: *mut CK_BYTE,
    ulSeedLen: CK_ULONG,
) -> CK_RV {
    call_session("C_SeedRandom", session, |_, session| {
        // SAFETY: the caller's contract.
        random::seed(session, unsafe { bytes(pSeed, ulSeedLen) }?);
        Ok(())
    })
}

/// `C_GenerateRandom` (PKCS#11 3.2, "C_GenerateRandom").
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_GenerateRandom(
    session: CK_SESSION_HANDLE,
    pRandomData: *mut CK_BYTE,
    ulRandomLen: CK_ULONG,
) -> CK_RV {
    call_session("C_GenerateRandom", session, |_, session| {
        // SAFETY: the caller's contract.
        let mut out = unsafe { OutSlice::new(pRandomData, ulRandomLen, random::LARGEST) }?;
        random::generate(session, &mut out)
    })
}
