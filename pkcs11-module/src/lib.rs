//! The PKCS#11 module: `libukey_pkcs11.so`.
//!
//! `abi` turns C arguments into safe values, `ops` does what the functions mean, `session`, `object`, `mechanism` and
//! `slot` keep what they work on, `module` is the one global, `rv` the one mapping to `CK_RV`. Tokens are reached
//! through `ukey_token` alone. `docs/pkcs11-profile.md` lists every function and mechanism.
//!
//! As a Rust library it offers the exports and the types and numbers that callers need.
//!
//! # The caller's contract
//!
//! What every export asks of a C caller, and `# Safety` sections refer to: a pointer is NULL or leads to as much
//! readable (for results: writable) memory as the length beside it says, for the duration of the call. Alignment is
//! not asked for; NULL where it is not allowed, and lengths that cannot be, are answered with a code.

#![deny(unsafe_code)]

mod abi;
mod mechanism;
mod module;
mod object;
mod ops;
mod rv;
mod session;
mod slot;

pub use abi::types;
pub use abi::vendor;
pub use abi::{
    cipher::*, digest::*, dual::*, encapsulate::*, function_list::*, general::*, key::*,
    message::*, message_signature::*, object::*, random::*, session::*, sign::*, slot_token::*,
    unsupported::*, verify::*, verify_signature::*, wrap::*,
};
