//! The tables of function pointers and the three exports that hand them out, which work before C_Initialize
//! (PKCS#11 3.2, "C_GetFunctionList", "C_GetInterfaceList", "C_GetInterface"). The tables never change and have no
//! empty place.

use super::cipher::*;
use super::digest::*;
use super::dual::*;
use super::encapsulate::*;
use super::general::*;
use super::key::*;
use super::message::*;
use super::message_signature::*;
use super::object::*;
use super::random::*;
use super::session::*;
use super::sign::*;
use super::slot_token::*;
use super::types::*;
use super::unsupported::*;
use super::verify::*;
use super::verify_signature::*;
use super::wrap::*;
use crate::ops::general::VERSION;
use crate::rv::Error;
use ukey_ffi::{Out, OutBuf, guard, input};

/// Writes one table: type, version, functions.
macro_rules! function_list {
    ($list:ident, $version:expr; $($function:ident),* $(,)?) => {
        $list { version: $version, $($function: Some($function),)* }
    };
}

/// Writes the newest table and, for tests, the names in it.
macro_rules! newest_function_list {
    ($($function:ident),* $(,)?) => {
        /// Version 3.2 has 104.
        static LIST_3_2: CK_FUNCTION_LIST_3_2 =
            function_list! { CK_FUNCTION_LIST_3_2, VERSION; $($function),* };

        #[cfg(test)]
        const NAMES_3_2: &[&str] = &[$(stringify!($function)),*];
    };
}

#[cfg(test)]
mod tests;

/// Version 2.40 has 68 functions.
static LIST_2_40: CK_FUNCTION_LIST = function_list! {
    CK_FUNCTION_LIST, CK_VERSION { major: 2, minor: 40 };
    C_Initialize, C_Finalize, C_GetInfo, C_GetFunctionList, C_GetSlotList, C_GetSlotInfo, C_GetTokenInfo,
    C_GetMechanismList, C_GetMechanismInfo, C_InitToken, C_InitPIN, C_SetPIN, C_OpenSession, C_CloseSession,
    C_CloseAllSessions, C_GetSessionInfo, C_GetOperationState, C_SetOperationState, C_Login, C_Logout,
    C_CreateObject, C_CopyObject, C_DestroyObject, C_GetObjectSize, C_GetAttributeValue, C_SetAttributeValue,
    C_FindObjectsInit, C_FindObjects, C_FindObjectsFinal, C_EncryptInit, C_Encrypt, C_EncryptUpdate,
    C_EncryptFinal, C_DecryptInit, C_Decrypt, C_DecryptUpdate, C_DecryptFinal, C_DigestInit, C_Digest,
    C_DigestUpdate, C_DigestKey, C_DigestFinal, C_SignInit, C_Sign, C_SignUpdate, C_SignFinal,
    C_SignRecoverInit, C_SignRecover, C_VerifyInit, C_Verify, C_VerifyUpdate, C_VerifyFinal,
    C_VerifyRecoverInit, C_VerifyRecover, C_DigestEncryptUpdate, C_DecryptDigestUpdate, C_SignEncryptUpdate,
    C_DecryptVerifyUpdate, C_GenerateKey, C_GenerateKeyPair, C_WrapKey, C_UnwrapKey, C_DeriveKey, C_SeedRandom,
    C_GenerateRandom, C_GetFunctionStatus, C_CancelFunction, C_WaitForSlotEvent,
};

/// Version 3.0 has 92.
static LIST_3_0: CK_FUNCTION_LIST_3_0 = function_list! {
    CK_FUNCTION_LIST_3_0, CK_VERSION { major: 3, minor: 0 };
    C_Initialize, C_Finalize, C_GetInfo, C_GetFunctionList, C_GetSlotList, C_GetSlotInfo, C_GetTokenInfo,
    C_GetMechanismList, C_GetMechanismInfo, C_InitToken, C_InitPIN, C_SetPIN, C_OpenSession, C_CloseSession,
    C_CloseAllSessions, C_GetSessionInfo, C_GetOperationState, C_SetOperationState, C_Login, C_Logout,
    C_CreateObject, C_CopyObject, C_DestroyObject, C_GetObjectSize, C_GetAttributeValue, C_SetAttributeValue,
    C_FindObjectsInit, C_FindObjects, C_FindObjectsFinal, C_EncryptInit, C_Encrypt, C_EncryptUpdate,
    C_EncryptFinal, C_DecryptInit, C_Decrypt, C_DecryptUpdate, C_DecryptFinal, C_DigestInit, C_Digest,
    C_DigestUpdate, C_DigestKey, C_DigestFinal, C_SignInit, C_Sign, C_SignUpdate, C_SignFinal,
    C_SignRecoverInit, C_SignRecover, C_VerifyInit, C_Verify, C_VerifyUpdate, C_VerifyFinal,
    C_VerifyRecoverInit, C_VerifyRecover, C_DigestEncryptUpdate, C_DecryptDigestUpdate, C_SignEncryptUpdate,
    C_DecryptVerifyUpdate, C_GenerateKey, C_GenerateKeyPair, C_WrapKey, C_UnwrapKey, C_DeriveKey, C_SeedRandom,
    C_GenerateRandom, C_GetFunctionStatus, C_CancelFunction, C_WaitForSlotEvent, C_GetInterfaceList,
    C_GetInterface, C_LoginUser, C_SessionCancel, C_MessageEncryptInit, C_EncryptMessage,
    C_EncryptMessageBegin, C_EncryptMessageNext, C_MessageEncryptFinal, C_MessageDecryptInit, C_DecryptMessage,
    C_DecryptMessageBegin, C_DecryptMessageNext, C_MessageDecryptFinal, C_MessageSignInit, C_SignMessage,
    C_SignMessageBegin, C_SignMessageNext, C_MessageSignFinal, C_MessageVerifyInit, C_VerifyMessage,
    C_VerifyMessageBegin, C_VerifyMessageNext, C_MessageVerifyFinal,
};

newest_function_list! {
    C_Initialize, C_Finalize, C_GetInfo, C_GetFunctionList, C_GetSlotList, C_GetSlotInfo, C_GetTokenInfo,
    C_GetMechanismList, C_GetMechanismInfo, C_InitToken, C_InitPIN, C_SetPIN, C_OpenSession, C_CloseSession,
    C_CloseAllSessions, C_GetSessionInfo, C_GetOperationState, C_SetOperationState, C_Login, C_Logout,
    C_CreateObject, C_CopyObject, C_DestroyObject, C_GetObjectSize, C_GetAttributeValue, C_SetAttributeValue,
    C_FindObjectsInit, C_FindObjects, C_FindObjectsFinal, C_EncryptInit, C_Encrypt, C_EncryptUpdate,
    C_EncryptFinal, C_DecryptInit, C_Decrypt, C_DecryptUpdate, C_DecryptFinal, C_DigestInit, C_Digest,
    C_DigestUpdate, C_DigestKey, C_DigestFinal, C_SignInit, C_Sign, C_SignUpdate, C_SignFinal,
    C_SignRecoverInit, C_SignRecover, C_VerifyInit, C_Verify, C_VerifyUpdate, C_VerifyFinal,
    C_VerifyRecoverInit, C_VerifyRecover, C_DigestEncryptUpdate, C_DecryptDigestUpdate, C_SignEncryptUpdate,
    C_DecryptVerifyUpdate, C_GenerateKey, C_GenerateKeyPair, C_WrapKey, C_UnwrapKey, C_DeriveKey, C_SeedRandom,
    C_GenerateRandom, C_GetFunctionStatus, C_CancelFunction, C_WaitForSlotEvent, C_GetInterfaceList,
    C_GetInterface, C_LoginUser, C_SessionCancel, C_MessageEncryptInit, C_EncryptMessage,
    C_EncryptMessageBegin, C_EncryptMessageNext, C_MessageEncryptFinal, C_MessageDecryptInit, C_DecryptMessage,
    C_DecryptMessageBegin, C_DecryptMessageNext, C_MessageDecryptFinal, C_MessageSignInit, C_SignMessage,
    C_SignMessageBegin, C_SignMessageNext, C_MessageSignFinal, C_MessageVerifyInit, C_VerifyMessage,
    C_VerifyMessageBegin, C_VerifyMessageNext, C_MessageVerifyFinal, C_EncapsulateKey, C_DecapsulateKey,
    C_VerifySignatureInit, C_VerifySignature, C_VerifySignatureUpdate, C_VerifySignatureFinal,
    C_GetSessionValidationFlags, C_AsyncComplete, C_AsyncGetID, C_AsyncJoin, C_WrapKeyAuthenticated,
    C_UnwrapKeyAuthenticated,
}

/// Name of the standard's interfaces, with its NUL.
const NAME: &[u8; 8] = b"PKCS 11\0";

/// The interfaces, the default first.
static INTERFACES: [Interface; 3] = [
    Interface::new(&raw const LIST_3_2 as *mut std::ffi::c_void),
    Interface::new(&raw const LIST_3_0 as *mut std::ffi::c_void),
    Interface::new(&raw const LIST_2_40 as *mut std::ffi::c_void),
];

/// A `CK_INTERFACE` that threads may share.
#[repr(transparent)]
struct Interface(CK_INTERFACE);

impl Interface {
    const fn new(list: *mut std::ffi::c_void) -> Self {
        // No flags: after fork a child starts anew (CKF_INTERFACE_FORK_SAFE would promise more).
        Self(CK_INTERFACE {
            pInterfaceName: NAME.as_ptr() as *mut CK_UTF8CHAR,
            pFunctionList: list,
            flags: 0,
        })
    }

    /// The version that stands in front of the table.
    fn version(&self) -> CK_VERSION {
        // SAFETY: every table of ours is a static that begins with its CK_VERSION.
        unsafe { self.0.pFunctionList.cast::<CK_VERSION>().read() }
    }
}

// SAFETY: the pointers lead to immutable statics.
unsafe impl Sync for Interface {}

/// `C_GetFunctionList` (PKCS#11 3.2, "C_GetFunctionList"): the table of version 2.40.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_GetFunctionList(ppFunctionList: *mut *mut CK_FUNCTION_LIST) -> CK_RV {
    guard("C_GetFunctionList", CKR_GENERAL_ERROR, || {
        // SAFETY: the caller's contract.
        unsafe { Out::new(ppFunctionList) }?.set((&raw const LIST_2_40).cast_mut());
        Ok::<(), Error>(())
    })
}

/// `C_GetInterfaceList` (PKCS#11 3.2, "C_GetInterfaceList").
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_GetInterfaceList(
    pInterfacesList: *mut CK_INTERFACE,
    pulCount: *mut CK_ULONG,
) -> CK_RV {
    guard("C_GetInterfaceList", CKR_GENERAL_ERROR, || {
        // SAFETY: the caller's contract.
        let mut out = unsafe { OutBuf::<CK_ULONG, CK_INTERFACE>::new(pInterfacesList, pulCount) }?;
        out.write(&INTERFACES.each_ref().map(|interface| interface.0))?;
        Ok::<(), Error>(())
    })
}

/// `C_GetInterface` (PKCS#11 3.2, "C_GetInterface"): NULL for name and version asks for the default.
///
/// # Safety
/// The caller's contract as the crate's documentation has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_GetInterface(
    pInterfaceName: *mut CK_UTF8CHAR,
    pVersion: *mut CK_VERSION,
    ppInterface: *mut *mut CK_INTERFACE,
    flags: CK_FLAGS,
) -> CK_RV {
    guard("C_GetInterface", CKR_GENERAL_ERROR, || {
        // SAFETY: the caller's contract.
        let mut out = unsafe { Out::new(ppInterface) }?;
        // SAFETY: the caller's contract; any bits are a CK_VERSION.
        let version = unsafe { input::optional_value(pVersion) };
        // SAFETY: the caller's contract.
        let named = pInterfaceName.is_null()
            || unsafe { input::c_bytes(pInterfaceName, NAME.len()) } == Ok(b"PKCS 11");
        let fits = |interface: &&Interface| {
            named
                && interface.0.flags & flags == flags
                && version.is_none_or(|wanted| same(wanted, interface.version()))
        };
        let interface = INTERFACES.iter().find(fits).ok_or(Error::FunctionFailed)?;
        out.set((&raw const interface.0).cast_mut());
        Ok::<(), Error>(())
    })
}

fn same(one: CK_VERSION, other: CK_VERSION) -> bool {
    (one.major, one.minor) == (other.major, other.minor)
}
