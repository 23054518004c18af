//! Public keys that verify often, such as those of authorities: their multiples are made ready once, and
//! each verification then costs a third.
//!
//! A small table for the process. All in it is public; a thread that finds it locked does without.

use super::public::PublicKey;
use gm_kernels::sm2::PublicComb;
use std::sync::{Arc, Mutex};

/// Keys remembered; each that is made ready takes 52 KiB.
const KEYS: usize = 32;
/// Verifications after which making ready pays: it costs about as much as ten.
const WORTH: u32 = 16;

struct Known {
    key: PublicKey,
    uses: u32,
    comb: Option<Arc<PublicComb>>,
}

/// The keys, the most recently used last.
static KNOWN: Mutex<Vec<Known>> = Mutex::new(Vec::new());

/// Counts a verification with `key`; its multiples, if it has had many.
pub(super) fn comb_of(key: &PublicKey) -> Option<Arc<PublicComb>> {
    let wanted = {
        let mut known = KNOWN.try_lock().ok()?;
        let mut entry = match known.iter().rposition(|entry| entry.key == *key) {
            Some(at) => known.remove(at),
            None => {
                if known.len() == KEYS {
                    known.remove(0);
                }
                Known {
                    key: *key,
                    uses: 0,
                    comb: None,
                }
            }
        };
        entry.uses = entry.uses.saturating_add(1);
        let (comb, uses) = (entry.comb.clone(), entry.uses);
        known.push(entry);
        match comb {
            Some(comb) => return Some(comb),
            None => uses == WORTH,
        }
    };
    // outside of the lock: others need not wait
    wanted.then(|| {
        let comb = Arc::new(PublicComb::new(key.point()));
        if let Ok(mut known) = KNOWN.lock()
            && let Some(entry) = known.iter_mut().find(|entry| entry.key == *key)
        {
            entry.comb = Some(Arc::clone(&comb));
        }
        comb
    })
}
