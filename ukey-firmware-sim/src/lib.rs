//! The token in software: a card operating system behind [`Device::transmit`], its flash
//! ([`store`]), and the links to it.
//!
//! A real firmware would be the same down to [`store::Storage`]: all state is in one flash image,
//! changed by atomic transactions; a PIN try is spent durably before the PIN is compared; private keys
//! are made or imported inside and never leave; 9000 is answered after the change is durable.
//!
//! This crate knows the wire (`ukey-apdu`) and the algorithms (`ukey-crypto`), and nothing of the
//! host library: the two meet at bytes.
//!
//! # Where things are
//!
//! * [`Device`]: power and APDUs. `dispatch`: from bytes to a handler; the table of commands.
//! * `command`: one file per group of commands, named as in `ukey_apdu::request`.
//! * `security`: who has proven what. `fs`: applications, containers, files, objects as records.
//!   `keystore`, `object_key`: private and secret keys. `session`, `opened`: what dies with power.
//! * [`store`]: the flash. [`image`]: a token in a file.
//! * [`link`]: the virtual PC/SC reader. (The link within a process is [`Device`] itself.)

#![forbid(unsafe_code)]

mod card;
mod command;
mod computation;
mod config;
mod device;
mod dispatch;
mod error;
mod fs;
pub mod image;
mod keystore;
mod lifecycle;
pub mod link;
mod object_key;
mod opened;
mod rsa_blob;
mod secured;
mod security;
mod session;
pub mod store;

pub use computation::{Computation, Started};
pub use config::Config;
pub use device::{ATR, Device};
pub use error::Error;
pub use lifecycle::{FACTORY_DEVICE_KEY, Factory, personalise};

/// The example of the README runs as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
