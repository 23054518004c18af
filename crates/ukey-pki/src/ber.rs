//! Reading BER from a stream: messages may be larger than memory, and other software writes them
//! with indefinite lengths and segmented strings.
//!
//! A [`BerReader`] keeps the stack of constructed elements it is inside of and refuses an inner
//! element that leaves its outer one. Small parts are read whole, turned into DER
//! ([`BerReader::element`]); the one large part, an OCTET STRING, is read in pieces
//! ([`BerReader::octets`]).

mod octets;
#[cfg(test)]
mod tests;

use std::io::{BufReader, ErrorKind, Read};

use crate::asn1;
use crate::error::{Error, Result};

/// Octets of a BER header at most: tag, length of length, eight octets of length.
const MAX_LENGTH_OCTETS: u8 = 8;
/// Nesting allowed, far above what messages need.
const MAX_DEPTH: usize = 32;
/// Read buffer; also the unit in which content is handled.
pub(crate) const CHUNK: usize = 64 * 1024;
/// Octets that all parts of a message other than its content may take together.
pub(crate) const STRUCTURE_LIMIT: usize = 16 * 1024 * 1024;

/// What an element counts against [`STRUCTURE_LIMIT`] besides its contents.
const ELEMENT_COST: usize = 8;

/// Bit of the tag octet that marks constructed encoding.
const CONSTRUCTED: u8 = 0x20;

/// Tag and length of an element. `None` is the indefinite length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BerHeader {
    pub(crate) tag: u8,
    pub(crate) length: Option<u64>,
}

impl BerHeader {
    pub(crate) fn is_constructed(self) -> bool {
        self.tag & CONSTRUCTED != 0
    }
}

/// A reader of BER elements.
pub(crate) struct BerReader<R> {
    input: BufReader<R>,
    what: &'static str,
    position: u64,
    /// End positions of the elements being inside of; `None` for indefinite length.
    frames: Vec<Option<u64>>,
    peeked: Option<Peeked>,
    structure_left: usize,
}

#[derive(Clone, Copy)]
enum Peeked {
    Header(BerHeader),
    EndOfContents,
    EndOfInput,
}

impl<R: Read> BerReader<R> {
    /// Starts reading; `what` names the message in errors.
    pub(crate) fn new(input: R, what: &'static str) -> Self {
        Self {
            input: BufReader::with_capacity(CHUNK, input),
            what,
            position: 0,
            frames: Vec::new(),
            peeked: None,
            structure_left: STRUCTURE_LIMIT,
        }
    }

    pub(crate) fn malformed(&self) -> Error {
        Error::malformed(self.what)
    }

    /// Tag of the next element inside the current one; `None` at its end.
    pub(crate) fn peek_tag(&mut self) -> Result<Option<u8>> {
        Ok(match self.peek()? {
            Peeked::Header(header) => Some(header.tag),
            Peeked::EndOfContents | Peeked::EndOfInput => None,
        })
    }

    fn peek(&mut self) -> Result<Peeked> {
        let next = match self.peeked {
            Some(peeked) => peeked,
            None if self.frames.last() == Some(&Some(self.position)) => Peeked::EndOfContents,
            None => self.read_header()?,
        };
        self.peeked = Some(next);
        Ok(next)
    }

    /// Header of the next element, which must be there.
    pub(crate) fn header(&mut self) -> Result<BerHeader> {
        match self.peek()? {
            Peeked::Header(header) => {
                self.peeked = None;
                Ok(header)
            }
            Peeked::EndOfContents => Err(self.malformed()),
            Peeked::EndOfInput => Err(Error::Truncated { what: self.what }),
        }
    }

    /// Enters the next element, which must have this constructed tag.
    pub(crate) fn enter(&mut self, tag: u8) -> Result<()> {
        let header = self.header()?;
        if header.tag != tag || !header.is_constructed() {
            return Err(self.malformed());
        }
        self.enter_header(header)
    }

    fn enter_header(&mut self, header: BerHeader) -> Result<()> {
        if self.frames.len() >= MAX_DEPTH {
            return Err(self.malformed());
        }
        self.frames
            .push(header.length.map(|length| self.position + length));
        Ok(())
    }

    /// Leaves the current element, which must be at its end.
    pub(crate) fn leave(&mut self) -> Result<()> {
        match self.peek()? {
            Peeked::EndOfContents => {
                self.peeked = None;
                self.frames.pop();
                Ok(())
            }
            Peeked::EndOfInput => Err(Error::Truncated { what: self.what }),
            Peeked::Header(_) => Err(self.malformed()),
        }
    }

    /// Demands that nothing follows the outermost element.
    pub(crate) fn finish(&mut self) -> Result<()> {
        match self.peek()? {
            Peeked::EndOfInput => Ok(()),
            _ => Err(Error::TrailingData { what: self.what }),
        }
    }

    /// The next element as DER: definite minimal lengths, OCTET STRING segments joined.
    pub(crate) fn element(&mut self) -> Result<Vec<u8>> {
        let header = self.header()?;
        self.charge(ELEMENT_COST)?;
        self.element_from(header)
    }

    fn element_from(&mut self, header: BerHeader) -> Result<Vec<u8>> {
        if !header.is_constructed() {
            let length = header.length.ok_or_else(|| self.malformed())?;
            let value = self.structure_bytes(length)?;
            return Ok(asn1::tlv(header.tag, &[&value]));
        }
        self.enter_header(header)?;
        let mut contents = Vec::new();
        while self.peek_tag()?.is_some() {
            contents.extend(self.element()?);
        }
        self.leave()?;
        if header.tag == asn1::OCTET_STRING | CONSTRUCTED {
            contents = join_segments(&contents, self.what)?;
            return Ok(asn1::octet_string(&contents));
        }
        Ok(asn1::tlv(header.tag, &[&contents]))
    }

    /// Contents of a small primitive element.
    fn structure_bytes(&mut self, length: u64) -> Result<Vec<u8>> {
        let wanted = usize::try_from(length).unwrap_or(usize::MAX);
        self.charge(wanted)?;
        // Grows with what is really there, so that a lying length costs no memory.
        let mut bytes = Vec::new();
        let read = self.input.by_ref().take(length).read_to_end(&mut bytes)?;
        self.position += read as u64;
        match read == wanted {
            true => Ok(bytes),
            false => Err(Error::Truncated { what: self.what }),
        }
    }

    /// Counts octets that will be held in memory.
    fn charge(&mut self, octets: usize) -> Result<()> {
        self.structure_left = self
            .structure_left
            .checked_sub(octets)
            .ok_or(Error::TooLarge {
                what: self.what,
                limit: STRUCTURE_LIMIT,
            })?;
        Ok(())
    }

    fn read_header(&mut self) -> Result<Peeked> {
        let Some(tag) = self.byte()? else {
            return match self.frames.is_empty() {
                true => Ok(Peeked::EndOfInput),
                false => Err(Error::Truncated { what: self.what }),
            };
        };
        let first = self.needed_byte()?;
        if tag == 0 {
            // End-of-contents octets, in an element of indefinite length only.
            if first != 0 || self.frames.last() != Some(&None) {
                return Err(self.malformed());
            }
            self.check_fits(Some(0))?;
            return Ok(Peeked::EndOfContents);
        }
        let length = self.length(first)?;
        let header = BerHeader { tag, length };
        let high_tag_number = tag & 0x1F == 0x1F;
        if high_tag_number || (length.is_none() && !header.is_constructed()) {
            return Err(self.malformed());
        }
        self.check_fits(length)?;
        Ok(Peeked::Header(header))
    }

    fn length(&mut self, first: u8) -> Result<Option<u64>> {
        let octets = match first {
            0..0x80 => return Ok(Some(u64::from(first))),
            0x80 => return Ok(None),
            _ => first & 0x7F,
        };
        if octets > MAX_LENGTH_OCTETS {
            return Err(self.malformed());
        }
        let mut length = 0u64;
        for _ in 0..octets {
            length = length << 8 | u64::from(self.needed_byte()?);
        }
        Ok(Some(length))
    }

    /// An element must end inside every element of known length around it, and inside what a file
    /// can be.
    fn check_fits(&self, length: Option<u64>) -> Result<()> {
        let end = self
            .position
            .checked_add(length.unwrap_or(0))
            .filter(|end| i64::try_from(*end).is_ok())
            .ok_or_else(|| self.malformed())?;
        match self.frames.iter().flatten().all(|outer| end <= *outer) {
            true => Ok(()),
            false => Err(self.malformed()),
        }
    }

    fn needed_byte(&mut self) -> Result<u8> {
        self.byte()?.ok_or(Error::Truncated { what: self.what })
    }

    fn byte(&mut self) -> Result<Option<u8>> {
        let mut byte = [0];
        let read = read_retrying(&mut self.input, &mut byte)?;
        self.position += read as u64;
        Ok((read == 1).then_some(byte[0]))
    }
}

/// One read that is not interrupted; 0 at the end of the input.
pub(crate) fn read_retrying(input: &mut dyn Read, buffer: &mut [u8]) -> Result<usize> {
    loop {
        match input.read(buffer) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            other => return Ok(other?),
        }
    }
}

/// Reads until the buffer is full or the input ends; returns the octets read.
pub(crate) fn read_full(input: &mut dyn Read, buffer: &mut [u8]) -> Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match read_retrying(input, &mut buffer[filled..])? {
            0 => break,
            read => filled += read,
        }
    }
    Ok(filled)
}

fn join_segments(contents: &[u8], what: &'static str) -> Result<Vec<u8>> {
    let mut joined = Vec::with_capacity(contents.len());
    for segment in asn1::Fields::of(contents, what)?.collect()? {
        joined.extend_from_slice(segment.expect(asn1::OCTET_STRING, what)?.value);
    }
    Ok(joined)
}
