//! Key wrap (RFC 3394, RFC 5649; PKCS#11 3.2, "AES Key Wrap") with AES, wherever the key lives. The
//! token knows the initial values of the RFCs alone.

use super::role::WholeCipher;
use super::rsa::decryption_error;
use super::secret::CipherKey;
use super::token_secret;
use super::{Ciphering, Mechanism, Using};
use crate::object::Object;
use crate::rv::Error;
use crate::slot::token::Token;
use std::sync::Arc;
use ukey_crypto::keywrap;
use ukey_token::key::{CipherMode, KeyAlgorithm, KeyOperation};
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

/// Most bytes that go to the token at once.
const LONGEST: usize = 48 * 1024;

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
        if let Some((id, algorithm)) = token_secret::of(using)? {
            if algorithm != KeyAlgorithm::Aes {
                return Err(Error::KeyTypeInconsistent);
            }
            if iv != default {
                return Err(Error::MechanismParamInvalid);
            }
            return Ok(Box::new(InToken {
                token: Arc::clone(using.token),
                id,
                how: self,
                wraps,
            }));
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

/// Most that comes out.
pub(super) fn longest(wraps: bool, data_len: usize) -> usize {
    match wraps {
        true => data_len.saturating_add(24) / 8 * 8,
        false => data_len.saturating_sub(8),
    }
}

/// With a key of the token: one exchange.
#[derive(Clone)]
struct InToken {
    token: Arc<Token>,
    id: u32,
    how: KeyWrap,
    wraps: bool,
}

impl InToken {
    fn exchange(&self, data: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        let mode = match self.how {
            KeyWrap::Padded => CipherMode::KeyWrapPad,
            KeyWrap::Plain | KeyWrap::Pkcs7 => CipherMode::KeyWrap,
        };
        let operation = match self.wraps {
            true => KeyOperation::Encrypt(mode),
            false => KeyOperation::Decrypt(mode),
        };
        let application = self.token.application()?;
        application
            .use_key(self.id, &operation, data)
            .map_err(decryption_error)
    }

    /// The lengths that can be, of what goes into the token.
    fn check(&self, len: usize) -> Result<(), Error> {
        let fits = match (self.how, self.wraps) {
            (KeyWrap::Padded, true) => len >= 1,
            (KeyWrap::Padded, false) => len >= 16 && len.is_multiple_of(8),
            (_, true) => len >= 16 && len.is_multiple_of(8),
            (_, false) => len >= 24 && len.is_multiple_of(8),
        };
        match (fits && len <= LONGEST, self.wraps) {
            (true, _) => Ok(()),
            (false, true) => Err(Error::DataLenRange),
            (false, false) => Err(Error::EncryptedDataLenRange),
        }
    }
}

impl WholeCipher for InToken {
    fn length(&self, data_len: usize) -> usize {
        longest(self.wraps, data_len)
    }

    fn run(&self, data: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        if self.how != KeyWrap::Pkcs7 {
            self.check(data.len())?;
            out.extend_from_slice(&self.exchange(data)?);
            return Ok(());
        }
        if !self.wraps {
            self.check(data.len())?;
            let padded = self.exchange(data)?;
            out.extend_from_slice(unpadded(&padded)?);
            return Ok(());
        }
        let filling = 8 - data.len() % 8;
        let mut padded = Zeroizing::new(Vec::with_capacity(data.len() + filling));
        padded.extend_from_slice(data);
        padded.resize(data.len() + filling, filling as u8);
        self.check(padded.len())?;
        out.extend_from_slice(&self.exchange(&padded)?);
        Ok(())
    }
}

/// Without PKCS#7 padding of half blocks. The key wrap has authenticated it: whoever can make it wrong has the key.
fn unpadded(data: &[u8]) -> Result<&[u8], Error> {
    let filling = usize::from(*data.last().ok_or(Error::EncryptedDataInvalid)?);
    let (kept, padding) = data
        .len()
        .checked_sub(filling)
        .and_then(|len| data.split_at_checked(len))
        .ok_or(Error::EncryptedDataInvalid)?;
    let right = (1..=8).contains(&filling) && padding.iter().all(|b| usize::from(*b) == filling);
    right.then_some(kept).ok_or(Error::EncryptedDataInvalid)
}

impl WholeCipher for Wrapping {
    fn length(&self, data_len: usize) -> usize {
        longest(self.wraps, data_len)
    }

    fn run(&self, data: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        out.extend_from_slice(&self.wrap(data)?);
        Ok(())
    }
}
