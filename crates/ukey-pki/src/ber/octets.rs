//! An OCTET STRING that is read in pieces.

use std::io::{Read, Seek};

use super::{BerHeader, BerReader, CHUNK, read_retrying};
use crate::asn1;
use crate::error::{Error, Result};

/// How far the reading of an OCTET STRING has come. Its encoding may be primitive, or constructed
/// from segments, which may themselves be constructed.
pub(crate) struct OctetString {
    /// Octets left in the current segment.
    left: u64,
    /// Frames of the reader outside of this string.
    depth: usize,
    constructed: bool,
}

impl<R: Read> BerReader<R> {
    /// Starts on an OCTET STRING with this header (the tag may be an implicit one).
    pub(crate) fn octets(&mut self, header: BerHeader) -> Result<OctetString> {
        let depth = self.frames.len();
        let constructed = header.is_constructed();
        let left = match (constructed, header.length) {
            (false, Some(length)) => length,
            (false, None) => return Err(self.malformed()),
            (true, _) => {
                self.enter_header(header)?;
                0
            }
        };
        Ok(OctetString {
            left,
            depth,
            constructed,
        })
    }

    /// Appends the next piece, at most [`CHUNK`] octets, to the emptied `buffer`; leaves it empty at
    /// the end of the string.
    pub(crate) fn next_octets(
        &mut self,
        string: &mut OctetString,
        buffer: &mut Vec<u8>,
    ) -> Result<()> {
        buffer.clear();
        if !self.next_segment(string)? {
            return Ok(());
        }
        let wanted = usize::try_from(string.left).map_or(CHUNK, |left| left.min(CHUNK));
        buffer.resize(wanted, 0);
        let read = read_retrying(&mut self.input, buffer)?;
        buffer.truncate(read);
        self.position += read as u64;
        string.left -= read as u64;
        match read {
            0 => Err(Error::Truncated { what: self.what }),
            _ => Ok(()),
        }
    }

    /// Moves to a segment with octets left; `false` at the end of the string.
    fn next_segment(&mut self, string: &mut OctetString) -> Result<bool> {
        while string.left == 0 {
            if !string.constructed {
                return Ok(false);
            }
            if self.peek_tag()?.is_none() {
                self.leave()?;
                string.constructed = self.frames.len() > string.depth;
                continue;
            }
            let header = self.header()?;
            match (header.tag, header.length) {
                (asn1::OCTET_STRING, Some(length)) => string.left = length,
                (tag, _) if tag == asn1::OCTET_STRING | super::CONSTRUCTED => {
                    self.enter_header(header)?;
                }
                _ => return Err(self.malformed()),
            }
        }
        Ok(true)
    }
}

impl<R: Read + Seek> BerReader<R> {
    /// Passes over the rest of an OCTET STRING without reading what is in it.
    pub(crate) fn skip_octets(&mut self, string: &mut OctetString) -> Result<()> {
        while self.next_segment(string)? {
            let distance = i64::try_from(string.left).map_err(|_| self.malformed())?;
            self.input.seek_relative(distance)?;
            self.position += string.left;
            string.left = 0;
        }
        Ok(())
    }

    /// Position of the next octet, for [`BerReader::rewind`]. Only where nothing is looked ahead.
    pub(crate) fn position(&self) -> u64 {
        self.position
    }

    /// Goes back to an earlier position, outside of all elements.
    pub(crate) fn rewind(&mut self, position: u64) -> Result<()> {
        let back = self.position.saturating_sub(position);
        let back = i64::try_from(back).map_err(|_| self.malformed())?;
        self.input.seek_relative(-back)?;
        self.position = position;
        self.frames.clear();
        self.peeked = None;
        Ok(())
    }
}
