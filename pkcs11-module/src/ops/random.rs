//! Random number generation functions.

use crate::rv::Error;
use crate::session::OpenSession;
use ukey_ffi::OutSlice;

/// Most bytes of one call.
pub(crate) const LARGEST: usize = 16 << 20;

/// Most bytes that are asked of the token; it gives 256 an exchange.
const FROM_TOKEN: usize = 4096;

/// C_GenerateRandom: from the token's generator; amounts for which that would take seconds come from the operating
/// system's.
pub(crate) fn generate(session: &OpenSession, out: &mut OutSlice<u8>) -> Result<(), Error> {
    let mut bytes = match out.count() {
        0 => return Ok(()),
        count if count <= FROM_TOKEN => session.token.device.random(count)?,
        count => {
            let mut bytes = vec![0; count];
            ukey_crypto::rng::fill(&mut bytes).map_err(|_| Error::FunctionFailed)?;
            bytes
        }
    };
    session.token.seeds.mix(&mut bytes);
    Ok(out.write(&bytes)?)
}

/// C_SeedRandom: neither generator takes a seed, so it goes into a pool that both are mixed with.
pub(crate) fn seed(session: &OpenSession, seed: &[u8]) {
    session.token.seeds.add(seed);
}
