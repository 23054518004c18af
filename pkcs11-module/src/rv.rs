//! The one error of this module and the only mapping to `CK_RV`.
//!
//! `ops` speaks in [`Error`]; `abi` turns it into a number here and nowhere else. Errors of the layers
//! below are mapped here too, each in one exhaustive match.

use crate::abi::types::*;

#[cfg(test)]
mod tests;

/// Writes the enum, its message, its number and the list that the tests walk, from one table.
macro_rules! errors {
    ($($variant:ident = $code:ident, $text:literal;)*) => {
        /// Everything that a Cryptoki function can answer besides `CKR_OK`, named as the standard names it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
        #[allow(clippy::enum_variant_names, reason = "GeneralError is the standard's name")]
        pub(crate) enum Error {
            $(
                #[doc = concat!("`", stringify!($code), "`")]
                #[error($text)]
                $variant,
            )*
        }

        impl Error {
            /// The number that the caller sees.
            pub(crate) fn code(self) -> CK_RV {
                match self { $(Self::$variant => $code,)* }
            }

            /// Every variant with the name of its code, for tests.
            #[cfg(test)]
            pub(crate) const ALL: &'static [(Self, &'static str)] = &[$((Self::$variant, stringify!($code)),)*];
        }
    };
}

errors! {
    ActionProhibited = CKR_ACTION_PROHIBITED, "an attribute of the object forbids this";
    AeadDecryptFailed = CKR_AEAD_DECRYPT_FAILED, "ciphertext or tag of a message not valid";
    ArgumentsBad = CKR_ARGUMENTS_BAD, "bad argument";
    AttributeReadOnly = CKR_ATTRIBUTE_READ_ONLY, "attribute is read-only";
    AttributeSensitive = CKR_ATTRIBUTE_SENSITIVE, "attribute is sensitive";
    AttributeTypeInvalid = CKR_ATTRIBUTE_TYPE_INVALID, "attribute does not belong to the object";
    AttributeValueInvalid = CKR_ATTRIBUTE_VALUE_INVALID, "attribute value is not valid";
    BufferTooSmall = CKR_BUFFER_TOO_SMALL, "buffer too small";
    CantLock = CKR_CANT_LOCK, "locking as demanded is not available";
    CryptokiAlreadyInitialized = CKR_CRYPTOKI_ALREADY_INITIALIZED, "already initialised";
    CryptokiNotInitialized = CKR_CRYPTOKI_NOT_INITIALIZED, "not initialised";
    CurveNotSupported = CKR_CURVE_NOT_SUPPORTED, "curve not supported";
    DataInvalid = CKR_DATA_INVALID, "data not valid";
    DataLenRange = CKR_DATA_LEN_RANGE, "data length out of range";
    DeviceError = CKR_DEVICE_ERROR, "the token or its link failed";
    DeviceMemory = CKR_DEVICE_MEMORY, "no room left on the token";
    DeviceRemoved = CKR_DEVICE_REMOVED, "the token was removed";
    EncryptedDataInvalid = CKR_ENCRYPTED_DATA_INVALID, "ciphertext not valid";
    EncryptedDataLenRange = CKR_ENCRYPTED_DATA_LEN_RANGE, "ciphertext length out of range";
    FunctionCanceled = CKR_FUNCTION_CANCELED, "cancelled";
    FunctionFailed = CKR_FUNCTION_FAILED, "function failed";
    FunctionNotParallel = CKR_FUNCTION_NOT_PARALLEL, "no function runs in parallel";
    FunctionNotSupported = CKR_FUNCTION_NOT_SUPPORTED, "function not supported";
    GeneralError = CKR_GENERAL_ERROR, "internal error";
    HostMemory = CKR_HOST_MEMORY, "out of memory";
    KeyFunctionNotPermitted = CKR_KEY_FUNCTION_NOT_PERMITTED, "the key may not do this";
    KeyHandleInvalid = CKR_KEY_HANDLE_INVALID, "no such key";
    KeyIndigestible = CKR_KEY_INDIGESTIBLE, "the key cannot be digested";
    KeyNotWrappable = CKR_KEY_NOT_WRAPPABLE, "the key may not be wrapped with this one";
    KeySizeRange = CKR_KEY_SIZE_RANGE, "key size out of range";
    KeyTypeInconsistent = CKR_KEY_TYPE_INCONSISTENT, "wrong type of key for the mechanism";
    KeyUnextractable = CKR_KEY_UNEXTRACTABLE, "the key may not leave its place";
    MechanismInvalid = CKR_MECHANISM_INVALID, "mechanism not supported here";
    MechanismParamInvalid = CKR_MECHANISM_PARAM_INVALID, "mechanism parameter not valid";
    NoEvent = CKR_NO_EVENT, "no slot event";
    ObjectHandleInvalid = CKR_OBJECT_HANDLE_INVALID, "no such object";
    OperationActive = CKR_OPERATION_ACTIVE, "an operation is active";
    OperationNotInitialized = CKR_OPERATION_NOT_INITIALIZED, "no operation is active";
    PinIncorrect = CKR_PIN_INCORRECT, "PIN incorrect";
    PinInvalid = CKR_PIN_INVALID, "PIN holds a byte that it must not";
    PinLenRange = CKR_PIN_LEN_RANGE, "PIN length out of range";
    PinLocked = CKR_PIN_LOCKED, "PIN locked";
    SavedStateInvalid = CKR_SAVED_STATE_INVALID, "saved state not valid";
    SessionAsyncNotSupported = CKR_SESSION_ASYNC_NOT_SUPPORTED, "no asynchronous sessions";
    SessionExists = CKR_SESSION_EXISTS, "a session is open";
    SessionHandleInvalid = CKR_SESSION_HANDLE_INVALID, "no such session";
    SessionParallelNotSupported = CKR_SESSION_PARALLEL_NOT_SUPPORTED, "sessions are serial only";
    SessionReadOnly = CKR_SESSION_READ_ONLY, "session is read-only";
    SessionReadOnlyExists = CKR_SESSION_READ_ONLY_EXISTS, "a read-only session is open";
    SessionReadWriteSoExists = CKR_SESSION_READ_WRITE_SO_EXISTS, "the security officer is logged in";
    SignatureInvalid = CKR_SIGNATURE_INVALID, "signature not valid";
    SignatureLenRange = CKR_SIGNATURE_LEN_RANGE, "signature length out of range";
    SlotIdInvalid = CKR_SLOT_ID_INVALID, "no such slot";
    StateUnsaveable = CKR_STATE_UNSAVEABLE, "state cannot be saved";
    TemplateIncomplete = CKR_TEMPLATE_INCOMPLETE, "template incomplete";
    TemplateInconsistent = CKR_TEMPLATE_INCONSISTENT, "template contradicts itself or the function";
    TokenNotInitialized = CKR_TOKEN_NOT_INITIALIZED, "token not initialised";
    TokenNotPresent = CKR_TOKEN_NOT_PRESENT, "no token in the slot";
    TokenNotRecognized = CKR_TOKEN_NOT_RECOGNIZED, "token not recognised";
    TokenWriteProtected = CKR_TOKEN_WRITE_PROTECTED, "token is write-protected";
    UnwrappingKeyHandleInvalid = CKR_UNWRAPPING_KEY_HANDLE_INVALID, "no such unwrapping key";
    UnwrappingKeyTypeInconsistent = CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT, "wrong type of unwrapping key";
    UserAlreadyLoggedIn = CKR_USER_ALREADY_LOGGED_IN, "already logged in";
    UserAnotherAlreadyLoggedIn = CKR_USER_ANOTHER_ALREADY_LOGGED_IN, "the other user is logged in";
    UserNotLoggedIn = CKR_USER_NOT_LOGGED_IN, "not logged in";
    UserPinNotInitialized = CKR_USER_PIN_NOT_INITIALIZED, "user PIN not set";
    UserTypeInvalid = CKR_USER_TYPE_INVALID, "no such type of user";
    WrappedKeyInvalid = CKR_WRAPPED_KEY_INVALID, "wrapped key not valid";
    WrappedKeyLenRange = CKR_WRAPPED_KEY_LEN_RANGE, "wrapped key has an impossible length";
    WrappingKeyHandleInvalid = CKR_WRAPPING_KEY_HANDLE_INVALID, "no such wrapping key";
    WrappingKeyTypeInconsistent = CKR_WRAPPING_KEY_TYPE_INCONSISTENT, "wrong type of wrapping key";
}

impl ukey_ffi::AbiCode for Error {
    type Code = CK_RV;

    fn abi_code(&self) -> CK_RV {
        self.code()
    }
}

impl From<ukey_ffi::Error> for Error {
    fn from(error: ukey_ffi::Error) -> Self {
        match error {
            ukey_ffi::Error::BufferTooSmall { .. } => Self::BufferTooSmall,
            ukey_ffi::Error::NullPointer
            | ukey_ffi::Error::LengthTooLarge { .. }
            | ukey_ffi::Error::StringTooLong { .. }
            | ukey_ffi::Error::NotUtf8 => Self::ArgumentsBad,
            ukey_ffi::Error::ResultTooLarge { .. } => Self::HostMemory,
            _ => Self::GeneralError,
        }
    }
}

/// What a failure of the token means where nothing better is known about it; functions that know better (a ciphertext
/// that the token refuses, say) map those cases themselves first.
impl From<ukey_token::Error> for Error {
    fn from(error: ukey_token::Error) -> Self {
        use ukey_token::Error as Token;
        match error {
            Token::NoToken | Token::Removed => Self::DeviceRemoved,
            Token::ForeignCard => Self::TokenNotRecognized,
            Token::Busy | Token::Timeout | Token::Transport(_) | Token::MemoryFailure => {
                Self::DeviceError
            }
            Token::Answer { .. } | Token::Status { .. } | Token::Conditions => Self::DeviceError,
            Token::Cancelled => Self::FunctionCanceled,
            Token::PinIncorrect { .. } => Self::PinIncorrect,
            Token::PinLocked => Self::PinLocked,
            Token::PinLength { .. } => Self::PinLenRange,
            Token::PinInvalid => Self::PinInvalid,
            Token::PinNotSet => Self::UserPinNotInitialized,
            Token::NotLoggedIn | Token::AccessDenied => Self::UserNotLoggedIn,
            Token::DeviceNotAuthenticated | Token::DeviceAuthenticationFailed => {
                Self::TokenWriteProtected
            }
            Token::ApplicationNotFound => Self::TokenNotInitialized,
            Token::ContainerNotFound
            | Token::FileNotFound
            | Token::CertificateNotFound
            | Token::ObjectNotFound => Self::ObjectHandleInvalid,
            Token::KeyNotFound => Self::KeyHandleInvalid,
            Token::KeyType => Self::KeyTypeInconsistent,
            Token::KeyPolicy => Self::KeyFunctionNotPermitted,
            Token::FreshPinRequired => Self::UserNotLoggedIn,
            Token::ContainerLimit | Token::NoSpace => Self::DeviceMemory,
            Token::SignatureInvalid => Self::SignatureInvalid,
            Token::InvalidData => Self::DataInvalid,
            Token::InvalidLength => Self::DataLenRange,
            Token::NotSupported => Self::FunctionNotSupported,
            Token::ApplicationExists
            | Token::ContainerExists
            | Token::FileExists
            | Token::Name
            | Token::InvalidParameter
            | Token::Crypto(_) => Self::FunctionFailed,
            _ => Self::GeneralError,
        }
    }
}
