//! Waiting for a condition, in place of sleeping and hoping.

use std::time::{Duration, Instant};

/// Pause between two looks.
const PAUSE: Duration = Duration::from_millis(5);

/// Looks every few milliseconds until `found` gives a value.
///
/// # Panics
/// When `limit` has passed.
pub fn wait_for<T>(what: &str, limit: Duration, mut found: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(value) = found() {
            return value;
        }
        assert!(Instant::now() < deadline, "{what}: not within {limit:?}");
        std::thread::sleep(PAUSE);
    }
}

/// Looks every few milliseconds until `holds`.
///
/// # Panics
/// When `limit` has passed.
pub fn wait_until(what: &str, limit: Duration, mut holds: impl FnMut() -> bool) {
    wait_for(what, limit, || holds().then_some(()));
}

/// Whether the thread of this process with this name sleeps, by proc(5): it waits for something,
/// such as the answer of a card. Names have at most 15 bytes.
pub fn thread_sleeps(name: &str) -> bool {
    let Ok(threads) = std::fs::read_dir("/proc/self/task") else {
        return false;
    };
    threads.flatten().any(|thread| {
        let status = std::fs::read_to_string(thread.path().join("status")).unwrap_or_default();
        status.starts_with(&format!("Name:\t{name}\n")) && status.contains("State:\tS")
    })
}
