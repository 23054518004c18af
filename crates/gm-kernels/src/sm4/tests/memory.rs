//! Where blocks stand in memory and how many there are must not matter; and many random ones.

use super::*;
use crate::ghash::Hash;

/// A mode in place; what it keeps besides goes into the chain.
type Mode = (&'static str, fn(&Key, &mut Block, &mut [Block]));

const MODES: [Mode; 12] = [
    ("ECB", |key, _, blocks| key.encrypt_blocks(blocks)),
    ("ECB back", |key, _, blocks| key.decrypt_blocks(blocks)),
    ("CBC", |key, chain, blocks| key.cbc_encrypt(chain, blocks)),
    ("CBC back", |key, chain, blocks| {
        key.cbc_decrypt(chain, blocks)
    }),
    ("CFB", |key, chain, blocks| key.cfb_encrypt(chain, blocks)),
    ("CFB back", |key, chain, blocks| {
        key.cfb_decrypt(chain, blocks)
    }),
    ("OFB", |key, chain, blocks| key.ofb(chain, blocks)),
    ("CTR", |key, chain, blocks| key.ctr(chain, 32, blocks)),
    ("XTS", |key, chain, blocks| {
        key.xts_encrypt(XtsOrder::Gbt17964, chain, blocks)
    }),
    ("XTS back", |key, chain, blocks| {
        key.xts_decrypt(XtsOrder::Gbt17964, chain, blocks)
    }),
    ("GCM", |key, chain, blocks| {
        let mut hash = Hash::new(chain);
        key.gcm_encrypt(chain, &mut hash, blocks);
        *chain = hash.value();
    }),
    ("GCM back", |key, chain, blocks| {
        let mut hash = Hash::new(chain);
        key.gcm_decrypt(chain, &mut hash, blocks);
        *chain = hash.value();
    }),
];

/// Every number of blocks up to 4,200 bytes, each at another address within 64 bytes.
#[test]
fn every_length_at_odd_addresses() {
    let plain = blocks(263);
    let mut memory = std::vec![0; 64 + 263 * 16];
    // the counter wraps within the data
    let first = [0xff; 16];
    let portable = Key::with_engine(Engine::PORTABLE, &KEY);
    for (name, mode) in MODES {
        for len in (0..=263).step_by(amount(1, 17)).take(amount(264, 4)) {
            // portable chains are slow: not every length of them
            if len > 40 && len % 37 != 0 && ["CBC", "CFB", "OFB"].contains(&name) {
                continue;
            }
            let (mut expected, mut end) = (plain[..len].to_vec(), first);
            mode(&portable, &mut end, &mut expected);
            for (engine, key) in engines() {
                let start = len * 7 % 64;
                let place = &mut memory[start..start + len * 16];
                place.copy_from_slice(plain[..len].as_flattened());
                let mut chain = first;
                mode(&key, &mut chain, place.as_chunks_mut().0);
                assert_eq!(place, expected.as_flattened(), "{engine:?} {name} {len}");
                assert_eq!(chain, end, "{engine:?} {name} {len}");
            }
        }
    }
}

/// What one engine encrypts, each other decrypts; a million blocks in all.
#[test]
fn a_million_random_blocks() {
    let count = amount(1_000_000, 100);
    let mut data = blocks(count);
    let mut first = None;
    for (engine, key) in engines() {
        key.encrypt_blocks(&mut data);
        let sum = *first.get_or_insert_with(|| digest(&data));
        assert_eq!(digest(&data), sum, "{engine:?}");
        key.decrypt_blocks(&mut data);
        assert_eq!(data[count - 1], blocks(count)[count - 1], "{engine:?}");
    }
}

fn digest(data: &[Block]) -> [u8; 32] {
    use ::sm3::Digest;
    ::sm3::Sm3::digest(data.as_flattened()).into()
}
