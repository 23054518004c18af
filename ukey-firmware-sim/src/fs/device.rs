//! What the device says about itself.

use super::{Flash, UNREADABLE, record};
use crate::store::Transaction;
use ukey_apdu::StatusWord;
use ukey_apdu::devinfo::PinHash;
use ukey_apdu::{DecodeError, Reader, Writer};

/// Names and settings of the device, from the factory; the label can be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) manufacturer: Vec<u8>,
    pub(crate) issuer: Vec<u8>,
    pub(crate) serial: Vec<u8>,
    pub(crate) label: Vec<u8>,
    pub(crate) pin_hash: PinHash,
}

impl Identity {
    pub(crate) fn load(flash: &Flash) -> Result<Self, StatusWord> {
        let bytes = flash.get(&record::DEVICE).ok_or(UNREADABLE)?;
        Self::decode(bytes).map_err(|_| UNREADABLE)
    }

    fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let pin_hash = match reader.u8()? {
            0 => PinHash::Sha1,
            _ => PinHash::Sm3,
        };
        let mut text = || reader.n8().map(<[u8]>::to_vec);
        let (manufacturer, issuer, serial, label) = (text()?, text()?, text()?, text()?);
        Ok(Self {
            manufacturer,
            issuer,
            serial,
            label,
            pin_hash,
        })
    }

    pub(crate) fn store(&self, change: &mut Transaction) {
        let mut writer = Writer::new();
        writer.u8(match self.pin_hash {
            PinHash::Sha1 => 0,
            PinHash::Sm3 => 1,
        });
        for text in [&self.manufacturer, &self.issuer, &self.serial, &self.label] {
            writer.n8(text);
        }
        change.put(record::DEVICE, writer.into_vec());
    }
}
