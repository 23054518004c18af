//! A medium that loses power: the tool of the power-cut tests.
//!
//! It counts every byte written (and every sync as one more) and dies at a chosen count. What was written since the
//! last completed sync survives by 512-byte sectors, each kept or lost at random; the byte at the cut gets random bits.

use super::Storage;
use super::memory::range;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

const SECTOR: usize = 512;

/// What happens at the power cut to data written since the last sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsynced {
    /// All of it survives.
    Kept,
    /// All of it is lost.
    Lost,
    /// Each sector of each write survives or not, at random.
    Random,
}

/// When and how power fails.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Power fails when this many bytes were written; `None`: never.
    pub cut_at: Option<u64>,
    /// Fate of unsynced data.
    pub unsynced: Unsynced,
    /// Seed of the random choices.
    pub seed: u64,
}

impl Plan {
    /// Power that never fails; for counting what a run writes.
    pub const NEVER: Self = Self {
        cut_at: None,
        unsynced: Unsynced::Kept,
        seed: 0,
    };
}

struct Medium {
    /// What reads see.
    current: Vec<u8>,
    /// What a power cut leaves when all unsynced data is lost.
    durable: Vec<u8>,
    /// Unsynced writes, cut into sectors.
    pending: Vec<(usize, Vec<u8>)>,
    written: u64,
    plan: Plan,
    random: u64,
    dead: bool,
}

/// Storage in memory with a power cut. Clones share the medium, so that a test can look at it afterwards.
#[derive(Clone)]
pub struct FaultStorage {
    medium: Arc<Mutex<Medium>>,
}

impl FaultStorage {
    /// A medium with the given content that follows `plan`.
    pub fn new(content: Vec<u8>, plan: Plan) -> Self {
        let medium = Medium {
            durable: content.clone(),
            current: content,
            pending: Vec::new(),
            written: 0,
            plan,
            random: plan.seed ^ 0x9E37_79B9_7F4A_7C15,
            dead: false,
        };
        Self {
            medium: Arc::new(Mutex::new(medium)),
        }
    }

    /// Bytes written so far, each sync counted as one.
    pub fn written(&self) -> u64 {
        self.lock().written
    }

    /// Whether power has failed.
    pub fn is_dead(&self) -> bool {
        self.lock().dead
    }

    /// Starts counting anew with another plan.
    pub fn set_plan(&self, plan: Plan) {
        let mut medium = self.lock();
        medium.written = 0;
        medium.plan = plan;
        medium.random = plan.seed ^ 0x9E37_79B9_7F4A_7C15;
    }

    /// What the medium holds at the next start. If power has not failed by itself, it fails now.
    pub fn survivor(&self) -> Vec<u8> {
        let mut medium = self.lock();
        if !medium.dead {
            medium.lose_power();
        }
        medium.durable.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Medium> {
        self.medium.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Medium {
    /// SplitMix64; no need for more in a test tool.
    fn next_random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn lose_power(&mut self) {
        self.dead = true;
        for (offset, piece) in std::mem::take(&mut self.pending) {
            let kept = match self.plan.unsynced {
                Unsynced::Kept => true,
                Unsynced::Lost => false,
                Unsynced::Random => self.next_random() & 1 == 0,
            };
            if kept {
                self.durable[offset..offset + piece.len()].copy_from_slice(&piece);
            }
        }
    }

    /// How many of `wanted` units may still be spent before the cut.
    fn budget(&self, wanted: u64) -> u64 {
        self.plan
            .cut_at
            .map_or(wanted, |cut| wanted.min(cut.saturating_sub(self.written)))
    }

    fn remember(&mut self, mut offset: usize, mut data: &[u8]) {
        while !data.is_empty() {
            let room = SECTOR - offset % SECTOR;
            let (piece, rest) = data.split_at(room.min(data.len()));
            self.pending.push((offset, piece.to_vec()));
            offset += piece.len();
            data = rest;
        }
    }

    fn write(&mut self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.alive()?;
        range(&mut self.current, offset, data.len())?;
        let start = usize::try_from(offset).expect("invariant: range found that much in memory");
        let allowed = self.budget(data.len() as u64);
        self.written += allowed;
        let mut data = data.to_vec();
        let complete = allowed == data.len() as u64;
        if !complete {
            let cut = usize::try_from(allowed)
                .expect("invariant: budget gives no more than the length asked for");
            data[cut] ^= self.next_random() as u8;
            data.truncate(cut + 1);
        }
        self.remember(start, &data);
        self.current[start..start + data.len()].copy_from_slice(&data);
        if complete {
            return Ok(());
        }
        self.lose_power();
        self.alive()
    }

    fn sync(&mut self) -> io::Result<()> {
        self.alive()?;
        if self.budget(1) == 0 {
            self.lose_power();
            return self.alive();
        }
        self.written += 1;
        self.pending.clear();
        self.durable.copy_from_slice(&self.current);
        Ok(())
    }

    fn alive(&self) -> io::Result<()> {
        if self.dead {
            Err(io::Error::other("power failed"))
        } else {
            Ok(())
        }
    }
}

impl Storage for FaultStorage {
    fn len(&self) -> io::Result<u64> {
        Ok(self.lock().current.len() as u64)
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        let mut medium = self.lock();
        medium.alive()?;
        buf.copy_from_slice(range(&mut medium.current, offset, buf.len())?);
        Ok(())
    }

    fn write_at(&mut self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.lock().write(offset, data)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.lock().sync()
    }
}
