//! The signing agent: what stands between a web page and the USBKEY.
//!
//! A browser starts it as a native messaging host and tells it, message by message, which page asks
//! for what. The agent decides: is the page known (consent), what does the user see and type (native
//! windows, never the page), what is written down (audit). The PIN is typed into a window of this
//! program and never leaves it but for the token.
//!
//! | module | what |
//! |---|---|
//! | [`frame`] | native messaging frames: length, then JSON |
//! | [`request`], [`origin`] | strict reading of what the browser sends |
//! | [`host`] | the loop: one operation at a time, cancelling, streams, token events |
//! | [`serve`] | the second channel: a WebSocket on loopback, off by default |
//! | [`xtx`] | a vendor's messages on that channel, a switch of its own |
//! | [`method`] | one file per method that a page can call |
//! | [`window`], [`text`] | what the user is shown, in Chinese and English |
//! | [`token`] | certificates of all tokens, and keys that ask for their PIN when used |
//! | [`pulled`] | windows close when their token is pulled |
//! | [`unlock`] | tokens that stay unlocked for one site, where the user chose so |
//! | [`consent`], [`audit`] | who may see certificates; what was done, hash-chained |
//! | [`memory`] | keeps PINs out of cores |
//! | [`install`] | host manifests of the browsers |
//!
//! Nothing here knows APDUs. Everything that a page sends is hostile until it has been read.
#![forbid(unsafe_code)]

pub mod audit;
pub mod consent;
pub mod error;
pub mod files;
pub mod frame;
pub mod host;
pub mod install;
pub mod memory;
pub mod method;
pub mod origin;
mod peer;
pub mod pulled;
pub mod request;
pub mod serial;
pub mod serve;
pub mod stream;
pub mod text;
pub mod token;
pub mod unlock;
pub mod window;
pub mod xtx;

/// Version of the messages between extension and agent.
pub const PROTOCOL: u32 = 1;

/// Name of the native messaging host, in manifests and in the extension.
pub const HOST_NAME: &str = "org.ukey.agent";
