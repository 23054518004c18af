//! SM2EnvelopedKey (GM/T 0009-2012 clause 7) and the ENVELOPEDKEYBLOB fields (GM/T 0016).

use std::fmt;

use ukey_crypto::{sm2, sm4};
use zeroize::Zeroizing;

use super::{WHAT, WrapCipher};
use crate::asn1::{self, Element};
use crate::error::{Error, Result};
use crate::key::{Decryptor, PublicKey, SoftwareKey};

/// Octets of an SM2 private number.
const PRIVATE_LEN: usize = 32;
/// Octets of the private-key field of the token interface.
const SKF_FIELD_LEN: usize = 64;

/// SM2EnvelopedKey:
///
/// ```text
/// SEQUENCE {
///     symAlgID               AlgorithmIdentifier,   -- ECB
///     symEncryptedKey        SM2Cipher,             -- the symmetric key, to the recipient
///     sm2PublicKey           BIT STRING,            -- 04 ‖ X ‖ Y of the protected pair
///     sm2EncryptedPrivateKey BIT STRING }           -- 32 octets, ECB without padding
/// ```
#[derive(Clone)]
pub struct Sm2EnvelopedKey {
    /// Cipher over the private number.
    pub cipher: WrapCipher,
    /// The symmetric key encrypted to the recipient.
    pub wrapped_key: sm2::Ciphertext,
    /// Public half of the protected pair.
    pub public_key: sm2::PublicKey,
    /// The private number, two cipher blocks.
    pub encrypted_private_key: [u8; PRIVATE_LEN],
}

/// The fields of the token interface's ENVELOPEDKEYBLOB, version 1.
#[derive(Clone)]
pub struct SkfEnvelopedKey {
    /// Structure version, 1.
    pub version: u32,
    /// SGD identifier of the cipher, in ECB mode.
    pub sym_alg_id: u32,
    /// Key length in bits, 256.
    pub bits: u32,
    /// The encrypted private number right-aligned in its field: 32 zero octets, then 32 octets of
    /// ciphertext. Every known client and card lays it out so.
    pub encrypted_private_key: [u8; SKF_FIELD_LEN],
    /// Public half of the protected pair.
    pub public_key: sm2::PublicKey,
    /// The symmetric key encrypted to the token's signing key.
    pub wrapped_key: sm2::Ciphertext,
}

impl Sm2EnvelopedKey {
    /// Wraps an SM2 pair to `recipient` under a fresh SM4 key.
    ///
    /// # Errors
    /// [`Error::Mismatch`] when `key` is an RSA key, [`Error::Crypto`] when the generator fails.
    pub fn make(key: &SoftwareKey, recipient: &sm2::PublicKey) -> Result<Self> {
        let mut private = key.expose_sm2()?;
        let sym_key = sm4::Key::generate()?;
        let wrapped_key = recipient.encrypt(sym_key.expose_bytes())?;
        sm4::ecb_encrypt(&sym_key, private.as_mut_slice())?;
        Ok(Self {
            cipher: WrapCipher::Sm4,
            wrapped_key,
            public_key: *key.public_key().as_sm2()?,
            encrypted_private_key: *private,
        })
    }

    /// Unwraps the pair in memory.
    ///
    /// # Errors
    /// [`Error::Decryption`] for the wrong recipient or altered contents, also when the private
    /// number is not the one of the public key; [`Error::Unsupported`] for SM1.
    pub fn open(&self, recipient: &dyn Decryptor) -> Result<SoftwareKey> {
        if self.cipher != WrapCipher::Sm4 {
            return Err(Error::unsupported("wrapping cipher", "SM1"));
        }
        let sym_key = recipient.decrypt_sm2(&self.wrapped_key)?;
        let sym_key = sm4::Key::try_from(sym_key.as_slice()).map_err(|_| Error::Decryption)?;
        let mut private = Zeroizing::new(self.encrypted_private_key);
        sm4::ecb_decrypt(&sym_key, private.as_mut_slice())?;
        let key: SoftwareKey = sm2::SecretKey::from_bytes(private.as_slice())
            .map_err(|_| Error::Decryption)?
            .into();
        match *key.public_key() == PublicKey::Sm2(self.public_key) {
            true => Ok(key),
            false => Err(Error::Decryption),
        }
    }

    /// The DER encoding.
    pub fn to_der(&self) -> Vec<u8> {
        self.encode(asn1::SEQUENCE)
    }

    /// Reads the DER encoding.
    ///
    /// An encrypted private key of 48 octets (padded) or 64 octets (right-aligned in the field of
    /// the token interface), as some software makes it, is reduced to the 32 that matter.
    ///
    /// # Errors
    /// [`Error::Malformed`], [`Error::Truncated`], [`Error::TrailingData`] or [`Error::Unsupported`].
    pub fn from_der(der: &[u8]) -> Result<Self> {
        let fields = asn1::single(der, asn1::SEQUENCE, WHAT)?
            .fields(WHAT)?
            .collect()?;
        match fields.as_slice() {
            [a, b, c, d] => Self::from_elements([*a, *b, *c, *d]),
            _ => Err(Error::malformed(WHAT)),
        }
    }

    pub(super) fn encode(&self, tag: u8) -> Vec<u8> {
        asn1::tlv(
            tag,
            &[
                &self.cipher.to_der(),
                &self.wrapped_key.to_der(),
                &asn1::bit_string(&self.public_key.to_sec1()),
                &asn1::bit_string(&self.encrypted_private_key),
            ],
        )
    }

    pub(super) fn from_elements(elements: [Element<'_>; 4]) -> Result<Self> {
        let [cipher, wrapped_key, public_key, private_key] = elements;
        let octets = private_key.bit_string_octets(WHAT)?;
        let encrypted = match octets.len() {
            PRIVATE_LEN | 48 => &octets[..PRIVATE_LEN],
            SKF_FIELD_LEN => &octets[PRIVATE_LEN..],
            _ => return Err(Error::malformed(WHAT)),
        };
        let mut encrypted_private_key = [0; PRIVATE_LEN];
        encrypted_private_key.copy_from_slice(encrypted);
        Ok(Self {
            cipher: WrapCipher::from_element(cipher)?,
            wrapped_key: sm2::Ciphertext::from_der(wrapped_key.raw)
                .map_err(|_| Error::malformed(WHAT))?,
            public_key: sm2::PublicKey::from_sec1(public_key.bit_string_octets(WHAT)?)?,
            encrypted_private_key,
        })
    }

    /// The fields for `SKF_ImportECCKeyPair`.
    pub fn to_skf(&self) -> SkfEnvelopedKey {
        let mut field = [0; SKF_FIELD_LEN];
        field[SKF_FIELD_LEN - PRIVATE_LEN..].copy_from_slice(&self.encrypted_private_key);
        SkfEnvelopedKey {
            version: 1,
            sym_alg_id: self.cipher.skf_id(),
            bits: 256,
            encrypted_private_key: field,
            public_key: self.public_key,
            wrapped_key: self.wrapped_key.clone(),
        }
    }
}

impl SkfEnvelopedKey {
    /// Back to the structure of GM/T 0009.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for another version, key length or cipher.
    pub fn to_enveloped_key(&self) -> Result<Sm2EnvelopedKey> {
        if self.version != 1 || self.bits != 256 {
            return Err(Error::unsupported(
                "enveloped key",
                format!("version {}, {} bits", self.version, self.bits),
            ));
        }
        let mut encrypted_private_key = [0; PRIVATE_LEN];
        encrypted_private_key
            .copy_from_slice(&self.encrypted_private_key[SKF_FIELD_LEN - PRIVATE_LEN..]);
        Ok(Sm2EnvelopedKey {
            cipher: WrapCipher::from_skf_id(self.sym_alg_id)?,
            wrapped_key: self.wrapped_key.clone(),
            public_key: self.public_key,
            encrypted_private_key,
        })
    }
}

impl fmt::Debug for Sm2EnvelopedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sm2EnvelopedKey")
            .field("cipher", &self.cipher)
            .field("public_key", &self.public_key)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for SkfEnvelopedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SkfEnvelopedKey")
            .field("sym_alg_id", &self.sym_alg_id)
            .field("public_key", &self.public_key)
            .finish_non_exhaustive()
    }
}
