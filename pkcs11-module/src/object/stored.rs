//! How attributes are written to the token: the content of the stored objects of the extension family.
//!
//! ```text
//! version u8 = 1 │ kind u8 │ side u8 (0 encryption, 1 signature; 0 without container) │ attributes
//! attribute: type u32 │ length u32 │ value
//! ```
//!
//! Numbers are big endian. A boolean is one byte, a number eight, an array of numbers eight each, nested attributes
//! are written as these are, all else is the bytes.
//! CKA_TOKEN and CKA_PRIVATE are not written: the token itself says both. A record that does not parse is left out of
//! the view, never changed.

use super::Side;
use super::attribute::{Attributes, Value};
use crate::abi::types::*;
use zeroize::Zeroizing;

const VERSION: u8 = 1;

/// Largest record that the token takes.
pub(crate) const LARGEST: usize = 60_000;

/// What a record describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// Attributes of a container's private key.
    OfPrivateKey,
    /// Attributes of a container's public key.
    OfPublicKey,
    /// Attributes of a container's certificate.
    OfCertificate,
    /// A data, certificate or public-key object of its own.
    Object,
    /// A container's public key was destroyed, which containers cannot do; CKA_VALUE is its fingerprint.
    HiddenPublicKey,
    /// The same for a container's certificate.
    HiddenCertificate,
}

impl Kind {
    const NUMBERS: [(Self, u8); 6] = [
        (Self::OfPrivateKey, 1),
        (Self::OfPublicKey, 2),
        (Self::OfCertificate, 3),
        (Self::Object, 4),
        (Self::HiddenPublicKey, 5),
        (Self::HiddenCertificate, 6),
    ];

    fn number(self) -> u8 {
        Self::NUMBERS
            .iter()
            .find(|(kind, _)| *kind == self)
            .map_or(0, |(_, number)| *number)
    }

    fn from_number(number: u8) -> Option<Self> {
        Self::NUMBERS
            .iter()
            .find(|(_, n)| *n == number)
            .map(|(kind, _)| *kind)
    }
}

/// One record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    /// What it describes.
    pub(crate) kind: Kind,
    /// Which half of the owning container.
    pub(crate) side: Side,
    /// The attributes.
    pub(crate) attributes: Attributes,
}

impl Record {
    /// As bytes for the token.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = vec![
            VERSION,
            self.kind.number(),
            u8::from(self.side == Side::Signature),
        ];
        write(&self.attributes, &mut out);
        out
    }

    /// From the token's bytes; `None` for records of another version or with a mistake in them.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let (&[VERSION, kind, side], rest) = bytes.split_first_chunk()? else {
            return None;
        };
        let kind = Kind::from_number(kind)?;
        let side = if side == 1 {
            Side::Signature
        } else {
            Side::Encryption
        };
        Some(Self {
            kind,
            side,
            attributes: read(rest, Depth::Outer)?,
        })
    }
}

/// Where attributes stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    Outer,
    /// In CKA_WRAP_TEMPLATE and the like, where none nests further.
    Nested,
}

fn write(attributes: &Attributes, out: &mut Vec<u8>) {
    for (attribute, value) in attributes.iter() {
        if matches!(attribute, CKA_TOKEN | CKA_PRIVATE) {
            continue;
        }
        let (tag, value) = (portable_type(attribute), portable(value));
        out.extend_from_slice(&tag.to_be_bytes());
        out.extend_from_slice(&(value.len() as u32).to_be_bytes());
        out.extend_from_slice(&value);
    }
}

fn read(mut rest: &[u8], depth: Depth) -> Option<Attributes> {
    let mut attributes = Attributes::default();
    while !rest.is_empty() {
        let (tag, tail) = rest.split_first_chunk()?;
        let (len, tail) = tail.split_first_chunk()?;
        let (value, tail) = tail.split_at_checked(u32::from_be_bytes(*len) as usize)?;
        let attribute = CK_ATTRIBUTE_TYPE::from(u32::from_be_bytes(*tag));
        attributes.set(attribute, native(attribute, value, depth)?);
        rest = tail;
    }
    Some(attributes)
}

/// Attribute numbers have 32 bits on every platform.
fn portable_type(attribute: CK_ATTRIBUTE_TYPE) -> u32 {
    u32::try_from(attribute).expect("invariant: every attribute of the table has 32 bits")
}

fn portable(value: &Value) -> Zeroizing<Vec<u8>> {
    match value {
        Value::Bool(b) => vec![u8::from(*b)].into(),
        Value::Ulong(n) => wide(*n).to_vec().into(),
        Value::Ulongs(list) => {
            let bytes: Vec<u8> = list.iter().flat_map(|n| wide(*n)).collect();
            bytes.into()
        }
        Value::Bytes(bytes) => bytes.clone(),
        Value::Template(nested) => {
            let mut bytes = Vec::new();
            write(nested, &mut bytes);
            bytes.into()
        }
    }
}

#[allow(
    clippy::useless_conversion,
    reason = "CK_ULONG has 32 bits on other platforms"
)]
fn wide(number: CK_ULONG) -> [u8; 8] {
    // CK_UNAVAILABLE_INFORMATION is all ones in any width.
    let number = if number == CK_UNAVAILABLE_INFORMATION {
        u64::MAX
    } else {
        number.into()
    };
    number.to_be_bytes()
}

fn native(attribute: CK_ATTRIBUTE_TYPE, value: &[u8], depth: Depth) -> Option<Value> {
    use super::rule::{Kind as As, kind};
    Some(match kind(attribute)? {
        As::Bool => {
            let [flag] = value else { return None };
            Value::Bool(*flag != 0)
        }
        As::Ulong => Value::Ulong(narrow(value)?),
        As::Ulongs => Value::Ulongs(value.chunks(8).map(narrow).collect::<Option<_>>()?),
        As::Bytes | As::Date => Value::bytes(value),
        As::Template if depth == Depth::Outer => Value::Template(read(value, Depth::Nested)?),
        As::Template => return None,
    })
}

fn narrow(value: &[u8]) -> Option<CK_ULONG> {
    let number = u64::from_be_bytes(value.try_into().ok()?);
    if number == u64::MAX {
        Some(CK_UNAVAILABLE_INFORMATION)
    } else {
        CK_ULONG::try_from(number).ok()
    }
}
