//! `unsafe` may stand only in `crates/ukey-ffi`, in the `abi/` folders of the two C libraries and of
//! `crates/ukey-rsa-raw` (the calls to the RSA of AWS-LC), and in the processor-specific part of the
//! kernels (and in tests that call C functions). Every other crate must forbid it by attribute, so that the compiler says so too.

use crate::report::{Outcome, Workspace};
use crate::source::{code_only, words};

/// Crate roots of the libraries that have an `abi/` folder: they deny `unsafe` and allow it there.
const WITH_ABI: &[&str] = &["pkcs11-module", "skf-bridge"];

/// Single folders, the kernels' processor-specific part and the calls to AWS-LC, each with its crate's
/// root, which denies `unsafe` and allows it there.
const FOLDERS: &[(&str, &str)] = &[
    (
        "crates/gm-kernels/src/arch/",
        "crates/gm-kernels/src/lib.rs",
    ),
    (
        "crates/ukey-rsa-raw/src/abi/",
        "crates/ukey-rsa-raw/src/lib.rs",
    ),
];

pub(crate) fn run(workspace: &Workspace) -> Outcome {
    let files = workspace.rust_files();
    let mut findings = Vec::new();
    let mut zones = 0;
    for (path, text) in &files {
        let code = code_only(text);
        if may_be_unsafe(path) {
            zones += 1;
            continue;
        }
        for (index, line) in code.lines().enumerate() {
            if words(line).any(|word| word == "unsafe") {
                findings.push(format!("{path}:{}: unsafe outside its zones", index + 1));
            }
        }
        if FOLDERS.iter().any(|(_, root)| path == root) {
            if !has_attribute(&code, "#![deny(unsafe_code)]") {
                findings.push(format!("{path}: lacks #![deny(unsafe_code)]"));
            }
        } else if is_crate_root(path) && !forbids(&code) {
            findings.push(format!("{path}: lacks #![forbid(unsafe_code)]"));
        }
    }
    Outcome::of(
        findings,
        format!("{zones} of {} files may hold unsafe code", files.len()),
    )
}

/// The zones: the FFI toolbox, the kernels' processor code, the `abi/` folders, and tests
/// that call the C functions as C would.
fn may_be_unsafe(path: &str) -> bool {
    path.starts_with("crates/ukey-ffi/")
        || FOLDERS.iter().any(|(folder, _)| path.starts_with(folder))
        || WITH_ABI.iter().any(|library| {
            path.starts_with(&format!("{library}/src/abi/"))
                || path.starts_with(&format!("{library}/tests/"))
                // the root declares `mod abi` and the exported symbols
                || path == format!("{library}/src/lib.rs")
        })
        || path.starts_with("tests/")
        // fuzz targets call the C functions
        || path.starts_with("fuzz/")
}

fn is_crate_root(path: &str) -> bool {
    path.ends_with("/src/lib.rs") || path.ends_with("/src/main.rs")
}

fn forbids(code: &str) -> bool {
    has_attribute(code, "#![forbid(unsafe_code)]")
}

fn has_attribute(code: &str, attribute: &str) -> bool {
    code.lines().any(|line| line.trim() == attribute)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_narrow() {
        assert!(may_be_unsafe("crates/ukey-ffi/src/input.rs"));
        assert!(may_be_unsafe("crates/ukey-rsa-raw/src/abi/key.rs"));
        assert!(!may_be_unsafe("crates/ukey-rsa-raw/src/tests.rs"));
        assert!(!may_be_unsafe("crates/ukey-crypto/src/rsa/private.rs"));
        assert!(may_be_unsafe("skf-bridge/src/abi/ecc.rs"));
        assert!(!may_be_unsafe("skf-bridge/src/ops/ecc.rs"));
        assert!(!may_be_unsafe("crates/ukey-token/src/lib.rs"));
        assert!(may_be_unsafe("crates/gm-kernels/src/arch/x86_64/cpu.rs"));
        assert!(!may_be_unsafe("crates/gm-kernels/src/lib.rs"));
    }

    #[test]
    fn the_attribute_must_stand_in_the_code() {
        assert!(forbids("#![forbid(unsafe_code)]\n"));
        assert!(!forbids(&code_only("// #![forbid(unsafe_code)]\n")));
    }
}
