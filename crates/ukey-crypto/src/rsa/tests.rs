//! Against the `rsa` crate, both ways. Known answers are in `tests/known_answers/rsa.rs`, the cases
//! of Wycheproof in `tests/wycheproof/`.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::{Error, rng};
use ::rsa::pkcs1::{DecodeRsaPrivateKey, EncodeRsaPrivateKey};
use ::rsa::traits::PublicKeyParts;
use ::rsa::{BoxedUint, Pkcs1v15Encrypt, RsaPrivateKey, hazmat};
use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use std::sync::LazyLock;

/// One key in both implementations.
static KEYS: LazyLock<(PrivateKey, RsaPrivateKey)> = LazyLock::new(|| {
    let ours = PrivateKey::generate(2048).unwrap();
    let theirs = RsaPrivateKey::from_pkcs1_der(&ours.to_pkcs1_der()).unwrap();
    (ours, theirs)
});

fn random_block() -> Vec<u8> {
    let mut block = vec![0; 256];
    rng::fill(&mut block[1..]).unwrap();
    block
}

#[test]
fn generated_keys_are_valid_to_the_other_and_back() {
    for bits in [2048, 3072] {
        let ours = PrivateKey::generate(bits).unwrap();
        let theirs = RsaPrivateKey::from_pkcs1_der(&ours.to_pkcs1_der()).unwrap();
        theirs.validate().unwrap();
        assert_eq!(theirs.n().bits() as usize, bits);
        assert_eq!(
            *ours.to_pkcs1_der(),
            *theirs.to_pkcs1_der().unwrap().to_bytes()
        );
    }
    let theirs = RsaPrivateKey::new(&mut UnwrapErr(SysRng), 2048).unwrap();
    let der = theirs.to_pkcs1_der().unwrap().to_bytes();
    let ours = PrivateKey::from_pkcs1_der(&der).unwrap();
    assert_eq!(*ours.to_pkcs1_der(), *der);
}

#[test]
fn bare_operations_agree() {
    let (ours, theirs) = &*KEYS;
    for _ in 0..20 {
        let block = random_block();
        let value = BoxedUint::from_be_slice(&block, theirs.n_bits_precision()).unwrap();
        let expected = hazmat::rsa_decrypt_and_check::<SysRng>(theirs, None, &value).unwrap();
        assert_eq!(ours.raw(&block).unwrap(), *expected.to_be_bytes());
        let expected = hazmat::rsa_encrypt(theirs, &value).unwrap();
        assert_eq!(
            ours.public_key().raw(&block).unwrap(),
            *expected.to_be_bytes()
        );
    }
}

#[test]
fn the_fixed_points_of_the_bare_operation() {
    let key = &KEYS.0;
    let mut before_n = key.public_key().n();
    before_n[255] -= 1;
    assert_eq!(key.raw(&before_n).unwrap(), before_n);
    assert_eq!(key.public_key().raw(&before_n).unwrap(), before_n);
    let mut two = vec![0; 256];
    two[255] = 2;
    assert_ne!(key.raw(&two).unwrap(), two);
}

/// Every ciphertext decrypts to what the other says, good padding or bad.
#[test]
fn implicit_rejection_agrees() {
    let (ours, theirs) = &*KEYS;
    let mut shapes = vec![random_block(), random_block(), random_block()];
    // Blocks that begin like good padding and go wrong later, or not at all.
    for zero_at in [2, 3, 9, 10, 11, 100, 254, 255] {
        let mut block = vec![0x77; 256];
        block[..2].copy_from_slice(&[0, 2]);
        block[zero_at] = 0;
        shapes.push(block);
    }
    let mut no_zero = vec![0x77; 256];
    no_zero[..2].copy_from_slice(&[0, 2]);
    shapes.push(no_zero);
    for block in shapes {
        let ciphertext = ours.public_key().raw(&block).unwrap();
        let expected = theirs
            .decrypt_blinded(&mut UnwrapErr(SysRng), Pkcs1v15Encrypt, &ciphertext)
            .unwrap();
        assert_eq!(*ours.decrypt_pkcs1v15(&ciphertext).unwrap(), expected);
    }
}

#[test]
fn pss_agrees() {
    let (ours, theirs) = &*KEYS;
    let digest = HashAlg::Sha256.digest(b"message");
    for salt_len in [0, 20, 32, 222] {
        let pss = Pss {
            salt_len,
            ..Pss::new(HashAlg::Sha256)
        };
        let signature = ours.sign_pss(&pss, &digest).unwrap();
        let scheme = ::rsa::Pss::<sha2::Sha256>::new_with_salt(salt_len);
        theirs
            .to_public_key()
            .verify(scheme, &digest, &signature)
            .unwrap();
        let scheme = ::rsa::Pss::<sha2::Sha256>::new_with_salt(salt_len);
        let signature = theirs
            .sign_with_rng(&mut UnwrapErr(SysRng), scheme, &digest)
            .unwrap();
        let public = ours.public_key();
        public.verify_pss(&pss, &digest, &signature).unwrap();
    }
}

#[test]
fn pss_with_every_pair_of_hashes() {
    let key = &KEYS.0;
    for hash in HashAlg::ALL {
        let digest = hash.digest(b"message");
        for mgf_hash in HashAlg::ALL {
            let pss = Pss {
                hash,
                mgf_hash,
                salt_len: 16,
            };
            let signature = key.sign_pss(&pss, &digest).unwrap();
            let public = key.public_key();
            public.verify_pss(&pss, &digest, &signature).unwrap();
            let other_salt = Pss {
                salt_len: 15,
                ..pss
            };
            let refused = public.verify_pss(&other_salt, &digest, &signature);
            assert_eq!(refused, Err(Error::Verification));
        }
    }
}

#[test]
fn pss_refusals() {
    let key = &KEYS.0;
    let pss = Pss::new(HashAlg::Sha256);
    let digest = HashAlg::Sha256.digest(b"message");
    let signature = key.sign_pss(&pss, &digest).unwrap();
    let public = key.public_key();
    for at in [0, 100, 255] {
        let mut changed = signature.clone();
        changed[at] ^= 1;
        let refused = public.verify_pss(&pss, &digest, &changed);
        assert_eq!(refused, Err(Error::Verification));
    }
    for (digest, signature) in [(&digest[1..], &signature[..]), (&digest, &signature[1..])] {
        let refused = public.verify_pss(&pss, digest, signature);
        assert_eq!(refused, Err(Error::Verification));
    }
    for salt_len in [223, usize::MAX] {
        let pss = Pss { salt_len, ..pss };
        assert_eq!(key.sign_pss(&pss, &digest), Err(Error::InvalidLength));
        let refused = public.verify_pss(&pss, &digest, &signature);
        assert_eq!(refused, Err(Error::Verification));
    }
    assert_eq!(key.sign_pss(&pss, b"short"), Err(Error::InvalidLength));
}

#[test]
fn oaep_agrees() {
    let (ours, theirs) = &*KEYS;
    let oaep = Oaep {
        hash: HashAlg::Sha256,
        mgf_hash: HashAlg::Sha1,
        label: b"label",
    };
    let scheme = || {
        let label = &b"label"[..];
        ::rsa::Oaep::<sha2::Sha256, sha1::Sha1>::new_with_mgf_hash_and_label(label)
    };
    for len in [0, 1, 190] {
        let message = vec![1; len];
        let sealed = ours.public_key().encrypt_oaep(&oaep, &message).unwrap();
        assert_eq!(theirs.decrypt(scheme(), &sealed).unwrap(), message);
        let sealed = theirs
            .to_public_key()
            .encrypt(&mut UnwrapErr(SysRng), scheme(), &message)
            .unwrap();
        assert_eq!(*ours.decrypt_oaep(&oaep, &sealed).unwrap(), message);
    }
}

#[test]
fn oaep_with_every_hash() {
    let key = &KEYS.0;
    for hash in HashAlg::ALL {
        let oaep = Oaep::new(hash);
        let message = vec![0; oaep.max_len(256).unwrap()];
        let public = key.public_key();
        let sealed = public.encrypt_oaep(&oaep, &message).unwrap();
        assert_eq!(*key.decrypt_oaep(&oaep, &sealed).unwrap(), message);
        let longer = [&message[..], &[0]].concat();
        assert_eq!(
            public.encrypt_oaep(&oaep, &longer),
            Err(Error::InvalidLength)
        );
    }
}

/// Blocks with a wrong first byte, label, filling or separator have one error.
#[test]
fn oaep_refusals() {
    let key = &KEYS.0;
    let oaep = Oaep::new(HashAlg::Sha256);
    let other_label = Oaep {
        label: b"other",
        ..oaep
    };
    let sealed = key.public_key().encrypt_oaep(&oaep, b"message").unwrap();
    let refused = |oaep: &Oaep<'_>, sealed: &[u8]| {
        assert_eq!(
            key.decrypt_oaep(oaep, sealed).unwrap_err(),
            Error::Decryption
        );
    };
    refused(&other_label, &sealed);
    refused(&Oaep::new(HashAlg::Sm3), &sealed);
    refused(&oaep, &[0xff; 256]);
    refused(&oaep, &random_block());
    // Built by hand: lHash, then no separator, or a filling byte other than zero before it.
    for (first, tail) in [(1, [0, 1, 7]), (0, [0, 0, 0]), (0, [2, 1, 7])] {
        let mut block = vec![0; 256];
        block[0] = first;
        let (seed, data) = block[1..].split_at_mut(32);
        data[..32].copy_from_slice(&HashAlg::Sha256.digest(b""));
        data[220..].copy_from_slice(&tail);
        add_mgf1(HashAlg::Sha256, seed, data);
        add_mgf1(HashAlg::Sha256, data, seed);
        if block < key.public_key().n() {
            refused(&oaep, &key.public_key().raw(&block).unwrap());
        }
    }
    let wrong_length = key.decrypt_oaep(&oaep, &sealed[1..]);
    assert_eq!(wrong_length.unwrap_err(), Error::InvalidLength);
}

#[test]
fn signatures_give_their_data_back() {
    let key = &KEYS.0;
    for data in [&b""[..], b"data", &[0xff; 245]] {
        let signature = key.sign_pkcs1v15(data).unwrap();
        let public = key.public_key();
        assert_eq!(public.recover_pkcs1v15(&signature).unwrap(), data);
    }
    // Seven bytes of filling are one too few; a block of type 2 is no signature.
    let mut short = vec![0xff; 256];
    short[..2].copy_from_slice(&[0, 1]);
    short[9] = 0;
    let mut encrypted = short.clone();
    encrypted[..2].copy_from_slice(&[0, 2]);
    encrypted[9] = 0xff;
    encrypted[20] = 0;
    for block in [short, encrypted, random_block()] {
        let signature = key.raw(&block).unwrap();
        let refused = key.public_key().recover_pkcs1v15(&signature);
        assert_eq!(refused, Err(Error::Verification));
    }
}

#[test]
fn the_primes_follow_from_the_exponents() {
    let (ours, _) = &*KEYS;
    let (n, e, d) = (
        ours.public_key().n(),
        ours.public_key().e(),
        ours.expose_d(),
    );
    let found = PrivateKey::from_exponents(&n, &e, &d).unwrap();
    assert_eq!(
        found.raw(&[&[0; 255][..], &[2]].concat()),
        ours.raw(&[&[0; 255][..], &[2]].concat())
    );
    let mut primes = found.expose_primes();
    if primes != ours.expose_primes() {
        primes.swap(0, 1);
    }
    assert_eq!(primes, ours.expose_primes());
    let mut wrong = d.to_vec();
    wrong[200] ^= 2;
    for (e, d) in [
        (&e[..], &wrong[..]),
        (&[3], &d),
        (&e, &[]),
        (&e, &[1]),
        (&e, &[2; 300]),
    ] {
        assert!(PrivateKey::from_exponents(&n, e, d).is_err());
    }
}

/// A key from Python whose primes have 1100 and 948 bits: neither has the place that keys have for it.
#[test]
fn primes_of_unequal_length_are_refused() {
    let n = hex::decode(
        "b5476e701371bc08ec5c26728ec9211a4a266be9af167d18efd0603525532e0c42a0451635b9ccf57bdd64b2\
         1d39f01b3cf3668084b3b1647b1041ab1cc80e199296590041f9e676395020116078c1f164716bcb543cf2df\
         8203eacadf47893b3356f243be10696cdce4735152c0febb7e70d7962e2ebf0a9a8be3fcf16b7fe650f1456b\
         8e31ea00f48443812b779863b3f8abc2baef4e1517f6db484dbad04e1cdc09d3c209223d39f0a8e7d35de736\
         2bb8fb6b45dbd050206d455a668b870c052e22ba182f9e530b4b367c60c9f7f78ba9874cece5a3724c4b3a1b\
         e5f05934e5ba23d239a298c01d630ff5f98f4a18ca017d319dde74535a20e5dfa9e5e8ab",
    )
    .unwrap();
    let d = hex::decode(
        "91d2df4cfae73fda71c003119e38bf0f35dcc86c17f3603862195e7b020672815c4b2ea81a19d77d15e1d771\
         cc3ee21e171eb932e30ce5c32d97bb2b99a0786f2bd313cf38437d9756ad54ce85ab3e601f6b79c9fb7e77e5\
         41e242ca656857452f1c5f100d61885d11281877afb91e70d6da9121f70e89edb3bb540704dafa3e6c6b0a25\
         1e7124d3dbb48271f05289a418e9ff162d99eb085fe610352c7a82708e9ace0d32b81919839ae39d9c077832\
         f76b428a912236ff173381f3522408e3ec880c8a2eb6254cbd7ccc2aa0e888451d526db9e7387ea8ce1be494\
         cf84d52e22f0bb802a27f0d5f41a2bd405da49d0026b2abcc09f9a2f49d7b81953659181",
    )
    .unwrap();
    let refused = PrivateKey::from_exponents(&n, &[1, 0, 1], &d).map(|key| key.to_pkcs1_der());
    assert_eq!(refused, Err(Error::Unsupported));
}
