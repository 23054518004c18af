//! SKF through its C functions, on tokens inside this process: one file per chapter of GM/T 0016.
//!
//! Every test has a blank token of its own and goes the way of a client: device authentication, application, PIN.

// Every call hands pointers to locals of the test, with their real lengths, or values that must be refused unread.
#![allow(clippy::undocumented_unsafe_blocks)]
#![allow(clippy::unwrap_used)]

mod access;
mod agreement;
mod application;
mod call_sequences;
mod container;
mod device;
mod digest_mac;
mod ecc;
mod enveloped_key;
mod event;
mod file;
mod fork;
mod handles;
mod null;
mod rsa;
mod session_key;
mod symmetric;
mod token;
