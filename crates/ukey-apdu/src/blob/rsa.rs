//! RSA values.

use crate::wire::{DecodeError, Field, Reader, Writer};

/// The shortest modulus the wire names, in bits.
pub(super) const MIN_BITS: u32 = 1024;
const MAX_BITS: u32 = 4096;

/// RSA public key: `bits u32, n(bits/8), e(4)` (P).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RsaPublic {
    /// Size of the modulus: 1024 to 4096, a multiple of 8.
    pub bits: u32,
    /// Modulus, big endian, bits/8 bytes.
    pub n: Vec<u8>,
    /// Public exponent, big endian.
    pub e: [u8; 4],
}

impl RsaPublic {
    /// Bytes of the modulus, of a signature and of one ciphertext.
    pub fn modulus_bytes(&self) -> usize {
        self.n.len()
    }
}

/// Bytes of a modulus of `bits`.
pub(crate) fn modulus_bytes(bits: u32) -> Result<usize, DecodeError> {
    if (MIN_BITS..=MAX_BITS).contains(&bits) && bits.is_multiple_of(8) {
        Ok(bits as usize / 8)
    } else {
        Err(DecodeError::Invalid("modulus size"))
    }
}

impl Field for RsaPublic {
    fn put(&self, writer: &mut Writer) {
        writer.u32(self.bits).bytes(&self.n).bytes(&self.e);
    }
    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let bits = reader.u32()?;
        let n = reader.bytes(modulus_bytes(bits)?)?.to_vec();
        Ok(Self {
            bits,
            n,
            e: reader.array()?,
        })
    }
}
