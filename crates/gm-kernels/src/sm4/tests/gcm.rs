//! The inside of GCM: every engine with every GHASH, against counter mode and the `ghash` crate.

use super::*;
use crate::ghash::{self, Hash};
use ::ghash::GHash;
use ::ghash::universal_hash::UniversalHash;

const H: Block = [0x5c; 16];

/// Ciphertext, hash and next counter by the other implementations.
fn expected(first: Block, plain: &[Block]) -> (Vec<Block>, Block, Block) {
    let (mut counter, mut hash) = (u128::from_be_bytes(first), GHash::new(&H.into()));
    let low = u128::from(u32::MAX);
    let sealed: Vec<Block> = plain
        .iter()
        .map(|block| {
            let stream = reference(&counter.to_be_bytes());
            counter = counter & !low | counter.wrapping_add(1) & low;
            core::array::from_fn(|i| block[i] ^ stream[i])
        })
        .collect();
    for block in &sealed {
        hash.update(&[(*block).into()]);
    }
    (sealed, hash.finalize().into(), counter.to_be_bytes())
}

#[test]
fn both_ways_in_pieces_with_every_hash() {
    let plain = blocks(amount(263, 40));
    for first in [[1; 16], [0xff; 16], (u128::MAX - 100).to_be_bytes()] {
        for len in lengths() {
            let (sealed, value, next) = expected(first, &plain[..len]);
            for (engine, key) in engines() {
                for hashing in ghash::Engine::available() {
                    let what = std::format!("{engine:?} {hashing:?} {len} from {first:02x?}");
                    for cut in [0, len / 3] {
                        let (mut counter, mut hash) = (first, Hash::with_engine(hashing, &H));
                        let mut data = plain[..len].to_vec();
                        key.gcm_encrypt(&mut counter, &mut hash, &mut data[..cut]);
                        key.gcm_encrypt(&mut counter, &mut hash, &mut data[cut..]);
                        assert_eq!(
                            (&data, hash.value(), counter),
                            (&sealed, value, next),
                            "{what}"
                        );
                        let (mut counter, mut hash) = (first, Hash::with_engine(hashing, &H));
                        let (head, tail) = plain[..len].split_at(cut);
                        let mut elsewhere = std::vec![[0x77; 16]; len];
                        let (first_part, second) = elsewhere.split_at_mut(cut);
                        key.gcm_encrypt_from(&mut counter, &mut hash, head, first_part);
                        key.gcm_encrypt_from(&mut counter, &mut hash, tail, second);
                        assert_eq!(
                            (&elsewhere, hash.value(), counter),
                            (&sealed, value, next),
                            "{what}, from elsewhere"
                        );
                        let (mut counter, mut hash) = (first, Hash::with_engine(hashing, &H));
                        key.gcm_decrypt(&mut counter, &mut hash, &mut data[..cut]);
                        key.gcm_decrypt(&mut counter, &mut hash, &mut data[cut..]);
                        assert_eq!(
                            (&data[..], hash.value(), counter),
                            (&plain[..len], value, next),
                            "{what}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn rfc_8998_appendix_a_1() {
    let aad = hex::decode("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2").unwrap();
    let plain = hex::decode(
        "AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBCCCCCCCCCCCCCCCCDDDDDDDDDDDDDDDD\
         EEEEEEEEEEEEEEEEFFFFFFFFFFFFFFFFEEEEEEEEEEEEEEEEAAAAAAAAAAAAAAAA",
    )
    .unwrap();
    let sealed = hex::decode(
        "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735\
         D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D",
    )
    .unwrap();
    let tag = hex::decode("83DE3541E4C2B58177E065A9BF7B62EC").unwrap();
    let mut first = [0; 16];
    first[..12].copy_from_slice(&hex::decode("00001234567800000000ABCD").unwrap());
    first[15] = 1;
    for engine in Engine::available() {
        let key = Key::with_engine(engine, &KEY);
        let (mut h, mut mask, mut counter) = ([0; 16], first, first);
        key.encrypt_block(&mut h);
        key.encrypt_block(&mut mask);
        counter[15] = 2;
        let mut hash = Hash::new(&h);
        hash.update_padded(&aad);
        let mut data = plain.as_chunks().0.to_vec();
        key.gcm_encrypt(&mut counter, &mut hash, &mut data);
        hash.update_lengths(aad.len() as u64, plain.len() as u64);
        assert_eq!(data.as_flattened(), sealed, "{engine:?}");
        let value = hash.value();
        let computed: Block = core::array::from_fn(|i| value[i] ^ mask[i]);
        assert_eq!(computed[..], tag, "{engine:?}");
    }
}
