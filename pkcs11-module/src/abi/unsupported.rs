//! Functions that are there but not done: each looks at the module and the session first, as a caller who probes for it
//! expects. `docs/pkcs11-profile.md` says why each stands here.

use super::call_session;
use super::types::*;
use crate::rv::Error;
use std::ffi::c_void;

/// Writes exports that do nothing: name, answer, and the types of the arguments behind the session.
macro_rules! unsupported {
    ($($name:ident => $error:ident ($($argument:ty),*);)*) => {
        /// Their names, for comparison with the profile.
        #[cfg(test)]
        pub(super) const NAMES: &[&str] = &[$(stringify!($name)),*];
        $(
        #[doc = concat!("`", stringify!($name), "` (PKCS#11 3.2, \"", stringify!($name), "\"): not supported.")]
        ///
        /// # Safety
        /// No pointer is followed.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(session: CK_SESSION_HANDLE, $(_: $argument),*) -> CK_RV {
            call_session(stringify!($name), session, |_, _| Err(Error::$error))
        }
        )*
    };
}

#[rustfmt::skip]
unsupported! {
    C_SignRecoverInit => FunctionNotSupported (*mut CK_MECHANISM, CK_OBJECT_HANDLE);
    C_SignRecover => FunctionNotSupported (*mut CK_BYTE, CK_ULONG, *mut CK_BYTE, *mut CK_ULONG);
    C_VerifyRecoverInit => FunctionNotSupported (*mut CK_MECHANISM, CK_OBJECT_HANDLE);
    C_VerifyRecover => FunctionNotSupported (*mut CK_BYTE, CK_ULONG, *mut CK_BYTE, *mut CK_ULONG);
    C_DigestEncryptUpdate => FunctionNotSupported (*mut CK_BYTE, CK_ULONG, *mut CK_BYTE, *mut CK_ULONG);
    C_DecryptDigestUpdate => FunctionNotSupported (*mut CK_BYTE, CK_ULONG, *mut CK_BYTE, *mut CK_ULONG);
    C_SignEncryptUpdate => FunctionNotSupported (*mut CK_BYTE, CK_ULONG, *mut CK_BYTE, *mut CK_ULONG);
    C_DecryptVerifyUpdate => FunctionNotSupported (*mut CK_BYTE, CK_ULONG, *mut CK_BYTE, *mut CK_ULONG);
    C_GenerateKey => FunctionNotSupported (*mut CK_MECHANISM, *mut CK_ATTRIBUTE, CK_ULONG, *mut CK_OBJECT_HANDLE);
    C_WrapKey => FunctionNotSupported (*mut CK_MECHANISM, CK_OBJECT_HANDLE, CK_OBJECT_HANDLE, *mut CK_BYTE, *mut CK_ULONG);
    C_UnwrapKey => FunctionNotSupported (*mut CK_MECHANISM, CK_OBJECT_HANDLE, *mut CK_BYTE, CK_ULONG, *mut CK_ATTRIBUTE, CK_ULONG, *mut CK_OBJECT_HANDLE);
    C_DeriveKey => FunctionNotSupported (*mut CK_MECHANISM, CK_OBJECT_HANDLE, *mut CK_ATTRIBUTE, CK_ULONG, *mut CK_OBJECT_HANDLE);
    C_GetFunctionStatus => FunctionNotParallel ();
    C_CancelFunction => FunctionNotParallel ();
    C_MessageEncryptInit => FunctionNotSupported (*mut CK_MECHANISM, CK_OBJECT_HANDLE);
    C_EncryptMessage => FunctionNotSupported (*mut c_void, CK_ULONG, *mut CK_BYTE, CK_ULONG, *mut CK_BYTE, CK_ULONG, *mut CK_BYTE, *mut CK_ULONG);
    C_EncryptMessageBegin => FunctionNotSupported (*mut c_void, CK_ULONG, *mut CK_BYTE, CK_ULONG);
    C_EncryptMessageNext => FunctionNotSupported (*mut c_void, CK_ULONG, *mut CK_BYTE, CK_ULONG, *mut CK_BYTE, *mut CK_ULONG, CK_FLAGS);
    C_MessageEncryptFinal => FunctionNotSupported ();
    C_MessageDecryptInit => FunctionNotSupported (*mut CK_MECHANISM, CK_OBJECT_HANDLE);
    C_DecryptMessage => FunctionNotSupported (*mut c_void, CK_ULONG, *mut CK_BYTE, CK_ULONG, *mut CK_BYTE, CK_ULONG, *mut CK_BYTE, *mut CK_ULONG);
    C_DecryptMessageBegin => FunctionNotSupported (*mut c_void, CK_ULONG, *mut CK_BYTE, CK_ULONG);
    C_DecryptMessageNext => FunctionNotSupported (*mut c_void, CK_ULONG, *mut CK_BYTE, CK_ULONG, *mut CK_BYTE, *mut CK_ULONG, CK_FLAGS);
    C_MessageDecryptFinal => FunctionNotSupported ();
    C_MessageSignInit => FunctionNotSupported (*mut CK_MECHANISM, CK_OBJECT_HANDLE);
    C_SignMessage => FunctionNotSupported (*mut c_void, CK_ULONG, *mut CK_BYTE, CK_ULONG, *mut CK_BYTE, *mut CK_ULONG);
    C_SignMessageBegin => FunctionNotSupported (*mut c_void, CK_ULONG);
    C_SignMessageNext => FunctionNotSupported (*mut c_void, CK_ULONG, *mut CK_BYTE, CK_ULONG, *mut CK_BYTE, *mut CK_ULONG);
    C_MessageSignFinal => FunctionNotSupported ();
    C_MessageVerifyInit => FunctionNotSupported (*mut CK_MECHANISM, CK_OBJECT_HANDLE);
    C_VerifyMessage => FunctionNotSupported (*mut c_void, CK_ULONG, *mut CK_BYTE, CK_ULONG, *mut CK_BYTE, CK_ULONG);
    C_VerifyMessageBegin => FunctionNotSupported (*mut c_void, CK_ULONG);
    C_VerifyMessageNext => FunctionNotSupported (*mut c_void, CK_ULONG, *mut CK_BYTE, CK_ULONG, *mut CK_BYTE, CK_ULONG);
    C_MessageVerifyFinal => FunctionNotSupported ();
    C_EncapsulateKey => FunctionNotSupported (*mut CK_MECHANISM, CK_OBJECT_HANDLE, *mut CK_ATTRIBUTE, CK_ULONG, *mut CK_BYTE, *mut CK_ULONG, *mut CK_OBJECT_HANDLE);
    C_DecapsulateKey => FunctionNotSupported (*mut CK_MECHANISM, CK_OBJECT_HANDLE, *mut CK_ATTRIBUTE, CK_ULONG, *mut CK_BYTE, CK_ULONG, *mut CK_OBJECT_HANDLE);
    C_VerifySignatureInit => FunctionNotSupported (*mut CK_MECHANISM, CK_OBJECT_HANDLE, *mut CK_BYTE, CK_ULONG);
    C_VerifySignature => FunctionNotSupported (*mut CK_BYTE, CK_ULONG);
    C_VerifySignatureUpdate => FunctionNotSupported (*mut CK_BYTE, CK_ULONG);
    C_VerifySignatureFinal => FunctionNotSupported ();
    C_AsyncComplete => SessionAsyncNotSupported (*mut CK_UTF8CHAR, *mut CK_ASYNC_DATA);
    C_AsyncGetID => SessionAsyncNotSupported (*mut CK_UTF8CHAR, *mut CK_ULONG);
    C_AsyncJoin => SessionAsyncNotSupported (*mut CK_UTF8CHAR, CK_ULONG, *mut CK_BYTE, CK_ULONG);
    C_WrapKeyAuthenticated => FunctionNotSupported (*mut CK_MECHANISM, CK_OBJECT_HANDLE, CK_OBJECT_HANDLE, *mut CK_BYTE, CK_ULONG, *mut CK_BYTE, *mut CK_ULONG);
    C_UnwrapKeyAuthenticated => FunctionNotSupported (*mut CK_MECHANISM, CK_OBJECT_HANDLE, *mut CK_BYTE, CK_ULONG, *mut CK_ATTRIBUTE, CK_ULONG, *mut CK_BYTE, CK_ULONG, *mut CK_OBJECT_HANDLE);
}
