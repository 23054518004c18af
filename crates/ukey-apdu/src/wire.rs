//! Bounded reading and writing of data fields, and the few field shapes every layout is made of.
//!
//! All integers are big endian. [`Reader`] never looks past its slice; [`Writer`] leaves no copy of
//! what it held behind when it grows, because a data field may hold a PIN or a key.

use zeroize::{Zeroize, Zeroizing};

use crate::status::StatusWord;

/// Why bytes could not be taken for the structure they were read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The data ends before the structure does.
    #[error("the data ends too early")]
    Truncated,
    /// There are bytes after the end of the structure.
    #[error("{0} bytes too many")]
    TrailingBytes(usize),
    /// A field that has a fixed or bounded length has another one.
    #[error("wrong length of {0}")]
    Length(&'static str),
    /// A field holds a value that its definition does not allow.
    #[error("invalid {0}")]
    Invalid(&'static str),
    /// P1 or P2 is not one that the command defines.
    #[error("unknown P1 or P2")]
    Parameters,
    /// The class byte is not the one of the command.
    #[error("wrong class")]
    Class,
    /// The instruction byte belongs to another command.
    #[error("wrong instruction")]
    Instruction,
}

impl From<DecodeError> for StatusWord {
    /// The answer of a card that was sent such bytes.
    fn from(error: DecodeError) -> Self {
        match error {
            DecodeError::Truncated | DecodeError::TrailingBytes(_) | DecodeError::Length(_) => {
                StatusWord::WRONG_LENGTH
            }
            DecodeError::Invalid(_) => StatusWord::BAD_DATA,
            DecodeError::Parameters => StatusWord::BAD_P1P2,
            DecodeError::Class => StatusWord::CLA,
            DecodeError::Instruction => StatusWord::INS,
        }
    }
}

/// Takes fields off the front of a byte slice.
#[derive(Clone)]
pub struct Reader<'a> {
    left: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Reads `data` from its first byte.
    pub fn new(data: &'a [u8]) -> Self {
        Self { left: data }
    }

    /// How many bytes are left.
    pub fn remaining(&self) -> usize {
        self.left.len()
    }

    /// The next `count` bytes.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`] when fewer are left; nothing is consumed then.
    pub fn bytes(&mut self, count: usize) -> Result<&'a [u8], DecodeError> {
        let (head, tail) = self
            .left
            .split_at_checked(count)
            .ok_or(DecodeError::Truncated)?;
        self.left = tail;
        Ok(head)
    }

    /// The next `N` bytes as an array.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`].
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let (head, tail) = self
            .left
            .split_first_chunk::<N>()
            .ok_or(DecodeError::Truncated)?;
        self.left = tail;
        Ok(*head)
    }

    /// One byte.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`].
    pub fn u8(&mut self) -> Result<u8, DecodeError> {
        self.array::<1>().map(|[byte]| byte)
    }

    /// Two bytes, big endian.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`].
    pub fn u16(&mut self) -> Result<u16, DecodeError> {
        self.array().map(u16::from_be_bytes)
    }

    /// Four bytes, big endian.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`].
    pub fn u32(&mut self) -> Result<u32, DecodeError> {
        self.array().map(u32::from_be_bytes)
    }

    /// Eight bytes, big endian.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`].
    pub fn u64(&mut self) -> Result<u64, DecodeError> {
        self.array().map(u64::from_be_bytes)
    }

    /// A one-byte length and that many bytes.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`].
    pub fn n8(&mut self) -> Result<&'a [u8], DecodeError> {
        let length = self.u8()?;
        self.bytes(usize::from(length))
    }

    /// A four-byte length and that many bytes.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`].
    pub fn l32(&mut self) -> Result<&'a [u8], DecodeError> {
        let length = self.u32()?;
        self.bytes(usize::try_from(length).map_err(|_| DecodeError::Truncated)?)
    }

    /// All that is left.
    pub fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.left)
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// [`DecodeError::TrailingBytes`] when something is left.
    pub fn finish(self) -> Result<(), DecodeError> {
        match self.left.len() {
            0 => Ok(()),
            count => Err(DecodeError::TrailingBytes(count)),
        }
    }
}

/// Builds a data field.
#[derive(Default)]
pub struct Writer {
    buffer: Zeroizing<Vec<u8>>,
}

impl Writer {
    /// An empty field.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends bytes. When the buffer has to move, the old place is wiped.
    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        let needed = self.buffer.len() + bytes.len();
        if needed > self.buffer.capacity() {
            let mut larger = Vec::with_capacity(needed.max(2 * self.buffer.capacity()).max(64));
            larger.extend_from_slice(&self.buffer);
            self.buffer.zeroize();
            *self.buffer = larger;
        }
        self.buffer.extend_from_slice(bytes);
        self
    }

    /// Appends one byte.
    pub fn u8(&mut self, value: u8) -> &mut Self {
        self.bytes(&[value])
    }

    /// Appends two bytes, big endian.
    pub fn u16(&mut self, value: u16) -> &mut Self {
        self.bytes(&value.to_be_bytes())
    }

    /// Appends four bytes, big endian.
    pub fn u32(&mut self, value: u32) -> &mut Self {
        self.bytes(&value.to_be_bytes())
    }

    /// Appends eight bytes, big endian.
    pub fn u64(&mut self, value: u64) -> &mut Self {
        self.bytes(&value.to_be_bytes())
    }

    /// Appends a one-byte length and the bytes. Only the first 255 bytes fit; a longer value is cut,
    /// which the other side refuses, so callers check the lengths they take from outside.
    pub fn n8(&mut self, bytes: &[u8]) -> &mut Self {
        let length = u8::try_from(bytes.len()).unwrap_or(u8::MAX);
        self.u8(length).bytes(&bytes[..usize::from(length)])
    }

    /// Appends a four-byte length and the bytes.
    pub fn l32(&mut self, bytes: &[u8]) -> &mut Self {
        self.u32(u32::try_from(bytes.len()).unwrap_or(u32::MAX))
            .bytes(bytes)
    }

    /// What was written.
    pub fn into_vec(mut self) -> Vec<u8> {
        std::mem::take(&mut *self.buffer)
    }
}

/// A value with one fixed place in a layout: it knows by itself where it ends.
pub trait Field: Sized {
    /// Appends the value.
    fn put(&self, writer: &mut Writer);
    /// Takes the value off the front.
    ///
    /// # Errors
    /// See [`DecodeError`].
    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError>;
}

macro_rules! integer_fields {
    ($($integer:ident),*) => {$(
        impl Field for $integer {
            fn put(&self, writer: &mut Writer) {
                writer.$integer(*self);
            }
            fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
                reader.$integer()
            }
        }
    )*};
}
integer_fields!(u8, u16, u32, u64);

impl<const N: usize> Field for [u8; N] {
    fn put(&self, writer: &mut Writer) {
        writer.bytes(self);
    }
    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.array()
    }
}

/// A flag of one byte, 0 or 1.
impl Field for bool {
    fn put(&self, writer: &mut Writer) {
        writer.u8(u8::from(*self));
    }
    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match reader.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(DecodeError::Invalid("flag")),
        }
    }
}
