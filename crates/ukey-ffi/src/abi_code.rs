//! From an error to the number a C caller sees.

/// An error type that has a C return code.
///
/// Implemented once per interface, in the one file that maps errors to codes (`rv.rs`, `sar.rs`).
pub trait AbiCode: std::fmt::Display {
    /// The C return type, e.g. `CK_RV` or `ULONG`. Its default value (zero) means success.
    type Code: Copy + Default + std::fmt::LowerHex;

    /// The code of this error; never the success code.
    fn abi_code(&self) -> Self::Code;
}
