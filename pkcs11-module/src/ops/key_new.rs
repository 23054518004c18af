//! The one door by which keys come in, whether created, generated, unwrapped or derived: the rules for their templates,
//! what they are when the template does not say, and where they go.

use super::key_store::{self, Draft};
use super::object::{check_may_write, check_session};
use super::object_create::store;
use crate::abi::types::*;
use crate::object::attribute::{Attributes, Value};
use crate::object::check_value::check_value;
use crate::object::curve::Curve;
use crate::object::key::{self, PublicKey};
use crate::object::material::{HostKey, KeyMaterial};
use crate::object::rule::is_secret;
use crate::object::usage::set_default_usage;
use crate::object::view::{own_object, storage};
use crate::object::{Object, Source, template};
use crate::rv::Error;
use crate::session::{Login, OpenSession};
use std::sync::Arc;

/// How a key comes to be, which decides what may be said of its past.
#[derive(Clone, Copy)]
pub(crate) enum Origin<'a> {
    /// The caller gave its value.
    Created,
    /// Made here.
    Generated {
        /// CKA_KEY_GEN_MECHANISM.
        mechanism: CK_MECHANISM_TYPE,
    },
    /// Came in wrapped.
    Unwrapped,
    /// Computed from other keys.
    Derived {
        /// These.
        bases: &'a [&'a Object],
    },
}

/// Adds a key to the session, or to the token where the template says CKA_TOKEN. `template` is the caller's;
/// `content` is what the library adds: CKA_KEY_TYPE and the value of the key.
///
/// # Errors
/// What is wrong with the template or the value; nothing stays behind then.
pub(crate) fn add_key(
    session: &OpenSession,
    class: CK_OBJECT_CLASS,
    template: &Attributes,
    content: &Attributes,
    origin: Origin<'_>,
) -> Result<CK_OBJECT_HANDLE, Error> {
    check_session(session, template)?;
    template::check_creation(template, class, session.is_officer())?;
    check_content(class, template, content, origin)?;
    let token = template.flag(CKA_TOKEN);
    let private = is_private(session, class, template);
    let mut attributes = storage(class, private);
    attributes.set_flag(CKA_TOKEN, token);
    attributes.overlay(template);
    attributes.overlay(content);
    let material = complete(&mut attributes, class, origin)?;
    check_may_write(session, token, private)?;
    match (token, class) {
        (false, _) => {
            let object = own_object(
                attributes,
                Source::Session,
                private,
                Some(Arc::new(material)),
            );
            Ok(session.token.add_session_object(session.handle, object))
        }
        (true, _) => match &material {
            KeyMaterial::Host(key) => key_store::import(session, &attributes, key),
            _ => store(session, attributes, private),
        },
    }
}

/// What the token is told of a key that it is to make itself. `content` names the type, and the curve or the length.
/// CKA_ID is left to the public key where the template does not give it.
///
/// # Errors
/// As [`add_key`].
pub(crate) fn draft(
    session: &OpenSession,
    class: CK_OBJECT_CLASS,
    template: &Attributes,
    content: &Attributes,
    mechanism: CK_MECHANISM_TYPE,
) -> Result<Draft, Error> {
    let origin = Origin::Generated { mechanism };
    template::check_creation(template, class, session.is_officer())?;
    check_content(class, template, content, origin)?;
    let private = is_private(session, class, template);
    check_may_write(session, true, private)?;
    let mut attributes = storage(class, private);
    attributes.overlay(template);
    attributes.overlay(content);
    let curve = attributes.bytes(CKA_EC_PARAMS);
    let sm2 = curve.is_some_and(|params| Curve::from_params(params) == Ok(Curve::Sm2));
    fill_in(&mut attributes, class, origin, sm2);
    if class == CKO_SECRET_KEY {
        attributes.set_default(CKA_ID, Value::bytes([]));
    }
    Draft::new(&attributes)
}

/// CKA_PRIVATE where the template does not say: keys that keep a secret are the user's, but somebody who has not logged
/// in may have keys of a session.
fn is_private(session: &OpenSession, class: CK_OBJECT_CLASS, template: &Attributes) -> bool {
    match template.get(CKA_PRIVATE) {
        Some(value) => *value == Value::Bool(true),
        None if class == CKO_PUBLIC_KEY => false,
        None => template.flag(CKA_TOKEN) || session.token.login() == Login::User,
    }
}

/// What the library knows of the key cannot be said otherwise by the template, and a value that the caller does not
/// bring cannot be in it.
fn check_content(
    class: CK_OBJECT_CLASS,
    template: &Attributes,
    content: &Attributes,
    origin: Origin<'_>,
) -> Result<(), Error> {
    let contradicts = |(attribute, value): (CK_ATTRIBUTE_TYPE, &Value)| {
        template
            .get(attribute)
            .is_some_and(|given| given != value && !means_same(attribute, given, value))
    };
    let brought =
        |attribute| is_secret(class, attribute) || matches!(attribute, CKA_MODULUS | CKA_EC_POINT);
    let created = matches!(origin, Origin::Created);
    if content.iter().any(contradicts)
        || !created && template.iter().any(|(attribute, _)| brought(attribute))
    {
        return Err(Error::TemplateInconsistent);
    }
    if class == CKO_PRIVATE_KEY
        && template.flag(CKA_ALWAYS_AUTHENTICATE)
        && template.get(CKA_PRIVATE) == Some(&Value::Bool(false))
    {
        return Err(Error::TemplateInconsistent);
    }
    Ok(())
}

/// Whether two values say the same: big integers with zeros before them, names of one curve.
fn means_same(attribute: CK_ATTRIBUTE_TYPE, one: &Value, other: &Value) -> bool {
    match (attribute, one, other) {
        (CKA_EC_PARAMS, Value::Bytes(one), Value::Bytes(other)) => {
            Curve::from_params(one).is_ok_and(|curve| Curve::from_params(other) == Ok(curve))
        }
        _ => is_same_number(one, other),
    }
}

/// Whether two byte strings are the same big integer.
fn is_same_number(one: &Value, other: &Value) -> bool {
    let digits = |value: &Value| match value {
        Value::Bytes(bytes) => {
            let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
            Some(bytes[zeros..].to_vec())
        }
        _ => None,
    };
    digits(one).is_some_and(|one| Some(one) == digits(other))
}

/// Reads the key and writes what it decides and what the caller left open.
fn complete(
    attributes: &mut Attributes,
    class: CK_OBJECT_CLASS,
    origin: Origin<'_>,
) -> Result<KeyMaterial, Error> {
    let material =
        KeyMaterial::from_attributes(class, attributes)?.ok_or(Error::TemplateInconsistent)?;
    let public = material.public();
    if let Some(public) = &public {
        check_public(public, attributes)?;
        key::describe(public, attributes);
        let id = Value::bytes(key::default_id(public));
        attributes.set_default(CKA_ID, id);
    }
    if class == CKO_SECRET_KEY {
        describe_secret(attributes)?;
        attributes.set_default(CKA_ID, Value::bytes([]));
    }
    if let KeyMaterial::Host(key @ HostKey::Rsa(_)) = &material {
        // Whoever may read the key finds all of its numbers.
        for (attribute, value) in key.components().iter() {
            attributes.set_default(attribute, value.clone());
        }
    }
    let sm2 = matches!(public, Some(PublicKey::Sm2(_)));
    fill_in(attributes, class, origin, sm2);
    Ok(material)
}

/// Writes what the caller left open and the key does not decide.
fn fill_in(attributes: &mut Attributes, class: CK_OBJECT_CLASS, origin: Origin<'_>, sm2: bool) {
    if class != CKO_SECRET_KEY {
        attributes.set_default(CKA_SUBJECT, Value::bytes([]));
    }
    for attribute in [CKA_LABEL, CKA_START_DATE, CKA_END_DATE] {
        attributes.set_default(attribute, Value::bytes([]));
    }
    set_default_usage(attributes, class, sm2);
    set_past(attributes, class, origin);
}

/// What the template says of the public half must be true.
fn check_public(public: &PublicKey, attributes: &Attributes) -> Result<(), Error> {
    let info = attributes.bytes(CKA_PUBLIC_KEY_INFO).unwrap_or_default();
    let foreign: &[CK_ATTRIBUTE_TYPE] = match public {
        PublicKey::Rsa(_) => &[CKA_EC_PARAMS, CKA_EC_POINT, CKA_VALUE],
        _ => &[
            CKA_MODULUS,
            CKA_PUBLIC_EXPONENT,
            CKA_PRIVATE_EXPONENT,
            CKA_PRIME_1,
            CKA_PRIME_2,
        ],
    };
    let lies = !info.is_empty() && info != key::public_key_info(public);
    if lies
        || foreign
            .iter()
            .any(|attribute| attributes.get(*attribute).is_some())
    {
        return Err(Error::TemplateInconsistent);
    }
    Ok(())
}

/// CKA_VALUE_LEN and CKA_CHECK_VALUE of a secret key.
fn describe_secret(attributes: &mut Attributes) -> Result<(), Error> {
    let value = attributes.bytes(CKA_VALUE).unwrap_or_default();
    let len = value.len() as CK_ULONG;
    if attributes
        .number(CKA_VALUE_LEN)
        .is_some_and(|said| said != len)
    {
        return Err(Error::TemplateInconsistent);
    }
    let key_type = attributes.number(CKA_KEY_TYPE).unwrap_or_default();
    let check = check_value(key_type, value);
    match attributes.bytes(CKA_CHECK_VALUE) {
        // Written empty, the caller wants none.
        Some([]) => drop(attributes.remove(CKA_CHECK_VALUE)),
        Some(said) if said != check => return Err(Error::AttributeValueInvalid),
        _ => attributes.set_bytes(CKA_CHECK_VALUE, check),
    }
    attributes.set_number(CKA_VALUE_LEN, len);
    Ok(())
}

/// Whether a key whose template does not say may be read. The standard's default for secret keys is yes, and clients that
/// bring or agree on a key for their session count on it. What lasts, and what was made or wrapped to be kept, is hidden.
fn is_open(attributes: &Attributes, class: CK_OBJECT_CLASS, origin: Origin<'_>) -> bool {
    class == CKO_SECRET_KEY
        && !attributes.flag(CKA_TOKEN)
        && matches!(origin, Origin::Created | Origin::Derived { .. })
}

/// Where the key comes from and what it has been all its life.
fn set_past(attributes: &mut Attributes, class: CK_OBJECT_CLASS, origin: Origin<'_>) {
    let mechanism = match origin {
        Origin::Generated { mechanism } => mechanism,
        _ => CK_UNAVAILABLE_INFORMATION,
    };
    let made_here = matches!(origin, Origin::Generated { .. });
    attributes.set_flag(CKA_LOCAL, made_here);
    attributes.set_number(CKA_KEY_GEN_MECHANISM, mechanism);
    if class != CKO_PRIVATE_KEY {
        attributes.set_default(CKA_TRUSTED, Value::Bool(false));
    }
    if class == CKO_PUBLIC_KEY {
        return;
    }
    let open = is_open(attributes, class, origin);
    attributes.set_default(CKA_SENSITIVE, Value::Bool(!open));
    attributes.set_default(CKA_EXTRACTABLE, Value::Bool(open));
    attributes.set_default(CKA_WRAP_WITH_TRUSTED, Value::Bool(false));
    if class == CKO_PRIVATE_KEY {
        attributes.set_default(CKA_ALWAYS_AUTHENTICATE, Value::Bool(false));
    }
    let all = |attribute| match origin {
        Origin::Generated { .. } => true,
        Origin::Derived { bases } => bases.iter().all(|base| base.attributes.flag(attribute)),
        Origin::Created | Origin::Unwrapped => false,
    };
    let sensitive = attributes.flag(CKA_SENSITIVE) && all(CKA_ALWAYS_SENSITIVE);
    let kept = !attributes.flag(CKA_EXTRACTABLE) && all(CKA_NEVER_EXTRACTABLE);
    attributes.set_flag(CKA_ALWAYS_SENSITIVE, sensitive);
    attributes.set_flag(CKA_NEVER_EXTRACTABLE, kept);
}
