//! Attribute values and the table that says, for each attribute, its type, the classes that have it and
//! who may write it when (PKCS#11 3.2, chapter 4).

use crate::abi::types::*;
use crate::abi::vendor::canonical_key_type;
use crate::rv::Error;
use std::collections::BTreeMap;

/// A typed attribute value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    /// `CK_BBOOL`, one byte.
    Bool(bool),
    /// `CK_ULONG`.
    Ulong(CK_ULONG),
    /// An array of `CK_ULONG` (CKA_ALLOWED_MECHANISMS).
    Ulongs(Vec<CK_ULONG>),
    /// Bytes, text, big integers and dates.
    Bytes(Vec<u8>),
}

impl Value {
    /// The bytes that the C caller sees.
    pub(crate) fn to_c(&self) -> Vec<u8> {
        match self {
            Self::Bool(b) => vec![CK_BBOOL::from(*b)],
            Self::Ulong(n) => n.to_ne_bytes().to_vec(),
            Self::Ulongs(list) => list.iter().flat_map(|n| n.to_ne_bytes()).collect(),
            Self::Bytes(bytes) => bytes.clone(),
        }
    }

    /// Reads what a C caller wrote.
    fn from_c(kind: Kind, bytes: &[u8]) -> Result<Self, Error> {
        const WIDTH: usize = size_of::<CK_ULONG>();
        match kind {
            Kind::Bool => match bytes {
                [CK_FALSE] => Ok(Self::Bool(false)),
                [_] => Ok(Self::Bool(true)),
                _ => Err(Error::AttributeValueInvalid),
            },
            Kind::Ulong => Ok(Self::Ulong(ulong(bytes)?)),
            Kind::Ulongs if bytes.len().is_multiple_of(WIDTH) => bytes
                .chunks_exact(WIDTH)
                .map(ulong)
                .collect::<Result<_, _>>()
                .map(Self::Ulongs),
            Kind::Date if !matches!(bytes.len(), 0 | 8) => Err(Error::AttributeValueInvalid),
            Kind::Ulongs => Err(Error::AttributeValueInvalid),
            Kind::Template => Err(Error::AttributeTypeInvalid),
            Kind::Bytes | Kind::Date => Ok(Self::Bytes(bytes.to_vec())),
        }
    }
}

fn ulong(bytes: &[u8]) -> Result<CK_ULONG, Error> {
    bytes
        .try_into()
        .map(CK_ULONG::from_ne_bytes)
        .map_err(|_| Error::AttributeValueInvalid)
}

/// How the bytes of an attribute are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One byte.
    Bool,
    /// One `CK_ULONG`.
    Ulong,
    /// `CK_ULONG`s one after another.
    Ulongs,
    /// Anything.
    Bytes,
    /// Empty or a `CK_DATE` of eight digits.
    Date,
    /// Nested attributes; not supported yet.
    Template,
}

/// Who may write an attribute, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// The library alone.
    Library,
    /// The caller, when the object is made.
    Create,
    /// The caller, at any time.
    Modify,
    /// The caller when the object is made; later only from false to true.
    Raise,
    /// The caller when the object is made; later only from true to false.
    Lower,
    /// The security officer (CKA_TRUSTED); others may only say false.
    Officer,
}

/// A set of object classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Classes(u8);

impl Classes {
    const DATA: Self = Self(1);
    const CERTIFICATE: Self = Self(2);
    const PUBLIC: Self = Self(4);
    const PRIVATE: Self = Self(8);
    const KEYS: Self = Self(4 | 8);
    const CERTIFIED: Self = Self(2 | 4 | 8);
    const VERIFIABLE: Self = Self(2 | 4);
    const ALL: Self = Self(1 | 2 | 4 | 8);

    /// Whether objects of `class` are in the set.
    pub(crate) fn contains(self, class: CK_OBJECT_CLASS) -> bool {
        let bit = match class {
            CKO_DATA => Self::DATA,
            CKO_CERTIFICATE => Self::CERTIFICATE,
            CKO_PUBLIC_KEY => Self::PUBLIC,
            CKO_PRIVATE_KEY => Self::PRIVATE,
            _ => Self(0),
        };
        self.0 & bit.0 != 0
    }
}

/// One row of the attribute table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rule {
    /// The attribute.
    pub(crate) attribute: CK_ATTRIBUTE_TYPE,
    /// How its bytes are read.
    pub(crate) kind: Kind,
    /// The classes that have it.
    pub(crate) classes: Classes,
    /// Who may write it.
    pub(crate) access: Access,
}

const fn rule(attribute: CK_ATTRIBUTE_TYPE, kind: Kind, classes: Classes, access: Access) -> Rule {
    Rule {
        attribute,
        kind,
        classes,
        access,
    }
}

/// Every attribute that this module knows.
#[rustfmt::skip]
pub(crate) const RULES: &[Rule] = &[
    rule(CKA_CLASS,              Kind::Ulong, Classes::ALL, Access::Create),
    rule(CKA_TOKEN,              Kind::Bool,  Classes::ALL, Access::Create),
    rule(CKA_PRIVATE,            Kind::Bool,  Classes::ALL, Access::Create),
    rule(CKA_MODIFIABLE,         Kind::Bool,  Classes::ALL, Access::Create),
    rule(CKA_COPYABLE,           Kind::Bool,  Classes::ALL, Access::Lower),
    rule(CKA_DESTROYABLE,        Kind::Bool,  Classes::ALL, Access::Lower),
    rule(CKA_LABEL,              Kind::Bytes, Classes::ALL, Access::Modify),
    rule(CKA_UNIQUE_ID,          Kind::Bytes, Classes::ALL, Access::Library),

    rule(CKA_APPLICATION,        Kind::Bytes, Classes::DATA, Access::Modify),
    rule(CKA_OBJECT_ID,          Kind::Bytes, Classes::DATA, Access::Modify),

    rule(CKA_CERTIFICATE_TYPE,     Kind::Ulong, Classes::CERTIFICATE, Access::Create),
    rule(CKA_CERTIFICATE_CATEGORY, Kind::Ulong, Classes::CERTIFICATE, Access::Create),
    rule(CKA_CHECK_VALUE,          Kind::Bytes, Classes::CERTIFICATE, Access::Create),
    rule(CKA_TRUSTED,              Kind::Bool,  Classes::VERIFIABLE,  Access::Officer),
    rule(CKA_ISSUER,               Kind::Bytes, Classes::CERTIFICATE, Access::Modify),
    rule(CKA_SERIAL_NUMBER,        Kind::Bytes, Classes::CERTIFICATE, Access::Modify),
    rule(CKA_URL,                  Kind::Bytes, Classes::CERTIFICATE, Access::Create),
    rule(CKA_JAVA_MIDP_SECURITY_DOMAIN, Kind::Ulong, Classes::CERTIFICATE, Access::Create),
    rule(CKA_NAME_HASH_ALGORITHM,  Kind::Ulong, Classes::CERTIFICATE, Access::Create),
    rule(CKA_HASH_OF_SUBJECT_PUBLIC_KEY, Kind::Bytes, Classes::CERTIFICATE, Access::Create),
    rule(CKA_HASH_OF_ISSUER_PUBLIC_KEY,  Kind::Bytes, Classes::CERTIFICATE, Access::Create),

    rule(CKA_VALUE,              Kind::Bytes, Classes::DATA, Access::Modify),
    rule(CKA_VALUE,              Kind::Bytes, Classes(2 | 8), Access::Create),
    rule(CKA_ID,                 Kind::Bytes, Classes::CERTIFIED, Access::Modify),
    rule(CKA_SUBJECT,            Kind::Bytes, Classes::CERTIFIED, Access::Modify),
    rule(CKA_START_DATE,         Kind::Date,  Classes::CERTIFIED, Access::Modify),
    rule(CKA_END_DATE,           Kind::Date,  Classes::CERTIFIED, Access::Modify),
    rule(CKA_PUBLIC_KEY_INFO,    Kind::Bytes, Classes::CERTIFIED, Access::Create),

    rule(CKA_KEY_TYPE,           Kind::Ulong, Classes::KEYS, Access::Create),
    rule(CKA_DERIVE,             Kind::Bool,  Classes::KEYS, Access::Modify),
    rule(CKA_LOCAL,              Kind::Bool,  Classes::KEYS, Access::Library),
    rule(CKA_KEY_GEN_MECHANISM,  Kind::Ulong, Classes::KEYS, Access::Library),
    rule(CKA_ALLOWED_MECHANISMS, Kind::Ulongs, Classes::KEYS, Access::Create),
    rule(CKA_MODULUS,            Kind::Bytes, Classes::KEYS, Access::Create),
    rule(CKA_PUBLIC_EXPONENT,    Kind::Bytes, Classes::KEYS, Access::Create),
    rule(CKA_EC_PARAMS,          Kind::Bytes, Classes::KEYS, Access::Create),
    rule(CKA_EC_POINT,           Kind::Bytes, Classes::KEYS, Access::Create),

    rule(CKA_MODULUS_BITS,       Kind::Ulong, Classes::PUBLIC, Access::Create),
    rule(CKA_ENCRYPT,            Kind::Bool,  Classes::PUBLIC, Access::Modify),
    rule(CKA_VERIFY,             Kind::Bool,  Classes::PUBLIC, Access::Modify),
    rule(CKA_VERIFY_RECOVER,     Kind::Bool,  Classes::PUBLIC, Access::Modify),
    rule(CKA_WRAP,               Kind::Bool,  Classes::PUBLIC, Access::Modify),
    rule(CKA_ENCAPSULATE,        Kind::Bool,  Classes::PUBLIC, Access::Modify),
    rule(CKA_WRAP_TEMPLATE,      Kind::Template, Classes::PUBLIC, Access::Create),

    rule(CKA_SENSITIVE,          Kind::Bool,  Classes::PRIVATE, Access::Raise),
    rule(CKA_EXTRACTABLE,        Kind::Bool,  Classes::PRIVATE, Access::Lower),
    rule(CKA_ALWAYS_SENSITIVE,   Kind::Bool,  Classes::PRIVATE, Access::Library),
    rule(CKA_NEVER_EXTRACTABLE,  Kind::Bool,  Classes::PRIVATE, Access::Library),
    rule(CKA_ALWAYS_AUTHENTICATE, Kind::Bool, Classes::PRIVATE, Access::Create),
    rule(CKA_WRAP_WITH_TRUSTED,  Kind::Bool,  Classes::PRIVATE, Access::Raise),
    rule(CKA_DECRYPT,            Kind::Bool,  Classes::PRIVATE, Access::Modify),
    rule(CKA_SIGN,               Kind::Bool,  Classes::PRIVATE, Access::Modify),
    rule(CKA_SIGN_RECOVER,       Kind::Bool,  Classes::PRIVATE, Access::Modify),
    rule(CKA_UNWRAP,             Kind::Bool,  Classes::PRIVATE, Access::Modify),
    rule(CKA_DECAPSULATE,        Kind::Bool,  Classes::PRIVATE, Access::Modify),
    rule(CKA_UNWRAP_TEMPLATE,    Kind::Template, Classes::PRIVATE, Access::Create),
    rule(CKA_PRIVATE_EXPONENT,   Kind::Bytes, Classes::PRIVATE, Access::Create),
    rule(CKA_PRIME_1,            Kind::Bytes, Classes::PRIVATE, Access::Create),
    rule(CKA_PRIME_2,            Kind::Bytes, Classes::PRIVATE, Access::Create),
    rule(CKA_EXPONENT_1,         Kind::Bytes, Classes::PRIVATE, Access::Create),
    rule(CKA_EXPONENT_2,         Kind::Bytes, Classes::PRIVATE, Access::Create),
    rule(CKA_COEFFICIENT,        Kind::Bytes, Classes::PRIVATE, Access::Create),
];

/// How an attribute is read, if it is one of ours.
pub(crate) fn kind(attribute: CK_ATTRIBUTE_TYPE) -> Option<Kind> {
    RULES
        .iter()
        .find(|rule| rule.attribute == attribute)
        .map(|rule| rule.kind)
}

/// Who may write an attribute of an object of `class`; `None` when the class does not have it.
pub(crate) fn access(class: CK_OBJECT_CLASS, attribute: CK_ATTRIBUTE_TYPE) -> Option<Access> {
    RULES
        .iter()
        .find(|rule| rule.attribute == attribute && rule.classes.contains(class))
        .map(|rule| rule.access)
}

/// The private components, which no caller ever reads back.
pub(crate) fn is_secret(class: CK_OBJECT_CLASS, attribute: CK_ATTRIBUTE_TYPE) -> bool {
    class == CKO_PRIVATE_KEY
        && matches!(
            attribute,
            CKA_VALUE
                | CKA_PRIVATE_EXPONENT
                | CKA_PRIME_1
                | CKA_PRIME_2
                | CKA_EXPONENT_1
                | CKA_EXPONENT_2
                | CKA_COEFFICIENT
        )
}

/// Attributes of one object, or of one template, each at most once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Attributes(BTreeMap<CK_ATTRIBUTE_TYPE, Value>);

impl Attributes {
    /// Reads one attribute from C bytes; `None` when the number is not one of ours.
    pub(crate) fn parse(
        attribute: CK_ATTRIBUTE_TYPE,
        bytes: &[u8],
    ) -> Option<Result<Value, Error>> {
        Some(
            Value::from_c(kind(attribute)?, bytes).map(|value| match (attribute, value) {
                (CKA_KEY_TYPE, Value::Ulong(number)) => Value::Ulong(canonical_key_type(number)),
                (_, value) => value,
            }),
        )
    }

    /// The value of an attribute.
    pub(crate) fn get(&self, attribute: CK_ATTRIBUTE_TYPE) -> Option<&Value> {
        self.0.get(&attribute)
    }

    /// The value of a boolean attribute; false when absent.
    pub(crate) fn flag(&self, attribute: CK_ATTRIBUTE_TYPE) -> bool {
        matches!(self.get(attribute), Some(Value::Bool(true)))
    }

    /// The value of a number.
    pub(crate) fn number(&self, attribute: CK_ATTRIBUTE_TYPE) -> Option<CK_ULONG> {
        match self.get(attribute) {
            Some(Value::Ulong(n)) => Some(*n),
            _ => None,
        }
    }

    /// The value of a byte string.
    pub(crate) fn bytes(&self, attribute: CK_ATTRIBUTE_TYPE) -> Option<&[u8]> {
        match self.get(attribute) {
            Some(Value::Bytes(b)) => Some(b),
            _ => None,
        }
    }

    /// Sets or replaces.
    pub(crate) fn set(&mut self, attribute: CK_ATTRIBUTE_TYPE, value: Value) {
        self.0.insert(attribute, value);
    }

    /// Sets a boolean.
    pub(crate) fn set_flag(&mut self, attribute: CK_ATTRIBUTE_TYPE, value: bool) {
        self.set(attribute, Value::Bool(value));
    }

    /// Sets a number.
    pub(crate) fn set_number(&mut self, attribute: CK_ATTRIBUTE_TYPE, value: CK_ULONG) {
        self.set(attribute, Value::Ulong(value));
    }

    /// Sets a byte string.
    pub(crate) fn set_bytes(&mut self, attribute: CK_ATTRIBUTE_TYPE, value: impl Into<Vec<u8>>) {
        self.set(attribute, Value::Bytes(value.into()));
    }

    /// Sets unless present.
    pub(crate) fn set_default(&mut self, attribute: CK_ATTRIBUTE_TYPE, value: Value) {
        self.0.entry(attribute).or_insert(value);
    }

    /// Takes one out.
    pub(crate) fn remove(&mut self, attribute: CK_ATTRIBUTE_TYPE) -> Option<Value> {
        self.0.remove(&attribute)
    }

    /// Writes all of `other` over these.
    pub(crate) fn overlay(&mut self, other: &Self) {
        self.0.extend(
            other
                .0
                .iter()
                .map(|(attribute, value)| (*attribute, value.clone())),
        );
    }

    /// All of them, by number.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (CK_ATTRIBUTE_TYPE, &Value)> {
        self.0.iter().map(|(attribute, value)| (*attribute, value))
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
