//! Reading many objects, and only those that changed: INS D6 with P1 01 and 02 (extension family,
//! mark P).

use crate::id::{AppId, ObjectId};
use crate::key::KeyInfo;
use crate::layout::{request, structure};
use crate::message::Reply;
use crate::request::extension::ObjectFlags;
use crate::request::key_object::Content;
use crate::wire::{DecodeError, Field, Reader, Writer};

request! {
    /// ListObjects, `80 D6 01 00`: as ReadObjects, with what is known of keys.
    pub struct ListObjects: ReadObjects parameters (0x01, 0x00) => KeyedRecords {
        /// The application.
        app: AppId,
        /// The lowest number wanted.
        from: ObjectId,
        /// Only private objects: for a host that has read the others before its login.
        only_private: bool,
    }
}

structure! {
    /// One object: `id u32, flags u8, n8 owner, key, l32 content`; key is 0, or 1 and
    /// [`KeyInfo`].
    pub struct KeyedRecord {
        /// The object.
        id: ObjectId,
        /// Who may read and write.
        flags: ObjectFlags,
        /// Name of the container it dies with; empty = none.
        owner: Vec<u8> as n8,
        /// The key in it, if there is one.
        key: Option<KeyInfo>,
        /// The content.
        content: Content,
    }
}

impl KeyedRecord {
    /// Bytes the record takes in an answer.
    pub fn wire_length(&self) -> usize {
        let key = self.key.as_ref().map_or(0, KeyInfo::wire_length);
        4 + 1 + 1 + self.owner.len() + 1 + key + 4 + self.content.0.expose().len()
    }
}

/// Answer of ListObjects: whole records in ascending order, as many as fit; none = no more.
#[derive(Debug, PartialEq, Eq, Default)]
pub struct KeyedRecords(pub Vec<KeyedRecord>);

impl Reply for KeyedRecords {
    fn write(&self, writer: &mut Writer) {
        self.0.iter().for_each(|record| record.put(writer));
    }
    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut records = Vec::new();
        while reader.remaining() > 0 {
            records.push(KeyedRecord::get(reader)?);
        }
        Ok(Self(records))
    }
}

request! {
    /// ReadChanges, `80 D6 02 00`: what has changed in an application since the change counter had
    /// a value.
    pub struct ReadChanges: ReadObjects parameters (0x02, 0x00) => Changes {
        /// The application.
        app: AppId,
        /// Value of the change counter from which the host knows everything.
        since: u64,
    }
}

/// Named things that changed: `listed u8, count u16, n8 name` for each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Touched {
    /// Some were made or deleted: ask for the list of names.
    pub listed: bool,
    /// Those that are there and were made or written.
    pub names: Vec<Vec<u8>>,
}

impl Field for Touched {
    fn put(&self, writer: &mut Writer) {
        self.listed.put(writer);
        writer.u16(u16::try_from(self.names.len()).unwrap_or(u16::MAX));
        for name in &self.names {
            writer.n8(name);
        }
    }
    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let listed = Field::get(reader)?;
        let names = (0..reader.u16()?).map(|_| reader.n8().map(<[u8]>::to_vec));
        let names = names.collect::<Result<_, _>>()?;
        Ok(Self { listed, names })
    }
}

/// Answer of ReadChanges: `upto u64, known u8, containers, files, count u32, gone u32…, records`.
///
/// With `known` 0 the token does not remember that far back: read everything; nothing follows
/// `known` then but empty fields. Where not all fits in one answer, `upto` is smaller than the
/// change counter: ask again since `upto`.
#[derive(Debug, PartialEq, Eq)]
pub struct Changes {
    /// With this answer, the host knows everything up to this value of the change counter.
    pub upto: u64,
    /// Whether the token remembers all changes since then.
    pub known: bool,
    /// Containers, their keys and certificates.
    pub containers: Touched,
    /// Files, their content included.
    pub files: Touched,
    /// Objects that were deleted, or cannot be seen by this host now.
    pub gone: Vec<ObjectId>,
    /// Objects that were made or written, as they are now.
    pub records: Vec<KeyedRecord>,
}

impl Reply for Changes {
    fn write(&self, writer: &mut Writer) {
        self.upto.put(writer);
        self.known.put(writer);
        self.containers.put(writer);
        self.files.put(writer);
        writer.u32(u32::try_from(self.gone.len()).unwrap_or(u32::MAX));
        self.gone.iter().for_each(|id| id.put(writer));
        self.records.iter().for_each(|record| record.put(writer));
    }
    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let (upto, known) = (Field::get(reader)?, Field::get(reader)?);
        let (containers, files) = (Field::get(reader)?, Field::get(reader)?);
        let gone = (0..reader.u32()?).map(|_| ObjectId::get(reader));
        let gone = gone.collect::<Result<_, _>>()?;
        Ok(Self {
            upto,
            known,
            containers,
            files,
            gone,
            records: KeyedRecords::read(reader)?.0,
        })
    }
}
