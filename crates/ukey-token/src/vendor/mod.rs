//! Tokens behind the SKF library of their vendor (docs/adr/0017).
//!
//! The library is one more link to a token: `card` takes the commands of GM/T 0017, as a card does, and answers them
//! with calls of the library; `layout` knows its structures, `status` its return codes. So everything above the
//! transport works with it unchanged. Nothing here is `unsafe`: the calls are in `ukey_ffi::foreign`.
//!
//! All calls of a library are made by one thread of its own (`worker`): many are not made for more, and one that does
//! not come back must not take its caller with it.

mod card;
pub mod conformance;
mod key_commands;
mod layout;
mod pins;
pub mod probe;
mod status;
mod worker;

use crate::transport::{Provider, ReaderStatus, Transport, TransportError};
use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Condvar, Mutex, PoisonError},
    time::Duration,
};
use worker::Worker;

pub use layout::{BoolWidth, Layout, Packing};
pub use ukey_ffi::foreign::{Fault, LoadError, UlongWidth};

/// A vendor's library and how it deviates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VendorLibrary {
    /// Name for people; readers are called after it.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// Sizes and places in its structures.
    pub layout: Layout,
    /// Numbers of SM2 that it knows.
    pub sm2_ids: Sm2Ids,
    /// 32-byte numbers stand first in their 64-byte fields. What it writes is understood either way.
    pub left_aligned: bool,
    /// Longest time that one call may take; after it the device counts as lost.
    pub deadline: Duration,
}

/// The family of SM2 numbers that a library takes for SKF_GenECCKeyPair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sm2Ids {
    /// Whichever it takes.
    #[default]
    Either,
    /// GM/T 0006: SGD_SM2_1 is 0x00020200.
    Standard,
    /// The drafts: SGD_SM2_1 is 0x00020100.
    Draft,
}

impl VendorLibrary {
    /// A library as the standard has it.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let name = path.file_stem().map_or_else(
            || "SKF".to_owned(),
            |stem| stem.to_string_lossy().into_owned(),
        );
        Self {
            name,
            path,
            layout: Layout::default(),
            sm2_ids: Sm2Ids::default(),
            left_aligned: false,
            deadline: Duration::from_secs(60),
        }
    }
}

/// The devices of one vendor's library as readers.
pub struct VendorProvider {
    library: Arc<VendorLibrary>,
    worker: Arc<Worker>,
    /// Devices met so far: present now, and how often that changed.
    seen: Mutex<HashMap<String, (bool, u64)>>,
    cancelled: Mutex<u64>,
    woken: Condvar,
}

impl VendorProvider {
    /// The library is loaded with the first look at its devices.
    pub fn new(library: VendorLibrary) -> Self {
        let worker = Worker::new(&library);
        Self {
            library: Arc::new(library),
            worker: Arc::new(worker),
            seen: Mutex::default(),
            cancelled: Mutex::default(),
            woken: Condvar::new(),
        }
    }

    fn prefix(&self) -> String {
        format!("{} ", self.library.name)
    }

    fn device_names(&self) -> Result<Vec<String>, TransportError> {
        let list = self.worker.run(|library| library.devices());
        let list = list.map_err(|e| e.transport())?;
        Ok(layout::names(&list)
            .iter()
            .map(|name| self.prefix() + &String::from_utf8_lossy(name))
            .collect())
    }
}

impl Provider for VendorProvider {
    fn kind(&self) -> &'static str {
        "SKF library"
    }

    /// A library that fails or hangs has no devices; those that it had are gone.
    fn readers(&self) -> Result<Vec<ReaderStatus>, TransportError> {
        let present = self.device_names();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let now = present.as_deref().unwrap_or_default();
        for (name, (was_present, events)) in seen.iter_mut() {
            let is_present = now.contains(name);
            *events += u64::from(*was_present != is_present);
            *was_present = is_present;
        }
        for name in now {
            seen.entry(name.clone()).or_insert((true, 0));
        }
        let mut readers: Vec<_> = seen
            .iter()
            .map(|(name, (present, events))| ReaderStatus {
                name: name.clone(),
                present: *present,
                events: *events,
            })
            .collect();
        readers.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(readers)
    }

    fn connect(&self, reader: &str) -> Result<Box<dyn Transport>, TransportError> {
        let name = reader
            .strip_prefix(&self.prefix())
            .ok_or(TransportError::NoCard)?;
        let card =
            card::VendorCard::connect(Arc::clone(&self.library), Arc::clone(&self.worker), name)?;
        Ok(Box::new(card))
    }

    /// The library's own wait would hold its only thread, so it is asked now and then.
    fn wait_change(&self, timeout: Duration) {
        let cancelled = self
            .cancelled
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let before = *cancelled;
        let wait = timeout.min(Duration::from_millis(500));
        let woken = self
            .woken
            .wait_timeout_while(cancelled, wait, |now| *now == before);
        drop(woken);
    }

    fn cancel(&self) {
        *self
            .cancelled
            .lock()
            .unwrap_or_else(PoisonError::into_inner) += 1;
        self.woken.notify_all();
    }
}
