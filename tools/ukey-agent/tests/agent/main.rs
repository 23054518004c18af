//! The agent as a program: over its pipe as a browser drives it, and over loopback as pages without the
//! extension reach it, with an embedded token and a pinentry whose user is a script. The suites of the
//! workspace (`tests`) drive it through real browsers.
#![allow(clippy::unwrap_used)]

#[path = "../../../../tests/src/agent_pipe.rs"]
pub mod agent_pipe;
mod bidder;
mod completion;
mod doctor;
mod native;
mod options;
mod page;
mod signing;
mod vendor;
