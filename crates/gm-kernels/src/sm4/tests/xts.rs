//! XTS of every engine against the definition with the `sm4` crate.

use super::*;

/// Multiplication by x as IEEE 1619 section 5.2 writes it, byte by byte.
fn times_x(tweak: &Block) -> Block {
    let mut next = [0; 16];
    for i in 0..16 {
        next[i] = tweak[i] << 1 | if i > 0 { tweak[i - 1] >> 7 } else { 0 };
    }
    if tweak[15] & 0x80 != 0 {
        next[0] ^= 0x87;
    }
    next
}

#[test]
fn both_ways_in_pieces() {
    let plain = blocks(amount(300, 40));
    for first in [[0x91; 16], [0xff; 16]] {
        let (mut tweak, mut sealed, mut tweaks) = (first, Vec::new(), std::vec![first]);
        for block in &plain {
            let mixed = core::array::from_fn(|i| block[i] ^ tweak[i]);
            let out = reference(&mixed);
            sealed.push(core::array::from_fn(|i| out[i] ^ tweak[i]));
            tweak = times_x(&tweak);
            tweaks.push(tweak);
        }
        for (engine, key) in engines() {
            let lengths = [
                0, 1, 2, 15, 16, 17, 63, 64, 65, 127, 128, 129, 255, 257, 300,
            ];
            for len in lengths.into_iter().take(amount(15, 6)) {
                let (mut data, mut at, cut) = (plain[..len].to_vec(), first, len / 3);
                key.xts_encrypt(&mut at, &mut data[..cut]);
                key.xts_encrypt(&mut at, &mut data[cut..]);
                assert_eq!(
                    (&data[..], at),
                    (&sealed[..len], tweaks[len]),
                    "{engine:?} {len}"
                );
                let mut at = first;
                key.xts_decrypt(&mut at, &mut data[..cut]);
                key.xts_decrypt(&mut at, &mut data[cut..]);
                assert_eq!(
                    (&data[..], at),
                    (&plain[..len], tweaks[len]),
                    "{engine:?} {len}"
                );
            }
        }
    }
}
