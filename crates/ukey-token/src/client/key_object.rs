//! Keys in objects (extension family, docs/apdu.md): keys that the token holds outside containers.
//!
//! A token that has them says so in [`Features::KEY_OBJECTS`](crate::Features::KEY_OBJECTS); on
//! others everything here is [`Error::NotSupported`].

use super::{Call, Connection, import::wire_cipher};
use crate::{application::Application, device::Run, error::Error};
use ukey_apdu::{
    Secret,
    blob::Sm2Point,
    id::{AppId, ObjectId},
    key::{KeyKind, KeyOperation, KeyPolicy},
    request::{
        extension::ObjectFlags,
        key_object::{
            Content, CopyKey, DeleteObjects, ExportKey, GenerateKey, ImportKey, MAX_KEY_INPUT,
            ObjectPart, UpdateKey, UseKey,
        },
    },
};
use ukey_crypto::sm2;
use zeroize::Zeroizing;

/// An object to be made or rewritten: at most [`crate::MAX_OBJECT`] bytes that the token does not
/// interpret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NewObject<'a> {
    /// Needs the user's login to be read.
    pub private: bool,
    /// Container that it dies with; empty for none.
    pub owner: &'a str,
    /// The bytes.
    pub data: &'a [u8],
}

/// A key to be made or imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewKey<'a> {
    /// Family and size.
    pub kind: KeyKind,
    /// What the token will let be done with it.
    pub policy: KeyPolicy,
    /// The object that carries the key.
    pub object: NewObject<'a>,
    /// An object that carries the public part alone; for pairs, if wanted.
    pub companion: Option<NewObject<'a>>,
}

/// A key that was made or imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyCreated {
    /// Number of the object that carries the key.
    pub id: u32,
    /// Number of the companion, if one was wanted.
    pub companion: Option<u32>,
    /// The public part, as in [`KeyInfo::public`](crate::view::KeyInfo::public).
    pub public: Vec<u8>,
}

impl NewObject<'_> {
    fn part(&self) -> ObjectPart {
        ObjectPart {
            flags: if self.private {
                ObjectFlags::PRIVATE
            } else {
                ObjectFlags::PUBLIC
            },
            owner: self.owner.into(),
            content: Content(Secret::from(self.data)),
        }
    }
}

impl From<ukey_apdu::request::key_object::KeyCreated> for KeyCreated {
    fn from(created: ukey_apdu::request::key_object::KeyCreated) -> Self {
        let companion = Some(created.companion).filter(|id| *id != ObjectId::NEW);
        Self {
            id: created.id.0,
            companion: companion.map(|id| id.0),
            public: created.public,
        }
    }
}

impl Application {
    /// As [`Application::run`], for commands of this family.
    fn run_with_keys<T>(
        &self,
        how: Run,
        body: impl FnMut(&mut Connection, AppId) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.run(how, body).map_err(|e| self.note_login(e))
    }

    /// Makes a key in the token, with its object and, for a pair, its companion; all or nothing.
    /// One exchange.
    ///
    /// # Errors
    /// [`Error::NotLoggedIn`], [`Error::NoSpace`], [`Error::ContainerNotFound`] for an owner,
    /// [`Error::InvalidData`] for a companion of a secret key, [`Error::InvalidLength`],
    /// [`Error::NotSupported`]; link errors.
    pub fn generate_key(&self, new: &NewKey<'_>) -> Result<KeyCreated, Error> {
        self.run_with_keys(Run::Once, |connection, app| {
            let request = GenerateKey {
                app,
                kind: new.kind,
                policy: new.policy,
                object: new.object.part(),
                companion: new.companion.as_ref().map(NewObject::part),
            };
            connection.call(&request).map(Into::into)
        })
    }

    /// Puts a key on the token, as [`Application::generate_key`] otherwise. `material` is the private
    /// number in the size of the curve, a PKCS#1 RSAPrivateKey (DER), or the secret; it travels
    /// encrypted to the token, bound to a challenge.
    ///
    /// # Errors
    /// As [`Application::generate_key`]; [`Error::InvalidData`] for material that is no such key.
    pub fn import_key(&self, new: &NewKey<'_>, material: &[u8]) -> Result<KeyCreated, Error> {
        self.run_with_keys(Run::Once, |connection, app| {
            let request = ImportKey {
                app,
                kind: new.kind,
                policy: new.policy,
                material: connection.under_transport_key(material)?,
                object: new.object.part(),
                companion: new.companion.as_ref().map(NewObject::part),
            };
            connection.call(&request).map(Into::into)
        })
    }

    /// Uses the key in object `id` on at most [`MAX_KEY_INPUT`] bytes. One exchange. Signatures of
    /// curves are r and s in the size of the curve; the input of [`KeyOperation::DecryptSm2`] is an SM2
    /// cipher as it stands in data fields ([`Application::decrypt_sm2_with_key`] takes a value).
    ///
    /// # Errors
    /// [`Error::NotLoggedIn`], [`Error::FreshPinRequired`], [`Error::ObjectNotFound`],
    /// [`Error::KeyType`] where the object has no key for this, [`Error::KeyPolicy`],
    /// [`Error::InvalidLength`], [`Error::InvalidData`] (also for a tag or padding that is wrong),
    /// [`Error::SignatureInvalid`] for a MAC that does not verify, [`Error::NotSupported`]; link errors.
    pub fn use_key(
        &self,
        id: u32,
        operation: &KeyOperation,
        input: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        if input.len() > MAX_KEY_INPUT {
            return Err(Error::InvalidLength);
        }
        let begun = self.run_with_keys(Run::Single, |connection, app| {
            connection.start(&UseKey {
                app,
                id: ObjectId(id),
                operation: operation.clone(),
                input: Secret::from(input),
            })
        });
        match begun.and_then(Call::reply) {
            Ok(output) => Ok(output.into_zeroizing()),
            Err(Error::Conditions) => Err(Error::FreshPinRequired),
            Err(e) => Err(e),
        }
    }

    /// [`Application::use_key`] for SM2 decryption.
    ///
    /// # Errors
    /// As [`Application::use_key`].
    pub fn decrypt_sm2_with_key(
        &self,
        id: u32,
        cipher: &sm2::Ciphertext,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let mut writer = ukey_apdu::Writer::new();
        ukey_apdu::Field::put(&wire_cipher(cipher), &mut writer);
        self.use_key(id, &KeyOperation::DecryptSm2, &writer.into_vec())
    }

    /// The material of an extractable key (as for [`Application::import_key`]), encrypted to an SM2 key
    /// of the caller's.
    ///
    /// # Errors
    /// [`Error::NotLoggedIn`], [`Error::ObjectNotFound`], [`Error::KeyType`], [`Error::KeyPolicy`] for
    /// a key that is not extractable, [`Error::FreshPinRequired`]; link errors.
    pub fn export_key(
        &self,
        id: u32,
        recipient: &sm2::PublicKey,
    ) -> Result<sm2::Ciphertext, Error> {
        let exported = self.run_with_keys(Run::Sequence, |connection, app| {
            connection.call(&ExportKey {
                app,
                id: ObjectId(id),
                recipient: Sm2Point {
                    x: recipient.x(),
                    y: recipient.y(),
                },
            })
        });
        let cipher = exported.map_err(|e| match e {
            Error::Conditions => Error::FreshPinRequired,
            e => e,
        })?;
        Ok(sm2::Ciphertext {
            x: cipher.x,
            y: cipher.y,
            hash: cipher.hash,
            data: cipher.data,
        })
    }

    /// Writes policy, flags, owner and bytes of a key's object, all or nothing. The policy may only get
    /// tighter. (Objects without a key: [`Application::write_object`].)
    ///
    /// # Errors
    /// [`Error::NotLoggedIn`], [`Error::ObjectNotFound`], [`Error::KeyType`] for an object without a
    /// key, [`Error::KeyPolicy`] for a policy that is not as tight as the present one,
    /// [`Error::NoSpace`]; link errors.
    pub fn update_key(
        &self,
        id: u32,
        policy: KeyPolicy,
        object: &NewObject<'_>,
    ) -> Result<(), Error> {
        self.run_with_keys(Run::Once, |connection, app| {
            let request = UpdateKey {
                app,
                id: ObjectId(id),
                policy,
                object: object.part(),
            };
            connection.call(&request).map(drop)
        })
    }

    /// Makes a new object with the key of object `id`, under a policy that is at least as tight.
    ///
    /// # Errors
    /// As [`Application::update_key`].
    pub fn copy_key(
        &self,
        id: u32,
        policy: KeyPolicy,
        object: &NewObject<'_>,
    ) -> Result<u32, Error> {
        let copied = self.run_with_keys(Run::Once, |connection, app| {
            connection.call(&CopyKey {
                app,
                id: ObjectId(id),
                policy,
                object: object.part(),
            })
        })?;
        Ok(copied.id.0)
    }

    /// Deletes several objects, with or without keys, all of them or none.
    ///
    /// # Errors
    /// [`Error::ObjectNotFound`], [`Error::NotLoggedIn`]; link errors.
    pub fn delete_objects(&self, ids: &[u32]) -> Result<(), Error> {
        self.run_with_keys(Run::Once, |connection, app| {
            let ids = ids.iter().map(|id| ObjectId(*id)).collect();
            connection.call(&DeleteObjects { app, ids }).map(drop)
        })
    }
}
