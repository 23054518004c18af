//! Our extension family, class 80, INS D0 to DC (DE is in [`super::key_object`]), and one more form of CreateApplication. Mark P
//! throughout. A token that answers [`GetCapabilities`] with 6D00 has none of it.

use crate::blob::{Sm2Cipher, Sm2Point};
use crate::command::CommandApdu;
use crate::id::{AppId, ContainerId, KeyUsage, ObjectId};
use crate::instruction::Ins;
use crate::layout::{reply, reply_field, request};
use crate::message::{Empty, Parameters, Reply, Request, Selector};
use crate::request::application::ApplicationCreated;
use crate::secret::Secret;
use crate::wire::{DecodeError, Field, Reader, Writer};

/// The version of the family that this crate knows.
pub const VERSION: u8 = 1;

/// The longest content of one object, in bytes.
pub const MAX_OBJECT_DATA: usize = 60_000;

request! {
    /// GetCapabilities, `80 D0 00 00`.
    pub struct GetCapabilities: QueryExtension => Capabilities {}
}

reply! {
    /// Answer of GetCapabilities.
    #[derive(Clone, Copy)]
    pub struct Capabilities ne 14 {
        /// [`VERSION`].
        version: u8,
        /// 0.
        reserved: u8,
        /// What there is.
        features: Features,
        /// The longest command, chained, in bytes of data.
        max_command_data: u32,
        /// The longest answer in one piece, in bytes of data.
        max_response_data: u32,
    }
}

/// What a token with the extension has; unknown bits are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Features(pub u32);

impl Features {
    /// Bit 0: GetChangeCounter.
    pub const CHANGE_COUNTER: Self = Self(1 << 0);
    /// Bit 1: objects.
    pub const OBJECTS: Self = Self(1 << 1);
    /// Bit 2: PrivateKeyOperation.
    pub const PRIVATE_KEY_OPERATION: Self = Self(1 << 2);
    /// Bit 3: GetTransportKey, SetUserPin, CreateApplication under the transport key.
    pub const TRANSPORT_KEY: Self = Self(1 << 3);
    /// Bit 4: ResetApplication.
    pub const RESET_APPLICATION: Self = Self(1 << 4);
    /// Bit 5: keys in objects ([`super::key_object`]).
    pub const KEY_OBJECTS: Self = Self(1 << 5);
    /// Bit 6: the change feed ([`super::feed`]).
    pub const CHANGE_FEED: Self = Self(1 << 6);
    /// Bit 7: retired containers ([`super::container::RetireContainer`]).
    pub const RETIRED_CONTAINERS: Self = Self(1 << 7);
    /// All of the above.
    pub const ALL: Self = Self(0xFF);

    /// Whether all bits of `other` are there.
    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl Field for Features {
    fn put(&self, writer: &mut Writer) {
        writer.u32(self.0);
    }
    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.u32().map(Self)
    }
}

request! {
    /// GetChangeCounter, `80 D0 01 00`.
    pub struct GetChangeCounter: QueryExtension parameters (0x01, 0x00) => ChangeCounter {}
}

reply! {
    /// Answer of GetChangeCounter.
    #[derive(Clone, Copy)]
    pub struct ChangeCounter ne 8 {
        /// Grows with every durable change that a host can see; PIN tries do not count.
        counter: u64,
    }
}

request! {
    /// GetTransportKey, `80 D0 02 00`: the SM2 key of this power-on under which PINs are sent.
    pub struct GetTransportKey: QueryExtension parameters (0x02, 0x00) => Sm2Point {}
}

reply_field! { Sm2Point 64 }

/// What PrivateKeyOperation does; P2 says which.
#[derive(Debug, PartialEq, Eq)]
pub enum PrivateInput {
    /// P2 = 00: SM2 decryption.
    Sm2Decrypt(Sm2Cipher),
    /// P2 = 01: RSA decryption, PKCS#1 v1.5 padding removed by the card.
    RsaDecrypt(Secret),
    /// P2 = 02: the bare RSA operation.
    RsaRaw(Secret),
}

/// PrivateKeyOperation, `80 D2 usage operation`. Data: app, container, SM2 cipher or bytes.
#[derive(Debug, PartialEq, Eq)]
pub struct PrivateKeyOperation {
    /// Which pair (P1).
    pub usage: KeyUsage,
    /// The application.
    pub app: AppId,
    /// The container.
    pub container: ContainerId,
    /// Operation and input.
    pub input: PrivateInput,
}

impl Request for PrivateKeyOperation {
    type Reply = Secret;
    const INS: Ins = Ins::PrivateKeyOperation;
    const PARAMETERS: Parameters = Parameters::BothSelect;

    fn selected(&self) -> (u8, u8) {
        let operation = match self.input {
            PrivateInput::Sm2Decrypt(_) => 0,
            PrivateInput::RsaDecrypt(_) => 1,
            PrivateInput::RsaRaw(_) => 2,
        };
        (self.usage.to_parameter(), operation)
    }

    fn write_data(&self, writer: &mut Writer) {
        self.app.put(writer);
        self.container.put(writer);
        match &self.input {
            PrivateInput::Sm2Decrypt(cipher) => cipher.put(writer),
            PrivateInput::RsaDecrypt(input) | PrivateInput::RsaRaw(input) => {
                writer.bytes(input.expose());
            }
        }
    }

    fn read_data(command: &CommandApdu, data: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let usage = KeyUsage::from_parameter(command.p1).ok_or(DecodeError::Parameters)?;
        if command.p2 > 2 {
            return Err(DecodeError::Parameters);
        }
        let (app, container) = (Field::get(data)?, Field::get(data)?);
        let input = match command.p2 {
            0 => PrivateInput::Sm2Decrypt(Field::get(data)?),
            1 => PrivateInput::RsaDecrypt(Secret::from(data.rest())),
            _ => PrivateInput::RsaRaw(Secret::from(data.rest())),
        };
        Ok(Self {
            usage,
            app,
            container,
            input,
        })
    }
}

/// Flags of an object; other bits are refused (6A80).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObjectFlags(u8);

impl ObjectFlags {
    /// Anyone reads; the user writes.
    pub const PUBLIC: Self = Self(0);
    /// Bit 0: only the user reads and writes.
    pub const PRIVATE: Self = Self(1);
    /// Bit 1: written and deleted without login where the application lets anyone create files.
    pub const OPEN: Self = Self(2);

    /// The flags of a byte, if all its bits are known. Private and open exclude each other.
    pub fn from_bits(bits: u8) -> Option<Self> {
        (bits <= 2).then_some(Self(bits))
    }

    /// The byte.
    pub fn bits(self) -> u8 {
        self.0
    }

    /// Whether the user has to be logged in to read.
    pub fn is_private(self) -> bool {
        self == Self::PRIVATE
    }

    /// Whether no login may be needed to write.
    pub fn is_open(self) -> bool {
        self == Self::OPEN
    }
}

impl Field for ObjectFlags {
    fn put(&self, writer: &mut Writer) {
        writer.u8(self.0);
    }
    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Self::from_bits(reader.u8()?).ok_or(DecodeError::Invalid("object flags"))
    }
}

/// WriteObject, `80 D4 00 00`. Data: app, `id u32` (0 = new), `flags u8`, `n8` owner, content.
/// Chained when long; at most [`MAX_OBJECT_DATA`] bytes of content (6700).
#[derive(Debug, PartialEq, Eq)]
pub struct WriteObject {
    /// The application.
    pub app: AppId,
    /// The object, or [`ObjectId::NEW`].
    pub id: ObjectId,
    /// Who may read and write.
    pub flags: ObjectFlags,
    /// Name of the container it dies with; empty = none.
    pub owner: Vec<u8>,
    /// The content.
    pub data: Secret,
}

impl Request for WriteObject {
    type Reply = ObjectWritten;
    const INS: Ins = Ins::WriteObject;

    fn write_data(&self, writer: &mut Writer) {
        self.app.put(writer);
        self.id.put(writer);
        self.flags.put(writer);
        writer.n8(&self.owner).bytes(self.data.expose());
    }

    fn read_data(_: &CommandApdu, data: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let (app, id, flags) = (Field::get(data)?, Field::get(data)?, Field::get(data)?);
        let owner = data.n8()?.to_vec();
        let data = data.rest();
        if data.len() > MAX_OBJECT_DATA {
            return Err(DecodeError::Length("object"));
        }
        Ok(Self {
            app,
            id,
            flags,
            owner,
            data: Secret::from(data),
        })
    }
}

reply! {
    /// Answer of WriteObject.
    #[derive(Clone, Copy)]
    pub struct ObjectWritten ne 4 {
        /// The object's number from now on.
        id: ObjectId,
    }
}

request! {
    /// ReadObjects, `80 D6 00 00`. Private objects are passed over while the user is not logged in.
    pub struct ReadObjects: ReadObjects => ObjectRecords {
        /// The application.
        app: AppId,
        /// The lowest number wanted.
        from: ObjectId,
    }
}

/// One object in the answer of ReadObjects: `id u32, flags u8, n8 owner, len u32, data`.
#[derive(Debug, PartialEq, Eq)]
pub struct ObjectRecord {
    /// The object.
    pub id: ObjectId,
    /// Who may read and write.
    pub flags: ObjectFlags,
    /// Name of the container it dies with; empty = none.
    pub owner: Vec<u8>,
    /// The content.
    pub data: Secret,
}

impl ObjectRecord {
    /// Bytes the record takes in the answer.
    pub fn wire_length(&self) -> usize {
        4 + 1 + 1 + self.owner.len() + 4 + self.data.expose().len()
    }
}

impl Field for ObjectRecord {
    fn put(&self, writer: &mut Writer) {
        self.id.put(writer);
        self.flags.put(writer);
        writer.n8(&self.owner).l32(self.data.expose());
    }
    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            id: Field::get(reader)?,
            flags: Field::get(reader)?,
            owner: reader.n8()?.to_vec(),
            data: Secret::from(reader.l32()?),
        })
    }
}

/// Answer of ReadObjects: whole records in ascending order, as many as fit; none = no more.
#[derive(Debug, PartialEq, Eq, Default)]
pub struct ObjectRecords(pub Vec<ObjectRecord>);

impl Reply for ObjectRecords {
    fn write(&self, writer: &mut Writer) {
        self.0.iter().for_each(|record| record.put(writer));
    }
    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut records = Vec::new();
        while reader.remaining() > 0 {
            records.push(ObjectRecord::get(reader)?);
        }
        Ok(Self(records))
    }
}

request! {
    /// DeleteObject, `80 D8 00 00`.
    pub struct DeleteObject: DeleteObject => Empty {
        /// The application.
        app: AppId,
        /// The object.
        id: ObjectId,
    }
}

request! {
    /// ResetApplication, `80 DA 00 00`: containers, files and objects go, the user PIN becomes not
    /// set, all or nothing. Needs the administrator.
    pub struct ResetApplication: ResetApplication => Empty {
        /// The application.
        app: AppId,
    }
}

request! {
    /// SetUserPin, `80 DC 00 00`: the new PIN, with the challenge before it
    /// ([`crate::secure::bind_challenge`]), under the transport key. Needs the administrator.
    pub struct SetUserPin: SetUserPin => Empty {
        /// The application.
        app: AppId,
        /// Challenge and PIN, encrypted.
        cipher: Sm2Cipher,
    }
}

request! {
    /// CreateApplication in the form `80 20 01 00`: challenge and
    /// [`crate::request::application::ApplicationParameters`] under the transport key. Needs DevAuth.
    pub struct CreateApplicationProtected: CreateApplication parameters (0x01, 0x00)
        => ApplicationCreated
    {
        /// Challenge and parameters, encrypted.
        cipher: Sm2Cipher,
    }
}
