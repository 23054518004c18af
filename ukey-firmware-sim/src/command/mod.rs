//! What each command does: one file per group, named as in `ukey_apdu::request`.
//!
//! A handler gets a request whose form has been checked, and says what it needs by the proofs and
//! records it asks for. It answers 9000 by returning a reply, and only after its transaction is
//! durable.

pub(crate) mod agreement;
pub(crate) mod application;
pub(crate) mod auth;
pub(crate) mod cipher;
pub(crate) mod container;
pub(crate) mod device;
pub(crate) mod digest;
pub(crate) mod extension;
pub(crate) mod feed;
pub(crate) mod file;
pub(crate) mod import;
pub(crate) mod key_object;
pub(crate) mod key_use;
pub(crate) mod keygen;
pub(crate) mod mac;
pub(crate) mod session_key;
pub(crate) mod sign;
