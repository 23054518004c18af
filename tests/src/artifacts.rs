//! Where the things under test are: the release build of libraries and programs, made once by
//! `make build`, and the Python environment made by `make setup`.

use std::path::{Path, PathBuf};

use crate::HarnessError;

/// The checkout that this test was built from.
pub fn workspace_root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests
        .parent()
        .expect("tests stands directly under the root")
        .to_path_buf()
}

/// The folder that cargo builds into. It is the one that this very program stands in, so that it is
/// right whichever way cargo was told (CARGO_TARGET_DIR, configuration, default). cargo keeps what it knows of
/// the compiler in its top.
pub fn target_dir() -> PathBuf {
    let program = std::env::current_exe().unwrap_or_default();
    program
        .ancestors()
        .find(|folder| folder.join(".rustc_info.json").is_file())
        .map_or_else(|| workspace_root().join("target"), Path::to_path_buf)
}

/// A file of the release build: `libukey_pkcs11.so`, `libukey_skf.so`, `ukey-sim`, `ukey-admin`.
///
/// # Errors
/// [`HarnessError::NotBuilt`].
pub fn release_file(name: &str) -> Result<PathBuf, HarnessError> {
    let path = target_dir().join("release").join(name);
    if path.is_file() {
        Ok(path)
    } else {
        Err(HarnessError::NotBuilt(path))
    }
}

/// The Python that has the package gmssl.
///
/// # Errors
/// [`HarnessError::NotBuilt`] when `make setup` has not run.
pub fn python() -> Result<PathBuf, HarnessError> {
    let path = target_dir().join("venv/bin/python");
    if path.exists() {
        Ok(path)
    } else {
        Err(HarnessError::NotBuilt(path))
    }
}

/// A file or folder of the clients that `make setup` put under `clients/` of the target folder.
///
/// # Errors
/// [`HarnessError::NotBuilt`] when `make setup` has not run.
pub fn client_file(name: &str) -> Result<PathBuf, HarnessError> {
    let path = target_dir().join("clients").join(name);
    if path.exists() {
        Ok(path)
    } else {
        Err(HarnessError::NotBuilt(path))
    }
}
