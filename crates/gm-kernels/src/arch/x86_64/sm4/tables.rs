//! The maps of the S-box, S(x) = B inv(A x + 0xff) + 0xd3, in the forms that the instructions take.
//!
//! A and B are one of the 2040 pairs that write the S-box over the inversion of AES; tests compare the
//! result with the standard's vectors and with the circuit, which belongs to the same pair.

/// A, as GFNI takes a matrix.
pub(super) const ENTER: u64 = 0x61f7_2a7a_98e9_5647;
/// A^-1.
pub(super) const LEAVE: u64 = 0xf196_da5f_31cd_3d7e;
/// The constant behind A.
pub(super) const ENTER_CONSTANT: u8 = 0xff;
/// B.
pub(super) const OUTPUT: u64 = 0xa575_fe4f_ef99_0db5;
/// The constant behind B.
pub(super) const OUTPUT_CONSTANT: u8 = 0xd3;

/// L acts on bytes: what stays in its place, what turns by one and by two bytes, what turns by three.
/// A (1 + (<< 2)) B.
pub(super) const STRAIGHT: u64 = 0x9182_996a_0787_dd69;
/// A (<<< 2) B.
pub(super) const TURNED: u64 = 0xadda_8f9e_1241_01f2;
/// A (1 + (>> 6)) B.
pub(super) const LAST: u64 = 0x3c58_16f4_15c6_dc9b;
/// A L(0xd3...): the constant of the S-box behind both layers.
pub(super) const ROUND_CONSTANT: u8 = 0x78;

/// A x + 0xff for the low and the high nibble of x.
pub(super) const PRE: [[u8; 16]; 2] = [
    [
        0xff, 0x5c, 0x31, 0x92, 0x3d, 0x9e, 0xf3, 0x50, 0xc3, 0x60, 0x0d, 0xae, 0x01, 0xa2, 0xcf,
        0x6c,
    ],
    [
        0x00, 0x5a, 0x2f, 0x75, 0xeb, 0xb1, 0xc4, 0x9e, 0x32, 0x68, 0x1d, 0x47, 0xd9, 0x83, 0xf6,
        0xac,
    ],
];
/// From the S-box of AES to that of SM4, for the low and the high nibble.
pub(super) const POST: [[u8; 16]; 2] = [
    [
        0xf7, 0x89, 0x3b, 0x45, 0xe7, 0x99, 0x2b, 0x55, 0x53, 0x2d, 0x9f, 0xe1, 0x43, 0x3d, 0x8f,
        0xf1,
    ],
    [
        0x00, 0xfd, 0x99, 0x64, 0x0f, 0xf2, 0x96, 0x6b, 0xb3, 0x4e, 0x2a, 0xd7, 0xbc, 0x41, 0x25,
        0xd8,
    ],
];

/// Swaps the bytes of each word.
pub(super) const SWAP: [u8; 16] = [3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12];

/// Turns the bytes of each word right by `bytes`.
pub(super) const fn turn_right(bytes: usize) -> [u8; 16] {
    let mut map = [0; 16];
    let mut i = 0;
    while i < 16 {
        map[i] = (i / 4 * 4 + (i + bytes) % 4) as u8;
        i += 1;
    }
    map
}

/// Undoes ShiftRows of AES, then turns the bytes of each word left by `bytes`.
pub(super) const fn unshift_and_turn_left(bytes: usize) -> [u8; 16] {
    let mut map = [0; 16];
    let mut i = 0;
    while i < 16 {
        let from = i / 4 * 4 + (i + 4 - bytes) % 4;
        let (row, column) = (from % 4, from / 4);
        map[i] = (row + 4 * ((column + 4 - row) % 4)) as u8;
        i += 1;
    }
    map
}
