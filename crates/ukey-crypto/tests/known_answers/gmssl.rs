//! Values made by GmSSL 3.2.0 (the Python package gmssl-pyx 2.1.0), with the key pair of GB/T 32918.5 and the key of
//! GB/T 32907.

use super::hex;
use ukey_crypto::cipher::{Direction, Mode, Operation, Padding};
use ukey_crypto::hash::HashAlg;
use ukey_crypto::sm2::{Ciphertext, DEFAULT_ID, SecretKey, Signature};
use ukey_crypto::{mac, sm3, sm4};

fn key() -> SecretKey {
    SecretKey::from_bytes(&hex(
        "3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8",
    ))
    .unwrap()
}

#[test]
fn signatures_verify_under_their_id_only() {
    let public = key().public_key();
    for (id, other, der) in [
        (
            DEFAULT_ID,
            &b"bidder@example.cn"[..],
            "30460221008a65c59889e9d309339c2fd08c8d46354d9503dcbf5460d1eb5a16d8d6dbb418\
             022100b034fce030fc7dfc31fb431788a44617f0d1ad02f746676e4ea16e37cd6903f5",
        ),
        (
            b"bidder@example.cn",
            DEFAULT_ID,
            "304402206a237ecb590f76310f4775712995c538885bbbb4f248add62074603f02eefb6f\
             022037dcb5e0d3696a9955a76cae0ebda6dda30c65575f4c45b36c45da9b6f14afc7",
        ),
    ] {
        let signature = Signature::from_der(&hex(der)).unwrap();
        let digest = |id| public.message_digest(id, b"message digest").unwrap();
        public.verify_digest(&digest(id), &signature).unwrap();
        assert!(public.verify_digest(&digest(other), &signature).is_err());
    }
}

#[test]
fn ciphertexts_decrypt() {
    for (plain, der) in [
        (
            &b"encryption standard"[..],
            "307c0220347e086497f5eddce8f81362cf622eddd3ec4195fd37bf5731d16c7d3553ce63022100fc2379\
             9801f2ea6c555dd0715bfbbf83f651ff7979c2cbba723bba4aa56a0ffc04201e3e0b9bbbda6a942f5e52\
             7cddbaa432fc3cf62a8454d435f527dd8d0b2d87950413436d93b5c2e39323255b2b8c09161242693937",
        ),
        (
            &[b'x'; 255],
            "30820168022055815ca7cad1a8b538dd304fd17d6dae744273bb2eef807f9caab44f2020ee4c02201395\
             7605ba80bf2c565c4261d34b1ade966552b234d9a8a094d4f4964af25d8304203b6f983fb38ed9489e6a\
             405029905454547e0a30a9bd6698a87db89bfc70c6d00481ff1f0e54af24b1ae4b07e89a4260e6c48917\
             1e0215e91791de321f6d7ff1e2a94d882f734f81ac77f51b357ad561d7eec1f38775ef2495c5bd746085\
             a905daead013fa3f831026151b8e3d686ab02ee782cb826464cd27b19e598f5358f3bb4ccc6753104676\
             c1ea107681d7bc4bc3b7055ddd849bdc1f02404b18fe32cd1a691e6c5e8e20473ac67ea6fe2c37e1c9d3\
             fe887e1894189bf936d02b84889e189ead4697e5b2878dfd8418e23b7368ec565940f9de9d0f2c97600f\
             d245de1a2d644f66b7a893a71e7d2a42b428da2306645afc900e51bdc272681c74f96bce00bf20526154\
             620e7ef3aec4cd82f93bdf362d3ed75bad11e8207ee25ef111bc2ccb",
        ),
    ] {
        let ciphertext = Ciphertext::from_der(&hex(der)).unwrap();
        assert_eq!(key().decrypt(&ciphertext).unwrap()[..], *plain);
    }
}

/// `seq 1 400 | head -c 1031`: more than two batches of blocks and a rest.
fn text() -> Vec<u8> {
    let text: String = (1..=400).map(|i| format!("{i}\n")).collect();
    text.into_bytes()[..1031].to_vec()
}

#[test]
fn modes_of_sm4() {
    let bytes = hex("0123456789ABCDEFFEDCBA9876543210");
    let sm4_key = sm4::Key::try_from(&bytes[..]).unwrap();
    let iv = core::array::from_fn(|i| i as u8);
    // carries into its upper half
    let counter = core::array::from_fn(|i| if i < 8 { 0xa5 } else { 0xff });
    // SM3 of what comes out; in GCM with the tag behind it
    for (mode, digest) in [
        (
            Mode::Cbc {
                iv: &iv,
                padding: Padding::Pkcs7,
            },
            "331584509f39c4e81ac98f2f232a5855edb535e496ef6af33979a337f7b53e0a",
        ),
        (
            Mode::Ctr {
                counter_block: &counter,
                counter_bits: 128,
            },
            "db6487b119fcc88665b374049c0ade99e436cba942eae980b8e1e51b474ba3b7",
        ),
        (
            Mode::Gcm {
                iv: &iv[..12],
                aad: b"aad",
                tag_len: 16,
            },
            "a65218d5a106eb37a99122040d7b9cb0d383ce6fe99eb0b234ecfea472193667",
        ),
    ] {
        let mut sealed = Vec::new();
        Operation::new(&sm4_key, Direction::Encrypt, &mode)
            .unwrap()
            .complete(&text(), &mut sealed)
            .unwrap();
        assert_eq!(sm3::digest(&sealed)[..], hex(digest), "{mode:?}");
    }
    let tag = mac::hmac(HashAlg::Sm3, &bytes, &text());
    let expected = hex("45c236530153d48d84069848a1ad99b382956fa6f96b3ce15aa4c2be829eb4e4");
    assert_eq!(tag, expected);
}
