//! EdDSA with Ed25519 (RFC 8032; PKCS#11 3.2, "EdDSA"): neither prehashed nor with a context.

use super::signature::{Input, KeySignature, SignatureKey};
use super::{Mechanism, Signing, Using, Verifying};
use crate::object::Object;
use crate::object::key::PublicKey;
use crate::object::material::{HostKey, KeyMaterial};
use crate::rv::Error;
use std::sync::Arc;
use ukey_crypto::ed25519::SIGNATURE_LEN;

/// Longest message: it is needed whole, twice.
const LONGEST_MESSAGE: usize = 256 << 20;

/// CKM_EDDSA.
pub(super) struct Eddsa;

impl Eddsa {
    fn begin(&self, using: Using<'_>) -> Result<Box<KeySignature<EdwardsKey>>, Error> {
        match using.key.public_key()? {
            PublicKey::Edwards(_) => Ok(Box::new(KeySignature {
                input: Input::bytes(LONGEST_MESSAGE, true),
                key: EdwardsKey(Arc::clone(using.key)),
            })),
            _ => Err(Error::KeyTypeInconsistent),
        }
    }
}

impl Mechanism for Eddsa {
    fn sign(&self, using: Using<'_>) -> Result<Box<dyn Signing>, Error> {
        Ok(self.begin(using)?)
    }

    fn verify(&self, using: Using<'_>) -> Result<Box<dyn Verifying>, Error> {
        Ok(self.begin(using)?)
    }
}

struct EdwardsKey(Arc<Object>);

impl SignatureKey for EdwardsKey {
    fn length(&self) -> usize {
        SIGNATURE_LEN
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        match self.0.material()? {
            KeyMaterial::Host(HostKey::Edwards(key)) => key
                .sign(message)
                .map(|signature| signature.to_vec())
                .map_err(|_| Error::FunctionFailed),
            _ => Err(Error::KeyTypeInconsistent),
        }
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Error> {
        if signature.len() != SIGNATURE_LEN {
            return Err(Error::SignatureLenRange);
        }
        match self.0.public_key()? {
            PublicKey::Edwards(public) => public
                .verify(message, signature)
                .map_err(|_| Error::SignatureInvalid),
            _ => Err(Error::KeyTypeInconsistent),
        }
    }
}
