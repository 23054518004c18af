//! The PKCS#11 module: `libukey_pkcs11.so`.
//!
//! `abi` turns C arguments into safe values, `ops` does what the functions mean, `session`, `object`, `mechanism` and
//! `slot` keep what they work on, `module` is the one global, `rv` the one mapping to `CK_RV`. Tokens are reached
//! through `ukey_token` alone. `docs/pkcs11-profile.md` lists every function and mechanism.
//!
//! As a Rust library it offers the exports and the types and numbers that callers need.

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
    decrypt::*, digest::*, encrypt::*, function_list::*, general::*, key::*, object::*, random::*,
    session::*, sign::*, slot_token::*, unsupported::*, verify::*,
};
