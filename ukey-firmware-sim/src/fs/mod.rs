//! The token's tree: device, applications, and in each application PINs, containers, files and
//! objects. Everything here is records in the store; no command is known here.
//!
//! Applications, containers and files have numbers that are never given twice, so that an opened ID
//! or a login cannot come to mean another object of the same name.

pub(crate) mod acl;
pub(crate) mod application;
pub(crate) mod container;
pub(crate) mod device;
pub(crate) mod feed;
pub(crate) mod file;
pub(crate) mod object;
pub(crate) mod pin;
pub(crate) mod record;

use crate::store::{Storage, Store, Transaction};
use ukey_apdu::StatusWord;

/// The store as the card uses it.
pub(crate) type Flash = Store<Box<dyn Storage>>;

/// A record that cannot be read although its checksum is right: written by something else.
pub(crate) const UNREADABLE: StatusWord = StatusWord::MEMORY_ERROR;

/// A number for a new application, container or file.
pub(crate) fn take_number(flash: &Flash, change: &mut Transaction) -> u32 {
    let stored = flash
        .get(&record::NEXT_NUMBER)
        .and_then(|bytes| bytes.try_into().ok());
    let number = stored.map_or(1, u32::from_be_bytes);
    change.put(record::NEXT_NUMBER, (number + 1).to_be_bytes());
    number
}

/// Deletes every record whose key begins with `prefix`.
pub(crate) fn delete_all(flash: &Flash, change: &mut Transaction, prefix: &[u8]) {
    for (key, _) in flash.scan(prefix) {
        change.delete(key);
    }
}
