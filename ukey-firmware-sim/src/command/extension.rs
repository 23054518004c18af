//! The extension family (docs/apdu.md): capabilities, change counter, transport key, private-key
//! operations, objects, reset and first PIN of an application.

use super::application::{create, parameters};
use crate::card::{Card, crypto_status};
use crate::computation::Computation;
use crate::fs::application::{self, Application};
use crate::fs::container;
use crate::fs::object;
use crate::fs::pin::PinRecord;
use crate::fs::record;
use crate::keystore::PrivateKey;
use crate::store::Transaction;
use ukey_apdu::blob::{Sm2Cipher, Sm2Point};
use ukey_apdu::chaining::MAX_CHAINED_DATA;
use ukey_apdu::id::{AppId, ObjectId, PinState, PinType};
use ukey_apdu::request::application::ApplicationCreated;
use ukey_apdu::request::extension::{
    Capabilities, ChangeCounter, CreateApplicationProtected, DeleteObject, Features,
    GetCapabilities, GetChangeCounter, GetTransportKey, ObjectFlags, ObjectRecord, ObjectRecords,
    ObjectWritten, PrivateInput, PrivateKeyOperation, ReadObjects, ResetApplication, SetUserPin,
    VERSION, WriteObject,
};
use ukey_apdu::secure::{BoundSecret, Challenge};
use ukey_apdu::{Empty, Field, Reader, Secret, StatusWord};
use ukey_crypto::{ct, sm2};

/// GetCapabilities, `80 D0 00 00`.
pub(crate) fn get_capabilities(
    card: &mut Card,
    _: GetCapabilities,
) -> Result<Capabilities, StatusWord> {
    Ok(Capabilities {
        version: VERSION,
        reserved: 0,
        features: Features::ALL,
        max_command_data: MAX_CHAINED_DATA as u32,
        max_response_data: u32::try_from(card.config.max_response_data).unwrap_or(u32::MAX),
    })
}

/// GetChangeCounter, `80 D0 01 00`.
pub(crate) fn get_change_counter(
    card: &mut Card,
    _: GetChangeCounter,
) -> Result<ChangeCounter, StatusWord> {
    Ok(ChangeCounter {
        counter: card.change_counter(),
    })
}

/// GetTransportKey, `80 D0 02 00`.
pub(crate) fn get_transport_key(
    card: &mut Card,
    _: GetTransportKey,
) -> Result<Sm2Point, StatusWord> {
    let public = card.transport_key()?.public_key();
    Ok(Sm2Point {
        x: public.x(),
        y: public.y(),
    })
}

/// An SM2 ciphertext from the wire.
pub(super) fn ciphertext(cipher: Sm2Cipher) -> sm2::Ciphertext {
    let Sm2Cipher { x, y, hash, data } = cipher;
    sm2::Ciphertext { x, y, hash, data }
}

/// PrivateKeyOperation, `80 D2 usage operation`. Needs the user.
pub(crate) fn private_key_operation(
    card: &mut Card,
    request: PrivateKeyOperation,
) -> Result<Computation, StatusWord> {
    let place = card.container(request.app, request.container)?;
    let user = card.require_user(place.application)?;
    let key = card.private_key(&user, place, request.usage)?;
    Ok(Computation::new(move || {
        let output = match (request.input, key.as_ref()) {
            (PrivateInput::Sm2Decrypt(cipher), PrivateKey::Sm2(key)) => {
                key.decrypt(&ciphertext(cipher))
            }
            (PrivateInput::RsaDecrypt(input), PrivateKey::Rsa(key)) => {
                key.decrypt_pkcs1v15(input.expose())
            }
            (PrivateInput::RsaRaw(input), PrivateKey::Rsa(key)) => {
                key.raw(input.expose()).map(Into::into)
            }
            _ => return Err(StatusWord::KEY_PAIR_NOT_FOUND),
        };
        output
            .map(|output| Secret::from(output.as_slice()))
            .map_err(crypto_status)
    }))
}

/// 6982 unless the login that `flags` and the application ask for is there.
fn require_write(card: &Card, application: u32, flags: ObjectFlags) -> Result<(), StatusWord> {
    let open = flags.is_open()
        && Application::load(&card.flash, application)?
            .create_file_rights
            .anyone();
    // What everyone may read the administrator may say: that a certificate is trusted, above all.
    let administered = !flags.is_private() && card.is_logged_in(application, PinType::Admin);
    if !open && !administered {
        card.require_user(application)?;
    }
    Ok(())
}

/// WriteObject, `80 D4 00 00`: a new object, or an existing one anew. Needs the user, or for a public
/// object the administrator, unless the object is open and anyone may create files.
pub(crate) fn write_object(
    card: &mut Card,
    request: WriteObject,
) -> Result<ObjectWritten, StatusWord> {
    let application = card.application(request.app)?;
    require_write(card, application, request.flags)?;
    if !request.owner.is_empty() {
        container::find(&card.flash, application, &request.owner)?;
    }
    let mut change = Transaction::new();
    let mut keyed = false;
    let id = if request.id == ObjectId::NEW {
        let [id] = object::take_ids(&card.flash, &mut change, application);
        id
    } else {
        let stored = object::find(&card.flash, application, request.id)?;
        keyed = stored.keyed;
        require_write(card, application, stored.flags)?;
        request.id
    };
    let WriteObject {
        flags, owner, data, ..
    } = request;
    object::store(
        card,
        &mut change,
        application,
        &ObjectRecord {
            id,
            flags,
            owner,
            data,
        },
        keyed,
    )?;
    card.commit(change)?;
    Ok(ObjectWritten { id })
}

/// ReadObjects, `80 D6 00 00`. At least one object if there is one, else what fits in one answer.
/// Keys are passed over: the layout has no place for them.
pub(crate) fn read_objects(
    card: &mut Card,
    request: ReadObjects,
) -> Result<ObjectRecords, StatusWord> {
    let application = card.application(request.app)?;
    let user = card.is_logged_in(application, PinType::User);
    let mut room = card.config.max_response_data;
    let mut records = Vec::new();
    for object in object::from(&card.flash, application, request.from) {
        let object = object?;
        if object.keyed || (object.flags.is_private() && !user) {
            continue;
        }
        let record = object.open(card, application)?;
        let length = record.wire_length();
        if length > room && !records.is_empty() {
            break;
        }
        room = room.saturating_sub(length);
        records.push(record);
    }
    Ok(ObjectRecords(records))
}

/// DeleteObject, `80 D8 00 00`. As WriteObject; the administrator may delete any.
pub(crate) fn delete_object(card: &mut Card, request: DeleteObject) -> Result<Empty, StatusWord> {
    delete(card, request.app, &[request.id])
}

/// Deletes objects and the keys in them, all or none.
pub(super) fn delete(card: &mut Card, app: AppId, ids: &[ObjectId]) -> Result<Empty, StatusWord> {
    let application = card.application(app)?;
    let mut change = Transaction::new();
    for id in ids {
        let flags = object::find(&card.flash, application, *id)?.flags;
        if !card.is_logged_in(application, PinType::Admin) {
            require_write(card, application, flags)?;
        }
        object::delete(&mut change, application, *id);
    }
    card.commit(change)?;
    for id in ids {
        card.ram.keys.forget_object(application, id.0);
    }
    Ok(Empty)
}

/// ResetApplication, `80 DA 00 00`. Needs the administrator.
pub(crate) fn reset_application(
    card: &mut Card,
    request: ResetApplication,
) -> Result<Empty, StatusWord> {
    let number = card.application(request.app)?;
    card.require_admin(number)?;
    let mut change = Transaction::new();
    application::delete_content(&card.flash, &mut change, number);
    change.delete(record::pin_key(number, PinType::User));
    let user = PinRecord::load(&card.flash, number, PinType::User)?;
    user.renewed(PinState::NotSet)
        .store(&mut change, number, PinType::User);
    card.commit(change)?;
    card.log_out(number, PinType::User);
    card.ram.sessions.forget_application(number);
    card.ram.opened.forget_containers(number);
    Ok(Empty)
}

/// Opens what a host has sent under the transport key.
///
/// # Errors
/// 6985 without a challenge or with another one inside; 6A80 if it does not decrypt.
pub(super) fn open_bound(
    card: &mut Card,
    challenge: &Challenge,
    cipher: Sm2Cipher,
) -> Result<Secret, StatusWord> {
    let plaintext = card.transport_key()?.decrypt(&ciphertext(cipher));
    let plaintext = plaintext.map_err(|_| StatusWord::BAD_DATA)?;
    let bound = BoundSecret::get(&mut Reader::new(&plaintext)).map_err(|_| StatusWord::BAD_DATA)?;
    if !ct::eq(&bound.challenge, challenge) {
        return Err(StatusWord::CONDITIONS);
    }
    Ok(bound.secret)
}

/// SetUserPin, `80 DC 00 00`. Needs the administrator; ends a login of the user.
pub(crate) fn set_user_pin(card: &mut Card, request: SetUserPin) -> Result<Empty, StatusWord> {
    let application = card.application(request.app)?;
    let challenge = card.ram.security.challenge()?.challenge();
    card.require_admin(application)?;
    let pin = open_bound(card, &challenge, request.cipher)?;
    let user = PinRecord::load(&card.flash, application, PinType::User)?;
    let mut change = Transaction::new();
    card.store_pin_key(&mut change, application, PinType::User, pin.expose())?;
    user.renewed(PinState::Changed)
        .store(&mut change, application, PinType::User);
    card.commit(change)?;
    card.log_out(application, PinType::User);
    Ok(Empty)
}

/// CreateApplication in the form `80 20 01 00`.
pub(crate) fn create_application_protected(
    card: &mut Card,
    request: CreateApplicationProtected,
) -> Result<ApplicationCreated, StatusWord> {
    let challenge = card.ram.security.challenge()?.challenge();
    card.ram.security.require_device()?;
    let plaintext = open_bound(card, &challenge, request.cipher)?;
    create(card, &parameters(plaintext.expose())?)
}
