//! What this processor and operating system offer, asked once per process.

#[cfg(test)]
mod tests;

use core::arch::x86_64::{__cpuid, __cpuid_count, _xgetbv};
use core::sync::atomic::{AtomicU32, Ordering};

/// A set of features.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Features(u32);

impl Features {
    const KNOWN: u32 = 1 << 31;
    /// BMI2 and ADX: `mulx`, `adcx`, `adox`.
    pub(crate) const ADX: Self = Self(1);
    /// SSSE3 and AES-NI.
    pub(crate) const AES: Self = Self(1 << 1);
    /// AVX2, with the operating system saving 256-bit registers.
    pub(crate) const AVX2: Self = Self(1 << 2);
    /// AVX-512 F, BW and VL, with the operating system saving 512-bit registers.
    pub(crate) const AVX512: Self = Self(1 << 3);
    /// GFNI.
    pub(crate) const GFNI: Self = Self(1 << 4);
    /// AES instructions on 256-bit registers.
    pub(crate) const VAES: Self = Self(1 << 5);
    /// SSSE3 and PCLMULQDQ.
    pub(crate) const CLMUL: Self = Self(1 << 6);
    /// PCLMULQDQ on wide registers.
    pub(crate) const VCLMUL: Self = Self(1 << 7);

    /// Whether all of `wanted` are there.
    pub(crate) fn has(wanted: Self) -> bool {
        let here = Self::get().0;
        // tests make themselves a processor with less
        #[cfg(test)]
        let here = here & !tests::hidden().0;
        here & wanted.0 == wanted.0
    }

    /// Both sets together.
    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn get() -> Self {
        // A plain number that every thread computes alike: no ordering with other memory is needed.
        static CACHE: AtomicU32 = AtomicU32::new(0);
        let cached = CACHE.load(Ordering::Relaxed);
        if cached & Self::KNOWN != 0 {
            return Self(cached);
        }
        let found = detect();
        CACHE.store(found.0 | Self::KNOWN, Ordering::Relaxed);
        found
    }
}

fn detect() -> Features {
    let max_leaf = __cpuid(0).eax;
    if max_leaf < 7 {
        return Features(0);
    }
    let (basic, extended) = (__cpuid(1), __cpuid_count(7, 0));
    let bit = |word: u32, index: u32| word >> index & 1 == 1;
    let saved = if bit(basic.ecx, 27) {
        // SAFETY: OSXSAVE (bit 27) says that the instruction is there and enabled.
        unsafe { _xgetbv(0) }
    } else {
        0
    };
    let ymm = saved & 0x06 == 0x06;
    let zmm = saved & 0xe6 == 0xe6;
    let mut found = 0;
    let mut offer = |there: bool, feature: Features| found |= u32::from(there) * feature.0;
    offer(bit(extended.ebx, 8) && bit(extended.ebx, 19), Features::ADX);
    offer(bit(basic.ecx, 9) && bit(basic.ecx, 25), Features::AES);
    offer(
        ymm && bit(basic.ecx, 28) && bit(extended.ebx, 5),
        Features::AVX2,
    );
    let avx512 = bit(extended.ebx, 16) && bit(extended.ebx, 30) && bit(extended.ebx, 31);
    offer(zmm && avx512, Features::AVX512);
    offer(bit(extended.ecx, 8), Features::GFNI);
    offer(ymm && bit(extended.ecx, 9), Features::VAES);
    offer(bit(basic.ecx, 9) && bit(basic.ecx, 1), Features::CLMUL);
    offer(ymm && bit(extended.ecx, 10), Features::VCLMUL);
    Features(found)
}
