//! CFB, OFB and the CBC MAC of every engine against the `sm4` crate.

use super::*;

fn add(a: &Block, b: &Block) -> Block {
    core::array::from_fn(|i| a[i] ^ b[i])
}

#[test]
fn cfb_both_ways_in_pieces() {
    let plain = blocks(140);
    let (mut chain, mut sealed) = ([9; 16], Vec::new());
    for block in &plain {
        chain = add(block, &reference(&chain));
        sealed.push(chain);
    }
    for (engine, key) in engines() {
        for len in [0, 1, 2, 7, 16, 17, 131, 140]
            .into_iter()
            .take(amount(8, 6))
        {
            let (mut data, mut chain, cut) = (plain[..len].to_vec(), [9; 16], len / 3);
            key.cfb_encrypt(&mut chain, &mut data[..cut]);
            key.cfb_encrypt(&mut chain, &mut data[cut..]);
            assert_eq!(data, sealed[..len], "{engine:?} {len}");
            assert_eq!(
                chain,
                *sealed[..len].last().unwrap_or(&[9; 16]),
                "{engine:?} {len}"
            );
            let mut chain = [9; 16];
            key.cfb_decrypt(&mut chain, &mut data[..cut]);
            key.cfb_decrypt(&mut chain, &mut data[cut..]);
            assert_eq!(data, plain[..len], "{engine:?} {len}");
            assert_eq!(
                chain,
                *sealed[..len].last().unwrap_or(&[9; 16]),
                "{engine:?} {len}"
            );
        }
    }
}

#[test]
fn ofb_in_pieces() {
    let plain = blocks(60);
    let (mut chain, mut sealed) = ([5; 16], Vec::new());
    for block in &plain {
        chain = reference(&chain);
        sealed.push(add(block, &chain));
    }
    for (engine, key) in engines() {
        let (mut data, mut at) = (plain.clone(), [5; 16]);
        key.ofb(&mut at, &mut data[..0]);
        key.ofb(&mut at, &mut data[..23]);
        key.ofb(&mut at, &mut data[23..]);
        assert_eq!((data, at), (sealed.clone(), chain), "{engine:?}");
    }
}

#[test]
fn the_mac_is_the_last_block_of_cbc() {
    let plain = blocks(40);
    for (engine, key) in engines() {
        for len in (0..40).step_by(amount(1, 9)) {
            let (mut data, mut chain, mut mac) = (plain[..len].to_vec(), [8; 16], [8; 16]);
            for block in &mut data {
                chain = reference(&add(block, &chain));
            }
            key.cbc_mac(&mut mac, &data[..len / 2]);
            key.cbc_mac(&mut mac, &data[len / 2..]);
            assert_eq!(mac, chain, "{engine:?} {len}");
        }
    }
}
