//! Encrypting and decrypting: what must come back, and what must not come out.

use std::os::unix::fs::PermissionsExt;

use crate::support::{Desk, ENROLL, exists, noise, with_pin};

/// A desk with a file `f` encrypted to its own key: `f.enc`; `f` itself is gone.
fn encrypted(content: &[u8]) -> Desk {
    let desk = Desk::enrolled();
    desk.file("f", content);
    desk.run(["encrypt", "f"]).ok();
    std::fs::remove_file(desk.path("f")).unwrap();
    desk
}

#[test]
fn what_was_encrypted_comes_back_identical() {
    for length in [0, 1, 15, 16, 17, 65_535, 65_536, 3_000_001] {
        let content = noise(length);
        let desk = encrypted(&content);
        if length > 0 {
            let inside = desk.read("f.enc");
            let probe = &content[..length.min(32)];
            assert!(length < 15 || !inside.windows(probe.len()).any(|part| part == probe));
        }
        let (code, answer) = desk.json(with_pin(&["decrypt", "f.enc"]));
        assert_eq!(code, 0, "{answer}");
        assert_eq!(answer["data"]["integrity"], "verified");
        assert_eq!(answer["data"]["bytes"], length);
        assert_eq!(desk.read("f"), content, "{length}");
    }
}

#[test]
fn decrypted_files_are_for_their_owner_alone() {
    let desk = encrypted(b"price: 1");
    desk.run(with_pin(&["decrypt", "f.enc"])).ok();
    let mode = std::fs::metadata(desk.path("f"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn every_recipient_can_decrypt_alone_and_nobody_else() {
    let content = noise(10_000);
    let main = Desk::enrolled();
    let spare = Desk::enrolled();
    let stranger = Desk::enrolled();
    for desk in [&main, &spare] {
        desk.run(["cert", "export", "--usage", "encrypt", "-o", "e.pem"])
            .ok();
    }
    let (a, b) = (main.path("e.pem"), spare.path("e.pem"));
    let keyless = Desk::with_keys(0);
    keyless.file("f", &content);
    keyless
        .run([
            "encrypt",
            "f",
            "--recipient",
            a.to_str().unwrap(),
            "-r",
            b.to_str().unwrap(),
        ])
        .ok();
    for desk in [&main, &spare] {
        desk.file("f.enc", &keyless.read("f.enc"));
        desk.run(with_pin(&["decrypt", "f.enc"])).ok();
        assert_eq!(desk.read("f"), content);
    }
    stranger.file("f.enc", &keyless.read("f.enc"));
    let (code, answer) = stranger.json(["decrypt", "f.enc", "--pin-source", "file:wrong.pin"]);
    assert_eq!(
        (code, &answer["error"]["code"]),
        (7, &"not_a_recipient".into())
    );
    assert_eq!(answer["data"]["recipients"].as_array().unwrap().len(), 2);
    assert_eq!(stranger.tries_left(), 10, "no try for nothing");
    assert!(!exists(&stranger, "f"));
}

#[test]
fn the_right_container_is_found_among_several() {
    let desk = Desk::enrolled();
    desk.run([&ENROLL[..], &["--container", "second"]].concat())
        .ok();
    desk.file("f", b"content");
    for container in ["main", "second"] {
        desk.run([
            "encrypt",
            "f",
            "--container",
            container,
            "-o",
            "x.enc",
            "--force",
        ])
        .ok();
        let (_, answer) = desk.json(with_pin(&[
            "decrypt", "x.enc", "--output", "out", "--force",
        ]));
        assert_eq!(answer["data"]["container"], container);
        assert_eq!(desk.read("out"), b"content");
    }
    desk.run(["encrypt", "f"]).code(5);
}

#[test]
fn an_rsa_key_decrypts_too() {
    let desk = Desk::initialised();
    desk.run(with_pin(&["key", "generate", "--algorithm", "rsa2048"]))
        .ok();
    desk.run(ENROLL).ok();
    desk.file("f", &noise(5_000));
    desk.run(["encrypt", "f", "--format", "cms"]).ok();
    desk.run(with_pin(&["decrypt", "f.enc", "-o", "out"])).ok();
    assert_eq!(desk.read("out"), desk.read("f"));
}

#[test]
fn no_altered_and_no_shortened_file_leaves_an_output() {
    let desk = encrypted(&noise(20_000));
    let original = desk.read("f.enc");
    let before = desk.names();
    let refuse = |bytes: &[u8], what: String| {
        desk.file("f.enc", bytes);
        let run = desk.run(with_pin(&["decrypt", "f.enc"]));
        assert!(run.code != 0, "{what} passed");
        assert!(run.stderr.contains("error: "), "{what}: {}", run.stderr);
        assert_eq!(desk.names(), before, "{what}");
        let stream = desk.run(with_pin(&["decrypt", "f.enc", "-o", "-"]));
        assert!(stream.stdout.is_empty(), "{what} got out");
    };
    for position in (0..original.len()).step_by(1 + original.len() / 25) {
        let mut altered = original.clone();
        altered[position] ^= 0x10;
        refuse(&altered, format!("change at {position}"));
    }
    let length = original.len();
    for cut in [0, 1, 100, length / 2, length - 40, length - 1] {
        refuse(&original[..cut], format!("cut at {cut}"));
    }
    assert_eq!(desk.tries_left(), 10);
}

#[test]
fn outputs_are_not_overwritten_and_a_wrong_pin_leaves_none() {
    let desk = encrypted(b"content");
    desk.run(["decrypt", "f.enc", "--pin-source", "file:wrong.pin"])
        .code(4);
    assert!(!exists(&desk, "f"));
    desk.file("f", b"precious");
    desk.run(with_pin(&["decrypt", "f.enc"])).code(8);
    desk.run(["encrypt", "f"]).code(8);
    assert_eq!(desk.read("f"), b"precious");
    desk.run(with_pin(&["decrypt", "f.enc", "--force"])).ok();
    assert_eq!(desk.read("f"), b"content");
}

#[test]
fn pipes_work_both_ways() {
    let desk = Desk::enrolled();
    let content = noise(200_000);
    let sealed = desk.run_with_input(["encrypt", "-"], &content).ok();
    let opened = desk
        .run_with_input(with_pin(&["decrypt", "-"]), &sealed.stdout)
        .ok();
    assert_eq!(opened.stdout, content);
    desk.run_with_input(["decrypt", "-", "--pin-source", "stdin"], &sealed.stdout)
        .code(2);
}

#[test]
fn a_signature_certificate_is_no_recipient() {
    let desk = Desk::enrolled();
    desk.run(["cert", "export", "--usage", "sign", "-o", "s.pem"])
        .ok();
    desk.file("f", b"content");
    desk.run(["encrypt", "f", "--recipient", "s.pem"]).code(1);
    assert!(!exists(&desk, "f.enc"));
}

#[test]
fn a_name_without_the_suffix_needs_an_output() {
    let desk = encrypted(b"content");
    std::fs::rename(desk.path("f.enc"), desk.path("tender")).unwrap();
    desk.run(with_pin(&["decrypt", "tender"])).code(2);
    desk.run(with_pin(&["decrypt", "tender", "-o", "out"])).ok();
    assert_eq!(desk.read("out"), b"content");
}
