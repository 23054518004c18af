//! Where PINs come from: `prompt` and `agent` ask; `env:`, `file:`, `fd:` and `stdin` do not.
//!
//! Streams and files give one line per PIN, read without a buffer so that no copy stays behind.

use std::{
    collections::HashMap,
    env,
    fs::File,
    io::{self, Read},
    os::{
        fd::AsFd,
        unix::{ffi::OsStringExt, fs::MetadataExt},
    },
    path::{Path, PathBuf},
    str::FromStr,
};

use ukey_host::pinentry::PinentryError;
use zeroize::Zeroizing;

/// Longest line accepted, in bytes: far more than any PIN.
const MAX_LINE: usize = 1024;

/// Bits of a file's mode that let others than the owner in.
const OTHERS: u32 = 0o077;

/// One way to get a PIN.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum PinSource {
    /// Ask on the terminal.
    Prompt,
    /// An environment variable.
    Env(String),
    /// Next line of a file.
    File(PathBuf),
    /// Next line of an open file descriptor.
    Fd(u32),
    /// Next line of standard input.
    Stdin,
    /// Ask in a window of the desktop's pinentry program.
    Agent,
    /// Something else; not kept, since it may be a PIN put there by mistake.
    Unknown,
}

impl PinSource {
    /// Whether a person is asked, who may mistype.
    pub(crate) fn is_asked(&self) -> bool {
        matches!(self, Self::Prompt | Self::Agent)
    }
}

impl FromStr for PinSource {
    type Err = std::convert::Infallible;

    /// Never fails: clap would print the text, and the text may be a PIN. [`PinSource::Unknown`]
    /// is refused when it is used.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text.split_once(':') {
            // An empty variable is as good as none.
            None if text == "prompt" || text.is_empty() => Self::Prompt,
            None if text == "stdin" => Self::Stdin,
            None if text == "agent" => Self::Agent,
            Some(("env", name)) if !name.is_empty() => Self::Env(name.to_owned()),
            Some(("file", path)) if !path.is_empty() => Self::File(path.into()),
            Some(("fd", number)) => number.parse().map_or(Self::Unknown, Self::Fd),
            _ => Self::Unknown,
        })
    }
}

/// Why a source gives no PIN. Never holds what was read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PinSourceError {
    #[error("{}", crate::text::error::pin_source_unknown())]
    Unknown,
    #[error("{}", crate::text::window::failed(.0))]
    Window(#[from] PinentryError),
    #[error("{}", crate::text::error::pin_variable_unset(.name))]
    Unset { name: String },
    #[error("{}", crate::text::error::pin_file_readable(.path))]
    ReadableByOthers { path: PathBuf },
    #[error("{}", crate::text::error::pin_source_empty(.source_name))]
    Empty { source_name: String },
    #[error("{}", crate::text::error::pin_source_unreadable(.source_name, .cause))]
    Unreadable {
        source_name: String,
        cause: io::Error,
    },
}

/// Open sources: two PINs from the same source are two lines of it.
#[derive(Default)]
pub(crate) struct PinReader {
    open: HashMap<PinSource, File>,
}

impl PinReader {
    /// The next PIN of `source`, from which nobody is asked.
    pub(crate) fn read(
        &mut self,
        source: &PinSource,
    ) -> Result<Zeroizing<Vec<u8>>, PinSourceError> {
        match source {
            PinSource::Env(name) => from_variable(name),
            PinSource::File(_) | PinSource::Fd(_) | PinSource::Stdin => self.next_line(source),
            // Only what can show a question can ask one.
            PinSource::Agent => Err(PinentryError::NoWindow.into()),
            PinSource::Prompt | PinSource::Unknown => Err(PinSourceError::Unknown),
        }
    }

    fn next_line(&mut self, source: &PinSource) -> Result<Zeroizing<Vec<u8>>, PinSourceError> {
        let name = || source.to_string();
        let file = match self.open.entry(source.clone()) {
            std::collections::hash_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::hash_map::Entry::Vacant(entry) => entry.insert(open(source)?),
        };
        let line = read_line(file).map_err(|cause| PinSourceError::Unreadable {
            source_name: name(),
            cause,
        })?;
        if line.is_empty() {
            return Err(PinSourceError::Empty {
                source_name: name(),
            });
        }
        Ok(line)
    }
}

impl std::fmt::Display for PinSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Prompt => f.write_str("prompt"),
            Self::Env(name) => write!(f, "env:{name}"),
            Self::File(path) => write!(f, "file:{}", path.display()),
            Self::Fd(number) => write!(f, "fd:{number}"),
            Self::Stdin => f.write_str("stdin"),
            Self::Agent => f.write_str("agent"),
            Self::Unknown => f.write_str("?"),
        }
    }
}

fn from_variable(name: &str) -> Result<Zeroizing<Vec<u8>>, PinSourceError> {
    match env::var_os(name) {
        Some(value) if !value.is_empty() => Ok(Zeroizing::new(value.into_vec())),
        _ => Err(PinSourceError::Unset {
            name: name.to_owned(),
        }),
    }
}

fn open(source: &PinSource) -> Result<File, PinSourceError> {
    let opened = match source {
        PinSource::File(path) => return open_private(path),
        PinSource::Fd(number) => File::open(format!("/dev/fd/{number}")),
        _ => io::stdin().as_fd().try_clone_to_owned().map(File::from),
    };
    opened.map_err(|cause| PinSourceError::Unreadable {
        source_name: source.to_string(),
        cause,
    })
}

/// Opens a PIN file; refuses regular files that others than their owner may open.
fn open_private(path: &Path) -> Result<File, PinSourceError> {
    let unreadable = |cause| PinSourceError::Unreadable {
        source_name: format!("file:{}", path.display()),
        cause,
    };
    let file = File::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    if metadata.is_file() && metadata.mode() & OTHERS != 0 {
        return Err(PinSourceError::ReadableByOthers {
            path: path.to_owned(),
        });
    }
    Ok(file)
}

/// One line without its end; empty at the end of the input.
fn read_line(file: &mut File) -> io::Result<Zeroizing<Vec<u8>>> {
    // Room for all of it, so that growing leaves no copies behind.
    let mut line = Zeroizing::new(Vec::with_capacity(MAX_LINE));
    let mut byte = Zeroizing::new([0u8; 1]);
    while file.read(&mut *byte)? == 1 && byte[0] != b'\n' {
        if line.len() == MAX_LINE {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "line too long for a PIN",
            ));
        }
        line.push(byte[0]);
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(line)
}

#[cfg(test)]
mod tests;
