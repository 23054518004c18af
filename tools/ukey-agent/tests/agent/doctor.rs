//! What `ukey-agent doctor` says, in the language of the session.

use crate::bidder::Bidder;
use std::process::Command;

/// What it says in a session of this language, and whether all was well.
fn doctor(bidder: &Bidder, language: &str) -> (String, bool) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ukey-agent"));
    for name in ["LC_ALL", "LC_MESSAGES"] {
        command.env_remove(name);
    }
    let command = command.arg("doctor").envs(bidder.environment());
    let output = command.env("LANG", language).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    (said, output.status.success())
}

#[test]
fn it_speaks_the_sessions_language() {
    let bidder = Bidder::new();
    let (said, well) = doctor(&bidder, "C.UTF-8");
    assert!(well || said.contains("FAIL  no browser"), "{said}");
    assert!(
        said.contains("ok    a program for PIN windows is there\n"),
        "{said}"
    );
    assert!(
        said.contains("ok    tokens and certificates: 1, 1\n"),
        "{said}"
    );

    std::fs::remove_file(bidder.file("token.img")).unwrap();
    let broken = bidder
        .environment()
        .into_iter()
        .map(|(name, value)| match name {
            "UKEY_EMBEDDED" => (name, "/nonexistent/token.img".into()),
            _ => (name, value),
        });
    let mut command = Command::new(env!("CARGO_BIN_EXE_ukey-agent"));
    let command = command.arg("doctor").envs(broken).env_remove("LC_ALL");
    let output = command.env("LC_MESSAGES", "zh_CN.UTF-8").output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(!output.status.success(), "{said}");
    assert!(said.contains("FAIL  没有插入 USBKEY，或无法读取"), "{said}");
    assert!(said.contains("ok    有可以打开 PIN 窗口的程序"), "{said}");
}
