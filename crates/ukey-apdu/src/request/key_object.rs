//! Keys in objects, INS DE (extension family, mark P). P1 says what is done: 00 generate, 01 import,
//! 02 use (P2: with which operation), 03 export, 04 update, 05 delete, 06 copy. (07 and 08 are
//! [`RetireContainer`](super::container::RetireContainer) and its list.)
//!
//! An object that carries a key is an object like any other (the same numbers, flags, owners and
//! content) with a key that the token understands. The private or secret part never leaves the
//! token but by ExportKey.

use crate::blob::{Sm2Cipher, Sm2Point};
use crate::command::CommandApdu;
use crate::id::{AppId, ObjectId};
use crate::instruction::Ins;
use crate::key::{KeyKind, KeyOperation, KeyPolicy};
use crate::layout::{reply, request, structure};
use crate::message::{Empty, Parameters, Request};
use crate::request::extension::{MAX_OBJECT_DATA, ObjectFlags};
use crate::secret::Secret;
use crate::wire::{DecodeError, Field, Reader, Writer};

/// The longest input of one use, in bytes.
pub const MAX_KEY_INPUT: usize = 60_000;

/// Content of an object to be made: at most [`MAX_OBJECT_DATA`] bytes. `l32`.
#[derive(Debug, PartialEq, Eq, Default)]
pub struct Content(pub Secret);

impl Field for Content {
    fn put(&self, writer: &mut Writer) {
        writer.l32(self.0.expose());
    }
    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let data = reader.l32()?;
        if data.len() > MAX_OBJECT_DATA {
            return Err(DecodeError::Length("object"));
        }
        Ok(Self(Secret::from(data)))
    }
}

structure! {
    /// An object to be made or rewritten, without its number: `flags u8, n8 owner, l32 content`.
    pub struct ObjectPart {
        /// Who may read; a key is used by the user only, whatever the flags.
        flags: ObjectFlags,
        /// Name of the container it dies with; empty = none.
        owner: Vec<u8> as n8,
        /// The content.
        content: Content,
    }
}

request! {
    /// GenerateKey, `80 DE 00 00`: a key made in the token, its object, and for a pair, if wanted, a
    /// companion object that carries the public part; all or nothing. Needs the user.
    pub struct GenerateKey: KeyObject parameters (0x00, 0x00) => KeyCreated {
        /// The application.
        app: AppId,
        /// What to make.
        kind: KeyKind,
        /// What may be done with it.
        policy: KeyPolicy,
        /// The object of the key.
        object: ObjectPart,
        /// The companion; pairs only (6A80).
        companion: Option<ObjectPart>,
    }
}

request! {
    /// ImportKey, `80 DE 01 00`: as GenerateKey, with key material that comes under the transport
    /// key, a challenge before it ([`crate::secure::bind_challenge`]). Needs the user.
    ///
    /// The material: the private number in the size of the curve, a PKCS#1 RSAPrivateKey (DER), or
    /// the secret.
    pub struct ImportKey: KeyObject parameters (0x01, 0x00) => KeyCreated {
        /// The application.
        app: AppId,
        /// What it is.
        kind: KeyKind,
        /// What may be done with it.
        policy: KeyPolicy,
        /// Challenge and material, encrypted.
        material: Sm2Cipher,
        /// The object of the key.
        object: ObjectPart,
        /// The companion; pairs only (6A80).
        companion: Option<ObjectPart>,
    }
}

reply! {
    /// Answer of GenerateKey and ImportKey: `id u32, companion u32 (0 = none), public part`.
    pub struct KeyCreated {
        /// The object of the key.
        id: ObjectId,
        /// The companion; [`ObjectId::NEW`] where none was wanted.
        companion: ObjectId,
        /// The public part, as in [`crate::key::KeyInfo`].
        public: Vec<u8> as rest,
    }
}

/// UseKey, `80 DE 02 operation`. Data: app, `id u32`, parameters of the operation, input. Needs the
/// user, and a PIN verified since the last use where the policy says so (6985).
///
/// 6A95: the object has no such key; 6986: the policy forbids it.
#[derive(Debug, PartialEq, Eq)]
pub struct UseKey {
    /// The application.
    pub app: AppId,
    /// The object.
    pub id: ObjectId,
    /// What to do (P2).
    pub operation: KeyOperation,
    /// What to do it with; at most [`MAX_KEY_INPUT`] bytes (6700).
    pub input: Secret,
}

impl UseKey {
    const P1: u8 = 0x02;
}

impl Request for UseKey {
    type Reply = Secret;
    const INS: Ins = Ins::KeyObject;
    const PARAMETERS: Parameters = Parameters::BothSelect;

    fn selected(&self) -> (u8, u8) {
        (Self::P1, self.operation.number())
    }

    fn write_data(&self, writer: &mut Writer) {
        self.app.put(writer);
        self.id.put(writer);
        self.operation.put(writer);
        writer.bytes(self.input.expose());
    }

    fn read_data(command: &CommandApdu, data: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if command.p1 != Self::P1 || !KeyOperation::is_known(command.p2) {
            return Err(DecodeError::Parameters);
        }
        let (app, id) = (Field::get(data)?, Field::get(data)?);
        let operation = KeyOperation::get(command.p2, data)?;
        let input = data.rest();
        if input.len() > MAX_KEY_INPUT {
            return Err(DecodeError::Length("input"));
        }
        Ok(Self {
            app,
            id,
            operation,
            input: Secret::from(input),
        })
    }
}

request! {
    /// ExportKey, `80 DE 03 00`: the material (as in [`ImportKey`]) encrypted to an SM2 key of the
    /// host's. Needs the user and a policy with EXTRACTABLE (6986).
    pub struct ExportKey: KeyObject parameters (0x03, 0x00) => Sm2Cipher {
        /// The application.
        app: AppId,
        /// The object.
        id: ObjectId,
        /// Whom to encrypt to.
        recipient: Sm2Point,
    }
}

request! {
    /// UpdateKey, `80 DE 04 00`: policy, flags, owner and content of a key's object, all or nothing.
    /// The policy may only get tighter (6986). Needs the user.
    pub struct UpdateKey: KeyObject parameters (0x04, 0x00) => Empty {
        /// The application.
        app: AppId,
        /// The object.
        id: ObjectId,
        /// What may be done with it from now on.
        policy: KeyPolicy,
        /// Flags, owner and content from now on.
        object: ObjectPart,
    }
}

/// DeleteObjects, `80 DE 05 00`: objects with or without keys, all of them or none. Data: app,
/// `id u32` once for each. As DeleteObject for each of them.
#[derive(Debug, PartialEq, Eq)]
pub struct DeleteObjects {
    /// The application.
    pub app: AppId,
    /// The objects; at least one.
    pub ids: Vec<ObjectId>,
}

impl Request for DeleteObjects {
    type Reply = Empty;
    const INS: Ins = Ins::KeyObject;
    const PARAMETERS: Parameters = Parameters::Fixed(0x05, 0x00);

    fn write_data(&self, writer: &mut Writer) {
        self.app.put(writer);
        self.ids.iter().for_each(|id| id.put(writer));
    }

    fn read_data(_: &CommandApdu, data: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let app = Field::get(data)?;
        let mut ids = vec![ObjectId::get(data)?];
        while data.remaining() > 0 {
            ids.push(ObjectId::get(data)?);
        }
        Ok(Self { app, ids })
    }
}

request! {
    /// CopyKey, `80 DE 06 00`: a new object with the key of another one, under a policy that is at
    /// least as tight (6986). Needs the user.
    pub struct CopyKey: KeyObject parameters (0x06, 0x00) => KeyCopied {
        /// The application.
        app: AppId,
        /// The object to copy from.
        id: ObjectId,
        /// What may be done with the copy.
        policy: KeyPolicy,
        /// The object of the copy.
        object: ObjectPart,
    }
}

reply! {
    /// Answer of CopyKey.
    #[derive(Clone, Copy)]
    pub struct KeyCopied ne 4 {
        /// The new object.
        id: ObjectId,
    }
}
