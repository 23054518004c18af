//! The SM2 key pair in an envelope, as a CA sends it.

use super::ecc::{EccPublic, Sm2Cipher, curve_bytes};
use crate::id::AlgId;
use crate::secret::Secret;
use crate::wire::{DecodeError, Field, Reader, Writer};

/// ENVELOPEDKEYBLOB of GM/T 0016 on the wire (P):
/// `version u32, symAlg u32, bits u32, encPrivate(bits/8), X, Y, SM2 cipher`.
///
/// The private key is encrypted (ECB) under a session key, the session key to the container's
/// signature key.
#[derive(Debug, PartialEq, Eq)]
pub struct EnvelopedKey {
    /// 1.
    pub version: u32,
    /// The block cipher, in ECB mode.
    pub sym_alg: AlgId,
    /// Size of the pair: 256.
    pub bits: u32,
    /// The encrypted private key, bits/8 bytes.
    pub enc_private: Secret,
    /// The public half; its `bits` are those above and are not sent again.
    pub public: EccPublic,
    /// The session key, encrypted with SM2.
    pub cipher: Sm2Cipher,
}

impl Field for EnvelopedKey {
    fn put(&self, writer: &mut Writer) {
        writer.u32(self.version).u32(self.sym_alg.0).u32(self.bits);
        writer
            .bytes(self.enc_private.expose())
            .bytes(&self.public.x)
            .bytes(&self.public.y);
        self.cipher.put(writer);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let (version, sym_alg, bits) = (reader.u32()?, AlgId(reader.u32()?), reader.u32()?);
        let length = curve_bytes(bits)?;
        let enc_private = Secret::from(reader.bytes(length)?);
        let (x, y) = (
            reader.bytes(length)?.to_vec(),
            reader.bytes(length)?.to_vec(),
        );
        let public = EccPublic { bits, x, y };
        Ok(Self {
            version,
            sym_alg,
            bits,
            enc_private,
            public,
            cipher: Field::get(reader)?,
        })
    }
}
