//! The few DER (X.690) types of GM/T 0009. Strict when writing; when reading, INTEGERs are unsigned
//! and may lack the sign byte, everything else is DER.

use super::FIELD_LEN;
use crate::Error;

const INTEGER: u8 = 0x02;
const OCTET_STRING: u8 = 0x04;
const SEQUENCE: u8 = 0x30;

/// Appends an INTEGER with the unsigned big-endian value `bytes`.
pub(super) fn write_uint(out: &mut Vec<u8>, bytes: &[u8; FIELD_LEN]) {
    let skip = bytes
        .iter()
        .take_while(|&&b| b == 0)
        .count()
        .min(FIELD_LEN - 1);
    let digits = &bytes[skip..];
    let sign = usize::from(digits[0] >= 0x80);
    write_header(out, INTEGER, sign + digits.len());
    out.extend_from_slice(&[0][..sign]);
    out.extend_from_slice(digits);
}

/// Appends an OCTET STRING.
pub(super) fn write_octets(out: &mut Vec<u8>, bytes: &[u8]) {
    write_header(out, OCTET_STRING, bytes.len());
    out.extend_from_slice(bytes);
}

/// A SEQUENCE around `content`.
pub(super) fn sequence(content: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(content.len() + 6);
    write_header(&mut out, SEQUENCE, content.len());
    out.extend_from_slice(content);
    out
}

fn write_header(out: &mut Vec<u8>, tag: u8, len: usize) {
    out.push(tag);
    match u8::try_from(len) {
        Ok(short) if short < 0x80 => out.push(short),
        _ => {
            let bytes = len.to_be_bytes();
            let skip = len.leading_zeros() as usize / 8;
            let count = u8::try_from(bytes.len() - skip).expect("a usize has at most 8 bytes");
            out.push(0x80 | count);
            out.extend_from_slice(&bytes[skip..]);
        }
    }
}

/// Reads one element after the other.
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Succeeds if nothing is left.
    pub(super) fn end(&self) -> Result<(), Error> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Error::InvalidEncoding)
        }
    }

    pub(super) fn sequence(&mut self) -> Result<Self, Error> {
        self.element(SEQUENCE).map(Self)
    }

    pub(super) fn octets(&mut self) -> Result<&'a [u8], Error> {
        self.element(OCTET_STRING)
    }

    /// An INTEGER below 2^256 as 32 bytes, taken as unsigned.
    pub(super) fn uint(&mut self) -> Result<[u8; FIELD_LEN], Error> {
        let content = self.element(INTEGER)?;
        let digits = match content {
            [] => return Err(Error::InvalidEncoding),
            [0, digits @ ..] if digits.len() == FIELD_LEN => digits,
            digits if digits.len() <= FIELD_LEN => digits,
            _ => return Err(Error::InvalidEncoding),
        };
        let mut value = [0; FIELD_LEN];
        value[FIELD_LEN - digits.len()..].copy_from_slice(digits);
        Ok(value)
    }

    fn element(&mut self, tag: u8) -> Result<&'a [u8], Error> {
        let rest = match self.0 {
            [first, rest @ ..] if *first == tag => rest,
            _ => return Err(Error::InvalidEncoding),
        };
        let (len, rest) = read_length(rest)?;
        let (content, rest) = rest.split_at_checked(len).ok_or(Error::InvalidEncoding)?;
        self.0 = rest;
        Ok(content)
    }
}

/// A definite length in the shortest form, and what follows it.
fn read_length(bytes: &[u8]) -> Result<(usize, &[u8]), Error> {
    let (&first, rest) = bytes.split_first().ok_or(Error::InvalidEncoding)?;
    if first < 0x80 {
        return Ok((usize::from(first), rest));
    }
    let count = usize::from(first & 0x7f);
    if !(1..=4).contains(&count) || rest.len() < count || rest[0] == 0 {
        return Err(Error::InvalidEncoding);
    }
    let (digits, rest) = rest.split_at(count);
    let len = digits
        .iter()
        .fold(0u64, |len, &digit| (len << 8) | u64::from(digit));
    if len < 0x80 {
        return Err(Error::InvalidEncoding);
    }
    Ok((
        usize::try_from(len).map_err(|_| Error::InvalidEncoding)?,
        rest,
    ))
}
