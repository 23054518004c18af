//! A global that belongs to one process and is made anew after `fork`.

use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};
use std::time::Duration;

struct Owned<T> {
    pid: u32,
    value: T,
}

/// A lazily made value, one per process, for C interfaces without an initialisation function.
///
/// After `fork` the child must not use its parent's links to tokens, nor locks that another thread of the parent may
/// have held at that moment. So the child gets a value of its own, and the parent's is neither used nor dropped in it:
/// values are never freed.
#[derive(Debug)]
pub struct PerProcess<T: 'static> {
    current: AtomicPtr<Owned<T>>,
    /// Process whose thread is making the value, 0 for none. No lock: a child could never open it.
    starting: AtomicU32,
}

/// Gives up the right to start, also when `make` fails or panics.
struct Starting<'a>(&'a AtomicU32);

impl Drop for Starting<'_> {
    fn drop(&mut self) {
        self.0.store(0, Ordering::Release);
    }
}

impl<T: Sync + 'static> Default for PerProcess<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: 'static> PerProcess<T> {
    /// Nothing made yet.
    pub const fn new() -> Self {
        Self {
            current: AtomicPtr::new(std::ptr::null_mut()),
            starting: AtomicU32::new(0),
        }
    }
}

impl<T: Sync + 'static> PerProcess<T> {
    /// The value of this process. The first caller makes it, others wait for it; after a failure the next caller tries
    /// again. `make` must not come back here.
    ///
    /// # Errors
    /// Those of `make`.
    pub fn get_or_try_init<E>(&self, make: impl FnOnce() -> Result<T, E>) -> Result<&'static T, E> {
        let pid = std::process::id();
        loop {
            if let Some(value) = self.get(pid) {
                return Ok(value);
            }
            let starter = self.starting.load(Ordering::Acquire);
            if starter == pid {
                std::thread::sleep(Duration::from_micros(100));
                continue;
            }
            // A starter of another process is a thread that this one, being its child, does not have.
            let claim =
                self.starting
                    .compare_exchange(starter, pid, Ordering::AcqRel, Ordering::Acquire);
            if claim.is_err() {
                continue;
            }
            let _starting = Starting(&self.starting);
            if let Some(value) = self.get(pid) {
                return Ok(value);
            }
            let made = Box::leak(Box::new(Owned {
                pid,
                value: make()?,
            }));
            self.current.store(made, Ordering::Release);
            return Ok(&made.value);
        }
    }

    fn get(&self, pid: u32) -> Option<&'static T> {
        let current = self.current.load(Ordering::Acquire);
        // SAFETY: NULL, or a leaked box published by the release store above: valid for ever and never changed.
        let owned: &'static Owned<T> = unsafe { current.as_ref()? };
        (owned.pid == pid).then_some(&owned.value)
    }
}
