//! RSA encryption and decryption.

use super::super::parameter::Oaep;
use super::super::role::WholeCipher;
use super::super::{Ciphering, Using};
use super::{PKCS1_OVERHEAD, key, oaep, public};
use crate::object::Object;
use crate::object::material::{HostKey, KeyMaterial};
use crate::rv::Error;
use crate::slot::token::Token;
use std::sync::Arc;
use ukey_crypto::rsa;
use ukey_token::key::KeyOperation;
use zeroize::Zeroizing;

/// How the data is padded.
#[derive(Clone)]
pub(super) enum Padding {
    /// PKCS#1 v1.5, type 2.
    Pkcs,
    /// None.
    None,
    /// OAEP.
    Oaep(Oaep),
}

/// A key with the padding of its ciphertexts.
#[derive(Clone)]
pub(super) struct RsaCipher {
    object: Arc<Object>,
    token: Arc<Token>,
    public: rsa::PublicKey,
    padding: Padding,
    encrypts: bool,
}

impl RsaCipher {
    /// With the public key.
    pub(super) fn encryption(
        using: Using<'_>,
        padding: Padding,
    ) -> Result<Box<dyn Ciphering>, Error> {
        Ok(Box::new(Self::start(using, padding, true)?))
    }

    /// With the private key.
    pub(super) fn decryption(
        using: Using<'_>,
        padding: Padding,
    ) -> Result<Box<dyn Ciphering>, Error> {
        Ok(Box::new(Self::start(using, padding, false)?))
    }

    /// For other mechanisms to use.
    pub(super) fn start(using: Using<'_>, padding: Padding, encrypts: bool) -> Result<Self, Error> {
        let public = public(using)?.clone();
        if let Padding::Oaep(parameters) = &padding {
            oaep::longest(parameters, public.size())?;
        }
        Ok(Self {
            object: Arc::clone(using.key),
            token: Arc::clone(using.token),
            public,
            padding,
            encrypts,
        })
    }

    /// Length of the modulus in bytes, which is that of a ciphertext.
    pub(super) fn size(&self) -> usize {
        self.public.size()
    }

    /// A ciphertext of the data.
    pub(super) fn encrypt(&self, data: &[u8]) -> Result<Vec<u8>, Error> {
        let public = &self.public;
        let raw = |block: &[u8]| public.raw(block).map_err(|_| Error::DataInvalid);
        match &self.padding {
            Padding::None => raw(&key::block(public, data)?),
            Padding::Pkcs if data.len() + PKCS1_OVERHEAD > public.size() => {
                Err(Error::DataLenRange)
            }
            Padding::Pkcs => public
                .encrypt_pkcs1v15(data)
                .map_err(|_| Error::FunctionFailed),
            Padding::Oaep(parameters) => raw(&oaep::encode(parameters, data, public.size())?),
        }
    }

    /// The data in a ciphertext.
    pub(super) fn decrypt(&self, data: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        if data.len() != self.public.size() {
            return Err(Error::EncryptedDataLenRange);
        }
        if data >= &self.public.n()[..] {
            return Err(Error::EncryptedDataInvalid);
        }
        match &self.padding {
            Padding::Pkcs => self.decrypt_pkcs(data),
            Padding::None => self.raw(data),
            Padding::Oaep(parameters) => oaep::decode(parameters, &self.raw(data)?),
        }
    }

    fn decrypt_pkcs(&self, data: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        match self.object.material()? {
            KeyMaterial::Host(HostKey::Rsa(key)) => key
                .decrypt_pkcs1v15(data)
                .map_err(|_| Error::EncryptedDataInvalid),
            KeyMaterial::Pair(_) => {
                let (container, usage) = self.token.container_of(&self.object)?;
                container.decrypt_rsa(usage, data).map_err(decryption_error)
            }
            KeyMaterial::Token { id, .. } => {
                self.use_token(*id, &KeyOperation::DecryptRsaPkcs1, data)
            }
            _ => Err(Error::KeyTypeInconsistent),
        }
    }

    fn use_token(
        &self,
        id: u32,
        operation: &KeyOperation,
        data: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let application = self.token.application()?;
        application
            .use_key(id, operation, data)
            .map_err(decryption_error)
    }

    fn raw(&self, data: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        if let KeyMaterial::Token { id, .. } = self.object.material()? {
            return self.use_token(*id, &KeyOperation::DecryptRsaRaw, data);
        }
        key::raw(&self.token, &self.object, data).map(Zeroizing::new)
    }
}

impl WholeCipher for RsaCipher {
    fn length(&self, _: usize) -> usize {
        let size = self.public.size();
        match &self.padding {
            _ if self.encrypts => size,
            Padding::Pkcs => size - PKCS1_OVERHEAD,
            Padding::None => size,
            Padding::Oaep(parameters) => oaep::longest(parameters, size).unwrap_or(size),
        }
    }

    fn run(&self, data: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        if self.encrypts {
            out.extend_from_slice(&self.encrypt(data)?);
        } else {
            out.extend_from_slice(&self.decrypt(data)?);
        }
        Ok(())
    }
}

/// One code for everything that can be wrong with a ciphertext.
pub(crate) fn decryption_error(error: ukey_token::Error) -> Error {
    match error {
        ukey_token::Error::InvalidData
        | ukey_token::Error::InvalidLength
        | ukey_token::Error::Crypto(_) => Error::EncryptedDataInvalid,
        other => other.into(),
    }
}
