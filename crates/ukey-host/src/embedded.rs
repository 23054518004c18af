//! The card OS inside this process, behind the host library's idea of a link.

use std::{io, path::PathBuf, thread, time::Duration};
use ukey_firmware_sim::{Device, Error, Factory, image};
use ukey_token::transport::{
    Started,
    embedded::{EmbeddedProvider, Link, Opener},
};

use crate::Config;

struct EmbeddedCard {
    device: Device,
    /// What each command waits before it is executed.
    delay: Duration,
}

impl Link for EmbeddedCard {
    fn transmit(&mut self, command: &[u8]) -> Vec<u8> {
        self.wait();
        self.device.transmit(command)
    }

    fn start(&mut self, command: &[u8]) -> Started {
        self.wait();
        match self.device.start(command) {
            ukey_firmware_sim::Started::Answer(answer) => Started::Answer(answer),
            ukey_firmware_sim::Started::Computation(rest) => {
                Started::Computation(Box::new(|| rest.answer()))
            }
        }
    }

    fn change_counter(&mut self) -> Option<u64> {
        self.device.change_counter()
    }
}

impl EmbeddedCard {
    fn wait(&self) {
        if !self.delay.is_zero() {
            thread::sleep(self.delay);
        }
    }
}

/// Opens the card OS on images; each command waits for `delay`.
pub(crate) fn opener(delay: Duration) -> Opener {
    Box::new(move |path| {
        let device = image::open(path).map_err(io_error)?;
        Ok(Box::new(EmbeddedCard { device, delay }))
    })
}

/// The kind that tells an absent image from one that may not be read.
fn io_error(error: Error) -> io::Error {
    let kind = match &error {
        Error::Io { source, .. } => source.kind(),
        Error::KeyMissing(_) | Error::KeyExposed(_) => io::ErrorKind::PermissionDenied,
        _ => io::ErrorKind::InvalidData,
    };
    io::Error::new(kind, error)
}

/// What keeps an embedded image from being used.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImageTrouble {
    /// There is no such file, and none could be made.
    Absent(PathBuf),
    /// This user may not read or write the file.
    Refused(PathBuf),
    /// The key file beside the image is gone.
    KeyMissing(PathBuf),
    /// Others may read the key file.
    KeyExposed(PathBuf),
    /// The image is no token's, or not the key file's.
    NoToken(PathBuf),
}

/// What keeps the image behind `reader` from being used; `None` where nothing does, or where the reader is of another
/// family.
pub fn image_trouble(config: &Config, reader: &str) -> Option<ImageTrouble> {
    let is_behind = |image: &&PathBuf| EmbeddedProvider::reader_name(image) == reader;
    let path = config.embedded_images.iter().find(is_behind)?;
    Some(match image::open(path).err()? {
        Error::KeyMissing(key) => ImageTrouble::KeyMissing(key),
        Error::KeyExposed(key) => ImageTrouble::KeyExposed(key),
        Error::Io { path, source } => match source.kind() {
            io::ErrorKind::NotFound => ImageTrouble::Absent(path),
            _ => ImageTrouble::Refused(path),
        },
        _ => ImageTrouble::NoToken(path.clone()),
    })
}

/// Creates the images that do not exist, of `size_mib` MiB. A failure is logged: the reader then stays empty.
pub(crate) fn create_missing(images: &[PathBuf], size_mib: u32) {
    let factory = Factory {
        size: u64::from(size_mib) << 20,
        ..Factory::default()
    };
    for path in images.iter().filter(|path| !path.exists()) {
        match image::create(path, &factory) {
            // Another process was faster.
            Ok(()) | Err(Error::Exists(_)) => {}
            Err(error) => {
                tracing::warn!(image = %path.display(), %error, "cannot create a blank token");
            }
        }
    }
}
