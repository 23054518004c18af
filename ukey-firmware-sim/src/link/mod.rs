//! Links: how the outside reaches the token. No link knows what is in an APDU.
//!
//! Within a process the link is [`crate::Device`] itself; [`vpcd`] is the virtual PC/SC reader.

#[cfg(unix)]
pub mod control;
mod frame;
pub mod vpcd;
