//! The harness of the cross-part suites: a private pcscd with `ukey-sim` in its readers, embedded
//! token images, other people's programs with time limits, tests in processes of their own, and
//! counts of what crosses a link. The suites are in `tests/tests`.
//!
//! What it starts it stops, by process id; what it writes goes to temporary folders.
#![forbid(unsafe_code)]

mod artifacts;
mod error;
mod image;
mod own_process;
pub mod pcsc_lab;
mod program;
mod recording;
mod service;

pub use artifacts::{python, release_file, target_dir, workspace_root};
pub use error::HarnessError;
pub use image::TokenImage;
pub use own_process::own_process;
pub use pcsc_lab::{PcscLab, environment as pcsc_environment, pcsc_test};
pub use program::{Finished, Program};
pub use recording::{Exchange, Recording, RecordingProvider, recorded_registry};
pub use service::Service;
