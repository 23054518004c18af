//! RSA keys as signers and verifiers, wherever the private half lives.

use super::super::parameter::Pss;
use super::super::signature::SignatureKey;
use super::super::{Recovering, Using};
use super::{PKCS1_OVERHEAD, pss};
use crate::object::Object;
use crate::object::key::PublicKey;
use crate::object::material::{HostKey, KeyMaterial};
use crate::rv::Error;
use crate::slot::token::Token;
use std::sync::Arc;
use ukey_crypto::ct;
use ukey_crypto::hash::HashAlg;
use ukey_crypto::rsa;
use ukey_token::KeyUsage;
use ukey_token::key::KeyOperation;

/// How a signature is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// PKCS#1 v1.5 padding around the bytes given.
    Pkcs,
    /// PKCS#1 v1.5 padding around a DigestInfo of the digest.
    PkcsDigest(HashAlg),
    /// No padding.
    Raw,
    /// PSS around the digest.
    Pss(Pss),
}

/// A key with the form of its signatures.
pub(super) struct RsaKey {
    object: Arc<Object>,
    token: Arc<Token>,
    form: Form,
}

impl RsaKey {
    /// The key of a request.
    pub(super) fn new(using: Using<'_>, form: Form) -> Self {
        Self {
            object: Arc::clone(using.key),
            token: Arc::clone(using.token),
            form,
        }
    }

    fn public(&self) -> Result<&rsa::PublicKey, Error> {
        match self.object.public_key()? {
            PublicKey::Rsa(public) => Ok(public),
            _ => Err(Error::KeyTypeInconsistent),
        }
    }

    fn sign_padded(&self, data: &[u8]) -> Result<Vec<u8>, Error> {
        let size = self.public()?.size();
        if data.len() + PKCS1_OVERHEAD > size {
            return Err(Error::DataLenRange);
        }
        match self.object.material()? {
            KeyMaterial::Host(HostKey::Rsa(key)) => {
                key.sign_pkcs1v15(data).map_err(|_| Error::FunctionFailed)
            }
            KeyMaterial::Pair(_) => {
                let (container, usage) = self.token.container_of(&self.object)?;
                if usage == KeyUsage::Signature {
                    return Ok(container.sign_rsa(data)?);
                }
                // The token's signing command knows only the signature pair: pad here.
                raw(&self.token, &self.object, &pkcs1_type_1(data, size))
            }
            KeyMaterial::Token { id, .. } => {
                let application = self.token.application()?;
                Ok(application
                    .use_key(*id, &KeyOperation::SignRsaPkcs1, data)?
                    .to_vec())
            }
            _ => Err(Error::KeyTypeInconsistent),
        }
    }
}

/// EMSA-PKCS1-v1_5 (RFC 8017, 9.2) around bytes that fit.
fn pkcs1_type_1(data: &[u8], size: usize) -> Vec<u8> {
    let mut padded = vec![0, 1];
    padded.resize(size - data.len() - 1, 0xFF);
    padded.push(0);
    padded.extend_from_slice(data);
    padded
}

/// The data inside EMSA-PKCS1-v1_5; nothing in it is secret.
fn pkcs1_type_1_content(block: &[u8]) -> Option<&[u8]> {
    let rest = block.strip_prefix(&[0, 1])?;
    let filling = rest.iter().take_while(|byte| **byte == 0xFF).count();
    if filling < 8 {
        return None;
    }
    rest[filling..].strip_prefix(&[0])
}

/// The bare private operation on a block as long as the modulus and below it.
pub(super) fn raw(token: &Token, object: &Object, block: &[u8]) -> Result<Vec<u8>, Error> {
    match object.material()? {
        KeyMaterial::Host(HostKey::Rsa(key)) => key.raw(block).map_err(|_| Error::FunctionFailed),
        KeyMaterial::Pair(_) => {
            let (container, usage) = token.container_of(object)?;
            Ok(container.raw_rsa(usage, block)?.to_vec())
        }
        KeyMaterial::Token { id, .. } => {
            let application = token.application()?;
            Ok(application
                .use_key(*id, &KeyOperation::SignRsaRaw, block)?
                .to_vec())
        }
        _ => Err(Error::KeyTypeInconsistent),
    }
}

/// Left-pads with zeros to the length of the modulus.
pub(super) fn block(public: &rsa::PublicKey, data: &[u8]) -> Result<Vec<u8>, Error> {
    let size = public.size();
    let mut block = vec![0; size.checked_sub(data.len()).ok_or(Error::DataLenRange)?];
    block.extend_from_slice(data);
    // PKCS#11, "X.509 (raw) RSA": a number not below the modulus is data that is not valid.
    if block >= public.n() {
        Err(Error::DataInvalid)
    } else {
        Ok(block)
    }
}

fn valid(valid: bool) -> Result<(), Error> {
    valid.then_some(()).ok_or(Error::SignatureInvalid)
}

impl SignatureKey for RsaKey {
    fn length(&self) -> usize {
        self.public().map_or(0, rsa::PublicKey::size)
    }

    fn sign(&self, input: &[u8]) -> Result<Vec<u8>, Error> {
        let public = self.public()?;
        match self.form {
            Form::Pkcs => self.sign_padded(input),
            Form::PkcsDigest(alg) => {
                let digest_info = alg.digest_info(input).map_err(|_| Error::DataLenRange)?;
                self.sign_padded(&digest_info)
            }
            Form::Raw => raw(&self.token, &self.object, &block(public, input)?),
            Form::Pss(parameters) => {
                let encoded = pss::encode(parameters, input, public.bits())?;
                raw(&self.token, &self.object, &block(public, &encoded)?)
            }
        }
    }

    fn verify(&self, input: &[u8], signature: &[u8]) -> Result<(), Error> {
        let public = self.public()?;
        if signature.len() != public.size() {
            return Err(Error::SignatureLenRange);
        }
        let recovered = || public.raw(signature).map_err(|_| Error::SignatureInvalid);
        match self.form {
            Form::Pkcs => {
                if input.len() + PKCS1_OVERHEAD > public.size() {
                    return Err(Error::DataLenRange);
                }
                valid(public.verify_pkcs1v15(input, signature).is_ok())
            }
            Form::PkcsDigest(alg) => {
                let digest_info = alg.digest_info(input).map_err(|_| Error::DataLenRange)?;
                valid(public.verify_pkcs1v15(&digest_info, signature).is_ok())
            }
            Form::Raw => valid(ct::eq(&recovered()?, &block(public, input)?)),
            Form::Pss(parameters) => pss::verify(parameters, input, &recovered()?, public.bits()),
        }
    }
}

impl Recovering for RsaKey {
    fn recover(&self, signature: &[u8]) -> Result<Vec<u8>, Error> {
        let public = self.public()?;
        if signature.len() != public.size() {
            return Err(Error::SignatureLenRange);
        }
        let recovered = public.raw(signature).map_err(|_| Error::SignatureInvalid)?;
        match self.form {
            Form::Raw => Ok(recovered),
            _ => pkcs1_type_1_content(&recovered)
                .map(<[u8]>::to_vec)
                .ok_or(Error::SignatureInvalid),
        }
    }
}
