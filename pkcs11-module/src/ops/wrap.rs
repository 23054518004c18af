//! C_WrapKey, C_UnwrapKey: secret keys as their values, private keys as PrivateKeyInfo, through the cipher of the
//! mechanism.

use super::OutBytes;
use super::cipher::Made;
use super::key_host::secret_content;
use super::key_new::{Origin, add_key};
use super::key_store;
use crate::abi::types::*;
use crate::abi::vendor::{CKK_SM2, CKK_SM4};
use crate::mechanism::message::MessageParameter;
use crate::mechanism::parameter::Aead;
use crate::mechanism::{Parameter, Requested, Row, Using};
use crate::object::attribute::{Attributes, Value};
use crate::object::template::{self, RawAttribute};
use crate::object::{Object, private_key_info};
use crate::rv::Error;
use crate::session::OpenSession;
use std::sync::Arc;
use ukey_ffi::Fit;
use zeroize::Zeroizing;

/// C_WrapKey.
pub(crate) fn wrap(
    session: &OpenSession,
    mechanism: &Requested,
    wrapping: CK_OBJECT_HANDLE,
    key: CK_OBJECT_HANDLE,
    out: &mut OutBytes,
) -> Result<(), Error> {
    let wrapping = wrapping_key(session, mechanism, wrapping)?;
    let value = leaving(session, mechanism, &wrapping, key)?;
    let parameter = with_length(&mechanism.parameter, value.len());
    let made = encrypted(session, mechanism, &wrapping, &parameter, &value)?;
    Ok(out.write(&made)?)
}

/// C_WrapKeyAuthenticated, and C_WrapKey with the parameters that make a nonce.
pub(crate) fn wrap_authenticated(
    session: &OpenSession,
    row: &'static Row,
    mut parameter: MessageParameter,
    wrapping: CK_OBJECT_HANDLE,
    key: CK_OBJECT_HANDLE,
    out: &mut OutBytes,
) -> Result<(), Error> {
    let mechanism = &authenticated(row, &parameter)?;
    let wrapping = wrapping_key(session, mechanism, wrapping)?;
    let value = leaving(session, mechanism, &wrapping, key)?;
    let appended = match parameter.tag_out {
        Some(_) => 0,
        None => parameter.tag_len,
    };
    if out.fit(value.len() + appended)? == Fit::Answered {
        return Ok(());
    }
    if let Some(generation) = parameter.generation {
        // A counter would begin anew with each key, which is the same nonce again.
        if !generation.random {
            return Err(Error::MechanismParamInvalid);
        }
        generation.make(&mut 0, &mut parameter.aead.nonce)?;
    }
    let aead = with_length(&Parameter::Aead(parameter.aead.clone()), value.len());
    let made = encrypted(session, mechanism, &wrapping, &aead, &value)?;
    if parameter.generation.is_some() {
        parameter.nonce_out.write(&parameter.aead.nonce)?;
    }
    match &mut parameter.tag_out {
        None => Ok(out.write(&made)?),
        Some(tag_out) => {
            let (text, tag) = made
                .split_at_checked(value.len())
                .ok_or(Error::FunctionFailed)?;
            out.write(text)?;
            Ok(tag_out.write(tag)?)
        }
    }
}

/// A mechanism that wraps and authenticates.
fn authenticated(row: &'static Row, parameter: &MessageParameter) -> Result<Requested, Error> {
    if row.flags & CKF_MESSAGE_ENCRYPT == 0 {
        return Err(Error::MechanismInvalid);
    }
    if row.layout != parameter.layout {
        return Err(Error::MechanismParamInvalid);
    }
    Ok(Requested {
        row,
        parameter: Parameter::None,
    })
}

/// The key that wraps, and that it may.
fn wrapping_key(
    session: &OpenSession,
    mechanism: &Requested,
    wrapping: CK_OBJECT_HANDLE,
) -> Result<Arc<Object>, Error> {
    mechanism.check(CKF_WRAP)?;
    let wrapping = session
        .key(wrapping)
        .map_err(|_| Error::WrappingKeyHandleInvalid)?;
    if !matches!(wrapping.class(), CKO_PUBLIC_KEY | CKO_SECRET_KEY) {
        return Err(Error::WrappingKeyTypeInconsistent);
    }
    wrapping.permits(CKA_WRAP, mechanism.row.number)?;
    Ok(wrapping)
}

/// The value of the key to be wrapped, if it may leave.
fn leaving(
    session: &OpenSession,
    mechanism: &Requested,
    wrapping: &Object,
    key: CK_OBJECT_HANDLE,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let key = session.key(key)?;
    check_may_leave(&key, wrapping)?;
    value(session, &key, mechanism)
}

/// CCM wants to know how much comes, which is the key's to say, not the caller's.
fn with_length(parameter: &Parameter, len: usize) -> Parameter {
    match parameter {
        Parameter::Aead(aead) => Parameter::Aead(Aead {
            data_len: len,
            ..aead.clone()
        }),
        other => other.clone(),
    }
}

fn encrypted(
    session: &OpenSession,
    mechanism: &Requested,
    wrapping: &Arc<Object>,
    parameter: &Parameter,
    value: &[u8],
) -> Result<Made, Error> {
    let using = Using {
        parameter,
        ..mechanism.using(wrapping, session)
    };
    let cipher = mechanism
        .check(CKF_WRAP)?
        .encrypt(using)
        .map_err(|error| match error {
            Error::KeyTypeInconsistent => Error::WrappingKeyTypeInconsistent,
            other => other,
        })?;
    let mut made = Made::with_room(cipher.finish_len(value.len()));
    cipher
        .finish(value, made.buffer())
        .map_err(|error| match error {
            Error::DataLenRange | Error::DataInvalid => Error::KeySizeRange,
            other => other,
        })?;
    Ok(made)
}

/// CKA_EXTRACTABLE, CKA_WRAP_WITH_TRUSTED and the wrapping key's CKA_WRAP_TEMPLATE.
fn check_may_leave(key: &Object, wrapping: &Object) -> Result<(), Error> {
    if !matches!(key.class(), CKO_PRIVATE_KEY | CKO_SECRET_KEY) {
        return Err(Error::KeyNotWrappable);
    }
    if !key.attributes.flag(CKA_EXTRACTABLE) {
        return Err(Error::KeyUnextractable);
    }
    if key.attributes.flag(CKA_WRAP_WITH_TRUSTED) && !wrapping.attributes.flag(CKA_TRUSTED) {
        return Err(Error::KeyNotWrappable);
    }
    match wrapping.attributes.get(CKA_WRAP_TEMPLATE) {
        Some(Value::Template(wanted))
            if wanted
                .iter()
                .any(|(attribute, value)| key.attributes.get(attribute) != Some(value)) =>
        {
            Err(Error::KeyHandleInvalid)
        }
        _ => Ok(()),
    }
}

/// What goes into the cipher. For the modes that pad nothing, a secret key gets zeros up to a whole block (PKCS#11 3.2,
/// "AES-ECB", "AES-CBC").
fn value(
    session: &OpenSession,
    key: &Object,
    mechanism: &Requested,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut parts = key_store::value(session, key)?;
    if key.class() == CKO_PRIVATE_KEY {
        for attribute in [CKA_EC_PARAMS, CKA_MODULUS, CKA_PUBLIC_EXPONENT] {
            if let Some(value) = key.attributes.get(attribute) {
                parts.set_default(attribute, value.clone());
            }
        }
        return private_key_info::encode(&parts);
    }
    let value = parts.bytes(CKA_VALUE).ok_or(Error::KeyUnextractable)?;
    let mut value = Zeroizing::new(value.to_vec());
    if pads_with_zeros(mechanism) {
        let len = value.len().next_multiple_of(16);
        value.resize(len, 0);
    }
    Ok(value)
}

fn pads_with_zeros(mechanism: &Requested) -> bool {
    use crate::abi::vendor::{CKM_SM4_CBC, CKM_SM4_ECB};
    matches!(
        mechanism.row.number,
        CKM_AES_ECB | CKM_AES_CBC | CKM_SM4_ECB | CKM_SM4_CBC
    )
}

/// C_UnwrapKey.
pub(crate) fn unwrap(
    session: &OpenSession,
    mechanism: &Requested,
    unwrapping: CK_OBJECT_HANDLE,
    wrapped: &[u8],
    raw: &[RawAttribute],
) -> Result<CK_OBJECT_HANDLE, Error> {
    let does = mechanism.check(CKF_UNWRAP)?;
    let unwrapping = session
        .key(unwrapping)
        .map_err(|_| Error::UnwrappingKeyHandleInvalid)?;
    if !matches!(unwrapping.class(), CKO_PRIVATE_KEY | CKO_SECRET_KEY) {
        return Err(Error::UnwrappingKeyTypeInconsistent);
    }
    let tag_len = mechanism.parameter.aead().map_or(0, |aead| aead.tag_len);
    let parameter = with_length(&mechanism.parameter, wrapped.len().saturating_sub(tag_len));
    let using = Using {
        parameter: &parameter,
        ..mechanism.using(&unwrapping, session)
    };
    let cipher = does.decrypt(using).map_err(|error| match error {
        Error::KeyTypeInconsistent => Error::UnwrappingKeyTypeInconsistent,
        other => other,
    })?;
    unwrapping.permits(CKA_UNWRAP, mechanism.row.number)?;
    if unwrapping.always_authenticates() {
        return Err(Error::UserNotLoggedIn);
    }
    let template = imposed(&unwrapping, CKA_UNWRAP_TEMPLATE, template::parse(raw)?)?;
    let class = template
        .number(CKA_CLASS)
        .ok_or(Error::TemplateIncomplete)?;
    let mut made = Made::with_room(cipher.finish_len(wrapped.len()));
    cipher
        .finish(wrapped, made.buffer())
        .map_err(|error| match error {
            Error::EncryptedDataLenRange => Error::WrappedKeyLenRange,
            Error::EncryptedDataInvalid => Error::WrappedKeyInvalid,
            other => other,
        })?;
    let content = match class {
        CKO_SECRET_KEY => unwrapped_secret(&made, &template, mechanism)?,
        CKO_PRIVATE_KEY => unwrapped_private(&made, &template)?,
        _ => return Err(Error::TemplateInconsistent),
    };
    add_key(session, class, &template, &content, Origin::Unwrapped)
}

/// C_UnwrapKeyAuthenticated, and C_UnwrapKey with the parameters of [`wrap_authenticated`].
pub(crate) fn unwrap_authenticated(
    session: &OpenSession,
    row: &'static Row,
    parameter: MessageParameter,
    unwrapping: CK_OBJECT_HANDLE,
    wrapped: &[u8],
    raw: &[RawAttribute],
) -> Result<CK_OBJECT_HANDLE, Error> {
    let mut mechanism = authenticated(row, &parameter)?;
    mechanism.parameter = Parameter::Aead(parameter.aead);
    let sealed = [wrapped, &parameter.tag].concat();
    unwrap(session, &mechanism, unwrapping, &sealed, raw)
}

/// A template that the key in use imposes on new keys: added to the caller's, which must not say otherwise.
pub(super) fn imposed(
    key: &Arc<Object>,
    attribute: CK_ATTRIBUTE_TYPE,
    mut template: Attributes,
) -> Result<Attributes, Error> {
    if let Some(Value::Template(imposed)) = key.attributes.get(attribute) {
        for (attribute, value) in imposed.iter() {
            match template.get(attribute) {
                Some(said) if said != value => return Err(Error::TemplateInconsistent),
                _ => template.set(attribute, value.clone()),
            }
        }
    }
    Ok(template)
}

fn unwrapped_secret(
    value: &[u8],
    template: &Attributes,
    mechanism: &Requested,
) -> Result<Attributes, Error> {
    let key_type = template
        .number(CKA_KEY_TYPE)
        .ok_or(Error::TemplateIncomplete)?;
    let unpadded = mechanism.row.number == CKM_RSA_X_509;
    let len = match (key_type, template.number(CKA_VALUE_LEN)) {
        (CKK_SM4, None) if unpadded => 16,
        (_, None) => value.len(),
        (_, Some(len)) => usize::try_from(len).map_err(|_| Error::TemplateInconsistent)?,
    };
    without_zeros(value, len, mechanism)
        .map(|value| secret_content(key_type, value))
        .ok_or(Error::WrappedKeyLenRange)
}

/// A value of this length without the zeros that were added to it before it was wrapped: up to a whole block behind it, or
/// up to the modulus in front of it. Nothing else may be cut off.
fn without_zeros<'a>(made: &'a [u8], len: usize, mechanism: &Requested) -> Option<&'a [u8]> {
    let (value, added, most) = if mechanism.row.number == CKM_RSA_X_509 {
        let (added, value) = made.split_at_checked(made.len().checked_sub(len)?)?;
        (value, added, added.len())
    } else {
        let (value, added) = made.split_at_checked(len)?;
        let block = if pads_with_zeros(mechanism) { 16 } else { 1 };
        (value, added, block - 1)
    };
    let are_zeros = added.len() <= most && added.iter().all(|byte| *byte == 0);
    are_zeros.then_some(value)
}

fn unwrapped_private(info: &[u8], template: &Attributes) -> Result<Attributes, Error> {
    let mut content = private_key_info::decode(info).ok_or(Error::WrappedKeyInvalid)?;
    // A key on the SM2 curve has two names.
    if template.number(CKA_KEY_TYPE) == Some(CKK_SM2)
        && content.number(CKA_KEY_TYPE) == Some(CKK_EC)
    {
        content.set_number(CKA_KEY_TYPE, CKK_SM2);
    }
    Ok(content)
}
