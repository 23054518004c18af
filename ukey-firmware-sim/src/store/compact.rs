//! Compaction: the live records move to the other bank, together with a transaction that did not fit behind the log.
//!
//! Each step is durable before the next: mark the other bank dirty; write it; flip the superblock (this is the commit);
//! zero the old bank, with all secrets in it; clear the mark.

use super::frame::{self, Context, Record};
use super::log::{Entry, Store};
use super::superblock::Superblock;
use super::{Error, Storage};
use std::collections::BTreeMap;

/// Granularity of looking for bytes that are not zero.
const CHUNK: usize = 64 * 1024;
const PAGE: usize = 512;

impl<S: Storage> Store<S> {
    /// Commits `records` by writing everything that is live after them to the other bank.
    pub(super) fn compact_with(&mut self, records: &[Record<'_>]) -> Result<(), Error> {
        let changed: BTreeMap<&[u8], &Record<'_>> =
            records.iter().map(|record| (record.key, record)).collect();
        let kept = self
            .index
            .iter()
            .filter(|(key, _)| !changed.contains_key(key.as_slice()))
            .map(|(key, entry)| Record {
                key,
                value: Some(&entry.value),
                secret: entry.secret,
            });
        let changes = records.iter().filter(|record| record.value.is_some());
        let changes = changes.map(|record| Record {
            key: record.key,
            ..*record
        });
        let live: Vec<Record<'_>> = kept.chain(changes).collect();

        let number = self.next_frame;
        let flipped = self.superblock.successor().flipped(number);
        let (bytes, starts) = frame::encode(
            Context {
                salt: flipped.salt,
                number,
            },
            &live,
        );
        if bytes.len() as u64 > flipped.bank_length() {
            return Err(Error::Full);
        }
        let start = flipped.bank_start(flipped.active);
        let index = index_of(&live, &starts, start, number);
        let cost = live
            .iter()
            .map(|record| frame::cost(record.key, record.value.unwrap_or_default()));
        let live_bytes = cost.sum();

        self.next_slot = None;
        self.superblock = Superblock {
            other_dirty: true,
            ..self.superblock.successor()
        };
        self.superblock.write(&mut self.storage)?;
        self.storage.write_at(start, &bytes)?;
        self.storage.sync()?;
        flipped.write(&mut self.storage)?;

        self.superblock = flipped;
        self.index = index;
        for record in records {
            self.journal.note(number, record.key);
        }
        self.live = live_bytes;
        self.tail = bytes.len() as u64;
        self.next_frame = number + 1;
        self.clean_other_bank()
    }

    /// Zeroes the bank that is not in use, if it is marked dirty, and clears the mark.
    pub(super) fn clean_other_bank(&mut self) -> Result<(), Error> {
        if !self.superblock.other_dirty {
            return Ok(());
        }
        let start = self.superblock.bank_start(1 - self.superblock.active);
        self.zero_range(start, start + self.superblock.bank_length())?;
        self.superblock.sequence += 1;
        self.superblock.other_dirty = false;
        self.superblock.write(&mut self.storage)
    }

    /// Zeroes durably whatever is not zero between two offsets of the image.
    pub(super) fn zero_range(&mut self, start: u64, end: u64) -> Result<(), Error> {
        let mut bytes = vec![0; CHUNK];
        let mut dirty = false;
        let mut at = self.storage.next_data(start)?;
        while at < end {
            let length = CHUNK.min(usize::try_from(end - at).unwrap_or(CHUNK));
            self.storage.read_at(at, &mut bytes[..length])?;
            for (page, found) in bytes[..length].chunks(PAGE).enumerate() {
                if !is_zero(found) {
                    let offset = at + (page * PAGE) as u64;
                    self.storage.write_at(offset, &[0; PAGE][..found.len()])?;
                    dirty = true;
                }
            }
            at = self.storage.next_data(at + length as u64)?;
        }
        if dirty {
            self.storage.sync()?;
        }
        Ok(())
    }
}

/// Whether all bytes are zero.
pub(super) fn is_zero(bytes: &[u8]) -> bool {
    // By pages, because comparing slices is fast in builds without optimisation, too.
    bytes
        .chunks(PAGE)
        .all(|page| *page == [0; PAGE][..page.len()])
}

fn index_of(
    live: &[Record<'_>],
    starts: &[usize],
    bank_start: u64,
    version: u64,
) -> BTreeMap<Vec<u8>, Entry> {
    let entry = |(record, &start): (&Record<'_>, &usize)| {
        let value = record.value.unwrap_or_default().to_vec();
        let offset = bank_start + start as u64;
        (
            record.key.to_vec(),
            Entry {
                value,
                secret: record.secret,
                offset,
                version,
                intact: true,
            },
        )
    };
    live.iter().zip(starts).map(entry).collect()
}
