//! Windows whose token is pulled while they are open: they close, since no answer could be used any more.

use crate::error::{Code, Error, Result};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use ukey_host::pinentry::Cancellation;
use ukey_token::Device;

/// The windows that are open now, each with the token that it is about.
#[derive(Default)]
pub struct OpenWindows(Mutex<Vec<(Device, Arc<Cancellation>)>>);

impl OpenWindows {
    /// Has `ask` show a window about a token, which `cancellation` closes when the token goes.
    ///
    /// # Errors
    /// [`Code::TokenRemoved`] when it went; those of `ask`.
    pub fn about<T>(
        &self,
        device: &Device,
        cancellation: &Arc<Cancellation>,
        ask: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        self.lock().push((device.clone(), Arc::clone(cancellation)));
        // It may have gone before anybody could know of this window.
        self.close_pulled();
        let answer = ask();
        self.lock()
            .retain(|(_, open)| !Arc::ptr_eq(open, cancellation));
        if device.is_removed() {
            return Err(Error::new(Code::TokenRemoved, "the token was pulled"));
        }
        answer
    }

    /// Closes those whose token has gone.
    pub fn close_pulled(&self) {
        let open = self.lock();
        let pulled = open.iter().filter(|(device, _)| device.is_removed());
        pulled.for_each(|(_, cancellation)| cancellation.cancel());
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(Device, Arc<Cancellation>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
