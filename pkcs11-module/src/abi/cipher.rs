//! Encryption and decryption functions.

use super::types::*;
use super::{bytes, call_operation, call_session, mechanism, out};
use crate::ops::cipher::{self, Way};

/// Writes the four functions of each way, which differ in nothing but the way.
macro_rules! cipher_functions {
    ($($way:ident: $init:ident, $one_shot:ident, $update:ident, $finish:ident;)*) => {$(
        #[doc = concat!("`", stringify!($init), "` (PKCS#11 3.2, \"", stringify!($init), "\"): begins; a NULL mechanism ends the running operation.")]
        ///
        /// # Safety
        /// The caller's contract as the crate's documentation has it.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $init(
            session: CK_SESSION_HANDLE,
            pMechanism: *mut CK_MECHANISM,
            key: CK_OBJECT_HANDLE,
        ) -> CK_RV {
            call_session(stringify!($init), session, |_, session| {
                // SAFETY: the caller's contract.
                cipher::init(Way::$way, session, unsafe { mechanism(pMechanism) }?, key)
            })
        }

        #[doc = concat!("`", stringify!($one_shot), "` (PKCS#11 3.2, \"", stringify!($one_shot), "\"): all in one piece.")]
        ///
        /// # Safety
        /// The caller's contract as the crate's documentation has it.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $one_shot(
            session: CK_SESSION_HANDLE,
            pInput: *mut CK_BYTE,
            ulInputLen: CK_ULONG,
            pResult: *mut CK_BYTE,
            pulResultLen: *mut CK_ULONG,
        ) -> CK_RV {
            // SAFETY: the caller's contract.
            let arguments = || unsafe { Ok((bytes(pInput, ulInputLen)?, out(pResult, pulResultLen)?)) };
            call_operation(
                stringify!($one_shot),
                session,
                Way::$way.kind(),
                arguments,
                |session, (data, mut out)| cipher::one_shot(Way::$way, session, data, &mut out),
            )
        }

        #[doc = concat!("`", stringify!($update), "` (PKCS#11 3.2, \"", stringify!($update), "\"): a part.")]
        ///
        /// # Safety
        /// The caller's contract as the crate's documentation has it.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $update(
            session: CK_SESSION_HANDLE,
            pPart: *mut CK_BYTE,
            ulPartLen: CK_ULONG,
            pResult: *mut CK_BYTE,
            pulResultLen: *mut CK_ULONG,
        ) -> CK_RV {
            // SAFETY: the caller's contract.
            let arguments = || unsafe { Ok((bytes(pPart, ulPartLen)?, out(pResult, pulResultLen)?)) };
            call_operation(
                stringify!($update),
                session,
                Way::$way.kind(),
                arguments,
                |session, (part, mut out)| cipher::update(Way::$way, session, part, &mut out),
            )
        }

        #[doc = concat!("`", stringify!($finish), "` (PKCS#11 3.2, \"", stringify!($finish), "\"): the end.")]
        ///
        /// # Safety
        /// The caller's contract as the crate's documentation has it.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $finish(
            session: CK_SESSION_HANDLE,
            pResult: *mut CK_BYTE,
            pulResultLen: *mut CK_ULONG,
        ) -> CK_RV {
            // SAFETY: the caller's contract.
            let arguments = || unsafe { out(pResult, pulResultLen) };
            call_operation(
                stringify!($finish),
                session,
                Way::$way.kind(),
                arguments,
                |session, mut out| cipher::finish(Way::$way, session, &mut out),
            )
        }
    )*};
}

cipher_functions! {
    Encrypt: C_EncryptInit, C_Encrypt, C_EncryptUpdate, C_EncryptFinal;
    Decrypt: C_DecryptInit, C_Decrypt, C_DecryptUpdate, C_DecryptFinal;
}
