//! Functions that are there but not done: each looks at the module and the session first, as a caller who probes for it
//! expects. `docs/pkcs11-profile.md` says why each stands here.

use super::call_session;
use super::types::*;
use crate::rv::Error;

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
    C_GetFunctionStatus => FunctionNotParallel ();
    C_CancelFunction => FunctionNotParallel ();
    C_AsyncComplete => SessionAsyncNotSupported (*mut CK_UTF8CHAR, *mut CK_ASYNC_DATA);
    C_AsyncGetID => SessionAsyncNotSupported (*mut CK_UTF8CHAR, *mut CK_ULONG);
    C_AsyncJoin => SessionAsyncNotSupported (*mut CK_UTF8CHAR, CK_ULONG, *mut CK_BYTE, CK_ULONG);
}
