//! XTS of every engine: the values of others, and the definition with the `sm4` crate.

use super::*;
use XtsOrder::{Gbt17964, Ieee1619};

/// Multiplication by x, octet by octet: IEEE 1619 section 5.2, and the other way round for GB/T 17964.
fn times_x(order: XtsOrder, tweak: &Block) -> Block {
    let mut next = [0; 16];
    for i in 0..16 {
        next[i] = match order {
            Ieee1619 => tweak[i] << 1 | if i > 0 { tweak[i - 1] >> 7 } else { 0 },
            Gbt17964 => tweak[i] >> 1 | if i > 0 { tweak[i - 1] << 7 } else { 0 },
        };
    }
    match order {
        Ieee1619 if tweak[15] & 0x80 != 0 => next[0] ^= 0x87,
        Gbt17964 if tweak[15] & 1 != 0 => next[0] ^= 0xe1,
        _ => {}
    }
    next
}

fn octets<const N: usize>(hex: &str) -> [u8; N] {
    hex::decode(hex).unwrap().try_into().unwrap()
}

/// A data unit of three and a half blocks, as in the tests of OpenSSL (both orders) and in GB/T 17964-2021:
/// the last whole block of ciphertext lends what the half block lacks (IEEE 1619 section 5.3.2).
#[test]
fn three_and_a_half_blocks_of_the_standards() {
    let plain: [u8; 56] = octets(
        "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51\
         30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17",
    );
    let ieee = "e9538251c71d7b80bbe4483fef497bd1b3db1a3e60408c575d63ff7db39f8326\
                0869f9e2585fec9f0b863bf8fd784b8627d16c0db6d2cfc7";
    let gbt = "e9538251c71d7b80bbe4483fef497bd12c5c581bd6242fc51e08964fb4f60fdb\
               0ba42f63499279213d318d2c11f6886e903be7f93a1b3479";
    for engine in Engine::available() {
        let data_key = Key::with_engine(engine, &octets("2b7e151628aed2a6abf7158809cf4f3c"));
        let tweak_key = Key::with_engine(engine, &octets("000102030405060708090a0b0c0d0e0f"));
        for (order, sealed) in [(Ieee1619, ieee), (Gbt17964, gbt)] {
            let mut tweak = [octets("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff")];
            tweak_key.encrypt_blocks(&mut tweak);
            let [mut tweak] = tweak;
            let (blocks, half) = plain.as_chunks::<16>();
            let mut blocks: [Block; 3] = blocks.try_into().unwrap();
            data_key.xts_encrypt(order, &mut tweak, &mut blocks);
            let lender = blocks[2];
            let mut last = lender;
            last[..8].copy_from_slice(half);
            data_key.xts_encrypt(order, &mut tweak, core::slice::from_mut(&mut last));
            let whole = [&blocks[0][..], &blocks[1], &last, &lender[..8]].concat();
            assert_eq!(hex::encode(whole), sealed, "{engine:?} {order:?}");
        }
    }
}

#[test]
fn both_ways_in_pieces() {
    let plain = blocks(amount(300, 40));
    for (order, first) in [
        (Ieee1619, [0x91; 16]),
        (Ieee1619, [0xff; 16]),
        (Gbt17964, [0x91; 16]),
        (Gbt17964, [0xff; 16]),
    ] {
        let (mut tweak, mut sealed, mut tweaks) = (first, Vec::new(), std::vec![first]);
        for block in &plain {
            let mixed = core::array::from_fn(|i| block[i] ^ tweak[i]);
            let out = reference(&mixed);
            sealed.push(core::array::from_fn(|i| out[i] ^ tweak[i]));
            assert_eq!(order.next(&tweak), times_x(order, &tweak));
            tweak = times_x(order, &tweak);
            tweaks.push(tweak);
        }
        for (engine, key) in engines() {
            let lengths = [
                0, 1, 2, 15, 16, 17, 63, 64, 65, 127, 128, 129, 255, 257, 300,
            ];
            for len in lengths.into_iter().take(amount(15, 6)) {
                let (mut data, mut at, cut) = (plain[..len].to_vec(), first, len / 3);
                key.xts_encrypt(order, &mut at, &mut data[..cut]);
                key.xts_encrypt(order, &mut at, &mut data[cut..]);
                let expected = (&sealed[..len], tweaks[len]);
                assert_eq!((&data[..], at), expected, "{engine:?} {order:?} {len}");
                let mut at = first;
                key.xts_decrypt(order, &mut at, &mut data[..cut]);
                key.xts_decrypt(order, &mut at, &mut data[cut..]);
                let expected = (&plain[..len], tweaks[len]);
                assert_eq!((&data[..], at), expected, "{engine:?} {order:?} {len}");
            }
        }
    }
}
