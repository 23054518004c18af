//! The C types of PKCS#11 and their widths. `CK_ULONG` is the platform's `unsigned long`; nothing else
//! in this crate says so. Names, numbers and structures come from the published 3.2 header through
//! `cryptoki-sys`; our vendor numbers stand in [`super::vendor`].

pub use cryptoki_sys::*;

#[cfg(test)]
mod tests {
    use super::*;
    use std::mem::size_of;

    /// PKCS#11 2.40 base, section 2.1 ("Structure packing"): the platform's own packing and `unsigned long` on Unix.
    #[test]
    fn widths_are_the_platforms() {
        assert_eq!(size_of::<CK_ULONG>(), size_of::<std::ffi::c_ulong>());
        assert_eq!(size_of::<CK_FUNCTION_LIST>(), size_of::<usize>() * 69);
        assert_eq!(size_of::<CK_FUNCTION_LIST_3_0>(), size_of::<usize>() * 93);
        assert_eq!(size_of::<CK_FUNCTION_LIST_3_2>(), size_of::<usize>() * 105);
    }
}
