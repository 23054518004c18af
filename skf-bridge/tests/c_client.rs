//! The header in C and C++, and a C program that loads the library by path, as clients do.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// The library, which cargo builds into the folder of this test.
fn library() -> PathBuf {
    let path = std::env::current_exe()
        .unwrap()
        .with_file_name("libukey_skf.so");
    assert!(path.exists(), "{} is not built", path.display());
    path
}

fn succeed(output: Output, what: &str) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(
        output.status.success(),
        "{what}: {}\n{out}{err}",
        output.status
    );
    out
}

fn compile(compiler: &str, standard: &str, source: &str, arguments: &[&str]) {
    let include = root().join("skf-bridge/include");
    let output = Command::new(compiler)
        .args([standard, "-Wall", "-Wextra", "-Werror", "-I"])
        .arg(include)
        .args(arguments)
        .arg(root().join("tests/c").join(source))
        .arg("-ldl")
        .output()
        .unwrap_or_else(|e| panic!("{compiler}: {e}"));
    succeed(output, &format!("{compiler} {standard} {source}"));
}

#[test]
fn the_header_has_the_layout_of_the_standard_in_c_and_cpp() {
    for standard in ["-std=c89", "-std=c99", "-std=c17"] {
        compile("gcc", standard, "skf_layout.c", &["-fsyntax-only"]);
    }
    for standard in ["-std=c++11", "-std=c++20"] {
        compile(
            "g++",
            standard,
            "skf_layout.c",
            &["-fsyntax-only", "-x", "c++"],
        );
    }
}

#[test]
fn the_example_of_the_readme_compiles() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let (_, rest) = readme.split_once("```c\n").unwrap();
    let (example, _) = rest.split_once("```").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("sign.c");
    std::fs::write(&source, example).unwrap();
    compile(
        "gcc",
        "-std=c99",
        source.to_str().unwrap(),
        &["-fsyntax-only"],
    );
}

#[test]
fn a_c_program_goes_from_a_blank_token_to_a_signature() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("skf_smoke");
    compile(
        "gcc",
        "-std=gnu11",
        "skf_smoke.c",
        &["-o", program.to_str().unwrap()],
    );
    let config = folder.path().join("ukey.toml");
    std::fs::write(&config, "").unwrap();
    let output = Command::new(&program)
        .arg(library())
        .env("UKEY_CONFIG", config)
        .env("UKEY_PCSC", "off")
        .env("UKEY_EMBEDDED", folder.path().join("token.img"))
        .output()
        .unwrap();
    let steps = succeed(output, "skf_smoke");
    assert!(steps.ends_with("done\n"), "{steps}");
}

/// Exports, header, the list that the C programs look up and the profile have the same names; nothing else is exported.
#[test]
fn exports_header_client_list_and_profile_agree() {
    let output = Command::new("nm")
        .args(["-D", "--defined-only"])
        .arg(library())
        .output()
        .unwrap();
    let exported: BTreeSet<String> = succeed(output, "nm")
        .lines()
        .filter_map(|line| line.split_whitespace().nth(2).map(str::to_owned))
        .collect();
    let names = |text: &str, before: &str, end: char| -> BTreeSet<String> {
        text.lines()
            .filter_map(|line| line.trim_start().strip_prefix(before))
            .map(|rest| rest.split(end).next().unwrap().to_owned())
            .collect()
    };
    let read = |path: &str| std::fs::read_to_string(root().join(path)).unwrap();
    let declared = names(&read("skf-bridge/include/skf.h"), "ULONG DEVAPI ", '(');
    let looked_up = names(&read("tests/c/skf_functions.h"), "X(", ')');
    let documented = names(&read("docs/skf-profile.md"), "| `SKF_", '`');
    let documented = documented
        .iter()
        .map(|name| format!("SKF_{name}"))
        .collect();
    assert_eq!(exported.len(), 80);
    assert_eq!(exported, declared);
    assert_eq!(declared, looked_up);
    assert_eq!(declared, documented);
}
