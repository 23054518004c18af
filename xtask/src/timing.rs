//! The long timing tests, of the kernels, of refusals and of the token's PIN: minutes, and a quiet machine.

use crate::cargo;
use crate::report::{Outcome, Workspace};

/// Where they stand, as cargo's arguments choose them.
const TESTS: &[&[&str]] = &[
    &["--package", "gm-kernels", "--test", "timing"],
    &["--package", "ukey-crypto", "--test", "timing"],
    &["--package", "ukey-firmware-sim", "--lib"],
];

pub(crate) fn run(workspace: &Workspace) -> Outcome {
    let mut findings = Vec::new();
    for test in TESTS {
        let start = ["test", "--release"];
        let end = ["long_form", "--", "--ignored", "--nocapture"];
        let arguments = [&start, *test, &end].concat();
        let advice = "time depends on a secret, or the machine was busy";
        if let Outcome::Fail(found) = cargo::cargo(workspace, &arguments, &[], advice) {
            findings.extend(found);
        }
    }
    Outcome::of(findings, "no time depends on a secret".to_owned())
}
