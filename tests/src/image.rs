//! Embedded tokens for tests: a blank image in a temporary folder, and the environment that makes
//! our libraries and tools see this token and nothing else of the machine.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use std::time::Duration;

use tempfile::TempDir;

use crate::{HarnessError, own_process};

/// A token image of its own, gone with this value.
#[derive(Debug)]
pub struct TokenImage {
    folder: TempDir,
}

impl TokenImage {
    /// An image that is not there yet: whoever opens it first finds a blank token.
    ///
    /// # Errors
    /// [`HarnessError::File`].
    pub fn blank() -> Result<Self, HarnessError> {
        Self::blank_in(&std::env::temp_dir())
    }

    /// As [`TokenImage::blank`], in a folder of its own below `parent`.
    ///
    /// # Errors
    /// As there.
    pub fn blank_in(parent: &Path) -> Result<Self, HarnessError> {
        let folder = tempfile::tempdir_in(parent).map_err(|source| HarnessError::File {
            path: parent.to_owned(),
            source,
        })?;
        let config = folder.path().join("ukey.toml");
        std::fs::write(&config, "").map_err(|source| HarnessError::File {
            path: config,
            source,
        })?;
        Ok(Self { folder })
    }

    /// The image file.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("token.img")
    }

    /// The folder that the image is in; free for the test's other files.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Environment in which this image is the only token.
    pub fn environment(&self) -> Vec<(&'static str, OsString)> {
        let folder = self.folder.path();
        vec![
            ("UKEY_CONFIG", folder.join("ukey.toml").into()),
            ("UKEY_EMBEDDED", self.path().into()),
            ("UKEY_PCSC", "off".into()),
            ("HOME", folder.into()),
            ("XDG_CONFIG_HOME", folder.join("config").into()),
            ("XDG_DATA_HOME", folder.join("data").into()),
        ]
    }
}

/// Runs `body` in a process of its own in which a blank image is the only token. `body` gets the
/// image's path; its folder is free for the test's other files. `test` is the full name of the
/// calling test.
///
/// # Panics
/// As [`own_process`].
pub fn embedded_test(test: &str, limit: Duration, body: impl FnOnce(&Path)) {
    let image = TokenImage::blank().unwrap_or_else(|error| panic!("{error}"));
    own_process(test, limit, image.environment(), || {
        // The outer process's image: this process's own is another one.
        let path = std::env::var_os("UKEY_EMBEDDED").expect("set by the outer process");
        body(Path::new(&path));
    });
}
