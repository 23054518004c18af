//! SKF clients that are not ours: tests and examples of the Rust crate skf-rs, as it ships them, and a client in Java. They
//! get `libukey_skf.so` by its path and nothing else.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use ukey_tests::{Finished, Program, TokenImage, client_file, release_file, workspace_root};

const LIMIT: Duration = Duration::from_secs(120);

/// Tests of skf-rs that are left out, and why.
const WITHOUT: [(&str, &str); 2] = [
    (
        "set_lab_test",
        "its label fills the field; the standard wants a NUL behind it",
    ),
    (
        "plug_event_test",
        "wants SAR_OK of a wait that was cancelled; the standard names no code",
    ),
];

/// A blank token. skf-rs authenticates with SM1, whatever the device says that it has.
fn token() -> TokenImage {
    let image = TokenImage::blank().unwrap();
    let config = image.folder().join("ukey.toml");
    std::fs::write(config, "[skf]\nsm1_is_sm4 = true\n").unwrap();
    image
}

/// A program of skf-rs on this token.
fn skf_rs(image: &TokenImage, name: &str) -> Program {
    let program = client_file(&format!("skf-rs/{name}")).unwrap_or_else(|error| panic!("{error}"));
    Program::new(program)
        .envs(image.environment())
        .env("SKF_LIB_FILE", release_file("libukey_skf.so").unwrap())
        .limit(LIMIT)
}

fn succeeds(program: Program) -> Finished {
    program.succeed().unwrap_or_else(|error| panic!("{error}"))
}

/// Runs one of its test programs, all tests of which wait for a device, and demands so many passes.
fn passes(name: &str, tests: usize) {
    let image = token();
    let mut program = skf_rs(&image, name).args(["--ignored", "--test-threads=1", "--nocapture"]);
    for (left_out, _why) in WITHOUT {
        program = program.args(["--skip", left_out]);
    }
    let said = succeeds(program).all_text();
    assert!(
        said.contains(&format!("test result: ok. {tests} passed; 0 failed")),
        "{said}"
    );
}

#[test]
fn devices_of_skf_rs() {
    passes("device_test", 11);
}

#[test]
fn applications_of_skf_rs() {
    passes("app_test", 4);
}

#[test]
fn containers_of_skf_rs() {
    passes("container_test", 1);
}

#[test]
fn ciphers_of_skf_rs() {
    passes("block_cipher_test", 3);
}

#[test]
fn the_manager_of_skf_rs() {
    passes("mgr_test", 4);
}

/// Two containers agree on a key: what the one encrypts the other decrypts.
#[test]
fn key_agreement_of_skf_rs() {
    let image = token();
    let said = succeeds(skf_rs(&image, "agreement")).text();
    assert!(said.contains(&hex::encode("hello world")), "{said}");
    let line = |what: &str| {
        let line = said.lines().find(|line| line.starts_with(what)).unwrap();
        line.rsplit(' ').next().unwrap().to_owned()
    };
    assert_eq!(line("plain:"), line("responder sk decrypt result:"));
    // And it is tidied up by another of its examples.
    let said = succeeds(skf_rs(&image, "delete_all_app")).text();
    assert!(
        said.contains("result of delete app (skf-app-demo): Ok(())"),
        "{said}"
    );
}

#[test]
fn other_examples_of_skf_rs() {
    let image = token();
    for (name, says) in [
        ("enum_device", "ukey embedded"),
        ("connect_dev", "ukey embedded"),
        ("device_info", "ukey"),
        ("device_auth", "device auth result: Ok(())"),
    ] {
        let said = succeeds(skf_rs(&image, name)).all_text();
        assert!(said.contains(says), "{name}: {said}");
    }
}

/// Where Debian's package libjna-java has its classes.
const JNA: &str = "/usr/share/java/jna.jar";

#[test]
fn a_java_client_through_jna() {
    let image = TokenImage::blank().unwrap();
    let source = workspace_root().join("tests/java/SkfClient.java");
    let compile = Program::new("javac").args(["-Xlint:all", "-cp", JNA, "-d"]);
    succeeds(compile.arg(image.folder()).arg(source).limit(LIMIT));
    let classes = format!("{JNA}:{}", image.folder().display());
    let client = Program::new("java").args(["-cp", &classes, "SkfClient"]);
    let client = client.arg(release_file("libukey_skf.so").unwrap());
    let said = succeeds(client.envs(image.environment()).limit(LIMIT)).text();
    assert!(said.ends_with("done\n"), "{said}");
}
