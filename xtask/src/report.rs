//! What a chore works on and what it answers.

use std::path::{Path, PathBuf};

/// The answer of a chore.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Nothing to object to; one line of what was looked at.
    Pass(String),
    /// Could not be done here, and why.
    Skip(String),
    /// What is wrong, one line each, with file and line where there is one.
    Fail(Vec<String>),
}

impl Outcome {
    /// [`Outcome::Pass`] with `note` when there are no findings.
    pub(crate) fn of(findings: Vec<String>, note: String) -> Self {
        if findings.is_empty() {
            Outcome::Pass(note)
        } else {
            Outcome::Fail(findings)
        }
    }
}

/// The checkout that the chores look at.
pub(crate) struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The checkout that this program was built from.
    pub(crate) fn locate() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
        Self {
            root: root
                .expect("xtask stands directly under the root")
                .to_path_buf(),
        }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Where cargo puts what it builds.
    pub(crate) fn target_dir(&self) -> PathBuf {
        match std::env::var_os("CARGO_TARGET_DIR") {
            Some(dir) => self.root.join(dir),
            None => self.root.join("target"),
        }
    }

    /// Every Rust file of ours, as (path relative to the root, text), sorted by path.
    pub(crate) fn rust_files(&self) -> Vec<(String, String)> {
        let mut files = Vec::new();
        collect(&self.root, &self.root, &mut files);
        files.sort();
        files
    }
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, String)>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name();
        if path.is_dir() {
            let skip = name == "target" || name.to_string_lossy().starts_with('.');
            if !skip {
                collect(root, &path, files);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && let (Ok(relative), Ok(text)) =
                (path.strip_prefix(root), std::fs::read_to_string(&path))
        {
            files.push((relative.display().to_string(), text));
        }
    }
}
