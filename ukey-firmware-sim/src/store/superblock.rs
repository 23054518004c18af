//! The superblock: which bank is in use. Two copies; the newest valid one counts.
//!
//! | offset | bytes | field |
//! |---|---|---|
//! | 0 | 8 | magic "UKEYIMG1" |
//! | 8 | 8 | sequence number of the superblock; its lowest bit says which slot it is written to |
//! | 16 | 8 | length of the image |
//! | 24 | 8 | salt of the checksums in the active bank, another one in each life of a bank |
//! | 32 | 8 | number of the first frame in the active bank |
//! | 40 | 1 | active bank, 0 or 1 |
//! | 41 | 1 | 1: the other bank may hold remains and is to be zeroed |
//! | 42 | 18 | zero |
//! | 60 | 4 | CRC-32 of the bytes before |
//!
//! Integers are big endian.

use super::{Error, Storage};

/// Offset of slot 1; slot 0 is at the start. A block of a disk of its own for each, so that a torn write hits only one.
pub const SLOT_STRIDE: u64 = 4096;
/// Offset of bank 0.
pub const BANKS_START: u64 = 2 * SLOT_STRIDE;
/// The smallest image: banks of 8 KiB.
pub const LEAST_IMAGE: u64 = BANKS_START + 2 * 8192;
/// Encoded length in bytes.
pub const LENGTH: usize = 64;

const MAGIC: &[u8; 8] = b"UKEYIMG1";

/// A decoded superblock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Superblock {
    /// Grows by one with each superblock written.
    pub sequence: u64,
    /// Length of the whole image in bytes.
    pub image_length: u64,
    /// Seed of the checksums of frames in the active bank.
    pub salt: u64,
    /// Number of the first frame in the active bank.
    pub first_frame: u64,
    /// The bank in use, 0 or 1.
    pub active: u8,
    /// Whether the other bank may hold remains.
    pub other_dirty: bool,
}

impl Superblock {
    /// Length of each bank in bytes.
    pub fn bank_length(&self) -> u64 {
        ((self.image_length - BANKS_START) / 2) & !0xFFF
    }

    /// Offset of bank 0 or 1 in the image.
    pub fn bank_start(&self, bank: u8) -> u64 {
        BANKS_START + u64::from(bank) * self.bank_length()
    }

    /// The superblock that follows this one.
    pub fn successor(&self) -> Self {
        Self {
            sequence: self.sequence + 1,
            ..*self
        }
    }

    /// The superblock that follows this one and activates the other bank, with a new salt.
    pub fn flipped(&self, first_frame: u64) -> Self {
        // Any function without short cycles will do; the salt is not a secret.
        let salt = self
            .salt
            .wrapping_mul(0x5851_F42D_4C95_7F2D)
            .wrapping_add(0x1405_7B7E_F767_814F);
        Self {
            active: 1 - self.active,
            other_dirty: true,
            salt,
            first_frame,
            ..self.successor()
        }
    }

    fn encode(&self) -> [u8; LENGTH] {
        let mut out = [0; LENGTH];
        out[..8].copy_from_slice(MAGIC);
        out[8..16].copy_from_slice(&self.sequence.to_be_bytes());
        out[16..24].copy_from_slice(&self.image_length.to_be_bytes());
        out[24..32].copy_from_slice(&self.salt.to_be_bytes());
        out[32..40].copy_from_slice(&self.first_frame.to_be_bytes());
        out[40] = self.active;
        out[41] = u8::from(self.other_dirty);
        let crc = crc32fast::hash(&out[..60]);
        out[60..].copy_from_slice(&crc.to_be_bytes());
        out
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let word = |at: usize| Some(u64::from_be_bytes(bytes.get(at..at + 8)?.try_into().ok()?));
        let crc = u32::from_be_bytes(bytes.get(60..LENGTH)?.try_into().ok()?);
        let sound = bytes[..8] == *MAGIC
            && crc == crc32fast::hash(&bytes[..60])
            && bytes[40] <= 1
            && word(16)? >= LEAST_IMAGE;
        sound.then_some(Self {
            sequence: word(8)?,
            image_length: word(16)?,
            salt: word(24)?,
            first_frame: word(32)?,
            active: bytes[40],
            other_dirty: bytes[41] != 0,
        })
    }

    /// Offset of the slot that the superblock after this one goes to.
    pub(super) fn next_slot(&self) -> u64 {
        (self.successor().sequence & 1) * SLOT_STRIDE
    }

    /// The newest valid superblock of the medium.
    pub(super) fn read(storage: &impl Storage) -> Result<Self, Error> {
        Self::read_with_next(storage).map(|(superblock, _)| superblock)
    }

    /// The newest valid superblock of the medium, and what stands in the slot of its successor.
    pub(super) fn read_with_next(storage: &impl Storage) -> Result<(Self, [u8; LENGTH]), Error> {
        const SPAN: usize = SLOT_STRIDE as usize + LENGTH;
        let mut bytes = [0; SPAN];
        if storage.len()? < SPAN as u64 {
            return Err(Error::Unformatted);
        }
        storage.read_at(0, &mut bytes)?;
        let mut slots = [[0; LENGTH]; 2];
        slots[0].copy_from_slice(&bytes[..LENGTH]);
        slots[1].copy_from_slice(&bytes[SPAN - LENGTH..]);
        let newest = slots
            .iter()
            .filter_map(|slot| Self::decode(slot))
            .max_by_key(|found| found.sequence)
            .ok_or(Error::Unformatted)?;
        let next = slots[usize::from(newest.next_slot() != 0)];
        Ok((newest, next))
    }

    /// Writes the superblock to its slot and makes it durable.
    pub(super) fn write(&self, storage: &mut impl Storage) -> Result<(), Error> {
        storage.write_at((self.sequence & 1) * SLOT_STRIDE, &self.encode())?;
        storage.sync()?;
        Ok(())
    }
}
