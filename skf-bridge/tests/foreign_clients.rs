//! Clients that are not ours and get the library by path only.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::process::Command;

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

/// Runs a client on a blank token; what it prints must end with "done".
fn run(mut client: Command) {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("ukey.toml");
    std::fs::write(&config, "").unwrap();
    let output = client
        .env("UKEY_CONFIG", config)
        .env("UKEY_PCSC", "off")
        .env("UKEY_EMBEDDED", folder.path().join("token.img"))
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{}\n{out}{err}", output.status);
    assert!(out.ends_with("done\n"), "{out}{err}");
}

#[test]
fn python_with_ctypes() {
    let mut client = Command::new("python3");
    client
        .arg(root().join("tests/python/skf_client.py"))
        .arg(library());
    run(client);
}

/// The same C program as elsewhere, with the sanitizer watching its side of every buffer.
#[test]
fn c_under_address_sanitizer() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("skf_smoke");
    let compiled = Command::new("gcc")
        .args([
            "-std=gnu11",
            "-g",
            "-fsanitize=address,undefined",
            "-fno-sanitize-recover=all",
            "-I",
        ])
        .arg(root().join("skf-bridge/include"))
        .arg(root().join("tests/c/skf_smoke.c"))
        .arg("-o")
        .arg(&program)
        .arg("-ldl")
        .status()
        .unwrap();
    assert!(compiled.success());
    let mut client = Command::new(&program);
    client.arg(library());
    run(client);
}
