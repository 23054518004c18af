//! The unsafe toolbox of the C interfaces.
//!
//! PKCS#11 and SKF need the same few dangerous things: a panic must not cross into C, caller pointers become slices,
//! results go out under a length rule, and handles must survive hostile values. All of that lives here, once, so that
//! the reviewers of `unsafe` have one room to read. The crate does not know tokens, mechanisms or return codes.
//!
//! Order in an export: read and check every argument ([`input`], [`OutBuf::new`]), compute on safe values, write last.
//! C callers may pass the same buffer as input and output, so a slice made by [`input`] must not be used any more once
//! something was written through [`output`].
//!
//! The other direction is here too: [`foreign`] calls the SKF library of somebody else.

#![deny(missing_docs)]

mod abi_code;
pub mod foreign;
mod guard;
pub mod handle;
pub mod input;
mod length;
pub mod output;
pub mod padded;
mod per_process;

pub use abi_code::AbiCode;
pub use guard::guard;
pub use handle::{Handle, HandleTable};
pub use length::AbiLen;
pub use output::{Fit, Out, OutBuf, OutSlice, Room};
pub use per_process::PerProcess;

/// What can be wrong with the memory a C caller hands over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A pointer that must lead somewhere is NULL.
    #[error("a required pointer is NULL")]
    NullPointer,
    /// A length above what the call can accept, or above `isize::MAX` bytes.
    #[error("a caller length of {length} is over the limit of {limit}")]
    LengthTooLarge {
        /// What the caller claimed (bytes or elements); `u64::MAX` when it does not even fit.
        length: u64,
        /// The largest accepted value.
        limit: u64,
    },
    /// No terminating NUL within the permitted length.
    #[error("a string has no end within {limit} bytes")]
    StringTooLong {
        /// The largest permitted length in bytes, without the NUL.
        limit: usize,
    },
    /// A string is not UTF-8.
    #[error("a string is not UTF-8")]
    NotUtf8,
    /// The output buffer is too short; the needed length was stored for the caller.
    #[error("the output buffer is too short, {needed} needed")]
    BufferTooSmall {
        /// Elements (bytes for byte buffers) that the result has.
        needed: usize,
    },
    /// A result longer than the C length type can say.
    #[error("a result of {length} does not fit the length type")]
    ResultTooLarge {
        /// Elements of the result.
        length: usize,
    },
}

#[cfg(test)]
mod tests;
