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
mod feed;
mod file;
mod host;
mod image;
mod import;
mod key_object;
mod key_use;
mod keyed;
mod negative;
mod power_cut;
mod random_apdus;
mod sharing;
mod sign;
mod view;
