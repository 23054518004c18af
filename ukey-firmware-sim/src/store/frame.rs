//! One transaction on the medium.
//!
//! | offset | bytes | field |
//! |---|---|---|
//! | 0 | 4 | magic "UKTX" |
//! | 4 | 4 | length of the records |
//! | 8 | 4 | length of the values |
//! | 12 | 8 | number of the frame, one more than that of the frame before |
//! | 20 | 4 | count of records |
//! | 24 | 4 | CRC-32 of the salt, the 24 bytes before and the records |
//! | 28 | | records, then the values in the same order |
//!
//! A record is: kind (1: value, 2: secret value, 3: deletion), length of the key (1), two zero bytes, length of the
//! value (4), CRC-32 of salt, frame number and value (4), key. Integers are big endian.
//!
//! Values have a checksum each and are not part of the frame's, so that a secret can be zeroed in place later without
//! making the frame invalid. Whether a value with a wrong checksum was wiped or never written is decided by what
//! follows: a frame that has a successor was complete once.

/// Bytes before the records.
pub(super) const HEADER: usize = 28;
/// Bytes of a record without its key.
pub(super) const RECORD: usize = 12;

const MAGIC: &[u8; 4] = b"UKTX";
const VALUE: u8 = 1;
const SECRET: u8 = 2;
const DELETION: u8 = 3;

/// What checksums depend on besides the data.
#[derive(Clone, Copy)]
pub(super) struct Context {
    pub(super) salt: u64,
    pub(super) number: u64,
}

impl Context {
    fn crc(&self, parts: &[&[u8]]) -> u32 {
        let mut crc = crc32fast::Hasher::new();
        crc.update(&self.salt.to_be_bytes());
        crc.update(&self.number.to_be_bytes());
        parts.iter().for_each(|part| crc.update(part));
        crc.finalize()
    }
}

/// A record to be written; `None` deletes.
pub(super) struct Record<'a> {
    pub(super) key: &'a [u8],
    pub(super) value: Option<&'a [u8]>,
    pub(super) secret: bool,
}

/// Bytes that a record takes in a compacted bank.
pub(super) fn cost(key: &[u8], value: &[u8]) -> u64 {
    (RECORD + key.len() + value.len()) as u64
}

/// The frame's bytes, and where in it each record's value starts. Lengths were checked by the caller.
pub(super) fn encode(context: Context, records: &[Record<'_>]) -> (Vec<u8>, Vec<usize>) {
    let values: usize = records
        .iter()
        .map(|record| record.value.map_or(0, <[u8]>::len))
        .sum();
    let heads: usize = records.iter().map(|record| RECORD + record.key.len()).sum();
    let mut out = Vec::with_capacity(HEADER + heads + values);
    out.extend_from_slice(MAGIC);
    for length in [heads, values] {
        out.extend_from_slice(&(length as u32).to_be_bytes());
    }
    out.extend_from_slice(&context.number.to_be_bytes());
    out.extend_from_slice(&(records.len() as u32).to_be_bytes());
    out.extend_from_slice(&[0; 4]);
    for record in records {
        let value = record.value.unwrap_or_default();
        let kind = match (record.value, record.secret) {
            (None, _) => DELETION,
            (Some(_), true) => SECRET,
            (Some(_), false) => VALUE,
        };
        out.extend_from_slice(&[kind, record.key.len() as u8, 0, 0]);
        out.extend_from_slice(&(value.len() as u32).to_be_bytes());
        out.extend_from_slice(&context.crc(&[value]).to_be_bytes());
        out.extend_from_slice(record.key);
    }
    let crc = context.crc(&[&out[..24], &out[HEADER..]]);
    out[24..HEADER].copy_from_slice(&crc.to_be_bytes());
    let mut starts = Vec::with_capacity(records.len());
    for record in records {
        starts.push(out.len());
        out.extend_from_slice(record.value.unwrap_or_default());
    }
    (out, starts)
}

/// A record read back.
pub(super) struct Found<'a> {
    pub(super) key: &'a [u8],
    pub(super) value: Option<&'a [u8]>,
    pub(super) secret: bool,
    /// Offset of the value in the frame.
    pub(super) start: usize,
    /// Whether the value's checksum is right.
    pub(super) intact: bool,
}

/// A frame whose header and records are valid; values may be damaged.
pub(super) struct Frame<'a> {
    pub(super) length: usize,
    pub(super) records: Vec<Found<'a>>,
}

impl Frame<'_> {
    pub(super) fn intact(&self) -> bool {
        self.records.iter().all(|record| record.intact)
    }
}

/// Total length of the frame that `header` announces, if it looks like one.
pub(super) fn announced_length(header: &[u8]) -> Option<usize> {
    let word =
        |at: usize| Some(u32::from_be_bytes(header.get(at..at + 4)?.try_into().ok()?) as usize);
    if header.get(..4)? != MAGIC {
        return None;
    }
    HEADER.checked_add(word(4)?)?.checked_add(word(8)?)
}

/// The frame at the start of `bytes`, or `None` if there is no valid one with this number.
pub(super) fn decode(context: Context, bytes: &[u8]) -> Option<Frame<'_>> {
    let length = announced_length(bytes)?;
    let frame = bytes.get(..length)?;
    let word = |at: usize| Some(u32::from_be_bytes(frame.get(at..at + 4)?.try_into().ok()?));
    let heads_end = HEADER + word(4)? as usize;
    if frame[12..20] != context.number.to_be_bytes()
        || word(24)? != context.crc(&[&frame[..24], &frame[HEADER..heads_end]])
    {
        return None;
    }
    let (mut at, mut start) = (HEADER, heads_end);
    let mut records = Vec::new();
    for _ in 0..word(20)? {
        let head = frame.get(at..at + RECORD)?;
        let key = frame.get(at + RECORD..at + RECORD + usize::from(head[1]))?;
        let value = frame.get(start..start.checked_add(word(at + 4)? as usize)?)?;
        let intact = word(at + 8)? == context.crc(&[value]);
        let kept = head[0] != DELETION;
        records.push(Found {
            key,
            value: kept.then_some(value),
            secret: head[0] == SECRET,
            start,
            intact,
        });
        at += RECORD + key.len();
        start += value.len();
    }
    (at == heads_end && start == length).then_some(Frame { length, records })
}
