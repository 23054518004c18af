//! General-purpose functions.

use crate::abi::types::*;
use crate::module;
use crate::rv::Error;
use ukey_ffi::padded::blank;

/// Version of the default interface.
pub(crate) const VERSION: CK_VERSION = CK_VERSION { major: 3, minor: 2 };
/// CK_INFO.manufacturerID and that of tokens that do not say.
pub(crate) const MANUFACTURER: &str = "ukey";

/// What C_Initialize is asked for.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct InitializeArguments {
    /// Mutex functions given: none, some, or all four.
    pub(crate) mutexes: usize,
    /// CKF_*.
    pub(crate) flags: CK_FLAGS,
    /// Whether the reserved pointer is set.
    pub(crate) reserved: bool,
}

/// C_Initialize. The module locks with the operating system's means whatever is asked for, and starts no thread.
pub(crate) fn initialize(arguments: InitializeArguments) -> Result<(), Error> {
    if arguments.reserved || !matches!(arguments.mutexes, 0 | 4) {
        return Err(Error::ArgumentsBad);
    }
    if arguments.mutexes == 4 && arguments.flags & CKF_OS_LOCKING_OK == 0 {
        // The application insists on its own mutexes; ours are the system's.
        return Err(Error::CantLock);
    }
    module::initialize()
}

/// C_GetInfo.
pub(crate) fn info() -> CK_INFO {
    CK_INFO {
        cryptokiVersion: VERSION,
        manufacturerID: blank(MANUFACTURER),
        flags: 0,
        libraryDescription: blank("ukey PKCS#11 module"),
        libraryVersion: library_version(),
    }
}

fn library_version() -> CK_VERSION {
    let number = |text: &str| text.parse().unwrap_or(0);
    CK_VERSION {
        major: number(env!("CARGO_PKG_VERSION_MAJOR")),
        minor: number(env!("CARGO_PKG_VERSION_MINOR")),
    }
}
