//! Origins of pages (RFC 6454): scheme, host and port, as the browser states them.

use crate::error::{Code, Error, Result};
use url::{Host, Url};

/// Longest origin that is looked at, in bytes.
const MAX_LEN: usize = 300;

/// The origin of a page that may talk to the agent. Hosts are in their ASCII form (punycode), so that
/// no two look alike.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin(String);

/// What the extension's own pages are called in a message, in the place of an origin. No web page has such
/// an origin: the browser states theirs, and the loopback channel puts in that of the handshake.
pub const EXTENSION: &str = "extension";

impl Origin {
    /// That of the extension's own pages.
    #[must_use]
    pub fn of_extension() -> Self {
        Self(EXTENSION.to_owned())
    }

    /// Whether it is the extension itself that asks.
    #[must_use]
    pub fn is_extension(&self) -> bool {
        self.0 == EXTENSION
    }

    /// Takes an origin exactly as a browser serialises it: `https://host[:port]`; with `developer`
    /// also `http` of this machine.
    ///
    /// # Errors
    /// [`Code::OriginDenied`] for every other scheme, `null`, and every other way to write one.
    pub fn parse(text: &str, developer: bool) -> Result<Self> {
        let denied = || Error::new(Code::OriginDenied, "this page may not use the USBKEY");
        if text.len() > MAX_LEN {
            return Err(denied());
        }
        let url = Url::parse(text).map_err(|_| denied())?;
        let served = match url.scheme() {
            "https" => url.host().is_some(),
            "http" => developer && is_this_machine(&url),
            _ => false,
        };
        // Serialising again must give the same text: no path, user, upper case or default port.
        if !served || url.origin().ascii_serialization() != text {
            return Err(denied());
        }
        Ok(Self(text.to_owned()))
    }

    /// The serialised form, ASCII.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl core::fmt::Display for Origin {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests;
