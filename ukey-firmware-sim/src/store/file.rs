//! A medium in a file that several processes may share.

use super::Storage;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// Storage in an image file. `sync` is fdatasync; the exclusive lock is the whole-file lock of the operating system
/// (advisory, bound to this open file), taken around each command.
pub struct FileStorage {
    file: File,
    path: PathBuf,
    length: u64,
    process: u32,
}

impl FileStorage {
    /// Opens an existing image for reading and writing.
    ///
    /// # Errors
    /// Those of the operating system.
    pub fn open(path: &Path) -> io::Result<Self> {
        Self::from_file(OpenOptions::new().read(true).write(true).open(path)?, path)
    }

    /// Opens the image, creating an empty file that only its owner can read if there is none.
    ///
    /// # Errors
    /// Those of the operating system.
    pub fn open_or_create(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        owner_only(&mut options);
        Self::from_file(options.open(path)?, path)
    }

    fn from_file(file: File, path: &Path) -> io::Result<Self> {
        let length = file.metadata()?.len();
        Ok(Self {
            file,
            path: std::fs::canonicalize(path)?,
            length,
            process: std::process::id(),
        })
    }

    /// Sets the length of the file; new bytes are zero.
    ///
    /// # Errors
    /// Those of the operating system.
    pub fn set_len(&mut self, length: u64) -> io::Result<()> {
        self.file.set_len(length)?;
        self.length = length;
        Ok(())
    }

    /// Where the image is, as an absolute path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A forked child shares its parent's open file and with it the parent's lock; it needs an open file of its own.
    fn reopen_after_fork(&mut self) -> io::Result<()> {
        let process = std::process::id();
        if process != self.process {
            self.file = OpenOptions::new().read(true).write(true).open(&self.path)?;
            self.process = process;
        }
        Ok(())
    }
}

/// Where the next bytes are that were ever written: a sparse file knows.
#[cfg(unix)]
fn seek_data(file: &File, offset: u64, length: u64) -> io::Result<u64> {
    use rustix::fs::{SeekFrom, seek};
    match seek(file, SeekFrom::Data(offset)) {
        Ok(found) => Ok(found),
        // ENXIO: none behind this. EINVAL: the file system does not know.
        Err(rustix::io::Errno::NXIO) => Ok(length),
        Err(rustix::io::Errno::INVAL) => Ok(offset),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(unix))]
fn seek_data(_: &File, offset: u64, _: u64) -> io::Result<u64> {
    Ok(offset)
}

/// Makes `options` create files with mode 0600 where the system has modes.
pub(crate) fn owner_only(options: &mut OpenOptions) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    #[cfg(not(unix))]
    let _ = options;
}

#[cfg(unix)]
mod positioned {
    use std::fs::File;
    use std::io;
    use std::os::unix::fs::FileExt;

    pub(super) fn read(file: &File, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        file.read_exact_at(buf, offset)
    }

    pub(super) fn write(file: &File, offset: u64, data: &[u8]) -> io::Result<()> {
        file.write_all_at(data, offset)
    }
}

#[cfg(windows)]
mod positioned {
    use std::fs::File;
    use std::io;
    use std::os::windows::fs::FileExt;

    pub(super) fn read(file: &File, mut offset: u64, mut buf: &mut [u8]) -> io::Result<()> {
        while !buf.is_empty() {
            let count = file.seek_read(buf, offset)?;
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            offset += count as u64;
            buf = &mut buf[count..];
        }
        Ok(())
    }

    pub(super) fn write(file: &File, mut offset: u64, mut data: &[u8]) -> io::Result<()> {
        while !data.is_empty() {
            let count = file.seek_write(data, offset)?;
            offset += count as u64;
            data = &data[count..];
        }
        Ok(())
    }
}

impl Storage for FileStorage {
    fn len(&self) -> io::Result<u64> {
        Ok(self.length)
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        positioned::read(&self.file, offset, buf)
    }

    fn write_at(&mut self, offset: u64, data: &[u8]) -> io::Result<()> {
        // A write behind the end would make the file grow.
        if offset
            .checked_add(data.len() as u64)
            .is_none_or(|end| end > self.length)
        {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        positioned::write(&self.file, offset, data)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn next_data(&self, offset: u64) -> io::Result<u64> {
        if offset >= self.length {
            return Ok(offset);
        }
        seek_data(&self.file, offset, self.length)
    }

    fn lock_exclusive(&mut self) -> io::Result<()> {
        self.reopen_after_fork()?;
        self.file.lock()?;
        self.length = self.file.metadata()?.len();
        Ok(())
    }

    fn unlock(&mut self) -> io::Result<()> {
        self.file.unlock()
    }
}
