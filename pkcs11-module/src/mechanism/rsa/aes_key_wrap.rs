//! CKM_RSA_AES_KEY_WRAP (PKCS#11 3.1, "RSA AES KEY WRAP"): a temporary AES key under OAEP, and behind it the key itself,
//! wrapped with the temporary one (RFC 5649). So keys of any length travel under an RSA key, private keys too.

use super::super::key_wrap::longest;
use super::super::role::WholeCipher;
use super::super::{Ciphering, Mechanism, Using};
use super::cipher::{Padding, RsaCipher};
use crate::rv::Error;
use ukey_crypto::keywrap::{self, DEFAULT_PADDED_IV};
use ukey_crypto::{aes, rng};
use zeroize::Zeroizing;

/// CKM_RSA_AES_KEY_WRAP.
pub(crate) struct RsaAesKeyWrap;

impl Mechanism for RsaAesKeyWrap {
    fn encrypt(&self, using: Using<'_>) -> Result<Box<dyn Ciphering>, Error> {
        Ok(Box::new(Envelope::start(using, true)?))
    }

    fn decrypt(&self, using: Using<'_>) -> Result<Box<dyn Ciphering>, Error> {
        Ok(Box::new(Envelope::start(using, false)?))
    }
}

#[derive(Clone)]
struct Envelope {
    rsa: RsaCipher,
    key_len: usize,
    wraps: bool,
}

impl Envelope {
    fn start(using: Using<'_>, wraps: bool) -> Result<Self, Error> {
        let parameter = using.parameter.rsa_aes_key_wrap()?;
        let padding = Padding::Oaep(parameter.oaep.clone());
        Ok(Self {
            rsa: RsaCipher::start(using, padding, wraps)?,
            key_len: parameter.key_len,
            wraps,
        })
    }

    fn random(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        let mut bytes = Zeroizing::new(vec![0; self.key_len]);
        rng::fill(&mut bytes).map_err(|_| Error::FunctionFailed)?;
        Ok(bytes)
    }

    fn wrap(&self, data: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        let key = self.random()?;
        out.extend_from_slice(&self.rsa.encrypt(&key)?);
        let wrapped = keywrap::wrap_padded(&expanded(&key)?, &DEFAULT_PADDED_IV, data);
        out.extend_from_slice(&wrapped.map_err(|_| Error::DataLenRange)?);
        Ok(())
    }

    fn unwrap(&self, data: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        let (block, wrapped) = data
            .split_at_checked(self.rsa.size())
            .ok_or(Error::EncryptedDataLenRange)?;
        // What no private key need be asked about.
        if wrapped.len() < 16 || !wrapped.len().is_multiple_of(8) {
            return Err(Error::EncryptedDataLenRange);
        }
        let (key, opened) = self.temporary(block)?;
        match keywrap::unwrap_padded(&expanded(&key)?, &DEFAULT_PADDED_IV, wrapped) {
            Ok(value) if opened => Ok(value),
            _ => Err(Error::EncryptedDataInvalid),
        }
    }

    /// The temporary key, and whether it is the one in the block. Where the block holds none, a random key takes its
    /// place, so that neither answer nor time tell which of the two parts was wrong.
    fn temporary(&self, block: &[u8]) -> Result<(Zeroizing<Vec<u8>>, bool), Error> {
        let other = self.random()?;
        match self.rsa.decrypt(block) {
            Ok(key) if key.len() == self.key_len => Ok((key, true)),
            Ok(_) | Err(Error::EncryptedDataInvalid) => Ok((other, false)),
            Err(error) => Err(error),
        }
    }
}

/// Keys are as long as the parameter says, which is a length of AES.
fn expanded(key: &[u8]) -> Result<aes::Key, Error> {
    key.try_into().map_err(|_| Error::MechanismParamInvalid)
}

impl WholeCipher for Envelope {
    fn length(&self, data_len: usize) -> usize {
        let size = self.rsa.size();
        match self.wraps {
            true => longest(true, data_len).saturating_add(size),
            false => longest(false, data_len.saturating_sub(size)),
        }
    }

    fn run(&self, data: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        if self.wraps {
            return self.wrap(data, out);
        }
        out.extend_from_slice(&self.unwrap(data)?);
        Ok(())
    }
}
