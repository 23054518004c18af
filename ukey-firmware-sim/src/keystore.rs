//! Private keys: sealed in flash, loaded for use, kept loaded while the user is logged in.
//!
//! A sealed key is one byte (1: SM2, 2: RSA), then the scalar (32 bytes) or the PKCS#1 DER.

use crate::card::{Card, crypto_status};
use crate::fs::container::Place;
use crate::fs::{UNREADABLE, record};
use crate::object_key::LoadedKey;
use crate::security::UserVerified;
use crate::store::Transaction;
use std::collections::BTreeMap;
use std::sync::Arc;
use ukey_apdu::blob::{EccPublic, PublicKey, RsaPublic};
use ukey_apdu::id::{ContainerType, KeyUsage};
use ukey_apdu::{Reply, StatusWord};
use ukey_crypto::{rsa, sm2};
use zeroize::Zeroizing;

const SM2: u8 = 1;
const RSA: u8 = 2;

/// A private key ready for use.
pub(crate) enum PrivateKey {
    Sm2(sm2::SecretKey),
    Rsa(rsa::PrivateKey),
}

impl PrivateKey {
    /// The SM2 key.
    ///
    /// # Errors
    /// 6A95 if it is another kind of key.
    pub(crate) fn sm2(&self) -> Result<&sm2::SecretKey, StatusWord> {
        match self {
            Self::Sm2(key) => Ok(key),
            Self::Rsa(_) => Err(StatusWord::KEY_PAIR_NOT_FOUND),
        }
    }

    /// The RSA key.
    ///
    /// # Errors
    /// 6A95 if it is another kind of key.
    pub(crate) fn rsa(&self) -> Result<&rsa::PrivateKey, StatusWord> {
        match self {
            Self::Rsa(key) => Ok(key),
            Self::Sm2(_) => Err(StatusWord::KEY_PAIR_NOT_FOUND),
        }
    }

    fn encode(&self) -> Zeroizing<Vec<u8>> {
        let (kind, secret) = match self {
            Self::Sm2(key) => (SM2, Zeroizing::new(key.expose_bytes().to_vec())),
            Self::Rsa(key) => (RSA, key.to_pkcs1_der()),
        };
        let mut bytes = Zeroizing::new(Vec::with_capacity(1 + secret.len()));
        bytes.push(kind);
        bytes.extend_from_slice(&secret);
        bytes
    }

    fn decode(bytes: &[u8]) -> Result<Self, StatusWord> {
        let key = match bytes.split_first() {
            Some((&SM2, scalar)) => sm2::SecretKey::from_bytes(scalar).map(Self::Sm2),
            Some((&RSA, der)) => rsa::PrivateKey::from_pkcs1_der(der).map(Self::Rsa),
            _ => return Err(UNREADABLE),
        };
        key.map_err(|_| UNREADABLE)
    }

    pub(crate) fn public(&self) -> Result<PublicKey, StatusWord> {
        Ok(match self {
            Self::Sm2(key) => PublicKey::Ecc(ecc_public(&key.public_key())),
            Self::Rsa(key) => PublicKey::Rsa(rsa_public(key.public_key())?),
        })
    }

    fn kind(&self) -> ContainerType {
        match self {
            Self::Sm2(_) => ContainerType::Ecc,
            Self::Rsa(_) => ContainerType::Rsa,
        }
    }
}

/// A public key in the form of the wire.
pub(crate) fn ecc_public(key: &sm2::PublicKey) -> EccPublic {
    EccPublic::sm2(&key.x(), &key.y())
}

/// A public key in the form of the wire.
///
/// # Errors
/// 6A81 for an exponent of more than four bytes.
pub(crate) fn rsa_public(key: &rsa::PublicKey) -> Result<RsaPublic, StatusWord> {
    let exponent = key.e();
    let mut e = [0; 4];
    let start = e
        .len()
        .checked_sub(exponent.len())
        .ok_or(StatusWord::NOT_SUPPORTED)?;
    e[start..].copy_from_slice(&exponent);
    let n = key.n();
    Ok(RsaPublic {
        bits: n.len() as u32 * 8,
        n,
        e,
    })
}

/// A public key from the wire, checked to be on the SM2 curve.
pub(crate) fn sm2_public(key: &EccPublic) -> Result<sm2::PublicKey, StatusWord> {
    let (x, y) = key.sm2_coordinates().ok_or(StatusWord::NOT_SUPPORTED)?;
    sm2::PublicKey::from_xy(&x, &y).map_err(crypto_status)
}

/// Loaded keys with the version of the record they came from.
#[derive(Default)]
pub(crate) struct KeyCache {
    keys: BTreeMap<(Place, u8), (u64, Arc<PrivateKey>)>,
    /// Keys in objects, by application and object.
    objects: BTreeMap<(u32, u32), (u64, Arc<LoadedKey>)>,
}

/// Loaded keys kept at most; an RSA-4096 key takes some KiB.
const CACHED_KEYS: usize = 64;

impl KeyCache {
    pub(crate) fn forget_application(&mut self, application: u32) {
        self.keys
            .retain(|(place, _), _| place.application != application);
        self.objects.retain(|(owner, _), _| *owner != application);
    }

    pub(crate) fn forget_object(&mut self, application: u32, object: u32) {
        self.objects.remove(&(application, object));
    }

    /// The key in an object, if it is loaded and its record has this version.
    pub(crate) fn object(
        &self,
        application: u32,
        object: u32,
        version: u64,
    ) -> Option<Arc<LoadedKey>> {
        let (cached, key) = self.objects.get(&(application, object))?;
        (*cached == version).then(|| Arc::clone(key))
    }

    pub(crate) fn keep_object(
        &mut self,
        application: u32,
        object: u32,
        version: u64,
        key: Arc<LoadedKey>,
    ) {
        if self.objects.len() >= CACHED_KEYS {
            self.objects.pop_first();
        }
        self.objects.insert((application, object), (version, key));
    }

    pub(crate) fn forget_container(&mut self, gone: Place) {
        self.keys.retain(|(place, _), _| *place != gone);
    }
}

impl Card {
    /// The private key of a pair.
    ///
    /// # Errors
    /// 6A95 if the container has no such pair.
    pub(crate) fn private_key(
        &mut self,
        _proof: &UserVerified,
        place: Place,
        usage: KeyUsage,
    ) -> Result<Arc<PrivateKey>, StatusWord> {
        // Any use counts, so that a fresh PIN is good for no more than the next one.
        self.ram.security.take_fresh(place.application);
        let record = record::private_key(place.application, place.container, usage);
        let version = self
            .flash
            .version(&record)
            .ok_or(StatusWord::KEY_PAIR_NOT_FOUND)?;
        if let Some((cached, key)) = self.ram.keys.keys.get(&(place, usage as u8))
            && *cached == version
        {
            return Ok(Arc::clone(key));
        }
        let bytes = self
            .unseal(&record)?
            .ok_or(StatusWord::KEY_PAIR_NOT_FOUND)?;
        let key = Arc::new(PrivateKey::decode(&bytes)?);
        if self.ram.keys.keys.len() >= CACHED_KEYS {
            self.ram.keys.keys.pop_first();
        }
        self.ram
            .keys
            .keys
            .insert((place, usage as u8), (version, Arc::clone(&key)));
        Ok(key)
    }

    /// Stores a pair durably, in place of one that may be there.
    ///
    /// # Errors
    /// 6985 if the container has keys of the other kind, 6A84 if there is no room.
    pub(crate) fn store_key_pair(
        &mut self,
        _proof: &UserVerified,
        place: Place,
        usage: KeyUsage,
        key: &PrivateKey,
    ) -> Result<PublicKey, StatusWord> {
        place.require_active(&self.flash)?;
        let kind = place.info(&self.flash).container_type;
        if kind != ContainerType::Empty && kind != key.kind() {
            return Err(StatusWord::CONDITIONS);
        }
        let public = key.public()?;
        let record = record::private_key(place.application, place.container, usage);
        let mut change = Transaction::new();
        change.put_secret(record, self.seal(&record, &key.encode())?);
        let record = record::public_key(place.application, place.container, usage);
        change.put(record, public.to_bytes());
        self.commit(change)?;
        Ok(public)
    }
}
