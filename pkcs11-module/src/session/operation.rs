//! What a session is in the middle of: at most one operation of each kind (PKCS#11 3.2, "Session management",
//! "Cryptographic operations"). One slot per kind makes a second operation of a kind unrepresentable.

#[cfg(test)]
mod tests;

use super::find::Find;
use crate::abi::types::*;
use crate::mechanism::message::{MessageCipher, MessageSigner, MessageVerifier};
use crate::mechanism::{Ciphering, Recovering, Signing, Verifying};
use crate::object::Object;
use crate::ops::OutBytes;
use crate::rv::Error;
use ukey_crypto::hash::Hasher;
use ukey_ffi::Fit;

/// Writes the slots, their kinds and what goes for all of them, from one table.
macro_rules! operations {
    ($($(#[$doc:meta])* $kind:ident, $slot:ident: $type:ty, $flag:expr;)*) => {
        /// The running operations of one session.
        #[derive(Default)]
        pub(crate) struct Operations {
            $($(#[$doc])* pub(crate) $slot: $type,)*
        }

        /// The kind of an operation: which slot.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Kind {
            $($(#[$doc])* $kind,)*
        }

        impl Kind {
            /// All kinds.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$kind),*];

            /// The flag by which C_SessionCancel names it.
            pub(crate) fn flag(self) -> CK_FLAGS {
                match self { $(Self::$kind => $flag,)* }
            }
        }

        impl Operations {
            /// Ends the operation of a kind; whether there was one.
            pub(crate) fn end(&mut self, kind: Kind) -> bool {
                match kind { $(Kind::$kind => self.$slot.take().is_some(),)* }
            }

            /// Whether an operation of a kind runs.
            pub(crate) fn is_active(&self, kind: Kind) -> bool {
                match kind { $(Kind::$kind => self.$slot.is_some(),)* }
            }
        }
    };
}

operations! {
    /// C_FindObjects*.
    Find, find: Option<Find>, CKF_FIND_OBJECTS;
    /// C_Digest*.
    Digest, digest: Slot<Hasher>, CKF_DIGEST;
    /// C_Sign*.
    Sign, sign: Slot<Box<dyn Signing>>, CKF_SIGN;
    /// C_SignRecover*.
    SignRecover, sign_recover: Slot<Box<dyn Signing>>, CKF_SIGN_RECOVER;
    /// C_Verify*.
    Verify, verify: Slot<Box<dyn Verifying>>, CKF_VERIFY;
    /// C_VerifyRecover*.
    VerifyRecover, verify_recover: Slot<Box<dyn Recovering>>, CKF_VERIFY_RECOVER;
    /// C_VerifySignature*: with the signature that was given first.
    VerifySignature, verify_signature: Slot<(Box<dyn Verifying>, Vec<u8>)>, CKF_VERIFY;
    /// C_Encrypt*.
    Encrypt, encrypt: Slot<Box<dyn Ciphering>>, CKF_ENCRYPT;
    /// C_Decrypt*.
    Decrypt, decrypt: Slot<Box<dyn Ciphering>>, CKF_DECRYPT;
    /// C_EncryptMessage*.
    MessageEncrypt, message_encrypt: Slot<MessageCipher>, CKF_MESSAGE_ENCRYPT;
    /// C_DecryptMessage*.
    MessageDecrypt, message_decrypt: Slot<MessageCipher>, CKF_MESSAGE_DECRYPT;
    /// C_SignMessage*.
    MessageSign, message_sign: Slot<MessageSigner>, CKF_MESSAGE_SIGN;
    /// C_VerifyMessage*.
    MessageVerify, message_verify: Slot<MessageVerifier>, CKF_MESSAGE_VERIFY;
}

impl Operations {
    /// Whether an operation waits for the login that its key asks for.
    pub(crate) fn wants_login(&self) -> bool {
        self.sign.wants_login() || self.sign_recover.wants_login() || self.decrypt.wants_login()
    }

    /// The login happened: what waited for it may use its key, once.
    pub(crate) fn context_login(&mut self) {
        self.sign.context_login();
        self.sign_recover.context_login();
        self.decrypt.context_login();
    }
}

/// How far an operation has gone, which decides how it may go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Phase {
    /// Nothing but the Init.
    #[default]
    Ready,
    /// A one-shot call asked for the length: only the one-shot call may follow.
    Asked,
    /// Parts were given: only parts and the Final may follow.
    Parts,
}

/// The place for one operation.
pub(crate) struct Slot<T>(Option<Running<T>>);

/// A running operation.
struct Running<T> {
    state: T,
    phase: Phase,
    /// The key demands a login for each use (CKA_ALWAYS_AUTHENTICATE), which has not happened.
    wants_login: bool,
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Slot<T> {
    /// Begins, with no key or one that anybody who is logged in may use.
    pub(crate) fn begin(&mut self, state: T) {
        self.0 = Some(Running {
            state,
            phase: Phase::Ready,
            wants_login: false,
        });
    }

    /// Begins with a key, which may demand a login of its own (PKCS#11 3.2, CKA_ALWAYS_AUTHENTICATE).
    pub(crate) fn begin_with(&mut self, key: &Object, state: T) {
        self.0 = Some(Running {
            state,
            phase: Phase::Ready,
            wants_login: key.always_authenticates(),
        });
    }

    /// Whether one runs.
    pub(crate) fn is_some(&self) -> bool {
        self.0.is_some()
    }

    /// Takes the operation out.
    pub(crate) fn take(&mut self) -> Option<T> {
        self.0.take().map(|running| running.state)
    }

    /// The operation, wherever it is.
    ///
    /// # Errors
    /// [`Error::OperationNotInitialized`].
    pub(crate) fn running(&mut self) -> Result<&mut T, Error> {
        let running = self.0.as_mut().ok_or(Error::OperationNotInitialized)?;
        Ok(&mut running.state)
    }

    /// For a one-shot call.
    ///
    /// # Errors
    /// [`Error::OperationNotInitialized`]; [`Error::OperationActive`] after a part.
    pub(crate) fn one_shot(&mut self) -> Result<&mut T, Error> {
        self.enter(Phase::Parts, Phase::Asked)
    }

    /// For a part or the Final.
    ///
    /// # Errors
    /// [`Error::OperationNotInitialized`]; [`Error::OperationActive`] after a one-shot length query.
    pub(crate) fn part(&mut self) -> Result<&mut T, Error> {
        self.enter(Phase::Asked, Phase::Parts)
    }

    fn enter(&mut self, forbidden: Phase, next: Phase) -> Result<&mut T, Error> {
        let running = self.0.as_mut().ok_or(Error::OperationNotInitialized)?;
        if running.phase == forbidden {
            return Err(Error::OperationActive);
        }
        running.phase = next;
        Ok(&mut running.state)
    }

    /// The two-call rule for a result whose length is known before: answers a query, refuses a short buffer (the
    /// operation goes on in both cases), or takes the operation out to be finished.
    ///
    /// # Errors
    /// [`Error::BufferTooSmall`], and those of [`Slot::take_for_use`].
    pub(crate) fn take_if_fits(
        &mut self,
        needed: usize,
        out: &mut OutBytes,
    ) -> Result<Option<T>, Error> {
        if out.fit(needed)? == Fit::Answered {
            return Ok(None);
        }
        self.take_for_use().map(Some)
    }

    /// Takes the operation out to use its key.
    ///
    /// # Errors
    /// [`Error::OperationNotInitialized`]; [`Error::UserNotLoggedIn`] when the key demands a login that did not happen.
    pub(crate) fn take_for_use(&mut self) -> Result<T, Error> {
        self.check_login()?;
        self.take().ok_or(Error::OperationNotInitialized)
    }

    /// Whether the key may be used now.
    ///
    /// # Errors
    /// [`Error::UserNotLoggedIn`].
    pub(crate) fn check_login(&self) -> Result<(), Error> {
        if self.wants_login() {
            return Err(Error::UserNotLoggedIn);
        }
        Ok(())
    }

    fn wants_login(&self) -> bool {
        self.0.as_ref().is_some_and(|running| running.wants_login)
    }

    fn context_login(&mut self) {
        if let Some(running) = &mut self.0 {
            running.wants_login = false;
        }
    }
}
