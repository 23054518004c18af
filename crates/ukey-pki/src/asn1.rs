//! The little DER that the structures of this crate share.
//!
//! Reading walks over borrowed elements and keeps every element's original bytes, because what is
//! hashed and compared must be what was received, never a re-encoding; and because several GM
//! structures are met with tags that a derived decoder would refuse. The element headers themselves
//! are decoded by the `der` crate.

use const_oid::ObjectIdentifier as Oid;
use der::{Encode, ErrorKind, Header, Reader, SliceReader};

use crate::error::{Error, Result};

pub(crate) const BOOLEAN: u8 = 0x01;
pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const NULL: u8 = 0x05;
pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(crate) const UTF8_STRING: u8 = 0x0C;
pub(crate) const PRINTABLE_STRING: u8 = 0x13;
pub(crate) const TELETEX_STRING: u8 = 0x14;
pub(crate) const IA5_STRING: u8 = 0x16;
pub(crate) const UTC_TIME: u8 = 0x17;
pub(crate) const GENERALIZED_TIME: u8 = 0x18;
pub(crate) const BMP_STRING: u8 = 0x1E;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;

/// Context-specific constructed tag `[n]`.
pub(crate) const fn context(n: u8) -> u8 {
    0xA0 | n
}

/// Context-specific primitive tag `[n]`.
pub(crate) const fn context_primitive(n: u8) -> u8 {
    0x80 | n
}

/// One element: tag octet, contents, and the bytes of the whole.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element<'a> {
    pub(crate) tag: u8,
    pub(crate) value: &'a [u8],
    pub(crate) raw: &'a [u8],
}

impl<'a> Element<'a> {
    /// The elements inside this constructed one.
    pub(crate) fn fields(&self, what: &'static str) -> Result<Fields<'a>> {
        Fields::of(self.value, what)
    }

    pub(crate) fn expect(self, tag: u8, what: &'static str) -> Result<Self> {
        if self.tag == tag {
            Ok(self)
        } else {
            Err(Error::malformed(what))
        }
    }

    pub(crate) fn oid(&self, what: &'static str) -> Result<Oid> {
        self.expect(OBJECT_IDENTIFIER, what)?;
        Oid::from_bytes(self.value).map_err(|_| Error::malformed(what))
    }

    /// An INTEGER read as unsigned, leading zeros dropped. Negative encodings, which some old GM
    /// software writes for values with the top bit set, are taken as the unsigned value they meant.
    pub(crate) fn unsigned(&self, what: &'static str) -> Result<&'a [u8]> {
        self.expect(INTEGER, what)?;
        if self.value.is_empty() {
            return Err(Error::malformed(what));
        }
        let zeros = self.value.iter().take_while(|b| **b == 0).count();
        Ok(&self.value[zeros..])
    }

    /// A small INTEGER such as a version.
    pub(crate) fn small(&self, what: &'static str) -> Result<u8> {
        match self.unsigned(what)? {
            [] => Ok(0),
            [n] if self.value[0] & 0x80 == 0 => Ok(*n),
            _ => Err(Error::malformed(what)),
        }
    }

    /// The octets of a BIT STRING whose length is a whole number of octets.
    pub(crate) fn bit_string_octets(&self, what: &'static str) -> Result<&'a [u8]> {
        self.expect(BIT_STRING, what)?;
        match self.value {
            [0, octets @ ..] => Ok(octets),
            _ => Err(Error::malformed(what)),
        }
    }
}

/// Walks over consecutive elements.
#[derive(Clone)]
pub(crate) struct Fields<'a> {
    reader: SliceReader<'a>,
    what: &'static str,
}

impl<'a> Fields<'a> {
    pub(crate) fn of(bytes: &'a [u8], what: &'static str) -> Result<Self> {
        let reader = SliceReader::new(bytes).map_err(|e| der_error(e, what))?;
        Ok(Self { reader, what })
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.reader.is_finished()
    }

    pub(crate) fn peek_tag(&self) -> Option<u8> {
        self.reader.peek_byte()
    }

    pub(crate) fn next(&mut self) -> Result<Element<'a>> {
        let what = self.what;
        let header = Header::peek(&self.reader).map_err(|e| der_error(e, what))?;
        let raw = self.reader.tlv_bytes().map_err(|e| der_error(e, what))?;
        let value_len = usize::try_from(header.length()).map_err(|_| Error::malformed(what))?;
        let value = raw
            .len()
            .checked_sub(value_len)
            .and_then(|start| raw.get(start..))
            .ok_or(Error::Malformed { what })?;
        Ok(Element {
            tag: raw[0],
            value,
            raw,
        })
    }

    pub(crate) fn expect(&mut self, tag: u8) -> Result<Element<'a>> {
        let what = self.what;
        self.next()?.expect(tag, what)
    }

    pub(crate) fn optional(&mut self, tag: u8) -> Result<Option<Element<'a>>> {
        if self.peek_tag() == Some(tag) {
            self.next().map(Some)
        } else {
            Ok(None)
        }
    }

    pub(crate) fn finish(self) -> Result<()> {
        if self.is_finished() {
            Ok(())
        } else {
            Err(Error::malformed(self.what))
        }
    }

    /// All remaining elements.
    pub(crate) fn collect(mut self) -> Result<Vec<Element<'a>>> {
        let mut all = Vec::new();
        while !self.is_finished() {
            all.push(self.next()?);
        }
        Ok(all)
    }
}

/// The input as exactly one element with this tag.
pub(crate) fn single<'a>(bytes: &'a [u8], tag: u8, what: &'static str) -> Result<Element<'a>> {
    let mut fields = Fields::of(bytes, what)?;
    let element = fields.expect(tag)?;
    if !fields.is_finished() {
        return Err(Error::TrailingData { what });
    }
    Ok(element)
}

fn der_error(error: der::Error, what: &'static str) -> Error {
    match error.kind() {
        ErrorKind::Incomplete { .. } => Error::Truncated { what },
        _ => Error::Malformed { what },
    }
}

/// Header of a definite-length element: tag octet and minimal length.
pub(crate) fn header(tag: u8, length: u64) -> Vec<u8> {
    let mut out = vec![tag];
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => out.push(short),
        _ => {
            let bytes = length.to_be_bytes();
            let significant = &bytes[length.leading_zeros() as usize / 8..];
            out.push(0x80 | significant.len() as u8);
            out.extend_from_slice(significant);
        }
    }
    out
}

/// An element with this tag around the concatenated parts.
pub(crate) fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut out = header(tag, length as u64);
    out.reserve_exact(length);
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}

pub(crate) fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    tlv(SEQUENCE, parts)
}

/// SET OF with the members in DER order.
pub(crate) fn set_of(tag: u8, mut members: Vec<Vec<u8>>) -> Vec<u8> {
    members.sort();
    let parts: Vec<&[u8]> = members.iter().map(Vec::as_slice).collect();
    tlv(tag, &parts)
}

pub(crate) fn oid(value: Oid) -> Vec<u8> {
    tlv(OBJECT_IDENTIFIER, &[value.as_bytes()])
}

/// INTEGER of an unsigned big-endian number.
pub(crate) fn unsigned(value: &[u8]) -> Vec<u8> {
    let zeros = value.iter().take_while(|b| **b == 0).count();
    let significant = &value[zeros..];
    match significant.first() {
        None => tlv(INTEGER, &[&[0]]),
        Some(top) if top & 0x80 != 0 => tlv(INTEGER, &[&[0], significant]),
        Some(_) => tlv(INTEGER, &[significant]),
    }
}

pub(crate) fn octet_string(value: &[u8]) -> Vec<u8> {
    tlv(OCTET_STRING, &[value])
}

/// BIT STRING of whole octets.
pub(crate) fn bit_string(octets: &[u8]) -> Vec<u8> {
    tlv(BIT_STRING, &[&[0], octets])
}

pub(crate) fn null() -> Vec<u8> {
    vec![NULL, 0]
}

/// A value of the `der` or `x509-cert` crates. These fail only on lengths that cannot occur here.
pub(crate) fn encode(value: &impl Encode, what: &'static str) -> Result<Vec<u8>> {
    value.to_der().map_err(|_| Error::malformed(what))
}
