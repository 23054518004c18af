//! The noun `file`, digests, and several files at once.

use std::process::Command;

use serde_json::Value;

use crate::support::{Desk, noise, with_pin};

/// SM3 of "abc", GB/T 32905-2016, A.1.
const ABC: &str = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0";

/// What one of coreutils' programs says about files of the desk.
fn coreutils(desk: &Desk, arguments: &[&str]) -> Vec<u8> {
    let mut command = Command::new(arguments[0]);
    desk.prepare(&mut command);
    let output = command.args(&arguments[1..]).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    output.stdout
}

#[test]
fn the_noun_file_may_be_there_or_not() {
    let desk = Desk::enrolled();
    desk.file("f", b"content");
    desk.run(with_pin(&["file", "sign", "f"])).ok();
    desk.run(["file", "verify", "f", "--ca", "ca"]).ok();
    desk.run(["verify", "f", "--ca", "ca"]).ok();
    desk.run(["file", "encrypt", "f"]).ok();
    desk.run(with_pin(&["file", "decrypt", "f.enc", "-o", "g"]))
        .ok();
    assert_eq!(desk.read("g"), b"content");
    assert_eq!(
        desk.run(["file", "digest", "f"]).ok().text(),
        desk.run(["digest", "f"]).ok().text()
    );
}

#[test]
fn digests_are_those_of_the_standard_and_of_coreutils() {
    let desk = Desk::with_keys(0);
    desk.file("abc", b"abc");
    desk.file("large (1).bin", &noise(3_000_000));
    assert_eq!(
        desk.run(["digest", "abc"]).ok().text(),
        format!("{ABC}  abc\n")
    );
    let from_stream = desk.run_with_input(["digest", "-"], b"abc").ok();
    assert_eq!(from_stream.text(), format!("{ABC}  -\n"));
    for algorithm in ["sha256", "sha384", "sha512"] {
        let program = format!("{algorithm}sum");
        for tag in [&[][..], &["--tag"]] {
            let files = ["abc", "large (1).bin"];
            let theirs = coreutils(&desk, &[&[program.as_str()][..], tag, &files].concat());
            let ours = desk.run([&["digest", "-a", algorithm], tag, &files].concat());
            assert_eq!(ours.ok().text(), String::from_utf8(theirs.clone()).unwrap());
            desk.file("sums", &theirs);
            desk.run(["digest", "-a", algorithm, "--check", "sums"])
                .ok();
        }
    }
    desk.file(
        "SM3SUMS",
        &desk.run(["digest", "--tag", "large (1).bin"]).ok().stdout,
    );
    coreutils(&desk, &["cksum", "--check", "SM3SUMS"]);
    let theirs = coreutils(&desk, &["cksum", "-a", "sm3", "abc", "large (1).bin"]);
    desk.run_with_input(["digest", "--check", "-"], &theirs)
        .ok();
}

#[test]
fn an_altered_file_is_13_and_a_missing_one_14() {
    let desk = Desk::with_keys(0);
    for name in ["a", "b", "c"] {
        desk.file(name, name.as_bytes());
    }
    desk.file("sums", &desk.run(["digest", "a", "b", "c"]).ok().stdout);
    let check = ["digest", "--check", "sums"];
    assert_eq!(desk.run(check).ok().text(), "a: OK\nb: OK\nc: OK\n");
    std::fs::remove_file(desk.path("a")).unwrap();
    let run = desk.run(check).code(14);
    assert_eq!(run.text(), "b: OK\nc: OK\n");
    desk.file("b", b"x");
    let run = desk.run(check).code(13);
    assert_eq!(run.text(), "b: FAILED\nc: OK\n");
    let lines = desk.run(["--json", "digest", "--check", "sums"]).text();
    let lines: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let codes = lines.iter().map(|line| &line["error"]["code"]);
    let codes: Vec<&str> = codes.map(|code| code.as_str().unwrap_or("")).collect();
    let expected = ["not_found", "verification_false", "", "verification_false"];
    assert_eq!(codes, expected);
    assert_eq!(lines[3]["data"]["failed"], 2);
}

#[test]
fn a_bad_list_is_refused_with_its_line() {
    let desk = Desk::with_keys(0);
    desk.file("a", b"abc");
    for (list, line) in [
        (format!("{ABC}  a\n\nnothing\n"), "line 3"),
        (format!("{}  a\n", &ABC[2..]), "line 1"),
    ] {
        desk.file("sums", list.as_bytes());
        let run = desk.run(["digest", "--check", "sums"]).code(1);
        assert!(run.stderr.contains(line), "{}", run.stderr);
        assert_eq!(run.text(), "");
    }
    desk.file("sums", b"");
    desk.run(["digest", "--check", "sums"]).code(1);
    desk.run(["digest", "none"]).code(7);
    desk.run(["digest", "--check", "--tag", "sums"]).code(2);
}

#[test]
fn one_false_signature_stops_no_other_and_is_13() {
    let desk = Desk::enrolled();
    for name in ["a", "b", "c"] {
        desk.file(name, name.as_bytes());
    }
    desk.run(with_pin(&["sign", "a", "b", "c"])).ok();
    let all = ["verify", "a", "b", "c", "--ca", "ca"];
    let text = desk.run(all).ok().text();
    for name in ["a:\n", "b:\n", "c:\n"] {
        assert!(text.contains(name), "{text}");
    }
    desk.file("b", b"x");
    let run = desk.run(all).code(13);
    assert_eq!(run.text().matches("is valid.").count(), 2, "{}", run.text());
    assert!(run.text().contains("FALSE"), "{}", run.text());

    desk.file("b", b"b");
    std::fs::remove_file(desk.path("c.p7s")).unwrap();
    let run = desk.run(all).code(14);
    assert!(run.stderr.contains("c: "), "{}", run.stderr);
    desk.run(["verify", "a", "b", "--signature", "a.p7s"])
        .code(2);
    desk.run(["verify", "a", "b", "--output", "out"]).code(2);
}
