//! A medium in memory, for tests and throw-away tokens.

use super::Storage;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Storage in memory. Clones share the same bytes, as several handles of one file would.
#[derive(Clone)]
pub struct MemoryStorage {
    bytes: Arc<Mutex<Vec<u8>>>,
}

impl MemoryStorage {
    /// A medium of `length` zero bytes.
    pub fn new(length: usize) -> Self {
        Self::from_bytes(vec![0; length])
    }

    /// A medium with the given content.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self {
            bytes: Arc::new(Mutex::new(bytes)),
        }
    }

    /// A copy of the whole content.
    pub fn snapshot(&self) -> Vec<u8> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<u8>> {
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The `length` bytes at `offset` of `bytes`, or the error that a file gives.
pub(super) fn range(bytes: &mut [u8], offset: u64, length: usize) -> io::Result<&mut [u8]> {
    let start = usize::try_from(offset).map_err(|_| io::ErrorKind::UnexpectedEof)?;
    let end = start
        .checked_add(length)
        .ok_or(io::ErrorKind::UnexpectedEof)?;
    bytes
        .get_mut(start..end)
        .ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}

impl Storage for MemoryStorage {
    fn len(&self) -> io::Result<u64> {
        Ok(self.lock().len() as u64)
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        buf.copy_from_slice(range(&mut self.lock(), offset, buf.len())?);
        Ok(())
    }

    fn write_at(&mut self, offset: u64, data: &[u8]) -> io::Result<()> {
        range(&mut self.lock(), offset, data.len())?.copy_from_slice(data);
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        Ok(())
    }
}
