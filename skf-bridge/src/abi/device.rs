//! 7.1 Device management.

use ukey_ffi::{Out, OutBuf};

use super::types::{BOOL, BYTE, DEVHANDLE, DEVINFO, LPSTR, ULONG};
use super::{data, deliver, export, text};
use crate::ops::device;

/// 7.1.4: names of the tokens that are present (`bPresent` TRUE) or of all readers.
///
/// # Safety
/// `pulSize` writable; `szNameList` NULL or `*pulSize` bytes, writable.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_EnumDev(
    bPresent: BOOL,
    szNameList: LPSTR,
    pulSize: *mut ULONG,
) -> ULONG {
    export("SKF_EnumDev", |library| {
        // SAFETY: the contract of this function.
        let mut names = unsafe { OutBuf::new(szNameList, pulSize)? };
        Ok(names.write(&device::enumerate(library, bPresent != 0))?)
    })
}

/// 7.1.5: connects to a token by the name that SKF_EnumDev gave.
///
/// # Safety
/// `szName` a string; `phDev` writable.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_ConnectDev(szName: LPSTR, phDev: *mut DEVHANDLE) -> ULONG {
    export("SKF_ConnectDev", |library| {
        // SAFETY: the contract of this function.
        let (name, mut handle) = unsafe { (text(szName)?, Out::new(phDev)?) };
        handle.set(device::connect(library, name)?);
        Ok(())
    })
}

/// 7.1.6: frees the handle and all that was opened through it, its lock first.
///
/// # Safety
/// None beyond the module's contract: any handle value is accepted.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_DisConnectDev(hDev: DEVHANDLE) -> ULONG {
    export("SKF_DisConnectDev", |library| {
        device::disconnect(library, hDev)
    })
}

/// [`SKF_DisConnectDev`] as the function table of the standard spells it.
///
/// # Safety
/// As [`SKF_DisConnectDev`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_DisconnectDev(hDev: DEVHANDLE) -> ULONG {
    // SAFETY: the same contract.
    unsafe { SKF_DisConnectDev(hDev) }
}

/// 7.1.7: 0 absent, 1 present, 2 unknown (a card that is not ours).
///
/// # Safety
/// `szDevName` a string; `pulDevState` writable.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_GetDevState(szDevName: LPSTR, pulDevState: *mut ULONG) -> ULONG {
    export("SKF_GetDevState", |library| {
        // SAFETY: the contract of this function.
        let (name, mut state) = unsafe { (text(szDevName)?, Out::new(pulDevState)?) };
        state.set(device::state(library, name));
        Ok(())
    })
}

/// 7.1.8: sets the label, at most 31 bytes.
///
/// # Safety
/// `szLabel` a string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_SetLabel(hDev: DEVHANDLE, szLabel: LPSTR) -> ULONG {
    export("SKF_SetLabel", |library| {
        let device = library.device(hDev)?;
        // SAFETY: the contract of this function.
        device::set_label(&device, unsafe { text(szLabel)? })
    })
}

/// 7.1.9: information about the token.
///
/// # Safety
/// `pDevInfo` writable.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_GetDevInfo(hDev: DEVHANDLE, pDevInfo: *mut DEVINFO) -> ULONG {
    export("SKF_GetDevInfo", |library| {
        let device = library.device(hDev)?;
        // SAFETY: the contract of this function.
        let mut out = unsafe { Out::new(pDevInfo)? };
        out.set(device::info(&device)?);
        Ok(())
    })
}

/// 7.1.10: takes the token for this handle; `ulTimeOut` in ms, 0xFFFFFFFF for ever.
///
/// # Safety
/// None beyond the module's contract.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_LockDev(hDev: DEVHANDLE, ulTimeOut: ULONG) -> ULONG {
    export("SKF_LockDev", |library| {
        let device = library.device(hDev)?;
        device::lock(&device, ulTimeOut)
    })
}

/// 7.1.11: gives the token back, however often this handle locked it.
///
/// # Safety
/// None beyond the module's contract.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_UnlockDev(hDev: DEVHANDLE) -> ULONG {
    export("SKF_UnlockDev", |library| {
        device::unlock(&*library.device(hDev)?);
        Ok(())
    })
}

/// 7.1.12: one raw command APDU, for tests. A length query cannot be answered without sending and says 65538.
///
/// # Safety
/// `ulCommandLen` bytes readable at `pbCommand`; `pulDataLen` writable; `pbData` NULL or `*pulDataLen` bytes, writable.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_Transmit(
    hDev: DEVHANDLE,
    pbCommand: *mut BYTE,
    ulCommandLen: ULONG,
    pbData: *mut BYTE,
    pulDataLen: *mut ULONG,
) -> ULONG {
    export("SKF_Transmit", |library| {
        let device = library.device(hDev)?;
        // SAFETY: the contract of this function.
        let (command, mut out) = unsafe {
            (
                data(pbCommand, ulCommandLen)?,
                OutBuf::new(pbData, pulDataLen)?,
            )
        };
        let answer = device::transmit(&device, command, out.room());
        deliver(&mut out, answer)
    })
}
