//! Keys, signatures and ciphertexts as they stand inside data fields.
//!
//! These are not the structs of GM/T 0016: the wire is big endian and carries coordinates in their
//! real length, where the C structs are native endian and padded to 64 bytes.

mod ecc;
mod envelope;
mod rsa;

pub use ecc::{EccPublic, EccSignature, Sm2Cipher, Sm2Point};
pub use envelope::EnvelopedKey;
pub use rsa::RsaPublic;

use crate::layout::reply_field;
use crate::wire::{DecodeError, Field, Reader, Writer};

/// A public key of either kind; the bit count tells which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicKey {
    /// ECC.
    Ecc(EccPublic),
    /// RSA.
    Rsa(RsaPublic),
}

impl Field for PublicKey {
    fn put(&self, writer: &mut Writer) {
        match self {
            Self::Ecc(key) => key.put(writer),
            Self::Rsa(key) => key.put(writer),
        }
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let bits = reader.clone().u32()?;
        if bits < rsa::MIN_BITS {
            EccPublic::get(reader).map(Self::Ecc)
        } else {
            RsaPublic::get(reader).map(Self::Rsa)
        }
    }
}

reply_field! { PublicKey }
reply_field! { EccPublic }
reply_field! { EccSignature }
reply_field! { Sm2Cipher }
reply_field! { RsaPublic }
