//! Attribute values, and the attributes of one object or template.

use super::rule::{Kind, kind};
use crate::abi::types::*;
use crate::abi::vendor::canonical_key_type;
use crate::rv::Error;
use zeroize::Zeroizing;

/// A typed attribute value. Bytes are wiped when they go, for they may be a key.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Value {
    /// `CK_BBOOL`, one byte.
    Bool(bool),
    /// `CK_ULONG`.
    Ulong(CK_ULONG),
    /// An array of `CK_ULONG` (CKA_ALLOWED_MECHANISMS).
    Ulongs(Vec<CK_ULONG>),
    /// Bytes, text, big integers and dates.
    Bytes(Zeroizing<Vec<u8>>),
    /// Attributes that other objects must have or get (CKA_WRAP_TEMPLATE and the like).
    Template(Attributes),
}

impl Value {
    /// Bytes.
    pub(crate) fn bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self::Bytes(Zeroizing::new(bytes.into()))
    }

    /// The bytes that the C caller sees; of nested attributes there are none, they are answered one by one.
    pub(crate) fn to_c(&self) -> Zeroizing<Vec<u8>> {
        match self {
            Self::Bool(b) => vec![CK_BBOOL::from(*b)].into(),
            Self::Ulong(n) => n.to_ne_bytes().to_vec().into(),
            Self::Ulongs(list) => {
                let bytes: Vec<u8> = list.iter().flat_map(|n| n.to_ne_bytes()).collect();
                bytes.into()
            }
            Self::Bytes(bytes) => bytes.clone(),
            Self::Template(_) => Zeroizing::default(),
        }
    }

    /// How many bytes the C caller sees.
    pub(crate) fn c_len(&self) -> usize {
        match self {
            Self::Bool(_) => size_of::<CK_BBOOL>(),
            Self::Ulong(_) => size_of::<CK_ULONG>(),
            Self::Ulongs(list) => list.len() * size_of::<CK_ULONG>(),
            Self::Bytes(bytes) => bytes.len(),
            Self::Template(nested) => nested.len() * size_of::<CK_ATTRIBUTE>(),
        }
    }

    /// Reads what a C caller wrote, but for nested attributes.
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
            Kind::Date if !is_date(bytes) => Err(Error::AttributeValueInvalid),
            Kind::Ulongs | Kind::Template => Err(Error::AttributeValueInvalid),
            Kind::Bytes | Kind::Date => Ok(Self::bytes(bytes)),
        }
    }
}

/// Bytes by their number alone.
impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bool(b) => b.fmt(f),
            Self::Ulong(n) => write!(f, "{n:#x}"),
            Self::Ulongs(list) => write!(f, "{list:x?}"),
            Self::Bytes(bytes) => write!(f, "{} bytes", bytes.len()),
            Self::Template(nested) => nested.fmt(f),
        }
    }
}

/// A CK_DATE (PKCS#11 3.2, "General data types"): none, or year, month and day in digits.
fn is_date(bytes: &[u8]) -> bool {
    let number = |digits: &[u8]| {
        let text = std::str::from_utf8(digits).ok()?;
        text.bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| text.parse::<u32>().ok())?
    };
    match bytes {
        [] => true,
        [year @ .., m1, m2, d1, d2] if year.len() == 4 => {
            number(year).is_some()
                && number(&[*m1, *m2]).is_some_and(|month| (1..=12).contains(&month))
                && number(&[*d1, *d2]).is_some_and(|day| (1..=31).contains(&day))
        }
        _ => false,
    }
}

fn ulong(bytes: &[u8]) -> Result<CK_ULONG, Error> {
    bytes
        .try_into()
        .map(CK_ULONG::from_ne_bytes)
        .map_err(|_| Error::AttributeValueInvalid)
}

/// Attributes of one object, or of one template, each at most once, by ascending number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Attributes(Vec<(CK_ATTRIBUTE_TYPE, Value)>);

impl Attributes {
    /// Reads one attribute, other than nested ones, from C bytes; `None` when the number is not one of ours.
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
        let place = self.place(attribute).ok()?;
        Some(&self.0[place].1)
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

    /// Nested attributes.
    pub(crate) fn template(&self, attribute: CK_ATTRIBUTE_TYPE) -> Option<&Self> {
        match self.get(attribute) {
            Some(Value::Template(nested)) => Some(nested),
            _ => None,
        }
    }

    /// Sets or replaces.
    pub(crate) fn set(&mut self, attribute: CK_ATTRIBUTE_TYPE, value: Value) {
        match self.place(attribute) {
            Ok(place) => self.0[place].1 = value,
            Err(place) => self.0.insert(place, (attribute, value)),
        }
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
        self.set(attribute, Value::bytes(value));
    }

    /// Sets unless present.
    pub(crate) fn set_default(&mut self, attribute: CK_ATTRIBUTE_TYPE, value: Value) {
        if let Err(place) = self.place(attribute) {
            self.0.insert(place, (attribute, value));
        }
    }

    /// Takes one out.
    pub(crate) fn remove(&mut self, attribute: CK_ATTRIBUTE_TYPE) -> Option<Value> {
        let place = self.place(attribute).ok()?;
        Some(self.0.remove(place).1)
    }

    /// Writes all of `other` over these.
    pub(crate) fn overlay(&mut self, other: &Self) {
        for (attribute, value) in other.iter() {
            self.set(attribute, value.clone());
        }
    }

    /// All of them, by number.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (CK_ATTRIBUTE_TYPE, &Value)> {
        self.0.iter().map(|(attribute, value)| (*attribute, value))
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Where an attribute is, or where it would go.
    fn place(&self, attribute: CK_ATTRIBUTE_TYPE) -> Result<usize, usize> {
        self.0.binary_search_by_key(&attribute, |entry| entry.0)
    }
}
