//! The table that says, for each attribute, its type, the classes that have it and who may write it when
//! (PKCS#11 3.2, chapter 4).

use crate::abi::types::*;

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
    /// Nested attributes.
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
    const SECRET: Self = Self(16);
    const DOMAIN: Self = Self(32);
    const PROFILE: Self = Self(64);
    const PAIR: Self = Self(4 | 8);
    const KEYS: Self = Self(4 | 8 | 16);
    const TYPED: Self = Self(4 | 8 | 16 | 32);
    const CERTIFIED: Self = Self(2 | 4 | 8);
    const IDENTIFIED: Self = Self(2 | 4 | 8 | 16);
    const VERIFIABLE: Self = Self(2 | 4 | 16);
    const HIDDEN: Self = Self(8 | 16);
    const FORWARD: Self = Self(4 | 16);
    const ALL: Self = Self(63);

    /// Whether objects of `class` are in the set.
    pub(crate) fn contains(self, class: CK_OBJECT_CLASS) -> bool {
        let bit = match class {
            CKO_DATA => Self::DATA,
            CKO_CERTIFICATE => Self::CERTIFICATE,
            CKO_PUBLIC_KEY => Self::PUBLIC,
            CKO_PRIVATE_KEY => Self::PRIVATE,
            CKO_SECRET_KEY => Self::SECRET,
            CKO_DOMAIN_PARAMETERS => Self::DOMAIN,
            CKO_PROFILE => Self::PROFILE,
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
    /// Who has it.
    pub(crate) classes: Classes,
    /// Who writes it.
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

    rule(CKA_PROFILE_ID,         Kind::Ulong, Classes::PROFILE, Access::Library),

    rule(CKA_APPLICATION,        Kind::Bytes, Classes::DATA, Access::Modify),
    rule(CKA_OBJECT_ID,          Kind::Bytes, Classes::DATA, Access::Modify),

    rule(CKA_CERTIFICATE_TYPE,     Kind::Ulong, Classes::CERTIFICATE, Access::Create),
    rule(CKA_CERTIFICATE_CATEGORY, Kind::Ulong, Classes::CERTIFICATE, Access::Create),
    rule(CKA_CHECK_VALUE,          Kind::Bytes, Classes(2 | 16), Access::Create),
    rule(CKA_TRUSTED,              Kind::Bool,  Classes::VERIFIABLE,  Access::Officer),
    rule(CKA_ISSUER,               Kind::Bytes, Classes::CERTIFICATE, Access::Modify),
    rule(CKA_SERIAL_NUMBER,        Kind::Bytes, Classes::CERTIFICATE, Access::Modify),
    rule(CKA_URL,                  Kind::Bytes, Classes::CERTIFICATE, Access::Create),
    rule(CKA_JAVA_MIDP_SECURITY_DOMAIN, Kind::Ulong, Classes::CERTIFICATE, Access::Create),
    rule(CKA_NAME_HASH_ALGORITHM,  Kind::Ulong, Classes::CERTIFICATE, Access::Create),
    rule(CKA_HASH_OF_SUBJECT_PUBLIC_KEY, Kind::Bytes, Classes::CERTIFICATE, Access::Create),
    rule(CKA_HASH_OF_ISSUER_PUBLIC_KEY,  Kind::Bytes, Classes::CERTIFICATE, Access::Create),

    rule(CKA_VALUE,              Kind::Bytes, Classes::DATA, Access::Modify),
    rule(CKA_VALUE,              Kind::Bytes, Classes(2 | 8 | 16), Access::Create),
    rule(CKA_VALUE_LEN,          Kind::Ulong, Classes::SECRET, Access::Create),
    rule(CKA_ID,                 Kind::Bytes, Classes::IDENTIFIED, Access::Modify),
    rule(CKA_SUBJECT,            Kind::Bytes, Classes::CERTIFIED, Access::Modify),
    rule(CKA_START_DATE,         Kind::Date,  Classes::IDENTIFIED, Access::Modify),
    rule(CKA_END_DATE,           Kind::Date,  Classes::IDENTIFIED, Access::Modify),
    rule(CKA_PUBLIC_KEY_INFO,    Kind::Bytes, Classes::CERTIFIED, Access::Create),

    rule(CKA_KEY_TYPE,           Kind::Ulong, Classes::TYPED, Access::Create),
    rule(CKA_LOCAL,              Kind::Bool,  Classes::TYPED, Access::Library),
    rule(CKA_DERIVE,             Kind::Bool,  Classes::KEYS, Access::Modify),
    rule(CKA_KEY_GEN_MECHANISM,  Kind::Ulong, Classes::KEYS, Access::Library),
    rule(CKA_ALLOWED_MECHANISMS, Kind::Ulongs, Classes::KEYS, Access::Create),
    rule(CKA_MODULUS,            Kind::Bytes, Classes::PAIR, Access::Create),
    rule(CKA_PUBLIC_EXPONENT,    Kind::Bytes, Classes::PAIR, Access::Create),
    rule(CKA_EC_PARAMS,          Kind::Bytes, Classes(4 | 8 | 32), Access::Create),
    rule(CKA_EC_POINT,           Kind::Bytes, Classes::PAIR, Access::Create),

    rule(CKA_MODULUS_BITS,       Kind::Ulong, Classes::PUBLIC, Access::Create),
    rule(CKA_ENCRYPT,            Kind::Bool,  Classes::FORWARD, Access::Modify),
    rule(CKA_VERIFY,             Kind::Bool,  Classes::FORWARD, Access::Modify),
    rule(CKA_VERIFY_RECOVER,     Kind::Bool,  Classes::PUBLIC, Access::Modify),
    rule(CKA_WRAP,               Kind::Bool,  Classes::FORWARD, Access::Modify),
    rule(CKA_ENCAPSULATE,        Kind::Bool,  Classes::PUBLIC, Access::Modify),
    rule(CKA_ENCAPSULATE_TEMPLATE, Kind::Template, Classes::PUBLIC, Access::Create),
    rule(CKA_WRAP_TEMPLATE,      Kind::Template, Classes::FORWARD, Access::Create),

    rule(CKA_SENSITIVE,          Kind::Bool,  Classes::HIDDEN, Access::Raise),
    rule(CKA_EXTRACTABLE,        Kind::Bool,  Classes::HIDDEN, Access::Lower),
    rule(CKA_ALWAYS_SENSITIVE,   Kind::Bool,  Classes::HIDDEN, Access::Library),
    rule(CKA_NEVER_EXTRACTABLE,  Kind::Bool,  Classes::HIDDEN, Access::Library),
    rule(CKA_WRAP_WITH_TRUSTED,  Kind::Bool,  Classes::HIDDEN, Access::Raise),
    rule(CKA_DECRYPT,            Kind::Bool,  Classes::HIDDEN, Access::Modify),
    rule(CKA_SIGN,               Kind::Bool,  Classes::HIDDEN, Access::Modify),
    rule(CKA_UNWRAP,             Kind::Bool,  Classes::HIDDEN, Access::Modify),
    rule(CKA_UNWRAP_TEMPLATE,    Kind::Template, Classes::HIDDEN, Access::Create),
    rule(CKA_DERIVE_TEMPLATE,    Kind::Template, Classes::HIDDEN, Access::Create),
    rule(CKA_ALWAYS_AUTHENTICATE, Kind::Bool, Classes::PRIVATE, Access::Create),
    rule(CKA_SIGN_RECOVER,       Kind::Bool,  Classes::PRIVATE, Access::Modify),
    rule(CKA_DECAPSULATE,        Kind::Bool,  Classes::PRIVATE, Access::Modify),
    rule(CKA_DECAPSULATE_TEMPLATE, Kind::Template, Classes::PRIVATE, Access::Create),
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

/// The components of a private or secret key that keep a secret.
pub(crate) fn is_secret(class: CK_OBJECT_CLASS, attribute: CK_ATTRIBUTE_TYPE) -> bool {
    match class {
        CKO_SECRET_KEY => attribute == CKA_VALUE,
        CKO_PRIVATE_KEY => matches!(
            attribute,
            CKA_VALUE
                | CKA_PRIVATE_EXPONENT
                | CKA_PRIME_1
                | CKA_PRIME_2
                | CKA_EXPONENT_1
                | CKA_EXPONENT_2
                | CKA_COEFFICIENT
        ),
        _ => false,
    }
}
