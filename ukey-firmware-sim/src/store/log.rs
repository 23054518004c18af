//! The store: an index in memory over the log of transaction frames in the active bank.

use super::compact::is_zero;
use super::frame::{self, Context, Record};
use super::journal::Journal;
use super::superblock::{LEAST_IMAGE, LENGTH, Superblock};
use super::{Change, Error, Storage, Transaction, Urgency};
use std::collections::BTreeMap;
use std::ops::Bound;

/// How much of the log is read at first; often it is all there is.
const WINDOW: u64 = 64 * 1024;

pub(super) struct Entry {
    pub(super) value: Vec<u8>,
    pub(super) secret: bool,
    /// Where the value stands in the image.
    pub(super) offset: u64,
    /// Number of the frame that wrote it.
    pub(super) version: u64,
    /// Whether the value had the right checksum.
    pub(super) intact: bool,
}

/// A key/value store with atomic, durable transactions on one [`Storage`].
///
/// Several stores may work on one medium if it has a real [`Storage::lock_exclusive`]: everything between
/// [`begin`](Self::begin) and [`end`](Self::end) is done alone, and `begin` takes over what others have committed.
pub struct Store<S> {
    pub(super) storage: S,
    pub(super) superblock: Superblock,
    pub(super) index: BTreeMap<Vec<u8>, Entry>,
    /// Offset in the active bank where the next frame goes.
    pub(super) tail: u64,
    /// Number of the next frame.
    pub(super) next_frame: u64,
    /// Bytes that the live records take in a compacted bank.
    pub(super) live: u64,
    /// Remains of secrets to be zeroed: offset in the image, length.
    pub(super) remains: Vec<(u64, usize)>,
    /// The medium failed: memory and medium may differ.
    pub(super) suspect: bool,
    pub(super) journal: Journal,
    /// The slot of the next superblock as it was when memory and medium were last compared; `None` after this store
    /// has written superblocks itself.
    pub(super) next_slot: Option<[u8; LENGTH]>,
}

impl<S: Storage> Store<S> {
    /// Makes a store on the whole medium, whose banks must be zero, with the records of `initial`.
    ///
    /// `salt` may be any number. The medium counts as formatted once the superblock, the last thing
    /// written, is durable; until then it counts as unformatted.
    ///
    /// # Errors
    /// [`Error::Length`] if the medium is too small, [`Error::Full`], [`Error::RecordSize`],
    /// [`Error::Io`].
    pub fn format(mut storage: S, salt: u64, initial: &Transaction) -> Result<Self, Error> {
        let image_length = storage.len()?;
        if image_length < LEAST_IMAGE {
            return Err(Error::Length {
                found: image_length,
                expected: LEAST_IMAGE,
            });
        }
        let superblock = Superblock {
            sequence: 1,
            image_length,
            salt,
            first_frame: 1,
            active: 0,
            other_dirty: false,
        };
        storage.sync()?;
        let mut store = Self::unloaded(storage, superblock);
        store.commit(initial)?;
        superblock.write(&mut store.storage)?;
        Ok(store)
    }

    /// Opens the store of a formatted medium and cleans up what a power cut has left: an aborted
    /// transaction, an aborted compaction, remains of deleted secrets. The medium's lock is held meanwhile.
    ///
    /// # Errors
    /// [`Error::Unformatted`], [`Error::Length`], [`Error::Corrupt`] or [`Error::Io`].
    pub fn open(mut storage: S) -> Result<Self, Error> {
        storage.lock_exclusive()?;
        let mut store = match Superblock::read(&storage) {
            Ok(superblock) => Self::unloaded(storage, superblock),
            Err(error) => {
                storage.unlock()?;
                return Err(error);
            }
        };
        let loaded = store.load();
        store.storage.unlock()?;
        loaded.map(|()| store)
    }

    fn unloaded(storage: S, superblock: Superblock) -> Self {
        Self {
            storage,
            superblock,
            index: BTreeMap::new(),
            tail: 0,
            next_frame: superblock.first_frame,
            live: 0,
            remains: Vec::new(),
            suspect: false,
            journal: Journal::default(),
            next_slot: None,
        }
    }

    /// Whether nobody has committed anything since the last [`begin`](Self::begin), at the moment of the call and
    /// without taking the lock: for commands that only read. Two small reads.
    ///
    /// Whatever another process commits either shows as the beginning of a frame at the tail, or is a compaction,
    /// which begins with a superblock in the next slot. Both are there before that process' `commit` returns.
    pub fn is_current(&self) -> bool {
        let Some(next_slot) = self.next_slot.filter(|_| !self.suspect) else {
            return false;
        };
        let mut slot = [0; LENGTH];
        let read = self.storage.read_at(self.superblock.next_slot(), &mut slot);
        read.is_ok() && slot == next_slot && self.tail_is_free().unwrap_or(false)
    }

    /// Whether no frame begins at the tail.
    fn tail_is_free(&self) -> Result<bool, Error> {
        let mut header = [0; frame::HEADER];
        if self.tail + header.len() as u64 > self.superblock.bank_length() {
            return Ok(true);
        }
        self.storage
            .read_at(self.bank_start() + self.tail, &mut header)?;
        Ok(header == [0; frame::HEADER])
    }

    /// Takes the medium's lock and whatever other processes have committed since the last [`end`](Self::end).
    ///
    /// # Errors
    /// As [`open`](Self::open); the lock is not held then.
    pub fn begin(&mut self) -> Result<(), Error> {
        self.storage.lock_exclusive()?;
        let refreshed = self.refresh();
        if refreshed.is_err() {
            self.suspect = true;
            self.end();
        }
        refreshed
    }

    /// Gives the medium's lock back.
    pub fn end(&mut self) {
        if self.storage.unlock().is_err() {
            // An advisory lock that cannot be given back ends with the open file; read everything anew then.
            self.suspect = true;
        }
    }

    /// The value of `key`.
    pub fn get(&self, key: &[u8]) -> Option<&[u8]> {
        self.index.get(key).map(|entry| entry.value.as_slice())
    }

    /// A number that changes whenever the value of `key` is written; `None` if there is none.
    pub fn version(&self, key: &[u8]) -> Option<u64> {
        self.index.get(key).map(|entry| entry.version)
    }

    /// All records whose key begins with `prefix`, in ascending order of keys.
    pub fn scan<'a>(&'a self, prefix: &'a [u8]) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        self.index
            .range::<[u8], _>((Bound::Included(prefix), Bound::Unbounded))
            .take_while(move |(key, _)| key.starts_with(prefix))
            .map(|(key, entry)| (key.as_slice(), entry.value.as_slice()))
    }

    /// As [`scan`](Self::scan), from `first` on, which begins with `prefix`.
    pub fn scan_from<'a, P: AsRef<[u8]>>(
        &'a self,
        prefix: P,
        first: &[u8],
    ) -> impl Iterator<Item = (&'a [u8], &'a [u8])> + use<'a, P, S> {
        self.index
            .range::<[u8], _>((Bound::Included(first), Bound::Unbounded))
            .take_while(move |(key, _)| key.starts_with(prefix.as_ref()))
            .map(|(key, entry)| (key.as_slice(), entry.value.as_slice()))
    }

    /// Numbers of the latest transactions and the keys that they put or deleted, latest first, as far back as is
    /// remembered. What one transaction changed stands together.
    pub fn journal(&self) -> impl Iterator<Item = (u64, &[u8])> {
        self.journal.latest_first()
    }

    /// Bytes per bank that ordinary transactions must leave free.
    pub fn reserve(&self) -> u64 {
        (self.superblock.bank_length() / 16).clamp(1024, 16 * 1024)
    }

    /// Bytes that records can take in all.
    pub fn total_space(&self) -> u64 {
        self.superblock.bank_length() - self.reserve() - frame::HEADER as u64
    }

    /// Bytes that records can still take; each needs 12 more than its key and value.
    pub fn free_space(&self) -> u64 {
        self.total_space().saturating_sub(self.live)
    }

    /// The medium.
    pub fn storage(&self) -> &S {
        &self.storage
    }

    /// Makes all changes of `transaction` durable, or none. Returns once they are.
    ///
    /// # Errors
    /// [`Error::Full`] and [`Error::RecordSize`]: nothing was changed. [`Error::Io`]: the transaction may or may not
    /// be durable; the next [`begin`](Self::begin) finds out, and until then further commits fail.
    pub fn commit(&mut self, transaction: &Transaction) -> Result<(), Error> {
        if self.suspect {
            return Err(Error::Corrupt("medium not read again after it failed"));
        }
        let records = self.effective(transaction)?;
        if records.is_empty() {
            return Ok(());
        }
        let live = self.live_after(&records);
        let limit = match transaction.urgency {
            Urgency::Normal => self.total_space(),
            Urgency::Reserve => self.total_space() + self.reserve(),
        };
        if live > limit && live > self.live {
            return Err(Error::Full);
        }
        let written = self.write(&records);
        self.suspect |= written.is_err();
        written
    }

    /// The records to write for `transaction`: deletions of nothing are left out.
    fn effective<'a>(&self, transaction: &'a Transaction) -> Result<Vec<Record<'a>>, Error> {
        let mut records = Vec::with_capacity(transaction.changes.len());
        for (key, change) in &transaction.changes {
            let (value, secret) = match change {
                Change::Put { value, secret } => (Some(value.as_slice()), *secret),
                Change::Delete if self.index.contains_key(key) => (None, false),
                Change::Delete => continue,
            };
            let length = value.map_or(0, <[u8]>::len);
            if key.len() > usize::from(u8::MAX) || u32::try_from(length).is_err() {
                return Err(Error::RecordSize);
            }
            records.push(Record { key, value, secret });
        }
        Ok(records)
    }

    fn live_after(&self, records: &[Record<'_>]) -> u64 {
        let mut live = self.live;
        for record in records {
            if let Some(old) = self.index.get(record.key) {
                live -= frame::cost(record.key, &old.value);
            }
            live += record
                .value
                .map_or(0, |value| frame::cost(record.key, value));
        }
        live
    }

    fn write(&mut self, records: &[Record<'_>]) -> Result<(), Error> {
        let context = Context {
            salt: self.superblock.salt,
            number: self.next_frame,
        };
        let (bytes, starts) = frame::encode(context, records);
        if self.tail + bytes.len() as u64 > self.superblock.bank_length() {
            return self.compact_with(records);
        }
        let at = self.bank_start() + self.tail;
        self.storage.write_at(at, &bytes)?;
        self.storage.sync()?;
        for (record, start) in records.iter().zip(starts) {
            let value = record.value.map(<[u8]>::to_vec);
            self.apply(record.key, value, record.secret, at + start as u64, true);
        }
        self.tail += bytes.len() as u64;
        self.next_frame += 1;
        self.wipe_remains()
    }

    pub(super) fn bank_start(&self) -> u64 {
        self.superblock.bank_start(self.superblock.active)
    }

    /// Takes one record of the frame `next_frame` over into the index.
    fn apply(
        &mut self,
        key: &[u8],
        value: Option<Vec<u8>>,
        secret: bool,
        offset: u64,
        intact: bool,
    ) {
        self.journal.note(self.next_frame, key);
        let old = match value {
            Some(value) => {
                self.live += frame::cost(key, &value);
                let entry = Entry {
                    value,
                    secret,
                    offset,
                    version: self.next_frame,
                    intact,
                };
                self.index.insert(key.to_vec(), entry)
            }
            None => self.index.remove(key),
        };
        if let Some(old) = old {
            self.live -= frame::cost(key, &old.value);
            if old.secret {
                self.remains.push((old.offset, old.value.len()));
            }
        }
    }

    /// Zeroes replaced and deleted secrets. The zeros become durable with the next sync; a start after a power cut
    /// does it again.
    fn wipe_remains(&mut self) -> Result<(), Error> {
        for (offset, length) in std::mem::take(&mut self.remains) {
            let mut found = vec![0; length];
            self.storage.read_at(offset, &mut found)?;
            if !is_zero(&found) {
                found.fill(0);
                self.storage.write_at(offset, &found)?;
            }
        }
        Ok(())
    }

    /// Takes over what others have committed. The lock is held.
    fn refresh(&mut self) -> Result<(), Error> {
        let (superblock, next_slot) = Superblock::read_with_next(&self.storage)?;
        if self.suspect || superblock.other_dirty || superblock.salt != self.superblock.salt {
            self.superblock = superblock;
            return self.load();
        }
        self.superblock = superblock;
        self.next_slot = Some(next_slot);
        if self.tail_is_free()? {
            return Ok(());
        }
        self.follow(WINDOW)
    }

    /// Reads the whole active bank, and tidies up what power cuts have left in the image. The lock is held.
    pub(super) fn load(&mut self) -> Result<(), Error> {
        let (found, expected) = (self.storage.len()?, self.superblock.image_length);
        if found != expected {
            return Err(Error::Length { found, expected });
        }
        self.suspect = true;
        self.index.clear();
        self.remains.clear();
        (self.tail, self.live) = (0, 0);
        self.next_frame = self.superblock.first_frame;
        self.next_slot = None;
        self.clean_other_bank()?;
        self.follow(WINDOW)?;
        let bank_end = self.bank_start() + self.superblock.bank_length();
        self.zero_range(self.bank_start() + self.tail, bank_end)?;
        if self.index.values().any(|entry| !entry.intact) {
            return Err(Error::Corrupt("wrong checksum in a committed record"));
        }
        self.suspect = false;
        Ok(())
    }

    /// Replays frames from the tail on, reading `window` bytes first and more when that is too little. A torn frame at
    /// the end is zeroed.
    fn follow(&mut self, window: u64) -> Result<(), Error> {
        let rest = self.superblock.bank_length() - self.tail;
        let length =
            usize::try_from(window.min(rest)).map_err(|_| Error::Corrupt("bank too long"))?;
        let mut bytes = vec![0; length];
        let start = self.bank_start() + self.tail;
        self.storage.read_at(start, &mut bytes)?;
        let replayed = self.replay(&bytes);
        let unread = &bytes[replayed..];
        let clean = is_zero(unread);
        if window < rest && (!clean || unread.len() < frame::HEADER) {
            // Begins again where reading ended, with room for the frame that stands there.
            let announced = frame::announced_length(unread).map_or(0, |length| length as u64);
            return self.follow(
                window
                    .saturating_mul(2)
                    .max(announced.saturating_add(WINDOW)),
            );
        }
        if !clean {
            self.zero_range(
                start + replayed as u64,
                self.bank_start() + self.superblock.bank_length(),
            )?;
        }
        self.wipe_remains()
    }

    /// Applies the valid frames at the start of `bytes`, which stand at the tail; returns how many bytes that were.
    fn replay(&mut self, bytes: &[u8]) -> usize {
        let mut at = 0;
        let salt = self.superblock.salt;
        let mut next = frame::decode(
            Context {
                salt,
                number: self.next_frame,
            },
            bytes,
        );
        while let Some(found) = next.take() {
            let context = Context {
                salt,
                number: self.next_frame + 1,
            };
            let successor = frame::decode(context, &bytes[at + found.length..]);
            if !found.intact() && successor.is_none() {
                break; // the last frame was never complete
            }
            let offset = self.bank_start() + self.tail;
            for record in &found.records {
                let value = record.value.map(<[u8]>::to_vec);
                let place = offset + record.start as u64;
                self.apply(record.key, value, record.secret, place, record.intact);
            }
            if self.next_frame == self.superblock.first_frame {
                // All that was alive when the bank was begun; what changed with it is not to be seen any more.
                self.journal.restart(self.next_frame);
            }
            at += found.length;
            self.tail += found.length as u64;
            self.next_frame += 1;
            next = successor;
        }
        at
    }
}
