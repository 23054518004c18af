//! Digests.

use crate::blob::Sm2Point;
use crate::command::CommandApdu;
use crate::id::AlgId;
use crate::instruction::Ins;
use crate::layout::request;
use crate::message::{Bytes, Empty, Request};
use crate::wire::{DecodeError, Field, Reader, Writer};

/// Whose Z goes before the message when SM3 is computed for an SM2 signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignerIdentity {
    /// The signer's public key.
    pub public: Sm2Point,
    /// The signer's ID.
    pub user_id: Vec<u8>,
}

/// DigestInit, GM/T 0017 9.6.35. Mark P. Data: `alg u32`, then either nothing or
/// `X(32), Y(32), idLen u32, id`.
#[derive(Debug, PartialEq, Eq)]
pub struct DigestInit {
    /// The digest.
    pub alg: AlgId,
    /// For SM3 as the first step of an SM2 signature.
    pub signer: Option<SignerIdentity>,
}

impl Request for DigestInit {
    type Reply = Empty;
    const INS: Ins = Ins::DigestInit;

    fn write_data(&self, writer: &mut Writer) {
        self.alg.put(writer);
        if let Some(signer) = &self.signer {
            signer.public.put(writer);
            writer.l32(&signer.user_id);
        }
    }

    fn read_data(_: &CommandApdu, data: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let alg = Field::get(data)?;
        if data.remaining() == 0 {
            return Ok(Self { alg, signer: None });
        }
        let signer = SignerIdentity {
            public: Field::get(data)?,
            user_id: data.l32()?.to_vec(),
        };
        Ok(Self {
            alg,
            signer: Some(signer),
        })
    }
}

request! {
    /// Digest, GM/T 0017 9.6.36. Mark P. All at once, after DigestInit.
    pub struct Digest: Digest => Bytes {
        /// The message.
        data: Vec<u8> as rest,
    }
}

request! {
    /// DigestUpdate, GM/T 0017 9.6.37. Mark P. A part.
    pub struct DigestUpdate: DigestUpdate => Empty {
        /// A part of the message.
        data: Vec<u8> as rest,
    }
}

request! {
    /// DigestFinal, GM/T 0017 9.6.38. Mark P. The last part, which may be empty.
    pub struct DigestFinal: DigestFinal => Bytes {
        /// The last part of the message.
        data: Vec<u8> as rest,
    }
}
