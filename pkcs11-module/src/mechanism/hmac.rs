//! HMAC (RFC 2104, FIPS 198-1; PKCS#11 3.2, "HMAC mechanisms") with any offered hash.

use super::mac::{Code, Tag, general_len};
use super::signature::KeySignature;
use super::token_secret::{self, TokenMac};
use super::{Mechanism, Signing, Using, Verifying};
use crate::abi::types::*;
use crate::rv::Error;
use ukey_crypto::hash::HashAlg;
use ukey_crypto::mac::Hmac as Running;
use ukey_token::key::KeyAlgorithm;

/// HMAC with a hash.
pub(super) struct Hmac {
    hash: HashAlg,
    /// The length is a parameter.
    general: bool,
}

impl Hmac {
    /// As long as the hash.
    pub(super) const fn whole(hash: HashAlg) -> Self {
        Self {
            hash,
            general: false,
        }
    }

    /// As long as the parameter says.
    pub(super) const fn general(hash: HashAlg) -> Self {
        Self {
            hash,
            general: true,
        }
    }

    fn len(&self, using: Using<'_>) -> Result<usize, Error> {
        let whole = self.hash.output_len();
        match self.general {
            true => general_len(using.parameter, whole),
            false => Ok(whole),
        }
    }

    /// With a key that the token holds.
    fn in_token(&self, using: Using<'_>) -> Result<Option<Box<KeySignature<TokenMac>>>, Error> {
        let Some((id, algorithm)) = token_secret::of(using)? else {
            return Ok(None);
        };
        if algorithm != KeyAlgorithm::Generic {
            return Err(Error::KeyTypeInconsistent);
        }
        let mac = token_secret::hmac(self.hash);
        let key_type = using.key.key_type().unwrap_or(CKK_GENERIC_SECRET);
        self.check_type(key_type)?;
        let len = self.len(using)?;
        Ok(Some(TokenMac::begin(using, id, mac, len)))
    }

    fn check_type(&self, key_type: CK_KEY_TYPE) -> Result<(), Error> {
        if key_type == CKK_GENERIC_SECRET || key_type == own_type(self.hash) {
            Ok(())
        } else {
            Err(Error::KeyTypeInconsistent)
        }
    }

    fn begin(&self, using: Using<'_>) -> Result<Box<Tag>, Error> {
        let len = self.len(using)?;
        let secret = using.key.host_secret()?;
        self.check_type(secret.key_type())?;
        Ok(Tag::new(Running::new(self.hash, secret.bytes()), len))
    }
}

/// The key type that is for HMAC with one hash alone.
fn own_type(hash: HashAlg) -> CK_KEY_TYPE {
    match hash {
        HashAlg::Sha1 => CKK_SHA_1_HMAC,
        HashAlg::Sha224 => CKK_SHA224_HMAC,
        HashAlg::Sha256 => CKK_SHA256_HMAC,
        HashAlg::Sha384 => CKK_SHA384_HMAC,
        HashAlg::Sha512 => CKK_SHA512_HMAC,
        HashAlg::Sha3_224 => CKK_SHA3_224_HMAC,
        HashAlg::Sha3_256 => CKK_SHA3_256_HMAC,
        HashAlg::Sha3_384 => CKK_SHA3_384_HMAC,
        HashAlg::Sha3_512 => CKK_SHA3_512_HMAC,
        _ => CKK_GENERIC_SECRET,
    }
}

impl Mechanism for Hmac {
    fn sign(&self, using: Using<'_>) -> Result<Box<dyn Signing>, Error> {
        match self.in_token(using)? {
            Some(running) => Ok(running),
            None => Ok(self.begin(using)?),
        }
    }

    fn verify(&self, using: Using<'_>) -> Result<Box<dyn Verifying>, Error> {
        match self.in_token(using)? {
            Some(running) => Ok(running),
            None => Ok(self.begin(using)?),
        }
    }
}

impl Code for Running {
    fn update(&mut self, part: &[u8]) {
        Running::update(self, part);
    }

    fn finish(self: Box<Self>) -> Vec<u8> {
        (*self).finish()
    }
}
