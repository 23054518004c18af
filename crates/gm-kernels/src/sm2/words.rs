//! 256-bit numbers as four 64-bit words, least significant first: what field and scalar share.

use crate::ct::Mask;

/// Four words, least significant first.
pub(crate) type Words = [u64; 4];

/// a + b and the carry out.
#[inline(always)]
pub(crate) fn add(a: &Words, b: &Words) -> (Words, bool) {
    let (r0, carry) = a[0].carrying_add(b[0], false);
    let (r1, carry) = a[1].carrying_add(b[1], carry);
    let (r2, carry) = a[2].carrying_add(b[2], carry);
    let (r3, carry) = a[3].carrying_add(b[3], carry);
    ([r0, r1, r2, r3], carry)
}

/// a - b and the borrow out.
#[inline(always)]
pub(crate) fn sub(a: &Words, b: &Words) -> (Words, bool) {
    let (r0, borrow) = a[0].borrowing_sub(b[0], false);
    let (r1, borrow) = a[1].borrowing_sub(b[1], borrow);
    let (r2, borrow) = a[2].borrowing_sub(b[2], borrow);
    let (r3, borrow) = a[3].borrowing_sub(b[3], borrow);
    ([r0, r1, r2, r3], borrow)
}

/// a with carry, below 2 m, brought below m.
#[inline(always)]
pub(crate) fn reduce_once(a: &Words, carry: bool, m: &Words) -> Words {
    let (reduced, borrow) = sub(a, m);
    let negative = Mask::from_bit(u64::from(borrow & !carry));
    negative.select_words(a, &reduced)
}

/// a + b mod m for a, b below m.
#[inline(always)]
pub(crate) fn add_mod(a: &Words, b: &Words, m: &Words) -> Words {
    let (sum, carry) = add(a, b);
    reduce_once(&sum, carry, m)
}

/// a - b mod m for a, b below m.
#[inline(always)]
pub(crate) fn sub_mod(a: &Words, b: &Words, m: &Words) -> Words {
    let (difference, borrow) = sub(a, b);
    let mask = Mask::from_bit(u64::from(borrow)).word();
    add(&difference, &m.map(|word| word & mask)).0
}

/// The 512-bit product of a and b.
#[inline(always)]
pub(crate) fn product(a: &Words, b: &Words) -> [u64; 8] {
    let mut t = [0; 8];
    for i in 0..4 {
        let mut carry = 0;
        for j in 0..4 {
            (t[i + j], carry) = a[i].carrying_mul_add(b[j], t[i + j], carry);
        }
        t[i + 4] = carry;
    }
    t
}

/// Whether a is below b. May be seen: for values that are public or that are refused if not.
pub(crate) fn less(a: &Words, b: &Words) -> bool {
    sub(a, b).1
}

/// From 32 bytes, big endian.
pub(crate) fn from_bytes(bytes: &[u8; 32]) -> Words {
    let (words, _) = bytes.as_chunks::<8>();
    core::array::from_fn(|i| u64::from_be_bytes(words[3 - i]))
}

/// As 32 bytes, big endian.
pub(crate) fn to_bytes(words: &Words) -> [u8; 32] {
    let mut bytes = [0; 32];
    let (chunks, _) = bytes.as_chunks_mut::<8>();
    for (chunk, word) in chunks.iter_mut().zip(words.iter().rev()) {
        *chunk = word.to_be_bytes();
    }
    bytes
}
