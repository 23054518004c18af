//! The profiles of the standard that this module conforms to (PKCS#11 Profiles 3.2, "Baseline Provider", "Extended
//! Provider", "Authentication Token"), as objects. Only a search that names their class or their attribute finds them:
//! clients that list everything do not know what to make of them.

use crate::abi::types::*;
use crate::object::Object;
use crate::object::attribute::Attributes;
use crate::object::view::profile;
use std::sync::Arc;
use ukey_ffi::Handle;

/// What this module conforms to.
const CONFORMS: [CK_PROFILE_ID; 3] = [
    CKP_BASELINE_PROVIDER,
    CKP_EXTENDED_PROVIDER,
    CKP_AUTHENTICATION_TOKEN,
];

/// The profile objects of one token with their handles.
pub(super) struct Profiles([(Handle, Arc<Object>); CONFORMS.len()]);

impl Default for Profiles {
    fn default() -> Self {
        Self(CONFORMS.map(|id| (Handle::fresh(), Arc::new(profile(id)))))
    }
}

impl Profiles {
    /// Whether a search is for profiles.
    pub(super) fn are_sought(template: &Attributes) -> bool {
        template.number(CKA_CLASS) == Some(CKO_PROFILE) || template.get(CKA_PROFILE_ID).is_some()
    }

    /// Handles of those that match a template.
    pub(super) fn find(&self, template: &Attributes) -> Vec<Handle> {
        let found = self.0.iter().filter(|(_, object)| object.matches(template));
        found.map(|(handle, _)| *handle).collect()
    }

    /// The profile behind a handle.
    pub(super) fn get(&self, handle: Handle) -> Option<&Arc<Object>> {
        let found = self.0.iter().find(|(known, _)| *known == handle);
        found.map(|(_, object)| object)
    }
}
