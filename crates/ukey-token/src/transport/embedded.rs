//! Tokens inside this process: a card OS running on an image file. This crate does not know which
//! card OS: the composition root hands in a function that opens an image.

use super::{Limits, Provider, ReaderStatus, Started, Transport, TransportError};
use std::{
    collections::HashMap,
    io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// A card OS in this process. Bytes in, bytes out.
pub trait Link: Send {
    /// Executes one command APDU; the answer always ends with a status word.
    fn transmit(&mut self, command: &[u8]) -> Vec<u8>;

    /// As [`Link::transmit`], but a computation that needs nothing more of the card is handed back.
    fn start(&mut self, command: &[u8]) -> Started {
        Started::Answer(self.transmit(command))
    }

    /// Change counter of the image, without an exchange.
    fn change_counter(&mut self) -> Option<u64> {
        None
    }

    /// Takes the image for this process across several commands.
    ///
    /// # Errors
    /// The image cannot be locked.
    fn begin_transaction(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Gives the image back.
    fn end_transaction(&mut self) {}
}

/// Opens the card OS on an image.
pub type Opener = Box<dyn Fn(&Path) -> io::Result<Box<dyn Link>> + Send + Sync>;

/// Reader family of embedded images. A token counts as present while its image file exists, so
/// moving the file away is pulling the token.
pub struct EmbeddedProvider {
    images: Vec<PathBuf>,
    open: Opener,
    seen: Mutex<HashMap<PathBuf, Seen>>,
}

#[derive(Clone, Copy)]
struct Seen {
    identity: Option<FileIdentity>,
    events: u64,
}

impl EmbeddedProvider {
    /// One reader per image; `open` is called when a token is connected.
    pub fn new(images: Vec<PathBuf>, open: Opener) -> Self {
        Self {
            images,
            open,
            seen: Mutex::default(),
        }
    }

    /// Name of the reader for `image`.
    pub fn reader_name(image: &Path) -> String {
        format!("ukey embedded {}", image.display())
    }

    fn status(&self, image: &Path) -> ReaderStatus {
        let identity = FileIdentity::of(image);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = seen.entry(image.to_owned()).or_insert(Seen {
            identity,
            events: 0,
        });
        if entry.identity != identity {
            *entry = Seen {
                identity,
                events: entry.events + 1,
            };
        }
        ReaderStatus {
            name: Self::reader_name(image),
            present: identity.is_some(),
            events: entry.events,
        }
    }
}

impl Provider for EmbeddedProvider {
    fn kind(&self) -> &'static str {
        "embedded"
    }

    fn readers(&self) -> Result<Vec<ReaderStatus>, TransportError> {
        Ok(self.images.iter().map(|image| self.status(image)).collect())
    }

    fn connect(&self, reader: &str) -> Result<Box<dyn Transport>, TransportError> {
        let image = self
            .images
            .iter()
            .find(|image| Self::reader_name(image) == reader)
            .ok_or(TransportError::NoCard)?;
        let identity = FileIdentity::of(image).ok_or(TransportError::NoCard)?;
        let link = (self.open)(image).map_err(|e| {
            tracing::warn!(image = %image.display(), error = %e, "cannot open the image");
            match e.kind() {
                io::ErrorKind::NotFound => TransportError::NoCard,
                io::ErrorKind::PermissionDenied => TransportError::AccessRefused,
                _ => TransportError::Link(e.raw_os_error().unwrap_or(0).unsigned_abs().into()),
            }
        })?;
        Ok(Box::new(EmbeddedTransport {
            link,
            image: image.clone(),
            identity,
        }))
    }

    fn wait_change(&self, timeout: Duration) {
        std::thread::sleep(timeout.min(Duration::from_millis(100)));
    }
}

struct EmbeddedTransport {
    link: Box<dyn Link>,
    image: PathBuf,
    identity: FileIdentity,
}

impl EmbeddedTransport {
    fn check_present(&self) -> Result<(), TransportError> {
        if FileIdentity::of(&self.image) == Some(self.identity) {
            Ok(())
        } else {
            Err(TransportError::Removed)
        }
    }
}

impl Transport for EmbeddedTransport {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.check_present()?;
        Ok(self.link.transmit(command))
    }

    fn start(&mut self, command: &[u8]) -> Option<Result<Started, TransportError>> {
        let present = self.check_present();
        Some(present.map(|()| self.link.start(command)))
    }

    fn begin_transaction(&mut self) -> Result<(), TransportError> {
        self.check_present()?;
        self.link
            .begin_transaction()
            .map_err(|e| TransportError::Link(e.raw_os_error().unwrap_or(0).unsigned_abs().into()))
    }

    fn end_transaction(&mut self) {
        self.link.end_transaction();
    }

    fn limits(&self) -> Limits {
        Limits::EXTENDED
    }

    fn change_counter(&mut self) -> Option<u64> {
        self.check_present().ok()?;
        self.link.change_counter()
    }
}

/// Tells one file from another that later took its name.
#[derive(Clone, Copy, PartialEq, Eq)]
struct FileIdentity {
    device: u64,
    inode: u64,
}

impl FileIdentity {
    #[cfg(unix)]
    fn of(path: &Path) -> Option<Self> {
        use std::os::unix::fs::MetadataExt as _;
        let meta = std::fs::metadata(path).ok()?;
        Some(Self {
            device: meta.dev(),
            inode: meta.ino(),
        })
    }

    #[cfg(not(unix))]
    fn of(path: &Path) -> Option<Self> {
        std::fs::metadata(path).ok().map(|_| Self {
            device: 0,
            inode: 0,
        })
    }
}
