//! From what a token holds to objects: each half of a container becomes a private key, a public key and a certificate
//! that share CKA_ID; files become data; stored records become objects or the attributes of the others.

use super::attribute::{Attributes, Value};
use super::key::{self, PublicKey, default_id, describe, key_type};
use super::material::KeyMaterial;
use super::records::Records;
use super::stored::Kind;
use super::{Object, Side, Source, token_key, x509};
use crate::abi::types::*;
use crate::abi::vendor::CKM_SM2_KEY_PAIR_GEN;
use std::sync::Arc;
use ukey_crypto::hash::HashAlg;
use ukey_token::Rights;
use ukey_token::view::{ContainerView, FileView, ObjectView, StoredObject};

/// CKA_APPLICATION of the data objects that are files.
pub(crate) const FILE_APPLICATION: &str = "SKF file";

/// The objects in containers and the files, private ones included.
pub(crate) fn placed_objects(view: &ObjectView, records: &Records) -> Vec<Object> {
    let mut objects = Vec::new();
    for container in &view.containers {
        for side in [Side::Signature, Side::Encryption] {
            side_objects(container, side, records, &mut objects);
        }
    }
    objects.extend(view.files.iter().map(file));
    objects
}

/// An object of its own, with the attributes in its record and perhaps a key.
pub(crate) fn stored_object(stored: &StoredObject, mut attributes: Attributes) -> Object {
    let material = stored
        .key
        .as_ref()
        .and_then(|info| token_key::material(stored.id, info));
    if let Some(public) = material.as_ref().and_then(KeyMaterial::public) {
        describe(&public, &mut attributes);
        attributes.set_default(CKA_ID, Value::bytes(default_id(&public)));
    }
    let source = Source::Stored { id: stored.id };
    own_object(attributes, source, stored.private, material.map(Arc::new))
}

/// What recognises a public key.
pub(crate) fn key_fingerprint(key: &PublicKey) -> Vec<u8> {
    HashAlg::Sm3.digest(&key::public_key_info(key))
}

/// What recognises a certificate.
pub(crate) fn certificate_fingerprint(der: &[u8]) -> Vec<u8> {
    HashAlg::Sm3.digest(der)
}

fn side_objects(
    container: &ContainerView,
    side: Side,
    records: &Records,
    objects: &mut Vec<Object>,
) {
    let half = match side {
        Side::Signature => &container.signature,
        Side::Encryption => &container.encryption,
    };
    let name = &container.name;
    let mut id = None;
    if let Some(key) = half.public_key.as_ref().map(PublicKey::from) {
        let key = &key;
        let pair_id = records.pair_id(name, side, key);
        let pair = Pair {
            container: name,
            side,
            key,
            id: &pair_id,
        };
        objects.push(pair.private(records.attributes(name, side, Kind::OfPrivateKey)));
        if !records.hides(name, side, Kind::HiddenPublicKey, &key_fingerprint(key)) {
            objects.push(pair.public(records.attributes(name, side, Kind::OfPublicKey)));
        }
        id = Some(pair_id);
    }
    if let Some(der) = &half.certificate
        && !records.hides_certificate(name, side, der)
    {
        objects.push(certificate(
            name,
            side,
            der,
            id,
            records.attributes(name, side, Kind::OfCertificate),
        ));
    }
}

/// One key pair of a container.
struct Pair<'a> {
    container: &'a str,
    side: Side,
    key: &'a PublicKey,
    id: &'a [u8],
}

impl Pair<'_> {
    /// Attributes that both halves have, before the caller's.
    fn common(&self, class: CK_OBJECT_CLASS, private: bool) -> Attributes {
        // Signature pairs are made in the token and never leave it; encryption pairs come from outside.
        let local = self.side == Side::Signature;
        let mut attributes = storage(class, private);
        attributes.set_bytes(CKA_LABEL, self.container.as_bytes());
        attributes.set_number(CKA_KEY_TYPE, key_type(self.key));
        attributes.set_bytes(CKA_ID, self.id);
        attributes.set_bytes(CKA_SUBJECT, []);
        attributes.set_bytes(CKA_START_DATE, []);
        attributes.set_bytes(CKA_END_DATE, []);
        attributes.set_flag(CKA_DERIVE, false);
        attributes.set_flag(CKA_LOCAL, local);
        let made_by = match (local, self.key) {
            (true, PublicKey::Sm2(_)) => CKM_SM2_KEY_PAIR_GEN,
            (true, PublicKey::Rsa(_)) => CKM_RSA_PKCS_KEY_PAIR_GEN,
            _ => CK_UNAVAILABLE_INFORMATION,
        };
        attributes.set_number(CKA_KEY_GEN_MECHANISM, made_by);
        attributes
    }

    fn private(&self, record: Option<&Attributes>) -> Object {
        let signs = self.side == Side::Signature;
        let mut attributes = self.common(CKO_PRIVATE_KEY, true);
        attributes.set_flag(CKA_COPYABLE, false); // it never leaves the token
        attributes.set_flag(CKA_SENSITIVE, true);
        attributes.set_flag(CKA_EXTRACTABLE, false);
        attributes.set_flag(CKA_ALWAYS_SENSITIVE, signs);
        attributes.set_flag(CKA_NEVER_EXTRACTABLE, signs);
        attributes.set_flag(CKA_ALWAYS_AUTHENTICATE, false);
        attributes.set_flag(CKA_WRAP_WITH_TRUSTED, false);
        attributes.set_flag(CKA_SIGN, signs);
        attributes.set_flag(CKA_SIGN_RECOVER, false);
        attributes.set_flag(CKA_DECRYPT, !signs);
        attributes.set_flag(CKA_UNWRAP, !signs);
        attributes.set_flag(CKA_DECAPSULATE, !signs && self.is_rsa());
        self.finish(attributes, record, true)
    }

    fn public(&self, record: Option<&Attributes>) -> Object {
        let signs = self.side == Side::Signature;
        let mut attributes = self.common(CKO_PUBLIC_KEY, false);
        attributes.set_flag(CKA_TRUSTED, false);
        attributes.set_flag(CKA_VERIFY, signs);
        attributes.set_flag(CKA_VERIFY_RECOVER, false);
        attributes.set_flag(CKA_ENCRYPT, !signs);
        attributes.set_flag(CKA_WRAP, !signs);
        attributes.set_flag(CKA_ENCAPSULATE, !signs && self.is_rsa());
        self.finish(attributes, record, false)
    }

    fn is_rsa(&self) -> bool {
        matches!(self.key, PublicKey::Rsa(_))
    }

    fn finish(
        &self,
        mut attributes: Attributes,
        record: Option<&Attributes>,
        private: bool,
    ) -> Object {
        if let Some(record) = record {
            attributes.overlay(record);
        }
        describe(self.key, &mut attributes);
        let source = Source::Key {
            container: self.container.to_owned(),
            side: self.side,
            private,
        };
        let public = self.key.clone();
        let material = if private {
            KeyMaterial::Pair(public)
        } else {
            KeyMaterial::Public(public)
        };
        finish(
            source,
            key_fingerprint(self.key),
            attributes,
            Some(Arc::new(material)),
        )
    }
}

/// CKA_CLASS and the attributes of every stored object.
pub(crate) fn storage(class: CK_OBJECT_CLASS, private: bool) -> Attributes {
    let mut attributes = Attributes::default();
    attributes.set_number(CKA_CLASS, class);
    attributes.set_flag(CKA_TOKEN, true);
    attributes.set_flag(CKA_PRIVATE, private);
    attributes.set_flag(CKA_MODIFIABLE, true);
    attributes.set_flag(CKA_COPYABLE, true);
    attributes.set_flag(CKA_DESTROYABLE, true);
    attributes
}

/// Writes the attributes that a certificate's bytes decide, where the caller gave none; whether they parse.
pub(crate) fn describe_certificate(der: &[u8], attributes: &mut Attributes) -> bool {
    attributes.set_bytes(CKA_VALUE, der);
    attributes.set_default(CKA_CERTIFICATE_TYPE, Value::Ulong(CKC_X_509));
    attributes.set_default(CKA_CERTIFICATE_CATEGORY, Value::Ulong(0));
    attributes.set_default(CKA_TRUSTED, Value::Bool(false));
    for absent in [CKA_LABEL, CKA_ID, CKA_START_DATE, CKA_END_DATE] {
        attributes.set_default(absent, Value::bytes([]));
    }
    let Some(fields) = x509::fields(der) else {
        return false;
    };
    for (attribute, bytes) in [
        (CKA_SUBJECT, fields.subject),
        (CKA_ISSUER, fields.issuer),
        (CKA_SERIAL_NUMBER, fields.serial_number),
        (CKA_PUBLIC_KEY_INFO, fields.public_key_info),
    ] {
        attributes.set_default(attribute, Value::bytes(bytes));
    }
    true
}

fn certificate(
    name: &str,
    side: Side,
    der: &[u8],
    id: Option<Vec<u8>>,
    record: Option<&Attributes>,
) -> Object {
    let mut attributes = storage(CKO_CERTIFICATE, false);
    attributes.set_bytes(CKA_LABEL, name.as_bytes());
    if let Some(record) = record {
        attributes.overlay(record);
    }
    if let Some(id) = id {
        attributes.set_default(CKA_ID, Value::bytes(id));
    }
    describe_certificate(der, &mut attributes);
    let source = Source::Certificate {
        container: name.to_owned(),
        side,
    };
    finish(source, certificate_fingerprint(der), attributes, None)
}

fn file(file: &FileView) -> Object {
    let mut attributes = storage(CKO_DATA, file.read_rights != Rights::ANYONE);
    attributes.set_flag(CKA_MODIFIABLE, false);
    attributes.set_flag(CKA_COPYABLE, false);
    attributes.set_bytes(CKA_LABEL, file.name.as_bytes());
    attributes.set_bytes(CKA_APPLICATION, FILE_APPLICATION.as_bytes());
    attributes.set_bytes(CKA_OBJECT_ID, []);
    finish(
        Source::File {
            name: file.name.clone(),
        },
        Vec::new(),
        attributes,
        None,
    )
}

/// What says that this module conforms to a profile (PKCS#11 3.2, "Profile objects").
pub(crate) fn profile(id: CK_PROFILE_ID) -> Object {
    let mut attributes = storage(CKO_PROFILE, false);
    for fixed in [CKA_MODIFIABLE, CKA_COPYABLE, CKA_DESTROYABLE] {
        attributes.set_flag(fixed, false);
    }
    attributes.set_bytes(CKA_LABEL, []);
    attributes.set_number(CKA_PROFILE_ID, id);
    finish(Source::Profile { id }, Vec::new(), attributes, None)
}

/// An object made from its attributes: a stored one, or one of a session, whose key is given unless it is public.
pub(crate) fn own_object(
    mut attributes: Attributes,
    source: Source,
    private: bool,
    material: Option<Arc<KeyMaterial>>,
) -> Object {
    attributes.set_flag(CKA_TOKEN, source != Source::Session);
    attributes.set_flag(CKA_PRIVATE, private);
    let material = material.or_else(|| {
        let class = attributes.number(CKA_CLASS)?;
        let made = KeyMaterial::from_attributes(class, &attributes).ok()??;
        Some(Arc::new(made))
    });
    finish(source, Vec::new(), attributes, material)
}

fn finish(
    source: Source,
    fingerprint: Vec<u8>,
    mut attributes: Attributes,
    material: Option<Arc<KeyMaterial>>,
) -> Object {
    if let Some(id) = unique_id(&source, &fingerprint) {
        attributes.set_default(CKA_UNIQUE_ID, Value::bytes(id));
    }
    Object {
        source,
        fingerprint,
        attributes,
        public_key: material.as_deref().and_then(KeyMaterial::public),
        material,
    }
}

/// CKA_UNIQUE_ID: a name that stays with the object and goes with it. That of a session object is made with its handle.
fn unique_id(source: &Source, fingerprint: &[u8]) -> Option<Vec<u8>> {
    let place = match source {
        Source::Key {
            container,
            side,
            private,
        } => format!("key/{container}/{side:?}/{private}"),
        Source::Certificate { container, side } => format!("certificate/{container}/{side:?}"),
        Source::File { name } => format!("file/{name}"),
        Source::Stored { id } => format!("stored/{id}"),
        Source::Profile { id } => format!("profile/{id}"),
        Source::Session => return None,
    };
    let mut named = place.into_bytes();
    named.push(0);
    named.extend_from_slice(fingerprint);
    Some(name_of(&named))
}

/// CKA_UNIQUE_ID of a session object, whose handle no other object of the process ever has.
pub(crate) fn session_unique_id(handle: u64) -> Vec<u8> {
    name_of(format!("session/{}/{handle}", std::process::id()).as_bytes())
}

fn name_of(place: &[u8]) -> Vec<u8> {
    let digest = HashAlg::Sm3.digest(place);
    digest[..16]
        .iter()
        .flat_map(|byte| format!("{byte:02x}").into_bytes())
        .collect()
}
