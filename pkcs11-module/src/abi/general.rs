//! General-purpose functions. The three that hand out the tables are in [`super::function_list`].

use super::call;
use super::types::*;
use crate::module;
use crate::ops::general::{self, InitializeArguments};
use crate::rv::Error;
use ukey_ffi::{Out, guard, input};

/// `C_Initialize` (PKCS#11 3.2, "C_Initialize").
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_Initialize(pInitArgs: *mut std::ffi::c_void) -> CK_RV {
    guard("C_Initialize", CKR_GENERAL_ERROR, || {
        // SAFETY: the caller's contract; any bits are a CK_C_INITIALIZE_ARGS.
        let given =
            unsafe { input::optional_value(pInitArgs.cast_const().cast::<CK_C_INITIALIZE_ARGS>()) };
        let arguments =
            given.map_or_else(InitializeArguments::default, |args| InitializeArguments {
                mutexes: usize::from(args.CreateMutex.is_some())
                    + usize::from(args.DestroyMutex.is_some())
                    + usize::from(args.LockMutex.is_some())
                    + usize::from(args.UnlockMutex.is_some()),
                flags: args.flags,
                reserved: !args.pReserved.is_null(),
            });
        general::initialize(arguments)
    })
}

/// `C_Finalize` (PKCS#11 3.2, "C_Finalize").
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_Finalize(pReserved: *mut std::ffi::c_void) -> CK_RV {
    guard("C_Finalize", CKR_GENERAL_ERROR, || {
        module::current()?;
        if pReserved.is_null() {
            module::finalize()
        } else {
            Err(Error::ArgumentsBad)
        }
    })
}

/// `C_GetInfo` (PKCS#11 3.2, "C_GetInfo").
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_GetInfo(pInfo: *mut CK_INFO) -> CK_RV {
    call("C_GetInfo", |_| {
        // SAFETY: the caller's contract.
        unsafe { Out::new(pInfo) }?.set(general::info());
        Ok(())
    })
}
