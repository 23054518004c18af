//! GB/T 32907 annex A, a CBC value of GM documents, and OpenSSL for the other modes.

use super::hex;
use proptest::prelude::*;
use ukey_crypto::sm4::{
    BLOCK, CbcMac, Cipher, Direction, Key, Mode, Padding, cbc_mac, ecb_decrypt, ecb_encrypt,
};
use ukey_crypto::{Error, sm3};

const KEY: &str = "0123456789abcdeffedcba9876543210";
const MODES: [Mode; 4] = [Mode::Ecb, Mode::Cbc, Mode::Cfb, Mode::Ofb];

fn key() -> Key {
    Key::try_from(hex(KEY).as_slice()).unwrap()
}

/// 00 01 02 … 0F.
fn iv() -> [u8; BLOCK] {
    core::array::from_fn(|i| u8::try_from(i).unwrap())
}

fn run(direction: Direction, mode: Mode, padding: Padding, input: &[u8]) -> Result<Vec<u8>, Error> {
    let mut cipher = Cipher::new(direction, mode, &key(), &iv(), padding);
    let mut out = cipher.update(input)?;
    out.extend(cipher.finish()?);
    Ok(out)
}

fn encrypt(mode: Mode, padding: Padding, input: &[u8]) -> Vec<u8> {
    run(Direction::Encrypt, mode, padding, input).unwrap()
}

#[test]
fn block_of_the_standard_once_and_a_million_times() {
    let mut block = hex(KEY);
    let key = key();
    ecb_encrypt(&key, &mut block).unwrap();
    assert_eq!(block, hex("681edf34d206965e86b3e94f536e4246"));
    for _ in 1..1_000_000 {
        ecb_encrypt(&key, &mut block).unwrap();
    }
    assert_eq!(block, hex("595298c7c6fd271f0402f804c33d3f66"));
    ecb_decrypt(&key, &mut block).unwrap();
    ecb_encrypt(&key, &mut block).unwrap();
    assert_eq!(block, hex("595298c7c6fd271f0402f804c33d3f66"));
}

#[test]
fn cbc_of_two_blocks() {
    let plaintext = hex(KEY).repeat(2);
    let expected = hex("a9a268883a336315bac0c9c9ff350ab1b236a4a85616d4aabf0a83555c7d4115");
    assert_eq!(encrypt(Mode::Cbc, Padding::None, &plaintext), expected);
    assert_eq!(
        run(Direction::Decrypt, Mode::Cbc, Padding::None, &expected).unwrap(),
        plaintext
    );
}

/// Padding that `openssl enc` uses with `mode`.
fn openssl_padding(mode: Mode) -> Padding {
    if mode.needs_whole_blocks() {
        Padding::Pkcs7
    } else {
        Padding::None
    }
}

#[test]
fn openssl_short_text_in_every_mode() {
    // `openssl enc -sm4-MODE -K 0123…3210 -iv 0001…0F`.
    let text = b"The quick brown fox jumps over the lazy dog, 37 times";
    for (mode, expected) in [
        (
            Mode::Ecb,
            "088c41beac31615d33c94face62404a66ecf036539a35ddb288c6a82bfe937db\
             eb4c3a71fa29a2f9e1ba5aafce041ccfa918f5067b1d520e506edffc529a0c33",
        ),
        (
            Mode::Cbc,
            "b6556613480f80c2a4c4beadbdc795ced203d6945466924b4faa7bf47bfb4034\
             14192fe498f9bb33be969d237cc482534463ac7b0504e44ce881ee716e238fb3",
        ),
        (
            Mode::Cfb,
            "52f0f9414cd301ce41ad95f08edf974aebdab6ed9ce21b3172640c3512ebed77\
             dc634ef8e55749e62a86e5b3efb0251c55c672eb97",
        ),
        (
            Mode::Ofb,
            "52f0f9414cd301ce41ad95f08edf974a95803a6cddf6370d127f83e2b851c854\
             3322b824ee737e085481630a048369c2437b25a00b",
        ),
    ] {
        let padding = openssl_padding(mode);
        assert_eq!(encrypt(mode, padding, text), hex(expected), "{mode:?}");
        assert_eq!(
            run(Direction::Decrypt, mode, padding, &hex(expected)).unwrap(),
            text
        );
    }
}

/// `seq 1 400 | head -c 1031`: more than two batches of blocks and a rest.
fn long_text() -> Vec<u8> {
    let text: String = (1..=400).map(|i| format!("{i}\n")).collect();
    text.into_bytes()[..1031].to_vec()
}

#[test]
fn openssl_long_text_in_every_mode() {
    // SM3 of what `openssl enc -sm4-MODE` makes of it, and its last block.
    for (mode, digest, last) in [
        (
            Mode::Ecb,
            "c5eb351fc559873543266818f47a528c092c8c3f6a736f1230340b46000890ee",
            "ef4257fbac05bcf4eda7e02c7299f0e1",
        ),
        (
            Mode::Cbc,
            "331584509f39c4e81ac98f2f232a5855edb535e496ef6af33979a337f7b53e0a",
            "432308d4b60ead3cc130f67338acea7f",
        ),
        (
            Mode::Cfb,
            "320c5f4e46ea3d43e8ee883df4ba7b48530e3a5005d84ac1625a232da180b435",
            "6cc01f31736a7097b0ae7160ea9c0488",
        ),
        (
            Mode::Ofb,
            "580f59fb44de6b4660612a71f04ff7e9bb2f5d85e74a0f28f8aa2317a854f6e2",
            "28101ce5438cfc8fb06087a52ea80188",
        ),
    ] {
        let padding = openssl_padding(mode);
        let ciphertext = encrypt(mode, padding, &long_text());
        assert_eq!(
            ciphertext[ciphertext.len() - BLOCK..],
            hex(last),
            "{mode:?}"
        );
        assert_eq!(sm3::digest(&ciphertext).to_vec(), hex(digest), "{mode:?}");
        let again = run(Direction::Decrypt, mode, padding, &ciphertext).unwrap();
        assert_eq!(again, long_text(), "{mode:?}");
    }
}

#[test]
fn cbc_mac_is_the_last_block() {
    // `openssl enc -sm4-cbc -nopad` of the first 1024 bytes.
    let expected = hex("72e3f2c94db4079a2c1f085a023c306c");
    let text = &long_text()[..1024];
    assert_eq!(cbc_mac(&key(), &iv(), text).unwrap().to_vec(), expected);
    let mut mac = CbcMac::new(&key(), &iv());
    for chunk in text.chunks(7) {
        mac.update(chunk);
    }
    assert_eq!(mac.finish().unwrap().to_vec(), expected);
    assert_eq!(cbc_mac(&key(), &iv(), b""), Err(Error::InvalidLength));
    assert_eq!(
        cbc_mac(&key(), &iv(), &text[..17]),
        Err(Error::InvalidLength)
    );
}

#[test]
fn wrong_padding() {
    let bad = |last: &[u8]| {
        let mut block = vec![b'x'; BLOCK - last.len()];
        block.extend_from_slice(last);
        let ciphertext = encrypt(Mode::Cbc, Padding::None, &block);
        run(Direction::Decrypt, Mode::Cbc, Padding::Pkcs7, &ciphertext)
    };
    assert_eq!(bad(&[1]).unwrap().len(), 15);
    assert_eq!(bad(&[16; 16]).unwrap().len(), 0);
    for last in [
        &[0][..],
        &[17],
        &[255],
        &[1, 2],
        &[3, 2, 3],
        &[4; 3],
        &[16; 15],
    ] {
        assert_eq!(bad(last), Err(Error::Decryption), "{last:?}");
    }
}

#[test]
fn wrong_lengths() {
    let decrypt = |mode, padding, input: &[u8]| run(Direction::Decrypt, mode, padding, input);
    for mode in [Mode::Ecb, Mode::Cbc] {
        for len in [1, 15, 17, 31] {
            let input = vec![0; len];
            let encrypted = run(Direction::Encrypt, mode, Padding::None, &input);
            assert_eq!(encrypted, Err(Error::InvalidLength));
            assert_eq!(
                decrypt(mode, Padding::None, &input),
                Err(Error::InvalidLength)
            );
            assert_eq!(
                decrypt(mode, Padding::Pkcs7, &input),
                Err(Error::InvalidLength)
            );
        }
        assert_eq!(
            decrypt(mode, Padding::Pkcs7, b""),
            Err(Error::InvalidLength)
        );
        assert_eq!(decrypt(mode, Padding::None, b"").unwrap(), b"");
    }
    let mut block = [0; 17];
    assert_eq!(ecb_encrypt(&key(), &mut block), Err(Error::InvalidLength));
    assert_eq!(
        ecb_decrypt(&key(), &mut block[..15]),
        Err(Error::InvalidLength)
    );
    assert_eq!(
        Key::try_from(&[0; 15][..]).unwrap_err(),
        Error::InvalidLength
    );
    assert_eq!(
        Key::try_from(&[0; 17][..]).unwrap_err(),
        Error::InvalidLength
    );
}

#[test]
fn keys_keep_their_bytes_to_themselves() {
    assert_eq!(key().expose_bytes().to_vec(), hex(KEY));
    assert_eq!(format!("{:?}", key()), "sm4::Key(..)");
    assert_ne!(
        Key::generate().unwrap().expose_bytes(),
        Key::generate().unwrap().expose_bytes()
    );
}

proptest! {
    /// However the input is cut, the output is that of one piece, and `update_len` tells the truth.
    #[test]
    fn chunks_do_not_matter(
        data in prop::collection::vec(any::<u8>(), 0..1500),
        cuts in prop::collection::vec(0..80usize, 1..60),
        mode in 0..4usize,
        padded in any::<bool>(),
    ) {
        let mode = MODES[mode];
        let padding = if padded { Padding::Pkcs7 } else { Padding::None };
        let mut data = data;
        if mode.needs_whole_blocks() && !padded {
            data.truncate(data.len() / BLOCK * BLOCK);
        }
        let whole = encrypt(mode, padding, &data);
        for (direction, input, expected) in
            [(Direction::Encrypt, &data, &whole), (Direction::Decrypt, &whole, &data)]
        {
            let mut cipher = Cipher::new(direction, mode, &key(), &iv(), padding);
            let mut out = Vec::new();
            let mut rest = input.as_slice();
            for cut in cuts.iter().copied().chain([usize::MAX]) {
                let (now, later) = rest.split_at(cut.min(rest.len()));
                let (before, announced) = (out.len(), cipher.update_len(now.len()));
                cipher.update_into(now, &mut out).unwrap();
                prop_assert_eq!(out.len() - before, announced);
                rest = later;
            }
            cipher.finish_into(&mut out).unwrap();
            prop_assert_eq!(&out, expected);
        }
    }
}
