//! Distinguished names (X.501, RFC 5280 section 4.1.2.4).
//!
//! A [`Name`] keeps the bytes it was read from. Its text form is in the order of the encoding,
//! `C=CN, O=…, CN=…`, as Chinese certificates are usually shown; this is the reverse of RFC 4514.

use std::fmt;
use std::str::FromStr;

use const_oid::ObjectIdentifier as Oid;

use crate::asn1::{self, Element};
use crate::error::{Error, Result};
use crate::oid;

const WHAT: &str = "distinguished name";

/// Short names of attribute types, first match wins when writing.
const KEYWORDS: &[(&str, Oid)] = &[
    ("C", oid::COUNTRY_NAME),
    ("ST", oid::STATE_OR_PROVINCE_NAME),
    ("S", oid::STATE_OR_PROVINCE_NAME),
    ("L", oid::LOCALITY_NAME),
    ("STREET", oid::STREET_ADDRESS),
    ("O", oid::ORGANIZATION_NAME),
    ("OU", oid::ORGANIZATIONAL_UNIT_NAME),
    ("CN", oid::COMMON_NAME),
    ("SN", oid::SURNAME),
    ("GN", oid::GIVEN_NAME),
    ("T", oid::TITLE),
    ("SERIALNUMBER", oid::SERIAL_NUMBER),
    ("E", oid::EMAIL_ADDRESS),
    ("EMAILADDRESS", oid::EMAIL_ADDRESS),
    ("DC", oid::DOMAIN_COMPONENT),
    ("UID", oid::USER_ID),
];

/// One attribute: type and text value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameAttribute {
    /// Attribute type.
    pub kind: Oid,
    /// The value as text; `None` when it is not one of the string types.
    pub text: Option<String>,
    raw: Vec<u8>,
}

/// A distinguished name.
///
/// Two names are equal when their attributes are equal after the usual folding: string type, letter
/// case and repeated spaces do not matter (RFC 5280 section 7.1, without the full Unicode
/// preparation).
#[derive(Clone)]
pub struct Name {
    der: Vec<u8>,
    rdns: Vec<Vec<NameAttribute>>,
}

impl Name {
    /// Reads a DER Name.
    ///
    /// # Errors
    /// [`Error::Malformed`] or [`Error::Truncated`].
    pub fn from_der(der: &[u8]) -> Result<Self> {
        Self::from_element(asn1::single(der, asn1::SEQUENCE, WHAT)?)
    }

    pub(crate) fn from_element(element: Element<'_>) -> Result<Self> {
        let mut rdns = Vec::new();
        for rdn in element
            .expect(asn1::SEQUENCE, WHAT)?
            .fields(WHAT)?
            .collect()?
        {
            let members = rdn.expect(asn1::SET, WHAT)?.fields(WHAT)?.collect()?;
            if members.is_empty() {
                return Err(Error::malformed(WHAT));
            }
            rdns.push(
                members
                    .into_iter()
                    .map(NameAttribute::from_element)
                    .collect::<Result<_>>()?,
            );
        }
        Ok(Self {
            der: element.raw.to_vec(),
            rdns,
        })
    }

    /// The DER bytes, exactly as read.
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// Whether there are no attributes at all.
    pub fn is_empty(&self) -> bool {
        self.rdns.is_empty()
    }

    /// All attributes in order.
    pub fn attributes(&self) -> impl Iterator<Item = &NameAttribute> {
        self.rdns.iter().flatten()
    }

    /// Text of the first attribute of this type.
    pub fn get(&self, kind: Oid) -> Option<&str> {
        self.attributes()
            .filter(|attribute| attribute.kind == kind)
            .find_map(|attribute| attribute.text.as_deref())
    }

    /// Text of the first commonName.
    pub fn common_name(&self) -> Option<&str> {
        self.get(oid::COMMON_NAME)
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        if self.der == other.der {
            return true;
        }
        let fold = |name: &Self| -> Vec<Vec<(Oid, Vec<u8>)>> {
            name.rdns
                .iter()
                .map(|rdn| rdn.iter().map(NameAttribute::folded).collect())
                .collect()
        };
        fold(self) == fold(other)
    }
}

impl Eq for Name {}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Name({self})")
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, rdn) in self.rdns.iter().enumerate() {
            if position > 0 {
                f.write_str(", ")?;
            }
            for (member, attribute) in rdn.iter().enumerate() {
                if member > 0 {
                    f.write_str("+")?;
                }
                attribute.fmt(f)?;
            }
        }
        Ok(())
    }
}

impl FromStr for Name {
    type Err = Error;

    /// Reads `C=CN, O=…, CN=…`. Separators are `,` or `;` between relative names and `+` within
    /// one; a backslash takes the next character literally. Types are the usual short names or
    /// dotted object identifiers.
    fn from_str(text: &str) -> Result<Self> {
        let mut rdns = Vec::new();
        for rdn in split(text, &[',', ';']) {
            let mut members = Vec::new();
            for member in split(rdn, &['+']) {
                members.push(NameAttribute::from_text(member)?.raw);
            }
            rdns.push(asn1::set_of(asn1::SET, members));
        }
        let parts: Vec<&[u8]> = rdns.iter().map(Vec::as_slice).collect();
        Self::from_der(&asn1::sequence(&parts))
    }
}

impl NameAttribute {
    fn from_element(element: Element<'_>) -> Result<Self> {
        let mut fields = element.expect(asn1::SEQUENCE, WHAT)?.fields(WHAT)?;
        let kind = fields.next()?.oid(WHAT)?;
        let value = fields.next()?;
        fields.finish()?;
        Ok(Self {
            kind,
            text: text_of(value),
            raw: element.raw.to_vec(),
        })
    }

    fn from_text(text: &str) -> Result<Self> {
        let (keyword, value) = text
            .split_once('=')
            .ok_or_else(|| Error::invalid(WHAT, format!("no '=' in \"{}\"", text.trim())))?;
        let kind = kind_of(keyword.trim())?;
        let value = unescape(value.trim());
        if value.is_empty() {
            return Err(Error::invalid(WHAT, format!("{keyword} is empty")));
        }
        let tag = match kind {
            oid::COUNTRY_NAME | oid::SERIAL_NUMBER => asn1::PRINTABLE_STRING,
            oid::EMAIL_ADDRESS | oid::DOMAIN_COMPONENT => asn1::IA5_STRING,
            _ => asn1::UTF8_STRING,
        };
        check_characters(kind, tag, &value)?;
        let raw = asn1::sequence(&[&asn1::oid(kind), &asn1::tlv(tag, &[value.as_bytes()])]);
        Ok(Self {
            kind,
            text: Some(value),
            raw,
        })
    }

    /// Type and value in the form that decides equality.
    fn folded(&self) -> (Oid, Vec<u8>) {
        let value = match &self.text {
            Some(text) => text
                .to_lowercase()
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
                .into_bytes(),
            None => self.raw.clone(),
        };
        (self.kind, value)
    }
}

impl fmt::Display for NameAttribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match KEYWORDS.iter().find(|(_, kind)| *kind == self.kind) {
            Some((keyword, _)) => write!(f, "{keyword}=")?,
            None => write!(f, "{}=", self.kind)?,
        }
        match &self.text {
            Some(text) => text.chars().try_for_each(|c| match c {
                ',' | ';' | '+' | '\\' => write!(f, "\\{c}"),
                c if c.is_control() => write!(f, "{}", c.escape_default()),
                c => write!(f, "{c}"),
            }),
            None => f.write_str("(not text)"),
        }
    }
}

fn kind_of(keyword: &str) -> Result<Oid> {
    KEYWORDS
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(keyword))
        .map(|(_, kind)| *kind)
        .or_else(|| Oid::new(keyword).ok())
        .ok_or_else(|| Error::invalid(WHAT, format!("unknown attribute \"{keyword}\"")))
}

fn check_characters(kind: Oid, tag: u8, value: &str) -> Result<()> {
    let printable = |c: char| c.is_ascii_alphanumeric() || " '()+,-./:=?".contains(c);
    let fits = match tag {
        asn1::PRINTABLE_STRING => value.chars().all(printable),
        asn1::IA5_STRING => value.is_ascii(),
        _ => true,
    };
    if !fits {
        return Err(Error::invalid(
            WHAT,
            format!("characters in \"{value}\" are not allowed there"),
        ));
    }
    if kind == oid::COUNTRY_NAME && value.len() != 2 {
        return Err(Error::invalid(WHAT, "C is a two-letter country code"));
    }
    Ok(())
}

/// Splits at separators that no backslash precedes.
fn split<'a>(text: &'a str, separators: &[char]) -> Vec<&'a str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if separators.contains(&c) {
            parts.push(&text[start..at]);
            start = at + c.len_utf8();
        }
    }
    parts.push(&text[start..]);
    parts
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.extend(chars.next()),
            c => out.push(c),
        }
    }
    out
}

fn text_of(value: Element<'_>) -> Option<String> {
    match value.tag {
        asn1::UTF8_STRING => String::from_utf8(value.value.to_vec()).ok(),
        asn1::PRINTABLE_STRING | asn1::IA5_STRING | 0x12 => value
            .value
            .is_ascii()
            .then(|| value.value.iter().map(|b| char::from(*b)).collect()),
        // T.61 in practice: one byte per character, Latin-1.
        asn1::TELETEX_STRING => Some(value.value.iter().map(|b| char::from(*b)).collect()),
        asn1::BMP_STRING => {
            let (pairs, odd) = value.value.as_chunks::<2>();
            let units: Vec<u16> = pairs.iter().map(|pair| u16::from_be_bytes(*pair)).collect();
            odd.is_empty().then(|| String::from_utf16(&units).ok())?
        }
        _ => None,
    }
}
