//! `make demo` tells its story to the end, twice, on a file of the caller's.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::time::Duration;

use ukey_tests::{Finished, Program, target_dir, workspace_root};

const LIMIT: Duration = Duration::from_secs(180);

/// The demo in a folder of its own: it leaves everything under `target/demo` of the folder that its
/// script stands in, and that of the checkout is the user's.
fn demo(root: &Path, file: &Path) -> Finished {
    let finished = Program::new(root.join("scripts/demo.sh"))
        .env("CARGO_TARGET_DIR", target_dir())
        .env("FILE", file)
        .limit(LIMIT)
        .succeed();
    finished.unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn the_demo_reaches_its_end_twice() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    std::fs::create_dir(root.join("scripts")).unwrap();
    for entry in std::fs::read_dir(workspace_root().join("scripts")).unwrap() {
        let script = entry.unwrap().path();
        let name = script.file_name().unwrap();
        std::fs::copy(&script, root.join("scripts").join(name)).unwrap();
    }
    // A name and a content that need care.
    let file = root.join("投标 文件.bin");
    let content: Vec<u8> = (0..300_000_u32).map(|n| (n >> 3) as u8).collect();
    std::fs::write(&file, &content).unwrap();
    for run in ["first", "second"] {
        let said = demo(root, &file).text();
        assert!(said.contains("virtual reader of pcscd"), "{run}: {said}");
        assert!(
            said.contains("decrypted file is byte-identical"),
            "{run}: {said}"
        );
        assert!(!said.contains("FAILED"), "{run}: {said}");
        let made = root.join("target/demo");
        assert_eq!(
            std::fs::read(made.join("tender.decrypted")).unwrap(),
            content
        );
        assert_ne!(std::fs::read(made.join("tender.enc")).unwrap(), content);
    }
}
