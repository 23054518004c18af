//! `libukey_skf`: the SKF interface of GM/T 0016 over the host token library.
//!
//! The exported functions are in `abi/`, one file per chapter of the standard; they turn pointers into safe values,
//! call the function of the same name in `ops/` and write the result. `ops/` holds the semantics, `handles.rs` what a
//! handle stands for, `sar.rs` the return codes. There is no initialisation function in SKF: the first call reads the
//! configuration, once per process.
//!
//! What each function does, needs and answers: `docs/skf-profile.md`. The C header: `include/skf.h`.

#![deny(unsafe_code)]
#![deny(missing_docs)]

#[allow(
    unsafe_code,
    non_snake_case,
    non_camel_case_types,
    clippy::upper_case_acronyms
)]
mod abi;
mod blob;
mod caller_key;
mod error;
mod handles;
mod library;
mod ops;
pub mod sar;

pub use abi::access::*;
pub use abi::agreement::*;
pub use abi::application::*;
pub use abi::container::*;
pub use abi::device::*;
pub use abi::digest_mac::*;
pub use abi::ecc::*;
pub use abi::event::*;
pub use abi::file::*;
pub use abi::rsa::*;
pub use abi::symmetric::*;
pub use abi::types::*;
