//! C length types.

/// An unsigned integer that C callers use for lengths: SKF `ULONG` (32 bits), `CK_ULONG` (32 or 64), `size_t`.
pub trait AbiLen: Copy + 'static {
    /// As `usize`, or `None` when this machine cannot address that much.
    fn to_usize(self) -> Option<usize>;
    /// From a result length, or `None` when the type is too narrow.
    fn from_usize(length: usize) -> Option<Self>;
    /// For messages.
    fn to_u64(self) -> u64;
}

macro_rules! abi_len {
    ($($int:ty),*) => {$(
        impl AbiLen for $int {
            fn to_usize(self) -> Option<usize> {
                usize::try_from(self).ok()
            }
            fn from_usize(length: usize) -> Option<Self> {
                Self::try_from(length).ok()
            }
            fn to_u64(self) -> u64 {
                u64::try_from(self).unwrap_or(u64::MAX)
            }
        }
    )*};
}
abi_len!(u32, u64, usize);
