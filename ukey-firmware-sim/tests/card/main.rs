//! The card operating system, driven by APDUs that are written out by hand.
#![allow(clippy::unwrap_used)]

mod application;
mod auth;

mod container;
mod device;

mod file;
mod host;

mod sign;
