//! Point formulas: Jacobian coordinates (X/Z^2, Y/Z^3), a = -3.
//!
//! They are the short ones, not the complete ones: [`Jacobian::add`] of a point to itself gives nonsense
//! (0, 0, 0), as the tests show. The multiplications say why that never happens, or handle it.

use super::field::{Arith, Fe};
use crate::ct::Mask;
use zeroize::Zeroize;

/// A point other than infinity.
#[derive(Clone, Copy)]
pub(crate) struct Affine {
    pub(crate) x: Fe,
    pub(crate) y: Fe,
}

/// A point; infinity is any one with z = 0.
#[derive(Clone, Copy)]
pub(crate) struct Jacobian {
    pub(crate) x: Fe,
    pub(crate) y: Fe,
    pub(crate) z: Fe,
}

impl Affine {
    /// The curve's generator.
    pub(crate) const G: Self = Self {
        x: Fe([
            0x6132_8990_f418_029e,
            0x3e79_81ed_dca6_c050,
            0xd6a1_ed99_ac24_c3c3,
            0x9116_7a5e_e1c1_3b05,
        ]),
        y: Fe([
            0xc135_4e59_3c2d_0ddd,
            0xc1f5_e578_8d32_95fa,
            0x8d4c_fb06_6e2a_48f8,
            0x63cd_65d4_81d7_35bd,
        ]),
    };

    /// Whether y^2 = x^3 - 3 x + b.
    pub(crate) fn on_curve<A: Arith>(&self, a: A) -> bool {
        let cube_less_3x = {
            let square = a.sqr(&self.x);
            let three = a.add(&a.double(&Fe::ONE), &Fe::ONE);
            a.mul(&a.sub(&square, &three), &self.x)
        };
        a.sqr(&self.y).equal(&a.add(&cube_less_3x, &Fe::B)).reveal()
    }

    pub(crate) const fn to_jacobian(self) -> Jacobian {
        Jacobian {
            x: self.x,
            y: self.y,
            z: Fe::ONE,
        }
    }

    /// The negative where `mask` says so.
    #[inline(always)]
    pub(crate) fn negate_if<A: Arith>(&self, a: A, mask: Mask) -> Self {
        let negative = a.sub(&Fe::ZERO, &self.y);
        Self {
            x: self.x,
            y: Fe(mask.select_words(&negative.0, &self.y.0)),
        }
    }
}

impl Jacobian {
    pub(crate) const INFINITY: Self = Self {
        x: Fe::ZERO,
        y: Fe::ZERO,
        z: Fe::ZERO,
    };

    /// `a` where true, `b` where false.
    #[inline(always)]
    pub(crate) fn select(mask: Mask, a: &Self, b: &Self) -> Self {
        Self {
            x: Fe(mask.select_words(&a.x.0, &b.x.0)),
            y: Fe(mask.select_words(&a.y.0, &b.y.0)),
            z: Fe(mask.select_words(&a.z.0, &b.z.0)),
        }
    }

    /// 2 self. Right for infinity, too. 4 multiplications, 4 squarings.
    #[inline(always)]
    pub(crate) fn double<A: Arith>(&self, a: A) -> Self {
        let twice_y = a.double(&self.y);
        let zz = a.sqr(&self.z);
        let four_yy = a.sqr(&twice_y);
        let z = a.mul(&twice_y, &self.z);
        let slope = a.mul(&a.add(&self.x, &zz), &a.sub(&self.x, &zz));
        let slope = a.add(&a.double(&slope), &slope);
        let s = a.mul(&four_yy, &self.x);
        let eight_yyyy = a.halve(&a.sqr(&four_yy));
        let x = a.sub(&a.sqr(&slope), &a.double(&s));
        let y = a.sub(&a.mul(&a.sub(&s, &x), &slope), &eight_yyyy);
        Self { x, y, z }
    }

    /// self + other for points that differ, neither of them infinity. 8 multiplications, 3 squarings.
    #[inline(always)]
    pub(crate) fn add_affine<A: Arith>(&self, a: A, other: &Affine) -> Self {
        let zz = a.sqr(&self.z);
        let u2 = a.mul(&other.x, &zz);
        let s2 = a.mul(&a.mul(&other.y, &zz), &self.z);
        let h = a.sub(&u2, &self.x);
        let r = a.sub(&s2, &self.y);
        let z = a.mul(&h, &self.z);
        Self::finish_addition(a, &self.x, &self.y, &h, &r, z)
    }

    /// self + other for points that differ, neither of them infinity. 12 multiplications, 4 squarings.
    #[inline(always)]
    pub(crate) fn add<A: Arith>(&self, a: A, other: &Self) -> Self {
        let z1z1 = a.sqr(&self.z);
        let z2z2 = a.sqr(&other.z);
        let u1 = a.mul(&self.x, &z2z2);
        let u2 = a.mul(&other.x, &z1z1);
        let s1 = a.mul(&a.mul(&self.y, &z2z2), &other.z);
        let s2 = a.mul(&a.mul(&other.y, &z1z1), &self.z);
        let h = a.sub(&u2, &u1);
        let r = a.sub(&s2, &s1);
        let z = a.mul(&a.mul(&h, &self.z), &other.z);
        Self::finish_addition(a, &u1, &s1, &h, &r, z)
    }

    /// x = r^2 - h^3 - 2 u h^2, y = r (u h^2 - x) - s h^3.
    #[inline(always)]
    fn finish_addition<A: Arith>(a: A, u: &Fe, s: &Fe, h: &Fe, r: &Fe, z: Fe) -> Self {
        let hh = a.sqr(h);
        let hhh = a.mul(&hh, h);
        let v = a.mul(u, &hh);
        let x = a.sub(&a.sub(&a.sqr(r), &hhh), &a.double(&v));
        let y = a.sub(&a.mul(r, &a.sub(&v, &x)), &a.mul(s, &hhh));
        Self { x, y, z }
    }

    /// The same point with z = 1, and (0, 0) for infinity.
    pub(crate) fn to_affine<A: Arith>(self, a: A) -> Affine {
        let mut inverse = self.z.invert();
        let square = a.sqr(&inverse);
        let point = Affine {
            x: a.mul(&self.x, &square),
            y: a.mul(&a.mul(&self.y, &square), &inverse),
        };
        inverse.zeroize();
        point
    }
}

impl Zeroize for Jacobian {
    fn zeroize(&mut self) {
        self.x.zeroize();
        self.y.zeroize();
        self.z.zeroize();
    }
}
