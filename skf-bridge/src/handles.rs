//! What the handles of SKF stand for.
//!
//! Every object remembers the device handle it came through and is freed with it (clients forget to close). Closing an
//! application does not touch its containers: clients close in that order and take an error for a failure.

use std::sync::{Mutex, MutexGuard, PoisonError};

use ukey_crypto::{hash, sm4};
use ukey_ffi::Handle;
use ukey_token::{Application, Container, Device};

use crate::ops::access::AuthKeys;
use crate::ops::symmetric::{Mode, Running};

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

/// A session key, with at most one running encryption and one running decryption.
pub(crate) struct SessionKeyHandle {
    pub(crate) device: Handle,
    pub(crate) mode: Mode,
    pub(crate) key: sm4::Key,
    pub(crate) encryption: Mutex<Option<Running>>,
    pub(crate) decryption: Mutex<Option<Running>>,
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
