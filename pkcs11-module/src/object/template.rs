//! What callers write about objects: templates for creation, change and search
//! (PKCS#11 3.2, "Common attributes", "Object management functions").

use super::attribute::{Access, Attributes, Value, access};
use crate::abi::types::*;
use crate::rv::Error;
use zeroize::Zeroizing;

/// One attribute as the caller passed it.
pub(crate) struct RawAttribute {
    /// The attribute.
    pub(crate) attribute: CK_ATTRIBUTE_TYPE,
    /// Its bytes; wiped, for they may be a private key.
    pub(crate) value: Zeroizing<Vec<u8>>,
}

/// A caller's template, unread.
pub(crate) type RawTemplate = Vec<RawAttribute>;

/// Reads a template for creation or change.
///
/// # Errors
/// Unknown attributes, values of the wrong size, and the same attribute twice with different values.
pub(crate) fn parse(raw: &[RawAttribute]) -> Result<Attributes, Error> {
    let mut attributes = Attributes::default();
    for RawAttribute { attribute, value } in raw {
        let value = Attributes::parse(*attribute, value).ok_or(Error::AttributeTypeInvalid)??;
        if attributes
            .get(*attribute)
            .is_some_and(|earlier| *earlier != value)
        {
            return Err(Error::TemplateInconsistent);
        }
        attributes.set(*attribute, value);
    }
    Ok(attributes)
}

/// Reads a template for a search. An attribute that no object of ours can have gives `None`: nothing matches, which
/// is what clients that search by the attributes of other modules expect, not an error.
///
/// # Errors
/// Values of the wrong size.
pub(crate) fn parse_search(raw: &[RawAttribute]) -> Result<Option<Attributes>, Error> {
    let mut attributes = Attributes::default();
    for RawAttribute { attribute, value } in raw {
        let value = match Attributes::parse(*attribute, value) {
            None | Some(Err(Error::AttributeTypeInvalid)) => return Ok(None),
            Some(value) => value?,
        };
        if attributes
            .get(*attribute)
            .is_some_and(|earlier| *earlier != value)
        {
            return Ok(None);
        }
        attributes.set(*attribute, value);
    }
    Ok(Some(attributes))
}

/// Checks that a template may make an object of `class`; `officer`: the security officer is logged in.
///
/// # Errors
/// Attributes that the class does not have or that only the library writes.
pub(crate) fn check_creation(
    template: &Attributes,
    class: CK_OBJECT_CLASS,
    officer: bool,
) -> Result<(), Error> {
    if template
        .number(CKA_CLASS)
        .is_some_and(|named| named != class)
    {
        return Err(Error::TemplateInconsistent);
    }
    for (attribute, value) in template.iter() {
        match access(class, attribute).ok_or(Error::TemplateInconsistent)? {
            Access::Library => return Err(Error::AttributeReadOnly),
            Access::Officer if !officer && *value == Value::Bool(true) => {
                return Err(Error::AttributeReadOnly);
            }
            _ => {}
        }
    }
    Ok(())
}

/// Checks that `change` may be written over an object's attributes.
///
/// # Errors
/// Attributes that the class does not have, that are fixed, or whose value may only go the other way.
pub(crate) fn check_change(
    object: &Attributes,
    change: &Attributes,
    officer: bool,
) -> Result<(), Error> {
    let class = object.number(CKA_CLASS).ok_or(Error::GeneralError)?;
    for (attribute, value) in change.iter() {
        let allowed = match access(class, attribute).ok_or(Error::AttributeTypeInvalid)? {
            Access::Library | Access::Create => false,
            Access::Modify => true,
            Access::Raise => *value == Value::Bool(true) || !object.flag(attribute),
            Access::Lower => *value == Value::Bool(false) || object.flag(attribute),
            Access::Officer => officer || *value == Value::Bool(false),
        };
        if !allowed {
            return Err(Error::AttributeReadOnly);
        }
    }
    Ok(())
}
