//! `ukey-ca`: a small certification and key escrow authority.
//!
//! | module | what |
//! |---|---|
//! | [`request`], [`answer`] | the files that applicants and the authority exchange |
//! | [`engine`] | the acts (issue, renew, recover, …) and their rules; no I/O |
//! | [`kmc`] | escrow of encryption keys: anybody deposits, two officers open |
//! | [`state`] | what the authority remembers, as a trait; and its SQLite form |
//! | [`log`] | the hash-chained log of all acts |
//! | [`directory`] | the state directory: key files, certificates, database |
//!
//! The engine works on a [`state::Transaction`]; a network service or another database can take
//! the place of [`directory`] and [`state::sqlite`] without touching it.
#![forbid(unsafe_code)]

pub mod answer;
pub mod directory;
pub mod engine;
mod error;
pub mod kmc;
pub mod log;
pub mod request;
pub mod state;

pub use error::{Error, Refusal, Result};
