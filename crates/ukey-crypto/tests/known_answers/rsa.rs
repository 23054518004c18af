//! RSA against keys, signatures and ciphertexts of OpenSSL.

use super::hex;
use super::rsa_vectors::*;
use ukey_crypto::Error;
use ukey_crypto::hash::HashAlg;
use ukey_crypto::rsa::{PrivateKey, PublicKey};

const BARE: &[u8] = b"bytes without a prefix";

fn key(der: &str) -> PrivateKey {
    PrivateKey::from_pkcs1_der(&hex(der)).unwrap()
}

fn digest_info(alg: HashAlg) -> Vec<u8> {
    alg.digest_info(&alg.digest(b"message digest")).unwrap()
}

#[test]
fn signatures_are_those_of_openssl() {
    // PKCS#1 v1.5 signatures are deterministic: equal, not only valid.
    let private = key(KEY_2048);
    let signature = private
        .sign_pkcs1v15(&digest_info(HashAlg::Sha256))
        .unwrap();
    assert_eq!(signature, hex(SHA256_SIGNATURE));
    assert_eq!(private.sign_pkcs1v15(BARE).unwrap(), hex(BARE_SIGNATURE));
    let public = PublicKey::from_pkcs1_der(&hex(KEY_2048_PUBLIC)).unwrap();
    assert_eq!(&public, private.public_key());
    public
        .verify_pkcs1v15(&digest_info(HashAlg::Sha256), &signature)
        .unwrap();
    public.verify_pkcs1v15(BARE, &hex(BARE_SIGNATURE)).unwrap();
    for alg in HashAlg::ALL {
        let info = digest_info(alg);
        let signature = private.sign_pkcs1v15(&info).unwrap();
        public.verify_pkcs1v15(&info, &signature).unwrap();
        assert_eq!(
            public.verify_pkcs1v15(BARE, &signature),
            Err(Error::Verification)
        );
    }
}

#[test]
fn altered_signatures_are_refused() {
    let public = PublicKey::from_pkcs1_der(&hex(KEY_2048_PUBLIC)).unwrap();
    let good = hex(BARE_SIGNATURE);
    let refuse = |data: &[u8], signature: &[u8]| {
        assert_eq!(
            public.verify_pkcs1v15(data, signature),
            Err(Error::Verification)
        );
    };
    let mut bad = good.clone();
    bad[255] ^= 1;
    refuse(BARE, &bad);
    refuse(&BARE[1..], &good);
    refuse(BARE, &good[1..]);
    refuse(BARE, &[&[0], &good[..]].concat());
    refuse(BARE, &[0; 256]);
    refuse(BARE, &[0xff; 256]);
    refuse(BARE, b"");
    refuse(&[7; 300], &good);
}

#[test]
fn data_up_to_eleven_bytes_below_the_modulus_is_signed() {
    let private = key(KEY_2048);
    for len in [0, 1, 245] {
        let data = vec![0xa5; len];
        let signature = private.sign_pkcs1v15(&data).unwrap();
        private
            .public_key()
            .verify_pkcs1v15(&data, &signature)
            .unwrap();
    }
    assert_eq!(private.sign_pkcs1v15(&[0; 246]), Err(Error::InvalidLength));
}

#[test]
fn openssl_ciphertexts_decrypt() {
    let private = key(KEY_2048);
    assert_eq!(
        private
            .decrypt_pkcs1v15(&hex(ENCRYPTED))
            .unwrap()
            .as_slice(),
        BARE
    );
    assert_eq!(
        private
            .decrypt_pkcs1v15(&hex(LONGEST_MESSAGE))
            .unwrap()
            .as_slice(),
        [b'A'; 245]
    );
    for len in [0, 1, 245] {
        let message = vec![7; len];
        let ciphertext = private.public_key().encrypt_pkcs1v15(&message).unwrap();
        assert_eq!(*private.decrypt_pkcs1v15(&ciphertext).unwrap(), message);
    }
    let too_long = private.public_key().encrypt_pkcs1v15(&[7; 246]);
    assert_eq!(too_long, Err(Error::InvalidLength));
}

#[test]
fn wrong_padding_decrypts_to_the_same_nonsense_each_time() {
    let private = key(KEY_2048);
    for bad in [PADDING_OF_TYPE_1, PADDING_WITHOUT_END, PADDING_TOO_SHORT] {
        let first = private.decrypt_pkcs1v15(&hex(bad)).unwrap();
        assert_eq!(first, private.decrypt_pkcs1v15(&hex(bad)).unwrap());
        assert!(first.len() <= 245);
        for run in [[b'A'; 16], [0xff; 16]] {
            assert!(
                !first.windows(16).any(|window| window == run),
                "nothing of the block"
            );
        }
    }
    for bad in [&[][..], &[1; 255], &[1; 257]] {
        assert_eq!(
            private.decrypt_pkcs1v15(bad).unwrap_err(),
            Error::InvalidLength
        );
    }
    assert_eq!(
        private.decrypt_pkcs1v15(&[0xff; 256]).unwrap_err(),
        Error::Decryption
    );
}

#[test]
fn raw_operation() {
    let private = key(KEY_2048);
    let plain = [&[0][..], &[0x42; 255]].concat();
    assert_eq!(private.raw(&hex(RAW_42)).unwrap(), plain);
    assert_eq!(private.public_key().raw(&plain).unwrap(), hex(RAW_42));
    // Small results keep their leading zeros; 0 and 1 are fixed points.
    for value in [0, 1] {
        let mut input = [0; 256];
        input[255] = value;
        assert_eq!(private.raw(&input).unwrap(), input);
        assert_eq!(private.public_key().raw(&input).unwrap(), input);
    }
    let n = private.public_key().n();
    for bad in [&n[..], &[0xff; 256], &[1; 255], &[1; 257], b""] {
        assert_eq!(private.raw(bad), Err(Error::InvalidLength));
        assert_eq!(private.public_key().raw(bad), Err(Error::InvalidLength));
    }
}

#[test]
fn modulus_that_does_not_fill_its_bytes() {
    let private = key(KEY_2052);
    let public = private.public_key();
    assert_eq!(
        (public.bits(), public.size(), public.n().len()),
        (2052, 257, 257)
    );
    assert_eq!(
        private.sign_pkcs1v15(BARE).unwrap(),
        hex(BARE_SIGNATURE_2052)
    );
    public
        .verify_pkcs1v15(BARE, &hex(BARE_SIGNATURE_2052))
        .unwrap();
    let ciphertext = public.encrypt_pkcs1v15(BARE).unwrap();
    assert_eq!(
        private.decrypt_pkcs1v15(&ciphertext).unwrap().as_slice(),
        BARE
    );
}

#[test]
fn small_keys_verify_and_nothing_else() {
    let public = PublicKey::from_pkcs1_der(&hex(KEY_1024_PUBLIC)).unwrap();
    public
        .verify_pkcs1v15(&digest_info(HashAlg::Sha1), &hex(SHA1_SIGNATURE_1024))
        .unwrap();
    assert_eq!(public.encrypt_pkcs1v15(b"x"), Err(Error::Unsupported));
    assert_eq!(
        PrivateKey::from_pkcs1_der(&hex(KEY_1024)).unwrap_err(),
        Error::Unsupported
    );
    for bits in [0, 512, 1024, 2047, 2049, 8192] {
        assert_eq!(PrivateKey::generate(bits).unwrap_err(), Error::Unsupported);
    }
}

#[test]
fn der_round_trips() {
    for der in [KEY_2048, KEY_2052] {
        let private = key(der);
        assert_eq!(*private.to_pkcs1_der(), hex(der));
        let public = private.public_key();
        assert_eq!(
            &PublicKey::from_pkcs1_der(&public.to_pkcs1_der()).unwrap(),
            public
        );
    }
    assert_eq!(
        key(KEY_2048).public_key().to_pkcs1_der(),
        hex(KEY_2048_PUBLIC)
    );
}

#[test]
fn components_round_trip_with_and_without_leading_zeros() {
    let private = key(KEY_2048);
    let (n, e) = (private.public_key().n(), private.public_key().e());
    assert_eq!(e, [1, 0, 1]);
    let d = private.expose_d();
    let [p, q] = private.expose_primes();
    assert_eq!((d.len(), p.len(), q.len()), (256, 128, 128));
    // The smaller prime first is as good.
    for (p, q) in [(&p, &q), (&q, &p)] {
        let again = PrivateKey::from_components(&n, &e, &d, p, q).unwrap();
        assert_eq!(again.sign_pkcs1v15(BARE).unwrap(), hex(BARE_SIGNATURE));
    }
    let wide = |bytes: &[u8]| [&[0; 5], bytes].concat();
    let again =
        PrivateKey::from_components(&wide(&n), &wide(&e), &wide(&d), &wide(&p), &wide(&q)).unwrap();
    assert_eq!(again.public_key(), private.public_key());
}

#[test]
fn inconsistent_keys_are_refused() {
    let private = key(KEY_2048);
    let (n, e) = (private.public_key().n(), private.public_key().e());
    let d = private.expose_d();
    let [p, q] = private.expose_primes();
    let refuse = |n: &[u8], e: &[u8], d: &[u8], p: &[u8], q: &[u8]| {
        assert_eq!(
            PrivateKey::from_components(n, e, d, p, q).unwrap_err(),
            Error::InvalidKey
        );
    };
    let changed = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        *bytes.last_mut().unwrap() ^= 2;
        bytes
    };
    refuse(&changed(&n), &e, &d, &p, &q);
    refuse(&n, &[1, 0, 3], &d, &p, &q);
    refuse(&n, &e, &changed(&d), &p, &q);
    refuse(&n, &e, &d, &changed(&p), &q);
    refuse(&n, &e, &d, &p, &p);
    refuse(&n, &e, &d, &n, &[1]);
    refuse(&n, &e, &d, &[], &[]);
    refuse(&n, &e, &[], &p, &q);
    refuse(&n, &[], &d, &p, &q);
    refuse(&n, &e, &[0xff; 300], &p, &q);
    let mut even = n.clone();
    even[255] &= 0xfe;
    refuse(&even, &e, &d, &p, &q);
}

#[test]
fn factors_that_are_not_prime_are_refused() {
    let [n, d, p, q] = [COMPOSITE_N, COMPOSITE_D, COMPOSITE_P, COMPOSITE_Q].map(hex);
    let result = PrivateKey::from_components(&n, &[1, 0, 1], &d, &p, &q);
    assert_eq!(result.unwrap_err(), Error::InvalidKey);
}

#[test]
fn public_keys_that_are_refused() {
    let n = key(KEY_2048).public_key().n();
    let refuse = |n: &[u8], e: &[u8], error| {
        assert_eq!(PublicKey::from_components(n, e).unwrap_err(), error);
    };
    refuse(&n, &[], Error::InvalidKey);
    refuse(&n, &[1], Error::InvalidKey);
    refuse(&n, &[1, 0, 0], Error::InvalidKey);
    refuse(&n, &[0xff; 9], Error::InvalidKey);
    refuse(&[0xff; 127], &[3], Error::Unsupported);
    refuse(&[0xff; 513], &[3], Error::Unsupported);
    refuse(&[], &[3], Error::Unsupported);
    assert_eq!(
        PublicKey::from_pkcs1_der(b"0\x03\x02\x01\x03").unwrap_err(),
        Error::InvalidEncoding
    );
    let der = hex(KEY_2048_PUBLIC);
    let trailing = [&der[..], &[0]].concat();
    assert_eq!(
        PublicKey::from_pkcs1_der(&trailing).unwrap_err(),
        Error::InvalidEncoding
    );
    assert_eq!(
        PrivateKey::from_pkcs1_der(&der).unwrap_err(),
        Error::InvalidEncoding
    );
    let private = hex(KEY_2048);
    let short = &private[..private.len() - 1];
    assert_eq!(
        PrivateKey::from_pkcs1_der(short).unwrap_err(),
        Error::InvalidEncoding
    );
}

#[test]
fn generated_keys_work() {
    for bits in [2048, 3072, 4096] {
        let private = PrivateKey::generate(bits).unwrap();
        let public = private.public_key();
        assert_eq!((public.bits(), public.e()), (bits, vec![1, 0, 1]));
        let signature = private.sign_pkcs1v15(BARE).unwrap();
        public.verify_pkcs1v15(BARE, &signature).unwrap();
        let again = PrivateKey::from_pkcs1_der(&private.to_pkcs1_der()).unwrap();
        assert_eq!(again.sign_pkcs1v15(BARE).unwrap(), signature);
        assert_eq!(
            format!("{private:?}"),
            format!("rsa::PrivateKey({bits} bits, ..)")
        );
    }
}
