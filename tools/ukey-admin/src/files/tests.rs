#![allow(clippy::unwrap_used)]

use super::*;

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[test]
fn an_output_appears_at_the_commit_and_not_before() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("result");
    let mut output = OutputFile::create(&path, false, Readers::AsUsual, Stream::Direct).unwrap();
    output.write_bytes(b"content").unwrap();
    assert!(!path.exists());
    output.commit().unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"content");
    assert_eq!(names(folder.path()), ["result"]);
}

#[test]
fn an_output_that_is_given_up_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("result");
    let mut output = OutputFile::create(&path, false, Readers::AsUsual, Stream::Direct).unwrap();
    output.write_bytes(b"half").unwrap();
    drop(output);
    assert_eq!(names(folder.path()), [""; 0]);
}

#[test]
fn what_exists_is_overwritten_only_by_force() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("result");
    fs::write(&path, b"old").unwrap();
    let refused = OutputFile::create(&path, false, Readers::AsUsual, Stream::Direct);
    assert!(matches!(refused, Err(Error::Exists { .. })));
    write_whole(&path, true, Readers::AsUsual, b"new").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"new");
}

#[test]
fn what_came_to_exist_in_between_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("result");
    let output = OutputFile::create(&path, false, Readers::AsUsual, Stream::Direct).unwrap();
    fs::write(&path, b"other").unwrap();
    assert!(matches!(output.commit(), Err(Error::Exists { .. })));
    assert_eq!(fs::read(&path).unwrap(), b"other");
    assert_eq!(names(folder.path()), ["result"]);
}

#[test]
fn private_outputs_are_for_their_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    write_whole(&path, false, Readers::Owner, b"x").unwrap();
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
}

#[test]
fn a_suffix_goes_behind_the_whole_name() {
    assert_eq!(
        with_suffix(Path::new("a/tender.pdf"), ".p7s"),
        Path::new("a/tender.pdf.p7s")
    );
}

#[test]
fn a_folder_is_no_input() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(open(folder.path()), Err(Error::File { .. })));
}
