//! An RSA pair wrapped to an RSA signing key.

use std::fmt;

use ukey_crypto::rsa;
use ukey_crypto::sm4::{self, Direction, Mode, Padding};
use zeroize::Zeroizing;

use super::{WHAT, WrapCipher};
use crate::asn1::{self, Element};
use crate::error::{Error, Result};
use crate::key::{Decryptor, PublicKey, SoftwareKey};

/// Ignored by ECB.
const NO_IV: [u8; sm4::BLOCK] = [0; sm4::BLOCK];

/// An RSA pair under a symmetric key, which is under the recipient's RSA key:
///
/// ```text
/// SEQUENCE {
///     symAlgID               AlgorithmIdentifier,   -- ECB
///     symEncryptedKey        OCTET STRING,          -- RSA PKCS#1 v1.5 encryption
///     rsaPublicKey           SubjectPublicKeyInfo,  -- of the protected pair
///     rsaEncryptedPrivateKey OCTET STRING }         -- PKCS#1 RSAPrivateKey, ECB, PKCS#7 padding
/// ```
///
/// No standard has this structure; it mirrors SM2EnvelopedKey and carries exactly what
/// `SKF_ImportRSAKeyPair` takes: [`WrapCipher::skf_id`], `wrapped_key`, `encrypted_private_key`.
#[derive(Clone)]
pub struct RsaEnvelopedKey {
    /// Cipher over the private key.
    pub cipher: WrapCipher,
    /// The symmetric key, RSA PKCS#1 v1.5 encrypted to the recipient.
    pub wrapped_key: Vec<u8>,
    /// Public half of the protected pair.
    pub public_key: rsa::PublicKey,
    /// The PKCS#1 RSAPrivateKey, padded and encrypted.
    pub encrypted_private_key: Vec<u8>,
}

impl RsaEnvelopedKey {
    /// Wraps an RSA pair to `recipient` under a fresh SM4 key.
    ///
    /// # Errors
    /// [`Error::Mismatch`] when `key` is an SM2 key, [`Error::Crypto`] when the generator fails.
    pub fn make(key: &SoftwareKey, recipient: &rsa::PublicKey) -> Result<Self> {
        let private = key.expose_rsa()?;
        let sym_key = sm4::Key::generate()?;
        let wrapped_key = recipient.encrypt_pkcs1v15(sym_key.expose_bytes())?;
        let mut cipher = sm4::Cipher::new(
            Direction::Encrypt,
            Mode::Ecb,
            &sym_key,
            &NO_IV,
            Padding::Pkcs7,
        );
        let mut encrypted_private_key = cipher.update(&private)?;
        encrypted_private_key.extend(cipher.finish()?);
        Ok(Self {
            cipher: WrapCipher::Sm4,
            wrapped_key,
            public_key: key.public_key().as_rsa()?.clone(),
            encrypted_private_key,
        })
    }

    /// Unwraps the pair in memory.
    ///
    /// # Errors
    /// As [`super::Sm2EnvelopedKey::open`].
    pub fn open(&self, recipient: &dyn Decryptor) -> Result<SoftwareKey> {
        if self.cipher != WrapCipher::Sm4 {
            return Err(Error::unsupported("wrapping cipher", "SM1"));
        }
        let sym_key = recipient.decrypt_rsa_pkcs1(&self.wrapped_key)?;
        let sym_key = sm4::Key::try_from(sym_key.as_slice()).map_err(|_| Error::Decryption)?;
        let key: SoftwareKey = self
            .decrypt_private(&sym_key)
            .and_then(|der| rsa::PrivateKey::from_pkcs1_der(&der))
            .map_err(|_| Error::Decryption)?
            .into();
        match *key.public_key() == PublicKey::Rsa(self.public_key.clone()) {
            true => Ok(key),
            false => Err(Error::Decryption),
        }
    }

    fn decrypt_private(&self, key: &sm4::Key) -> Result<Zeroizing<Vec<u8>>, ukey_crypto::Error> {
        let mut cipher =
            sm4::Cipher::new(Direction::Decrypt, Mode::Ecb, key, &NO_IV, Padding::Pkcs7);
        let mut der = Zeroizing::new(Vec::with_capacity(self.encrypted_private_key.len()));
        cipher.update_into(&self.encrypted_private_key, &mut der)?;
        let rest = Zeroizing::new(cipher.finish()?);
        der.extend_from_slice(&rest);
        Ok(der)
    }

    /// The DER encoding.
    pub fn to_der(&self) -> Vec<u8> {
        self.encode(asn1::SEQUENCE)
    }

    pub(super) fn encode(&self, tag: u8) -> Vec<u8> {
        asn1::tlv(
            tag,
            &[
                &self.cipher.to_der(),
                &asn1::octet_string(&self.wrapped_key),
                &PublicKey::Rsa(self.public_key.clone()).to_spki_der(),
                &asn1::octet_string(&self.encrypted_private_key),
            ],
        )
    }

    pub(super) fn from_elements(elements: [Element<'_>; 4]) -> Result<Self> {
        let [cipher, wrapped_key, public_key, private_key] = elements;
        Ok(Self {
            cipher: WrapCipher::from_element(cipher)?,
            wrapped_key: wrapped_key.expect(asn1::OCTET_STRING, WHAT)?.value.to_vec(),
            public_key: PublicKey::from_spki(public_key)?.as_rsa()?.clone(),
            encrypted_private_key: private_key.expect(asn1::OCTET_STRING, WHAT)?.value.to_vec(),
        })
    }
}

impl fmt::Debug for RsaEnvelopedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RsaEnvelopedKey")
            .field("cipher", &self.cipher)
            .field("public_key", &self.public_key)
            .finish_non_exhaustive()
    }
}
