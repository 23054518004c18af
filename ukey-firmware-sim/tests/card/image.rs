//! Tokens in files.

use crate::host::Host;
use std::fs;
use std::path::Path;
use ukey_firmware_sim::{Error, Factory, image};

fn small() -> Factory {
    Factory {
        size: 64 * 1024,
        ..Factory::default()
    }
}

fn host(path: &Path) -> Host {
    Host {
        device: image::open(path).unwrap(),
        app: 0,
    }
}

#[test]
fn a_new_token_is_for_its_owner_only_and_is_not_overwritten() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("token");
    image::create(&path, &small()).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        for file in [path.clone(), image::key_path(&path)] {
            assert_eq!(
                fs::metadata(file).unwrap().permissions().mode() & 0o777,
                0o600
            );
        }
    }
    let before = fs::read(&path).unwrap();
    assert!(matches!(
        image::create(&path, &small()),
        Err(Error::Exists(_))
    ));
    drop(image::open_or_create(&path).unwrap());
    assert_eq!(fs::read(&path).unwrap(), before);
    assert!(matches!(
        image::open(&directory.path().join("none")),
        Err(Error::Io { .. })
    ));
}

#[test]
fn without_the_right_key_file_the_image_stays_closed() {
    let directory = tempfile::tempdir().unwrap();
    let (path, other) = (
        directory.path().join("token"),
        directory.path().join("other"),
    );
    image::create(&path, &small()).unwrap();
    image::create(&other, &small()).unwrap();
    let key = image::key_path(&path);
    let content = fs::read(&key).unwrap();
    fs::copy(image::key_path(&other), &key).unwrap();
    assert!(matches!(image::open(&path), Err(Error::WrongKey)));
    fs::write(&key, &content[..39]).unwrap();
    assert!(matches!(image::open(&path), Err(Error::KeyMalformed(_))));
    fs::remove_file(&key).unwrap();
    assert!(matches!(image::open(&path), Err(Error::KeyMissing(_))));
    assert!(
        matches!(image::open_or_create(&path), Err(Error::KeyMissing(_))),
        "no new key"
    );
}

#[cfg(unix)]
#[test]
fn a_key_file_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("token");
    image::create(&path, &small()).unwrap();
    for mode in [0o640, 0o604, 0o620] {
        fs::set_permissions(image::key_path(&path), fs::Permissions::from_mode(mode)).unwrap();
        assert!(
            matches!(image::open(&path), Err(Error::KeyExposed(_))),
            "{mode:o}"
        );
    }
}

#[test]
fn files_that_are_no_images_are_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("disk");
    for content in [vec![1; 100], vec![0; 100_000], b"hello".to_vec()] {
        fs::write(&path, &content).unwrap();
        assert!(image::open_or_create(&path).is_err());
        assert_eq!(fs::read(&path).unwrap(), content);
        let _ = fs::remove_file(image::key_path(&path));
    }
}

/// The process may die at any point while it makes a token; what is in the file then is replaced.
#[test]
fn a_token_that_was_never_finished_is_made_anew() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("token");
    image::create(&path, &small()).unwrap();
    let mut unfinished = fs::read(&path).unwrap();
    unfinished[4096..4096 + 64].fill(0); // the superblock is written last
    for content in [&unfinished[..], &[], &[0; 4096]] {
        fs::write(&path, content).unwrap();
        let mut host = Host {
            device: image::open_or_create(&path).unwrap(),
            app: 0,
        };
        host.create_application(b"APP", 0x10);
    }
    host(&path).open_application(b"APP");
}

#[test]
fn several_processes_may_want_the_same_new_token() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("token");
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| image::open_or_create(&path).unwrap());
        }
    });
    host(&path).create_application(b"APP", 0x10);
}
