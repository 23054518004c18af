//! The bytes of a secret key.

use crate::abi::types::CK_KEY_TYPE;
use zeroize::Zeroizing;

/// A secret key of any type, wiped when nothing uses it any more.
pub(crate) struct Secret {
    bytes: Zeroizing<Vec<u8>>,
    key_type: CK_KEY_TYPE,
}

impl Secret {
    /// A key of a type.
    pub(crate) fn new(bytes: Zeroizing<Vec<u8>>, key_type: CK_KEY_TYPE) -> Self {
        Self { bytes, key_type }
    }

    /// The key itself.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// CKA_KEY_TYPE.
    pub(crate) fn key_type(&self) -> CK_KEY_TYPE {
        self.key_type
    }
}
