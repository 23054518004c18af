//! Message-based functions for encryption and decryption.

use super::types::*;
use super::{bare_mechanism, bytes, call_operation, call_session, out, parameter};
use crate::ops::message;
use crate::session::operation::Kind;
use std::ffi::c_void;

/// Writes the five functions of one direction. The directions differ in what is read of a message's parameter (nonce
/// and tag are made, or given) and in what `ops` does with it.
macro_rules! message_functions {
    ($($kind:ident, $read:ident:
        $init:ident => $do_init:ident,
        $whole:ident => $do_whole:ident,
        $begin:ident => $do_begin:ident,
        $next:ident => $do_next:ident,
        $finish:ident;)*) => {$(
        #[doc = concat!("`", stringify!($init), "` (PKCS#11 3.2, \"", stringify!($init), "\"): begins a series of messages; a NULL mechanism ends the running one.")]
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
                message::$do_init(session, unsafe { bare_mechanism(pMechanism) }?, key)
            })
        }

        #[doc = concat!("`", stringify!($whole), "` (PKCS#11 3.2, \"", stringify!($whole), "\"): one whole message.")]
        ///
        /// # Safety
        /// The caller's contract as the crate's documentation has it.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $whole(
            session: CK_SESSION_HANDLE,
            pParameter: *mut c_void,
            ulParameterLen: CK_ULONG,
            pAad: *mut CK_BYTE,
            ulAadLen: CK_ULONG,
            pData: *mut CK_BYTE,
            ulDataLen: CK_ULONG,
            pResult: *mut CK_BYTE,
            pulResultLen: *mut CK_ULONG,
        ) -> CK_RV {
            // SAFETY: the caller's contract.
            let arguments = || unsafe {
                Ok((
                    parameter::$read(pParameter, ulParameterLen)?,
                    bytes(pAad, ulAadLen)?,
                    bytes(pData, ulDataLen)?,
                    out(pResult, pulResultLen)?,
                ))
            };
            call_operation(
                stringify!($whole),
                session,
                Kind::$kind,
                arguments,
                |session, (parameter, aad, data, mut out)| {
                    message::$do_whole(session, parameter, aad, data, &mut out)
                },
            )
        }

        #[doc = concat!("`", stringify!($begin), "` (PKCS#11 3.2, \"", stringify!($begin), "\"): begins a message that comes in parts.")]
        ///
        /// # Safety
        /// The caller's contract as the crate's documentation has it.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $begin(
            session: CK_SESSION_HANDLE,
            pParameter: *mut c_void,
            ulParameterLen: CK_ULONG,
            pAad: *mut CK_BYTE,
            ulAadLen: CK_ULONG,
        ) -> CK_RV {
            // SAFETY: the caller's contract.
            let arguments = || unsafe {
                Ok((
                    parameter::$read(pParameter, ulParameterLen)?,
                    bytes(pAad, ulAadLen)?,
                ))
            };
            call_operation(
                stringify!($begin),
                session,
                Kind::$kind,
                arguments,
                |session, (parameter, aad)| message::$do_begin(session, parameter, aad),
            )
        }

        #[doc = concat!("`", stringify!($next), "` (PKCS#11 3.2, \"", stringify!($next), "\"): a part of a message, perhaps its last.")]
        ///
        /// # Safety
        /// The caller's contract as the crate's documentation has it.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $next(
            session: CK_SESSION_HANDLE,
            pParameter: *mut c_void,
            ulParameterLen: CK_ULONG,
            pData: *mut CK_BYTE,
            ulDataLen: CK_ULONG,
            pResult: *mut CK_BYTE,
            pulResultLen: *mut CK_ULONG,
            flags: CK_FLAGS,
        ) -> CK_RV {
            // SAFETY: the caller's contract.
            let arguments = || unsafe {
                Ok((
                    parameter::$read(pParameter, ulParameterLen)?,
                    bytes(pData, ulDataLen)?,
                    out(pResult, pulResultLen)?,
                ))
            };
            call_operation(
                stringify!($next),
                session,
                Kind::$kind,
                arguments,
                |session, (parameter, part, mut out)| {
                    let last = flags & CKF_END_OF_MESSAGE != 0;
                    message::$do_next(session, parameter, part, last, &mut out)
                },
            )
        }

        #[doc = concat!("`", stringify!($finish), "` (PKCS#11 3.2, \"", stringify!($finish), "\"): ends the series.")]
        ///
        /// # Safety
        /// The caller's contract as the crate's documentation has it.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $finish(session: CK_SESSION_HANDLE) -> CK_RV {
            call_session(stringify!($finish), session, |_, session| {
                message::finish(session, Kind::$kind)
            })
        }
    )*};
}

message_functions! {
    MessageEncrypt, message_made:
        C_MessageEncryptInit => encrypt_init,
        C_EncryptMessage => encrypt,
        C_EncryptMessageBegin => encrypt_begin,
        C_EncryptMessageNext => encrypt_next,
        C_MessageEncryptFinal;
    MessageDecrypt, message_given:
        C_MessageDecryptInit => decrypt_init,
        C_DecryptMessage => decrypt,
        C_DecryptMessageBegin => decrypt_begin,
        C_DecryptMessageNext => decrypt_next,
        C_MessageDecryptFinal;
}
