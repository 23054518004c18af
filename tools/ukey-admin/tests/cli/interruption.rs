//! Keys pulled and programs killed in the middle.

use std::{fs, io::Write, process::Stdio, thread, time::Duration};

use crate::support::{Desk, ENROLL, noise, with_pin};

#[test]
fn a_key_pulled_during_a_signature_is_11_and_works_again_when_it_is_back() {
    let desk = Desk::enrolled();
    let before = desk.names();
    let mut command = desk.command();
    command
        .args(with_pin(&["--json", "sign", "-", "--output", "out.p7s"]))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    // More than a pipe holds: when all but the rest is taken, the program has logged in and reads.
    input.write_all(&noise(1 << 20)).unwrap();
    fs::rename(desk.path("key0.img"), desk.path("pulled")).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    fs::rename(desk.path("pulled"), desk.path("key0.img")).unwrap();
    assert_eq!(output.status.code(), Some(11));
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["error"]["code"], "removed");
    assert_eq!(desk.names(), before, "an output was left");

    desk.file("f", b"content");
    desk.run(with_pin(&["sign", "f"])).ok();
    desk.run(["verify", "f", "--ca", "ca"]).ok();
}

#[test]
fn enrolment_killed_at_any_moment_ends_well_when_run_again() {
    let fresh = Desk::initialised();
    for milliseconds in (2..90).step_by(8) {
        let desk = Desk::with_keys(1);
        for name in ["key0.img", "key0.img.key"] {
            fs::copy(fresh.path(name), desk.path(name)).unwrap();
        }
        let mut child = desk
            .command()
            .args(ENROLL)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_millis(milliseconds));
        // It may have ended by itself.
        child.kill().ok();
        child.wait().unwrap();

        let (code, answer) = desk.json(ENROLL);
        assert_eq!(code, 0, "killed after {milliseconds} ms: {answer}");
        desk.run(["doctor"]).ok();
        assert_eq!(
            desk.issued(),
            2,
            "killed after {milliseconds} ms: two answers"
        );
        assert_eq!(desk.tries_left(), 10);
    }
}
