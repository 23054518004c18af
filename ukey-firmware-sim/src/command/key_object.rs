//! Keys in objects (extension family, docs/apdu.md): making, importing, exporting, updating, copying
//! and deleting them. What is done with them is in [`super::key_use`].

use super::extension::{delete, open_bound};
use crate::card::{Card, crypto_status};
use crate::fs::{container, object};
use crate::object_key::{LoadedKey, ObjectKey, use_status};
use crate::security::UserVerified;
use crate::store::Transaction;
use ukey_apdu::blob::Sm2Cipher;
use ukey_apdu::id::ObjectId;
use ukey_apdu::key::{KeyAlgorithm, KeyInfo, KeyKind, KeyPolicy};
use ukey_apdu::request::extension::ObjectRecord;
use ukey_apdu::request::key_object::{
    CopyKey, DeleteObjects, ExportKey, GenerateKey, ImportKey, KeyCopied, KeyCreated, ObjectPart,
    UpdateKey,
};
use ukey_apdu::{Empty, StatusWord};
use ukey_crypto::sm2;

/// What may be said about new objects before anything is made: secrets have no companion, keys are
/// never open, owners exist.
fn check_parts(
    card: &Card,
    application: u32,
    kind: KeyKind,
    object: &ObjectPart,
    companion: Option<&ObjectPart>,
) -> Result<(), StatusWord> {
    if companion.is_some() && !kind.is_pair() {
        return Err(StatusWord::BAD_DATA);
    }
    let mut parts = std::iter::once(object).chain(companion);
    parts.try_for_each(|part| check_part(card, application, part))
}

fn check_part(card: &Card, application: u32, part: &ObjectPart) -> Result<(), StatusWord> {
    if part.flags.is_open() {
        return Err(StatusWord::BAD_DATA);
    }
    if !part.owner.is_empty() {
        container::find(&card.flash, application, &part.owner)?;
    }
    Ok(())
}

/// Puts an object that carries a key, or the public part of one, into `change`.
fn put_part(
    card: &Card,
    change: &mut Transaction,
    application: u32,
    id: ObjectId,
    part: ObjectPart,
) -> Result<(), StatusWord> {
    let record = ObjectRecord {
        id,
        flags: part.flags,
        owner: part.owner,
        data: part.content.0,
    };
    object::store(card, change, application, &record, true)
}

/// Makes a key and its objects durable, all or nothing.
fn create(
    card: &mut Card,
    application: u32,
    key: &LoadedKey,
    object: ObjectPart,
    companion: Option<ObjectPart>,
) -> Result<KeyCreated, StatusWord> {
    let mut change = Transaction::new();
    let (id, companion_id) = if companion.is_some() {
        let [id, second] = object::take_ids(&card.flash, &mut change, application);
        (id, second)
    } else {
        let [id] = object::take_ids(&card.flash, &mut change, application);
        (id, ObjectId::NEW)
    };
    put_part(card, &mut change, application, id, object)?;
    card.put_object_key(&mut change, application, id, key, key.policy)?;
    let info = key.info();
    if let Some(companion) = companion {
        put_part(card, &mut change, application, companion_id, companion)?;
        let public_part = KeyInfo {
            held: false,
            policy: KeyPolicy::NONE,
            ..info.clone()
        };
        object::store_key_info(&mut change, application, companion_id, &public_part);
    }
    card.commit(change)?;
    Ok(KeyCreated {
        id,
        companion: companion_id,
        public: info.public,
    })
}

/// GenerateKey, `80 DE 00 00`. Needs the user. Others may use the image while an RSA key is computed.
pub(crate) fn generate_key(
    card: &mut Card,
    request: GenerateKey,
) -> Result<KeyCreated, StatusWord> {
    let GenerateKey {
        app,
        kind,
        policy,
        object,
        companion,
    } = request;
    let mut application = card.application(app)?;
    card.require_user(application)?;
    check_parts(card, application, kind, &object, companion.as_ref())?;
    let slow = kind.algorithm() == KeyAlgorithm::Rsa;
    if slow {
        card.release();
    }
    let key = ObjectKey::generate(kind).map_err(crypto_status)?;
    if slow {
        card.acquire()?;
        application = card.application(app)?;
        card.require_user(application)?;
        check_parts(card, application, kind, &object, companion.as_ref())?;
    }
    let key = LoadedKey { kind, policy, key };
    create(card, application, &key, object, companion)
}

/// ImportKey, `80 DE 01 00`. Needs the user and a challenge.
pub(crate) fn import_key(card: &mut Card, request: ImportKey) -> Result<KeyCreated, StatusWord> {
    let application = card.application(request.app)?;
    let challenge = card.ram.security.challenge()?.challenge();
    card.require_user(application)?;
    let ImportKey {
        kind,
        policy,
        object,
        companion,
        ..
    } = request;
    check_parts(card, application, kind, &object, companion.as_ref())?;
    let material = open_bound(card, &challenge, request.material)?;
    let key =
        ObjectKey::from_material(kind, material.expose()).map_err(|_| StatusWord::BAD_DATA)?;
    let key = LoadedKey { kind, policy, key };
    create(card, application, &key, object, companion)
}

/// 6986 unless `policy` is as tight as that of `key`.
fn require_tight(policy: KeyPolicy, key: &LoadedKey) -> Result<(), StatusWord> {
    policy
        .is_as_tight_as(key.policy)
        .then_some(())
        .ok_or(StatusWord::NOT_ALLOWED)
}

/// UpdateKey, `80 DE 04 00`. Needs the user.
pub(crate) fn update_key(card: &mut Card, request: UpdateKey) -> Result<Empty, StatusWord> {
    let application = card.application(request.app)?;
    let user = card.require_user(application)?;
    let key = card.object_key(&user, application, request.id)?;
    check_part(card, application, &request.object)?;
    require_tight(request.policy, &key)?;
    let mut change = Transaction::new();
    put_part(card, &mut change, application, request.id, request.object)?;
    if request.policy != key.policy {
        card.put_object_key(&mut change, application, request.id, &key, request.policy)?;
    }
    card.commit(change)?;
    Ok(Empty)
}

/// CopyKey, `80 DE 06 00`. Needs the user.
pub(crate) fn copy_key(card: &mut Card, request: CopyKey) -> Result<KeyCopied, StatusWord> {
    let application = card.application(request.app)?;
    let user = card.require_user(application)?;
    let key = card.object_key(&user, application, request.id)?;
    check_part(card, application, &request.object)?;
    require_tight(request.policy, &key)?;
    let mut change = Transaction::new();
    let [id] = object::take_ids(&card.flash, &mut change, application);
    put_part(card, &mut change, application, id, request.object)?;
    card.put_object_key(&mut change, application, id, &key, request.policy)?;
    card.commit(change)?;
    Ok(KeyCopied { id })
}

/// 6985 if the key asks for a fresh PIN and there is none. A fresh PIN is good for one use.
pub(super) fn require_fresh(
    card: &mut Card,
    _proof: &UserVerified,
    application: u32,
    key: &LoadedKey,
) -> Result<(), StatusWord> {
    let fresh = card.ram.security.take_fresh(application);
    let asks = key.policy.contains(KeyPolicy::ALWAYS_AUTHENTICATE);
    (fresh || !asks).then_some(()).ok_or(StatusWord::CONDITIONS)
}

/// ExportKey, `80 DE 03 00`. Needs the user.
pub(crate) fn export_key(card: &mut Card, request: ExportKey) -> Result<Sm2Cipher, StatusWord> {
    let application = card.application(request.app)?;
    let user = card.require_user(application)?;
    let key = card.object_key(&user, application, request.id)?;
    if !key.policy.contains(KeyPolicy::EXTRACTABLE) {
        return Err(StatusWord::NOT_ALLOWED);
    }
    require_fresh(card, &user, application, &key)?;
    let point = request.recipient;
    let recipient = sm2::PublicKey::from_xy(&point.x, &point.y).map_err(use_status)?;
    let sm2::Ciphertext { x, y, hash, data } =
        recipient.encrypt(&key.key.material()).map_err(use_status)?;
    Ok(Sm2Cipher { x, y, hash, data })
}

/// DeleteObjects, `80 DE 05 00`. As DeleteObject for each.
pub(crate) fn delete_objects(card: &mut Card, request: DeleteObjects) -> Result<Empty, StatusWord> {
    delete(card, request.app, &request.ids)
}
