//! The harness of the cross-part suites: a private pcscd with `ukey-sim` in its readers, embedded
//! token images, other people's programs with time limits, tests in processes of their own, and
//! counts of what crosses a link. The suites are in `tests/tests`.
//!
//! What it starts it stops, by process id; what it writes goes to temporary folders.
#![deny(unsafe_code)]

mod admin;
mod agent_pipe;
mod artifacts;
mod bidder;
mod browser_stage;
pub mod client_token;
mod display;
mod error;
pub mod host;
mod image;
pub mod openssl;
mod own_process;
pub mod pcsc_lab;
pub mod peer;
pub mod pkcs11;
mod program;
mod recording;
mod service;
pub mod skf;
pub mod tls;
mod wait;

pub use admin::admin;
pub use agent_pipe::AgentPipe;
pub use artifacts::{client_file, python, release_file, target_dir, workspace_root};
pub use bidder::Bidder;
pub use client_token::{ClientToken, Pair};
pub use display::Display;
pub use error::HarnessError;
pub use image::{TokenImage, embedded_test};
pub use own_process::own_process;
pub use pcsc_lab::{PcscLab, environment as pcsc_environment, pcsc_test};
pub use program::{Finished, Program};
pub use recording::{Exchange, Recording, RecordingProvider, recorded_registry};
pub use service::Service;
pub use wait::{thread_sleeps, wait_for, wait_until};
