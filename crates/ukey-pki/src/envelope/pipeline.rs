//! Two threads for the content of an envelope: what costs most runs in one of its own, reading, writing
//! and all else in the caller's, so that the whole is as fast as its slowest part.
//!
//! Pieces stay in their order, and there are never more than [`DEPTH`] of them: 2 MiB, however long the
//! content. An error on either side, or a panic, ends both.

use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use zeroize::Zeroizing;

use crate::ber::CHUNK;
use crate::error::Result;

/// Pieces under way at a time: enough that neither thread waits for the other to be woken.
const DEPTH: usize = 16;

/// A piece of the content in both its forms.
pub(super) struct Piece {
    pub(super) plaintext: Zeroizing<Vec<u8>>,
    pub(super) ciphertext: Vec<u8>,
}

impl Piece {
    fn new() -> Self {
        // Room for a block more: neither form is ever moved, so nothing of it stays in freed memory.
        Self {
            plaintext: Zeroizing::new(Vec::with_capacity(CHUNK + ukey_crypto::sm4::BLOCK)),
            ciphertext: Vec::with_capacity(CHUNK + ukey_crypto::sm4::BLOCK),
        }
    }
}

/// Runs every piece that `feed` fills (until it says that there is none) through `work` and then
/// `take`. `work` runs beside the two others, in another thread; content of one piece does without.
pub(super) fn overlapped(
    mut feed: impl FnMut(&mut Piece) -> Result<bool>,
    mut work: impl FnMut(&mut Piece) -> Result<()> + Send,
    mut take: impl FnMut(&mut Piece) -> Result<()>,
) -> Result<()> {
    let mut first = Piece::new();
    if !feed(&mut first)? {
        return Ok(());
    }
    let mut second = Piece::new();
    if !feed(&mut second)? {
        work(&mut first)?;
        return take(&mut first);
    }
    thread::scope(|scope| {
        let (to_worker, jobs) = sync_channel(DEPTH);
        let (done, finished) = sync_channel(DEPTH);
        let worker = thread::Builder::new()
            .name("envelope".to_owned())
            .spawn_scoped(scope, move || each(&jobs, &done, work))?;
        let fed = drive([first, second], to_worker, &finished, &mut feed, &mut take);
        // The worker waits for nobody now: both channels have lost their other end.
        drop(finished);
        let worked = worker.join().unwrap_or_else(|panic| resume_unwind(panic));
        // When the worker failed, the caller's side saw only that it was gone.
        worked.and(fed)
    })
}

/// The worker's side.
fn each(
    jobs: &Receiver<Piece>,
    done: &SyncSender<Piece>,
    mut work: impl FnMut(&mut Piece) -> Result<()>,
) -> Result<()> {
    for mut piece in jobs {
        work(&mut piece)?;
        if done.send(piece).is_err() {
            break;
        }
    }
    Ok(())
}

/// The caller's side. Ends early, with success, when the worker is gone.
fn drive(
    ready: [Piece; 2],
    to_worker: SyncSender<Piece>,
    finished: &Receiver<Piece>,
    feed: &mut impl FnMut(&mut Piece) -> Result<bool>,
    take: &mut impl FnMut(&mut Piece) -> Result<()>,
) -> Result<()> {
    let mut pieces = ready.len();
    for piece in ready {
        if to_worker.send(piece).is_err() {
            return Ok(());
        }
    }
    loop {
        let mut piece = if pieces < DEPTH {
            pieces += 1;
            Piece::new()
        } else {
            let Ok(mut piece) = finished.recv() else {
                return Ok(());
            };
            take(&mut piece)?;
            piece
        };
        if !feed(&mut piece)? || to_worker.send(piece).is_err() {
            break;
        }
    }
    drop(to_worker);
    for mut piece in finished {
        take(&mut piece)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
