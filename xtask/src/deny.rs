//! Licences, sources and duplicate versions of what we depend on, by cargo-deny where it is installed.
//!
//! The advisory database needs a download, so that part is left to whoever has it at hand
//! (`cargo deny check advisories`).

use std::process::{Command, Stdio};

use crate::report::{Outcome, Workspace};

pub(crate) fn run(workspace: &Workspace) -> Outcome {
    let installed = Command::new("cargo")
        .args(["deny", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !installed {
        return Outcome::Skip("cargo-deny is not installed".into());
    }
    let status = Command::new("cargo")
        .args(["deny", "--offline", "check", "licenses", "bans", "sources"])
        .current_dir(workspace.root())
        .status();
    match status {
        Ok(status) if status.success() => Outcome::Pass("licenses, bans, sources".into()),
        Ok(status) => Outcome::Fail(vec![format!("cargo deny: {status}")]),
        Err(error) => Outcome::Fail(vec![format!("cannot start cargo deny: {error}")]),
    }
}
