//! What the handles of SKF stand for.
//!
//! Every object remembers the device handle it came through and is freed with it (clients forget to close). Closing an
//! application does not touch its containers: clients close in that order and take an error for a failure.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::AtomicU64};

use ukey_crypto::{hash, sm4};
use ukey_ffi::Handle;
use ukey_token::{Agreement, Application, Container, Device, SessionKey};

use crate::ops::access::AuthKeys;
use crate::ops::{running::Running, symmetric::Mode};

/// An object that belongs to a device handle.
pub(crate) trait OfDevice {
    /// The device handle.
    fn device_handle(&self) -> Handle;
}

/// DEVHANDLE: a connection of its own as far as SKF_LockDev is concerned.
pub(crate) struct DeviceHandle {
    pub(crate) token: Device,
    pub(crate) auth: Mutex<AuthKeys>,
}

/// HAPPLICATION.
pub(crate) struct ApplicationHandle {
    pub(crate) device: Handle,
    pub(crate) token: Application,
}

/// HCONTAINER.
pub(crate) struct ContainerHandle {
    pub(crate) device: Handle,
    pub(crate) token: Container,
}

/// Where a session key is.
pub(crate) enum KeyPlace {
    /// The caller gave it in the clear.
    Host(Box<sm4::Key>),
    /// The token made, unwrapped or agreed on it.
    Token(SessionKey),
}

/// A session key, with at most one running encryption and one running decryption.
pub(crate) struct SessionKeyHandle {
    pub(crate) device: Handle,
    pub(crate) mode: Mode,
    pub(crate) place: KeyPlace,
    pub(crate) encryption: Mutex<Option<Running>>,
    pub(crate) decryption: Mutex<Option<Running>>,
    /// Number of the last MAC that a key in the token began: it runs one at a time.
    pub(crate) token_macs: AtomicU64,
}

impl SessionKeyHandle {
    pub(crate) fn new(device: Handle, mode: Mode, place: KeyPlace) -> Self {
        Self {
            device,
            mode,
            place,
            encryption: Mutex::default(),
            decryption: Mutex::default(),
            token_macs: AtomicU64::new(0),
        }
    }
}

/// A running digest; empty once it has ended.
pub(crate) struct DigestHandle {
    pub(crate) device: Handle,
    pub(crate) alg: hash::HashAlg,
    pub(crate) running: Mutex<Option<hash::Hasher>>,
}

/// A running MAC; empty once it has ended.
pub(crate) struct MacHandle {
    pub(crate) device: Handle,
    pub(crate) running: Mutex<Option<crate::ops::digest_mac::RunningMac>>,
}

/// A key agreement that this side began.
pub(crate) struct AgreementHandle {
    pub(crate) device: Handle,
    pub(crate) container: Arc<ContainerHandle>,
    pub(crate) algorithm: u32,
    /// Empty once it was answered.
    pub(crate) agreement: Mutex<Option<Agreement>>,
}

macro_rules! of_device {
    ($($handle:ty),*) => {$(
        impl OfDevice for $handle {
            fn device_handle(&self) -> Handle {
                self.device
            }
        }
    )*};
}
of_device!(
    ApplicationHandle,
    ContainerHandle,
    SessionKeyHandle,
    DigestHandle,
    MacHandle,
    AgreementHandle
);

/// Locks state whose changes are whole at every point where a panic could happen.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
