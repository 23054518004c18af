//! The part of a PKCS#11 URI (RFC 7512) that names a token.

use crate::error::{Error, Result};

const SCHEME: &str = "pkcs11:";

/// What a URI asks of a token; `None` asks nothing.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct TokenUri {
    /// Serial number.
    pub(crate) serial: Option<String>,
    /// Token label: the device's label, or the name of an application on it.
    pub(crate) token: Option<String>,
    /// Model.
    pub(crate) model: Option<String>,
    /// Manufacturer.
    pub(crate) manufacturer: Option<String>,
}

impl TokenUri {
    /// Reads a URI. Attributes that do not name a token are refused rather than ignored.
    ///
    /// # Errors
    /// [`Error::Usage`]; the message never holds an attribute's value, which may be a PIN.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let usage = |why: &str| Error::Usage(crate::text::error::uri(why));
        let path = text
            .strip_prefix(SCHEME)
            .ok_or_else(|| usage("it does not start with pkcs11:"))?;
        if path.contains('?') {
            return Err(usage("it has a query part; give PINs with --pin-source"));
        }
        let mut uri = Self::default();
        for attribute in path.split(';').filter(|attribute| !attribute.is_empty()) {
            let (name, value) = attribute
                .split_once('=')
                .ok_or_else(|| usage("an attribute has no value"))?;
            let slot = match name {
                "serial" => &mut uri.serial,
                "token" => &mut uri.token,
                "model" => &mut uri.model,
                "manufacturer" => &mut uri.manufacturer,
                other => return Err(usage(&format!("attribute {other} does not name a token"))),
            };
            let value = decode(value).ok_or_else(|| usage("a %-sequence is broken"))?;
            if slot.replace(value).is_some() {
                return Err(usage("an attribute is there twice"));
            }
        }
        Ok(uri)
    }
}

/// Resolves %-sequences (RFC 3986, 2.1).
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        if byte == b'%' {
            let digits = std::str::from_utf8(after.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &after[2..];
        } else {
            bytes.push(byte);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests;
