//! The chores that cargo does: formatting, lints, documentation.

use std::process::Command;

use crate::report::{Outcome, Workspace};

pub(crate) fn fmt(workspace: &Workspace) -> Outcome {
    cargo(
        workspace,
        &["fmt", "--all", "--check"],
        &[],
        "run `cargo fmt --all`",
    )
}

pub(crate) fn clippy(workspace: &Workspace) -> Outcome {
    let arguments = [
        "clippy",
        "--quiet",
        "--workspace",
        "--all-targets",
        "--locked",
        "--",
        "-D",
        "warnings",
    ];
    cargo(workspace, &arguments, &[], "see the messages above")
}

pub(crate) fn doc(workspace: &Workspace) -> Outcome {
    let arguments = ["doc", "--quiet", "--workspace", "--no-deps", "--locked"];
    cargo(
        workspace,
        &arguments,
        &[("RUSTDOCFLAGS", "-D warnings")],
        "see the messages above",
    )
}

/// Runs cargo on the workspace with its output shown as it comes.
pub(crate) fn cargo(
    workspace: &Workspace,
    arguments: &[&str],
    environment: &[(&str, &str)],
    advice: &str,
) -> Outcome {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(program)
        .args(arguments)
        .envs(environment.iter().copied())
        .current_dir(workspace.root())
        .status();
    match status {
        Ok(status) if status.success() => Outcome::Pass(format!("cargo {}", arguments.join(" "))),
        Ok(status) => Outcome::Fail(vec![format!("cargo {}: {status}; {advice}", arguments[0])]),
        Err(error) => Outcome::Fail(vec![format!("cannot start cargo: {error}")]),
    }
}
