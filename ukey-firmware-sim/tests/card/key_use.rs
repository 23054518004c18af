//! What is done with keys in objects, by published vectors where there are some.

use crate::host::{Data, Host, USER, USER_PIN, extended};
use crate::keyed::*;
use hex::decode;
use ukey_crypto::{ec, hash::HashAlg, rsa};
use ukey_firmware_sim::Started;

fn logged_in() -> Host {
    let mut host = Host::with_application();
    host.log_in(USER, USER_PIN);
    host
}

fn bytes(text: &str) -> Vec<u8> {
    decode(text.replace(' ', "")).unwrap()
}

/// Encrypts and decrypts back; `parameters` stand before the input both ways.
#[track_caller]
fn both_ways(host: &mut Host, id: u32, mode: u8, parameters: &[u8], plain: &str, cipher: &str) {
    let (plain, cipher) = (bytes(plain), bytes(cipher));
    let input = [parameters, &plain].concat();
    assert_eq!(host.used(id, 0x30 + mode, &input), cipher);
    let input = [parameters, &cipher].concat();
    assert_eq!(host.used(id, 0x40 + mode, &input), plain);
}

#[test]
fn aes_modes() {
    let mut host = logged_in();
    // SP 800-38A F.1.1, F.2.1, F.5.1.
    let id = host.import(AES_128, ALL, &bytes("2b7e151628aed2a6abf7158809cf4f3c"));
    let plain = "6bc1bee22e409f96e93d7e117393172a";
    both_ways(
        &mut host,
        id,
        0,
        &[],
        plain,
        "3ad77bb40d7a3660a89ecaf32466ef97",
    );
    let iv = bytes("000102030405060708090a0b0c0d0e0f");
    both_ways(
        &mut host,
        id,
        1,
        &iv,
        plain,
        "7649abac8119b246cee98e9b12e9197d",
    );
    let counter = bytes("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff 80");
    both_ways(
        &mut host,
        id,
        2,
        &counter,
        plain,
        "874d6191b620e3261bef6864990db6ce",
    );
    // RFC 4493, example 2: CMAC.
    let tag = host.used(id, 0x06, &[&[0][..], &bytes(plain)].concat());
    assert_eq!(tag, bytes("070a16b46b4d4144f79bdd9dd04a287c"));
    let verify = |host: &mut Host, tag: &[u8]| {
        let data = Data::new().u8(0).n8(tag).bytes(&bytes(plain)).0;
        host.use_key(id, 0x07, &data)
    };
    assert_eq!(verify(&mut host, &tag), (vec![], 0x9000));
    assert_eq!(verify(&mut host, &tag[..8]), (vec![], 0x9000));
    assert_eq!(verify(&mut host, &tag[..7]).1, 0x6700);
    assert_eq!(verify(&mut host, &[&tag[..], &[0]].concat()).1, 0x6700);
    assert_eq!(verify(&mut host, &[1; 16]).1, 0x6A98);
    // Not whole blocks.
    assert_eq!(host.use_key(id, 0x30, &[0; 15]).1, 0x6700);
    assert_eq!(host.use_key(id, 0x31, &[0; 15]).1, 0x6700, "half an IV");
    assert_eq!(host.use_key(id, 0x32, &[0; 17]).1, 0x6A80, "no bits count");
}

#[test]
fn authenticated_modes() {
    let mut host = logged_in();
    // The GCM submission, test case 4.
    let id = host.import(AES_128, ALL, &bytes("feffe9928665731c6d6a8f9467308308"));
    let aad = bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    let parameters = Data::new()
        .n8(&bytes("cafebabefacedbaddecaf888"))
        .l32(&aad)
        .u8(16)
        .0;
    both_ways(
        &mut host,
        id,
        3,
        &parameters,
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
        "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091 5bc94fbc3221a5db94fae95ae7121a47",
    );
    let mut forged = [&parameters[..], &[0; 40]].concat();
    assert_eq!(host.use_key(id, 0x43, &forged).1, 0x6A80);
    forged.truncate(parameters.len() + 3);
    assert_ne!(host.use_key(id, 0x43, &forged).1, 0x9000);
    // SP 800-38C, example 1: CCM.
    let id = host.import(AES_128, ALL, &bytes("404142434445464748494a4b4c4d4e4f"));
    let parameters = Data::new()
        .n8(&bytes("10111213141516"))
        .l32(&bytes("0001020304050607"))
        .u8(4)
        .0;
    both_ways(
        &mut host,
        id,
        4,
        &parameters,
        "20212223",
        "7162015b 4dac255d",
    );
    let short = [&parameters[..], &[0; 3]].concat();
    assert_eq!(host.use_key(id, 0x44, &short).1, 0x6700);
}

#[test]
fn key_wrapping() {
    let mut host = logged_in();
    // RFC 3394 4.1, RFC 5649 section 6.
    let id = host.import(AES_128, ALL, &bytes("000102030405060708090a0b0c0d0e0f"));
    let wrapped = "1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5";
    both_ways(
        &mut host,
        id,
        5,
        &[],
        "00112233445566778899aabbccddeeff",
        wrapped,
    );
    assert_eq!(host.use_key(id, 0x45, &[0; 24]).1, 0x6A80);
    let key = bytes("5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8");
    let id = host.import((4, 192), ALL, &key);
    both_ways(
        &mut host,
        id,
        6,
        &[],
        "466f7250617369",
        "afbeb0f07dfbf5419200f2ccb50bb24f",
    );
}

#[test]
fn sm4_and_hmac() {
    let mut host = logged_in();
    // GB/T 32907 A.1.
    let key = "0123456789abcdeffedcba9876543210";
    let id = host.import(SM4, ALL, &bytes(key));
    both_ways(
        &mut host,
        id,
        0,
        &[],
        key,
        "681edf34d206965e86b3e94f536e4246",
    );
    // RFC 4231, test case 2: a secret of 4 bytes.
    let id = host.import((6, 32), ALL, b"Jefe");
    let text = b"what do ya want for nothing?";
    let tag = host.used(id, 0x06, &[&[3][..], text].concat());
    let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    assert_eq!(tag, bytes(expected));
    assert_eq!(host.use_key(id, 0x06, &[11]).1, 0x6A80, "no such hash");
    assert_eq!(host.use_key(id, 0x06, &[]).1, 0x6700);
    assert_eq!(host.use_key(id, 0x06, &[0]).1, 0x6A95, "CMAC with a secret");
    assert_eq!(host.use_key(id, 0x30, &[0; 16]).1, 0x6A95);
}

#[test]
fn agreement_on_a_curve() {
    let mut host = logged_in();
    // RFC 5903, 8.1.
    let private = "c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433";
    let id = host.import(P256, ALL, &bytes(private));
    let peer = "d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63 56fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab";
    let shared = "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de";
    assert_eq!(host.used(id, 0x20, &bytes(peer)), bytes(shared));
    assert_eq!(
        host.use_key(id, 0x20, &[1; 64]).1,
        0x6A80,
        "not on the curve"
    );
    assert_eq!(host.use_key(id, 0x20, &[1; 63]).1, 0x6700);
    assert_eq!(host.use_key(id, 0x01, &[]).1, 0x6700);
    for operation in [0x02, 0x03, 0x10, 0x12, 0x30] {
        let sw = host.use_key(id, operation, &[3; 96]).1;
        assert!([0x6A95, 0x6700].contains(&sw), "{operation:02X}: {sw:04X}");
    }
}

#[test]
fn rsa_operations() {
    let mut host = logged_in();
    let key = rsa::PrivateKey::generate(2048).unwrap();
    let id = host.import(RSA_2048, ALL, &key.to_pkcs1_der());
    let public = key.public_key();
    let digest = HashAlg::Sha256.digest(b"message");
    // SHA-256 with MGF1 of SHA-1 and 20 bytes of salt.
    let parameters = Data::new().u8(3).u8(1).u16(20).bytes(&digest).0;
    let pss = rsa::Pss {
        hash: HashAlg::Sha256,
        mgf_hash: HashAlg::Sha1,
        salt_len: 20,
    };
    let signature = host.used(id, 0x05, &parameters);
    public.verify_pss(&pss, &digest, &signature).unwrap();
    assert_eq!(host.use_key(id, 0x05, &parameters[..10]).1, 0x6700);
    let oaep = rsa::Oaep {
        hash: HashAlg::Sha256,
        mgf_hash: HashAlg::Sha1,
        label: b"label",
    };
    let cipher = public.encrypt_oaep(&oaep, b"text").unwrap();
    let data = Data::new().u8(3).u8(1).l32(b"label").bytes(&cipher).0;
    assert_eq!(host.used(id, 0x12, &data), b"text");
    let data = Data::new().u8(3).u8(1).l32(b"other").bytes(&cipher).0;
    assert_eq!(host.use_key(id, 0x12, &data).1, 0x6A80);
    let cipher = public.encrypt_pkcs1v15(b"text").unwrap();
    assert_eq!(host.used(id, 0x11, &cipher), b"text");
    let raw = host.used(id, 0x04, &[1; 256]);
    assert_eq!(public.raw(&raw).unwrap(), [1; 256]);
    assert_eq!(host.used(id, 0x13, &[1; 256]), raw);
    assert_eq!(host.use_key(id, 0x04, &[0xFF; 256]).1, 0x6700);
    assert_eq!(host.use_key(id, 0x01, &[1; 32]).1, 0x6A95);
}

#[test]
fn operations_that_do_not_exist_are_refused() {
    let mut host = logged_in();
    let (id, _) = host.generate(AES_128, ALL);
    for operation in [0x00, 0x08, 0x0F, 0x14, 0x21, 0x2F, 0x37, 0x47, 0x50, 0xFF] {
        assert_eq!(
            host.use_key(id, operation, &[0; 16]).1,
            0x6A86,
            "{operation:02X}"
        );
    }
    let data = host.app().u32(id).bytes(&[0; 16]);
    assert_eq!(host.refused([0x80, 0xDE, 9, 0x30], &data), 0x6A86);
    assert_eq!(host.refused([0x84, 0xDE, 2, 0x30], &data), 0x6E00);
    assert_eq!(host.use_key(99, 0x30, &[0; 16]).1, 0x6A83);
}

#[test]
fn one_use_takes_60000_bytes() {
    let mut host = logged_in();
    let (id, _) = host.generate(AES_128, ALL);
    let long = vec![5; 60_000];
    let encrypted = host.used(id, 0x30, &long);
    assert_eq!(host.used(id, 0x40, &encrypted), long);
    assert_eq!(host.use_key(id, 0x30, &[5; 60_016]).1, 0x6700);
}

#[test]
fn a_curve_signature_has_the_size_of_the_curve() {
    let mut host = logged_in();
    let (id, public) = host.generate(P256, SIGN);
    let key = ec::PublicKey::from_sec1(ec::Curve::P256, &[&[4], &public[..]].concat()).unwrap();
    // Digests of all sizes; longer ones than the curve count in their leftmost bits.
    for length in [1, 20, 32, 48, 64] {
        let digest = vec![0xA5; length];
        let signature = host.used(id, 0x01, &digest);
        assert_eq!(signature.len(), 64);
        let signature = ec::Signature::from_bytes(ec::Curve::P256, &signature).unwrap();
        key.verify_digest(&digest, &signature).unwrap();
    }
}

/// What is left of a command when its computation begins needs nothing of the card any more.
#[test]
fn a_computation_goes_on_by_itself() {
    let mut host = logged_in();
    let key = bytes("2b7e151628aed2a6abf7158809cf4f3c");
    let id = host.import(AES_128, ALL, &key);
    let plain = bytes("6bc1bee22e409f96e93d7e117393172a");
    let data = host.app().u32(id).bytes(&plain);
    let command = |ne| extended([0x80, 0xDE, 2, 0x30], &data.0, Some(ne));
    let Started::Computation(rest) = host.device.start(&command(0)) else {
        panic!("answered at once");
    };
    assert_eq!(host.random(8).len(), 8);
    // Who wants pieces gets them from the card, which has to keep the rest.
    let Started::Answer(piece) = host.device.start(&command(4)) else {
        panic!("handed back");
    };
    assert_eq!(piece[..4], bytes("3ad77bb4"));
    host.device.reset();
    let answer = std::thread::spawn(move || rest.answer()).join().unwrap();
    assert_eq!(answer, bytes("3ad77bb40d7a3660a89ecaf32466ef979000"));
    assert!(matches!(
        host.device.start(&command(0)),
        Started::Answer(refused) if refused.len() == 2
    ));
}
