//! Envelopes as other software writes them: made by Bouncy Castle and OpenSSL, and put together by hand
//! in the variants met in the field.

use ukey_crypto::sm2;
use ukey_crypto::sm4::{self, Direction, Mode, Padding};
use ukey_pki::envelope::{Candidate, EnvelopeReader, Integrity, OpenOptions};
use ukey_pki::{Error, Result};

use crate::forge::tlv;
use crate::support::{ALICE, Holder, Lab, RUTH};

const GM_ENVELOPED: &str = "060a2a811ccf550601040203";
const GM_DATA: &str = "060a2a811ccf550601040201";
const SM2_3: &str = "06092a811ccf5501822d03";
const SM4_CBC: &str = "06082a811ccf55016802";

fn open(envelope: &[u8], holder: &Holder) -> Result<(Vec<u8>, Integrity)> {
    let candidate = Candidate {
        certificate: &holder.enc_cert,
        decryptor: &holder.encryption_key,
    };
    let mut content = Vec::new();
    let opened = EnvelopeReader::new(envelope)?.decrypt(
        &[candidate],
        &mut content,
        &OpenOptions::default(),
    )?;
    Ok((content, opened.integrity))
}

#[test]
fn bouncy_castles_envelope_opens_unprotected() {
    let lab = Lab::new();
    // Indefinite lengths, segments of 1000 octets.
    let content: Vec<u8> = (0..70_000u32).map(|n| (n % 251) as u8).collect();
    lab.write("content", &content);
    lab.write("cert.pem", ALICE.enc_cert.to_pem());
    lab.bouncy_castle(&["seal-envelope", "content", "cert.pem", "envelope"]);
    let (opened, integrity) = open(&lab.read("envelope"), &ALICE).unwrap();
    assert!(opened == content);
    assert_eq!(integrity, Integrity::NotProtected);
}

#[test]
fn openssls_rsa_envelope_opens_unprotected() {
    let lab = Lab::new();
    let content: Vec<u8> = (0..70_000u32).map(|n| (n % 249) as u8).collect();
    lab.write("content", &content);
    lab.write("cert.pem", RUTH.enc_cert.to_pem());
    for more in [&["-stream"][..], &[], &["-keyid"]] {
        let encrypt = [
            "cms", "-encrypt", "-binary", "-sm4-cbc", "-in", "content", "-outform", "DER",
        ];
        let rest = ["-out", "envelope", "-recip", "cert.pem"];
        lab.openssl(&[&encrypt[..], more, &rest].concat());
        let (opened, integrity) = open(&lab.read("envelope"), &RUTH).unwrap();
        assert!(opened == content, "{more:?}");
        assert_eq!(integrity, Integrity::NotProtected);
    }
}

/// The parts that differ between writers.
struct Variant {
    key_algorithm: &'static str,
    content_algorithm: &'static str,
    key_identifier: Option<Vec<u8>>,
    wrap: fn(&sm2::Ciphertext) -> Vec<u8>,
    after_content: Vec<u8>,
}

impl Variant {
    fn standard() -> Self {
        Self {
            key_algorithm: SM2_3,
            content_algorithm: SM4_CBC,
            key_identifier: None,
            wrap: sm2::Ciphertext::to_der,
            after_content: Vec::new(),
        }
    }

    fn to_der(&self, content: &[u8]) -> Vec<u8> {
        let hex = |digits: &str| hex::decode(digits).unwrap();
        let key = sm4::Key::from([0x11; 16]);
        let iv = [0x22; 16];
        let mut cipher = sm4::Cipher::new(Direction::Encrypt, Mode::Cbc, &key, &iv, Padding::Pkcs7);
        let mut encrypted = cipher.update(content).unwrap();
        encrypted.extend(cipher.finish().unwrap());

        let certificate = &ALICE.enc_cert;
        let public = certificate.public_key().unwrap();
        let wrapped = public
            .as_sm2()
            .unwrap()
            .encrypt(key.expose_bytes())
            .unwrap();
        let id = match &self.key_identifier {
            Some(identifier) => tlv(0x80, &[identifier]),
            None => tlv(
                0x30,
                &[
                    certificate.issuer().as_der(),
                    &tlv(2, &[certificate.serial()]),
                ],
            ),
        };
        let recipient = tlv(
            0x30,
            &[
                &[2, 1, 1],
                &id,
                &tlv(0x30, &[&hex(self.key_algorithm)]),
                &tlv(0x04, &[&(self.wrap)(&wrapped)]),
            ],
        );
        let algorithm = tlv(0x30, &[&hex(self.content_algorithm), &tlv(4, &[&iv])]);
        let info = tlv(
            0x30,
            &[
                &hex(GM_DATA),
                &algorithm,
                &tlv(0x80, &[&encrypted]),
                &self.after_content,
            ],
        );
        let body = tlv(0x30, &[&[2, 1, 1], &tlv(0x31, &[&recipient]), &info]);
        tlv(0x30, &[&hex(GM_ENVELOPED), &tlv(0xA0, &[&body])])
    }
}

fn assert_opens(variant: &Variant) {
    let (content, integrity) = open(&variant.to_der(b"tender"), &ALICE).unwrap();
    assert_eq!(
        (&content[..], integrity),
        (&b"tender"[..], Integrity::NotProtected)
    );
}

#[test]
fn identifiers_of_other_writers_are_understood() {
    // 301.3, 301.2 (GmSSL), 301.
    for key_algorithm in [SM2_3, "06092a811ccf5501822d02", "06082a811ccf5501822d"] {
        // SM4-CBC, and SM4 without a mode (CFCA).
        for content_algorithm in [SM4_CBC, "06072a811ccf550168"] {
            assert_opens(&Variant {
                key_algorithm,
                content_algorithm,
                ..Variant::standard()
            });
        }
    }
    let unknown = Variant {
        content_algorithm: "06092a864886f70d010701",
        ..Variant::standard()
    };
    assert!(matches!(
        open(&unknown.to_der(b"x"), &ALICE),
        Err(Error::Unsupported { .. })
    ));
}

#[test]
fn raw_ciphertexts_of_the_key_are_understood_in_every_layout() {
    let layouts: [fn(&sm2::Ciphertext) -> Vec<u8>; 4] = [
        sm2::Ciphertext::to_c1c3c2,
        sm2::Ciphertext::to_c1c2c3,
        |ciphertext| ciphertext.to_c1c3c2()[1..].to_vec(),
        |ciphertext| ciphertext.to_c1c2c3()[1..].to_vec(),
    ];
    for wrap in layouts {
        assert_opens(&Variant {
            wrap,
            ..Variant::standard()
        });
    }
    let cut = Variant {
        wrap: |ciphertext| ciphertext.to_c1c3c2()[..111].to_vec(),
        ..Variant::standard()
    };
    assert!(matches!(
        open(&cut.to_der(b"x"), &ALICE),
        Err(Error::Decryption)
    ));
}

#[test]
fn recipients_by_key_identifier_are_found() {
    let own = ALICE.enc_cert.subject_key_identifier().unwrap().to_vec();
    assert_opens(&Variant {
        key_identifier: Some(own),
        ..Variant::standard()
    });
    let other = Variant {
        key_identifier: Some(vec![7; 20]),
        ..Variant::standard()
    };
    assert!(matches!(
        open(&other.to_der(b"x"), &ALICE),
        Err(Error::NotARecipient)
    ));
}

#[test]
fn shared_info_is_passed_over() {
    let shared = [tlv(0x81, &[b"one"]), tlv(0x82, &[b"two"])].concat();
    assert_opens(&Variant {
        after_content: shared,
        ..Variant::standard()
    });
    let unknown = Variant {
        after_content: tlv(0x83, &[b"three"]),
        ..Variant::standard()
    };
    assert!(matches!(
        open(&unknown.to_der(b"x"), &ALICE),
        Err(Error::Malformed { .. })
    ));
}

#[test]
fn bad_padding_and_bad_length_give_the_one_decryption_error() {
    // Without a MAC, faults show in the padding only.
    let good = Variant::standard().to_der(b"0123456789");
    let at = good.len() - 16;
    let mut seen = 0;
    for octet in at..good.len() {
        let mut bad = good.clone();
        bad[octet] ^= 0x55;
        match open(&bad, &ALICE) {
            Err(Error::Decryption) => seen += 1,
            // One chance in 256 that garbage ends like padding.
            Ok((content, _)) => assert_ne!(content, b"0123456789"),
            other => panic!("{other:?}"),
        }
    }
    assert!(seen >= 14, "{seen}");
    // Not a whole number of blocks.
    let der = Variant::standard();
    let mut cut = der.to_der(b"0123456789");
    let length = cut.len();
    cut.truncate(length - 1);
    assert!(matches!(open(&cut, &ALICE), Err(Error::Truncated { .. })));
}
