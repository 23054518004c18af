//! Tokens in files: the image, and beside it the key file under which its secrets are sealed.
//!
//! The key file is named as the image with ".key" behind it and holds the eight bytes "UKEYKEY1" and
//! the 32 bytes of the key. Both files are made with mode 0600.

use crate::config::Config;
use crate::device::Device;
use crate::error::Error;
use crate::lifecycle::{self, Factory};
use crate::store::Storage;
use crate::store::file::{FileStorage, owner_only};
use crate::store::superblock::BANKS_START;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use ukey_crypto::seal::SealKey;
use zeroize::Zeroizing;

const KEY_MAGIC: &[u8; 8] = b"UKEYKEY1";
/// Stands behind superblock 0 from the moment a new image is begun.
const BEGUN: &[u8; 8] = b"UKEYNEW1";
const BEGUN_AT: u64 = 2048;
const PAGE: usize = 4096;

/// Where the key of an image is.
pub fn key_path(image: &Path) -> PathBuf {
    let mut path = image.as_os_str().to_owned();
    path.push(".key");
    PathBuf::from(path)
}

/// Makes a new token in a file, with a key file beside it.
///
/// # Errors
/// [`Error::Exists`] if there is an image already; those of the file system.
pub fn create(path: &Path, factory: &Factory) -> Result<(), Error> {
    if initialise(path, factory)? {
        Ok(())
    } else {
        Err(Error::Exists(path.to_owned()))
    }
}

/// Powers on the token in a file.
///
/// # Errors
/// [`Error::Io`] if there is none; [`Error::KeyMissing`], [`Error::KeyMalformed`],
/// [`Error::KeyExposed`], [`Error::WrongKey`] for its key file; as [`Device::open`].
pub fn open(path: &Path) -> Result<Device, Error> {
    let storage = FileStorage::open(path).map_err(at(path))?;
    warn_if_readable(path);
    Device::open(
        Box::new(storage),
        read_key(&key_path(path))?,
        Config::default(),
    )
}

/// Powers on the token in a file; makes a blank one first if there is none.
///
/// # Errors
/// As [`create`] and [`open`].
pub fn open_or_create(path: &Path) -> Result<Device, Error> {
    initialise(path, &Factory::default())?;
    open(path)
}

fn at(path: &Path) -> impl Fn(io::Error) -> Error {
    move |source| Error::Io {
        path: path.to_owned(),
        source,
    }
}

/// Makes a token unless there is one; says whether it did. The image's lock keeps others, who may
/// want to make the same one, away meanwhile.
fn initialise(path: &Path, factory: &Factory) -> Result<bool, Error> {
    let mut storage = FileStorage::open_or_create(path).map_err(at(path))?;
    storage.lock_exclusive().map_err(at(path))?;
    let unwritten = is_unwritten(&storage).map_err(at(path))?;
    if unwritten {
        write_new(path, storage, factory)?;
    }
    // Closing the file gave the lock back, or does so now.
    Ok(unwritten)
}

/// Whether the file is empty, or a token was begun in it and never completed: the superblock, which
/// is the last thing written, is missing. Any other file is left alone.
fn is_unwritten(storage: &FileStorage) -> io::Result<bool> {
    let mut head = vec![0; Storage::len(storage)?.min(BANKS_START) as usize];
    storage.read_at(0, &mut head)?;
    let marker = BEGUN_AT as usize..BEGUN_AT as usize + BEGUN.len();
    if let Some(found) = head.get_mut(marker)
        && *found == *BEGUN
    {
        found.fill(0);
        return Ok(head.iter().all(|byte| *byte == 0));
    }
    Ok(head.len() <= PAGE && head.iter().all(|byte| *byte == 0))
}

fn write_new(path: &Path, mut storage: FileStorage, factory: &Factory) -> Result<(), Error> {
    let key_file = key_path(path);
    let key = if key_file.exists() {
        read_key(&key_file)?
    } else {
        write_key(&key_file)?
    };
    begin(&mut storage, factory.size).map_err(at(path))?;
    lifecycle::personalise(Box::new(storage), &key, factory)?;
    sync_directory(path).map_err(at(path))
}

/// Makes the file all zeros but for the mark that a token is being made in it.
fn begin(storage: &mut FileStorage, size: u64) -> io::Result<()> {
    storage.set_len(0)?;
    storage.set_len(PAGE as u64)?;
    storage.write_at(BEGUN_AT, BEGUN)?;
    storage.sync()?;
    storage.set_len(size)
}

/// Makes the directory entries of new files durable, where the system can.
fn sync_directory(path: &Path) -> io::Result<()> {
    if cfg!(unix) {
        let directory = fs::canonicalize(path)?;
        File::open(directory.parent().unwrap_or(&directory))?.sync_all()?;
    }
    Ok(())
}

fn write_key(path: &Path) -> Result<SealKey, Error> {
    let key = SealKey::generate()?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    owner_only(&mut options);
    let mut content = Zeroizing::new(KEY_MAGIC.to_vec());
    content.reserve_exact(32);
    content.extend_from_slice(key.expose_bytes());
    let mut file = options.open(path).map_err(at(path))?;
    file.write_all(&content)
        .and_then(|()| file.sync_all())
        .map_err(at(path))?;
    Ok(key)
}

fn read_key(path: &Path) -> Result<SealKey, Error> {
    let content = match fs::read(path) {
        Ok(content) => Zeroizing::new(content),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(Error::KeyMissing(path.to_owned()));
        }
        Err(error) => return Err(at(path)(error)),
    };
    if readable_by_others(path).map_err(at(path))? {
        return Err(Error::KeyExposed(path.to_owned()));
    }
    let key = content
        .strip_prefix(KEY_MAGIC)
        .and_then(|key| SealKey::try_from(key).ok());
    key.ok_or_else(|| Error::KeyMalformed(path.to_owned()))
}

/// The image holds no secret in the clear, but what it holds is worth keeping to oneself.
fn warn_if_readable(path: &Path) {
    if readable_by_others(path).unwrap_or(false) {
        tracing::warn!(image = %path.display(), "token image is readable by others");
    }
}

#[cfg(unix)]
fn readable_by_others(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    Ok(fs::metadata(path)?.mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn readable_by_others(_: &Path) -> io::Result<bool> {
    Ok(false)
}
