//! The card operating system, driven by APDUs that are written out by hand.
#![allow(clippy::unwrap_used)]

mod host;
mod sign;
