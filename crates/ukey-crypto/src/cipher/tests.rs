//! The modes: examples of their standards, random chunks against one piece, refusals.
#![allow(clippy::unwrap_used)]

mod refusals;

use super::{BLOCK, Block, Direction, Mode, Operation, Padding, XtsOrder};
use crate::{Error, aes, sm4};
use Direction::{Decrypt, Encrypt};
use hex::decode as unhex;

fn key(hex: &str) -> aes::Key {
    aes::Key::try_from(&unhex(hex).unwrap()[..]).unwrap()
}

fn block(hex: &str) -> Block {
    unhex(hex).unwrap().try_into().unwrap()
}

fn run(
    key: &aes::Key,
    direction: Direction,
    mode: &Mode<'_>,
    input: &[u8],
) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    Operation::new(key, direction, mode)?.complete(input, &mut out)?;
    Ok(out)
}

/// Encrypts and decrypts, and compares with `sealed`.
fn both_ways(key: &aes::Key, mode: &Mode<'_>, plain: &str, sealed: &str) {
    let (plain, sealed) = (unhex(plain).unwrap(), unhex(sealed).unwrap());
    assert_eq!(run(key, Encrypt, mode, &plain).unwrap(), sealed, "{mode:?}");
    assert_eq!(run(key, Decrypt, mode, &sealed).unwrap(), plain, "{mode:?}");
}

/// SP 800-38A appendix F: the plaintext of all examples.
const PLAIN: &str = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51\
                     30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710";
const KEY_128: &str = "2b7e151628aed2a6abf7158809cf4f3c";
const KEY_192: &str = "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b";
const KEY_256: &str = "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4";
const IV: &str = "000102030405060708090a0b0c0d0e0f";
const COUNTER: &str = "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff";

#[test]
fn sp_800_38a_ecb_and_cbc() {
    let padding = Padding::None;
    let ecb = Mode::Ecb { padding };
    both_ways(
        &key(KEY_128),
        &ecb,
        PLAIN,
        "3ad77bb40d7a3660a89ecaf32466ef97f5d3d58503b9699de785895a96fdbaaf\
         43b1cd7f598ece23881b00e3ed0306887b0c785e27e8ad3f8223207104725dd4",
    );
    both_ways(
        &key(KEY_256),
        &ecb,
        PLAIN,
        "f3eed1bdb5d2a03c064b5a7e3db181f8591ccb10d410ed26dc5ba74a31362870\
         b6ed21b99ca6f4f9f153e7b1beafed1d23304b7a39f9f3ff067d8d8f9e24ecc7",
    );
    let iv = &block(IV);
    let cbc = Mode::Cbc { iv, padding };
    both_ways(
        &key(KEY_192),
        &cbc,
        PLAIN,
        "4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a\
         571b242012fb7ae07fa9baac3df102e008b0e27988598881d920a9e64f5615cd",
    );
    both_ways(
        &key(KEY_256),
        &cbc,
        PLAIN,
        "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d\
         39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b",
    );
}

#[test]
fn sp_800_38a_cfb_ofb_and_ctr() {
    let iv = &block(IV);
    both_ways(
        &key(KEY_128),
        &Mode::Cfb { iv },
        PLAIN,
        "3b3fd92eb72dad20333449f8e83cfb4ac8a64537a0b3a93fcde3cdad9f1ce58b\
         26751f67a3cbb140b1808cf187a4f4dfc04b05357c5d1c0eeac4c66f9ff7f2e6",
    );
    both_ways(
        &key(KEY_256),
        &Mode::Ofb { iv },
        PLAIN,
        "dc7e84bfda79164b7ecd8486985d38604febdc6740d20b3ac88f6ad82a4fb08d\
         71ab47a086e86eedf39d1c5bba97c4080126141d67f37be8538f5a8be740e484",
    );
    both_ways(
        &key(KEY_256),
        &Mode::Ctr {
            counter_block: &block(COUNTER),
            counter_bits: 128,
        },
        PLAIN,
        "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5\
         2b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6",
    );
}

/// Test cases 4 to 6 and 16 of the GCM submission (McGrew and Viega), which SP 800-38D points to.
#[test]
fn gcm_of_its_authors() {
    let plain = "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c9595680953\
                 2fcf0e2449a6b525b16aedf5aa0de657ba637b39";
    let aad = &unhex("feedfacedeadbeeffeedfacedeadbeefabaddad2").unwrap();
    let cases = [
        (
            "feffe9928665731c6d6a8f9467308308",
            "cafebabefacedbaddecaf888",
            "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c\
             7d8f6a5aac84aa051ba30b396a0aac973d58e0915bc94fbc3221a5db94fae95ae7121a47",
        ),
        (
            "feffe9928665731c6d6a8f9467308308",
            "cafebabefacedbad",
            "61353b4c2806934a777ff51fa22a4755699b2a714fcdc6f83766e5f97b6c742373806900e49f24b2\
             2b097544d4896b424989b5e1ebac0f07c23f45983612d2e79e3b0785561be14aaca2fccb",
        ),
        (
            "feffe9928665731c6d6a8f9467308308",
            "9313225df88406e555909c5aff5269aa6a7a9538534f7da1e4c303d2a318a728c3c0c95156809539\
             fcf0e2429a6b525416aedbf5a0de6a57a637b39b",
            "8ce24998625615b603a033aca13fb894be9112a5c3a211a8ba262a3cca7e2ca701e4a9a4fba43c90\
             ccdcb281d48c7c6fd62875d2aca417034c34aee5619cc5aefffe0bfa462af43c1699d050",
        ),
        (
            "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
            "cafebabefacedbaddecaf888",
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3d\
             a7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b",
        ),
    ];
    for (secret, iv, sealed) in cases {
        let iv = &unhex(iv).unwrap();
        let tag_len = 16;
        both_ways(&key(secret), &Mode::Gcm { iv, aad, tag_len }, plain, sealed);
        let tag_len = 12;
        let short = &sealed[..sealed.len() - 8];
        both_ways(&key(secret), &Mode::Gcm { iv, aad, tag_len }, plain, short);
    }
}

/// SP 800-38C examples 1 to 3.
#[test]
fn sp_800_38c() {
    let key = key("404142434445464748494a4b4c4d4e4f");
    let cases = [
        (7, 8, 4, 4, "7162015b4dac255d"),
        (8, 16, 16, 6, "d2a1f0e051ea5f62081a7792073d593d1fc64fbfaccd"),
        (
            12,
            20,
            24,
            8,
            "e3b201a9f5b71a7a9b1ceaeccd97e70b6176aad9a4428aa5484392fbc1b09951",
        ),
    ];
    for (nonce_len, aad_len, data_len, tag_len, sealed) in cases {
        let nonce: Vec<u8> = (0x10..0x10 + nonce_len).collect();
        let aad: Vec<u8> = (0..aad_len).collect();
        let plain: Vec<u8> = (0x20..0x20 + data_len).collect();
        let mode = Mode::Ccm {
            nonce: &nonce,
            aad: &aad,
            tag_len,
            data_len: data_len.into(),
        };
        both_ways(&key, &mode, &hex::encode(plain), sealed);
    }
}

/// SP 800-38C example 4: 64 KiB of additional data.
#[test]
fn sp_800_38c_long_additional_data() {
    let key = key("404142434445464748494a4b4c4d4e4f");
    let nonce: Vec<u8> = (0x10..0x1d).collect();
    let aad: Vec<u8> = (0..=0xff).cycle().take(524_288 / 8).collect();
    let mode = Mode::Ccm {
        nonce: &nonce,
        aad: &aad,
        tag_len: 14,
        data_len: 32,
    };
    let plain: Vec<u8> = (0x20..0x40).collect();
    let sealed = "69915dad1e84c6376a68c2967e4dab615ae0fd1faec44cc484828529463ccf72\
                  b4ac6bec93e8598e7f0dadbcea5b";
    both_ways(&key, &mode, &hex::encode(plain), sealed);
}

/// IEEE 1619 appendix B: vectors 2 (whole blocks) and 15 to 18 (stealing).
#[test]
fn ieee_1619_xts() {
    let whole = (
        "1111111111111111111111111111111122222222222222222222222222222222",
        "33333333330000000000000000000000",
        "4444444444444444444444444444444444444444444444444444444444444444",
        "c454185e6a16936e39334038acef838bfb186fff7480adc4289382ecd6d394f0",
    );
    let stealing = [
        (
            "000102030405060708090a0b0c0d0e0f10",
            "6c1625db4671522d3d7599601de7ca09ed",
        ),
        (
            "000102030405060708090a0b0c0d0e0f1011",
            "d069444b7a7e0cab09e24447d24deb1fedbf",
        ),
        (
            "000102030405060708090a0b0c0d0e0f101112",
            "e5df1351c0544ba1350b3363cd8ef4beedbf9d",
        ),
        (
            "000102030405060708090a0b0c0d0e0f10111213",
            "9d84c813f719aa2c7be3f66171c7c5c2edbf9dac",
        ),
    ]
    .map(|(plain, sealed)| {
        (
            "fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0bfbebdbcbbbab9b8b7b6b5b4b3b2b1b0",
            "9a785634120000000000000000000000",
            plain,
            sealed,
        )
    });
    for (keys, tweak, plain, sealed) in [&[whole], &stealing[..]].concat() {
        let (data_key, tweak_key) = (key(&keys[..32]), key(&keys[32..]));
        for (direction, input, expected) in [(Encrypt, plain, sealed), (Decrypt, sealed, plain)] {
            let mut out = Vec::new();
            Operation::xts(
                &data_key,
                &tweak_key,
                direction,
                XtsOrder::Ieee1619,
                &block(tweak),
            )
            .unwrap()
            .complete(&unhex(input).unwrap(), &mut out)
            .unwrap();
            assert_eq!(hex::encode(out), expected, "{direction:?}");
        }
    }
}

/// RFC 8998 appendix A: SM4 runs in the same modes.
#[test]
fn rfc_8998_sm4_gcm_and_ccm() {
    let key = sm4::Key::from(block("0123456789abcdeffedcba9876543210"));
    let iv = &unhex("00001234567800000000abcd").unwrap();
    let aad = &unhex("feedfacedeadbeeffeedfacedeadbeefabaddad2").unwrap();
    let plain: Vec<u8> = [0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff, 0xee, 0xaa]
        .iter()
        .flat_map(|&byte| [byte; 8])
        .collect();
    let gcm = Mode::Gcm {
        iv,
        aad,
        tag_len: 16,
    };
    let ccm = Mode::Ccm {
        nonce: iv,
        aad,
        tag_len: 16,
        data_len: 64,
    };
    let cases = [
        (
            gcm,
            "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735\
             d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d\
             83de3541e4c2b58177e065a9bf7b62ec",
        ),
        (
            ccm,
            "48af93501fa62adbcd414cce6034d895dda1bf8f132f042098661572e7483094\
             fd12e518ce062c98acee28d95df4416bed31a2f04476c18bb40c84a74b97dc5b\
             16842d4fa186f56ab33256971fa110f4",
        ),
    ];
    for (mode, sealed) in cases {
        let mut out = Vec::new();
        Operation::new(&key, Encrypt, &mode)
            .unwrap()
            .complete(&plain, &mut out)
            .unwrap();
        assert_eq!(hex::encode(&out), sealed);
        let mut back = Vec::new();
        Operation::new(&key, Decrypt, &mode)
            .unwrap()
            .complete(&out, &mut back)
            .unwrap();
        assert_eq!(back, plain);
    }
}

/// Every mode with parameters that fit `len` bytes of plaintext.
fn every_mode(len: usize) -> Vec<Mode<'static>> {
    const IV: Block = [0x5a; BLOCK];
    let mut modes = vec![
        Mode::Ecb {
            padding: Padding::Pkcs7,
        },
        Mode::Cbc {
            iv: &IV,
            padding: Padding::Pkcs7,
        },
        Mode::Ctr {
            counter_block: &[0xff; BLOCK],
            counter_bits: 128,
        },
        Mode::Cfb { iv: &IV },
        Mode::Ofb { iv: &IV },
        Mode::Gcm {
            iv: &[1; 12],
            aad: b"head",
            tag_len: 16,
        },
        Mode::Gcm {
            iv: &[7],
            aad: b"",
            tag_len: 4,
        },
        Mode::Ccm {
            nonce: &[2; 11],
            aad: b"head",
            tag_len: 8,
            data_len: len,
        },
    ];
    modes[2] = Mode::Ctr {
        counter_block: &[0x77; BLOCK],
        counter_bits: 64,
    };
    if len.is_multiple_of(BLOCK) {
        modes.push(Mode::Ecb {
            padding: Padding::None,
        });
        modes.push(Mode::Cbc {
            iv: &IV,
            padding: Padding::None,
        });
    }
    modes
}

/// Feeds `input` in pieces whose sizes come from `seed`; checks the announced lengths on the way.
fn in_pieces(mut operation: Operation, input: &[u8], mut seed: u32) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    let mut rest = input;
    while !rest.is_empty() {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let size = match seed >> 30 {
            0 => 1,
            1 => 16,
            _ => (seed >> 16) as usize % 100,
        };
        let (now, later) = rest.split_at(size.min(rest.len()));
        let expected = out.len() + operation.update_len(now.len());
        let start = out.len();
        out.resize(start + now.len(), 0xEE);
        let there = match seed & 1 << 20 {
            0 => None,
            _ => operation.update_into(now, &mut out[start..]),
        };
        match there {
            Some(done) => done?,
            None => {
                out.truncate(start);
                operation.update(now, &mut out)?;
            }
        }
        assert_eq!(out.len(), expected);
        // A clone goes on where the original was.
        operation = operation.clone();
        rest = later;
    }
    let most = out.len() + operation.finish_len();
    operation.finish(&mut out)?;
    assert!(out.len() <= most);
    Ok(out)
}

#[test]
fn pieces_give_the_same_as_the_whole() {
    let key = key(KEY_256);
    for len in (0..70).chain([255, 256, 1023, 1024, 1040, 2500]) {
        let plain: Vec<u8> = (0..=255).cycle().take(len).collect();
        for (number, mode) in every_mode(len).iter().enumerate() {
            let seed = (len * 31 + number) as u32;
            let whole = run(&key, Encrypt, mode, &plain).unwrap();
            let sealing = Operation::new(&key, Encrypt, mode).unwrap();
            assert_eq!(in_pieces(sealing, &plain, seed).unwrap(), whole, "{mode:?}");
            let opening = Operation::new(&key, Decrypt, mode).unwrap();
            assert_eq!(in_pieces(opening, &whole, seed).unwrap(), plain, "{mode:?}");
        }
    }
}

#[test]
fn what_gives_out_each_byte_at_once_writes_to_another_place() {
    let key = sm4::Key::from([7; 16]);
    for mode in every_mode(5) {
        let mut sealing = Operation::new(&key, Encrypt, &mode).unwrap();
        let done = sealing.update_into(&[1; 5], &mut [0; 5]);
        let in_blocks = matches!(mode, Mode::Ecb { .. } | Mode::Cbc { .. });
        assert_eq!(done, (!in_blocks).then_some(Ok(())), "{mode:?}");
    }
}

#[test]
fn xts_pieces_give_the_same_as_the_whole() {
    let (data, tweak) = (key(KEY_128), key("00112233445566778899aabbccddeeff"));
    let start = |direction| {
        Operation::xts(&data, &tweak, direction, XtsOrder::Ieee1619, &[9; BLOCK]).unwrap()
    };
    for len in 16..200 {
        let plain: Vec<u8> = (0..len).collect();
        let mut whole = Vec::new();
        start(Encrypt).complete(&plain, &mut whole).unwrap();
        assert_eq!(
            in_pieces(start(Encrypt), &plain, len.into()).unwrap(),
            whole
        );
        assert_eq!(
            in_pieces(start(Decrypt), &whole, len.into()).unwrap(),
            plain
        );
    }
    assert_eq!(
        start(Encrypt).complete(&[0; 15], &mut Vec::new()),
        Err(Error::InvalidLength)
    );
    assert!(
        Operation::xts(
            &data,
            &key(KEY_128),
            Encrypt,
            XtsOrder::Ieee1619,
            &[0; BLOCK]
        )
        .is_err()
    );
}

#[test]
fn a_counter_counts_in_its_bits_and_stops_when_they_are_used_up() {
    let key = key(KEY_128);
    // Two bits from 1: three blocks and not a byte more (PKCS#11, AES-CTR).
    let mut first = [0xaa; BLOCK];
    first[15] = 0xa9;
    let mode = Mode::Ctr {
        counter_block: &first,
        counter_bits: 2,
    };
    let mut operation = Operation::new(&key, Encrypt, &mode).unwrap();
    let mut out = Vec::new();
    operation.update(&[0; 47], &mut out).unwrap();
    operation.update(&[0; 1], &mut out).unwrap();
    assert_eq!(operation.update(&[0], &mut out), Err(Error::InvalidLength));

    let mut expected = Vec::new();
    for low in [0xa9, 0xaa, 0xab] {
        let mut counter = first;
        counter[15] = low;
        let padding = Padding::None;
        expected.extend(run(&key, Encrypt, &Mode::Ecb { padding }, &counter).unwrap());
    }
    assert_eq!(out, expected);

    for counter_bits in [0, 129] {
        let mode = Mode::Ctr {
            counter_block: &first,
            counter_bits,
        };
        assert_eq!(
            Operation::new(&key, Encrypt, &mode).err(),
            Some(Error::Unsupported)
        );
    }
}
