//! What the two C libraries export: the functions of their standard and nothing else.

use std::path::Path;
use std::process::Command;

use crate::report::{Outcome, Workspace};

/// A library and the prefix that each of its exported names must have.
const LIBRARIES: &[(&str, &str)] = &[("libukey_pkcs11.so", "C_"), ("libukey_skf.so", "SKF_")];

pub(crate) fn run(workspace: &Workspace) -> Outcome {
    let folder = workspace.target_dir().join("release");
    let mut findings = Vec::new();
    let mut notes = Vec::new();
    for (library, prefix) in LIBRARIES {
        let path = folder.join(library);
        if !path.exists() {
            return Outcome::Skip(format!("{library} is not built (`make build`)"));
        }
        match exported(&path) {
            Ok(names) => {
                let strange = names.iter().filter(|name| !name.starts_with(prefix));
                findings.extend(strange.map(|name| format!("{library} exports {name}")));
                if names.is_empty() {
                    findings.push(format!("{library} exports nothing"));
                }
                notes.push(format!("{library}: {} names", names.len()));
            }
            Err(reason) => return Outcome::Skip(reason),
        }
    }
    Outcome::of(findings, notes.join(", "))
}

/// Names that a shared library defines for others, by `nm`.
fn exported(library: &Path) -> Result<Vec<String>, String> {
    let output = Command::new("nm")
        .args(["--dynamic", "--defined-only", "--format=just-symbols"])
        .arg(library)
        .output()
        .map_err(|error| format!("nm cannot be run: {error}"))?;
    if !output.status.success() {
        return Err(format!(
            "nm failed: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        ));
    }
    Ok(String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(|line| line.trim().to_owned())
        .collect())
}
