//! Key wrap (RFC 3394, RFC 5649; PKCS#11 3.2, "AES Key Wrap") with AES, with keys in this process.

use super::role::WholeCipher;
use super::secret::CipherKey;
use super::{Ciphering, Mechanism, Using};
use crate::object::Object;
use crate::rv::Error;
use std::sync::Arc;
use ukey_crypto::keywrap;
use zeroize::Zeroizing;

/// A way to wrap. The parameter is the initial value, or none for that of the RFC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyWrap {
    /// RFC 3394.
    Plain,
    /// RFC 5649.
    Padded,
    /// RFC 3394 after PKCS#7 padding.
    Pkcs7,
}

impl KeyWrap {
    fn begin(self, using: Using<'_>, wraps: bool) -> Result<Box<dyn Ciphering>, Error> {
        let default: &[u8] = match self {
            Self::Padded => &keywrap::DEFAULT_PADDED_IV,
            _ => &keywrap::DEFAULT_IV,
        };
        let iv = using.parameter.optional_bytes().unwrap_or(default);
        if iv.len() != default.len() {
            return Err(Error::MechanismParamInvalid);
        }
        match using.key.host_secret()?.cipher()? {
            CipherKey::Aes(_) => Ok(Box::new(Wrapping {
                key: Arc::clone(using.key),
                iv: iv.to_vec(),
                how: self,
                wraps,
            })),
            _ => Err(Error::KeyTypeInconsistent),
        }
    }
}

impl Mechanism for KeyWrap {
    fn encrypt(&self, using: Using<'_>) -> Result<Box<dyn Ciphering>, Error> {
        self.begin(using, true)
    }

    fn decrypt(&self, using: Using<'_>) -> Result<Box<dyn Ciphering>, Error> {
        self.begin(using, false)
    }
}

#[derive(Clone)]
struct Wrapping {
    key: Arc<Object>,
    iv: Vec<u8>,
    how: KeyWrap,
    wraps: bool,
}

impl Wrapping {
    fn wrap(&self, data: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        let CipherKey::Aes(key) = self.key.host_secret()?.cipher()? else {
            return Err(Error::KeyTypeInconsistent);
        };
        let iv = || <&[u8; 8]>::try_from(&self.iv[..]).map_err(|_| Error::MechanismParamInvalid);
        let short_iv =
            || <&[u8; 4]>::try_from(&self.iv[..]).map_err(|_| Error::MechanismParamInvalid);
        let made = match (self.how, self.wraps) {
            (KeyWrap::Plain, true) => keywrap::wrap(key, iv()?, data).map(Zeroizing::new),
            (KeyWrap::Padded, true) => {
                keywrap::wrap_padded(key, short_iv()?, data).map(Zeroizing::new)
            }
            (KeyWrap::Pkcs7, true) => keywrap::wrap_pkcs7(key, iv()?, data).map(Zeroizing::new),
            (KeyWrap::Plain, false) => keywrap::unwrap(key, iv()?, data),
            (KeyWrap::Padded, false) => keywrap::unwrap_padded(key, short_iv()?, data),
            (KeyWrap::Pkcs7, false) => keywrap::unwrap_pkcs7(key, iv()?, data),
        };
        made.map_err(|error| match (error, self.wraps) {
            (ukey_crypto::Error::InvalidLength, true) => Error::DataLenRange,
            (ukey_crypto::Error::InvalidLength, false) => Error::EncryptedDataLenRange,
            _ => Error::EncryptedDataInvalid,
        })
    }
}

impl WholeCipher for Wrapping {
    fn length(&self, data_len: usize) -> usize {
        match self.wraps {
            true => data_len.saturating_add(24) / 8 * 8,
            false => data_len.saturating_sub(8),
        }
    }

    fn run(&self, data: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        out.extend_from_slice(&self.wrap(data)?);
        Ok(())
    }
}
