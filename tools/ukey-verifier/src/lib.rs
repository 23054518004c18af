//! The server's side of signing in the browser: checks logins and signatures that
//! `ukey-agent` made, against the server's own trusted authorities and revocation lists.
//!
//! | module | what |
//! |---|---|
//! | [`nonce`] | challenges: random, single use, five minutes, bound to one session |
//! | [`login`] | authentication tokens (`ukey-auth:1`) |
//! | [`signature`] | bare signatures and signed messages |
//! | [`trust`] | path, validity, key usage, revocation |
//! | [`ocsp`] | asking responders |
//! | [`service`] | the same checks as a small HTTP service, and the demonstration platform |
//!
//! A server that is written in Rust uses the first five; any other runs the service beside itself.
#![forbid(unsafe_code)]

pub mod login;
pub mod nonce;
pub mod ocsp;
mod refusal;
pub mod service;
pub mod signature;
pub mod trust;

pub use refusal::{Refusal, Result};
