//! The kernels' plain Rust under Miri, which sees undefined behaviour that tests do not. It knows no vector
//! instructions: only the portable paths are built for it.

use std::process::Command;

use crate::report::{Outcome, Workspace};

/// Tests that end within minutes when they are interpreted, and together pass through every portable path.
const TESTS: &[&str] = &[
    "ghash::tests::a_copy_goes_its_own_way",
    "ghash::tests::test_case_4_of_the_proposal",
    "sm2::tests::modular::reduction_around_the_order",
    "sm3::tests::examples_of_the_standard",
    "sm4::tests::chains::ofb_in_pieces",
    "sm4::tests::every_byte_through_every_s_box",
    "sm4::tests::gcm::rfc_8998_appendix_a_1",
];

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
            "needs rustup, a nightly toolchain and its component miri".to_owned(),
        );
    }
    let start = ["test", "--package", "gm-kernels", "--lib", "--", "--exact"];
    match tool(&[&start, TESTS].concat()).status() {
        Ok(status) if status.success() => {
            Outcome::Pass(format!("{} tests of portable paths", TESTS.len()))
        }
        Ok(status) => Outcome::Fail(vec![format!("cargo miri: {status}")]),
        Err(error) => Outcome::Fail(vec![format!("cannot start rustup: {error}")]),
    }
}
