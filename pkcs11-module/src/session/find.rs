//! A running search: the handles found when it began (PKCS#11 3.2, "C_FindObjectsInit").

use crate::abi::types::CK_OBJECT_HANDLE;
use std::collections::VecDeque;

/// Handles that have not been handed out yet. Later changes to the token do not change the list.
#[derive(Debug, Default)]
pub(crate) struct Find(VecDeque<CK_OBJECT_HANDLE>);

impl Find {
    /// A search that found these.
    pub(crate) fn new(found: Vec<CK_OBJECT_HANDLE>) -> Self {
        Self(found.into())
    }

    /// The next handles, at most `count`.
    pub(crate) fn take(&mut self, count: usize) -> Vec<CK_OBJECT_HANDLE> {
        let count = count.min(self.0.len());
        self.0.drain(..count).collect()
    }
}
