//! Signatures, made with the signature pair of a container, and their verification.

use crate::blob::{EccPublic, EccSignature, RsaPublic};
use crate::command::CommandApdu;
use crate::id::{AppId, ContainerId};
use crate::instruction::Ins;
use crate::layout::request;
use crate::message::{Bytes, Empty, Parameters, Request};
use crate::secret::SecretArray;
use crate::wire::{DecodeError, Field, Reader, Writer};

/// What an SM2 signature is made over; P1 says which.
#[derive(Debug, PartialEq, Eq)]
pub enum SignInput {
    /// P1 = 02: the digest; for SM2 already with Z.
    Digest([u8; 32]),
    /// P1 = 01: user ID and message; the card does the SM2 preprocessing.
    Message {
        /// The signer's ID, `1234567812345678` where nothing else is agreed.
        user_id: Vec<u8>,
        /// The message.
        message: Vec<u8>,
    },
}

impl SignInput {
    const MESSAGE: u8 = 1;
    const DIGEST: u8 = 2;

    fn p1(&self) -> u8 {
        match self {
            Self::Digest(_) => Self::DIGEST,
            Self::Message { .. } => Self::MESSAGE,
        }
    }
}

/// ECCSignData, GM/T 0017 9.6.14. Mark C. Data: app, container, then the 32-byte digest (P1 = 02)
/// or `userIdLen u32, userId, message` (P1 = 01).
#[derive(Debug, PartialEq, Eq)]
pub struct EccSignData {
    /// The application.
    pub app: AppId,
    /// The container.
    pub container: ContainerId,
    /// What to sign.
    pub input: SignInput,
}

impl Request for EccSignData {
    type Reply = EccSignature;
    const INS: Ins = Ins::EccSignData;
    const PARAMETERS: Parameters = Parameters::P1Selects;

    fn selected(&self) -> (u8, u8) {
        (self.input.p1(), 0)
    }

    fn write_data(&self, writer: &mut Writer) {
        self.app.put(writer);
        self.container.put(writer);
        match &self.input {
            SignInput::Digest(digest) => writer.bytes(digest),
            SignInput::Message { user_id, message } => writer.l32(user_id).bytes(message),
        };
    }

    fn read_data(command: &CommandApdu, data: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let p1 = known_input(command)?;
        let (app, container) = (Field::get(data)?, Field::get(data)?);
        let input = if p1 == SignInput::DIGEST {
            SignInput::Digest(data.array()?)
        } else {
            let user_id = data.l32()?.to_vec();
            SignInput::Message {
                user_id,
                message: data.rest().to_vec(),
            }
        };
        Ok(Self {
            app,
            container,
            input,
        })
    }
}

fn known_input(command: &CommandApdu) -> Result<u8, DecodeError> {
    match command.p1 {
        p1 @ (SignInput::DIGEST | SignInput::MESSAGE) => Ok(p1),
        _ => Err(DecodeError::Parameters),
    }
}

/// ECCVerify, GM/T 0017 9.6.15. Mark P. Data: `bits u32, X, Y, [P1 = 01: idLen u32, id,]
/// msgLen u32, message or digest, r, s`; P1 as in ECCSignData. 6A98 when it does not verify.
#[derive(Debug, PartialEq, Eq)]
pub struct EccVerify {
    /// The signer's key.
    pub public: EccPublic,
    /// What was signed.
    pub input: SignInput,
    /// The signature; its `bits` are those of the key and are not sent again.
    pub signature: EccSignature,
}

impl Request for EccVerify {
    type Reply = Empty;
    const INS: Ins = Ins::EccVerify;
    const PARAMETERS: Parameters = Parameters::P1Selects;

    fn selected(&self) -> (u8, u8) {
        (self.input.p1(), 0)
    }

    fn write_data(&self, writer: &mut Writer) {
        self.public.put(writer);
        match &self.input {
            SignInput::Digest(digest) => writer.l32(digest),
            SignInput::Message { user_id, message } => writer.l32(user_id).l32(message),
        };
        writer.bytes(&self.signature.r).bytes(&self.signature.s);
    }

    fn read_data(command: &CommandApdu, data: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let p1 = known_input(command)?;
        let public = EccPublic::get(data)?;
        let input = if p1 == SignInput::DIGEST {
            let digest = data
                .l32()?
                .try_into()
                .map_err(|_| DecodeError::Length("digest"))?;
            SignInput::Digest(digest)
        } else {
            let user_id = data.l32()?.to_vec();
            SignInput::Message {
                user_id,
                message: data.l32()?.to_vec(),
            }
        };
        let signature = EccSignature::get_parts(data, public.bits)?;
        Ok(Self {
            public,
            input,
            signature,
        })
    }
}

request! {
    /// RSASignData, GM/T 0017 9.6.6. Mark P. PKCS#1 v1.5 padding of the given bytes.
    pub struct RsaSignData: RsaSignData => Bytes {
        /// The application.
        app: AppId,
        /// The container.
        container: ContainerId,
        /// DER DigestInfo, or whatever stands in its place.
        digest_info: Vec<u8> as rest,
    }
}

request! {
    /// RSAVerify, GM/T 0017 9.6.7. Mark P. 6A98 when it does not verify.
    pub struct RsaVerify: RsaVerify => Empty {
        /// The signer's key.
        public: RsaPublic,
        /// What was signed (a DigestInfo).
        data: Vec<u8> as l32,
        /// The signature.
        signature: Vec<u8> as rest,
    }
}

request! {
    /// ExtECCSign, GM/T 0017 9.6.20. Mark P: `bits u32, d(32), digest(32)`. The private key comes in
    /// the clear: our card answers 6A81.
    pub struct ExtEccSign: ExtEccSign => EccSignature {
        /// Size of the key: 256.
        bits: u32,
        /// The private key.
        private: SecretArray<32>,
        /// The digest.
        digest: [u8; 32],
    }
}
