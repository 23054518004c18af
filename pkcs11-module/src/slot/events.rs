//! Slot events (PKCS#11 3.2, "C_WaitForSlotEvent"). Each insertion and removal is reported once, to whichever caller
//! asks first. Nothing is locked while a call waits.

use super::Slots;
use crate::abi::types::CK_SLOT_ID;
use crate::rv::Error;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use ukey_token::{CancelToken, Registry, Snapshot};

/// What callers have been told.
#[derive(Default)]
pub(super) struct Events {
    state: Mutex<State>,
    cancel: CancelToken,
}

#[derive(Default)]
struct State {
    /// The readers as last reported; none before the first look at them.
    seen: Option<Snapshot>,
    /// Slots of an event that concerned several.
    pending: VecDeque<CK_SLOT_ID>,
}

impl Events {
    /// Notes the first look at the readers: changes count from there.
    pub(super) fn start(&self, registry: &Registry) {
        self.state().seen.get_or_insert_with(|| registry.snapshot());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slots {
    /// Ends all waits, now and later: the module goes away.
    pub(crate) fn cancel_waits(&self) {
        self.registry.cancel(&self.events.cancel);
    }

    /// The next slot with an event; `block`: waits for one.
    ///
    /// # Errors
    /// [`Error::NoEvent`]; [`Error::CryptokiNotInitialized`] when the module is finalised meanwhile.
    pub(crate) fn next_event(&self, block: bool) -> Result<CK_SLOT_ID, Error> {
        self.events.start(&self.registry);
        loop {
            if self.events.cancel.is_cancelled() {
                return Err(Error::CryptokiNotInitialized);
            }
            if let Some(slot) = self.poll_event() {
                return Ok(slot);
            }
            if !block {
                return Err(Error::NoEvent);
            }
            // A copy, so that the wait holds no lock; what it sees is looked for again above.
            let mut seen = self.events.state().seen.clone().unwrap_or_default();
            match self
                .registry
                .wait_event(&mut seen, None, &self.events.cancel)
            {
                Ok(_) | Err(ukey_token::Error::Cancelled | ukey_token::Error::Timeout) => {}
                Err(e) => return Err(e.into()),
            }
        }
    }

    fn poll_event(&self) -> Option<CK_SLOT_ID> {
        loop {
            let mut state = self.events.state();
            if let Some(slot) = state.pending.pop_front() {
                return Some(slot);
            }
            let seen = state.seen.get_or_insert_with(|| self.registry.snapshot());
            let event = self.registry.poll_event(seen)?;
            drop(state);
            self.look(super::Look::Presence);
            let slots = self.of_reader(&event.reader);
            self.events.state().pending.extend(slots);
        }
    }
}
