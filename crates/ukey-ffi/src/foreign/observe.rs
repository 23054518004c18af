//! What can be seen of a library before anything is known of it: how SKF_EnumDev treats lengths.

use std::path::Path;

use super::{Fault, LoadError, UlongWidth, area::Area, open};

/// Room for the names of devices.
const ROOM: usize = 64 * 1024;
/// What stands in every byte of the buffer before.
const UNTOUCHED: u8 = 0xEE;
/// Upper half of a 64-bit variable that a library with a ULONG of 32 bits leaves alone.
const UPPER: u64 = 0xFFFF_FFFF_0000_0000;

type EnumDev = unsafe extern "system" fn(u64, *mut u8, *mut u64) -> u64;

/// How SKF_EnumDev answered, without and with a buffer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Width of ULONG, by what it wrote into a longer variable. None when it wrote nothing.
    pub ulong: Option<UlongWidth>,
    /// Return code of the length query.
    pub query_code: u32,
    /// The length that the query told.
    pub told: Option<u64>,
    /// Return code with a buffer.
    pub code: u32,
    /// The length that it told of its result.
    pub length: Option<u64>,
    /// Bytes that it wrote.
    pub written: Vec<u8>,
}

/// Lists devices with variables that are wide enough for either ULONG.
///
/// # Errors
/// [`LoadError`].
pub fn listing(path: &Path) -> Result<Listing, LoadError> {
    let library = open(path)?;
    // SAFETY: the prototype of GM/T 0016, with wide arguments: a callee of 32 bits reads and writes their lower halves.
    let function = unsafe { library.get::<EnumDev>(b"SKF_EnumDev\0") };
    let function = function.map_err(|_| LoadError::NotSkf("SKF_EnumDev"))?;
    let mut told = u64::MAX;
    // SAFETY: a length query has no buffer.
    let query_code = unsafe { function(1, std::ptr::null_mut(), &mut told) } as u32;
    let mut area = Area::from_bytes(&[UNTOUCHED; ROOM]);
    // In the lower half the room, in the upper one what a narrow library does not see.
    let mut length = UPPER | ROOM as u64;
    // SAFETY: the buffer has the room that either half of the variable promises to a list of names.
    let code = unsafe { function(1, area.pointer(), &mut length) } as u32;
    if !area.is_whole() {
        return Err(LoadError::Misbehaves(Fault::Overrun("SKF_EnumDev")));
    }
    let ulong = width(told, u64::MAX).or(width(length, UPPER | ROOM as u64));
    let value = |raw: u64, before: u64| (raw != before).then_some(raw & lower(ulong));
    Ok(Listing {
        ulong,
        query_code,
        told: value(told, u64::MAX),
        code,
        length: value(length, UPPER | ROOM as u64),
        written: written(area.take(ROOM)),
    })
}

/// By what was written over `before`.
fn width(after: u64, before: u64) -> Option<UlongWidth> {
    match after {
        _ if after == before => None,
        _ if after & UPPER == UPPER => Some(UlongWidth::Bits32),
        _ => Some(UlongWidth::Bits64),
    }
}

fn lower(ulong: Option<UlongWidth>) -> u64 {
    match ulong {
        Some(UlongWidth::Bits64) => u64::MAX,
        _ => u64::from(u32::MAX),
    }
}

fn written(mut bytes: Vec<u8>) -> Vec<u8> {
    let end = bytes.iter().rposition(|byte| *byte != UNTOUCHED);
    bytes.truncate(end.map_or(0, |last| last + 1));
    bytes
}
