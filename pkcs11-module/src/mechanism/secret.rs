//! The bytes of a secret key, and the cipher that they make.

use crate::abi::types::*;
use crate::abi::vendor::CKK_SM4;
use crate::rv::Error;
use std::sync::OnceLock;
use ukey_crypto::{aes, sm4};
use zeroize::Zeroizing;

/// A secret key of any type, wiped when nothing uses it any more.
pub(crate) struct Secret {
    bytes: Zeroizing<Vec<u8>>,
    key_type: CK_KEY_TYPE,
    /// The expanded key, made at the first use.
    cipher: OnceLock<Result<CipherKey, Error>>,
}

/// The key of a block cipher, ready for use.
#[expect(
    clippy::large_enum_variant,
    reason = "one for each key, never moved about"
)]
pub(crate) enum CipherKey {
    /// AES.
    Aes(aes::Key),
    /// SM4.
    Sm4(sm4::Key),
    /// AES-XTS: the keys of the data and of the tweak.
    AesXts(aes::Key, aes::Key),
    /// SM4-XTS: the same.
    Sm4Xts(sm4::Key, sm4::Key),
}

impl Secret {
    /// A key of a type.
    pub(crate) fn new(bytes: Zeroizing<Vec<u8>>, key_type: CK_KEY_TYPE) -> Self {
        Self {
            bytes,
            key_type,
            cipher: OnceLock::new(),
        }
    }

    /// The key itself.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// CKA_KEY_TYPE.
    pub(crate) fn key_type(&self) -> CK_KEY_TYPE {
        self.key_type
    }

    /// The block cipher that it is the key of.
    ///
    /// # Errors
    /// [`Error::KeyTypeInconsistent`], [`Error::KeySizeRange`].
    pub(crate) fn cipher(&self) -> Result<&CipherKey, Error> {
        let made = self.cipher.get_or_init(|| self.expand());
        made.as_ref().map_err(|error| *error)
    }

    fn expand(&self) -> Result<CipherKey, Error> {
        let size = |_| Error::KeySizeRange;
        let (first, second) = self.bytes.split_at(self.bytes.len() / 2);
        match (self.key_type, self.bytes.len()) {
            (CKK_AES, _) => Ok(CipherKey::Aes(self.bytes().try_into().map_err(size)?)),
            (CKK_AES_XTS, 32 | 64) => Ok(CipherKey::AesXts(
                first.try_into().map_err(size)?,
                second.try_into().map_err(size)?,
            )),
            (CKK_SM4, 32) => Ok(CipherKey::Sm4Xts(
                first.try_into().map_err(size)?,
                second.try_into().map_err(size)?,
            )),
            (CKK_SM4, _) => Ok(CipherKey::Sm4(self.bytes().try_into().map_err(size)?)),
            (CKK_AES_XTS, _) => Err(Error::KeySizeRange),
            _ => Err(Error::KeyTypeInconsistent),
        }
    }
}
