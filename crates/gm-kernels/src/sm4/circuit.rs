//! The S-box of SM4 as a circuit of 118 gates, without its constants.
//!
//! S(x) = B inv(A (x + 0x75)) + 0xd3 with inv in the field of AES. The middle is the circuit of Boyar and
//! Peralta for the inversion ("A small depth-16 circuit for the AES S-box", 2012); the linear layers
//! before and after it were searched for SM4 among all 2040 ways to write it so. The two constants are
//! the round keys' business.

/// Eight bit planes, least significant bit first.
pub(super) type Planes = [u64; 8];

/// What the constants come to: added to every input byte.
pub(super) const INPUT: u8 = 0x75;
/// Added to every output byte of the S-box, before the linear layer.
pub(super) const OUTPUT: u8 = 0xd3;

/// S(x + INPUT) + OUTPUT on 64 bytes.
#[inline(always)]
pub(super) fn substitute(x: &Planes) -> Planes {
    bottom(&middle(&top(x)))
}

/// The 22 linear forms that the inversion starts from.
#[inline(always)]
fn top(x: &Planes) -> [u64; 22] {
    let y3 = x[2] ^ x[6];
    let y7 = x[4] ^ x[7];
    let t10 = x[3] ^ y3;
    let t11 = x[0] ^ x[5];
    let y16 = x[1] ^ t10;
    let y1 = y7 ^ y16;
    let t14 = x[1] ^ x[5];
    let y0 = x[6] ^ t11;
    let y18 = x[0] ^ x[3];
    let y8 = t10 ^ t11;
    let t18 = x[2] ^ x[3];
    let t19 = x[1] ^ x[4];
    let y9 = x[0] ^ y1;
    let y21 = x[5] ^ y1;
    let y17 = x[4] ^ t18;
    let y10 = x[7] ^ y8;
    let y14 = y7 ^ t14;
    let y20 = t14 ^ t18;
    let y4 = x[1] ^ y3;
    let y6 = t11 ^ t19;
    let y13 = x[5] ^ y7;
    let y2 = y7 ^ y18;
    let y11 = y7 ^ y0;
    let y5 = x[3] ^ t11;
    let y15 = x[6] ^ t19;
    let (y12, y19) = (x[1], x[7]);
    [
        y0, y1, y2, y3, y4, y5, y6, y7, y8, y9, y10, y11, y12, y13, y14, y15, y16, y17, y18, y19,
        y20, y21,
    ]
}

/// The nonlinear part: from the 22 forms to 18 products.
#[inline(always)]
fn middle(y: &[u64; 22]) -> [u64; 18] {
    let [y0, y1, y2, y3, y4, y5, y6, y7, y8, y9, y10, ..] = *y;
    let [.., y11, y12, y13, y14, y15, y16, y17, y18, y19, y20, y21] = *y;
    let t2 = y12 & y15;
    let t3 = y3 & y6;
    let t4 = t3 ^ t2;
    let t5 = y4 & y0;
    let t6 = t5 ^ t2;
    let t7 = y13 & y16;
    let t8 = y5 & y1;
    let t9 = t8 ^ t7;
    let t10 = y2 & y7;
    let t11 = t10 ^ t7;
    let t12 = y9 & y11;
    let t13 = y14 & y17;
    let t14 = t13 ^ t12;
    let t15 = y8 & y10;
    let t16 = t15 ^ t12;
    let t17 = t4 ^ t14;
    let t18 = t6 ^ t16;
    let t19 = t9 ^ t14;
    let t20 = t11 ^ t16;
    let t21 = t17 ^ y20;
    let t22 = t18 ^ y19;
    let t23 = t19 ^ y21;
    let t24 = t20 ^ y18;
    let [t29, t33, t37, t40] = invert_nibble(t21, t22, t23, t24);
    let t41 = t40 ^ t37;
    let t42 = t29 ^ t33;
    let t43 = t29 ^ t40;
    let t44 = t33 ^ t37;
    let t45 = t42 ^ t41;
    [
        t44 & y15,
        t37 & y6,
        t33 & y0,
        t43 & y16,
        t40 & y1,
        t29 & y7,
        t42 & y11,
        t45 & y17,
        t41 & y10,
        t44 & y12,
        t37 & y3,
        t33 & y4,
        t43 & y13,
        t40 & y5,
        t29 & y2,
        t42 & y9,
        t45 & y14,
        t41 & y8,
    ]
}

/// Inversion in the field of 16 elements.
#[inline(always)]
const fn invert_nibble(t21: u64, t22: u64, t23: u64, t24: u64) -> [u64; 4] {
    let t25 = t21 ^ t22;
    let t26 = t21 & t23;
    let t27 = t24 ^ t26;
    let t28 = t25 & t27;
    let t29 = t28 ^ t22;
    let t30 = t23 ^ t24;
    let t31 = t22 ^ t26;
    let t32 = t31 & t30;
    let t33 = t32 ^ t24;
    let t34 = t23 ^ t33;
    let t35 = t27 ^ t33;
    let t36 = t24 & t35;
    let t37 = t36 ^ t34;
    let t38 = t27 ^ t36;
    let t39 = t29 & t38;
    let t40 = t25 ^ t39;
    [t29, t33, t37, t40]
}

/// From the products to the output bits.
#[inline(always)]
fn bottom(z: &[u64; 18]) -> Planes {
    let t18 = z[9] ^ z[10];
    let t19 = z[1] ^ z[15];
    let t20 = z[2] ^ z[12];
    let t21 = z[5] ^ t19;
    let t22 = z[8] ^ t18;
    let t23 = z[16] ^ t22;
    let t24 = z[4] ^ t21;
    let t25 = z[14] ^ z[17];
    let t26 = z[6] ^ t23;
    let t27 = z[13] ^ t20;
    let t28 = z[15] ^ t25;
    let t29 = z[13] ^ t18;
    let t30 = t24 ^ t27;
    let t31 = z[0] ^ t26;
    let t32 = z[3] ^ z[4];
    let s1 = z[16] ^ t30;
    let t34 = z[2] ^ t19;
    let t35 = z[11] ^ t30;
    let t36 = z[7] ^ t32;
    let t37 = z[17] ^ t35;
    let t38 = z[7] ^ t34;
    let t39 = t20 ^ t25;
    let s0 = t31 ^ t39;
    let s7 = t28 ^ t29;
    let t42 = z[6] ^ t29;
    let t43 = z[12] ^ t42;
    let s2 = t24 ^ t31;
    let s3 = z[12] ^ t28;
    let s6 = t23 ^ t38;
    let s5 = t36 ^ t43;
    let s4 = z[10] ^ t37;
    [s0, s1, s2, s3, s4, s5, s6, s7]
}
