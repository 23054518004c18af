//! What callers write about objects: templates for creation, change and search
//! (PKCS#11 3.2, "Common attributes", "Object management functions").

use super::attribute::{Attributes, Value};
use super::rule::{Access, Kind, access, kind};
use crate::abi::types::*;
use crate::rv::Error;
use zeroize::Zeroizing;

/// One attribute as the caller passed it.
pub(crate) struct RawAttribute {
    /// The attribute.
    pub(crate) attribute: CK_ATTRIBUTE_TYPE,
    /// Its bytes; wiped, for they may be a private key.
    pub(crate) value: Zeroizing<Vec<u8>>,
    /// What is in it, if it consists of attributes.
    pub(crate) nested: Option<RawTemplate>,
}

impl RawAttribute {
    /// Reads the value; `None` when the number is not one of ours.
    fn read(&self) -> Option<Result<Value, Error>> {
        if kind(self.attribute)? != Kind::Template {
            return Attributes::parse(self.attribute, &self.value);
        }
        let nested = self.nested.as_deref().ok_or(Error::AttributeValueInvalid);
        Some(nested.and_then(parse).map(Value::Template))
    }
}

/// A caller's template, unread.
pub(crate) type RawTemplate = Vec<RawAttribute>;

/// Reads a template for creation or change.
///
/// # Errors
/// Unknown attributes, values of the wrong size, and the same attribute twice with different values.
pub(crate) fn parse(raw: &[RawAttribute]) -> Result<Attributes, Error> {
    let mut attributes = Attributes::default();
    for given in raw {
        let attribute = given.attribute;
        let value = given.read().ok_or(Error::AttributeTypeInvalid)??;
        if attributes
            .get(attribute)
            .is_some_and(|earlier| *earlier != value)
        {
            return Err(Error::TemplateInconsistent);
        }
        attributes.set(attribute, value);
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
    for given in raw {
        let attribute = given.attribute;
        let Some(value) = given.read().transpose()? else {
            return Ok(None);
        };
        if attributes
            .get(attribute)
            .is_some_and(|earlier| *earlier != value)
        {
            return Ok(None);
        }
        attributes.set(attribute, value);
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
        let access = access(class, attribute).ok_or(Error::AttributeTypeInvalid)?;
        if !may_change(access, object, attribute, value, officer) {
            return Err(Error::AttributeReadOnly);
        }
    }
    Ok(())
}

/// Checks that a copy of an object may have these attributes: those that [`check_change`] lets through, and where the
/// copy lives and who may change it.
///
/// # Errors
/// As [`check_change`]; what the class does not have is [`Error::TemplateInconsistent`].
pub(crate) fn check_copy(
    object: &Attributes,
    change: &Attributes,
    officer: bool,
) -> Result<(), Error> {
    let class = object.number(CKA_CLASS).ok_or(Error::GeneralError)?;
    for (attribute, value) in change.iter() {
        let access = access(class, attribute).ok_or(Error::TemplateInconsistent)?;
        let of_the_copy = matches!(attribute, CKA_TOKEN | CKA_PRIVATE | CKA_MODIFIABLE);
        let same = object.get(attribute) == Some(value);
        if !of_the_copy && !same && !may_change(access, object, attribute, value, officer) {
            return Err(Error::AttributeReadOnly);
        }
    }
    Ok(())
}

/// Whether an attribute may get this value.
fn may_change(
    access: Access,
    object: &Attributes,
    attribute: CK_ATTRIBUTE_TYPE,
    value: &Value,
    officer: bool,
) -> bool {
    match access {
        Access::Library | Access::Create => false,
        Access::Modify => true,
        Access::Raise => *value == Value::Bool(true) || !object.flag(attribute),
        Access::Lower => *value == Value::Bool(false) || object.flag(attribute),
        Access::Officer => officer || *value == Value::Bool(false),
    }
}
