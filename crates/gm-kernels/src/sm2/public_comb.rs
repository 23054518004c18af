//! A comb for one public point: its multiples made ready, for a key that verifies often. Verification then
//! has no doublings, only additions. In variable time, as all verification.

use super::comb::{self, Entry};
use super::engine::Engine;
use super::field::{Arith, Fe, Portable};
use super::jacobian::Jacobian;
use super::point::Point;

/// Width of the signed digits. 52 windows of 16 points: 52 KiB.
const BITS: usize = 5;
const WINDOWS: usize = 52;
const ENTRIES: usize = 16;

/// Entry j of window i is (j + 1) 2^(5 i) P.
pub(super) type Table = [[Entry; ENTRIES]; WINDOWS];

/// The ready multiples of one point. Large: keep it behind a pointer.
#[derive(Clone)]
pub struct PublicComb(Table);

impl PublicComb {
    /// Makes the multiples of `point`, at the price of a few verifications.
    #[must_use]
    pub fn new(point: &Point) -> Self {
        let a = Portable;
        let mut table = [[[0; 8]; ENTRIES]; WINDOWS];
        let mut base = point.0;
        for window in &mut table {
            let first = base.to_jacobian();
            let mut multiples = [first; ENTRIES + 1];
            multiples[1] = first.double(a);
            for i in 2..ENTRIES {
                multiples[i] = multiples[i - 1].add_affine(a, &base);
            }
            // 32 P: where the next window begins
            multiples[ENTRIES] = multiples[ENTRIES - 1].double(a);
            let points = to_affine(&multiples);
            for (entry, point) in window.iter_mut().zip(&points) {
                *entry = *point;
            }
            base = comb::from_entry(&points[ENTRIES]);
        }
        Self(table)
    }

    /// Whether (r, s) is a signature over `e` by the owner of the point (GB/T 32918.2 clause 7.1).
    #[must_use]
    pub fn verify(&self, e: &[u8; 32], r: &[u8; 32], s: &[u8; 32]) -> bool {
        self.verify_with(Engine::best(), e, r, s)
    }

    /// [`Self::verify`] in the way of `engine`.
    #[must_use]
    pub fn verify_with(&self, engine: Engine, e: &[u8; 32], r: &[u8; 32], s: &[u8; 32]) -> bool {
        super::signing::judge(e, r, s, |u, v| engine.add_combs(u, v, &self.0))
    }
}

impl core::fmt::Debug for PublicComb {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("sm2::PublicComb(..)")
    }
}

/// The points with z = 1, for one inversion (P. Montgomery's trick). None is infinity.
fn to_affine<const N: usize>(points: &[Jacobian; N]) -> [Entry; N] {
    let a = Portable;
    let mut products = [Fe::ONE; N];
    for i in 1..N {
        products[i] = a.mul(&products[i - 1], &points[i - 1].z);
    }
    let mut inverse = a.mul(&products[N - 1], &points[N - 1].z).invert();
    let mut entries = [[0; 8]; N];
    for i in (0..N).rev() {
        let z = a.mul(&inverse, &products[i]);
        inverse = a.mul(&inverse, &points[i].z);
        let square = a.sqr(&z);
        let x = a.mul(&points[i].x, &square);
        let y = a.mul(&a.mul(&points[i].y, &square), &z);
        entries[i][..4].copy_from_slice(&x.0);
        entries[i][4..].copy_from_slice(&y.0);
    }
    entries
}

/// u G + v P.
#[inline(always)]
pub(super) fn add_combs<A: Arith>(a: A, u: &[u64; 4], v: &[u64; 4], table: &Table) -> Jacobian {
    let sum = comb::add_digits_vartime::<A, BITS, ENTRIES>(a, Jacobian::INFINITY, table, v);
    comb::add_multiple_vartime(a, sum, u)
}
