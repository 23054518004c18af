//! SM2EnvelopedKey, its RSA sister, CSRResponse, and the blob of the token interface.

use ukey_crypto::sm2;
use ukey_pki::csr_response::CsrResponse;
use ukey_pki::enveloped_key::{EnvelopedKey, RsaEnvelopedKey, Sm2EnvelopedKey, WrapCipher};
use ukey_pki::key::{Decryptor, KeyAlgorithm, Signer};
use ukey_pki::{Error, SoftwareKey};

use crate::support::{ALICE, BOB, Lab, RUTH};

/// Private key of the GB/T 32918.5 signature example: the recipient.
const RECIPIENT_D: &str = "3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8";
/// dA of the GB/T 32918.5 key exchange example: the protected key.
const PROTECTED_D: &str = "81EB26E941BB5AF16DF116495F90695272AE2CD63D6C4AE1678418BE48230029";
/// The session key 0123456789ABCDEFFEDCBA9876543210 encrypted to the recipient with the k of the
/// standard's encryption example, and the protected key under it, computed independently.
const VECTOR: &str = "3081F0\
    300C06082A811CCF550168010500\
    3079\
    022004EBFC718E8D1798620432268E77FEB6415E2EDE0E073C0F4F640ECD2E149A73\
    022100E858F9D81E5430A57B36DAAB8F950A3C64E6EE6A63094D99283AFF767E124DF0\
    04204423B448D18B4A1A86B0E264E928007803243A5A8D9D0B0E8953BFE4E928ADCF\
    041045C54ABC791125FBC9BAE9ECC8A65559\
    034200\
    04160E12897DF4EDB61DD812FEB96748FBD3CCF4FFE26AA6F6DB9540AF49C94232\
    4A7DAD08BB9A459531694BEB20AA489D6649975E1BFCF8C4741B78B4B223007F\
    0321005270F9FA4295A5179A0BD7269AC3A97D30D60B1A40A4CABB20496F651A9FD899";

fn sm2_key(hex_digits: &str) -> SoftwareKey {
    let bytes = hex::decode(hex_digits).unwrap();
    sm2::SecretKey::from_bytes(&bytes).unwrap().into()
}

fn vector() -> Vec<u8> {
    hex::decode(VECTOR).unwrap()
}

#[test]
fn the_known_structure_opens_and_encodes_back() {
    let enveloped = Sm2EnvelopedKey::from_der(&vector()).unwrap();
    let opened = enveloped.open(&sm2_key(RECIPIENT_D)).unwrap();
    assert_eq!(opened.public_key(), sm2_key(PROTECTED_D).public_key());
    assert_eq!(enveloped.to_der(), vector());
}

#[test]
fn the_token_blob_has_the_ciphertext_at_offset_32() {
    let enveloped = Sm2EnvelopedKey::from_der(&vector()).unwrap();
    let blob = enveloped.to_skf();
    assert_eq!((blob.version, blob.sym_alg_id, blob.bits), (1, 0x401, 256));
    assert_eq!(blob.encrypted_private_key[..32], [0; 32]);
    assert_eq!(
        hex::encode_upper(&blob.encrypted_private_key[32..]),
        "5270F9FA4295A5179A0BD7269AC3A97D30D60B1A40A4CABB20496F651A9FD899"
    );
    assert_eq!(blob.to_enveloped_key().unwrap().to_der(), vector());
}

#[test]
fn other_writers_variants_are_understood() {
    let replace = |from: &str, to: &str| {
        let text = VECTOR.replacen(from, to, 1);
        assert_ne!(text, VECTOR);
        hex::decode(text).unwrap()
    };
    // SM4 without a mode, parameters absent: everything two or three octets shorter.
    let bare = replace(
        "3081F0300C06082A811CCF550168010500",
        "3081EC300A06082A811CCF55016801",
    );
    let without_mode = replace(
        "3081F0300C06082A811CCF550168010500",
        "3081ED300906072A811CCF550168",
    );
    for der in [&bare[..], &without_mode[..]] {
        let der = fix_length(der);
        let key = Sm2EnvelopedKey::from_der(&der).unwrap();
        assert_eq!(key.cipher, WrapCipher::Sm4);
        key.open(&sm2_key(RECIPIENT_D)).unwrap();
    }
    // SM1 can be passed on to a token but not opened here.
    let sm1 = fix_length(&replace(
        "300C06082A811CCF550168010500",
        "300906072A811CCF550166",
    ));
    let key = Sm2EnvelopedKey::from_der(&sm1).unwrap();
    assert_eq!(key.to_skf().sym_alg_id, 0x101);
    assert!(matches!(
        key.open(&sm2_key(RECIPIENT_D)),
        Err(Error::Unsupported { .. })
    ));
    // The 64-octet field of the token interface in place of the 32 octets.
    let wide = fix_length(&replace(
        "0321005270F9",
        &format!("034100{}5270F9", "00".repeat(32)),
    ));
    Sm2EnvelopedKey::from_der(&wide)
        .unwrap()
        .open(&sm2_key(RECIPIENT_D))
        .unwrap();
}

/// Rewrites the outer length after an edit.
fn fix_length(der: &[u8]) -> Vec<u8> {
    let contents = &der[3..];
    let mut fixed = match u8::try_from(contents.len()) {
        Ok(length) => vec![0x30, 0x81, length],
        Err(_) => vec![
            0x30,
            0x82,
            (contents.len() >> 8) as u8,
            contents.len() as u8,
        ],
    };
    fixed.extend_from_slice(contents);
    fixed
}

#[test]
fn both_families_make_and_open() {
    for holder in [&*ALICE, &*RUTH] {
        let enveloped =
            EnvelopedKey::make(&holder.encryption_key, holder.signing_key.public_key()).unwrap();
        let read = EnvelopedKey::from_der(&enveloped.to_der()).unwrap();
        let opened = read.open(&holder.signing_key).unwrap();
        assert_eq!(*opened.public_key(), holder.enc_cert.public_key().unwrap());
        assert_eq!(read.public_key(), holder.enc_cert.public_key().unwrap());
        assert!(matches!(
            read.open(&holder.encryption_key),
            Err(Error::Decryption)
        ));
    }
    let crossed = EnvelopedKey::make(&ALICE.encryption_key, RUTH.signing_key.public_key());
    assert!(matches!(crossed, Err(Error::Mismatch { .. })));
}

#[test]
fn the_rsa_parts_are_what_the_token_interface_takes() {
    let lab = Lab::new();
    let recipient = RUTH.signing_key.public_key();
    let enveloped =
        RsaEnvelopedKey::make(&RUTH.encryption_key, recipient.as_rsa().unwrap()).unwrap();
    assert_eq!(enveloped.cipher.skf_id(), 0x401);
    // The symmetric key under PKCS#1 v1.5, the private key as PKCS#1 DER under SM4-ECB with PKCS#7
    // padding: undone by OpenSSL alone.
    lab.write("key.pem", RUTH.signing_key.to_pkcs8_pem().as_bytes());
    lab.write("wrapped", &enveloped.wrapped_key);
    lab.write("encrypted", &enveloped.encrypted_private_key);
    lab.openssl(&[
        "pkeyutl", "-decrypt", "-inkey", "key.pem", "-in", "wrapped", "-out", "sym",
    ]);
    let sym = hex::encode(lab.read("sym"));
    lab.openssl(&[
        "enc",
        "-d",
        "-sm4-ecb",
        "-K",
        &sym,
        "-in",
        "encrypted",
        "-out",
        "private.der",
    ]);
    lab.openssl(&[
        "rsa",
        "-inform",
        "DER",
        "-in",
        "private.der",
        "-check",
        "-noout",
    ]);
    lab.openssl(&[
        "pkey",
        "-inform",
        "DER",
        "-in",
        "private.der",
        "-pubout",
        "-outform",
        "DER",
        "-out",
        "pub",
    ]);
    assert_eq!(lab.read("pub"), RUTH.enc_cert.spki_der());
}

#[test]
fn csr_responses_round_trip_for_both_families() {
    for holder in [&*ALICE, &*RUTH] {
        let response = response_for(holder);
        let read = CsrResponse::from_file_bytes(response.to_pem().as_bytes()).unwrap();
        assert_eq!(
            read.sign_certificates,
            std::slice::from_ref(&holder.sign_cert)
        );
        assert_eq!(
            read.encrypt_certificates,
            std::slice::from_ref(&holder.enc_cert)
        );
        read.enveloped_key
            .unwrap()
            .open(&holder.signing_key)
            .unwrap();
    }
}

fn response_for(holder: &crate::support::Holder) -> CsrResponse {
    CsrResponse {
        sign_certificates: vec![holder.sign_cert.clone()],
        enveloped_key: Some(
            EnvelopedKey::make(&holder.encryption_key, holder.signing_key.public_key()).unwrap(),
        ),
        encrypt_certificates: vec![holder.enc_cert.clone()],
    }
}

#[test]
fn the_response_carries_implicit_tags_as_the_standard_says() {
    let lab = Lab::new();
    lab.write("response", response_for(&ALICE).to_der());
    let dump = lab.openssl(&["asn1parse", "-inform", "DER", "-in", "response"]);
    let top: Vec<&str> = dump
        .lines()
        .filter(|line| line.contains("d=1 "))
        .map(|line| line.split(": ").nth(1).unwrap().trim())
        .collect();
    assert_eq!(top, ["SET", "cont [ 0 ]", "cont [ 1 ]"], "{dump}");
    // Implicit: inside [0] the AlgorithmIdentifier follows at once.
    let at = dump
        .lines()
        .position(|line| line.contains("d=1 ") && line.contains("cont [ 0 ]"));
    let identifier = dump.lines().nth(at.unwrap() + 2).unwrap();
    assert!(
        identifier.contains("d=3 ") && identifier.contains(":sm4-ecb"),
        "{identifier}"
    );
}

#[test]
fn explicitly_tagged_responses_are_understood() {
    let der = response_for(&ALICE).to_der();
    let sign = tlv(0x31, ALICE.sign_cert.as_der());
    let key = EnvelopedKey::make(&ALICE.encryption_key, ALICE.signing_key.public_key()).unwrap();
    let explicit_key = tlv(0xA0, &key.to_der());
    let cert = ALICE.enc_cert.as_der();
    for encrypt in [
        tlv(0xA1, &tlv(0x31, cert)),
        tlv(0xA1, &tlv(0xA0, cert)),
        tlv(0xA1, cert),
    ] {
        for sign in [&sign[..], ALICE.sign_cert.as_der()] {
            let other = tlv(0x30, &[sign, &explicit_key, &encrypt].concat());
            assert_ne!(other, der);
            let read = CsrResponse::from_der(&other).unwrap();
            assert_eq!(
                read.sign_certificates,
                std::slice::from_ref(&ALICE.sign_cert)
            );
            assert_eq!(
                read.encrypt_certificates,
                std::slice::from_ref(&ALICE.enc_cert)
            );
            read.enveloped_key
                .unwrap()
                .open(&ALICE.signing_key)
                .unwrap();
        }
    }
    let only_signature = CsrResponse::from_der(&tlv(0x30, &sign)).unwrap();
    assert!(only_signature.enveloped_key.is_none());
}

fn tlv(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = contents.len();
    let mut out = match length {
        0..0x80 => vec![tag, length as u8],
        0x80..0x100 => vec![tag, 0x81, length as u8],
        _ => vec![tag, 0x82, (length >> 8) as u8, length as u8],
    };
    out.extend_from_slice(contents);
    out
}

#[test]
fn altered_or_cut_enveloped_keys_are_refused() {
    let good = vector();
    let recipient = sm2_key(RECIPIENT_D);
    for end in 0..good.len() {
        assert!(
            matches!(
                Sm2EnvelopedKey::from_der(&good[..end]),
                Err(Error::Truncated { .. })
            ),
            "cut at {end}"
        );
    }
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 0x10;
        let opened = Sm2EnvelopedKey::from_der(&bad).and_then(|key| key.open(&recipient));
        assert!(opened.is_err(), "octet {at}");
    }
    let longer = [&good[..], &[0]].concat();
    assert!(matches!(
        Sm2EnvelopedKey::from_der(&longer),
        Err(Error::TrailingData { .. })
    ));
}

#[test]
fn a_wrapped_key_of_another_pair_is_noticed() {
    let PublicPair(enveloped) = swapped_public_key();
    assert!(matches!(
        enveloped.open(&ALICE.signing_key),
        Err(Error::Decryption)
    ));
}

struct PublicPair(Sm2EnvelopedKey);

/// Alice's key with Bob's public half.
fn swapped_public_key() -> PublicPair {
    let recipient = *ALICE.signing_key.public_key().as_sm2().unwrap();
    let mut enveloped = Sm2EnvelopedKey::make(&ALICE.encryption_key, &recipient).unwrap();
    enveloped.public_key = *BOB.encryption_key.public_key().as_sm2().unwrap();
    PublicPair(enveloped)
}

#[test]
fn keys_of_a_foreign_family_are_refused_by_the_traits() {
    let rsa = SoftwareKey::generate(KeyAlgorithm::Rsa { bits: 2048 }).unwrap();
    assert!(matches!(
        rsa.sign_sm2_digest(&[0; 32]),
        Err(Error::Mismatch { .. })
    ));
    assert!(matches!(
        ALICE.encryption_key.decrypt_rsa_pkcs1(&[0; 256]),
        Err(Error::Mismatch { .. })
    ));
}
