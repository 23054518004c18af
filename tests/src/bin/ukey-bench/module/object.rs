//! Data objects of a token.

use cryptoki_sys::*;

use super::{Module, attribute, call};

const CLASS: [CK_OBJECT_CLASS; 1] = [CKO_DATA];
const CONTENT: [u8; 64] = [0xD7; 64];

impl Module {
    /// A public data object on the token, with this label and 64 bytes in it.
    pub(crate) fn create_data(&self, session: CK_SESSION_HANDLE, label: &str) -> CK_OBJECT_HANDLE {
        let (yes, no) = ([CK_TRUE], [CK_FALSE]);
        let mut template = [
            attribute(CKA_CLASS, &CLASS),
            attribute(CKA_TOKEN, &yes),
            attribute(CKA_PRIVATE, &no),
            attribute(CKA_LABEL, label.as_bytes()),
            attribute(CKA_VALUE, &CONTENT),
        ];
        let count = template.len() as CK_ULONG;
        let mut object = 0;
        let template = template.as_mut_ptr();
        call!(self, C_CreateObject, session, template, count, &mut object);
        object
    }

    pub(crate) fn destroy(&self, session: CK_SESSION_HANDLE, object: CK_OBJECT_HANDLE) {
        call!(self, C_DestroyObject, session, object);
    }

    /// The only data object with this label.
    pub(crate) fn find_data(&self, session: CK_SESSION_HANDLE, label: &str) -> CK_OBJECT_HANDLE {
        let mut template = [
            attribute(CKA_CLASS, &CLASS),
            attribute(CKA_LABEL, label.as_bytes()),
        ];
        let count = template.len() as CK_ULONG;
        let (mut found, mut number) = ([0; 2], 0);
        call!(
            self,
            C_FindObjectsInit,
            session,
            template.as_mut_ptr(),
            count
        );
        call!(
            self,
            C_FindObjects,
            session,
            found.as_mut_ptr(),
            2,
            &mut number
        );
        call!(self, C_FindObjectsFinal, session);
        assert_eq!(number, 1, "objects labelled {label}");
        found[0]
    }
}
