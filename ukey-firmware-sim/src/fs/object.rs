//! Objects of the extension: bytes with flags and an owner, and perhaps a key.

use super::{Flash, UNREADABLE, record};
use crate::card::Card;
use crate::store::Transaction;
use ukey_apdu::id::ObjectId;
use ukey_apdu::key::KeyInfo;
use ukey_apdu::request::extension::{ObjectFlags, ObjectRecord};
use ukey_apdu::request::feed::KeyedRecord;
use ukey_apdu::request::key_object::Content;
use ukey_apdu::{DecodeError, Field, Reader, Secret, StatusWord, Writer};

/// In the stored flags: there are records about a key, too.
const KEYED: u8 = 0x80;

/// An object as it stands in the store: the content of a private one is sealed.
pub(crate) struct Stored<'a> {
    pub(crate) id: ObjectId,
    pub(crate) flags: ObjectFlags,
    pub(crate) owner: &'a [u8],
    /// Whether it carries a key, or the public part of one.
    pub(crate) keyed: bool,
    content: &'a [u8],
}

impl<'a> Stored<'a> {
    fn decode(key: &[u8], bytes: &'a [u8]) -> Result<Self, StatusWord> {
        let mut reader = Reader::new(bytes);
        let id = record::number_of(key).ok_or(UNREADABLE)?;
        let mut read = || {
            let flags = reader.u8()?;
            let known = ObjectFlags::from_bits(flags & !KEYED).ok_or(DecodeError::Truncated)?;
            Ok::<_, DecodeError>((known, flags & KEYED != 0, reader.n8()?))
        };
        let (flags, keyed, owner) = read().map_err(|_| UNREADABLE)?;
        Ok(Self {
            id: ObjectId(id),
            flags,
            owner,
            keyed,
            content: reader.rest(),
        })
    }

    /// The content in the clear.
    fn open_content(&self, card: &Card, application: u32) -> Result<Secret, StatusWord> {
        if !self.flags.is_private() {
            return Ok(Secret::from(self.content));
        }
        let key = record::object(application, self.id.0);
        let mut content = card.open_sealed(&key, self.content)?;
        Ok(Secret::new(std::mem::take(&mut *content)))
    }

    /// The object with its content in the clear.
    pub(crate) fn open(&self, card: &Card, application: u32) -> Result<ObjectRecord, StatusWord> {
        Ok(ObjectRecord {
            id: self.id,
            flags: self.flags,
            owner: self.owner.to_vec(),
            data: self.open_content(card, application)?,
        })
    }

    /// The object with its content in the clear and what may be known of its key.
    pub(crate) fn open_keyed(
        &self,
        card: &Card,
        application: u32,
    ) -> Result<KeyedRecord, StatusWord> {
        let key = match self.keyed {
            true => Some(key_info(&card.flash, application, self.id)?),
            false => None,
        };
        Ok(KeyedRecord {
            id: self.id,
            flags: self.flags,
            owner: self.owner.to_vec(),
            key,
            content: Content(self.open_content(card, application)?),
        })
    }
}

/// The object `id`.
pub(crate) fn find(
    flash: &Flash,
    application: u32,
    id: ObjectId,
) -> Result<Stored<'_>, StatusWord> {
    let key = record::object(application, id.0);
    let bytes = flash.get(&key).ok_or(StatusWord::RECORD_NOT_FOUND)?;
    Stored::decode(&key, bytes)
}

/// The objects of an application from the ID `first` on, in ascending order.
pub(crate) fn from(
    flash: &Flash,
    application: u32,
    first: ObjectId,
) -> impl Iterator<Item = Result<Stored<'_>, StatusWord>> {
    let first = record::object(application, first.0);
    let found = flash.scan_from(record::objects(application), &first);
    found.map(|(key, bytes)| Stored::decode(key, bytes))
}

/// What may be known of the key in the object `id`.
///
/// # Errors
/// 6A95 if there is none in it.
pub(crate) fn key_info(
    flash: &Flash,
    application: u32,
    id: ObjectId,
) -> Result<KeyInfo, StatusWord> {
    let bytes = flash
        .get(&record::key_info(application, id.0))
        .ok_or(StatusWord::KEY_PAIR_NOT_FOUND)?;
    KeyInfo::get(&mut Reader::new(bytes)).map_err(|_| UNREADABLE)
}

/// Puts what may be known of the key in the object `id` into `change`.
pub(crate) fn store_key_info(
    change: &mut Transaction,
    application: u32,
    id: ObjectId,
    info: &KeyInfo,
) {
    let mut writer = Writer::new();
    info.put(&mut writer);
    change.put(record::key_info(application, id.0), writer.into_vec());
}

/// `N` IDs that no object of the application has had.
pub(crate) fn take_ids<const N: usize>(
    flash: &Flash,
    change: &mut Transaction,
    application: u32,
) -> [ObjectId; N] {
    let key = record::next_object(application);
    let stored = flash.get(&key).and_then(|bytes| bytes.try_into().ok());
    let first = stored.map_or(1, u32::from_be_bytes);
    change.put(key, (first + N as u32).to_be_bytes());
    std::array::from_fn(|at| ObjectId(first + at as u32))
}

/// Puts an object into `change`; `keyed` says whether a key goes with it.
pub(crate) fn store(
    card: &Card,
    change: &mut Transaction,
    application: u32,
    object: &ObjectRecord,
    keyed: bool,
) -> Result<(), StatusWord> {
    let key = record::object(application, object.id.0);
    let mut writer = Writer::new();
    let flags = object.flags.bits() | if keyed { KEYED } else { 0 };
    writer.u8(flags).n8(&object.owner);
    if object.flags.is_private() {
        writer.bytes(&card.seal(&key, object.data.expose())?);
        change.put_secret(key, writer.into_vec());
    } else {
        writer.bytes(object.data.expose());
        change.put(key, writer.into_vec());
    }
    Ok(())
}

/// Deletes an object and the key in it.
pub(crate) fn delete(change: &mut Transaction, application: u32, id: ObjectId) {
    for kind in record::OF_OBJECT {
        change.delete(record::below(kind, application, id.0));
    }
}

/// Deletes the objects that belong to the container called `owner`.
pub(crate) fn delete_owned(
    flash: &Flash,
    change: &mut Transaction,
    application: u32,
    owner: &[u8],
) -> Result<(), StatusWord> {
    for object in from(flash, application, ObjectId::NEW) {
        let object = object?;
        if object.owner == owner {
            delete(change, application, object.id);
        }
    }
    Ok(())
}
