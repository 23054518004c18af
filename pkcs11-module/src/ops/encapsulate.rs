//! C_EncapsulateKey, C_DecapsulateKey: a secret key that the owner of a key pair and somebody who knows the public key
//! come to share.

use super::OutBytes;
use super::derive::asked_length;
use super::key_host::secret_content;
use super::key_new::{Origin, add_key};
use super::object::check_session;
use super::wrap::imposed;
use crate::abi::types::*;
use crate::mechanism::Requested;
use crate::mechanism::derivation::Derivation;
use crate::object::attribute::Attributes;
use crate::object::template::{self, RawAttribute};
use crate::rv::Error;
use crate::session::OpenSession;
use ukey_ffi::Fit;

/// C_EncapsulateKey; `None` when only the length of the ciphertext was asked for.
pub(crate) fn encapsulate(
    session: &OpenSession,
    mechanism: &Requested,
    public: CK_OBJECT_HANDLE,
    raw: &[RawAttribute],
    out: &mut OutBytes,
) -> Result<Option<CK_OBJECT_HANDLE>, Error> {
    let does = mechanism.check(CKF_ENCAPSULATE)?;
    let public = session.key_of_class(public, &[CKO_PUBLIC_KEY])?;
    let given = template::parse(raw)?;
    let template =
        imposed(&public, CKA_ENCAPSULATE_TEMPLATE, given).map_err(|_| Error::KeyHandleInvalid)?;
    let (key_type, len) = asked(session, &template)?;
    let made = does.encapsulate(&Derivation {
        using: mechanism.using(&public, session),
        session,
        len,
    })?;
    public.permits(CKA_ENCAPSULATE, mechanism.row.number)?;
    if out.fit(made.ciphertext.len())? == Fit::Answered {
        return Ok(None);
    }
    let content = secret_content(key_type, &made.value);
    let handle = add_key(
        session,
        CKO_SECRET_KEY,
        &template,
        &content,
        Origin::Unwrapped,
    )?;
    out.write(&made.ciphertext)?;
    Ok(Some(handle))
}

/// C_DecapsulateKey.
pub(crate) fn decapsulate(
    session: &OpenSession,
    mechanism: &Requested,
    private: CK_OBJECT_HANDLE,
    raw: &[RawAttribute],
    ciphertext: &[u8],
) -> Result<CK_OBJECT_HANDLE, Error> {
    let does = mechanism.check(CKF_DECAPSULATE)?;
    let private = session
        .key(private)
        .map_err(|_| Error::UnwrappingKeyHandleInvalid)?;
    if private.class() != CKO_PRIVATE_KEY {
        return Err(Error::UnwrappingKeyTypeInconsistent);
    }
    private.permits(CKA_DECAPSULATE, mechanism.row.number)?;
    if private.always_authenticates() {
        return Err(Error::UserNotLoggedIn);
    }
    let template = imposed(&private, CKA_DECAPSULATE_TEMPLATE, template::parse(raw)?)?;
    let (key_type, len) = asked(session, &template)?;
    let derivation = Derivation {
        using: mechanism.using(&private, session),
        session,
        len,
    };
    let value = does
        .decapsulate(&derivation, ciphertext)
        .map_err(|error| match error {
            Error::KeyTypeInconsistent => Error::UnwrappingKeyTypeInconsistent,
            other => other,
        })?;
    let content = secret_content(key_type, &value);
    add_key(
        session,
        CKO_SECRET_KEY,
        &template,
        &content,
        Origin::Unwrapped,
    )
}

/// Type and length of the key that the template asks for.
fn asked(
    session: &OpenSession,
    template: &Attributes,
) -> Result<(CK_KEY_TYPE, Option<usize>), Error> {
    check_session(session, template)?;
    template::check_creation(template, CKO_SECRET_KEY, session.is_officer())?;
    asked_length(template)
}
