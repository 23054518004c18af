//! Access control (GM/T 0017 9.2).

use crate::card::{Card, crypto_status};
use crate::fs::pin::PinRecord;
use crate::fs::record;
use crate::secured::CommandKey;
use crate::store::Transaction;
use ukey_apdu::id::{PinState, PinType};
use ukey_apdu::request::auth::{
    ChangeDevAuthKey, ChangePin, ClearSecureState, DevAuth, GetPinInfo, PinInfo, UnblockPin,
    VerifyPin,
};
use ukey_apdu::secure::{self, SecuredField};
use ukey_apdu::{CommandApdu, Empty, StatusWord};
use ukey_crypto::{ct, sm4};
use zeroize::Zeroizing;

#[cfg(test)]
mod tests;

/// The device authentication key.
pub(super) fn device_key(card: &Card) -> Result<sm4::Key, StatusWord> {
    let key = card
        .unseal(&record::DEVICE_AUTH_KEY)?
        .ok_or(crate::fs::UNREADABLE)?;
    sm4::Key::try_from(key.as_slice()).map_err(|_| crate::fs::UNREADABLE)
}

/// Whether `cryptogram` is `block` under `key`; in constant time.
fn answers(key: &sm4::Key, mut block: [u8; 16], cryptogram: &[u8]) -> Result<bool, StatusWord> {
    sm4::ecb_encrypt(key, &mut block).map_err(crypto_status)?;
    Ok(ct::eq(&block, cryptogram))
}

/// DevAuth, 9.2.2. Takes the block with the 8-byte challenge and zeros, and, when 16 bytes were
/// drawn, all 16 (what some hosts encrypt). 6982 if it is wrong.
pub(crate) fn dev_auth(card: &mut Card, request: DevAuth) -> Result<Empty, StatusWord> {
    let drawn = card.ram.security.challenge()?;
    card.ram.security.forget_device();
    let key = device_key(card)?;
    let cryptogram = request.cryptogram.expose();
    let short = answers(
        &key,
        secure::device_auth_block(&drawn.challenge()),
        cryptogram,
    )?;
    let long = match drawn.long() {
        Some(block) => answers(&key, block, cryptogram)?,
        None => false,
    };
    if !(short | long) {
        return Err(StatusWord::SECURITY_STATUS);
    }
    card.ram.security.authenticate_device();
    Ok(Empty)
}

/// ChangeDevAuthKey, 9.2.3. 6982 without DevAuth and for a wrong MAC.
pub(crate) fn change_dev_auth_key(
    card: &mut Card,
    request: ChangeDevAuthKey,
    command: &CommandApdu,
) -> Result<Empty, StatusWord> {
    let challenge = card.ram.security.challenge()?.challenge();
    card.ram.security.require_device()?;
    let key = CommandKey::derive(&device_key(card)?, &challenge)?;
    if !key.verifies(command, &request.secured.mac)? {
        return Err(StatusWord::SECURITY_STATUS);
    }
    let new = key.decrypt(&request.secured)?;
    if new.len() != sm4::KEY_LEN {
        return Err(StatusWord::BAD_DATA);
    }
    let mut change = Transaction::new();
    change.put_secret(
        record::DEVICE_AUTH_KEY,
        card.seal(&record::DEVICE_AUTH_KEY, &new)?,
    );
    card.commit(change)?;
    Ok(Empty)
}

/// GetPinInfo, 9.2.4.
pub(crate) fn get_pin_info(card: &mut Card, request: GetPinInfo) -> Result<PinInfo, StatusWord> {
    let application = card.application(request.app)?;
    let pin = PinRecord::load(&card.flash, application, request.pin_type)?;
    let PinRecord {
        max_tries,
        tries_left,
        state,
        ..
    } = pin;
    Ok(PinInfo {
        max_tries,
        tries_left,
        state,
    })
}

/// VerifyPin, 9.2.6.
pub(crate) fn verify_pin(card: &mut Card, request: VerifyPin) -> Result<Empty, StatusWord> {
    let application = card.application(request.app)?;
    let block = secure::verify_pin_block(&card.ram.security.challenge()?.challenge());
    let role = request.pin_type;
    let pin = card.spend_try(application, role, |key| {
        answers(key, block, request.cryptogram.expose())
    })?;
    let restored = pin.restored();
    let mut change = Transaction::from_reserve();
    restored.store(&mut change, application, role);
    card.commit_tries(&change)?;
    card.ram
        .security
        .log_in(application, role, restored.generation);
    if role == PinType::User {
        card.ram.security.freshen(application);
    }
    Ok(Empty)
}

/// A decrypted field, or why it cannot be taken although its MAC is right.
type Opened = Result<Zeroizing<Vec<u8>>, StatusWord>;

/// Opens a field that was made with a PIN; a wrong MAC is a wrong PIN. The try is still spent.
fn open_with_pin(
    card: &mut Card,
    application: u32,
    role: PinType,
    field: &SecuredField,
    command: &CommandApdu,
) -> Result<(PinRecord, Opened), StatusWord> {
    let challenge = card.ram.security.challenge()?.challenge();
    let mut plaintext = Err(StatusWord::BAD_DATA);
    let pin = card.spend_try(application, role, |key| {
        let key = CommandKey::derive(key, &challenge)?;
        let verified = key.verifies(command, &field.mac)?;
        if verified {
            plaintext = key.decrypt(field);
        }
        Ok(verified)
    })?;
    Ok((pin, plaintext))
}

/// ChangePin, 9.2.5. A login of the role stays if there was one.
pub(crate) fn change_pin(
    card: &mut Card,
    request: ChangePin,
    command: &CommandApdu,
) -> Result<Empty, StatusWord> {
    let (application, role) = (card.application(request.app)?, request.pin_type);
    let was_logged_in = card.is_logged_in(application, role);
    let (pin, new) = open_with_pin(card, application, role, &request.secured, command)?;
    let mut change = Transaction::from_reserve();
    let prepared = new.and_then(|new| card.store_pin_key(&mut change, application, role, &new));
    if let Err(refused) = prepared {
        return restore_and_refuse(card, application, role, pin, refused);
    }
    let renewed = pin.renewed(PinState::Changed);
    renewed.store(&mut change, application, role);
    card.commit(change)?;
    if was_logged_in {
        card.ram
            .security
            .log_in(application, role, renewed.generation);
    }
    Ok(Empty)
}

/// UnblockPin, 9.2.7. Ends a login of the user.
pub(crate) fn unblock_pin(
    card: &mut Card,
    request: UnblockPin,
    command: &CommandApdu,
) -> Result<Empty, StatusWord> {
    let (application, admin) = (card.application(request.app)?, PinType::Admin);
    let (pin, new) = open_with_pin(card, application, admin, &request.secured, command)?;
    let mut change = Transaction::from_reserve();
    let prepared =
        new.and_then(|new| card.store_pin_key(&mut change, application, PinType::User, &new));
    if let Err(refused) = prepared {
        return restore_and_refuse(card, application, admin, pin, refused);
    }
    pin.restored().store(&mut change, application, admin);
    let user = PinRecord::load(&card.flash, application, PinType::User)?;
    user.renewed(PinState::Changed)
        .store(&mut change, application, PinType::User);
    card.commit(change)?;
    card.log_out(application, PinType::User);
    Ok(Empty)
}

/// The PIN was right but the new one cannot be taken: the try comes back, nothing else changes.
fn restore_and_refuse(
    card: &mut Card,
    application: u32,
    role: PinType,
    pin: PinRecord,
    refused: StatusWord,
) -> Result<Empty, StatusWord> {
    let mut change = Transaction::from_reserve();
    pin.restored().store(&mut change, application, role);
    card.commit_tries(&change)?;
    Err(refused)
}

/// ClearSecureState, 9.2.8: ends both logins and everything that was made under them.
pub(crate) fn clear_secure_state(
    card: &mut Card,
    request: ClearSecureState,
) -> Result<Empty, StatusWord> {
    let application = card.application(request.app)?;
    card.log_out(application, PinType::Admin);
    card.log_out(application, PinType::User);
    card.ram.security.forget_challenge();
    card.ram.sessions.forget_application(application);
    Ok(Empty)
}
