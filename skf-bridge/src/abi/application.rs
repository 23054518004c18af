//! 7.3 Application management.

use ukey_ffi::{Out, OutBuf};

use super::types::{DEVHANDLE, DWORD, HAPPLICATION, LPSTR, ULONG};
use super::{application_name, export, pin};
use crate::ops::application::{self, Parameters};

/// 7.3.2: creates an application and opens it; needs device authentication.
///
/// # Safety
/// `szAppName`, `szAdminPin`, `szUserPin` strings; `phApplication` writable.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_CreateApplication(
    hDev: DEVHANDLE,
    szAppName: LPSTR,
    szAdminPin: LPSTR,
    dwAdminPinRetryCount: DWORD,
    szUserPin: LPSTR,
    dwUserPinRetryCount: DWORD,
    dwCreateFileRights: DWORD,
    phApplication: *mut HAPPLICATION,
) -> ULONG {
    export("SKF_CreateApplication", |library| {
        let device = library.device(hDev)?;
        // SAFETY: the contract of this function.
        let (name, admin_pin, user_pin, mut handle) = unsafe {
            (
                application_name(szAppName)?,
                pin(szAdminPin)?,
                pin(szUserPin)?,
                Out::new(phApplication)?,
            )
        };
        let parameters = Parameters {
            name,
            admin_pin: &admin_pin,
            admin_tries: dwAdminPinRetryCount,
            user_pin: &user_pin,
            user_tries: dwUserPinRetryCount,
            create_file_rights: dwCreateFileRights,
        };
        handle.set(application::create(library, hDev, &device, &parameters)?);
        Ok(())
    })
}

/// 7.3.3: names of the applications.
///
/// # Safety
/// `pulSize` writable; `szAppName` NULL or `*pulSize` bytes, writable.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_EnumApplication(
    hDev: DEVHANDLE,
    szAppName: LPSTR,
    pulSize: *mut ULONG,
) -> ULONG {
    export("SKF_EnumApplication", |library| {
        let device = library.device(hDev)?;
        // SAFETY: the contract of this function.
        let mut names = unsafe { OutBuf::new(szAppName, pulSize)? };
        Ok(names.write(&application::enumerate(&device)?)?)
    })
}

/// 7.3.4: deletes an application with everything in it; needs device authentication.
///
/// # Safety
/// `szAppName` a string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_DeleteApplication(hDev: DEVHANDLE, szAppName: LPSTR) -> ULONG {
    export("SKF_DeleteApplication", |library| {
        let device = library.device(hDev)?;
        // SAFETY: the contract of this function.
        application::delete(&device, unsafe { application_name(szAppName)? })
    })
}

/// 7.3.5: opens an application.
///
/// # Safety
/// `szAppName` a string; `phApplication` writable.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_OpenApplication(
    hDev: DEVHANDLE,
    szAppName: LPSTR,
    phApplication: *mut HAPPLICATION,
) -> ULONG {
    export("SKF_OpenApplication", |library| {
        let device = library.device(hDev)?;
        // SAFETY: the contract of this function.
        let (name, mut handle) =
            unsafe { (application_name(szAppName)?, Out::new(phApplication)?) };
        handle.set(application::open(library, hDev, &device, name)?);
        Ok(())
    })
}

/// 7.3.6: frees the handle. Logins and open containers stay.
///
/// # Safety
/// None beyond the module's contract.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_CloseApplication(hApplication: HAPPLICATION) -> ULONG {
    export("SKF_CloseApplication", |library| {
        library.close_application(hApplication)
    })
}
