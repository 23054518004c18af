//! The token in software: card operating system, flash store and links.
#![forbid(unsafe_code)]

pub mod store;
