//! 7.2 Access control.

use ukey_ffi::Out;

use super::types::{BOOL, BYTE, DEVHANDLE, HAPPLICATION, LPSTR, ULONG};
use super::{data, export, pin};
use crate::error::Error;
use crate::ops::access::{self, PinFailure};

/// Stores the tries left, if the caller wants them and they are known.
fn report(outcome: Result<(), PinFailure>, tries: &mut Out<ULONG>) -> Result<(), Error> {
    outcome.map_err(|failure| {
        if let Some(left) = failure.tries_left {
            tries.set(left);
        }
        failure.error
    })
}

/// 7.2.2: replaces the device authentication key; needs device authentication through this library.
///
/// # Safety
/// `ulKeyLen` bytes readable at `pbKeyValue`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_ChangeDevAuthKey(
    hDev: DEVHANDLE,
    pbKeyValue: *mut BYTE,
    ulKeyLen: ULONG,
) -> ULONG {
    export("SKF_ChangeDevAuthKey", |library| {
        let device = library.device(hDev)?;
        // SAFETY: the contract of this function.
        access::change_auth_key(&device, unsafe { data(pbKeyValue, ulKeyLen)? })
    })
}

/// 7.2.3: authenticates the caller to the device: the last random bytes, encrypted under the device key.
///
/// # Safety
/// `ulLen` bytes readable at `pbAuthData`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_DevAuth(
    hDev: DEVHANDLE,
    pbAuthData: *mut BYTE,
    ulLen: ULONG,
) -> ULONG {
    export("SKF_DevAuth", |library| {
        let device = library.device(hDev)?;
        // SAFETY: the contract of this function.
        access::authenticate_device(library, &device, unsafe { data(pbAuthData, ulLen)? })
    })
}

/// 7.2.4: replaces a PIN; a wrong old one costs a try.
///
/// # Safety
/// `szOldPin`, `szNewPin` strings; `pulRetryCount` NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_ChangePIN(
    hApplication: HAPPLICATION,
    ulPINType: ULONG,
    szOldPin: LPSTR,
    szNewPin: LPSTR,
    pulRetryCount: *mut ULONG,
) -> ULONG {
    export("SKF_ChangePIN", |library| {
        let application = library.application(hApplication)?;
        // SAFETY: the contract of this function.
        let (old, new, mut tries) =
            unsafe { (pin(szOldPin)?, pin(szNewPin)?, Out::optional(pulRetryCount)) };
        let pin_type = access::pin_type(ulPINType)?;
        report(
            access::change_pin(&application, pin_type, &old, &new),
            &mut tries,
        )
    })
}

/// 7.2.5: tries of a PIN and whether it is the one that the application was created with.
///
/// # Safety
/// The output pointers NULL or writable; at least one must be given.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_GetPINInfo(
    hApplication: HAPPLICATION,
    ulPINType: ULONG,
    pulMaxRetryCount: *mut ULONG,
    pulRemainRetryCount: *mut ULONG,
    pbDefaultPin: *mut BOOL,
) -> ULONG {
    export("SKF_GetPINInfo", |library| {
        let application = library.application(hApplication)?;
        let pin_type = access::pin_type(ulPINType)?;
        if pulMaxRetryCount.is_null() && pulRemainRetryCount.is_null() && pbDefaultPin.is_null() {
            return Err(Error::InvalidParameter("no output"));
        }
        // SAFETY: the contract of this function.
        let (mut most, mut left, mut default) = unsafe {
            (
                Out::optional(pulMaxRetryCount),
                Out::optional(pulRemainRetryCount),
                Out::optional(pbDefaultPin),
            )
        };
        let status = access::pin_info(&application, pin_type)?;
        most.set(status.max_tries);
        left.set(status.tries_left);
        default.set(status.is_default.into());
        Ok(())
    })
}

/// 7.2.6: logs in.
///
/// # Safety
/// `szPIN` a string; `pulRetryCount` NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_VerifyPIN(
    hApplication: HAPPLICATION,
    ulPINType: ULONG,
    szPIN: LPSTR,
    pulRetryCount: *mut ULONG,
) -> ULONG {
    export("SKF_VerifyPIN", |library| {
        let application = library.application(hApplication)?;
        // SAFETY: the contract of this function.
        let (pin, mut tries) = unsafe { (pin(szPIN)?, Out::optional(pulRetryCount)) };
        let pin_type = access::pin_type(ulPINType)?;
        report(access::verify_pin(&application, pin_type, &pin), &mut tries)
    })
}

/// 7.2.7: sets a new user PIN with the administrator PIN; a wrong one costs a try of the administrator.
///
/// # Safety
/// `szAdminPIN`, `szNewUserPIN` strings; `pulRetryCount` NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_UnblockPIN(
    hApplication: HAPPLICATION,
    szAdminPIN: LPSTR,
    szNewUserPIN: LPSTR,
    pulRetryCount: *mut ULONG,
) -> ULONG {
    export("SKF_UnblockPIN", |library| {
        let application = library.application(hApplication)?;
        // SAFETY: the contract of this function.
        let (admin, user, mut tries) = unsafe {
            (
                pin(szAdminPIN)?,
                pin(szNewUserPIN)?,
                Out::optional(pulRetryCount),
            )
        };
        report(access::unblock_pin(&application, &admin, &user), &mut tries)
    })
}

/// 7.2.8: logs everybody out of the application.
///
/// # Safety
/// None beyond the module's contract.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_ClearSecureState(hApplication: HAPPLICATION) -> ULONG {
    export("SKF_ClearSecureState", |library| {
        access::clear_secure_state(&*library.application(hApplication)?)
    })
}
