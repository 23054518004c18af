//! The kernels on processors with less: their tests of the standards' values in QEMU's user mode, which refuses every
//! instruction that the processor it plays does not have. (It plays none with AVX-512 or GFNI.)

use std::process::Command;

use crate::cargo;
use crate::report::{Outcome, Workspace};

const EMULATOR: &str = "qemu-x86_64";

/// QEMU's names, from SSSE3 alone to AES-NI with PCLMULQDQ, AVX2, and ADX.
const PROCESSORS: &[&str] = &["Conroe", "Westmere", "Haswell", "Broadwell"];

/// Tests that pass through every engine there is and end soon when they are emulated.
const TESTS: &[&str] = &[
    "every_processor_gets_its_engines",
    "test_case_4_of_the_proposal",
    "the_example_of_the_standard",
    "examples_of_the_standard",
    "cbc_both_ways_in_pieces",
    "ecb_both_ways",
    "rfc_8998_appendix_a_1",
];

pub(crate) fn run(workspace: &Workspace) -> Outcome {
    let there = Command::new(EMULATOR).arg("--version").output();
    if !there.is_ok_and(|output| output.status.success()) {
        return Outcome::Skip(format!("needs {EMULATOR} (Debian package qemu-user)"));
    }
    let start = ["test", "--package", "gm-kernels", "--lib", "--"];
    let mut findings = Vec::new();
    for processor in PROCESSORS {
        let runner = format!("{EMULATOR} -cpu {processor}");
        let variable = "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER";
        let outcome = cargo::cargo(
            workspace,
            &[&start, TESTS].concat(),
            &[(variable, &runner)],
            processor,
        );
        if let Outcome::Fail(found) = outcome {
            findings.extend(found);
        }
    }
    Outcome::of(findings, format!("on {}", PROCESSORS.join(", ")))
}
