//! 7.2 Access control: device authentication and PINs.

use std::collections::VecDeque;

use ukey_crypto::{ct, sm4};
use ukey_token::{
    AUTH_KEY_LEN, Application, Error as TokenError, FACTORY_AUTH_KEY, Pin, PinInfo, PinState,
    PinType,
};
use zeroize::Zeroizing;

use crate::error::Error;
use crate::handles::{ApplicationHandle, DeviceHandle, lock};
use crate::library::Library;

type AuthKey = Zeroizing<[u8; AUTH_KEY_LEN]>;

/// Keys remembered between SKF_SetSymmKey and SKF_DevAuth.
const MAX_CANDIDATES: usize = 4;
/// Random bytes of a challenge that clients use at most (GmSSL).
const CHALLENGE_LEN: usize = 16;
/// Random bytes of a challenge by the standard (8.2.3); the rest of the block is zero.
const SHORT_CHALLENGE_LEN: usize = 8;

/// What a device handle knows of the device authentication key.
///
/// SKF_ChangeDevAuthKey gets the new key alone, but the token takes it only encrypted under the old one. Clients let
/// this library compute the cryptogram of SKF_DevAuth (SKF_SetSymmKey and SKF_Encrypt), so the key whose cryptogram the
/// token accepts has gone through our hands: it is picked out here and kept until the handle is closed.
#[derive(Default)]
pub(crate) struct AuthKeys {
    /// The last random bytes drawn through this handle, at most [`CHALLENGE_LEN`].
    challenge: Vec<u8>,
    candidates: VecDeque<AuthKey>,
    authenticated: bool,
    current: Option<AuthKey>,
}

impl AuthKeys {
    /// Notes random bytes that the caller drew; they may be the challenge.
    pub(crate) fn drawn(&mut self, random: &[u8]) {
        self.challenge = random[..random.len().min(CHALLENGE_LEN)].to_vec();
    }

    /// Notes a key that the caller set; it may be the authentication key.
    pub(crate) fn offered(&mut self, key: &[u8; AUTH_KEY_LEN]) {
        if self.candidates.len() > MAX_CANDIDATES {
            self.candidates.pop_front();
        }
        self.candidates.push_back(Zeroizing::new(*key));
    }

    /// Notes that the token accepted this cryptogram. `configured` is the key that the configuration names.
    fn accepted(&mut self, cryptogram: &[u8; sm4::BLOCK], configured: Option<&AuthKey>) {
        let blocks = self.challenge_blocks();
        // Clients with a block cipher of their own show us no key. Then it is one that we know from elsewhere: the
        // configured one, or that of the factory, which most tokens in the field still have.
        for known in [configured.map(|key| **key), Some(FACTORY_AUTH_KEY)] {
            if let Some(known) = known.map(Zeroizing::new) {
                self.candidates.push_back(known);
            }
        }
        let matching = self.candidates.drain(..).find(|key| {
            let key = sm4::Key::from(**key);
            blocks.iter().any(|block| {
                let mut encrypted = *block;
                sm4::ecb_encrypt(&key, &mut encrypted).is_ok() && ct::eq(&encrypted, cryptogram)
            })
        });
        // A key that was found before may have been changed through another handle since.
        self.current = matching;
        self.challenge.clear();
        self.authenticated = true;
    }

    /// The plaintext blocks that clients make of the challenge.
    fn challenge_blocks(&self) -> Vec<[u8; sm4::BLOCK]> {
        let mut blocks = Vec::new();
        if let Some(short) = self.challenge.first_chunk::<SHORT_CHALLENGE_LEN>() {
            let mut block = [0; sm4::BLOCK];
            block[..SHORT_CHALLENGE_LEN].copy_from_slice(short);
            blocks.push(block);
        }
        blocks.extend(self.challenge.first_chunk::<CHALLENGE_LEN>());
        blocks
    }
}

/// Passes the cryptogram on. Clients that pad send 32 bytes; the first block is what counts.
pub(crate) fn authenticate_device(
    library: &Library,
    device: &DeviceHandle,
    data: &[u8],
) -> Result<(), Error> {
    let cryptogram = match (data.len(), data.first_chunk::<{ sm4::BLOCK }>()) {
        (16 | 32, Some(cryptogram)) => *cryptogram,
        _ => return Err(Error::InputLength("device authentication data")),
    };
    device.token.authenticate_with(cryptogram)?;
    // A file that cannot be read is as none: the client has proved the key without it.
    let configured = library.settings.auth_key_file.as_deref();
    let configured = configured.and_then(|path| ukey_host::auth_key::read(path).ok());
    lock(&device.auth).accepted(&cryptogram, configured.as_ref());
    Ok(())
}

pub(crate) fn change_auth_key(device: &DeviceHandle, key: &[u8]) -> Result<(), Error> {
    let new: AuthKey = Zeroizing::new(
        key.try_into()
            .map_err(|_| Error::InputLength("device authentication key"))?,
    );
    let mut auth = lock(&device.auth);
    let old = match &auth.current {
        Some(old) => old.clone(),
        None if auth.authenticated => {
            return Err(Error::NotSupported(
                "changing a device key that this library never saw",
            ));
        }
        None => return Err(TokenError::DeviceNotAuthenticated.into()),
    };
    device.token.change_auth_key(&old, &new)?;
    auth.current = Some(new);
    Ok(())
}

/// The device key, if it is known, for tokens that want new PINs under it.
pub(crate) fn known_auth_key(device: &DeviceHandle) -> Option<AuthKey> {
    lock(&device.auth).current.clone()
}

pub(crate) fn pin_type(number: u32) -> Result<PinType, Error> {
    match number {
        0 => Ok(PinType::Admin),
        1 => Ok(PinType::User),
        other => Err(Error::PinType(other)),
    }
}

/// Tries, and whether the PIN is still the one that the application was created with.
pub(crate) struct PinStatus {
    pub(crate) max_tries: u32,
    pub(crate) tries_left: u32,
    pub(crate) is_default: bool,
}

pub(crate) fn pin_info(application: &ApplicationHandle, pin: PinType) -> Result<PinStatus, Error> {
    let PinInfo {
        max_tries,
        tries_left,
        state,
        ..
    } = application.token.pin_info(pin)?;
    Ok(PinStatus {
        max_tries: max_tries.into(),
        tries_left: tries_left.into(),
        is_default: state == PinState::Default,
    })
}

/// A failed PIN function: the error, and the tries left where they are known.
pub(crate) struct PinFailure {
    pub(crate) error: Error,
    pub(crate) tries_left: Option<u32>,
}

pub(crate) fn verify_pin(
    application: &ApplicationHandle,
    pin_type: PinType,
    pin: &[u8],
) -> Result<(), PinFailure> {
    let token = &application.token;
    Pin::new(pin)
        .and_then(|pin| token.verify_pin(pin_type, &pin))
        .map_err(|e| pin_failure(token, pin_type, e))
}

pub(crate) fn change_pin(
    application: &ApplicationHandle,
    pin_type: PinType,
    old: &[u8],
    new: &[u8],
) -> Result<(), PinFailure> {
    let token = &application.token;
    pins(old, new)
        .and_then(|(old, new)| token.change_pin(pin_type, &old, &new))
        .map_err(|e| pin_failure(token, pin_type, e))
}

pub(crate) fn unblock_pin(
    application: &ApplicationHandle,
    admin: &[u8],
    new_user: &[u8],
) -> Result<(), PinFailure> {
    let token = &application.token;
    pins(admin, new_user)
        .and_then(|(admin, new_user)| token.unblock_pin(&admin, &new_user))
        .map_err(|e| pin_failure(token, PinType::Admin, e))
}

pub(crate) fn clear_secure_state(application: &ApplicationHandle) -> Result<(), Error> {
    Ok(application.token.clear_secure_state()?)
}

/// Both PINs, so that a bad new one is found before the old one costs a try.
fn pins(first: &[u8], second: &[u8]) -> Result<(Pin, Pin), TokenError> {
    Ok((Pin::new(first)?, Pin::new(second)?))
}

/// Clients show the count whatever the reason of the failure, so it is asked where the error does not tell it.
fn pin_failure(token: &Application, pin_type: PinType, error: TokenError) -> PinFailure {
    let tries_left = match &error {
        TokenError::PinIncorrect { tries_left } => Some((*tries_left).into()),
        TokenError::PinLocked => Some(0),
        TokenError::PinLength { .. } | TokenError::PinInvalid => token
            .pin_info(pin_type)
            .ok()
            .map(|info| info.tries_left.into()),
        _ => None,
    };
    PinFailure {
        error: error.into(),
        tries_left,
    }
}
