//! SM2 (and other prime curve) values.

use crate::wire::{DecodeError, Field, Reader, Writer};

/// Bytes of a coordinate or scalar of a curve the wire may name: SM2 and P-256, P-384, P-521.
pub(super) fn curve_bytes(bits: u32) -> Result<usize, DecodeError> {
    match bits {
        256 => Ok(32),
        384 => Ok(48),
        521 => Ok(66),
        _ => Err(DecodeError::Invalid("curve size")),
    }
}

/// Takes two numbers of the curve's length.
fn get_pair(reader: &mut Reader<'_>, bits: u32) -> Result<(Vec<u8>, Vec<u8>), DecodeError> {
    let length = curve_bytes(bits)?;
    Ok((
        reader.bytes(length)?.to_vec(),
        reader.bytes(length)?.to_vec(),
    ))
}

/// Two numbers of a 256-bit curve, if that is what the parts are.
fn as_256(bits: u32, first: &[u8], second: &[u8]) -> Option<([u8; 32], [u8; 32])> {
    if bits != 256 {
        return None;
    }
    Some((first.try_into().ok()?, second.try_into().ok()?))
}

/// ECC public key: `bits u32, X, Y`, coordinates of bits/8 bytes (O for 256 bits).
///
/// Whether the point is on the curve is not checked here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EccPublic {
    /// Size of the field: 256 for SM2.
    pub bits: u32,
    /// X, big endian, bits/8 bytes rounded up.
    pub x: Vec<u8>,
    /// Y, likewise.
    pub y: Vec<u8>,
}

impl EccPublic {
    /// An SM2 key.
    pub fn sm2(x: &[u8; 32], y: &[u8; 32]) -> Self {
        Self {
            bits: 256,
            x: x.to_vec(),
            y: y.to_vec(),
        }
    }

    /// X and Y, if this is a key of 256 bits.
    pub fn sm2_coordinates(&self) -> Option<([u8; 32], [u8; 32])> {
        as_256(self.bits, &self.x, &self.y)
    }
}

impl Field for EccPublic {
    fn put(&self, writer: &mut Writer) {
        writer.u32(self.bits).bytes(&self.x).bytes(&self.y);
    }
    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let bits = reader.u32()?;
        let (x, y) = get_pair(reader, bits)?;
        Ok(Self { bits, x, y })
    }
}

/// ECC signature: `bits u32, r, s` (C: the answer of ECCSignData).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EccSignature {
    /// Size of the field: 256 for SM2.
    pub bits: u32,
    /// r, big endian, bits/8 bytes rounded up.
    pub r: Vec<u8>,
    /// s, likewise.
    pub s: Vec<u8>,
}

impl EccSignature {
    /// An SM2 signature.
    pub fn sm2(r: &[u8; 32], s: &[u8; 32]) -> Self {
        Self {
            bits: 256,
            r: r.to_vec(),
            s: s.to_vec(),
        }
    }

    /// r and s, if this is a signature of 256 bits.
    pub fn sm2_parts(&self) -> Option<([u8; 32], [u8; 32])> {
        as_256(self.bits, &self.r, &self.s)
    }

    /// Takes `r, s` of a curve whose size is known from elsewhere.
    pub(crate) fn get_parts(reader: &mut Reader<'_>, bits: u32) -> Result<Self, DecodeError> {
        let (r, s) = get_pair(reader, bits)?;
        Ok(Self { bits, r, s })
    }
}

impl Field for EccSignature {
    fn put(&self, writer: &mut Writer) {
        writer.u32(self.bits).bytes(&self.r).bytes(&self.s);
    }
    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let bits = reader.u32()?;
        Self::get_parts(reader, bits)
    }
}

/// A point of the SM2 curve without its bit count: `X(32), Y(32)` (P).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sm2Point {
    /// X, big endian.
    pub x: [u8; 32],
    /// Y, big endian.
    pub y: [u8; 32],
}

impl Field for Sm2Point {
    fn put(&self, writer: &mut Writer) {
        writer.bytes(&self.x).bytes(&self.y);
    }
    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            x: reader.array()?,
            y: reader.array()?,
        })
    }
}

/// SM2 ciphertext: `X(32), Y(32), hash(32), length u32, data` (P: the field order of the
/// ECCCIPHERBLOB of GM/T 0016, coordinates unpadded). In other words C1, C3, length, C2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sm2Cipher {
    /// X of C1.
    pub x: [u8; 32],
    /// Y of C1.
    pub y: [u8; 32],
    /// C3, the SM3 check value.
    pub hash: [u8; 32],
    /// C2, as long as the plaintext; never empty.
    pub data: Vec<u8>,
}

impl Field for Sm2Cipher {
    fn put(&self, writer: &mut Writer) {
        writer
            .bytes(&self.x)
            .bytes(&self.y)
            .bytes(&self.hash)
            .l32(&self.data);
    }
    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let (x, y, hash) = (reader.array()?, reader.array()?, reader.array()?);
        let data = reader.l32()?.to_vec();
        if data.is_empty() {
            return Err(DecodeError::Length("SM2 ciphertext"));
        }
        Ok(Self { x, y, hash, data })
    }
}
