//! 7.1 Waiting for insertions and removals.

use std::sync::{Arc, PoisonError};

use ukey_ffi::{Fit, Room};
use ukey_token::EventKind;

use crate::error::Error;
use crate::handles::lock;
use crate::library::Library;

/// Room that any reader name fits, with its NUL: pcsc-lite's limit.
const NAME_ROOM: usize = 128;

/// What SKF_WaitForDevEvent answers.
pub(crate) enum Waited {
    /// To a query: bytes to provide for the name.
    Length(usize),
    /// Name with its NUL, and 1 for insertion or 2 for removal.
    Event(Vec<u8>, u32),
}

/// Waits for ever, or until [`cancel`]. Changes since the last event or the last SKF_EnumDev count, so that nothing is
/// lost between two calls; an event whose name does not fit is told again by the next call.
pub(crate) fn wait(library: &Library, room: Room) -> Result<Waited, Error> {
    if room == Room::Query {
        let longest = library
            .registry
            .readers()
            .iter()
            .map(|r| r.name().len() + 1)
            .max();
        return Ok(Waited::Length(longest.unwrap_or(0).max(NAME_ROOM)));
    }
    let cancel = Arc::clone(&lock(&library.cancel));
    let mut seen = lock(&library.seen).clone();
    let event = library.registry.wait_event(&mut seen, None, &cancel)?;
    let mut name = event.reader.name().as_bytes().to_vec();
    name.push(0);
    if room.fit(name.len())? == Fit::Proceed {
        *library.seen.lock().unwrap_or_else(PoisonError::into_inner) = seen;
    }
    let kind = match event.kind {
        EventKind::Inserted => 1,
        EventKind::Removed => 2,
    };
    Ok(Waited::Event(name, kind))
}

/// Ends all waits of this process; waits that begin later are not touched.
pub(crate) fn cancel(library: &Library) {
    let running = std::mem::take(&mut *lock(&library.cancel));
    library.registry.cancel(&running);
}
