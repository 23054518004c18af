//! Key derivation from a pseudorandom function (SP 800-108): counter, feedback and double-pipeline
//! mode, with the data that goes into each step put together by the caller, as PKCS#11 wants it.
//!
//! The function is a [`Mac`] that has its key and nothing else yet.

use super::MAX_LEN;
use crate::Error;
use crate::mac::Mac;
use zeroize::Zeroizing;

/// A part of the data of each step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field<'a> {
    /// The number of the step, from 1: the iteration variable of counter mode, the optional counter
    /// of the two others.
    Counter {
        /// Width in bits: 8, 16, 24 or 32.
        bits: u32,
        /// Least significant byte first.
        little_endian: bool,
    },
    /// The result of the step before (feedback mode, where the first is the IV), or A(i) in
    /// double-pipeline mode. It stands where this stands.
    Chain,
    /// A length, usually that of all output in bits.
    Length {
        /// The number.
        value: u64,
        /// Width in bits: 8, 16, 24, 32, 40, 48, 56 or 64.
        bits: u32,
        /// Least significant byte first.
        little_endian: bool,
    },
    /// Bytes as they are: label, separator, context.
    Bytes(&'a [u8]),
}

/// Counter mode (section 4.1): `len` bytes. `fields` must have a [`Field::Counter`] and no
/// [`Field::Chain`].
///
/// # Errors
/// [`Error::Unsupported`] for a width that is not offered, or fields that do not fit the mode;
/// [`Error::InvalidLength`] if the counter or a length is too narrow, or `len` is 0 or
/// above [`MAX_LEN`].
pub fn counter(prf: &Mac, fields: &[Field<'_>], len: usize) -> Result<Zeroizing<Vec<u8>>, Error> {
    check(prf, fields, len)?;
    let counted = fields.iter().any(|f| matches!(f, Field::Counter { .. }));
    if !counted || fields.contains(&Field::Chain) {
        return Err(Error::Unsupported);
    }
    Ok(expand(len, |number| step(prf, fields, number, &[])))
}

/// Feedback mode (section 4.2): `len` bytes. `iv` may be empty. Without a [`Field::Chain`] among the
/// fields the chain comes first.
///
/// # Errors
/// As [`counter`], but a counter is not needed.
pub fn feedback(
    prf: &Mac,
    iv: &[u8],
    fields: &[Field<'_>],
    len: usize,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let fields = &with_chain(fields)?[..];
    check(prf, fields, len)?;
    let mut chain = Zeroizing::new(iv.to_vec());
    Ok(expand(len, |number| {
        chain = step(prf, fields, number, &chain);
        chain.clone()
    }))
}

/// Double-pipeline mode (section 4.3): `len` bytes. A(0) is all [`Field::Bytes`] and
/// [`Field::Length`] one after the other. Without a [`Field::Chain`] among the fields the chain
/// comes first.
///
/// # Errors
/// As [`counter`], but a counter is not needed.
pub fn double_pipeline(
    prf: &Mac,
    fields: &[Field<'_>],
    len: usize,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let fields = &with_chain(fields)?[..];
    check(prf, fields, len)?;
    let mut chain = Zeroizing::new(Vec::new());
    Ok(expand(len, |number| {
        let mut mac = prf.clone();
        if number == 1 {
            let fixed = |f: &&Field<'_>| matches!(f, Field::Bytes(_) | Field::Length { .. });
            fields
                .iter()
                .filter(fixed)
                .for_each(|field| absorb(&mut mac, field, number, &[]));
        } else {
            mac.update(&chain);
        }
        chain = Zeroizing::new(mac.finish());
        step(prf, fields, number, &chain)
    }))
}

/// Runs steps 1, 2, .. until there are `len` bytes.
fn expand(len: usize, mut step: impl FnMut(u32) -> Zeroizing<Vec<u8>>) -> Zeroizing<Vec<u8>> {
    let mut out = Zeroizing::new(Vec::with_capacity(len + 64));
    let mut number = 0;
    while out.len() < len {
        number += 1;
        out.extend_from_slice(&step(number));
    }
    out.truncate(len);
    out
}

fn step(prf: &Mac, fields: &[Field<'_>], number: u32, chain: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut mac = prf.clone();
    for field in fields {
        absorb(&mut mac, field, number, chain);
    }
    Zeroizing::new(mac.finish())
}

fn absorb(mac: &mut Mac, field: &Field<'_>, number: u32, chain: &[u8]) {
    match *field {
        Field::Counter {
            bits,
            little_endian,
        } => absorb_number(mac, number.into(), bits, little_endian),
        Field::Length {
            value,
            bits,
            little_endian,
        } => absorb_number(mac, value, bits, little_endian),
        Field::Chain => mac.update(chain),
        Field::Bytes(bytes) => mac.update(bytes),
    }
}

/// Absorbs the low `bits` bits of `value`, a multiple of 8 up to 64.
fn absorb_number(mac: &mut Mac, value: u64, bits: u32, little_endian: bool) {
    let len = bits as usize / 8;
    if little_endian {
        mac.update(&value.to_le_bytes()[..len]);
    } else {
        mac.update(&value.to_be_bytes()[8 - len..]);
    }
}

/// `fields` with the chain in front if it is nowhere; at most one is allowed.
fn with_chain<'a>(fields: &[Field<'a>]) -> Result<Vec<Field<'a>>, Error> {
    match fields.iter().filter(|f| **f == Field::Chain).count() {
        0 => Ok([&[Field::Chain], fields].concat()),
        1 => Ok(fields.to_vec()),
        _ => Err(Error::Unsupported),
    }
}

/// Judges widths, and whether the numbers fit them.
fn check(prf: &Mac, fields: &[Field<'_>], len: usize) -> Result<(), Error> {
    if len == 0 || len > MAX_LEN {
        return Err(Error::InvalidLength);
    }
    let steps = len.div_ceil(prf.output_len()) as u64;
    let mut counters = 0;
    for field in fields {
        let (value, bits, most) = match *field {
            Field::Counter { bits, .. } => {
                counters += 1;
                (steps, bits, 32)
            }
            Field::Length { value, bits, .. } => (value, bits, 64),
            Field::Chain | Field::Bytes(_) => continue,
        };
        if bits == 0 || bits > most || !bits.is_multiple_of(8) {
            return Err(Error::Unsupported);
        }
        if bits < 64 && value >> bits != 0 {
            return Err(Error::InvalidLength);
        }
    }
    if counters > 1 {
        return Err(Error::Unsupported);
    }
    Ok(())
}
