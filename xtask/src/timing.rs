//! The long timing test of the kernels: minutes, and a quiet machine.

use crate::cargo;
use crate::report::{Outcome, Workspace};

pub(crate) fn run(workspace: &Workspace) -> Outcome {
    let arguments = [
        "test",
        "--release",
        "--package",
        "gm-kernels",
        "--test",
        "timing",
        "--",
        "--ignored",
        "--nocapture",
    ];
    cargo::cargo(
        workspace,
        &arguments,
        &[],
        "time depends on a secret, or the machine was busy",
    )
}
