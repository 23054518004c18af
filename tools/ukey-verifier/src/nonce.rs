//! Challenges. One per session, taken once, for a few minutes.

use crate::{Refusal, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a challenge may be answered.
pub const LIFETIME: Duration = Duration::from_secs(300);
/// Most challenges that wait at one time.
const CAPACITY: usize = 100_000;
/// Octets of randomness in a challenge: 44 characters of base64.
const RANDOM_LEN: usize = 32;

/// The challenges that wait for their answers.
#[derive(Debug)]
pub struct NonceStore {
    lifetime: Duration,
    waiting: Mutex<HashMap<String, (String, Instant)>>,
}

impl Default for NonceStore {
    fn default() -> Self {
        Self::new(LIFETIME)
    }
}

impl NonceStore {
    /// A store whose challenges live that long.
    #[must_use]
    pub fn new(lifetime: Duration) -> Self {
        Self {
            lifetime,
            waiting: Mutex::default(),
        }
    }

    /// How long a challenge may be answered.
    #[must_use]
    pub fn lifetime(&self) -> Duration {
        self.lifetime
    }

    /// A new challenge for `session`, in base64. An older one of the session is void.
    ///
    /// # Errors
    /// [`Refusal::Busy`] when too many wait; [`Refusal::Io`] without randomness.
    pub fn issue(&self, session: &str) -> Result<String> {
        let mut random = [0; RANDOM_LEN];
        ukey_crypto::rng::fill(&mut random).map_err(|e| std::io::Error::other(e.to_string()))?;
        let nonce = STANDARD.encode(random);
        let mut waiting = self.lock();
        if waiting.len() >= CAPACITY {
            waiting.retain(|_, (_, since)| since.elapsed() < self.lifetime);
        }
        if waiting.len() >= CAPACITY && !waiting.contains_key(session) {
            return Err(Refusal::Busy);
        }
        waiting.insert(session.to_owned(), (nonce.clone(), Instant::now()));
        Ok(nonce)
    }

    /// Takes the challenge of `session`: whatever comes of it, it cannot be answered again.
    ///
    /// # Errors
    /// [`Refusal::NoChallenge`], [`Refusal::ChallengeExpired`].
    pub fn take(&self, session: &str) -> Result<String> {
        let (nonce, since) = self.lock().remove(session).ok_or(Refusal::NoChallenge)?;
        if since.elapsed() < self.lifetime {
            Ok(nonce)
        } else {
            Err(Refusal::ChallengeExpired)
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, (String, Instant)>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_challenge_is_answered_once_by_its_own_session() {
        let store = NonceStore::default();
        let nonce = store.issue("a").unwrap();
        assert_eq!(nonce.len(), 44);
        assert!(matches!(store.take("b"), Err(Refusal::NoChallenge)));
        assert_eq!(store.take("a").unwrap(), nonce);
        assert!(matches!(store.take("a"), Err(Refusal::NoChallenge)));
    }

    #[test]
    fn a_new_challenge_voids_the_old_one() {
        let store = NonceStore::default();
        let old = store.issue("a").unwrap();
        let new = store.issue("a").unwrap();
        assert_ne!(old, new);
        assert_eq!(store.take("a").unwrap(), new);
    }

    #[test]
    fn an_old_challenge_is_refused_and_gone() {
        let store = NonceStore::new(Duration::ZERO);
        store.issue("a").unwrap();
        assert!(matches!(store.take("a"), Err(Refusal::ChallengeExpired)));
        assert!(matches!(store.take("a"), Err(Refusal::NoChallenge)));
    }
}
