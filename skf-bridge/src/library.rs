//! The state behind the exported functions: the readers, and what the handles stand for.
//!
//! One per process, made by the first call. A forked child gets its own and starts with no open handle; its parent's
//! handles are refused there.

use std::ffi::c_void;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use ukey_ffi::{Handle, HandleTable, PerProcess};
use ukey_token::{CancelToken, Registry, Snapshot};

use crate::error::Error;
use crate::handles::{
    AgreementHandle, ApplicationHandle, ContainerHandle, DeviceHandle, DigestHandle, MacHandle,
    OfDevice, SessionKeyHandle,
};

static LIBRARY: PerProcess<Library> = PerProcess::new();

/// What the configuration says about this interface.
#[derive(Default)]
pub(crate) struct Settings {
    /// SKF_SetSymmKey takes the numbers of SM1 for SM4.
    pub(crate) sm1_is_sm4: bool,
    /// File with the device authentication key, for clients whose own SM4 computes the cryptogram.
    pub(crate) auth_key_file: Option<PathBuf>,
}

/// See the [module](self).
pub(crate) struct Library {
    pub(crate) registry: Registry,
    pub(crate) settings: Settings,
    /// What this process saw last of the readers; events are differences from it.
    pub(crate) seen: Mutex<Snapshot>,
    /// Cancels the waits that are running; a cancelled one is replaced.
    pub(crate) cancel: Mutex<Arc<CancelToken>>,
    pub(crate) devices: HandleTable<DeviceHandle>,
    pub(crate) applications: HandleTable<ApplicationHandle>,
    pub(crate) containers: HandleTable<ContainerHandle>,
    pub(crate) keys: HandleTable<SessionKeyHandle>,
    pub(crate) digests: HandleTable<DigestHandle>,
    pub(crate) macs: HandleTable<MacHandle>,
    pub(crate) agreements: HandleTable<AgreementHandle>,
}

/// The library of this process.
///
/// # Errors
/// [`Error::Configuration`]; the next call tries again.
pub(crate) fn library() -> Result<&'static Library, Error> {
    LIBRARY.get_or_try_init(|| {
        let config = ukey_host::Config::load()?;
        ukey_host::init_logging(&config);
        let settings = Settings {
            sm1_is_sm4: config.skf_sm1_is_sm4,
            auth_key_file: config.auth_key_file.clone(),
        };
        Ok(Library::new(ukey_host::skf_registry(&config), settings))
    })
}

impl Library {
    fn new(registry: Registry, settings: Settings) -> Self {
        let seen = Mutex::new(registry.snapshot());
        Self {
            registry,
            settings,
            seen,
            cancel: Mutex::default(),
            devices: HandleTable::new(),
            applications: HandleTable::new(),
            containers: HandleTable::new(),
            keys: HandleTable::new(),
            digests: HandleTable::new(),
            macs: HandleTable::new(),
            agreements: HandleTable::new(),
        }
    }

    pub(crate) fn device(&self, handle: *mut c_void) -> Result<Arc<DeviceHandle>, Error> {
        find(&self.devices, handle, "device")
    }

    pub(crate) fn application(&self, handle: *mut c_void) -> Result<Arc<ApplicationHandle>, Error> {
        find(&self.applications, handle, "application")
    }

    pub(crate) fn container(&self, handle: *mut c_void) -> Result<Arc<ContainerHandle>, Error> {
        find(&self.containers, handle, "container")
    }

    pub(crate) fn session_key(&self, handle: *mut c_void) -> Result<Arc<SessionKeyHandle>, Error> {
        find(&self.keys, handle, "session key")
    }

    pub(crate) fn digest(&self, handle: *mut c_void) -> Result<Arc<DigestHandle>, Error> {
        find(&self.digests, handle, "digest")
    }

    pub(crate) fn mac(&self, handle: *mut c_void) -> Result<Arc<MacHandle>, Error> {
        find(&self.macs, handle, "MAC")
    }

    pub(crate) fn agreement(&self, handle: *mut c_void) -> Result<Arc<AgreementHandle>, Error> {
        find(&self.agreements, handle, "agreement")
    }

    /// Gives an object a handle that dies with its device's.
    ///
    /// # Errors
    /// [`Error::InvalidHandle`] if the device was disconnected meanwhile.
    pub(crate) fn adopt<T: OfDevice>(
        &self,
        table: &HandleTable<T>,
        object: T,
    ) -> Result<*mut c_void, Error> {
        let device = object.device_handle();
        let handle = table.insert(object);
        if self.devices.get(device).is_none() {
            table.remove(handle);
            return Err(Error::InvalidHandle("device"));
        }
        Ok(handle.to_ptr())
    }

    /// Ends a device handle and everything that was opened through it.
    pub(crate) fn disconnect(&self, handle: *mut c_void) -> Result<Arc<DeviceHandle>, Error> {
        let device = remove(&self.devices, handle, "device")?;
        // `remove` has just found it, so it is not NULL.
        let Some(gone) = Handle::from_ptr(handle) else {
            return Ok(device);
        };
        disown(&self.applications, gone);
        disown(&self.containers, gone);
        disown(&self.keys, gone);
        disown(&self.digests, gone);
        disown(&self.macs, gone);
        disown(&self.agreements, gone);
        Ok(device)
    }

    pub(crate) fn close_application(&self, handle: *mut c_void) -> Result<(), Error> {
        remove(&self.applications, handle, "application").map(drop)
    }

    pub(crate) fn close_container(&self, handle: *mut c_void) -> Result<(), Error> {
        remove(&self.containers, handle, "container").map(drop)
    }

    /// Ends a session key, digest, MAC or agreement handle (SKF_CloseHandle).
    pub(crate) fn close_object(&self, handle: *mut c_void) -> Result<(), Error> {
        let handle = Handle::from_ptr(handle).ok_or(Error::InvalidHandle("object"))?;
        let closed = self.keys.remove(handle).is_some()
            || self.digests.remove(handle).is_some()
            || self.macs.remove(handle).is_some()
            || self.agreements.remove(handle).is_some();
        if closed {
            Ok(())
        } else {
            Err(Error::InvalidHandle("object"))
        }
    }

    /// The readers as they are now; later events are counted from here.
    pub(crate) fn look(&self) {
        let now = self.registry.snapshot();
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }
}

fn find<T>(
    table: &HandleTable<T>,
    handle: *mut c_void,
    kind: &'static str,
) -> Result<Arc<T>, Error> {
    Handle::from_ptr(handle)
        .and_then(|h| table.get(h))
        .ok_or(Error::InvalidHandle(kind))
}

fn remove<T>(
    table: &HandleTable<T>,
    handle: *mut c_void,
    kind: &'static str,
) -> Result<Arc<T>, Error> {
    Handle::from_ptr(handle)
        .and_then(|h| table.remove(h))
        .ok_or(Error::InvalidHandle(kind))
}

fn disown<T: OfDevice>(table: &HandleTable<T>, device: Handle) {
    drop(table.remove_where(|_, object| object.device_handle() == device));
}
