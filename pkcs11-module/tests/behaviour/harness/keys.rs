//! Keys with known values: making them, wrapping, deriving and encapsulating them.

use super::*;
use hex::FromHex;

pub fn hex(text: &str) -> Vec<u8> {
    Vec::from_hex(text).unwrap()
}

pub fn secret(key_type: CK_KEY_TYPE, value: &[u8]) -> Template {
    open(Template::of(CKO_SECRET_KEY).number(CKA_KEY_TYPE, key_type)).bytes(CKA_VALUE, value)
}

/// Readable, so that tests can compare.
pub fn open(template: Template) -> Template {
    template
        .flag(CKA_SENSITIVE, false)
        .flag(CKA_EXTRACTABLE, true)
}

pub fn wrap(
    p11: &P11,
    session: CK_SESSION_HANDLE,
    mut mechanism: Mechanism,
    wrapping: CK_OBJECT_HANDLE,
    key: CK_OBJECT_HANDLE,
) -> Answer {
    let (mut out, mut len) = (vec![0; 4096], 4096);
    let rv = call!(
        p11,
        C_WrapKey(
            session,
            &mut mechanism.c(),
            wrapping,
            key,
            out.as_mut_ptr(),
            &raw mut len
        )
    );
    out.truncate(len as usize);
    if rv == CKR_OK { Ok(out) } else { Err(rv) }
}

pub fn unwrap(
    p11: &P11,
    session: CK_SESSION_HANDLE,
    mut mechanism: Mechanism,
    unwrapping: CK_OBJECT_HANDLE,
    wrapped: &[u8],
    mut template: Template,
) -> Result<CK_OBJECT_HANDLE, CK_RV> {
    let (mut template, mut handle) = (template.c(), 0);
    let rv = call!(
        p11,
        C_UnwrapKey(
            session,
            &mut mechanism.c(),
            unwrapping,
            wrapped.as_ptr().cast_mut(),
            wrapped.len() as CK_ULONG,
            template.as_mut_ptr(),
            template.len() as CK_ULONG,
            &raw mut handle
        )
    );
    if rv == CKR_OK { Ok(handle) } else { Err(rv) }
}

/// C_DeriveKey. A call that fails leaves the place of the handle alone.
pub fn derive_key(
    p11: &P11,
    session: CK_SESSION_HANDLE,
    mut mechanism: Mechanism,
    base: CK_OBJECT_HANDLE,
    mut template: Template,
) -> Result<CK_OBJECT_HANDLE, CK_RV> {
    let untouched = CK_OBJECT_HANDLE::MAX;
    let (mut template, mut handle) = (template.c(), untouched);
    let rv = call!(
        p11,
        C_DeriveKey(
            session,
            &mut mechanism.c(),
            base,
            template.as_mut_ptr(),
            template.len() as CK_ULONG,
            &raw mut handle
        )
    );
    if rv != CKR_OK {
        assert_eq!(handle, untouched);
        return Err(rv);
    }
    Ok(handle)
}

/// The value of the derived key.
pub fn derive(
    p11: &P11,
    session: CK_SESSION_HANDLE,
    mechanism: Mechanism,
    base: CK_OBJECT_HANDLE,
    len: Option<CK_ULONG>,
) -> Answer {
    let mut template = open(Template::default());
    if let Some(len) = len {
        template = template.number(CKA_VALUE_LEN, len);
    }
    let key = derive_key(p11, session, mechanism, base, template)?;
    p11.attribute(session, key, CKA_VALUE)
}

/// A pointer and a length.
pub fn data(bytes: &[u8]) -> [CK_ULONG; 2] {
    [bytes.as_ptr() as CK_ULONG, bytes.len() as CK_ULONG]
}

/// What C_EncapsulateKey makes: the ciphertext and the key.
pub fn encapsulate(
    p11: &P11,
    session: CK_SESSION_HANDLE,
    mut mechanism: Mechanism,
    public: CK_OBJECT_HANDLE,
    mut template: Template,
) -> Result<(Vec<u8>, CK_OBJECT_HANDLE), CK_RV> {
    let (mut template, mut handle) = (template.c(), 0);
    let (mut out, mut len) = (vec![0; 1024], 1024);
    let rv = call!(
        p11,
        C_EncapsulateKey(
            session,
            &mut mechanism.c(),
            public,
            template.as_mut_ptr(),
            template.len() as CK_ULONG,
            out.as_mut_ptr(),
            &raw mut len,
            &raw mut handle
        )
    );
    out.truncate(len as usize);
    if rv == CKR_OK {
        Ok((out, handle))
    } else {
        Err(rv)
    }
}

/// C_DecapsulateKey.
pub fn decapsulate(
    p11: &P11,
    session: CK_SESSION_HANDLE,
    mut mechanism: Mechanism,
    private: CK_OBJECT_HANDLE,
    ciphertext: &[u8],
    mut template: Template,
) -> Result<CK_OBJECT_HANDLE, CK_RV> {
    let (mut template, mut handle) = (template.c(), 0);
    let rv = call!(
        p11,
        C_DecapsulateKey(
            session,
            &mut mechanism.c(),
            private,
            template.as_mut_ptr(),
            template.len() as CK_ULONG,
            ciphertext.as_ptr().cast_mut(),
            ciphertext.len() as CK_ULONG,
            &raw mut handle
        )
    );
    if rv == CKR_OK { Ok(handle) } else { Err(rv) }
}
