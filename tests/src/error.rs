//! What can go wrong in the harness itself. Tests unwrap these; the texts say what to do.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// A failure of the harness or of a program that it ran.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HarnessError {
    /// A library or program of ours is not there.
    #[error("{0} is not built; run `make build` (cargo build --release --workspace)")]
    NotBuilt(PathBuf),
    /// A program cannot be started.
    #[error("cannot start {program}: {source}; `make setup` installs what the tests need")]
    Start {
        /// The program.
        program: String,
        /// Why.
        source: io::Error,
    },
    /// A program ran longer than it may, and was killed.
    #[error("{program} did not end within {limit:?}; so far it said:\n{output}")]
    TimedOut {
        /// The program and its arguments.
        program: String,
        /// How long it was given.
        limit: Duration,
        /// Standard output and standard error until then.
        output: String,
    },
    /// A program ended, but not as expected.
    #[error("{program} ended with {status}:\n{output}")]
    Failed {
        /// The program and its arguments.
        program: String,
        /// Exit status or signal.
        status: String,
        /// Standard output and standard error.
        output: String,
    },
    /// Something that was started did not become ready in time.
    #[error("{what} was not ready within {limit:?}; its log says:\n{log}")]
    NotReady {
        /// What was waited for.
        what: String,
        /// How long.
        limit: Duration,
        /// Log of the process that should have become ready.
        log: String,
    },
    /// A file of the harness cannot be used.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}
