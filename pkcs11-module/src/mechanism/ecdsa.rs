//! ECDSA on the NIST curves (FIPS 186-5; PKCS#11 3.2, "ECDSA"): over a digest that the caller computed, or over a message.
//! Signatures are r ‖ s.

use super::signature::{Input, KeySignature, SignatureKey};
use super::{Mechanism, Signing, Using, Verifying};
use crate::object::Object;
use crate::object::key::PublicKey;
use crate::object::material::{HostKey, KeyMaterial};
use crate::rv::Error;
use crate::slot::token::Token;
use std::sync::Arc;
use ukey_crypto::ec;
use ukey_crypto::hash::HashAlg;
use ukey_token::key::KeyOperation;

/// Longest digest that is taken; of a longer one than the curve's order the leftmost bits count.
const LONGEST_DIGEST: usize = 128;

/// CKM_ECDSA, and with a hash CKM_ECDSA_*.
pub(super) struct Ecdsa(pub(super) Option<HashAlg>);

impl Ecdsa {
    fn begin(&self, using: Using<'_>) -> Result<Box<KeySignature<EcKey>>, Error> {
        let input = match self.0 {
            Some(hash) => Input::hash(hash),
            None => Input::bytes(LONGEST_DIGEST, true),
        };
        let key = EcKey::new(using)?;
        Ok(Box::new(KeySignature { input, key }))
    }
}

impl Mechanism for Ecdsa {
    fn sign(&self, using: Using<'_>) -> Result<Box<dyn Signing>, Error> {
        Ok(self.begin(using)?)
    }

    fn verify(&self, using: Using<'_>) -> Result<Box<dyn Verifying>, Error> {
        Ok(self.begin(using)?)
    }
}

/// A key on a NIST curve.
struct EcKey {
    object: Arc<Object>,
    token: Arc<Token>,
}

impl EcKey {
    fn new(using: Using<'_>) -> Result<Self, Error> {
        let key = Self {
            object: Arc::clone(using.key),
            token: Arc::clone(using.token),
        };
        key.public()?;
        Ok(key)
    }

    fn public(&self) -> Result<&ec::PublicKey, Error> {
        match self.object.public_key()? {
            PublicKey::Ec(public) => Ok(public),
            _ => Err(Error::KeyTypeInconsistent),
        }
    }
}

impl SignatureKey for EcKey {
    fn length(&self) -> usize {
        self.public()
            .map_or(0, |public| 2 * public.curve().field_len())
    }

    fn sign(&self, digest: &[u8]) -> Result<Vec<u8>, Error> {
        check_digest(self.public()?, digest)?;
        match self.object.material()? {
            KeyMaterial::Host(HostKey::Ec(key)) => key
                .sign_digest(digest)
                .map(|signature| signature.to_bytes())
                .map_err(|_| Error::FunctionFailed),
            KeyMaterial::Token { id, .. } => {
                let application = self.token.application()?;
                let made = application.use_key(*id, &KeyOperation::SignEcdsa, digest)?;
                Ok(made.to_vec())
            }
            _ => Err(Error::KeyTypeInconsistent),
        }
    }

    fn verify(&self, digest: &[u8], signature: &[u8]) -> Result<(), Error> {
        let public = self.public()?;
        let signature = at_full_length(signature, self.length())?;
        check_digest(public, digest)?;
        let invalid = |_| Error::SignatureInvalid;
        let signature = ec::Signature::from_bytes(public.curve(), &signature).map_err(invalid)?;
        public.verify_digest(digest, &signature).map_err(invalid)
    }
}

/// Both numbers with the zeros that a signer may have left out, as one who does not know the order must (PKCS#11 3.2,
/// "ECDSA signatures").
fn at_full_length(signature: &[u8], length: usize) -> Result<Vec<u8>, Error> {
    let short = signature.len() / 2;
    if signature.is_empty() || signature.len() > length || !signature.len().is_multiple_of(2) {
        return Err(Error::SignatureLenRange);
    }
    let mut full = vec![0; length];
    let (r, s) = full.split_at_mut(length / 2);
    r[length / 2 - short..].copy_from_slice(&signature[..short]);
    s[length / 2 - short..].copy_from_slice(&signature[short..]);
    Ok(full)
}

/// P-521 would take more bits of a digest than the longest that exists has: what is longer is none.
fn check_digest(key: &ec::PublicKey, digest: &[u8]) -> Result<(), Error> {
    if key.curve() == ec::Curve::P521 && digest.len() > HashAlg::Sha512.output_len() {
        return Err(Error::DataLenRange);
    }
    Ok(())
}
