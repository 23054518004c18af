//! 7.1 Waiting for insertions and removals.

use ukey_ffi::{Error as MemoryError, Out, OutBuf};

use super::export;
use super::types::{LPSTR, ULONG};
use crate::ops::event::{self, Waited};

/// 7.1.2: waits until a token comes or goes. A NULL name buffer asks how much room to provide.
///
/// # Safety
/// `pulDevNameLen` and `pulEvent` writable; `szDevName` NULL or `*pulDevNameLen` bytes, writable.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_WaitForDevEvent(
    szDevName: LPSTR,
    pulDevNameLen: *mut ULONG,
    pulEvent: *mut ULONG,
) -> ULONG {
    export("SKF_WaitForDevEvent", |library| {
        // SAFETY: the contract of this function.
        let (mut name, mut kind) =
            unsafe { (OutBuf::new(szDevName, pulDevNameLen)?, Out::new(pulEvent)?) };
        match event::wait(library, name.room()) {
            Ok(Waited::Length(length)) => name.store_len(length)?,
            Ok(Waited::Event(bytes, event)) => {
                name.write(&bytes)?;
                kind.set(event);
            }
            Err(crate::error::Error::Memory(e @ MemoryError::BufferTooSmall { needed })) => {
                name.store_len(needed)?;
                return Err(e.into());
            }
            Err(e) => return Err(e),
        }
        Ok(())
    })
}

/// 7.1.3: ends all waits of this process; they answer SAR_NOT_EVENTERR.
#[unsafe(no_mangle)]
pub extern "system" fn SKF_CancelWaitForDevEvent() -> ULONG {
    export("SKF_CancelWaitForDevEvent", |library| {
        event::cancel(library);
        Ok(())
    })
}
