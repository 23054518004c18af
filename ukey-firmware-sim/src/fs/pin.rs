//! PINs: state and tries in one record, the key made from the PIN in another, sealed one.

use super::{Flash, UNREADABLE, record};
use crate::card::Card;
use crate::store::Transaction;
use ukey_apdu::devinfo::PinHash;
use ukey_apdu::id::{PinState, PinType};
use ukey_apdu::{Reader, Selector, StatusWord};
use ukey_crypto::hash::HashAlg;
use ukey_crypto::sm4;
use zeroize::Zeroizing;

/// PIN lengths that the card takes, in bytes. Hosts are stricter.
pub(crate) const LENGTHS: std::ops::RangeInclusive<usize> = 1..=64;
/// Try counters that can be shown in 63Cn.
pub(crate) const TRIES: std::ops::RangeInclusive<u8> = 1..=15;

/// State and try counter of a PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PinRecord {
    pub(crate) max_tries: u8,
    pub(crate) tries_left: u8,
    pub(crate) state: PinState,
    /// Changes whenever the PIN is set anew; ends logins of other processes.
    pub(crate) generation: u32,
}

impl PinRecord {
    /// A PIN that was never verified.
    pub(crate) fn new(max_tries: u8, state: PinState) -> Self {
        Self {
            max_tries,
            tries_left: max_tries,
            state,
            generation: 0,
        }
    }

    pub(crate) fn load(flash: &Flash, application: u32, role: PinType) -> Result<Self, StatusWord> {
        let key = record::pin(application, role);
        let bytes = flash.get(&key).ok_or(StatusWord::APPLICATION_NOT_FOUND)?;
        let mut reader = Reader::new(bytes);
        let mut byte = || reader.u8().map_err(|_| UNREADABLE);
        let (max_tries, tries_left, state) = (byte()?, byte()?, byte()?);
        let state = PinState::from_parameter(state).ok_or(UNREADABLE)?;
        let generation = reader.u32().map_err(|_| UNREADABLE)?;
        Ok(Self {
            max_tries,
            tries_left,
            state,
            generation,
        })
    }

    pub(crate) fn store(&self, change: &mut Transaction, application: u32, role: PinType) {
        let mut bytes = vec![self.max_tries, self.tries_left, self.state as u8];
        bytes.extend_from_slice(&self.generation.to_be_bytes());
        change.put(record::pin(application, role), bytes);
    }

    /// The record after the PIN was set to a new value.
    pub(crate) fn renewed(self, state: PinState) -> Self {
        let generation = self.generation.wrapping_add(1);
        Self {
            tries_left: self.max_tries,
            state,
            generation,
            ..self
        }
    }

    /// The record after the right PIN.
    pub(crate) fn restored(self) -> Self {
        Self {
            tries_left: self.max_tries,
            ..self
        }
    }
}

/// The key that stands for a PIN: the first 16 bytes of its hash.
pub(crate) fn key_of(pin_hash: PinHash, pin: &[u8]) -> Result<Zeroizing<[u8; 16]>, StatusWord> {
    if !LENGTHS.contains(&pin.len()) {
        return Err(StatusWord::BAD_DATA);
    }
    let algorithm = match pin_hash {
        PinHash::Sha1 => HashAlg::Sha1,
        PinHash::Sm3 => HashAlg::Sm3,
    };
    let digest = Zeroizing::new(algorithm.digest(pin));
    let mut key = Zeroizing::new([0; 16]);
    key.copy_from_slice(&digest[..16]);
    Ok(key)
}

impl Card {
    /// Puts a PIN's key into `change`.
    pub(crate) fn store_pin_key(
        &self,
        change: &mut Transaction,
        application: u32,
        role: PinType,
        pin: &[u8],
    ) -> Result<(), StatusWord> {
        let pin_hash = super::device::Identity::load(&self.flash)?.pin_hash;
        let key = record::pin_key(application, role);
        let sealed = self.seal(&key, key_of(pin_hash, pin)?.as_slice())?;
        change.put_secret(key, sealed);
        Ok(())
    }

    /// Spends one try durably, then lets `proves` check the host's answer with the PIN's key.
    ///
    /// On success the try is still spent; the caller restores the counter, with whatever else it
    /// changes. The failure that spends the last try logs the role out; any
    /// ends what the user's PIN was good for once.
    ///
    /// # Errors
    /// 6984 no PIN set, 6983 no tries left, 6581 the try could not be spent (nothing was compared
    /// then), 63Cn wrong with n tries left.
    pub(crate) fn spend_try(
        &mut self,
        application: u32,
        role: PinType,
        proves: impl FnOnce(&sm4::Key) -> Result<bool, StatusWord>,
    ) -> Result<PinRecord, StatusWord> {
        let record = PinRecord::load(&self.flash, application, role)?;
        let sealed = self.unseal(&record::pin_key(application, role))?;
        let key = match (record.state, sealed) {
            (PinState::NotSet, _) | (_, None) => return Err(StatusWord::REFERENCE_INVALIDATED),
            (_, Some(key)) => sm4::Key::try_from(key.as_slice()).map_err(|_| UNREADABLE)?,
        };
        if record.tries_left == 0 {
            return Err(StatusWord::AUTH_BLOCKED);
        }
        let spent = PinRecord {
            tries_left: record.tries_left - 1,
            ..record
        };
        let mut change = Transaction::from_reserve();
        spent.store(&mut change, application, role);
        self.commit_tries(&change)?;
        if proves(&key)? {
            return Ok(spent);
        }
        if spent.tries_left == 0 {
            self.log_out(application, role);
        }
        if role == PinType::User {
            // What an earlier PIN allowed once, it allows no more.
            self.ram.security.take_fresh(application);
        }
        Err(StatusWord::wrong_pin(spent.tries_left))
    }
}
