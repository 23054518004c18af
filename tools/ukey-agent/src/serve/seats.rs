//! How many may be in at one time.

use crate::host::lock;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// A number of seats.
pub(super) struct Seats {
    free: Mutex<usize>,
    left: Condvar,
}

/// One of them, free again when this is dropped.
pub(super) struct Seat(Arc<Seats>);

impl Seats {
    pub(super) fn new(number: usize) -> Self {
        Self {
            free: Mutex::new(number),
            left: Condvar::new(),
        }
    }

    /// A seat, if one is free within that time.
    pub(super) fn take(self: &Arc<Self>, within: Duration) -> Option<Seat> {
        let free = lock(&self.free);
        let waited = self
            .left
            .wait_timeout_while(free, within, |free| *free == 0);
        let (mut free, _) = waited.unwrap_or_else(std::sync::PoisonError::into_inner);
        *free = free.checked_sub(1)?;
        Some(Seat(Arc::clone(self)))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        *lock(&self.0.free) += 1;
        self.0.left.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    #[allow(clippy::unwrap_used)]
    fn a_seat_that_is_left_goes_to_who_waits() {
        let seats = Arc::new(Seats::new(1));
        let first = seats.take(Duration::ZERO).unwrap();
        assert!(seats.take(Duration::from_millis(1)).is_none());
        let waits = {
            let seats = Arc::clone(&seats);
            thread::spawn(move || seats.take(Duration::from_secs(60)).is_some())
        };
        drop(first);
        assert!(waits.join().unwrap());
        assert!(seats.take(Duration::ZERO).is_some(), "free again");
    }
}
