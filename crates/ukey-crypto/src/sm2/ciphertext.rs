//! SM2 ciphertexts and the encodings met in the field.

use super::{FIELD_LEN, der};
use crate::Error;

/// Bytes of a raw ciphertext that are not C2: `04`, C1 (64) and C3 (32).
const RAW_OVERHEAD: usize = 1 + 2 * FIELD_LEN + 32;

/// A ciphertext. C1 is checked to be on the curve at decryption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ciphertext {
    /// x of C1, 32 bytes big endian.
    pub x: [u8; FIELD_LEN],
    /// y of C1, 32 bytes big endian.
    pub y: [u8; FIELD_LEN],
    /// C3, the SM3 check value.
    pub hash: [u8; 32],
    /// C2, as long as the plaintext; never empty in a valid ciphertext.
    pub data: Vec<u8>,
}

impl Ciphertext {
    /// DER `SM2Cipher ::= SEQUENCE { x INTEGER, y INTEGER, hash OCTET STRING, cipherText OCTET STRING }`
    /// (GM/T 0009 clause 7.2).
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        let mut content = Vec::with_capacity(self.data.len() + 112);
        der::write_uint(&mut content, &self.x);
        der::write_uint(&mut content, &self.y);
        der::write_octets(&mut content, &self.hash);
        der::write_octets(&mut content, &self.data);
        der::sequence(&content)
    }

    /// Reads DER, and the fixed 32-byte INTEGERs without sign byte of some old products.
    ///
    /// # Errors
    /// [`Error::InvalidEncoding`], also for bytes after the end or empty data.
    pub fn from_der(bytes: &[u8]) -> Result<Self, Error> {
        let mut outer = der::Reader::new(bytes);
        let mut content = outer.sequence()?;
        outer.end()?;
        let x = content.uint()?;
        let y = content.uint()?;
        let hash = content
            .octets()?
            .try_into()
            .map_err(|_| Error::InvalidEncoding)?;
        let data = content.octets()?.to_vec();
        content.end()?;
        if data.is_empty() {
            return Err(Error::InvalidEncoding);
        }
        Ok(Self { x, y, hash, data })
    }

    /// `04 || x || y || C3 || C2`, the order of GB/T 32918.4.
    #[must_use]
    pub fn to_c1c3c2(&self) -> Vec<u8> {
        [&[4][..], &self.x, &self.y, &self.hash, &self.data].concat()
    }

    /// Reads `04 || x || y || C3 || C2`.
    ///
    /// # Errors
    /// [`Error::InvalidLength`] if there is no data byte; [`Error::InvalidEncoding`] without the 04.
    pub fn from_c1c3c2(bytes: &[u8]) -> Result<Self, Error> {
        let (c1, rest) = split_c1(bytes)?;
        let (hash, data) = rest.split_at(32);
        Self::from_parts(c1, hash, data)
    }

    /// `04 || x || y || C2 || C3`, the order of the 2010 draft, still met in old products.
    #[must_use]
    pub fn to_c1c2c3(&self) -> Vec<u8> {
        [&[4][..], &self.x, &self.y, &self.data, &self.hash].concat()
    }

    /// Reads `04 || x || y || C2 || C3`.
    ///
    /// # Errors
    /// As [`Self::from_c1c3c2`].
    pub fn from_c1c2c3(bytes: &[u8]) -> Result<Self, Error> {
        let (c1, rest) = split_c1(bytes)?;
        let (data, hash) = rest.split_at(rest.len() - 32);
        Self::from_parts(c1, hash, data)
    }

    fn from_parts(c1: C1, hash: &[u8], data: &[u8]) -> Result<Self, Error> {
        let hash = hash.try_into().map_err(|_| Error::InvalidLength)?;
        Ok(Self {
            x: c1.x,
            y: c1.y,
            hash,
            data: data.to_vec(),
        })
    }
}

struct C1 {
    x: [u8; FIELD_LEN],
    y: [u8; FIELD_LEN],
}

/// Splits off `04 || x || y`; at least 33 bytes remain.
fn split_c1(bytes: &[u8]) -> Result<(C1, &[u8]), Error> {
    if bytes.len() <= RAW_OVERHEAD {
        return Err(Error::InvalidLength);
    }
    if bytes[0] != 4 {
        return Err(Error::InvalidEncoding);
    }
    let (x, rest) = bytes[1..].split_first_chunk().ok_or(Error::InvalidLength)?;
    let (y, rest) = rest.split_first_chunk().ok_or(Error::InvalidLength)?;
    Ok((C1 { x: *x, y: *y }, rest))
}
