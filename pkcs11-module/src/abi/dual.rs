//! Dual-function cryptographic functions.

use super::types::*;
use super::{bytes, call_session, out};
use crate::ops::dual;
use crate::session::operation::Kind;

/// Writes the four functions, which differ in the two operations that they drive. Bad arguments end both, as any other
/// error does.
macro_rules! dual_functions {
    ($($name:ident => $ops:ident, $one:ident, $other:ident, $text:literal;)*) => {$(
        #[doc = concat!("`", stringify!($name), "` (PKCS#11 3.2, \"", stringify!($name), "\"): ", $text)]
        ///
        /// # Safety
        /// The caller's contract as the crate's documentation has it.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(
            session: CK_SESSION_HANDLE,
            pData: *mut CK_BYTE,
            ulDataLen: CK_ULONG,
            pResult: *mut CK_BYTE,
            pulResultLen: *mut CK_ULONG,
        ) -> CK_RV {
            call_session(stringify!($name), session, |_, session| {
                // SAFETY: the caller's contract.
                let read = || unsafe { Ok((bytes(pData, ulDataLen)?, out(pResult, pulResultLen)?)) };
                let (data, mut out) = session.arguments(Kind::$one, read).inspect_err(|_| {
                    session.cancel(Kind::$other);
                })?;
                dual::$ops(session, data, &mut out)
            })
        }
    )*};
}

dual_functions! {
    C_DigestEncryptUpdate => digest_encrypt, Digest, Encrypt, "digests a part and encrypts it.";
    C_DecryptDigestUpdate => decrypt_digest, Decrypt, Digest, "decrypts a part and digests the plaintext.";
    C_SignEncryptUpdate => sign_encrypt, Sign, Encrypt, "signs a part and encrypts it.";
    C_DecryptVerifyUpdate => decrypt_verify, Decrypt, Verify, "decrypts a part and verifies the plaintext.";
}
