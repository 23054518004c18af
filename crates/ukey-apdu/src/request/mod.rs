//! One struct per command, grouped as GM/T 0017 chapter 9 groups them.
//!
//! Each struct names its data in wire order. Marks are explained at the head of the crate.

pub mod agreement;
pub mod application;
pub mod auth;
pub mod cipher;
pub mod container;
pub mod device;
pub mod digest;
pub mod extension;
pub mod feed;
pub mod file;
pub mod import;
pub mod key_object;
pub mod keygen;
pub mod mac;
pub mod session_key;
pub mod sign;
