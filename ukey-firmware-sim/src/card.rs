//! The card's state: what is in flash, what is in working memory, and the ways to change either.

use crate::config::Config;
use crate::fs::record;
use crate::keystore::KeyCache;
use crate::opened::Opened;
use crate::security::Security;
use crate::session::Sessions;
use crate::store::{self, Storage, Store, Transaction};
use ukey_apdu::StatusWord;
use ukey_apdu::chaining::Reassembler;
use ukey_apdu::continuation::PendingResponse;
use ukey_crypto::seal::{self, SealKey};
use ukey_crypto::sm2;
use zeroize::Zeroizing;

/// Everything that a reset clears.
#[derive(Default)]
pub(crate) struct WorkingMemory {
    pub(crate) security: Security,
    pub(crate) opened: Opened,
    pub(crate) sessions: Sessions,
    pub(crate) keys: KeyCache,
    pub(crate) chain: Reassembler,
    pub(crate) pending: PendingResponse,
    transport: Option<sm2::SecretKey>,
}

pub(crate) struct Card {
    pub(crate) flash: Store<Box<dyn Storage>>,
    pub(crate) config: Config,
    pub(crate) ram: WorkingMemory,
    seal: SealKey,
    /// Whether this card holds the lock of its image.
    locked: bool,
}

impl Card {
    pub(crate) fn new(flash: Store<Box<dyn Storage>>, seal: SealKey, config: Config) -> Self {
        Self {
            flash,
            config,
            ram: WorkingMemory::default(),
            seal,
            locked: false,
        }
    }

    /// Locks the image and takes over what other processes have changed.
    pub(crate) fn acquire(&mut self) -> Result<(), StatusWord> {
        self.flash.begin().map_err(|error| store_status(&error))?;
        self.locked = true;
        Ok(())
    }

    /// Takes over what other processes have changed, for a command that only reads. The image is locked only if there
    /// is something to take over.
    pub(crate) fn look(&mut self) -> Result<(), StatusWord> {
        if self.flash.is_current() {
            return Ok(());
        }
        self.acquire()?;
        self.release();
        Ok(())
    }

    /// Unlocks the image, early where a long computation follows that changes nothing.
    pub(crate) fn release(&mut self) {
        if std::mem::take(&mut self.locked) {
            self.flash.end();
        }
    }

    /// Makes a change durable that a host can see. The image must be locked.
    pub(crate) fn commit(&mut self, mut change: Transaction) -> Result<(), StatusWord> {
        if !self.locked {
            return Err(StatusWord::NO_DIAGNOSIS);
        }
        let counter = self.change_counter() + 1;
        change.put(record::CHANGE_COUNTER, counter.to_be_bytes());
        self.flash
            .commit(&change)
            .map_err(|error| store_status(&error))
    }

    /// Makes a change of a try counter durable.
    pub(crate) fn commit_tries(&mut self, change: &Transaction) -> Result<(), StatusWord> {
        if !self.locked {
            return Err(StatusWord::NO_DIAGNOSIS);
        }
        self.flash
            .commit(change)
            .map_err(|error| store_status(&error))
    }

    /// Durable changes so far, try counters apart.
    pub(crate) fn change_counter(&self) -> u64 {
        let stored = self.flash.get(&record::CHANGE_COUNTER);
        stored
            .and_then(|bytes| bytes.try_into().ok())
            .map_or(0, u64::from_be_bytes)
    }

    /// Encrypts a secret for the record `key`; it cannot be moved to another record.
    pub(crate) fn seal(&self, key: &[u8], secret: &[u8]) -> Result<Vec<u8>, StatusWord> {
        seal::seal(&self.seal, key, secret).map_err(crypto_status)
    }

    /// The secret in record `key`, if there is such a record.
    pub(crate) fn unseal(&self, key: &[u8]) -> Result<Option<Zeroizing<Vec<u8>>>, StatusWord> {
        self.flash
            .get(key)
            .map(|sealed| self.open_sealed(key, sealed))
            .transpose()
    }

    /// Decrypts what [`seal`](Self::seal) made for the record `key`.
    pub(crate) fn open_sealed(
        &self,
        key: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, StatusWord> {
        seal::open(&self.seal, key, sealed).map_err(|_| StatusWord::MEMORY_ERROR)
    }

    /// The SM2 key of this power-on, under which hosts send PINs.
    pub(crate) fn transport_key(&mut self) -> Result<&sm2::SecretKey, StatusWord> {
        let fresh = match self.ram.transport.take() {
            Some(key) => key,
            None => sm2::SecretKey::generate().map_err(crypto_status)?,
        };
        Ok(self.ram.transport.insert(fresh))
    }
}

/// The answer to a failed store operation (GM/T 0017 clause 8: 6A84 no space, 6581 memory).
pub(crate) fn store_status(error: &store::Error) -> StatusWord {
    tracing::warn!(%error, "store");
    match error {
        store::Error::Full | store::Error::RecordSize => StatusWord::NO_SPACE,
        _ => StatusWord::MEMORY_ERROR,
    }
}

/// The answer to a failed computation on data that the host sent.
pub(crate) fn crypto_status(error: ukey_crypto::Error) -> StatusWord {
    use ukey_crypto::Error;
    match error {
        Error::InvalidLength => StatusWord::WRONG_LENGTH,
        Error::Verification => StatusWord::SIGNATURE_INVALID,
        Error::Unsupported => StatusWord::NOT_SUPPORTED,
        Error::InvalidKey | Error::InvalidPoint | Error::InvalidEncoding | Error::Decryption => {
            StatusWord::BAD_DATA
        }
        _ => StatusWord::NO_DIAGNOSIS,
    }
}
