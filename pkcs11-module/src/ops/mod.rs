//! The meaning of each function, on safe values. Files are named as in `abi`.

pub(crate) mod cipher;
pub(crate) mod derive;
pub(crate) mod digest;
pub(crate) mod dual;
pub(crate) mod encapsulate;
pub(crate) mod general;
pub(crate) mod key;
mod key_host;
pub(crate) mod key_new;
pub(crate) mod key_store;
mod key_token;
pub(crate) mod message;
pub(crate) mod message_signature;
pub(crate) mod object;
pub(crate) mod object_copy;
pub(crate) mod object_create;
pub(crate) mod object_destroy;
pub(crate) mod pin_entry;
pub(crate) mod random;
pub(crate) mod session;
pub(crate) mod sign;
pub(crate) mod slot_token;
pub(crate) mod verify;
pub(crate) mod wrap;

use crate::abi::types::CK_ULONG;

/// A caller's buffer for bytes under the two-call rule.
pub(crate) type OutBytes = ukey_ffi::OutBuf<CK_ULONG, u8>;
