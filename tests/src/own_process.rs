//! A test in a process of its own, with its own environment and a time limit.
//!
//! The C libraries have one global state per process, read their configuration from the
//! environment, and the PC/SC client library looks once for its socket. So a test of these must
//! not share a process with another, whichever runner started it.

// The runner keeps what a test prints and shows it when the test fails.
#![allow(clippy::print_stdout)]

use std::ffi::OsStr;
use std::time::Duration;

use crate::Program;

/// Names, in the inner process, the file that shows that the body was run.
const INNER: &str = "UKEY_TEST_OWN_PROCESS";

/// Runs `body` in a new process of the same test program with `environment` added, and fails as
/// it fails. `test` is the full name of the calling test, as the runner prints it.
///
/// # Panics
/// When the body panics, takes longer than `limit`, or is not reached since `test` is misspelt.
pub fn own_process<N: AsRef<OsStr>, V: AsRef<OsStr>>(
    test: &str,
    limit: Duration,
    environment: impl IntoIterator<Item = (N, V)>,
    body: impl FnOnce(),
) {
    if let Some(reached) = std::env::var_os(INNER) {
        std::fs::write(reached, "reached").expect("the outer process made the folder");
        return body();
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let reached = folder.path().join("reached");
    let program = std::env::current_exe().expect("a test knows its own program");
    let result = Program::new(program)
        .args(["--exact", test, "--nocapture"])
        .envs(environment)
        .env(INNER, &reached)
        .limit(limit)
        .succeed();
    match result {
        Ok(finished) => println!("{}", finished.all_text()),
        Err(error) => panic!("{error}"),
    }
    assert!(reached.exists(), "there is no test called {test}");
}
