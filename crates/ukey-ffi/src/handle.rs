//! Opaque handles.
//!
//! A handle is a number from one counter of the whole process. It is never zero, never an address, and is not given out
//! again, so a stale handle, a handle of another kind and a made-up one are all simply absent from the table they are
//! looked up in. The counter outlives `fork` and re-initialisation: a child that starts with empty tables does not give
//! its parent's numbers to new objects.
//!
//! Where the C handle types have only 32 bits the counter wraps after 2^32 handles and skips those in use.

use std::collections::HashMap;
use std::ffi::{c_ulong, c_void};
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Largest handle: fits `CK_ULONG` and a pointer on this platform, and is not all ones (`CK_UNAVAILABLE_INFORMATION`).
const LARGEST: u64 = if size_of::<c_ulong>() == 4 || size_of::<usize>() == 4 {
    u32::MAX as u64 - 1
} else {
    u64::MAX >> 1
};

static NEXT: AtomicU64 = AtomicU64::new(1);

/// A handle as C code holds it; not zero, but otherwise unchecked until a table finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Handle(NonZeroU64);

impl Handle {
    /// From an integer handle (PKCS#11). `None` for the invalid handle zero.
    pub fn from_raw(raw: u64) -> Option<Self> {
        NonZeroU64::new(raw).map(Self)
    }

    /// As an integer handle; fits the platform's `CK_ULONG`.
    pub fn to_raw(self) -> u64 {
        self.0.get()
    }

    /// From a handle that C declares as `void *` (SKF). `None` for NULL. The pointer is never followed.
    pub fn from_ptr(pointer: *mut c_void) -> Option<Self> {
        Self::from_raw(pointer.addr() as u64)
    }

    /// As `void *`: a number without memory behind it.
    pub fn to_ptr(self) -> *mut c_void {
        std::ptr::without_provenance_mut(self.0.get() as usize)
    }

    /// A number that no handle of this process has had, for tables that keep more than a value by it.
    pub fn fresh() -> Self {
        loop {
            let ticket = NEXT.fetch_add(1, Ordering::Relaxed);
            if let Some(raw) = NonZeroU64::new(ticket % (LARGEST + 1)) {
                return Self(raw);
            }
        }
    }
}

/// Objects behind handles. Shared use from any thread; lookups do not block each other.
///
/// A looked-up object stays alive while the [`Arc`] is held, also when another thread removes its handle meanwhile.
#[derive(Debug)]
pub struct HandleTable<T> {
    entries: RwLock<HashMap<Handle, Arc<T>>>,
}

impl<T> Default for HandleTable<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> HandleTable<T> {
    /// An empty table.
    pub fn new() -> Self {
        Self {
            entries: RwLock::new(HashMap::new()),
        }
    }

    /// Stores an object under a new handle.
    pub fn insert(&self, object: T) -> Handle {
        self.insert_shared(Arc::new(object))
    }

    /// Stores an object that others hold too.
    pub fn insert_shared(&self, object: Arc<T>) -> Handle {
        let mut entries = self.write();
        loop {
            let handle = Handle::fresh();
            if let std::collections::hash_map::Entry::Vacant(slot) = entries.entry(handle) {
                slot.insert(object);
                return handle;
            }
        }
    }

    /// The object behind a handle of this table.
    pub fn get(&self, handle: Handle) -> Option<Arc<T>> {
        self.read().get(&handle).cloned()
    }

    /// Ends a handle. A second call with the same handle gives `None`.
    pub fn remove(&self, handle: Handle) -> Option<Arc<T>> {
        self.write().remove(&handle)
    }

    /// Ends every handle whose object matches and returns the objects, so that they are dropped outside the lock.
    /// `matches` must not call back into this table.
    pub fn remove_where(&self, mut matches: impl FnMut(Handle, &T) -> bool) -> Vec<Arc<T>> {
        let mut entries = self.write();
        let doomed: Vec<Handle> = entries
            .iter()
            .filter(|(h, o)| matches(**h, o))
            .map(|(h, _)| *h)
            .collect();
        doomed
            .into_iter()
            .filter_map(|h| entries.remove(&h))
            .collect()
    }

    /// All handles with their objects, oldest first.
    pub fn snapshot(&self) -> Vec<(Handle, Arc<T>)> {
        let mut all: Vec<_> = self
            .read()
            .iter()
            .map(|(h, o)| (*h, Arc::clone(o)))
            .collect();
        all.sort_by_key(|(h, _)| *h);
        all
    }

    /// Number of open handles.
    pub fn len(&self) -> usize {
        self.read().len()
    }

    /// Whether no handle is open.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    // A panic while the lock is held can only come from the allocator or from `matches`, before any change; the map is
    // whole, so poisoning is ignored.
    fn read(&self) -> RwLockReadGuard<'_, HashMap<Handle, Arc<T>>> {
        self.entries.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, HashMap<Handle, Arc<T>>> {
        self.entries.write().unwrap_or_else(PoisonError::into_inner)
    }
}
