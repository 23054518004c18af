//! Device authentication and PINs (GM/T 0017, 9.2) by the challenge and response of docs/apdu.md,
//! profile P1. A PIN leaves this process only as a cryptogram or encrypted.

use super::Connection;
use crate::{
    application::Application,
    device::{Device, Run},
    error::Error,
    login::Role,
    pin::Pin,
};
use ukey_apdu::{
    CommandApdu, Cryptogram, Request, Secret,
    devinfo::PinHash,
    id::{AppId, PinType},
    request::{
        auth::{
            ChangeDevAuthKey, ChangePin, ClearSecureState, DevAuth, GetPinInfo, PinInfo,
            UnblockPin, VerifyPin,
        },
        extension::SetUserPin,
    },
    secure::{self, Challenge, SecuredField},
};
use ukey_crypto::{hash::HashAlg, sm4};
use zeroize::Zeroizing;

/// Length of the device authentication key in bytes.
pub const AUTH_KEY_LEN: usize = 16;

impl Connection {
    /// A fresh challenge; the card forgets it with the next authentication of any kind.
    pub(super) fn challenge(&mut self) -> Result<Challenge, Error> {
        let bytes = self.random(secure::CHALLENGE_LENGTH)?;
        bytes.try_into().map_err(|_| Error::Answer {
            ins: ukey_apdu::Ins::GenRandom as u8,
        })
    }

    fn pin_key(&self, pin: &Pin) -> Result<sm4::Key, Error> {
        pin_key(self.pin_hash, pin)
    }

    fn verify_pin(&mut self, app: AppId, pin_type: PinType, pin: &Pin) -> Result<(), Error> {
        let key = self.pin_key(pin)?;
        let mut block = secure::verify_pin_block(&self.challenge()?);
        sm4::ecb_encrypt(&key, &mut block)?;
        self.call(&VerifyPin {
            pin_type,
            app,
            cryptogram: Cryptogram::new(block),
        })
        .map(drop)
    }

    /// Encrypts `plaintext` and adds the MAC over the command that `build` makes of the field.
    pub(super) fn secured<R: Request>(
        &mut self,
        key: &sm4::Key,
        plaintext: &[u8],
        build: impl Fn(SecuredField) -> R,
    ) -> Result<R, Error> {
        let challenge = self.challenge()?;
        let session = sm4::Key::from(*session_key(key, &challenge)?);
        secured_with(&challenge, &session, plaintext, build)
    }
}

/// Key of one secured command: `key` over the challenge.
fn session_key(
    key: &sm4::Key,
    challenge: &Challenge,
) -> Result<Zeroizing<[u8; sm4::BLOCK]>, Error> {
    let mut session = Zeroizing::new(secure::session_key_block(challenge));
    sm4::ecb_encrypt(key, &mut *session)?;
    Ok(session)
}

/// As [`Connection::secured`], with the challenge fetched and its key computed before.
fn secured_with<R: Request>(
    challenge: &Challenge,
    session: &sm4::Key,
    plaintext: &[u8],
    build: impl Fn(SecuredField) -> R,
) -> Result<R, Error> {
    let framed = secure::frame(plaintext).map_err(|_| Error::InvalidLength)?;
    let mut cipher = sm4::Cipher::new(
        sm4::Direction::Encrypt,
        sm4::Mode::Cbc,
        session,
        &[0; sm4::BLOCK],
        sm4::Padding::None,
    );
    let encrypted = cipher.update(&framed)?;
    cipher.finish()?;
    let unsigned: CommandApdu = build(SecuredField {
        cipher: Secret::from(&encrypted[..]),
        mac: [0; 4],
    })
    .to_command();
    let input = secure::mac_input(&unsigned).map_err(|_| Error::InvalidLength)?;
    let mac = sm4::cbc_mac(session, &secure::mac_iv(challenge), &input)?;
    let mac = [mac[0], mac[1], mac[2], mac[3]];
    Ok(build(SecuredField {
        cipher: Secret::from(encrypted),
        mac,
    }))
}

/// First 16 bytes of the PIN's hash, by the method that the device information names.
fn pin_key(method: Option<PinHash>, pin: &Pin) -> Result<sm4::Key, Error> {
    let alg = match method {
        Some(PinHash::Sm3) => HashAlg::Sm3,
        Some(PinHash::Sha1) => HashAlg::Sha1,
        None => return Err(Error::NotSupported),
    };
    let digest = Zeroizing::new(alg.digest(pin.expose()));
    Ok(sm4::Key::try_from(&digest[..sm4::KEY_LEN])?)
}

/// What a token wants from whoever knows its administrator PIN, who may be far away, before it takes
/// a new user PIN. Good until the next command that spends a challenge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnblockChallenge {
    challenge: Challenge,
    method: PinHash,
}

impl UnblockChallenge {
    /// Bytes of [`UnblockChallenge::to_bytes`].
    pub const LENGTH: usize = secure::CHALLENGE_LENGTH + 1;

    /// For the way to the administrator.
    pub fn to_bytes(self) -> [u8; Self::LENGTH] {
        let mut bytes = [0; Self::LENGTH];
        let (challenge, method) = bytes.split_at_mut(secure::CHALLENGE_LENGTH);
        challenge.copy_from_slice(&self.challenge);
        method[0] = match self.method {
            PinHash::Sm3 => 1,
            PinHash::Sha1 => 0,
        };
        bytes
    }

    /// Reads what [`UnblockChallenge::to_bytes`] gave.
    pub fn from_bytes(bytes: &[u8; Self::LENGTH]) -> Option<Self> {
        let (challenge, method) = bytes.split_at(secure::CHALLENGE_LENGTH);
        Some(Self {
            challenge: challenge.try_into().ok()?,
            method: match method {
                [1] => PinHash::Sm3,
                [0] => PinHash::Sha1,
                _ => return None,
            },
        })
    }

    /// The administrator's answer: a key that lets one user PIN be set, under this challenge alone.
    /// It tells nothing about the PIN to whoever cannot try them all.
    ///
    /// # Errors
    /// None in practice.
    pub fn answer(&self, admin: &Pin) -> Result<Zeroizing<[u8; sm4::BLOCK]>, Error> {
        session_key(&pin_key(Some(self.method), admin)?, &self.challenge)
    }
}

impl Device {
    /// Proves knowledge of the device authentication key: a challenge, then one SM4 block.
    ///
    /// # Errors
    /// [`Error::DeviceAuthenticationFailed`]; link errors.
    pub fn authenticate(&self, key: &[u8; AUTH_KEY_LEN]) -> Result<(), Error> {
        let bytes = key;
        let key = sm4::Key::from(*key);
        self.run(Run::Once, |connection| {
            if let Some(link) = connection.skf_link() {
                return link.authenticate(bytes);
            }
            let mut block = secure::device_auth_block(&connection.challenge()?);
            sm4::ecb_encrypt(&key, &mut block)?;
            connection
                .call(&DevAuth {
                    cryptogram: Cryptogram::new(block),
                })
                .map(drop)
        })
    }

    /// Passes on a cryptogram that the caller made over the last [`Device::random`] (SKF_DevAuth).
    ///
    /// # Errors
    /// As [`Device::authenticate`].
    pub fn authenticate_with(&self, cryptogram: [u8; 16]) -> Result<(), Error> {
        let request = DevAuth {
            cryptogram: Cryptogram::new(cryptogram),
        };
        self.run(Run::Once, |connection| connection.call(&request))
            .map(drop)
    }

    /// Replaces the device authentication key; needs device authentication and the old key, since
    /// the new one travels encrypted under it.
    ///
    /// # Errors
    /// [`Error::DeviceNotAuthenticated`], [`Error::DeviceAuthenticationFailed`]; link errors.
    pub fn change_auth_key(
        &self,
        old: &[u8; AUTH_KEY_LEN],
        new: &[u8; AUTH_KEY_LEN],
    ) -> Result<(), Error> {
        let old = sm4::Key::from(*old);
        self.run(Run::Once, |connection| {
            if let Some(link) = connection.skf_link() {
                return link.change_auth_key(new);
            }
            let request = connection.secured(&old, new, |secured| ChangeDevAuthKey { secured })?;
            connection.call(&request).map(drop)
        })
    }
}

impl Application {
    /// Tries and state of a PIN, fresh. Spends nothing.
    ///
    /// # Errors
    /// Link errors.
    pub fn pin_info(&self, pin_type: PinType) -> Result<PinInfo, Error> {
        self.run(Run::Single, |connection, app| {
            connection.call(&GetPinInfo { pin_type, app })
        })
    }

    /// Logs in. One try is spent before the card compares and given back when it is right; on a
    /// link error the try may be gone, and nothing is repeated.
    ///
    /// # Errors
    /// [`Error::PinIncorrect`], [`Error::PinLocked`], [`Error::PinNotSet`]; link errors.
    pub fn verify_pin(&self, pin_type: PinType, pin: &Pin) -> Result<(), Error> {
        self.run(Run::Once, |connection, app| match connection.skf_link() {
            Some(link) => link.verify_pin(app, pin_type, pin.expose()),
            None => connection.verify_pin(app, pin_type, pin),
        })?;
        self.logged(Role::One(pin_type), true);
        Ok(())
    }

    /// Replaces a PIN; a wrong `old` spends a try of that PIN.
    ///
    /// # Errors
    /// As [`Application::verify_pin`].
    pub fn change_pin(&self, pin_type: PinType, old: &Pin, new: &Pin) -> Result<(), Error> {
        self.run(Run::Once, |connection, app| {
            if let Some(link) = connection.skf_link() {
                return link.change_pin(app, pin_type, old.expose(), new.expose());
            }
            let key = connection.pin_key(old)?;
            let request = connection.secured(&key, new.expose(), |secured| ChangePin {
                pin_type,
                app,
                secured,
            })?;
            connection.call(&request).map(drop)
        })
    }

    /// Sets a new user PIN with the administrator PIN and gives the user all tries back. A wrong
    /// `admin` spends a try of the administrator PIN.
    ///
    /// # Errors
    /// As [`Application::verify_pin`], about the administrator PIN.
    pub fn unblock_pin(&self, admin: &Pin, new_user: &Pin) -> Result<(), Error> {
        self.run(Run::Once, |connection, app| {
            if let Some(link) = connection.skf_link() {
                return link.unblock_pin(app, admin.expose(), new_user.expose());
            }
            let key = connection.pin_key(admin)?;
            let request = connection.secured(&key, new_user.expose(), |secured| UnblockPin {
                app,
                secured,
            })?;
            connection.call(&request).map(drop)
        })
    }

    /// Asks the token for what [`Application::unblock_with`] needs an answer to.
    ///
    /// # Errors
    /// [`Error::NotSupported`] through a vendor's library; link errors.
    pub fn unblock_challenge(&self) -> Result<UnblockChallenge, Error> {
        self.run(Run::Once, |connection, _| {
            if connection.skf_link().is_some() {
                return Err(Error::NotSupported);
            }
            Ok(UnblockChallenge {
                method: connection.pin_hash.ok_or(Error::NotSupported)?,
                challenge: connection.challenge()?,
            })
        })
    }

    /// As [`Application::unblock_pin`], by an answer of [`UnblockChallenge::answer`]. A wrong one
    /// spends a try of the administrator PIN.
    ///
    /// # Errors
    /// As [`Application::unblock_pin`]; those of the token when the challenge was spent in
    /// between.
    pub fn unblock_with(
        &self,
        challenge: &UnblockChallenge,
        answer: &[u8; sm4::BLOCK],
        new_user: &Pin,
    ) -> Result<(), Error> {
        let session = sm4::Key::from(*answer);
        self.run(Run::Once, |connection, app| {
            let request = secured_with(
                &challenge.challenge,
                &session,
                new_user.expose(),
                |secured| UnblockPin { app, secured },
            )?;
            connection.call(&request).map(drop)
        })
    }

    /// Sets the user PIN with the administrator logged in (extension); the PIN travels under the
    /// transport key.
    ///
    /// # Errors
    /// [`Error::NotLoggedIn`], [`Error::NotSupported`] without the extension; link errors.
    pub fn set_user_pin(&self, new_user: &Pin) -> Result<(), Error> {
        self.run(Run::Once, |connection, app| {
            let pin = connection.under_transport_key(new_user.expose())?;
            connection.call(&SetUserPin { app, cipher: pin }).map(drop)
        })
    }

    /// Logs out whoever is logged in.
    ///
    /// # Errors
    /// Link errors; this process counts as logged out all the same.
    pub fn clear_secure_state(&self) -> Result<(), Error> {
        self.logged(Role::Both, false);
        self.run(Run::Single, |connection, app| {
            connection.call(&ClearSecureState { app })
        })
        .map(drop)
    }
}
