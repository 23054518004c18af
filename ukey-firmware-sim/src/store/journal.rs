//! What the last transactions changed: a bounded memory of keys, for those who want to read only what is new.
//!
//! It lives in working memory and is made from the log, so it costs the medium nothing. It reaches back to the last
//! compaction of the bank that this store has read, or to as many keys as it keeps.

use std::collections::VecDeque;

/// Keys remembered at most.
const MOST: usize = 8192;

/// Frames and the keys that they put or deleted, oldest first.
#[derive(Default)]
pub(super) struct Journal {
    entries: VecDeque<(u64, Vec<u8>)>,
    /// The latest frame that was forgotten, whole.
    forgotten: u64,
}

impl Journal {
    /// Forgets everything up to frame `upto`.
    pub(super) fn restart(&mut self, upto: u64) {
        self.entries.clear();
        self.forgotten = upto;
    }

    /// Remembers that `frame` changed `key`.
    pub(super) fn note(&mut self, frame: u64, key: &[u8]) {
        if frame <= self.forgotten {
            return;
        }
        self.entries.push_back((frame, key.to_vec()));
        if self.entries.len() > MOST
            && let Some((oldest, _)) = self.entries.front()
        {
            self.forgotten = *oldest;
            while self
                .entries
                .front()
                .is_some_and(|(frame, _)| *frame <= self.forgotten)
            {
                self.entries.pop_front();
            }
        }
    }

    /// All that is remembered, latest first.
    pub(super) fn latest_first(&self) -> impl Iterator<Item = (u64, &[u8])> {
        self.entries
            .iter()
            .rev()
            .map(|(frame, key)| (*frame, key.as_slice()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(journal: &Journal) -> Vec<u64> {
        let mut frames: Vec<u64> = journal.latest_first().map(|(frame, _)| frame).collect();
        frames.dedup();
        frames
    }

    #[test]
    fn whole_frames_are_forgotten() {
        let mut journal = Journal::default();
        for frame in 1..=3 {
            (0..MOST / 3).for_each(|_| journal.note(frame, b"key"));
        }
        assert_eq!(frames(&journal), [3, 2, 1]);
        (0..3).for_each(|_| journal.note(4, b"key"));
        assert_eq!(frames(&journal), [4, 3, 2]);
        // A frame that is too large by itself is forgotten with all before it, also what comes of it later.
        (0..=MOST).for_each(|_| journal.note(5, b"key"));
        assert_eq!(frames(&journal), []);
        journal.note(5, b"key");
        journal.note(6, b"key");
        assert_eq!(frames(&journal), [6]);
        journal.restart(6);
        assert_eq!(frames(&journal), []);
    }
}
