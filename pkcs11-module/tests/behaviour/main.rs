//! How the module behaves, one test for each promise, through its function table on a token in a file.
#![allow(clippy::unwrap_used, clippy::undocumented_unsafe_blocks)]
#![allow(unreachable_pub, missing_docs)]

mod arguments;
mod certificates;
mod cipher;
mod curves;
mod digest;
mod double_certificate;
mod encapsulate;
mod general;
mod harness;
mod keys;
mod login;
mod objects;
mod openssl;
mod pin_entry;
mod search;
mod secret_mechanisms;
mod session_keys;
mod session_model;
mod sign;
mod sign_rsa;
mod slots;
mod threads;
mod token_keys;
mod wrap_derive;
