//! The calls into AWS-LC, and the C objects that they need.

mod key;
mod number;

pub use key::{Component, PrivateKey, PrivateParts, PublicKey};
