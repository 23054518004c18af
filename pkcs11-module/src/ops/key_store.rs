//! Keys that the token holds in objects: putting them there, changing what is said of them, and reading those that may
//! be read.

use super::object::encoded;
use crate::abi::types::*;
use crate::object::attribute::Attributes;
use crate::object::material::{HostKey, KeyMaterial};
use crate::object::rule::is_secret;
use crate::object::stored::{Kind, Record};
use crate::object::{Object, Side, Source, token_key};
use crate::rv::Error;
use crate::session::OpenSession;
use crate::slot::token::Token;
use std::sync::Arc;
use ukey_crypto::{rsa, sm2};
use ukey_token::key::{KeyAlgorithm, KeyKind, KeyPolicy};
use ukey_token::{Features, NewKey, NewObject};

/// What the token is told of a key besides its value: the bytes of its object and what it may be used for.
pub(crate) struct Draft {
    data: Vec<u8>,
    policy: KeyPolicy,
    private: bool,
}

impl Draft {
    /// Of a key with these attributes.
    ///
    /// # Errors
    /// [`Error::DeviceMemory`] for more than the token takes in one object.
    pub(crate) fn new(attributes: &Attributes) -> Result<Self, Error> {
        Ok(Self {
            data: encoded(&record(attributes))?,
            policy: token_key::policy(attributes),
            private: attributes.flag(CKA_PRIVATE),
        })
    }

    /// The object to be written.
    pub(crate) fn object(&self) -> NewObject<'_> {
        NewObject {
            private: self.private,
            owner: "",
            data: &self.data,
        }
    }

    /// The key to be made, without a companion.
    pub(crate) fn key(&self, kind: KeyKind) -> NewKey<'_> {
        NewKey {
            kind,
            policy: self.policy,
            object: self.object(),
            companion: None,
        }
    }
}

/// The attributes as the token keeps them: without the value of the key and what follows from its public half.
fn record(attributes: &Attributes) -> Record {
    let class = attributes.number(CKA_CLASS).unwrap_or_default();
    let mut kept = Attributes::default();
    for (attribute, value) in attributes.iter() {
        let implied = matches!(
            attribute,
            CKA_UNIQUE_ID
                | CKA_MODULUS
                | CKA_MODULUS_BITS
                | CKA_PUBLIC_EXPONENT
                | CKA_EC_PARAMS
                | CKA_EC_POINT
                | CKA_PUBLIC_KEY_INFO
        );
        if !implied && !is_secret(class, attribute) {
            kept.set(attribute, value.clone());
        }
    }
    Record {
        kind: Kind::Object,
        side: Side::Encryption,
        attributes: kept,
    }
}

/// Puts a key of this process on the token.
///
/// # Errors
/// [`Error::TemplateInconsistent`] for a key that the token has no place for; [`Error::DeviceMemory`]; link errors.
pub(crate) fn import(
    session: &OpenSession,
    attributes: &Attributes,
    key: &HostKey,
) -> Result<CK_OBJECT_HANDLE, Error> {
    let (kind, value) = token_key::import(key).ok_or(Error::TemplateInconsistent)?;
    check_support(session)?;
    let draft = Draft::new(attributes)?;
    let made = session
        .token
        .application()?
        .import_key(&draft.key(kind), &value)?;
    session.token.handle_of(&Source::Stored { id: made.id })
}

/// Whether a token holds keys in objects.
pub(crate) fn holds_keys(token: &Token) -> bool {
    token.device.features().contains(Features::KEY_OBJECTS)
}

/// That the token holds keys in objects.
///
/// # Errors
/// [`Error::TemplateInconsistent`]: only keys of a session, and pairs in containers, can be made.
pub(crate) fn check_support(session: &OpenSession) -> Result<(), Error> {
    if holds_keys(&session.token) {
        Ok(())
    } else {
        Err(Error::TemplateInconsistent)
    }
}

/// Writes the attributes of a key on the token anew.
///
/// # Errors
/// [`Error::AttributeReadOnly`] for a use that the token was not told of when the key was made.
pub(crate) fn update(session: &OpenSession, id: u32, attributes: &Attributes) -> Result<(), Error> {
    let draft = Draft::new(attributes)?;
    let application = session.token.application()?;
    application
        .update_key(id, draft.policy, &draft.object())
        .map_err(as_read_only)
}

/// Makes another object with the same key, which never leaves the token.
///
/// # Errors
/// As [`update`].
pub(crate) fn copy(
    session: &OpenSession,
    id: u32,
    attributes: &Attributes,
) -> Result<CK_OBJECT_HANDLE, Error> {
    let draft = Draft::new(attributes)?;
    let application = session.token.application()?;
    let id = application
        .copy_key(id, draft.policy, &draft.object())
        .map_err(as_read_only)?;
    session.token.handle_of(&Source::Stored { id })
}

fn as_read_only(error: ukey_token::Error) -> Error {
    match error {
        ukey_token::Error::KeyPolicy => Error::AttributeReadOnly,
        other => other.into(),
    }
}

/// The value of an extractable key as attributes: CKA_VALUE, or the numbers of an RSA key. It travels encrypted to a key
/// that lives for this one call.
///
/// # Errors
/// [`Error::KeyHandleInvalid`] for what is no private or secret key of this process or in an object of the token;
/// [`Error::KeyUnextractable`]; link errors.
pub(crate) fn value(session: &OpenSession, object: &Object) -> Result<Attributes, Error> {
    let (id, kind) = match object.material()? {
        KeyMaterial::Token { id, kind, .. } => (*id, *kind),
        KeyMaterial::Host(key) => {
            let mut attributes = object.attributes.clone();
            // The numbers as the key has them: a template may have left zeros out, or put more in.
            attributes.overlay(&key.components());
            return Ok(attributes);
        }
        KeyMaterial::Pair(_) => return Err(Error::KeyUnextractable),
        KeyMaterial::Public(_) => return Err(Error::KeyHandleInvalid),
    };
    let failed = |_| Error::FunctionFailed;
    let recipient = sm2::SecretKey::generate().map_err(failed)?;
    let exported = session
        .token
        .application()?
        .export_key(id, &recipient.public_key());
    let exported = exported.map_err(|error| match error {
        ukey_token::Error::KeyPolicy => Error::KeyUnextractable,
        other => other.into(),
    })?;
    let material = recipient.decrypt(&exported).map_err(failed)?;
    components(kind, &material)
}

/// A secret key for work that is done here: one of this process as it is; one of the token with its value, when that may
/// be read. Others are left where they are.
///
/// # Errors
/// Those of [`value`].
pub(crate) fn brought(session: &OpenSession, key: Arc<Object>) -> Result<Arc<Object>, Error> {
    let held = matches!(key.material()?, KeyMaterial::Token { public: None, .. });
    if !held || key.attributes.flag(CKA_SENSITIVE) || !key.attributes.flag(CKA_EXTRACTABLE) {
        return Ok(key);
    }
    let mut attributes = key.attributes.clone();
    let value = value(session, &key)?;
    attributes.overlay(&value);
    let material = KeyMaterial::from_attributes(CKO_SECRET_KEY, &attributes)?;
    Ok(Arc::new(Object {
        material: material.map(Arc::new),
        ..(*key).clone()
    }))
}

fn components(kind: KeyKind, material: &[u8]) -> Result<Attributes, Error> {
    if kind.algorithm() == KeyAlgorithm::Rsa {
        let key = rsa::PrivateKey::from_pkcs1_der(material).map_err(|_| Error::FunctionFailed)?;
        return Ok(HostKey::Rsa(key).components());
    }
    let mut value = Attributes::default();
    value.set_bytes(CKA_VALUE, material);
    Ok(value)
}
