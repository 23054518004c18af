//! The reference that the store is compared with: a map, and the rule of atomic transactions.

use super::{Change, Storage, Store, Transaction};
use std::collections::BTreeMap;

/// What a store should contain. Secrets are remembered after their deletion, to look for them in the raw image.
#[derive(Clone, Default)]
pub(super) struct Model {
    pub(super) records: BTreeMap<Vec<u8>, Vec<u8>>,
    pub(super) secrets: Vec<Vec<u8>>,
}

impl Model {
    pub(super) fn apply(&mut self, transaction: &Transaction) {
        for (key, change) in &transaction.changes {
            match change {
                Change::Put { value, secret } => {
                    self.records.insert(key.clone(), value.clone());
                    if *secret {
                        self.secrets.push(value.clone());
                    }
                }
                Change::Delete => {
                    self.records.remove(key);
                }
            }
        }
    }

    pub(super) fn matches<S: Storage>(&self, store: &Store<S>) -> bool {
        let expected = self
            .records
            .iter()
            .map(|(key, value)| (key.as_slice(), value.as_slice()));
        store.scan(&[]).eq(expected)
    }

    /// Secrets that were put once and are no longer the value of any key.
    pub(super) fn dead_secrets(&self) -> impl Iterator<Item = &Vec<u8>> {
        let live = |secret: &Vec<u8>| self.records.values().any(|value| value == secret);
        self.secrets.iter().filter(move |secret| !live(secret))
    }
}
