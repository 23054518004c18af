//! The token as its links see it: bytes in, bytes out, and power.

use crate::card::{Card, WorkingMemory};
use crate::computation::Started;
use crate::config::Config;
use crate::dispatch;
use crate::error::Error;
use crate::lifecycle;
use crate::store::{Storage, Store};
use ukey_crypto::seal::SealKey;

/// Answer to reset: T=1, historical bytes with the card capabilities (command chaining, extended
/// lengths) and "USBKEY" as issuer's data.
pub const ATR: [u8; 19] = [
    0x3B, 0x8C, 0x81, 0x31, 0xFE, 0x45, 0x80, 0x73, 0x80, 0x01, 0xC0, 0x56, b'U', b'S', b'B', b'K',
    b'E', b'Y', 0x70,
];

/// A token, powered on.
///
/// Several devices may work on one image, in one process or several: each takes the image's lock for
/// the length of a command and takes over what the others have changed. Logins, opened IDs and
/// session keys belong to this device alone.
pub struct Device {
    card: Card,
}

impl Device {
    /// Powers a token on whose memory is `storage` and whose secrets are sealed under `key`.
    ///
    /// # Errors
    /// [`Error::Store`] if the image cannot be read, [`Error::NotAToken`], [`Error::WrongKey`].
    pub fn open(storage: Box<dyn Storage>, key: SealKey, config: Config) -> Result<Self, Error> {
        let store = Store::open(storage)?;
        lifecycle::check_seal(&store, &key)?;
        Ok(Self {
            card: Card::new(store, key, config),
        })
    }

    /// Answers one command APDU; there is always an answer, at least a status word.
    ///
    /// The answer may hold secrets (a decrypted text); whoever keeps it wipes it.
    pub fn transmit(&mut self, apdu: &[u8]) -> Vec<u8> {
        dispatch::transmit(&mut self.card, apdu).encode()
    }

    /// As [`transmit`](Self::transmit), but where all that is left is a computation with a key, it is
    /// handed back, to be run while this device answers others.
    pub fn start(&mut self, apdu: &[u8]) -> Started {
        dispatch::start(&mut self.card, apdu)
    }

    /// Answer to reset.
    pub fn atr(&self) -> &'static [u8] {
        &ATR
    }

    /// Cold reset: everything in working memory is lost.
    pub fn power_on(&mut self) {
        self.card.ram = WorkingMemory::default();
    }

    /// Warm reset; clears the same as [`power_on`](Self::power_on).
    pub fn reset(&mut self) {
        self.power_on();
    }

    /// Takes power away; clears the same as [`power_on`](Self::power_on).
    pub fn power_off(&mut self) {
        self.power_on();
    }

    /// How often something durable that a host can see has changed, in this process or another; PIN
    /// tries do not count. `None` if the image cannot be read now.
    pub fn change_counter(&mut self) -> Option<u64> {
        self.card.look().ok()?;
        Some(self.card.change_counter())
    }
}
