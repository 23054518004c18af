//! Every way to compute SM4, GHASH, SM3 and SM2 against plain Rust, on any bytes: key, chain, where a message is cut,
//! where it begins in memory, and the message.

use gm_kernels::{ghash, sm2, sm3, sm4};

type Block = [u8; 16];

/// What all engines must agree on.
pub(crate) fn run(data: &[u8]) {
    let Some((head, message)) = data.split_first_chunk::<50>() else {
        return;
    };
    let key: &Block = head[..16].try_into().expect("16 bytes");
    let chain: &Block = head[16..32].try_into().expect("16 bytes");
    ciphers(
        key,
        chain,
        usize::from(head[32]),
        u32::from(head[33]),
        message,
    );
    hashes(message);
    curve(head[..32].try_into().expect("32 bytes"), message);
}

/// Every mode, in two pieces, at any address.
fn ciphers(key: &Block, chain: &Block, cut: usize, bits: u32, message: &[u8]) {
    let ways: Vec<_> = sm4::Engine::available().collect();
    let expected = sealed(ways[0], key, chain, cut, bits, message);
    for way in &ways[1..] {
        let found = sealed(*way, key, chain, cut, bits, message);
        for (mode, (found, expected)) in found.iter().zip(&expected).enumerate() {
            assert_eq!(found, expected, "{way:?}, mode {mode}");
        }
    }
}

/// What each mode makes of the message, and its chain behind it; decryption is undone on the spot.
fn sealed(
    way: sm4::Engine,
    key: &Block,
    chain: &Block,
    cut: usize,
    bits: u32,
    message: &[u8],
) -> Vec<(Vec<u8>, Block)> {
    let key = sm4::Key::with_engine(way, key);
    let bits = bits % 128 + 1;
    let mut hash = ghash::Hash::new(chain);
    let run = |crypt: &mut dyn FnMut(&mut Block, &mut [Block])| {
        let (mut bytes, mut state) = (message.to_vec(), *chain);
        let odd = cut % 16;
        let start = odd.min(bytes.len());
        let (blocks, _) = bytes[start..].as_chunks_mut();
        let cut = cut.min(blocks.len());
        crypt(&mut state, &mut blocks[..cut]);
        crypt(&mut state, &mut blocks[cut..]);
        (bytes, state)
    };
    let made = vec![
        run(&mut |_, blocks| key.encrypt_blocks(blocks)),
        run(&mut |_, blocks| key.decrypt_blocks(blocks)),
        run(&mut |chain, blocks| key.cbc_encrypt(chain, blocks)),
        run(&mut |chain, blocks| key.cbc_decrypt(chain, blocks)),
        run(&mut |chain, blocks| key.cbc_mac(chain, blocks)),
        run(&mut |chain, blocks| key.cfb_encrypt(chain, blocks)),
        run(&mut |chain, blocks| key.cfb_decrypt(chain, blocks)),
        run(&mut |chain, blocks| key.ofb(chain, blocks)),
        run(&mut |chain, blocks| key.ctr(chain, bits, blocks)),
        run(&mut |chain, blocks| key.xts_encrypt(sm4::XtsOrder::Ieee1619, chain, blocks)),
        run(&mut |chain, blocks| key.xts_decrypt(sm4::XtsOrder::Gbt17964, chain, blocks)),
        run(&mut |chain, blocks| key.gcm_encrypt(chain, &mut hash, blocks)),
        run(&mut |chain, blocks| key.gcm_decrypt(chain, &mut hash, blocks)),
    ];
    [made, vec![(Vec::new(), hash.value())]].concat()
}

/// GHASH under the message's first block, SM3 of its pieces.
fn hashes(message: &[u8]) {
    let (blocks, _) = message.as_chunks::<16>();
    if let Some((h, blocks)) = blocks.split_first() {
        let value = |way| {
            let mut hash = ghash::Hash::with_engine(way, h);
            hash.update(blocks);
            hash.value()
        };
        for way in ghash::Engine::available() {
            assert_eq!(value(way), value(ghash::Engine::PORTABLE), "{way:?}");
        }
    }
    let step = message.len() / 20 + 1;
    let pieces: Vec<&[u8]> = (0..message.len())
        .step_by(step)
        .map(|start| &message[start..(start + start % 200).min(message.len())])
        .collect();
    let digests = |way: sm3::Engine| {
        let mut digests = vec![[0; 32]; pieces.len()];
        way.digest_all(&pieces, &mut digests);
        digests
    };
    for way in sm3::Engine::available() {
        assert_eq!(digests(way), digests(sm3::Engine::PORTABLE), "{way:?}");
    }
}

/// Multiplication by a secret, a signature and its verification.
fn curve(secret: &[u8; 32], message: &[u8]) {
    let mut e = [0; 32];
    sm3::digest_all(&[message], std::slice::from_mut(&mut e));
    let d = sm2::Scalar::reduce(secret);
    let (Some(key), Some(point)) = (sm2::SigningKey::new(&d), sm2::Point::generator_times(&d))
    else {
        return;
    };
    let nonce = sm2::Scalar::reduce(&e);
    let mut expected = None;
    for way in sm2::Engine::available() {
        let product = point
            .times_with(way, &nonce)
            .map(|point| (point.x(), point.y()));
        let signature = key.sign_with_nonce(way, &e, &nonce);
        if let Some((r, s)) = &signature {
            assert!(sm2::verify_with(way, &point, &e, r, s), "{way:?}");
            let mut other = e;
            other[31] ^= 1;
            assert!(!sm2::verify_with(way, &point, &other, r, s), "{way:?}");
        }
        let found = (product, signature);
        assert_eq!(*expected.get_or_insert(found), found, "{way:?}");
    }
}
