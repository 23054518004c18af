//! Input and output of file commands. An output file appears under its name only when it is
//! complete and on the disk; until then it is a temporary file beside its place.

use std::{
    fs::{self, File, OpenOptions, Permissions},
    io::{self, BufReader, Read, Seek, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use tempfile::{Builder, NamedTempFile};

use crate::{
    error::{Error, Item, Result},
    interrupt,
};

/// Largest certificate, request or signature file that is read whole, in bytes.
const SMALL_FILE: u64 = 1 << 20;

/// Size of the read buffer in bytes.
const BUFFER: usize = 256 * 1024;

/// Whether `path` means a standard stream.
pub(crate) fn is_stream(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// An input that is open.
pub(crate) struct Input {
    /// Its bytes, from the beginning.
    pub(crate) reader: Box<dyn Read>,
    /// Its length in bytes, where that is certain.
    pub(crate) length: Option<u64>,
    file: Option<File>,
}

impl Input {
    /// The same bytes in a file that can be read twice; a stream is first copied to a nameless one.
    pub(crate) fn seekable(self, path: &Path) -> Result<File> {
        if let Some(file) = self.file {
            return Ok(file);
        }
        let mut reader = self.reader;
        let mut copy = || -> io::Result<File> {
            let mut file = tempfile::tempfile()?;
            io::copy(&mut reader, &mut file)?;
            file.rewind()?;
            Ok(file)
        };
        copy().map_err(|e| Error::read(path, e))
    }
}

/// Opens an input.
pub(crate) fn open(path: &Path) -> Result<Input> {
    if is_stream(path) {
        return Ok(Input {
            reader: Box::new(io::stdin().lock()),
            length: None,
            file: None,
        });
    }
    let failed = |e| Error::read(path, e);
    let file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if metadata.is_dir() {
        return Err(failed(io::ErrorKind::IsADirectory.into()));
    }
    let regular = metadata.is_file();
    // Both share one position; only one of them is ever read.
    let same = regular
        .then(|| file.try_clone())
        .transpose()
        .map_err(failed)?;
    Ok(Input {
        reader: Box::new(BufReader::with_capacity(BUFFER, file)),
        length: regular.then_some(metadata.len()),
        file: same,
    })
}

/// Reads a small file whole: a certificate, a request, a bare signature.
pub(crate) fn read_small(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?
        .reader
        .take(SMALL_FILE + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| Error::read(path, e))?;
    if bytes.len() as u64 > SMALL_FILE {
        return Err(Error::read(
            path,
            io::Error::new(io::ErrorKind::FileTooLarge, "file too large"),
        ));
    }
    Ok(bytes)
}

/// Who may read an output file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Readers {
    /// Its owner alone.
    Owner,
    /// Whoever the user's umask lets.
    AsUsual,
}

/// When a stream (`-`, a pipe, a device) may get the first byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    /// At once.
    Direct,
    /// Only at the commit: what is written before may prove to be forged.
    AfterCheck,
}

/// An output being made. Dropped without [`OutputFile::commit`], it leaves nothing behind.
pub(crate) struct OutputFile {
    path: PathBuf,
    force: bool,
    sink: Option<Sink>,
}

enum Sink {
    /// A file to be: beside its place, under another name.
    File(NamedTempFile),
    /// A stream that gets everything at once.
    Stream(Box<dyn Write>),
    /// A stream that gets the content of the nameless file at the end.
    Spool(File, Box<dyn Write>),
}

impl OutputFile {
    /// Prepares an output at `path`.
    pub(crate) fn create(
        path: &Path,
        force: bool,
        readers: Readers,
        stream: Stream,
    ) -> Result<Self> {
        let sink = match open_stream(path)? {
            Some(to) if stream == Stream::Direct => Sink::Stream(to),
            Some(to) => Sink::Spool(
                tempfile::tempfile().map_err(|e| Error::create(path, e))?,
                to,
            ),
            None => {
                check_free(path, force)?;
                Sink::File(temporary(path, readers)?)
            }
        };
        Ok(Self {
            path: path.to_owned(),
            force,
            sink: Some(sink),
        })
    }

    /// Writes all of `bytes`.
    pub(crate) fn write_bytes(&mut self, bytes: &[u8]) -> Result<()> {
        self.write_all(bytes)
            .map_err(|e| Error::write(&self.path, e))
    }

    /// Makes the output complete: on the disk, then under its name.
    pub(crate) fn commit(mut self) -> Result<()> {
        let failed = |e| Error::write(&self.path, e);
        match self.sink.take() {
            Some(Sink::File(file)) => commit_file(file, &self.path, self.force),
            Some(Sink::Stream(mut to)) => to.flush().map_err(failed),
            Some(Sink::Spool(mut from, mut to)) => {
                from.rewind().map_err(failed)?;
                io::copy(&mut from, &mut to).map_err(failed)?;
                to.flush().map_err(failed)
            }
            None => Ok(()),
        }
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.sink {
            Some(Sink::File(file)) => file.write(bytes),
            Some(Sink::Stream(to)) => to.write(bytes),
            Some(Sink::Spool(file, _)) => file.write(bytes),
            None => Ok(0),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.sink {
            Some(Sink::File(file)) => file.flush(),
            Some(Sink::Stream(to)) => to.flush(),
            Some(Sink::Spool(..)) | None => Ok(()),
        }
    }
}

impl Drop for OutputFile {
    fn drop(&mut self) {
        if let Some(Sink::File(file)) = self.sink.take() {
            let path = file.path().to_owned();
            // It has a temporary name; a file that does not go cannot be mistaken for a result.
            interrupt::finish(&path, || file.close()).ok();
        }
    }
}

/// Standard output, or a pipe or device that exists under this name.
fn open_stream(path: &Path) -> Result<Option<Box<dyn Write>>> {
    if is_stream(path) {
        return Ok(Some(Box::new(io::stdout().lock())));
    }
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => {
            Err(Error::create(path, io::ErrorKind::IsADirectory.into()))
        }
        Ok(metadata) if !metadata.is_file() => {
            let to = OpenOptions::new()
                .write(true)
                .open(path)
                .map_err(|e| Error::create(path, e))?;
            Ok(Some(Box::new(to)))
        }
        _ => Ok(None),
    }
}

/// Refuses to overwrite without `--force`.
pub(crate) fn check_free(path: &Path, force: bool) -> Result<()> {
    if !force && path.symlink_metadata().is_ok() {
        return Err(Error::Exists {
            what: Item::File,
            name: path.display().to_string(),
            replaceable: true,
        });
    }
    Ok(())
}

fn directory(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

fn temporary(path: &Path, readers: Readers) -> Result<NamedTempFile> {
    let mode = match readers {
        Readers::Owner => 0o600,
        Readers::AsUsual => 0o666,
    };
    let create = || {
        Builder::new()
            .prefix(".ukey-unfinished-")
            .permissions(Permissions::from_mode(mode))
            .tempfile_in(directory(path))
    };
    interrupt::create_unfinished(create, |file| file.path().to_owned())
        .map_err(|e| Error::create(path, e))
}

fn commit_file(file: NamedTempFile, path: &Path, force: bool) -> Result<()> {
    if let Err(e) = file.as_file().sync_all() {
        drop(file);
        return Err(Error::write(path, e));
    }
    let unfinished = file.path().to_owned();
    let outcome = interrupt::finish(&unfinished, || match force {
        true => file.persist(path),
        false => file.persist_noclobber(path),
    });
    match outcome {
        Ok(_) => {
            // The name too; where a folder cannot be synced, the file itself is.
            File::open(directory(path))
                .and_then(|folder| folder.sync_all())
                .ok();
            Ok(())
        }
        Err(e) if e.error.kind() == io::ErrorKind::AlreadyExists => Err(Error::Exists {
            what: Item::File,
            name: path.display().to_string(),
            replaceable: true,
        }),
        Err(e) => Err(Error::create(path, e.error)),
    }
}

/// Writes a small result whole.
pub(crate) fn write_whole(path: &Path, force: bool, readers: Readers, bytes: &[u8]) -> Result<()> {
    let mut output = OutputFile::create(path, force, readers, Stream::Direct)?;
    output.write_bytes(bytes)?;
    output.commit()
}

/// Writes a small result whole, for its owner alone, and never over a file that is there.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> Result<()> {
    write_whole(path, false, Readers::Owner, bytes).map_err(|error| match error {
        Error::Exists { what, name, .. } => Error::Exists {
            what,
            name,
            replaceable: false,
        },
        other => other,
    })
}

/// `path` with `suffix` behind its whole name: `tender.pdf` becomes `tender.pdf.p7s`.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

#[cfg(test)]
mod tests;
