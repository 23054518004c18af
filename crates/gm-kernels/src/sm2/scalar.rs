//! Numbers modulo n, the order of the SM2 group.

use super::inverse::{self, Modulus};
use super::words::{self, Words};
use crate::ct::Mask;
use zeroize::Zeroize;

/// n.
pub(crate) const N: Words = [
    0x53bb_f409_39d5_4123,
    0x7203_df6b_21c6_052b,
    0xffff_ffff_ffff_ffff,
    0xffff_fffe_ffff_ffff,
];

/// 2^512 mod n.
const R2: Words = [
    0x9011_92af_7c11_4f20,
    0x3464_504a_de6f_a2fa,
    0x620f_c84c_3aff_e0d4,
    0x1eb5_e412_a22b_3d3b,
];

/// -n^-1 mod 2^64.
const N_INVERSE: u64 = 0x327f_9e88_7235_0975;

const MODULUS: Modulus = Modulus::new(
    [
        0x13bb_f409_39d5_4123,
        0x080f_7dac_8718_14ad,
        0x3fff_ffff_ffff_fff7,
        0x3fff_ffbf_ffff_ffff,
        0xff,
    ],
    0x0d80_6177_8dca_f68b,
);

/// A number in 0..=n-1. Wiped when dropped, because it may be a private key or a nonce.
pub struct Scalar(pub(super) Words);

impl Scalar {
    /// 0.
    #[must_use]
    pub const fn zero() -> Self {
        Self([0; 4])
    }

    /// 1.
    #[must_use]
    pub const fn one() -> Self {
        Self([1, 0, 0, 0])
    }

    /// From 32 bytes, big endian; `None` unless the value is in 1..=n-1. Only that fact can be seen.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 32]) -> Option<Self> {
        let value = Self(words::from_bytes(bytes));
        let fits = words::less(&value.0, &N) & !value.is_zero();
        fits.then_some(value)
    }

    /// From 32 bytes, big endian, modulo n.
    #[must_use]
    pub fn reduce(bytes: &[u8; 32]) -> Self {
        // 2^256 is below 2 n.
        Self(words::reduce_once(&words::from_bytes(bytes), false, &N))
    }

    /// From 64 bytes, big endian, modulo n: a bias below 2^-256 for random bytes.
    #[must_use]
    pub fn reduce_wide(high: &[u8; 32], low: &[u8; 32]) -> Self {
        let high = Self(montgomery(&Self::reduce(high).0, &R2));
        &high + &Self::reduce(low)
    }

    /// As 32 bytes, big endian.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 32] {
        words::to_bytes(&self.0)
    }

    /// Whether this is 0; that fact can be seen.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        Mask::all_zero(&self.0).reveal()
    }

    /// 1 / self; 0 for 0.
    #[must_use]
    pub fn invert(&self) -> Self {
        Self(inverse::invert(&self.0, &MODULUS))
    }

    /// self 2^256, the form that makes a product one step instead of two.
    pub(super) fn to_montgomery(&self) -> Self {
        Self(montgomery(&self.0, &R2))
    }

    /// self factor for a factor in Montgomery form.
    pub(super) fn times_montgomery(&self, factor: &Self) -> Self {
        Self(montgomery(&self.0, &factor.0))
    }
}

impl Clone for Scalar {
    fn clone(&self) -> Self {
        Self(self.0)
    }
}

impl PartialEq for Scalar {
    /// Takes the same time whatever the values.
    fn eq(&self, other: &Self) -> bool {
        Mask::all_zero(&core::array::from_fn::<_, 4, _>(|i| self.0[i] ^ other.0[i])).reveal()
    }
}

impl Eq for Scalar {}

impl Zeroize for Scalar {
    fn zeroize(&mut self) {
        self.0.zeroize();
    }
}

impl Drop for Scalar {
    fn drop(&mut self) {
        self.zeroize();
    }
}

impl zeroize::ZeroizeOnDrop for Scalar {}

impl core::fmt::Debug for Scalar {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Scalar(..)")
    }
}

impl core::ops::Add for &Scalar {
    type Output = Scalar;
    fn add(self, other: Self) -> Scalar {
        Scalar(words::add_mod(&self.0, &other.0, &N))
    }
}

impl core::ops::Sub for &Scalar {
    type Output = Scalar;
    fn sub(self, other: Self) -> Scalar {
        Scalar(words::sub_mod(&self.0, &other.0, &N))
    }
}

impl core::ops::Neg for &Scalar {
    type Output = Scalar;
    fn neg(self) -> Scalar {
        &Scalar::zero() - self
    }
}

impl core::ops::Mul for &Scalar {
    type Output = Scalar;
    fn mul(self, other: Self) -> Scalar {
        self.times_montgomery(&other.to_montgomery())
    }
}

/// a b / 2^256 mod n.
#[inline(never)]
fn montgomery(a: &Words, b: &Words) -> Words {
    let mut t = words::product(a, b);
    let mut top = 0;
    for i in 0..4 {
        let m = t[i].wrapping_mul(N_INVERSE);
        let mut carry = 0;
        for j in 0..4 {
            (t[i + j], carry) = m.carrying_mul_add(N[j], t[i + j], carry);
        }
        let (sum, c1) = t[i + 4].overflowing_add(carry);
        let (sum, c2) = sum.overflowing_add(top);
        t[i + 4] = sum;
        top = u64::from(c1 | c2);
    }
    words::reduce_once(&[t[4], t[5], t[6], t[7]], top != 0, &N)
}
