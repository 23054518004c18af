//! Keys in objects: the private or secret part, sealed in flash, loaded for use.
//!
//! What is sealed is kind (3 bytes), policy (2) and material: the private number in the size of the curve,
//! the PKCS#1 DER, or the secret. So the policy cannot be changed without the key of the image.

use crate::card::{Card, crypto_status};
use crate::fs::{UNREADABLE, object, record};
use crate::security::UserVerified;
use crate::store::Transaction;
use std::sync::Arc;
use ukey_apdu::id::ObjectId;
use ukey_apdu::key::{KeyAlgorithm, KeyInfo, KeyKind, KeyPolicy};
use ukey_apdu::{Field, Reader, StatusWord, Writer};
use ukey_crypto::{Error, aes, ec, rng, rsa, sm2, sm4};
use zeroize::Zeroizing;

/// A key ready for use.
#[allow(clippy::large_enum_variant, reason = "stands in an Arc of its own")]
pub(crate) enum ObjectKey {
    Ec(ec::PrivateKey),
    Sm2(sm2::SecretKey),
    Rsa(rsa::PrivateKey),
    Aes(aes::Key),
    Sm4(sm4::Key),
    Generic(Zeroizing<Vec<u8>>),
}

fn curve(kind: KeyKind) -> Result<ec::Curve, Error> {
    match kind {
        KeyKind::P256 => Ok(ec::Curve::P256),
        KeyKind::P384 => Ok(ec::Curve::P384),
        _ => Err(Error::Unsupported),
    }
}

impl ObjectKey {
    /// A fresh key.
    pub(crate) fn generate(kind: KeyKind) -> Result<Self, Error> {
        Ok(match kind.algorithm() {
            KeyAlgorithm::Ec => Self::Ec(ec::PrivateKey::generate(curve(kind)?)?),
            KeyAlgorithm::Sm2 => Self::Sm2(sm2::SecretKey::generate()?),
            KeyAlgorithm::Rsa => Self::Rsa(rsa::PrivateKey::generate(kind.bits().into())?),
            KeyAlgorithm::Aes => Self::Aes(aes::Key::generate(kind.bytes())?),
            KeyAlgorithm::Sm4 => Self::Sm4(sm4::Key::generate()?),
            KeyAlgorithm::Generic => {
                let mut secret = Zeroizing::new(vec![0; kind.bytes()]);
                rng::fill(&mut secret)?;
                Self::Generic(secret)
            }
        })
    }

    /// The key of this kind with this material.
    pub(crate) fn from_material(kind: KeyKind, material: &[u8]) -> Result<Self, Error> {
        if kind.algorithm() != KeyAlgorithm::Rsa && material.len() != kind.bytes() {
            return Err(Error::InvalidKey);
        }
        Ok(match kind.algorithm() {
            KeyAlgorithm::Ec => Self::Ec(ec::PrivateKey::from_bytes(curve(kind)?, material)?),
            KeyAlgorithm::Sm2 => Self::Sm2(sm2::SecretKey::from_bytes(material)?),
            KeyAlgorithm::Rsa => {
                let key = rsa::PrivateKey::from_pkcs1_der(material)?;
                if key.public_key().bits() != usize::from(kind.bits()) {
                    return Err(Error::InvalidKey);
                }
                Self::Rsa(key)
            }
            KeyAlgorithm::Aes => Self::Aes(aes::Key::try_from(material)?),
            KeyAlgorithm::Sm4 => Self::Sm4(sm4::Key::try_from(material)?),
            KeyAlgorithm::Generic => Self::Generic(Zeroizing::new(material.to_vec())),
        })
    }

    /// What [`from_material`](Self::from_material) takes.
    pub(crate) fn material(&self) -> Zeroizing<Vec<u8>> {
        match self {
            Self::Ec(key) => Zeroizing::new(key.expose_bytes().to_vec()),
            Self::Sm2(key) => Zeroizing::new(key.expose_bytes().to_vec()),
            Self::Rsa(key) => key.to_pkcs1_der(),
            Self::Aes(key) => Zeroizing::new(key.expose_bytes().to_vec()),
            Self::Sm4(key) => Zeroizing::new(key.expose_bytes().to_vec()),
            Self::Generic(secret) => secret.clone(),
        }
    }

    /// The public part in the form of [`KeyInfo::public`]; empty where there is none.
    pub(crate) fn public(&self) -> Vec<u8> {
        match self {
            // Without the byte that says "uncompressed".
            Self::Ec(key) => key.public_key().to_sec1()[1..].to_vec(),
            Self::Sm2(key) => key.public_key().to_sec1()[1..].to_vec(),
            Self::Rsa(key) => [key.public_key().n(), key.public_key().e()].concat(),
            Self::Aes(_) | Self::Sm4(_) | Self::Generic(_) => Vec::new(),
        }
    }
}

/// A key with what may be done with it.
pub(crate) struct LoadedKey {
    pub(crate) kind: KeyKind,
    pub(crate) policy: KeyPolicy,
    pub(crate) key: ObjectKey,
}

impl LoadedKey {
    pub(crate) fn info(&self) -> KeyInfo {
        KeyInfo {
            held: true,
            kind: self.kind,
            policy: self.policy,
            public: self.key.public(),
        }
    }

    fn encode(&self, policy: KeyPolicy) -> Zeroizing<Vec<u8>> {
        let mut writer = Writer::new();
        self.kind.put(&mut writer);
        policy.put(&mut writer);
        writer.bytes(&self.key.material());
        Zeroizing::new(writer.into_vec())
    }

    fn decode(bytes: &[u8]) -> Result<Self, StatusWord> {
        let mut reader = Reader::new(bytes);
        let mut read = || {
            Ok::<_, ukey_apdu::DecodeError>((Field::get(&mut reader)?, Field::get(&mut reader)?))
        };
        let (kind, policy) = read().map_err(|_| UNREADABLE)?;
        let key = ObjectKey::from_material(kind, reader.rest()).map_err(|_| UNREADABLE)?;
        Ok(Self { kind, policy, key })
    }
}

impl Card {
    /// The key in an object.
    ///
    /// # Errors
    /// 6A83 if there is no such object, 6A95 if no key is held in it.
    pub(crate) fn object_key(
        &mut self,
        _proof: &UserVerified,
        application: u32,
        id: ObjectId,
    ) -> Result<Arc<LoadedKey>, StatusWord> {
        let record = record::key_material(application, id.0);
        let Some(version) = self.flash.version(&record) else {
            object::find(&self.flash, application, id)?;
            return Err(StatusWord::KEY_PAIR_NOT_FOUND);
        };
        if let Some(key) = self.ram.keys.object(application, id.0, version) {
            return Ok(key);
        }
        let bytes = self.unseal(&record)?.ok_or(UNREADABLE)?;
        let key = Arc::new(LoadedKey::decode(&bytes)?);
        self.ram
            .keys
            .keep_object(application, id.0, version, Arc::clone(&key));
        Ok(key)
    }

    /// Puts a key under `policy` into the object `id` of `change`, in place of one that may be there.
    pub(crate) fn put_object_key(
        &self,
        change: &mut Transaction,
        application: u32,
        id: ObjectId,
        key: &LoadedKey,
        policy: KeyPolicy,
    ) -> Result<(), StatusWord> {
        let record = record::key_material(application, id.0);
        change.put_secret(record, self.seal(&record, &key.encode(policy))?);
        let info = KeyInfo {
            policy,
            ..key.info()
        };
        object::store_key_info(change, application, id, &info);
        Ok(())
    }
}

/// A failed computation with a key: what was sent is wrong, in one of these ways.
pub(crate) fn use_status(error: Error) -> StatusWord {
    match error {
        // The key is sound, so it is the other side's.
        Error::InvalidKey => StatusWord::BAD_DATA,
        other => crypto_status(other),
    }
}
