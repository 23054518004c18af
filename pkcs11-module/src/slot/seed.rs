//! What callers of C_SeedRandom gave: it is mixed into what the generators make. Those are random without it, and a
//! stream that does not depend on them cannot make them less so.

#[cfg(test)]
mod tests;

use std::sync::{Mutex, MutexGuard, PoisonError};
use ukey_crypto::hash::{HashAlg, Hasher};
use ukey_crypto::kdf;
use zeroize::Zeroizing;

/// Bytes between two steps of the pool.
const STEP: usize = 64 * 1024;

/// All the seeds so far; nothing before the first.
#[derive(Default)]
pub(crate) struct SeedPool(Mutex<Option<Zeroizing<Vec<u8>>>>);

impl SeedPool {
    /// Takes a seed in.
    pub(crate) fn add(&self, seed: &[u8]) {
        let mut pool = self.pool();
        let next = digest(&[b"seed", pool.as_ref().map_or(&[][..], |pool| pool), seed]);
        *pool = Some(next);
    }

    /// Mixes the pool into random bytes, and steps on so that no stream comes twice.
    pub(crate) fn mix(&self, bytes: &mut [u8]) {
        let mut guard = self.pool();
        let Some(pool) = guard.as_mut() else { return };
        for piece in bytes.chunks_mut(STEP) {
            let Ok(stream) = kdf::x963(HashAlg::Sm3, pool, b"stream", piece.len()) else {
                return;
            };
            for (byte, mask) in piece.iter_mut().zip(stream.iter()) {
                *byte ^= mask;
            }
            *pool = digest(&[b"step", pool]);
        }
    }

    // A seed or none: whatever a panic left is good.
    fn pool(&self) -> MutexGuard<'_, Option<Zeroizing<Vec<u8>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn digest(parts: &[&[u8]]) -> Zeroizing<Vec<u8>> {
    let mut hasher = Hasher::new(HashAlg::Sm3);
    for part in parts {
        hasher.update(part);
    }
    Zeroizing::new(hasher.finish())
}
