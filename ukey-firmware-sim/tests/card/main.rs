//! The card operating system, driven by APDUs that are written out by hand.
#![allow(clippy::unwrap_used)]

mod agreement;
mod application;
mod auth;
mod cipher;
mod container;
mod device;
mod digest;
mod extension;
mod file;
mod host;
mod import;
mod sign;
