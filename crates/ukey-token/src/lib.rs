//! The host's view of a token: everything that both C interfaces and the tools share.
//!
//! * [`Registry`], [`Reader`]: which readers there are, what is in them, what changes.
//! * [`Device`], [`Application`], [`Container`]: a token and what is on it, with one method per
//!   token command (`client/`, files named as in `ukey_apdu::request`).
//! * [`view::ObjectView`]: all that is visible in an application, cached by the change counter.
//! * [`transport`]: the ways to a token.
//!
//! A value here is a name for something on the card, not a copy of it: what another program
//! changes is seen with the next call. Logged in, a signature or a decryption is one exchange.
//!
//! This crate knows neither the C interfaces nor any card OS.
#![forbid(unsafe_code)]

mod application;
mod channel;
mod client;
mod container;
mod device;
mod error;
mod login;
pub mod pin;
mod registry;
pub mod transport;
pub mod vendor;
pub mod view;

pub use application::Application;
pub use client::{
    AUTH_KEY_LEN, Agreement, AgreementPeer, CipherStart, EnvelopedSm2Key, KeyCreated,
    MAX_APPLICATION_NAME, MAX_CONTAINER_NAME, MAX_FILE_NAME, MAX_OBJECT, NewApplication, NewKey,
    NewObject, SessionKey, UnblockChallenge, WrappedSessionKey,
};
pub use container::Container;
pub use device::Device;
pub use error::Error;
pub use login::LoginState;
pub use pin::Pin;
pub use registry::{CancelToken, Event, EventKind, Reader, Registry, Snapshot};
pub use ukey_apdu::{
    DevInfo,
    id::{AlgId, KeyUsage, PinState, PinType, Rights},
    key,
    request::{
        application::ApplicationOpened, auth::PinInfo, container::ContainerInfo,
        extension::Features, key_object::MAX_KEY_INPUT,
    },
};

/// Application that a token gets when it is initialised, and that clients prefer among several.
pub const DEFAULT_APPLICATION: &str = "UKEY";

/// Factory value of the device authentication key: the ASCII digits that tokens in the field are
/// delivered with. Whoever issues a token replaces it.
pub const FACTORY_AUTH_KEY: [u8; AUTH_KEY_LEN] = *b"1234567812345678";
