#![allow(clippy::unwrap_used)]

use super::*;

/// SM3 of "abc", GB/T 32905-2016, A.1.
const ABC: &str = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0";

fn entry(name: &str) -> Entry {
    Entry {
        name: name.to_owned(),
        algorithm: HashAlg::Sm3,
        digest: HashAlg::Sm3.digest(b"abc"),
    }
}

#[test]
fn a_line_is_that_of_the_sum_programs() {
    assert_eq!(entry("a b").to_line(false), format!("{ABC}  a b\n"));
    assert_eq!(entry("a b").to_line(true), format!("SM3 (a b) = {ABC}\n"));
    assert_eq!(
        entry("a\\b\nc").to_line(false),
        format!("\\{ABC}  a\\\\b\\nc\n")
    );
}

#[test]
fn what_is_written_is_read_back() {
    for name in ["a", " a", "a (1) = b", "招标.pdf", "a\\b\nc\r", "*"] {
        for tag in [false, true] {
            let line = entry(name).to_line(tag);
            let read = Entry::from_line(line.strip_suffix('\n').unwrap(), HashAlg::Sm3);
            assert_eq!(read, Some(entry(name)), "{line}");
        }
    }
}

#[test]
fn lists_of_others_are_read() {
    for line in [
        format!("{ABC} *a"),
        format!("{}  a", ABC.to_uppercase()),
        format!("{ABC}  a\r"),
        format!("SM3(a)= {ABC}"),
    ] {
        assert_eq!(
            Entry::from_line(&line, HashAlg::Sm3),
            Some(entry("a")),
            "{line}"
        );
    }
    let line = format!("SHA2-256(a)= {ABC}");
    let read = Entry::from_line(&line, HashAlg::Sm3).unwrap();
    assert_eq!(read.algorithm, HashAlg::Sha256);
}

#[test]
fn other_lines_are_refused() {
    for line in [
        "a",
        "# a remark",
        ABC,
        &format!("{ABC} a"),
        &format!("{ABC}  "),
        &format!("{}  a", &ABC[2..]),
        &format!("{}  a", ABC.replace('6', "g")),
        &format!("{}  a", ABC.replace("66", "+6")),
        &format!("MD5 (a) = {ABC}"),
        &format!("\\{ABC}  a\\x"),
    ] {
        assert_eq!(Entry::from_line(line, HashAlg::Sm3), None, "{line}");
    }
    assert_eq!(
        Entry::from_line(&format!("{ABC}  a"), HashAlg::Sha512),
        None
    );
}
