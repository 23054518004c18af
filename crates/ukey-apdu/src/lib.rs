//! The wire between host and token: GM/T 0017 command APDUs over ISO 7816-4, and our extension.
//!
//! Host library and card OS share this crate and nothing else. It knows bytes: no transport, no
//! keys, no cryptography.
//!
//! # Where things are
//!
//! * [`CommandApdu`], [`ResponseApdu`], [`StatusWord`]: one exchange.
//! * [`chaining`]: commands longer than one APDU. [`continuation`]: answers longer than one APDU.
//! * [`request`]: one struct per command; [`Request::to_command`] on the host,
//!   [`Request::from_command`] on the card, [`Reply`] for the way back.
//! * [`blob`], [`id`], [`key`], [`devinfo`]: what the data fields are made of.
//! * [`secure`]: the framing of encrypted fields and MACs.
//!
//! # How sure a layout is
//!
//! The text of GM/T 0017 is not public. Each item of this crate carries one mark:
//!
//! | mark | meaning |
//! |---|---|
//! | C | confirmed: read off a published table of the standard |
//! | O | observed: seen in published traffic of a real token, or in code that drives one |
//! | D | derived: follows from C and O facts or from GM/T 0016 |
//! | P | proposed: our own layout until the standard's is known; never to be called standard |
//!
//! All instruction bytes and command names are C. Two letters mean "header, data".

#![forbid(unsafe_code)]

pub mod blob;
pub mod chaining;
mod class;
mod command;
pub mod continuation;
pub mod devinfo;
pub mod id;
mod instruction;
pub mod key;
mod layout;
mod message;
pub mod request;
mod response;
mod secret;
pub mod secure;
mod status;
#[cfg(test)]
mod tests;
mod wire;

pub use class::Class;
pub use command::{CommandApdu, EncodeError, Form, MAX_EXTENDED_DATA, MAX_SHORT_DATA, NE_ALL};
pub use devinfo::DevInfo;
pub use instruction::Ins;
pub use layout::MAX_NAME;
pub use message::{Bytes, Empty, NameList, Parameters, Reply, Request, Selector};
pub use response::ResponseApdu;
pub use secret::{Cryptogram, Secret, SecretArray};
pub use status::{StatusKind, StatusWord};
pub use wire::{DecodeError, Field, Reader, Writer};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeExample;
