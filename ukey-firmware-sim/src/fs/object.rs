//! Objects of the extension: bytes with flags and an owner.

use super::{Flash, UNREADABLE, record};
use crate::card::Card;
use crate::store::Transaction;
use ukey_apdu::id::ObjectId;
use ukey_apdu::request::extension::{ObjectFlags, ObjectRecord};
use ukey_apdu::{DecodeError, Reader, Secret, StatusWord, Writer};

/// An object as it stands in the store: the content of a private one is sealed.
pub(crate) struct Stored<'a> {
    pub(crate) id: ObjectId,
    pub(crate) flags: ObjectFlags,
    pub(crate) owner: &'a [u8],
    content: &'a [u8],
}

impl<'a> Stored<'a> {
    fn decode(key: &[u8], bytes: &'a [u8]) -> Result<Self, StatusWord> {
        let mut reader = Reader::new(bytes);
        let id = record::number_of(key).ok_or(UNREADABLE)?;
        let mut read = || {
            let flags = ObjectFlags::from_bits(reader.u8()?).ok_or(DecodeError::Truncated)?;
            Ok::<_, DecodeError>((flags, reader.n8()?))
        };
        let (flags, owner) = read().map_err(|_| UNREADABLE)?;
        Ok(Self {
            id: ObjectId(id),
            flags,
            owner,
            content: reader.rest(),
        })
    }

    /// The object with its content in the clear.
    pub(crate) fn open(&self, card: &Card, application: u32) -> Result<ObjectRecord, StatusWord> {
        let data = if self.flags.is_private() {
            let key = record::object(application, self.id.0);
            Secret::from(card.open_sealed(&key, self.content)?.as_slice())
        } else {
            Secret::from(self.content)
        };
        Ok(ObjectRecord {
            id: self.id,
            flags: self.flags,
            owner: self.owner.to_vec(),
            data,
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

/// All objects of an application, in ascending order of IDs.
pub(crate) fn all(flash: &Flash, application: u32) -> Result<Vec<Stored<'_>>, StatusWord> {
    let prefix = record::objects(application);
    // Collected, because the prefix does not live as long as the records.
    let mut found = Vec::new();
    for (key, _) in flash.scan(&prefix) {
        found.push(record::number_of(key).ok_or(UNREADABLE)?);
    }
    found
        .into_iter()
        .map(|id| find(flash, application, ObjectId(id)))
        .collect()
}

/// An ID that no object of the application has had.
pub(crate) fn take_id(flash: &Flash, change: &mut Transaction, application: u32) -> ObjectId {
    let key = record::next_object(application);
    let stored = flash.get(&key).and_then(|bytes| bytes.try_into().ok());
    let id = stored.map_or(1, u32::from_be_bytes);
    change.put(key, (id + 1).to_be_bytes());
    ObjectId(id)
}

/// Puts an object into `change`.
pub(crate) fn store(
    card: &Card,
    change: &mut Transaction,
    application: u32,
    object: &ObjectRecord,
) -> Result<(), StatusWord> {
    let key = record::object(application, object.id.0);
    let mut writer = Writer::new();
    writer.u8(object.flags.bits()).n8(&object.owner);
    if object.flags.is_private() {
        writer.bytes(&card.seal(&key, object.data.expose())?);
        change.put_secret(key, writer.into_vec());
    } else {
        writer.bytes(object.data.expose());
        change.put(key, writer.into_vec());
    }
    Ok(())
}

/// Deletes the objects that belong to the container called `owner`.
pub(crate) fn delete_owned(
    flash: &Flash,
    change: &mut Transaction,
    application: u32,
    owner: &[u8],
) -> Result<(), StatusWord> {
    for object in all(flash, application)?
        .iter()
        .filter(|object| object.owner == owner)
    {
        change.delete(record::object(application, object.id.0));
    }
    Ok(())
}
