//! Keys of the records in the store.
//!
//! | key | content |
//! |---|---|
//! | 01 | device: [`super::device::Identity`] |
//! | 02 | device authentication key, sealed |
//! | 03 | change counter, u64 |
//! | 04 | next number of an application, container or file, u32 |
//! | 05 | sealed constant: tells whether the key file belongs to the image |
//! | 10 app | application: [`super::application::Application`] |
//! | 11 app role | PIN state and tries: [`super::pin::PinRecord`] |
//! | 12 app role | PIN key, sealed |
//! | 20 app con | container: its name |
//! | 21 app con usage | public key as on the wire |
//! | 22 app con usage | private key, sealed: [`crate::keystore`] |
//! | 23 app con usage | certificate |
//! | 24 app con | mark of a retired container, empty |
//! | 30 app file | file: [`super::file::File`] |
//! | 31 app file chunk | up to 4096 bytes of it; sealed unless anyone may read |
//! | 40 app id | object: flags, owner, content (sealed when private) |
//! | 41 app | next number of an object, u32 |
//! | 42 app id | what may be known of the key in an object: [`ukey_apdu::key::KeyInfo`] |
//! | 43 app id | private or secret part of the key in an object, sealed: [`crate::object_key`] |
//!
//! app, con, file, chunk and id are u32, role and usage one byte. Integers are big endian.

use ukey_apdu::id::{KeyUsage, PinType};

pub(crate) const DEVICE: [u8; 1] = [0x01];
pub(crate) const DEVICE_AUTH_KEY: [u8; 1] = [0x02];
pub(crate) const CHANGE_COUNTER: [u8; 1] = [0x03];
pub(crate) const NEXT_NUMBER: [u8; 1] = [0x04];
pub(crate) const SEAL_CHECK: [u8; 1] = [0x05];

/// All applications.
pub(crate) const APPLICATIONS: [u8; 1] = [APPLICATION];

const APPLICATION: u8 = 0x10;
const PIN: u8 = 0x11;
const PIN_KEY: u8 = 0x12;
const CONTAINER: u8 = 0x20;
const PUBLIC_KEY: u8 = 0x21;
const PRIVATE_KEY: u8 = 0x22;
const CERTIFICATE: u8 = 0x23;
const RETIRED: u8 = 0x24;
const FILE: u8 = 0x30;
const CHUNK: u8 = 0x31;
const OBJECT: u8 = 0x40;
const NEXT_OBJECT: u8 = 0x41;
const KEY_INFO: u8 = 0x42;
const KEY_MATERIAL: u8 = 0x43;

/// Kinds of records that belong to the content of an application, not to itself.
pub(crate) const CONTENT: [u8; 10] = [
    CONTAINER,
    PUBLIC_KEY,
    PRIVATE_KEY,
    CERTIFICATE,
    RETIRED,
    FILE,
    CHUNK,
    OBJECT,
    KEY_INFO,
    KEY_MATERIAL,
];
/// Kinds of records that belong to an application itself.
pub(crate) const OWN: [u8; 4] = [APPLICATION, PIN, PIN_KEY, NEXT_OBJECT];
/// Kinds of records that belong to a container.
pub(crate) const OF_CONTAINER: [u8; 5] = [CONTAINER, PUBLIC_KEY, PRIVATE_KEY, CERTIFICATE, RETIRED];
/// Kinds of records that belong to an object.
pub(crate) const OF_OBJECT: [u8; 3] = [OBJECT, KEY_INFO, KEY_MATERIAL];
/// Kinds of records that belong to a file.
pub(crate) const OF_FILE: [u8; 2] = [FILE, CHUNK];

/// Key of the records of one kind in an application.
pub(crate) fn of(kind: u8, application: u32) -> [u8; 5] {
    let mut key = [kind; 5];
    key[1..].copy_from_slice(&application.to_be_bytes());
    key
}

/// Key of a record with a number in an application, or prefix of those below it.
pub(crate) fn below(kind: u8, application: u32, number: u32) -> [u8; 9] {
    let mut key = [0; 9];
    key[..5].copy_from_slice(&of(kind, application));
    key[5..].copy_from_slice(&number.to_be_bytes());
    key
}

fn with_byte<const N: usize, const M: usize>(prefix: [u8; N], last: u8) -> [u8; M] {
    let mut key = [last; M];
    key[..N].copy_from_slice(&prefix);
    key
}

pub(crate) fn application(number: u32) -> [u8; 5] {
    of(APPLICATION, number)
}

pub(crate) fn pin(application: u32, role: PinType) -> [u8; 6] {
    with_byte(of(PIN, application), role as u8)
}

pub(crate) fn pin_key(application: u32, role: PinType) -> [u8; 6] {
    with_byte(of(PIN_KEY, application), role as u8)
}

pub(crate) fn containers(application: u32) -> [u8; 5] {
    of(CONTAINER, application)
}

pub(crate) fn container(application: u32, number: u32) -> [u8; 9] {
    below(CONTAINER, application, number)
}

pub(crate) fn public_key(application: u32, container: u32, usage: KeyUsage) -> [u8; 10] {
    with_byte(below(PUBLIC_KEY, application, container), usage as u8)
}

pub(crate) fn private_key(application: u32, container: u32, usage: KeyUsage) -> [u8; 10] {
    with_byte(below(PRIVATE_KEY, application, container), usage as u8)
}

pub(crate) fn certificates(application: u32) -> [u8; 5] {
    of(CERTIFICATE, application)
}

pub(crate) fn certificate(application: u32, container: u32, usage: KeyUsage) -> [u8; 10] {
    with_byte(below(CERTIFICATE, application, container), usage as u8)
}

pub(crate) fn retired(application: u32, container: u32) -> [u8; 9] {
    below(RETIRED, application, container)
}

pub(crate) fn files(application: u32) -> [u8; 5] {
    of(FILE, application)
}

pub(crate) fn file(application: u32, number: u32) -> [u8; 9] {
    below(FILE, application, number)
}

pub(crate) fn chunk(application: u32, file: u32, index: u32) -> [u8; 13] {
    let mut key = [0; 13];
    key[..9].copy_from_slice(&below(CHUNK, application, file));
    key[9..].copy_from_slice(&index.to_be_bytes());
    key
}

pub(crate) fn objects(application: u32) -> [u8; 5] {
    of(OBJECT, application)
}

pub(crate) fn object(application: u32, id: u32) -> [u8; 9] {
    below(OBJECT, application, id)
}

pub(crate) fn next_object(application: u32) -> [u8; 5] {
    of(NEXT_OBJECT, application)
}

pub(crate) fn key_info(application: u32, object: u32) -> [u8; 9] {
    below(KEY_INFO, application, object)
}

pub(crate) fn key_material(application: u32, object: u32) -> [u8; 9] {
    below(KEY_MATERIAL, application, object)
}

/// What a record is about, for those who follow changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// A container; `named`: the record is there exactly as long as the container.
    Container { number: u32, named: bool },
    /// A file, likewise.
    File { number: u32, named: bool },
    /// An object.
    Object(u32),
}

/// What a key of a record in `application` is about, if hosts can see it.
pub(crate) fn subject(key: &[u8], application: u32) -> Option<Subject> {
    let kind = *key.first()?;
    if key.get(1..5)? != application.to_be_bytes() {
        return None;
    }
    let number = number_of(key)?;
    let named = kind == CONTAINER || kind == FILE;
    if OF_CONTAINER.contains(&kind) {
        Some(Subject::Container { number, named })
    } else if OF_FILE.contains(&kind) {
        Some(Subject::File { number, named })
    } else if OF_OBJECT.contains(&kind) {
        Some(Subject::Object(number))
    } else {
        None
    }
}

/// The number at the end of a key made by [`below`].
pub(crate) fn number_of(key: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(key.get(5..9)?.try_into().ok()?))
}
