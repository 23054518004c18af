//! Inversion modulo p and n in constant time: the division steps of Bernstein and Yang ("Fast
//! constant-time gcd computation and modular inversion", 2019) in the variant with half delta, of which
//! 590 are enough for 256 bits: ten batches of 59.
//!
//! A batch works on the low 64 bits of f and g and yields a 2x2 matrix (times 2^62), which is then
//! applied to the whole numbers f, g and, modulo the modulus, to d, e with d = f / x, e = g / x.

use super::words::Words;
use crate::arch::value_barrier;
use zeroize::Zeroize;

const LIMB_BITS: u32 = 62;
const LIMB: u64 = (1 << LIMB_BITS) - 1;
const BATCHES: usize = 10;

/// A number in five limbs of 62 bits; the top one carries the sign.
type Limbs = [i64; 5];

/// An odd modulus of 256 bits.
pub(crate) struct Modulus {
    limbs: Limbs,
    /// modulus^-1 mod 2^62.
    inverse: u64,
}

impl Modulus {
    /// From the limbs, and the inverse of the modulus modulo 2^62.
    pub(crate) const fn new(limbs: Limbs, inverse: u64) -> Self {
        assert!((limbs[0] as u64).wrapping_mul(inverse) & LIMB == 1);
        Self { limbs, inverse }
    }
}

/// Entries of a transition matrix, times 2^62: f' = u f + v g, g' = q f + r g.
struct Matrix {
    u: i64,
    v: i64,
    q: i64,
    r: i64,
}

/// x^-1 mod the modulus for x below it; 0 for 0.
#[inline(never)]
pub(crate) fn invert(x: &Words, modulus: &Modulus) -> Words {
    let (mut d, mut e) = ([0; 5], [1, 0, 0, 0, 0]);
    let (mut f, mut g) = (modulus.limbs, to_limbs(x));
    // -(delta + 1/2), with delta starting at 1/2.
    let mut zeta = -1;
    for _ in 0..BATCHES {
        let matrix = division_steps(&mut zeta, f[0].cast_unsigned(), g[0].cast_unsigned());
        update_de(&mut d, &mut e, &matrix, modulus);
        update_fg(&mut f, &mut g, &matrix);
    }
    // g is 0 and f is 1 or -1 now, or f is the modulus if x was 0, and then d is 0.
    let result = from_limbs(&normalize(&d, f[4] >> 63, modulus));
    for secret in [&mut d, &mut e, &mut f, &mut g] {
        secret.zeroize();
    }
    result
}

/// 59 division steps on the low words of f and g.
#[inline(always)]
fn division_steps(zeta: &mut i64, f: u64, g: u64) -> Matrix {
    // Three bits of the 62 are there from the start, because 59 steps are done.
    let (mut u, mut v, mut q, mut r) = (8_u64, 0_u64, 0_u64, 8_u64);
    let (mut f, mut g) = (f, g);
    for _ in 0..59 {
        let negative = value_barrier((*zeta >> 63).cast_unsigned());
        let odd = value_barrier((g & 1).wrapping_neg());
        // g += f, with the sign of f changed if zeta is negative; only if g is odd
        g = g.wrapping_add(((f ^ negative).wrapping_sub(negative)) & odd);
        q = q.wrapping_add(((u ^ negative).wrapping_sub(negative)) & odd);
        r = r.wrapping_add(((v ^ negative).wrapping_sub(negative)) & odd);
        // and if both, f takes the old g (which is the new g plus f), and zeta is mirrored
        let swap = negative & odd;
        *zeta = (*zeta ^ swap.cast_signed()) - 1;
        f = f.wrapping_add(g & swap);
        u = u.wrapping_add(q & swap);
        v = v.wrapping_add(r & swap);
        g >>= 1;
        u <<= 1;
        v <<= 1;
    }
    Matrix {
        u: u.cast_signed(),
        v: v.cast_signed(),
        q: q.cast_signed(),
        r: r.cast_signed(),
    }
}

#[inline(always)]
const fn wide(a: i64, b: i64) -> i128 {
    a as i128 * b as i128
}

#[inline(always)]
const fn low_limb(x: i128) -> i64 {
    x as i64 & LIMB as i64
}

/// (f, g) := matrix (f, g) / 2^62; the division is exact.
#[inline(always)]
fn update_fg(f: &mut Limbs, g: &mut Limbs, m: &Matrix) {
    let mut cf = (wide(m.u, f[0]) + wide(m.v, g[0])) >> LIMB_BITS;
    let mut cg = (wide(m.q, f[0]) + wide(m.r, g[0])) >> LIMB_BITS;
    for i in 1..5 {
        let (fi, gi) = (f[i], g[i]);
        cf += wide(m.u, fi) + wide(m.v, gi);
        cg += wide(m.q, fi) + wide(m.r, gi);
        f[i - 1] = low_limb(cf);
        g[i - 1] = low_limb(cg);
        cf >>= LIMB_BITS;
        cg >>= LIMB_BITS;
    }
    f[4] = cf as i64;
    g[4] = cg as i64;
}

/// (d, e) := matrix (d, e) / 2^62 modulo the modulus; both stay in (-2 m, m).
#[inline(always)]
fn update_de(d: &mut Limbs, e: &mut Limbs, m: &Matrix, modulus: &Modulus) {
    let n = &modulus.limbs;
    // Multiples of the modulus: first what keeps the range, then what makes the low limb zero.
    let (d_sign, e_sign) = (d[4] >> 63, e[4] >> 63);
    let mut md = (m.u & d_sign) + (m.v & e_sign);
    let mut me = (m.q & d_sign) + (m.r & e_sign);
    let mut cd = wide(m.u, d[0]) + wide(m.v, e[0]);
    let mut ce = wide(m.q, d[0]) + wide(m.r, e[0]);
    let cancel = |c: i128, have: i64| {
        let low = modulus.inverse.wrapping_mul(c as u64);
        have - (low.wrapping_add(have.cast_unsigned()) & LIMB).cast_signed()
    };
    md = cancel(cd, md);
    me = cancel(ce, me);
    cd = (cd + wide(n[0], md)) >> LIMB_BITS;
    ce = (ce + wide(n[0], me)) >> LIMB_BITS;
    for i in 1..5 {
        let (di, ei) = (d[i], e[i]);
        cd += wide(m.u, di) + wide(m.v, ei) + wide(n[i], md);
        ce += wide(m.q, di) + wide(m.r, ei) + wide(n[i], me);
        d[i - 1] = low_limb(cd);
        e[i - 1] = low_limb(ce);
        cd >>= LIMB_BITS;
        ce >>= LIMB_BITS;
    }
    d[4] = cd as i64;
    e[4] = ce as i64;
}

/// d in (-2 m, m), times -1 if `sign` is -1 (not 0), brought into 0..m.
#[inline(always)]
fn normalize(d: &Limbs, sign: i64, modulus: &Modulus) -> Limbs {
    let mut d = add_if_negative(d, modulus);
    let negate = barrier(sign);
    for limb in &mut d {
        *limb = (*limb ^ negate) - negate;
    }
    carry(&mut d);
    d = add_if_negative(&d, modulus);
    carry(&mut d);
    d
}

#[inline(always)]
fn add_if_negative(d: &Limbs, modulus: &Modulus) -> Limbs {
    let mask = barrier(d[4] >> 63);
    core::array::from_fn(|i| d[i] + (modulus.limbs[i] & mask))
}

#[inline(always)]
fn carry(d: &mut Limbs) {
    for i in 0..4 {
        d[i + 1] += d[i] >> LIMB_BITS;
        d[i] &= LIMB as i64;
    }
}

#[inline(always)]
fn barrier(mask: i64) -> i64 {
    value_barrier(mask.cast_unsigned()).cast_signed()
}

fn to_limbs(x: &Words) -> Limbs {
    let limbs = [
        x[0],
        x[0] >> 62 | x[1] << 2,
        x[1] >> 60 | x[2] << 4,
        x[2] >> 58 | x[3] << 6,
        x[3] >> 56,
    ];
    limbs.map(|limb| (limb & LIMB).cast_signed())
}

fn from_limbs(d: &Limbs) -> Words {
    let d = d.map(i64::cast_unsigned);
    [
        d[0] | d[1] << 62,
        d[1] >> 2 | d[2] << 60,
        d[2] >> 4 | d[3] << 58,
        d[3] >> 6 | d[4] << 56,
    ]
}
