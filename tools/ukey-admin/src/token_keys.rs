//! Private keys on a token, as `ukey-pki` wants them. Each operation is one exchange.

use ukey_crypto::sm2;
use ukey_pki::{Decryptor, Error, PublicKey, Signer};
use ukey_token::{Container, KeyUsage};
use zeroize::Zeroizing;

use crate::certificate;

/// The signature key of a container.
pub(crate) struct TokenSigner {
    container: Container,
    public_key: PublicKey,
}

impl TokenSigner {
    /// `public_key` is the public half of the signature key.
    pub(crate) fn new(container: Container, public_key: &ukey_token::view::PublicKey) -> Self {
        Self {
            container,
            public_key: certificate::to_pki(public_key),
        }
    }
}

impl Signer for TokenSigner {
    fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    fn sign_sm2_digest(&self, digest: &[u8; 32]) -> ukey_pki::Result<sm2::Signature> {
        self.container.sign_sm2(digest).map_err(Error::key_holder)
    }

    fn sign_rsa_pkcs1(&self, digest_info: &[u8]) -> ukey_pki::Result<Vec<u8>> {
        self.container
            .sign_rsa(digest_info)
            .map_err(Error::key_holder)
    }
}

/// One of the two keys of a container, for decryption.
pub(crate) struct TokenDecryptor {
    container: Container,
    usage: KeyUsage,
}

impl TokenDecryptor {
    /// The key of `container` that `usage` names.
    pub(crate) fn new(container: Container, usage: KeyUsage) -> Self {
        Self { container, usage }
    }
}

impl Decryptor for TokenDecryptor {
    fn decrypt_sm2(&self, ciphertext: &sm2::Ciphertext) -> ukey_pki::Result<Zeroizing<Vec<u8>>> {
        self.container
            .decrypt_sm2(self.usage, ciphertext)
            .map_err(refused)
    }

    fn decrypt_rsa_pkcs1(&self, ciphertext: &[u8]) -> ukey_pki::Result<Zeroizing<Vec<u8>>> {
        self.container
            .decrypt_rsa(self.usage, ciphertext)
            .map_err(refused)
    }
}

/// A ciphertext that does not fit the key is not the token's failure.
fn refused(error: ukey_token::Error) -> Error {
    match error {
        ukey_token::Error::InvalidData | ukey_token::Error::InvalidLength => Error::Decryption,
        other => Error::key_holder(other),
    }
}
