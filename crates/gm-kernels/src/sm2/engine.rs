//! The ways to compute, and which one to take.
//!
//! The point formulas are generic over the field arithmetic; here they are compiled once for each way,
//! into functions that are not generic and so are built with this crate's settings, not its users'.

use super::comb::{self, MaskGather};
use super::field::Portable;
use super::jacobian::{Affine, Jacobian};
use super::ladder;
use super::public_comb;
use super::public_multiply;
use super::words::Words;
#[cfg(all(target_arch = "x86_64", not(miri)))]
use crate::arch::x86_64::{Adx, Avx2, Avx512};

/// A way to compute on the SM2 curve.
#[derive(Clone, Copy)]
pub struct Engine(Way);

#[derive(Clone, Copy)]
enum Way {
    Portable,
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    Adx(Adx),
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    AdxAvx2(Adx, Avx2),
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    AdxAvx512(Adx, Avx512),
}

impl Engine {
    /// Plain Rust; works everywhere.
    pub const PORTABLE: Self = Self(Way::Portable);

    /// The fastest way here. What the processor offers is asked once per process.
    #[must_use]
    pub fn best() -> Self {
        #[cfg(all(target_arch = "x86_64", not(miri)))]
        if let Some(adx) = Adx::detect() {
            let plain = || Avx2::detect().map_or(Way::Adx(adx), |gather| Way::AdxAvx2(adx, gather));
            return Self(Avx512::detect().map_or_else(plain, |gather| Way::AdxAvx512(adx, gather)));
        }
        Self::PORTABLE
    }

    /// All ways that work here, the slowest first: for tests and measurements.
    pub fn available() -> impl Iterator<Item = Self> {
        #[cfg(all(target_arch = "x86_64", not(miri)))]
        let special = {
            let adx = Adx::detect();
            [
                adx.map(Way::Adx),
                adx.zip(Avx2::detect())
                    .map(|(adx, gather)| Way::AdxAvx2(adx, gather)),
                adx.zip(Avx512::detect())
                    .map(|(adx, gather)| Way::AdxAvx512(adx, gather)),
            ]
        };
        #[cfg(not(all(target_arch = "x86_64", not(miri))))]
        let special: [Option<Way>; 0] = [];
        core::iter::once(Self::PORTABLE).chain(special.into_iter().flatten().map(Self))
    }

    /// What it uses, in a word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self.0 {
            Way::Portable => "portable",
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            Way::Adx(_) => "adx",
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            Way::AdxAvx2(..) => "adx+avx2",
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            Way::AdxAvx512(..) => "adx+avx512",
        }
    }

    /// k G in constant time.
    pub(super) fn comb(self, k: &Words) -> Jacobian {
        match self.0 {
            Way::Portable => comb_portable(k),
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            Way::Adx(adx) => comb_adx(adx, k),
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            Way::AdxAvx2(adx, gather) => comb_adx_avx2(adx, gather, k),
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            Way::AdxAvx512(adx, gather) => comb_adx_avx512(adx, gather, k),
        }
    }

    /// k P in constant time.
    pub(super) fn ladder(self, k: &Words, point: &Affine) -> Jacobian {
        match self.0 {
            Way::Portable => ladder_portable(k, point),
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            Way::Adx(adx) | Way::AdxAvx2(adx, _) | Way::AdxAvx512(adx, _) => {
                ladder_adx(adx, k, point)
            }
        }
    }

    /// u G + v P in variable time.
    pub(super) fn multiply_add(self, u: &Words, v: &Words, point: &Affine) -> Jacobian {
        match self.0 {
            Way::Portable => multiply_add_portable(u, v, point),
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            Way::Adx(adx) | Way::AdxAvx2(adx, _) | Way::AdxAvx512(adx, _) => {
                multiply_add_adx(adx, u, v, point)
            }
        }
    }

    /// u G + v P in variable time, with multiples of P made ready.
    pub(super) fn add_combs(self, u: &Words, v: &Words, table: &public_comb::Table) -> Jacobian {
        match self.0 {
            Way::Portable => add_combs_portable(u, v, table),
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            Way::Adx(adx) | Way::AdxAvx2(adx, _) | Way::AdxAvx512(adx, _) => {
                add_combs_adx(adx, u, v, table)
            }
        }
    }
}

impl core::fmt::Debug for Engine {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "sm2::Engine({})", self.name())
    }
}

#[inline(never)]
fn comb_portable(k: &Words) -> Jacobian {
    comb::multiply(Portable, MaskGather, k)
}

#[inline(never)]
fn ladder_portable(k: &Words, point: &Affine) -> Jacobian {
    ladder::multiply(Portable, k, point)
}

#[inline(never)]
fn add_combs_portable(u: &Words, v: &Words, table: &public_comb::Table) -> Jacobian {
    public_comb::add_combs(Portable, u, v, table)
}

#[cfg(all(target_arch = "x86_64", not(miri)))]
#[inline(never)]
fn add_combs_adx(adx: Adx, u: &Words, v: &Words, table: &public_comb::Table) -> Jacobian {
    public_comb::add_combs(adx, u, v, table)
}

#[inline(never)]
fn multiply_add_portable(u: &Words, v: &Words, point: &Affine) -> Jacobian {
    public_multiply::multiply_add(Portable, u, v, point)
}

#[cfg(all(target_arch = "x86_64", not(miri)))]
#[inline(never)]
fn comb_adx(adx: Adx, k: &Words) -> Jacobian {
    comb::multiply(adx, MaskGather, k)
}

#[cfg(all(target_arch = "x86_64", not(miri)))]
#[inline(never)]
fn comb_adx_avx2(adx: Adx, gather: Avx2, k: &Words) -> Jacobian {
    comb::multiply(adx, gather, k)
}

#[cfg(all(target_arch = "x86_64", not(miri)))]
#[inline(never)]
fn comb_adx_avx512(adx: Adx, gather: Avx512, k: &Words) -> Jacobian {
    comb::multiply(adx, gather, k)
}

#[cfg(all(target_arch = "x86_64", not(miri)))]
#[inline(never)]
fn ladder_adx(adx: Adx, k: &Words, point: &Affine) -> Jacobian {
    ladder::multiply(adx, k, point)
}

#[cfg(all(target_arch = "x86_64", not(miri)))]
#[inline(never)]
fn multiply_add_adx(adx: Adx, u: &Words, v: &Words, point: &Affine) -> Jacobian {
    public_multiply::multiply_add(adx, u, v, point)
}
