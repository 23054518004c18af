//! Tokens that stay unlocked for one site, where the user chose so. The PIN itself is never kept: the token's
//! own login is left standing, for as long as the user said, and every operation still needs a yes in a
//! window. Without that choice a token is logged out after every operation.

use crate::consent::Consents;
use crate::origin::Origin;
use crate::token::log_out;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use ukey_token::{Application, PinType};

/// A login that was left standing.
struct Login {
    origin: Origin,
    application: Application,
    until: Instant,
    /// An operation is under way: it does not end now.
    in_use: bool,
}

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> Instant + Send + Sync>;

/// The logins that one agent left standing. Each counts for its own site only.
pub struct Unlocked {
    consents: Consents,
    clock: Clock,
    logins: Mutex<Vec<Login>>,
}

impl Unlocked {
    /// None so far; `consents` knows what the user chose.
    #[must_use]
    pub fn new(consents: Consents) -> Self {
        Self::with_clock(consents, Arc::new(Instant::now))
    }

    /// The same by another clock.
    #[must_use]
    pub fn with_clock(consents: Consents, clock: Clock) -> Self {
        Self {
            consents,
            clock,
            logins: Mutex::default(),
        }
    }

    /// Whether the token is unlocked for this site. If so, it stays until [`Unlocked::close`].
    #[must_use]
    pub fn open(&self, origin: &Origin, application: &Application) -> bool {
        // A token that was pulled, or logged out by another program of ours, has forgotten.
        let stands = application.login_state().is_in(PinType::User)
            && self.consents.keep_unlocked(origin).is_some();
        let mut logins = self.lock();
        let found = logins
            .iter_mut()
            .find(|login| login.is_of(origin, application) && login.until > (self.clock)());
        match found {
            Some(login) if stands => {
                login.in_use = true;
                true
            }
            _ => false,
        }
    }

    /// A PIN is typed: the time of a login that stands for this site begins anew.
    pub fn begin_anew(&self, origin: &Origin, application: &Application) {
        self.lock()
            .retain(|login| !login.is_of(origin, application));
    }

    /// After an operation: leaves the login standing where the user chose so and it `worked`, else logs out.
    pub fn close(&self, origin: &Origin, application: &Application, worked: bool) {
        let keep = self.consents.keep_unlocked(origin).filter(|_| worked);
        let Some(keep) = keep else {
            self.end(application);
            return;
        };
        let mut logins = self.lock();
        match logins
            .iter_mut()
            .find(|login| login.is_of(origin, application))
        {
            // The time runs from the PIN, not from the last operation.
            Some(login) => login.in_use = false,
            None => logins.push(Login {
                origin: origin.clone(),
                application: application.clone(),
                until: (self.clock)() + keep,
                in_use: false,
            }),
        }
    }

    /// Logs out, for every site.
    pub fn end(&self, application: &Application) {
        self.lock().retain(|login| !login.is_on(application));
        log_out(application);
    }

    /// The next of `jobs`, none when there will be none. While it is waited for, tokens are locked whose
    /// time is over.
    pub fn next<T>(&self, jobs: &Receiver<T>) -> Option<T> {
        loop {
            let Some(time_left) = self.next_end() else {
                return jobs.recv().ok();
            };
            match jobs.recv_timeout(time_left) {
                Ok(job) => return Some(job),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => self.end_expired(),
            }
        }
    }

    /// How long until the next login ends by itself.
    fn next_end(&self) -> Option<Duration> {
        let logins = self.lock();
        let ends = logins.iter().filter(|login| !login.in_use);
        let next = ends.map(|login| login.until).min()?;
        Some(next.saturating_duration_since((self.clock)()))
    }

    /// Logs out where the time is over.
    fn end_expired(&self) {
        let now = (self.clock)();
        self.end_where(|login| !login.in_use && login.until <= now);
    }

    /// Logs out everywhere: the browser is gone.
    pub fn end_all(&self) {
        self.end_where(|_| true);
    }

    fn end_where(&self, is_over: impl Fn(&Login) -> bool) {
        let mut logins = self.lock();
        let (over, standing): (Vec<_>, Vec<_>) = logins.drain(..).partition(is_over);
        *logins = standing;
        for login in over {
            if !logins.iter().any(|other| other.is_on(&login.application)) {
                log_out(&login.application);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Login>> {
        self.logins.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Login {
    fn is_on(&self, application: &Application) -> bool {
        let serial = |of: &Application| of.device().cached_info().serial_number.to_text();
        self.application.name() == application.name()
            && serial(&self.application) == serial(application)
    }

    fn is_of(&self, origin: &Origin, application: &Application) -> bool {
        self.origin == *origin && self.is_on(application)
    }
}

#[cfg(test)]
mod tests;
