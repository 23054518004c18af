//! SM2 signature values and their two encodings.

use super::{FIELD_LEN, der};
use crate::Error;

/// A signature (r, s). The ranges are judged at verification, not here: a token has to carry values
/// it did not make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signature {
    /// r, 32 bytes big endian.
    pub r: [u8; FIELD_LEN],
    /// s, 32 bytes big endian.
    pub s: [u8; FIELD_LEN],
}

impl Signature {
    /// r || s, the form of the token API.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 2 * FIELD_LEN] {
        let mut both = [0; 2 * FIELD_LEN];
        both[..FIELD_LEN].copy_from_slice(&self.r);
        both[FIELD_LEN..].copy_from_slice(&self.s);
        both
    }

    /// Reads r || s.
    ///
    /// # Errors
    /// [`Error::InvalidLength`] unless there are 64 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let bytes: &[u8; 2 * FIELD_LEN] = bytes.try_into().map_err(|_| Error::InvalidLength)?;
        let mut signature = Self {
            r: [0; FIELD_LEN],
            s: [0; FIELD_LEN],
        };
        signature.r.copy_from_slice(&bytes[..FIELD_LEN]);
        signature.s.copy_from_slice(&bytes[FIELD_LEN..]);
        Ok(signature)
    }

    /// DER `SM2Signature ::= SEQUENCE { r INTEGER, s INTEGER }` (GM/T 0009 clause 7.3).
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        let mut content = Vec::with_capacity(70);
        der::write_uint(&mut content, &self.r);
        der::write_uint(&mut content, &self.s);
        der::sequence(&content)
    }

    /// Reads DER, and the fixed 32-byte INTEGERs without sign byte of some old products: values are
    /// taken as unsigned.
    ///
    /// # Errors
    /// [`Error::InvalidEncoding`], also for bytes after the end.
    pub fn from_der(bytes: &[u8]) -> Result<Self, Error> {
        let mut outer = der::Reader::new(bytes);
        let mut content = outer.sequence()?;
        outer.end()?;
        let signature = Self {
            r: content.uint()?,
            s: content.uint()?,
        };
        content.end()?;
        Ok(signature)
    }
}
