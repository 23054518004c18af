//! Where the agent keeps its files, and how they are written: for the user alone, whole or not at all.
//! The only module that knows about Unix permissions.

use std::{
    env,
    fs::{DirBuilder, File, OpenOptions, Permissions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

/// The user's folder of consents and the audit log: `ukey/agent` under `$XDG_STATE_HOME`
/// (`~/.local/state`). Made when missing, for the user alone.
///
/// # Errors
/// No home folder, or those of the file system.
pub fn state_folder() -> io::Result<PathBuf> {
    let absolute = |name: &str| {
        env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let state = absolute("XDG_STATE_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".local/state")))
        .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "no home folder"))?;
    let folder = state.join("ukey/agent");
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&folder)?;
    Ok(folder)
}

/// Folder of lock files: `$XDG_RUNTIME_DIR`, else the state folder.
///
/// # Errors
/// As [`state_folder`].
pub fn runtime_folder() -> io::Result<PathBuf> {
    match env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from) {
        Some(folder) if folder.is_dir() => Ok(folder),
        _ => state_folder(),
    }
}

/// Opens a file to append to, made for the user alone.
///
/// # Errors
/// Those of the file system.
pub fn append(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .read(true)
        .mode(0o600)
        .open(path)
}

/// Opens or makes a lock file for the user alone.
///
/// # Errors
/// Those of the file system.
pub fn lock_file(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(path)
}

/// Replaces a file by new content, for the user alone, durably: another process sees the old content
/// or the new.
///
/// # Errors
/// Those of the file system.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    replace_with_mode(path, content, 0o600)
}

/// [`replace`], for all to read.
///
/// # Errors
/// Those of the file system.
pub fn replace_readable(path: &Path, content: &[u8]) -> io::Result<()> {
    replace_with_mode(path, content, 0o644)
}

fn replace_with_mode(path: &Path, content: &[u8], mode: u32) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.as_file()
        .set_permissions(Permissions::from_mode(mode))?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|e| e.error)?;
    File::open(folder)?.sync_all()
}

/// Whether nobody but root (and, for a folder of tests, the user) can have written this file.
///
/// # Errors
/// Those of the file system.
pub fn is_managed(path: &Path) -> io::Result<bool> {
    let metadata = path.metadata()?;
    Ok(metadata.uid() == 0 && metadata.mode() & 0o022 == 0)
}
