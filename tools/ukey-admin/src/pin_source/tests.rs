#![allow(clippy::unwrap_used)]

use std::{fs, os::unix::fs::PermissionsExt};

use super::*;

fn parse(text: &str) -> PinSource {
    text.parse().unwrap()
}

/// A PIN file with this mode.
fn pin_file(folder: &tempfile::TempDir, content: &[u8], mode: u32) -> PinSource {
    let path = folder.path().join("pin");
    fs::write(&path, content).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    PinSource::File(path)
}

#[test]
fn reads_every_kind_of_source() {
    assert_eq!(parse("prompt"), PinSource::Prompt);
    assert_eq!(parse(""), PinSource::Prompt);
    assert_eq!(parse("stdin"), PinSource::Stdin);
    assert_eq!(parse("agent"), PinSource::Agent);
    assert_eq!(parse("env:NAME"), PinSource::Env("NAME".to_owned()));
    assert_eq!(parse("file:/a:b"), PinSource::File("/a:b".into()));
    assert_eq!(parse("fd:3"), PinSource::Fd(3));
}

#[test]
fn a_pin_in_place_of_a_source_is_refused_and_forgotten() {
    for text in ["13579135", "fd:13579135x", "pin:13579135", "env:", "file:"] {
        let source = parse(text);
        assert_eq!(source, PinSource::Unknown, "{text}");
        let error = PinReader::default().read(&source).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("13579135"));
    }
}

#[test]
fn a_file_gives_one_line_after_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let source = pin_file(&folder, b"first1\r\nsecond\nlast 3", 0o600);
    let mut reader = PinReader::default();
    assert_eq!(*reader.read(&source).unwrap(), b"first1");
    assert_eq!(*reader.read(&source).unwrap(), b"second");
    assert_eq!(*reader.read(&source).unwrap(), b"last 3");
    assert!(matches!(
        reader.read(&source),
        Err(PinSourceError::Empty { .. })
    ));
}

#[test]
fn a_file_that_others_may_open_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for mode in [0o644, 0o640, 0o604, 0o660, 0o602] {
        let source = pin_file(&folder, b"13579135\n", mode);
        let refused = PinReader::default().read(&source);
        assert!(
            matches!(refused, Err(PinSourceError::ReadableByOthers { .. })),
            "{mode:o}"
        );
    }
    let source = pin_file(&folder, b"13579135\n", 0o400);
    assert!(PinReader::default().read(&source).is_ok());
}

#[test]
fn an_empty_line_is_no_pin() {
    let folder = tempfile::tempdir().unwrap();
    let source = pin_file(&folder, b"\n13579135\n", 0o600);
    let refused = PinReader::default().read(&source);
    assert!(matches!(refused, Err(PinSourceError::Empty { .. })));
}

#[test]
fn a_binary_file_named_by_mistake_is_not_read_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let source = pin_file(&folder, &vec![b'x'; MAX_LINE + 1], 0o600);
    let refused = PinReader::default().read(&source);
    assert!(matches!(refused, Err(PinSourceError::Unreadable { .. })));
}
