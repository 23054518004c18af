//! Encryption pairs from outside, always encrypted (GM/T 0017, 9.6.5, 9.6.13; GM/T 0016-2012, 7.6).

use super::keygen::wrong_kind;
use crate::{container::Container, device::Run, error::Error};
use ukey_apdu::{
    Secret,
    blob::{EccPublic, EnvelopedKey, Sm2Cipher},
    id::AlgId,
    request::import::{ImportEccKeyPair, ImportRsaKeyPair},
};
use ukey_crypto::sm2;

/// An SM2 pair under a session key that is under the container's signature key: the content of the
/// ENVELOPEDKEYBLOB of GM/T 0016, with coordinates in their real length.
#[derive(Debug)]
pub struct EnvelopedSm2Key<'a> {
    /// Block cipher of the private key, an ECB number (`SGD_SM4_ECB`).
    pub sym_alg: AlgId,
    /// The private key under the session key, ECB without padding: the 64-byte field of the blob.
    pub encrypted_private: &'a [u8; 64],
    /// Public half of the pair.
    pub public_key: &'a sm2::PublicKey,
    /// The session key, encrypted to the signature key of the container.
    pub session_key: &'a sm2::Ciphertext,
}

pub(super) fn wire_cipher(cipher: &sm2::Ciphertext) -> Sm2Cipher {
    Sm2Cipher {
        x: cipher.x,
        y: cipher.y,
        hash: cipher.hash,
        data: cipher.data.clone(),
    }
}

pub(super) fn wire_public(key: &sm2::PublicKey) -> EccPublic {
    EccPublic::sm2(&key.x(), &key.y())
}

impl Container {
    /// Imports an SM2 encryption pair. The token unwraps it, checks that the halves belong
    /// together and keeps it; needs the user's login and a signature pair in the container.
    ///
    /// The wire carries 32 bytes of private key, the blob 64: the half that holds the key cannot be
    /// told from outside, so the token is offered the second half, as the standard pads, and then
    /// the first.
    ///
    /// # Errors
    /// [`Error::InvalidData`] when nothing fits, [`Error::KeyNotFound`] without a signature pair,
    /// [`Error::NotLoggedIn`]; link errors.
    pub fn import_sm2(&self, key: &EnvelopedSm2Key<'_>) -> Result<(), Error> {
        let halves = [&key.encrypted_private[32..], &key.encrypted_private[..32]];
        self.run_logged_in(Run::Once, |connection, app, container| {
            if let Some(link) = connection.skf_link() {
                return link.import_sm2(container, key).map_err(wrong_kind);
            }
            let mut outcome = Ok(());
            for half in halves {
                let enveloped = EnvelopedKey {
                    version: 1,
                    sym_alg: key.sym_alg,
                    bits: 256,
                    enc_private: Secret::from(half),
                    public: wire_public(key.public_key),
                    cipher: wire_cipher(key.session_key),
                };
                let request = ImportEccKeyPair {
                    app,
                    container,
                    key: enveloped,
                };
                outcome = connection.call(&request).map(drop).map_err(wrong_kind);
                if outcome != Err(Error::InvalidData) {
                    break;
                }
            }
            outcome
        })
    }

    /// Imports an RSA encryption pair: `wrapped` is a session key under the container's RSA
    /// signature key (PKCS#1 v1.5), `encrypted` the private key under the session key.
    ///
    /// # Errors
    /// As [`Container::import_sm2`].
    pub fn import_rsa(
        &self,
        sym_alg: AlgId,
        wrapped: &[u8],
        encrypted: &[u8],
    ) -> Result<(), Error> {
        self.run_logged_in(Run::Once, |connection, app, container| {
            let request = ImportRsaKeyPair {
                app,
                container,
                sym_alg,
                wrapped: Secret::from(wrapped),
                encrypted: Secret::from(encrypted),
            };
            connection.call(&request).map(drop).map_err(wrong_kind)
        })
    }
}
