//! Applications.

use super::{Flash, UNREADABLE, record};
use crate::store::Transaction;
use ukey_apdu::id::Rights;
use ukey_apdu::{DecodeError, Reader, StatusWord, Writer};

/// What is known of an application besides its PINs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Application {
    pub(crate) name: Vec<u8>,
    pub(crate) create_file_rights: Rights,
    pub(crate) max_containers: u8,
    pub(crate) max_certs: u8,
    pub(crate) max_files: u16,
}

impl Application {
    pub(crate) fn load(flash: &Flash, number: u32) -> Result<Self, StatusWord> {
        let key = record::application(number);
        let bytes = flash.get(&key).ok_or(StatusWord::APPLICATION_NOT_FOUND)?;
        Self::decode(bytes).map_err(|_| UNREADABLE)
    }

    fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        Ok(Self {
            create_file_rights: Rights(reader.u32()?),
            max_containers: reader.u8()?,
            max_certs: reader.u8()?,
            max_files: reader.u16()?,
            name: reader.rest().to_vec(),
        })
    }

    pub(crate) fn store(&self, change: &mut Transaction, number: u32) {
        let mut writer = Writer::new();
        writer
            .u32(self.create_file_rights.0)
            .u8(self.max_containers)
            .u8(self.max_certs);
        writer.u16(self.max_files).bytes(&self.name);
        change.put(record::application(number), writer.into_vec());
    }
}

/// All applications, in the order of their creation.
pub(crate) fn all(flash: &Flash) -> Result<Vec<(u32, Application)>, StatusWord> {
    let numbers = flash.scan(&record::APPLICATIONS).map(|(key, _)| {
        let number = key.get(1..5).and_then(|bytes| bytes.try_into().ok());
        number.map(u32::from_be_bytes).ok_or(UNREADABLE)
    });
    numbers
        .map(|number| number.and_then(|number| Ok((number, Application::load(flash, number)?))))
        .collect()
}

/// The application called `name`.
pub(crate) fn find(flash: &Flash, name: &[u8]) -> Result<(u32, Application), StatusWord> {
    let found = all(flash)?
        .into_iter()
        .find(|(_, application)| application.name == name);
    found.ok_or(StatusWord::APPLICATION_NOT_FOUND)
}

/// Deletes everything in the application, but not itself.
pub(crate) fn delete_content(flash: &Flash, change: &mut Transaction, number: u32) {
    for kind in record::CONTENT {
        super::delete_all(flash, change, &record::of(kind, number));
    }
}

/// Deletes the application with everything in it.
pub(crate) fn delete(flash: &Flash, change: &mut Transaction, number: u32) {
    delete_content(flash, change, number);
    for kind in record::OWN {
        super::delete_all(flash, change, &record::of(kind, number));
    }
}
