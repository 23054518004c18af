//! Signatures that must not pass, and those that must.

use std::fs;

use crate::support::{Desk, exists, noise, with_pin};

/// A desk with a signed file: `f`, `f.p7s` (detached), `f.p7m` (attached), `f.sig` (bare).
fn signed() -> Desk {
    let desk = Desk::enrolled();
    desk.file("f", &noise(40_000));
    desk.run(["cert", "export", "--output", "sign.pem"]).ok();
    desk.run(with_pin(&["sign", "f"])).ok();
    desk.run(with_pin(&["sign", "f", "--attached"])).ok();
    desk.run(with_pin(&[
        "sign", "f", "--format", "raw", "--output", "f.raw",
    ]))
    .ok();
    desk
}

#[test]
fn every_form_verifies() {
    let desk = signed();
    assert_eq!(desk.read("f.raw").len(), 64);
    desk.run(["verify", "f"]).ok();
    desk.run(["verify", "f", "--ca", "ca/ca.pem"]).ok();
    desk.run(["verify", "f.p7m", "--ca", "ca"]).ok();
    desk.run([
        "verify",
        "f",
        "--signature",
        "f.raw",
        "--certificate",
        "sign.pem",
    ])
    .ok();
    desk.run(with_pin(&[
        "sign", "f", "--format", "cms", "--output", "f.cms",
    ]))
    .ok();
    desk.run(["verify", "f", "--signature", "f.cms", "--ca", "ca"])
        .ok();
}

#[test]
fn verification_reports_step_by_step() {
    let desk = signed();
    let (_, report) = desk.json(["verify", "f", "--ca", "ca"]);
    assert_eq!(report["data"]["valid"], true);
    assert_eq!(report["data"]["trusted"], true);
    let steps = report["data"]["signers"][0]["steps"].as_array().unwrap();
    let names: Vec<&str> = steps
        .iter()
        .map(|step| step["step"].as_str().unwrap())
        .collect();
    for step in ["certificate", "content_digest", "signature", "path"] {
        assert!(names.contains(&step), "{step}");
    }
    let (_, unjudged) = desk.json(["verify", "f"]);
    assert_eq!(unjudged["data"]["valid"], true);
    assert_eq!(unjudged["data"]["trusted"], false);
}

#[test]
fn another_file_is_false() {
    let desk = signed();
    let mut content = desk.read("f");
    content[20_000] ^= 1;
    desk.file("f", &content);
    let (code, report) = desk.json(["verify", "f"]);
    assert_eq!(
        (code, &report["error"]["code"]),
        (13, &"verification_false".into())
    );
    assert_eq!(report["data"]["valid"], false);
    desk.run([
        "verify",
        "f",
        "--signature",
        "f.raw",
        "--certificate",
        "sign.pem",
    ])
    .code(13);
}

#[test]
fn an_unknown_authority_is_false() {
    let desk = signed();
    let stranger = Desk::enrolled();
    let root = stranger.path("ca/ca.pem");
    let root = root.to_str().unwrap();
    desk.run(["verify", "f", "--ca", root]).code(13);
    desk.run([
        "verify",
        "f",
        "--signature",
        "f.raw",
        "--certificate",
        "sign.pem",
        "--ca",
        root,
    ])
    .code(13);
}

#[test]
fn a_bare_signature_of_another_key_is_false() {
    let desk = signed();
    let stranger = Desk::enrolled();
    stranger
        .run(["cert", "export", "--output", "sign.pem"])
        .ok();
    let certificate = stranger.path("sign.pem");
    let certificate = certificate.to_str().unwrap();
    desk.run([
        "verify",
        "f",
        "--signature",
        "f.raw",
        "--certificate",
        certificate,
    ])
    .code(13);
}

#[test]
fn no_altered_byte_and_no_shortened_signature_passes() {
    let desk = signed();
    let original = desk.read("f.p7s");
    let mut refused = 0;
    for position in (0..original.len()).step_by(97) {
        let mut altered = original.clone();
        altered[position] ^= 0x04;
        desk.file("x.p7s", &altered);
        let run = desk.run(["verify", "f", "--signature", "x.p7s", "--ca", "ca"]);
        refused += usize::from(run.code != 0);
    }
    // A certificate's own bytes are covered by its issuer, the rest by the signer.
    assert_eq!(refused, original.len().div_ceil(97));
    for length in [0, 1, 30, original.len() / 2, original.len() - 1] {
        desk.file("x.p7s", &original[..length]);
        let run = desk.run(["verify", "f", "--signature", "x.p7s", "--ca", "ca"]);
        assert!(run.code != 0, "{length} bytes passed");
        assert!(run.stderr.starts_with("error: "), "{}", run.stderr);
    }
}

#[test]
fn content_comes_out_only_of_a_true_signature() {
    let desk = signed();
    desk.run(["verify", "f.p7m", "--ca", "ca", "--output", "out"])
        .ok();
    assert_eq!(desk.read("out"), desk.read("f"));

    let original = desk.read("f.p7m");
    let before = desk.names();
    let mut altered = original.clone();
    altered[20_000] ^= 1;
    desk.file("x.p7m", &altered);
    desk.run(["verify", "x.p7m", "--output", "bad"]).code(13);
    desk.file("x.p7m", &original[..30_000]);
    assert_ne!(desk.run(["verify", "x.p7m", "--output", "bad"]).code, 0);
    let stream = desk.run(["verify", "x.p7m", "--output", "-"]);
    assert!(stream.code != 0 && stream.stdout.is_empty());
    std::fs::remove_file(desk.path("x.p7m")).unwrap();
    assert_eq!(desk.names(), before);
}

#[test]
fn combinations_that_do_not_exist_are_refused() {
    let desk = signed();
    desk.run(with_pin(&[
        "sign",
        "f",
        "--attached",
        "--format",
        "raw",
        "-o",
        "n",
    ]))
    .code(2);
    desk.run(["verify", "f", "--signature", "f.raw"]).code(2);
    desk.run(["verify", "f.p7s"]).code(2);
    desk.run(["verify", "f", "--output", "n"]).code(2);
    desk.run(["verify", "sign.pem"]).code(7);
    desk.run(["verify", "missing"]).code(7);
    assert!(!exists(&desk, "n"));
}

#[test]
fn signing_needs_a_certificate_unless_the_signature_is_bare() {
    let desk = Desk::initialised();
    desk.run(with_pin(&["key", "generate"])).ok();
    desk.file("f", b"content");
    desk.run(with_pin(&["sign", "f"])).code(7);
    desk.run(with_pin(&["sign", "f", "--format", "raw"])).ok();
}

#[test]
fn several_files_take_one_pin_entry() {
    let desk = Desk::enrolled();
    let names = ["a", "b", "c"];
    for name in names {
        desk.file(name, name.as_bytes());
    }
    // The file has one line: a second entry would find nothing.
    desk.run(with_pin(&["sign", "a", "b", "c"])).ok();
    for name in names {
        desk.run(["verify", name, "--ca", "ca"]).ok();
    }
    desk.run(["encrypt", "a", "b", "c"]).ok();
    fs::remove_file(desk.path("b")).unwrap();
    fs::remove_file(desk.path("c")).unwrap();
    // One cannot be written: the others are done all the same, each with a line of its own.
    let run = desk.run(with_pin(&["--json", "decrypt", "a.enc", "b.enc", "c.enc"]));
    let run = run.code(14);
    let text = run.text();
    let lines: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 4);
    assert_eq!(lines[0]["error"]["code"], "already_exists");
    assert_eq!(lines[1]["data"]["input"], "b.enc");
    assert_eq!(
        lines[3]["data"],
        serde_json::json!({ "files": 3, "failed": 1 })
    );
    assert_eq!(
        (desk.read("b"), desk.read("c")),
        (b"b".to_vec(), b"c".to_vec())
    );
    desk.run(with_pin(&["sign", "a", "b", "-o", "one"])).code(2);
    // A wrong PIN is tried once and not for each file.
    let wrong = [
        "sign",
        "a",
        "b",
        "c",
        "--force",
        "--pin-source",
        "file:wrong.pin",
    ];
    desk.run(wrong).code(4);
    assert_eq!(desk.tries_left(), 9);
}
