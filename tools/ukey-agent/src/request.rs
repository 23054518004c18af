//! Strict reading of a message from the browser.
//!
//! ```json
//! {"v":1, "id":"7", "method":"random", "params":{"length":16}, "origin":"https://bid.example.cn", "lang":"zh-CN"}
//! {"v":1, "id":"7", "method":"cancel"}
//! ```
//!
//! A member that is not known is an error, and so is one that is called like a PIN, anywhere.

use crate::PROTOCOL;
use crate::error::{Code, Error, Result};
use crate::origin::{EXTENSION, Origin};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Longest id in bytes.
const MAX_ID: usize = 64;
/// Names that a member must not have, in lower case.
const PIN_NAMES: &[&str] = &["pin", "passwd", "password", "passcode"];

/// A message.
#[derive(Debug)]
pub enum Message {
    /// A page asks for something.
    Request(Request),
    /// The page of this request went away, or gave up.
    Cancel {
        /// The request.
        id: String,
    },
}

/// What a page asks for.
#[derive(Debug)]
pub struct Request {
    /// Given back with the answer.
    pub id: String,
    /// Name of the method.
    pub method: String,
    /// Its parameters, an object.
    pub params: Value,
    /// The page, as the browser states it.
    pub origin: Origin,
    /// Language of the windows.
    pub language: Language,
}

/// Languages of the windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// 简体中文.
    #[default]
    Chinese,
    /// English.
    English,
}

impl Language {
    /// From a BCP 47 tag; Chinese for what is not English.
    #[must_use]
    pub fn of(tag: &str) -> Self {
        if tag.to_ascii_lowercase().starts_with("en") {
            Self::English
        } else {
            Self::Chinese
        }
    }
}

/// Why a message cannot be answered by its id, or which id to answer.
#[derive(Debug)]
pub struct Refusal {
    /// The id, if it could be read.
    pub id: Option<String>,
    /// What is wrong.
    pub error: Error,
    /// The origin as the message states it, whatever it is, for the audit log.
    pub origin: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope {
    v: u32,
    id: String,
    method: String,
    #[serde(default)]
    params: Value,
    origin: Option<String>,
    #[serde(default)]
    lang: String,
}

/// Reads a message.
///
/// # Errors
/// [`Refusal`].
pub fn parse(bytes: &[u8], developer: bool) -> core::result::Result<Message, Refusal> {
    // The JSON reader stops at a depth of 128; see its documentation.
    let value: Value = serde_json::from_slice(bytes).map_err(|_| Refusal {
        id: None,
        error: Error::bad_params("not JSON"),
        origin: None,
    })?;
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let id = text("id")
        .filter(|id| id.len() <= MAX_ID)
        .map(str::to_owned);
    let origin = text("origin").map(str::to_owned);
    read(value, developer).map_err(|error| Refusal { id, error, origin })
}

fn read(value: Value, developer: bool) -> Result<Message> {
    if has_pin_field(&value) {
        return Err(Error::new(
            Code::PinInRequest,
            "a PIN is typed into the agent's window, never sent by a page",
        ));
    }
    let envelope: Envelope =
        serde_json::from_value(value).map_err(|_| Error::bad_params("not a message of ours"))?;
    if envelope.v != PROTOCOL {
        return Err(Error::new(Code::Version, "another protocol version"));
    }
    if envelope.id.is_empty() || envelope.id.len() > MAX_ID {
        return Err(Error::bad_params("bad id"));
    }
    if envelope.method == "cancel" {
        return Ok(Message::Cancel { id: envelope.id });
    }
    let origin = match envelope.origin.as_deref() {
        Some(EXTENSION) => Origin::of_extension(),
        said => Origin::parse(said.unwrap_or("null"), developer)?,
    };
    Ok(Message::Request(Request {
        id: envelope.id,
        method: envelope.method,
        params: match envelope.params {
            Value::Null => Value::Object(serde_json::Map::new()),
            params => params,
        },
        origin,
        language: Language::of(&envelope.lang),
    }))
}

fn has_pin_field(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(has_pin_field),
        Value::Object(members) => members
            .iter()
            .any(|(name, value)| is_pin_name(name) || has_pin_field(value)),
        _ => false,
    }
}

/// Whether a member of this name would hold a PIN.
pub(crate) fn is_pin_name(name: &str) -> bool {
    PIN_NAMES.contains(&name.to_ascii_lowercase().as_str())
}

impl Request {
    /// The parameters as the type that a method wants.
    ///
    /// # Errors
    /// [`Code::BadParams`] for missing, unknown and mistyped members.
    pub fn params<T: DeserializeOwned>(&self) -> Result<T> {
        T::deserialize(&self.params).map_err(|_| Error::bad_params("missing or unknown parameter"))
    }
}

/// Bytes in base64, as they stand in parameters.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Bytes(pub Vec<u8>);

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> core::result::Result<Self, D::Error> {
        deserializer.deserialize_str(Base64)
    }
}

/// Decodes the text where it stands: a piece of a file is long.
struct Base64;

impl serde::de::Visitor<'_> for Base64 {
    type Value = Bytes;

    fn expecting(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str("base64")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> core::result::Result<Bytes, E> {
        STANDARD.decode(text).map(Bytes).map_err(E::custom)
    }
}

/// Base64 of an answer.
#[must_use]
pub fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests;
