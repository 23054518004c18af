//! The kernels' plain Rust under Miri, which sees undefined behaviour that tests do not. It knows no vector
//! instructions: only the portable paths are built for it. The tests do less there (`amount` in the kernels).

use std::process::Command;

use crate::report::{Outcome, Workspace};

pub(crate) fn run(workspace: &Workspace) -> Outcome {
    let tool = |arguments: &[&str]| {
        let mut command = Command::new("rustup");
        command
            .args(["run", "nightly", "cargo", "miri"])
            .args(arguments)
            .env("CARGO_TARGET_DIR", workspace.target_dir().join("miri"))
            .current_dir(workspace.root());
        command
    };
    let there = tool(&["--version"]).output();
    if !there.is_ok_and(|output| output.status.success()) {
        return Outcome::Skip(
            "needs rustup, a nightly toolchain and its components miri and rust-src".to_owned(),
        );
    }
    // one after the other, so that it can be seen how far it is
    let all = [
        "test",
        "--package",
        "gm-kernels",
        "--lib",
        "--",
        "--test-threads=1",
    ];
    match tool(&all).status() {
        Ok(status) if status.success() => Outcome::Pass("portable paths of gm-kernels".to_owned()),
        Ok(status) => Outcome::Fail(vec![format!("cargo miri: {status}")]),
        Err(error) => Outcome::Fail(vec![format!("cannot start rustup: {error}")]),
    }
}
