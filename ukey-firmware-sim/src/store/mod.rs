//! The token's flash: one image, changed only by atomic transactions.
//!
//! [`Storage`] is the raw medium: bytes at offsets, and `sync`. [`Store`] puts a key/value store on it that is safe
//! against a power cut at any byte: an append-only log of transaction frames in one of two banks, and two superblocks
//! that say which bank is in use. This module knows nothing about PINs, keys or applications.
//!
//! # Layout of the image
//!
//! | offset | content |
//! |---|---|
//! | 0 | superblock, slot 0 ([`superblock`]) |
//! | 4096 | superblock, slot 1 |
//! | 8192 | bank 0, (length - 8192) / 2 bytes, rounded down to 4096 |
//! | 8192 + bank length | bank 1 |
//!
//! # Invariants
//!
//! * Bytes of the active bank behind the last valid frame are zero; so is the whole other bank, unless the
//!   superblock's dirty mark is set.
//! * A transaction is durable exactly when its frame is complete (`sync` has returned) or, when the frame did not fit
//!   behind the others, when the superblock that activates the compacted bank is durable.
//! * Nothing is overwritten in place except by zeros: values marked secret are wiped once the transaction that
//!   replaces or deletes them is durable, and again at the next start if power failed in between.
//! * Compaction always succeeds: the live records, of which the store refuses to take more than a bank can hold, are
//!   rewritten to the other bank. Ordinary transactions must leave [`Store::reserve`] bytes free, so that PIN counters
//!   can still be written for a long time between two compactions when the token is full.

mod compact;
pub mod fault;
pub mod file;
mod frame;
mod journal;
mod log;
pub mod memory;
#[cfg(test)]
mod model;
pub mod superblock;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io;

pub use log::Store;

/// A raw storage medium of fixed length.
///
/// Offsets and lengths are bytes. Written data is durable only after [`sync`](Storage::sync) has returned; until then a
/// power cut may keep any part of it. Errors are those of the operating system; the store gives up the transaction and
/// reads the medium again before it continues.
pub trait Storage: Send {
    /// Length of the medium in bytes; does not change.
    fn len(&self) -> io::Result<u64>;

    /// Whether the medium has no bytes at all.
    fn is_empty(&self) -> io::Result<bool> {
        Ok(self.len()? == 0)
    }

    /// Fills `buf` from `offset`; reading past the end is an error.
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()>;

    /// Writes all of `data` at `offset`; writing past the end is an error.
    fn write_at(&mut self, offset: u64, data: &[u8]) -> io::Result<()>;

    /// Makes everything written so far durable.
    fn sync(&mut self) -> io::Result<()>;

    /// The first offset from `offset` on where there may be bytes that are not zero; the length if there are none.
    /// Media that know where they are empty say so; others answer `offset`.
    fn next_data(&self, offset: u64) -> io::Result<u64> {
        Ok(offset)
    }

    /// Takes the medium for this owner alone; waits until it is free. For media that one owner has anyway: nothing.
    fn lock_exclusive(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Gives back what [`lock_exclusive`](Storage::lock_exclusive) took.
    fn unlock(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<S: Storage + ?Sized> Storage for Box<S> {
    fn len(&self) -> io::Result<u64> {
        (**self).len()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        (**self).read_at(offset, buf)
    }

    fn write_at(&mut self, offset: u64, data: &[u8]) -> io::Result<()> {
        (**self).write_at(offset, data)
    }

    fn sync(&mut self) -> io::Result<()> {
        (**self).sync()
    }

    fn next_data(&self, offset: u64) -> io::Result<u64> {
        (**self).next_data(offset)
    }

    fn lock_exclusive(&mut self) -> io::Result<()> {
        (**self).lock_exclusive()
    }

    fn unlock(&mut self) -> io::Result<()> {
        (**self).unlock()
    }
}

/// What can go wrong in the store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The live records would no longer fit; nothing was changed.
    #[error("no room left in the image")]
    Full,
    /// The medium failed; the transaction may or may not have become durable. The next refresh finds out.
    #[error("storage medium failed: {0}")]
    Io(#[from] io::Error),
    /// No valid superblock: the medium was never formatted, or is something else.
    #[error("not a token image: no valid superblock")]
    Unformatted,
    /// The medium is too small or has another length than the one it was formatted with.
    #[error("image has a length of {found} bytes, expected {expected}")]
    Length {
        /// Length found, in bytes.
        found: u64,
        /// Length expected (the least possible one when formatting), in bytes.
        expected: u64,
    },
    /// Committed records are damaged.
    #[error("image is damaged: {0}")]
    Corrupt(&'static str),
    /// A key longer than 255 bytes or a value of 4 GiB or more.
    #[error("record too large")]
    RecordSize,
}

/// How far a transaction may dig into the free space.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Urgency {
    /// Must leave the reserve untouched.
    #[default]
    Normal,
    /// May use the reserve: PIN counters, whose records do not grow.
    Reserve,
}

enum Change {
    Put { value: Vec<u8>, secret: bool },
    Delete,
}

/// Changes that become durable together or not at all.
#[derive(Default)]
pub struct Transaction {
    changes: BTreeMap<Vec<u8>, Change>,
    urgency: Urgency,
}

impl Transaction {
    /// An empty transaction of normal urgency.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty transaction that may use the reserve.
    pub fn from_reserve() -> Self {
        Self {
            changes: BTreeMap::new(),
            urgency: Urgency::Reserve,
        }
    }

    /// Sets `key` to `value`.
    pub fn put(&mut self, key: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) {
        self.changes.insert(
            key.into(),
            Change::Put {
                value: value.into(),
                secret: false,
            },
        );
    }

    /// Sets `key` to `value`, whose bytes are wiped from the medium when they are replaced or deleted.
    pub fn put_secret(&mut self, key: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) {
        self.changes.insert(
            key.into(),
            Change::Put {
                value: value.into(),
                secret: true,
            },
        );
    }

    /// Removes `key`; no error if there is none.
    pub fn delete(&mut self, key: impl Into<Vec<u8>>) {
        self.changes.insert(key.into(), Change::Delete);
    }

    /// Whether nothing was put or deleted.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}
