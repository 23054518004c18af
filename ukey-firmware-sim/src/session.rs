//! What lives between two commands and dies with power: session keys and running computations.

use crate::opened::unused_id;
use std::collections::BTreeMap;
use ukey_apdu::StatusWord;
use ukey_apdu::id::{AgreementId, AlgId, SessionKeyId};
use ukey_crypto::hash::Hasher;
use ukey_crypto::sm2::agreement::Ephemeral;
use ukey_crypto::sm4;

use crate::fs::container::Place;

/// A symmetric key in working memory with at most one computation of each sort.
pub(crate) struct SessionKey {
    pub(crate) application: u32,
    pub(crate) alg: AlgId,
    pub(crate) key: sm4::Key,
    pub(crate) encryption: Option<sm4::Cipher>,
    pub(crate) decryption: Option<sm4::Cipher>,
    pub(crate) mac: Option<MacRun>,
}

impl SessionKey {
    pub(crate) fn new(application: u32, alg: AlgId, key: sm4::Key) -> Self {
        Self {
            application,
            alg,
            key,
            encryption: None,
            decryption: None,
            mac: None,
        }
    }
}

/// A MAC being computed.
pub(crate) struct MacRun {
    pub(crate) mac: sm4::CbcMac,
    pub(crate) padded: bool,
    /// Bytes taken so far.
    pub(crate) length: u64,
}

/// The sponsor's half of a key agreement.
pub(crate) struct Agreement {
    pub(crate) place: Place,
    pub(crate) alg: AlgId,
    pub(crate) id: Vec<u8>,
    pub(crate) ephemeral: Ephemeral,
}

/// All of them.
#[derive(Default)]
pub(crate) struct Sessions {
    keys: BTreeMap<u16, SessionKey>,
    agreements: BTreeMap<u16, Agreement>,
    pub(crate) digest: Option<Hasher>,
}

impl Sessions {
    /// Keeps a key.
    ///
    /// # Errors
    /// 6A84 if there are `limit` already.
    pub(crate) fn add_key(
        &mut self,
        key: SessionKey,
        limit: usize,
    ) -> Result<SessionKeyId, StatusWord> {
        if self.keys.len() >= limit {
            return Err(StatusWord::NO_SPACE);
        }
        let id = unused_id(|id| self.keys.contains_key(&id))?;
        self.keys.insert(id, key);
        Ok(SessionKeyId(id))
    }

    /// A key of an application.
    ///
    /// # Errors
    /// 6A95 if there is none.
    pub(crate) fn key(
        &mut self,
        application: u32,
        id: SessionKeyId,
    ) -> Result<&mut SessionKey, StatusWord> {
        let key = self
            .keys
            .get_mut(&id.0)
            .filter(|key| key.application == application);
        key.ok_or(StatusWord::KEY_PAIR_NOT_FOUND)
    }

    pub(crate) fn destroy_key(
        &mut self,
        application: u32,
        id: SessionKeyId,
    ) -> Result<(), StatusWord> {
        self.key(application, id)?;
        self.keys.remove(&id.0);
        Ok(())
    }

    /// Keeps an agreement; 6A84 if there are `limit` already.
    pub(crate) fn add_agreement(
        &mut self,
        agreement: Agreement,
        limit: usize,
    ) -> Result<AgreementId, StatusWord> {
        if self.agreements.len() >= limit {
            return Err(StatusWord::NO_SPACE);
        }
        let id = unused_id(|id| self.agreements.contains_key(&id))?;
        self.agreements.insert(id, agreement);
        Ok(AgreementId(id))
    }

    /// Ends an agreement: its ephemeral key is good for one use.
    ///
    /// # Errors
    /// 6985 if there is none.
    pub(crate) fn take_agreement(&mut self, id: AgreementId) -> Result<Agreement, StatusWord> {
        self.agreements.remove(&id.0).ok_or(StatusWord::CONDITIONS)
    }

    pub(crate) fn forget_application(&mut self, application: u32) {
        self.keys.retain(|_, key| key.application != application);
        self.agreements
            .retain(|_, agreement| agreement.place.application != application);
        self.digest = None;
    }
}
