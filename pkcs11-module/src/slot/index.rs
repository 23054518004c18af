//! Which objects have a value in the attributes that searches name most, so that one among many is found without a
//! look at the others.

use crate::abi::types::*;
use crate::object::attribute::Attributes;
use std::collections::{BTreeSet, HashMap};
use ukey_ffi::Handle;

/// The attributes that are indexed.
const INDEXED: [CK_ATTRIBUTE_TYPE; 4] = [CKA_CLASS, CKA_LABEL, CKA_ID, CKA_KEY_TYPE];

/// See the [module](self).
#[derive(Default)]
pub(super) struct Index {
    /// For each attribute, the objects by value.
    values: [HashMap<Vec<u8>, BTreeSet<Handle>>; INDEXED.len()],
}

/// Where a search has to look.
pub(super) enum Candidates<'a> {
    /// Nothing in the template is indexed.
    All,
    /// An indexed value that no object has.
    None,
    /// These.
    Some(&'a BTreeSet<Handle>),
}

impl Index {
    /// Takes in an object.
    pub(super) fn insert(&mut self, handle: Handle, attributes: &Attributes) {
        for (values, attribute) in self.values.iter_mut().zip(INDEXED) {
            if let Some(value) = attributes.get(attribute) {
                let key = value.to_c().to_vec();
                values.entry(key).or_default().insert(handle);
            }
        }
    }

    /// Drops an object that was taken in with these attributes.
    pub(super) fn remove(&mut self, handle: Handle, attributes: &Attributes) {
        for (values, attribute) in self.values.iter_mut().zip(INDEXED) {
            let Some(value) = attributes.get(attribute) else {
                continue;
            };
            let key = value.to_c();
            if let Some(handles) = values.get_mut(key.as_slice()) {
                handles.remove(&handle);
                if handles.is_empty() {
                    values.remove(key.as_slice());
                }
            }
        }
    }

    /// The fewest objects among which all that match are.
    pub(super) fn candidates(&self, template: &Attributes) -> Candidates<'_> {
        let mut best = Candidates::All;
        for (values, attribute) in self.values.iter().zip(INDEXED) {
            let Some(value) = template.get(attribute) else {
                continue;
            };
            let Some(handles) = values.get(value.to_c().as_slice()) else {
                return Candidates::None;
            };
            best = match best {
                Candidates::Some(fewer) if fewer.len() <= handles.len() => Candidates::Some(fewer),
                _ => Candidates::Some(handles),
            };
        }
        best
    }
}
