//! Files: a fixed size, rights, and the content in chunks.

use super::{Flash, UNREADABLE, record};
use crate::card::Card;
use crate::store::Transaction;
use ukey_apdu::id::Rights;
use ukey_apdu::{DecodeError, Reader, StatusWord, Writer};
use zeroize::Zeroizing;

/// Bytes of content per record.
const CHUNK: u32 = 4096;

/// What is known of a file besides its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct File {
    pub(crate) application: u32,
    pub(crate) number: u32,
    pub(crate) name: Vec<u8>,
    /// In bytes; never changes.
    pub(crate) size: u32,
    pub(crate) read_rights: Rights,
    pub(crate) write_rights: Rights,
}

impl File {
    fn decode(application: u32, key: &[u8], bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        Ok(Self {
            application,
            number: record::number_of(key).ok_or(DecodeError::Truncated)?,
            size: reader.u32()?,
            read_rights: Rights(reader.u32()?),
            write_rights: Rights(reader.u32()?),
            name: reader.rest().to_vec(),
        })
    }

    /// Puts the file with a content of zeros into `change`.
    pub(crate) fn create(&self, card: &Card, change: &mut Transaction) -> Result<(), StatusWord> {
        let mut writer = Writer::new();
        writer
            .u32(self.size)
            .u32(self.read_rights.0)
            .u32(self.write_rights.0)
            .bytes(&self.name);
        change.put(
            record::file(self.application, self.number),
            writer.into_vec(),
        );
        for index in 0..self.size.div_ceil(CHUNK) {
            let zeros = vec![0; self.chunk_length(index)];
            self.put_chunk(card, change, index, &zeros)?;
        }
        Ok(())
    }

    /// Bytes that the file takes in the store, more or less; to refuse absurd sizes early.
    pub(crate) fn least_space(size: u32) -> u64 {
        u64::from(size) + 12
    }

    fn chunk_length(&self, index: u32) -> usize {
        (self.size - index * CHUNK).min(CHUNK) as usize
    }

    /// Content that not everybody may read is a secret.
    fn is_secret(&self) -> bool {
        !self.read_rights.anyone()
    }

    fn put_chunk(
        &self,
        card: &Card,
        change: &mut Transaction,
        index: u32,
        content: &[u8],
    ) -> Result<(), StatusWord> {
        let key = record::chunk(self.application, self.number, index);
        if self.is_secret() {
            change.put_secret(key, card.seal(&key, content)?);
        } else {
            change.put(key, content);
        }
        Ok(())
    }

    fn chunk(&self, card: &Card, index: u32) -> Result<Zeroizing<Vec<u8>>, StatusWord> {
        let key = record::chunk(self.application, self.number, index);
        if self.is_secret() {
            return card.unseal(&key)?.ok_or(UNREADABLE);
        }
        Ok(Zeroizing::new(
            card.flash.get(&key).ok_or(UNREADABLE)?.to_vec(),
        ))
    }

    /// Up to `length` bytes from `offset`.
    pub(crate) fn read(
        &self,
        card: &Card,
        offset: u32,
        length: u32,
    ) -> Result<Vec<u8>, StatusWord> {
        let available = self.size.checked_sub(offset).ok_or(StatusWord::BAD_DATA)?;
        let end = offset + length.min(available);
        let mut content = Vec::with_capacity((end - offset) as usize);
        let mut at = offset;
        while at < end {
            let (index, within) = (at / CHUNK, (at % CHUNK) as usize);
            let chunk = self.chunk(card, index)?;
            let until = chunk.len().min(within + (end - at) as usize);
            content.extend_from_slice(chunk.get(within..until).ok_or(UNREADABLE)?);
            at = (index + 1).saturating_mul(CHUNK);
        }
        Ok(content)
    }

    /// Puts the content with `data` written at `offset` into `change`.
    pub(crate) fn write(
        &self,
        card: &Card,
        change: &mut Transaction,
        offset: u32,
        mut data: &[u8],
    ) -> Result<(), StatusWord> {
        let end = u32::try_from(data.len())
            .ok()
            .and_then(|length| offset.checked_add(length));
        if end.is_none_or(|end| end > self.size) {
            return Err(StatusWord::WRONG_LENGTH);
        }
        let mut at = offset;
        while !data.is_empty() {
            let (index, within) = (at / CHUNK, (at % CHUNK) as usize);
            let mut chunk = self.chunk(card, index)?;
            let (now, rest) = data.split_at(data.len().min(CHUNK as usize - within));
            let place = chunk
                .get_mut(within..within + now.len())
                .ok_or(UNREADABLE)?;
            place.copy_from_slice(now);
            self.put_chunk(card, change, index, &chunk)?;
            at += now.len() as u32;
            data = rest;
        }
        Ok(())
    }

    pub(crate) fn delete(&self, flash: &Flash, change: &mut Transaction) {
        for kind in record::OF_FILE {
            let prefix = record::below(kind, self.application, self.number);
            super::delete_all(flash, change, &prefix);
        }
    }
}

/// Name of the file `number`, if there is one.
pub(crate) fn name(flash: &Flash, application: u32, number: u32) -> Option<Vec<u8>> {
    let key = record::file(application, number);
    let file = File::decode(application, &key, flash.get(&key)?).ok()?;
    Some(file.name)
}

/// All files of an application, in the order of their creation.
pub(crate) fn all(flash: &Flash, application: u32) -> Result<Vec<File>, StatusWord> {
    let prefix = record::files(application);
    let files = flash
        .scan(&prefix)
        .map(|(key, bytes)| File::decode(application, key, bytes));
    files.collect::<Result<_, _>>().map_err(|_| UNREADABLE)
}

/// The file called `name`.
pub(crate) fn find(flash: &Flash, application: u32, name: &[u8]) -> Result<File, StatusWord> {
    let found = all(flash, application)?
        .into_iter()
        .find(|file| file.name == name);
    found.ok_or(StatusWord::FILE_NOT_FOUND)
}
