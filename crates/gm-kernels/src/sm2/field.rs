//! The field of the SM2 curve, p = 2^256 - 2^224 - 2^96 + 2^64 - 1, in Montgomery form with R = 2^256.
//!
//! -p^-1 mod 2^64 is 1, so a reduction step multiplies nothing: it adds the low word, shifted.

use super::inverse::{self, Modulus};
use super::words::{self, Words};
use crate::ct::Mask;
use zeroize::Zeroize;

/// p.
pub(crate) const P: Words = [
    0xffff_ffff_ffff_ffff,
    0xffff_ffff_0000_0000,
    0xffff_ffff_ffff_ffff,
    0xffff_fffe_ffff_ffff,
];

/// 2^512 mod p.
const R2: Words = [
    0x0000_0002_0000_0003,
    0x0000_0002_ffff_ffff,
    0x0000_0001_0000_0001,
    0x0000_0004_0000_0002,
];

const MODULUS: Modulus = Modulus::new(
    [
        0x3fff_ffff_ffff_ffff,
        0x3fff_fffc_0000_0003,
        0x3fff_ffff_ffff_ffff,
        0x3fff_ffbf_ffff_ffff,
        0xff,
    ],
    0x3fff_ffff_ffff_ffff,
);

/// A field element in Montgomery form, below p.
#[derive(Clone, Copy)]
pub(crate) struct Fe(pub(crate) Words);

impl Fe {
    pub(crate) const ZERO: Self = Self([0; 4]);
    /// 2^256 mod p.
    pub(crate) const ONE: Self = Self([1, 0xffff_ffff, 0, 0x1_0000_0000]);
    /// The curve's b.
    pub(crate) const B: Self = Self([
        0x90d2_3063_2bc0_dd42,
        0x71cf_379a_e9b5_37ab,
        0x5279_8150_5ea5_1c3c,
        0x240f_e188_ba20_e2c8,
    ]);

    /// From 32 bytes, big endian; `None` unless they are below p.
    pub(crate) fn from_bytes(bytes: &[u8; 32]) -> Option<Self> {
        let value = words::from_bytes(bytes);
        words::less(&value, &P).then(|| Self::from_words(&value))
    }

    /// From a value below p.
    pub(crate) fn from_words(value: &Words) -> Self {
        Portable.mul(&Self(*value), &Self(R2))
    }

    /// The value itself, no longer in Montgomery form.
    pub(crate) fn to_words(self) -> Words {
        Portable.mul(&self, &Self([1, 0, 0, 0])).0
    }

    pub(crate) fn to_bytes(self) -> [u8; 32] {
        words::to_bytes(&self.to_words())
    }

    pub(crate) fn is_zero(&self) -> Mask {
        Mask::all_zero(&self.0)
    }

    pub(crate) fn equal(&self, other: &Self) -> Mask {
        Mask::all_zero(&core::array::from_fn::<_, 4, _>(|i| self.0[i] ^ other.0[i]))
    }

    /// 1 / self, and 0 for 0.
    pub(crate) fn invert(&self) -> Self {
        // (a R)^-1 = a^-1 R^-1; two factors R^2, one divided out by each product, make it a^-1 R.
        let inverse = Self(inverse::invert(&self.0, &MODULUS));
        Portable.mul(&Portable.mul(&inverse, &Self(R2)), &Self(R2))
    }
}

impl Zeroize for Fe {
    fn zeroize(&mut self) {
        self.0.zeroize();
    }
}

/// A way to compute in the field. The point formulas are written once, over this.
pub(crate) trait Arith: Copy {
    /// a b.
    fn mul(self, a: &Fe, b: &Fe) -> Fe;
    /// a^2.
    fn sqr(self, a: &Fe) -> Fe;
    /// a + b.
    fn add(self, a: &Fe, b: &Fe) -> Fe;
    /// a - b.
    fn sub(self, a: &Fe, b: &Fe) -> Fe;

    /// 2 a.
    #[inline(always)]
    fn double(self, a: &Fe) -> Fe {
        self.add(a, a)
    }

    /// a / 2.
    #[inline(always)]
    fn halve(self, a: &Fe) -> Fe {
        let odd = Mask::from_bit(a.0[0] & 1).word();
        let (sum, carry) = words::add(&a.0, &P.map(|word| word & odd));
        Fe([
            sum[0] >> 1 | sum[1] << 63,
            sum[1] >> 1 | sum[2] << 63,
            sum[2] >> 1 | sum[3] << 63,
            sum[3] >> 1 | u64::from(carry) << 63,
        ])
    }
}

/// Plain Rust, for every processor.
#[derive(Clone, Copy)]
pub(crate) struct Portable;

impl Arith for Portable {
    #[inline(always)]
    fn mul(self, a: &Fe, b: &Fe) -> Fe {
        reduce(&words::product(&a.0, &b.0))
    }

    #[inline(always)]
    fn sqr(self, a: &Fe) -> Fe {
        self.mul(a, a)
    }

    #[inline(always)]
    fn add(self, a: &Fe, b: &Fe) -> Fe {
        Fe(words::add_mod(&a.0, &b.0, &P))
    }

    #[inline(always)]
    fn sub(self, a: &Fe, b: &Fe) -> Fe {
        Fe(words::sub_mod(&a.0, &b.0, &P))
    }
}

/// t / 2^256 mod p for t below p 2^256.
#[inline(always)]
fn reduce(t: &[u64; 8]) -> Fe {
    let [t0, t1, t2, t3, t4, t5, t6, t7] = *t;
    let low = reduce_word([t0, t1, t2, t3]);
    let low = reduce_word(reduce_word(reduce_word(low)));
    let (sum, carry) = words::add(&low, &[t4, t5, t6, t7]);
    Fe(words::reduce_once(&sum, carry, &P))
}

/// (t + m p) / 2^64 with m = t mod 2^64, which makes the division exact.
#[inline(always)]
fn reduce_word(t: Words) -> Words {
    let m = t[0];
    let (low, high) = (m << 32, m >> 32);
    let (v0, b) = m.borrowing_sub(low, false);
    let (v1, b) = 0_u64.borrowing_sub(high, b);
    let (v2, b) = 0_u64.borrowing_sub(low, b);
    let (v3, _) = m.borrowing_sub(high, b);
    words::add(&[t[1], t[2], t[3], 0], &[v0, v1, v2, v3]).0
}

#[cfg(all(target_arch = "x86_64", not(miri)))]
impl Arith for crate::arch::x86_64::Adx {
    #[inline(always)]
    fn mul(self, a: &Fe, b: &Fe) -> Fe {
        Fe(self.mul(&a.0, &b.0))
    }

    #[inline(always)]
    fn sqr(self, a: &Fe) -> Fe {
        Fe(self.sqr(&a.0))
    }

    #[inline(always)]
    fn add(self, a: &Fe, b: &Fe) -> Fe {
        Fe(self.add(&a.0, &b.0))
    }

    #[inline(always)]
    fn sub(self, a: &Fe, b: &Fe) -> Fe {
        Fe(self.sub(&a.0, &b.0))
    }
}
