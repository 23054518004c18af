//! SignedData: ours read by OpenSSL and Bouncy Castle, theirs read by us, and what must be refused.

mod streamed;

use std::io::Cursor;

use time::macros::datetime;
use ukey_crypto::{hash::HashAlg, sm2};
use ukey_pki::certificate::ChainError;
use ukey_pki::signed_data::write::{
    Identity, SignOptions, sign_attached, sign_detached, sign_detached_digest,
};
use ukey_pki::signed_data::{Check, Content, Outcome, SignedMessage, Verification, VerifyOptions};
use ukey_pki::{CertificateId, Error, Flavour, PublicKey};

use crate::support::{ALICE, BOB, Holder, Lab, NOW, RUTH};

const CONTENT: &[u8] = b"%PDF-1.7 tender of \xE5\xBC\xA0\xE4\xB8\x89";

fn identity(holder: &Holder) -> Identity<'_> {
    Identity {
        certificate: &holder.sign_cert,
        signer: &holder.signing_key,
    }
}

fn options(flavour: Flavour, attributes: bool) -> SignOptions {
    let mut options = SignOptions::default();
    options.flavour = flavour;
    options.attributes = attributes;
    options.signing_time = Some(NOW);
    options
}

fn detached(holder: &Holder, options: &SignOptions) -> Vec<u8> {
    sign_detached(&mut &*CONTENT, &[identity(holder)], options).unwrap()
}

fn attached(holder: &Holder, options: &SignOptions) -> Vec<u8> {
    let mut message = Vec::new();
    let mut content = Cursor::new(CONTENT);
    sign_attached(&mut content, &mut message, &[identity(holder)], options).unwrap();
    message
}

fn trusting(holder: &Holder) -> VerifyOptions {
    let mut options = VerifyOptions::default();
    options.anchors = vec![holder.root.clone()];
    options.at = Some(NOW);
    options
}

fn read(message: &[u8]) -> SignedMessage<Cursor<Vec<u8>>> {
    SignedMessage::from_file_bytes(message).unwrap()
}

fn verify_attached(message: &[u8], holder: &Holder) -> Verification {
    read(message)
        .verify(Content::Embedded, &trusting(holder))
        .unwrap()
}

fn verify_detached(message: &[u8], mut content: &[u8], holder: &Holder) -> Verification {
    read(message)
        .verify(Content::External(&mut content), &trusting(holder))
        .unwrap()
}

/// The step at which the only signer fails.
fn failed_step(verification: &Verification) -> Check {
    assert!(!verification.is_intact());
    verification.signers[0].failure().unwrap().0
}

#[test]
fn every_form_we_write_we_verify() {
    for holder in [&*ALICE, &*RUTH] {
        for flavour in [Flavour::Gm, Flavour::Pkcs7] {
            for attributes in [true, false] {
                let options = options(flavour, attributes);
                let message = attached(holder, &options);
                let found = verify_attached(&message, holder);
                assert!(found.is_trusted(), "{found:?}");
                assert_eq!(found.content_len, CONTENT.len() as u64);
                assert_eq!(
                    found.signers[0].certificate.as_ref(),
                    Some(&holder.sign_cert)
                );
                assert_eq!(found.signers[0].signing_time, attributes.then_some(NOW));
                assert_eq!(read(&message).flavour(), flavour);

                let message = detached(holder, &options);
                assert!(read(&message).is_detached());
                assert!(verify_detached(&message, CONTENT, holder).is_trusted());
            }
        }
    }
}

#[test]
fn content_that_the_caller_hashed_is_signed_without_being_seen() {
    for holder in [&*ALICE, &*RUTH] {
        for attributes in [true, false] {
            let options = options(Flavour::Gm, attributes);
            let digest = match (holder.sign_cert.public_key().unwrap(), attributes) {
                (PublicKey::Sm2(_), true) => HashAlg::Sm3.digest(CONTENT),
                (PublicKey::Sm2(key), false) => key
                    .message_digest(sm2::DEFAULT_ID, CONTENT)
                    .unwrap()
                    .to_vec(),
                _ => HashAlg::Sha256.digest(CONTENT),
            };
            let sign = |digest: &[u8]| sign_detached_digest(digest, identity(holder), &options);
            let message = sign(&digest).unwrap();
            assert!(verify_detached(&message, CONTENT, holder).is_trusted());
            let found = verify_detached(&message, b"other content", holder);
            assert!(!found.is_intact());
            for wrong in [&digest[1..], &[&digest[..], b"x"].concat()] {
                let refused = sign(wrong);
                assert!(matches!(refused, Err(Error::Invalid { .. })), "{refused:?}");
            }
        }
    }
}

#[test]
fn bouncy_castle_verifies_what_we_write() {
    let lab = Lab::new();
    lab.write("content", CONTENT);
    for (flavour, attributes) in [
        (Flavour::Gm, true),
        (Flavour::Gm, false),
        (Flavour::Pkcs7, true),
    ] {
        let options = options(flavour, attributes);
        lab.write("attached", attached(&ALICE, &options));
        lab.bouncy_castle(&["verify-signed-data", "attached"]);
        lab.write("detached", detached(&ALICE, &options));
        lab.bouncy_castle(&["verify-signed-data", "detached", "content"]);
    }
    // The oracle can say no.
    lab.write("other", b"other content");
    let refused = lab.try_bouncy_castle(&["verify-signed-data", "detached", "other"]);
    assert!(refused.is_err());
}

#[test]
fn openssl_verifies_our_rsa_messages() {
    let lab = Lab::new();
    lab.write("root.pem", RUTH.root.to_pem());
    lab.write("content", CONTENT);
    for attributes in [true, false] {
        let options = options(Flavour::Pkcs7, attributes);
        lab.write("attached", attached(&RUTH, &options));
        let verify = [
            "cms", "-verify", "-binary", "-inform", "DER", "-purpose", "any",
        ];
        let with = |more: &[&str]| lab.openssl(&[&verify, more].concat());
        with(&["-CAfile", "root.pem", "-in", "attached", "-out", "out"]);
        assert_eq!(lab.read("out"), CONTENT);
        lab.write("detached", detached(&RUTH, &options));
        with(&[
            "-CAfile", "root.pem", "-in", "detached", "-content", "content", "-out", "out",
        ]);
    }
}

#[test]
fn our_messages_are_plain_der() {
    let lab = Lab::new();
    lab.write("message", attached(&ALICE, &options(Flavour::Gm, true)));
    let dump = lab.openssl(&["asn1parse", "-inform", "DER", "-in", "message"]);
    for expected in [
        ":1.2.156.10197.6.1.4.2.2",
        ":1.2.156.10197.6.1.4.2.1",
        ":1.2.156.10197.1.301.1",
        ":sm3",
        ":messageDigest",
        ":signingTime",
    ] {
        assert!(dump.contains(expected), "{expected} in {dump}");
    }
    assert!(!dump.contains("l=inf"), "{dump}");
}

#[test]
fn we_verify_bouncy_castles_messages() {
    let lab = Lab::new();
    lab.write("content", CONTENT);
    lab.write("cert.pem", ALICE.sign_cert.to_pem());
    lab.write("key.pem", ALICE.signing_key.to_pkcs8_pem().as_bytes());
    let sign = |out: &str, kind: &str| {
        lab.bouncy_castle(&["sign-data", "content", "cert.pem", "key.pem", out, kind]);
        lab.read(out)
    };
    let message = sign("attached", "attached");
    let mut copy = Vec::new();
    let found = read(&message)
        .verify(Content::EmbeddedTo(&mut copy), &trusting(&ALICE))
        .unwrap();
    assert!(found.is_trusted(), "{found:?}");
    assert_eq!(copy, CONTENT);
    let message = sign("detached", "detached");
    assert!(verify_detached(&message, CONTENT, &ALICE).is_trusted());
}

#[test]
fn we_verify_openssls_rsa_messages_streamed_in_segments() {
    let lab = Lab::new();
    let content: Vec<u8> = (0..100_000u32).flat_map(u32::to_be_bytes).collect();
    lab.write("content", &content);
    lab.write("cert.pem", RUTH.sign_cert.to_pem());
    lab.write("key.pem", RUTH.signing_key.to_pkcs8_pem().as_bytes());
    let common = [
        "cms", "-sign", "-binary", "-in", "content", "-signer", "cert.pem", "-inkey", "key.pem",
        "-outform", "DER",
    ];
    let sign = |out: &str, more: &[&str]| {
        lab.openssl(&[&common[..], &["-out", out], more].concat());
        lab.read(out)
    };
    for digest in ["sha256", "sha384", "sha512"] {
        let streamed = sign("streamed", &["-nodetach", "-stream", "-md", digest]);
        assert_eq!(streamed[..2], [0x30, 0x80], "indefinite length");
        let found = verify_attached(&streamed, &RUTH);
        assert!(found.is_trusted(), "{found:?}");
        assert_eq!(found.content_len, content.len() as u64);
    }
    let without_attributes = sign("plain", &["-nodetach", "-noattr"]);
    assert!(verify_attached(&without_attributes, &RUTH).is_trusted());
    let by_key_identifier = sign("keyid", &["-keyid"]);
    let message = read(&by_key_identifier);
    assert!(matches!(
        message.signers().next(),
        Some(CertificateId::SubjectKeyIdentifier(_))
    ));
    assert!(verify_detached(&by_key_identifier, &content, &RUTH).is_trusted());
    // SHA-1 is not accepted any more.
    let weak = sign("weak", &["-md", "sha1"]);
    assert_eq!(
        failed_step(&verify_detached(&weak, &content, &RUTH)),
        Check::Certificate
    );
}

#[test]
fn several_signers_of_both_families_are_all_checked() {
    let identities = [identity(&ALICE), identity(&RUTH), identity(&BOB)];
    for attributes in [true, false] {
        let options = options(Flavour::Gm, attributes);
        let message = sign_detached(&mut &*CONTENT, &identities, &options).unwrap();
        let mut trust = trusting(&ALICE);
        trust.anchors.push(RUTH.root.clone());
        let found = read(&message)
            .verify(Content::External(&mut &*CONTENT), &trust)
            .unwrap();
        assert_eq!(found.signers.len(), 3);
        assert!(found.is_trusted(), "{found:?}");
        // One untrusted signer is enough to distrust the message.
        trust.anchors.truncate(1);
        let found = read(&message)
            .verify(Content::External(&mut &*CONTENT), &trust)
            .unwrap();
        assert!(found.is_intact() && !found.is_trusted());
    }
}

#[test]
fn altered_content_is_reported_at_the_right_step() {
    let other = b"%PDF-1.7 tender of somebody else";
    let with = detached(&ALICE, &options(Flavour::Gm, true));
    assert_eq!(
        failed_step(&verify_detached(&with, other, &ALICE)),
        Check::ContentDigest
    );
    let without = detached(&ALICE, &options(Flavour::Gm, false));
    assert_eq!(
        failed_step(&verify_detached(&without, other, &ALICE)),
        Check::Signature
    );
}

#[test]
fn no_altered_octet_of_content_attributes_or_signature_survives() {
    for attributes in [true, false] {
        let message = attached(&ALICE, &options(Flavour::Gm, attributes));
        for at in 0..message.len() {
            let mut bad = message.clone();
            bad[at] ^= 1;
            let Ok(mut read) = SignedMessage::from_file_bytes(&bad) else {
                continue;
            };
            let mut copy = Vec::new();
            let Ok(found) = read.verify(Content::EmbeddedTo(&mut copy), &trusting(&ALICE)) else {
                continue;
            };
            // Versions, the digest list and alternative identifiers are not signed; whatever is
            // trusted must still be Alice's signature over the very content.
            if found.is_trusted() {
                assert_eq!(copy, CONTENT, "octet {at}");
                let signer = &found.signers[0];
                assert_eq!(
                    signer.certificate.as_ref(),
                    Some(&ALICE.sign_cert),
                    "octet {at}"
                );
                assert_eq!(signer.signing_time, attributes.then_some(NOW), "octet {at}");
            }
        }
    }
}

#[test]
fn truncation_at_every_octet_is_refused() {
    for message in [
        attached(&ALICE, &options(Flavour::Gm, true)),
        detached(&RUTH, &options(Flavour::Pkcs7, false)),
    ] {
        for end in 0..message.len() {
            let found = SignedMessage::read(Cursor::new(&message[..end]));
            assert!(
                matches!(found, Err(Error::Truncated { .. })),
                "cut at {end}"
            );
        }
        let longer = [&message[..], &[0x30, 0x00]].concat();
        let found = SignedMessage::read(Cursor::new(longer));
        assert!(matches!(found, Err(Error::TrailingData { .. })));
    }
}

#[test]
fn attributes_in_the_place_of_content_are_refused() {
    let message = detached(&ALICE, &options(Flavour::Gm, true));
    // [0] and its length stand before the first attribute, contentType.
    let content_type = hex::decode("06092a864886f70d010903").unwrap();
    let at = message
        .windows(content_type.len())
        .position(|w| w == content_type)
        .unwrap()
        - 4;
    assert_eq!(message[at], 0xA0);
    let length = usize::from(message[at + 1]) + 2;
    let mut attributes = message[at..at + length].to_vec();
    // What was signed has the tag of SET.
    attributes[0] = 0x31;
    let signature = crate::forge::last_octet_string(&message);
    let forged = crate::forge::Forge {
        content: Some(attributes),
        signature,
        ..crate::forge::Forge::gm(&ALICE)
    };
    let found = verify_attached(&forged.to_der(), &ALICE);
    assert_eq!(failed_step(&found), Check::Signature);
}

#[test]
fn the_path_is_judged_at_the_time_asked_for() {
    let message = detached(&ALICE, &options(Flavour::Gm, true));
    let verify = |at, at_signing_time| {
        let mut options = trusting(&ALICE);
        options.at = Some(at);
        options.at_signing_time = at_signing_time;
        let found = read(&message).verify(Content::External(&mut &*CONTENT), &options);
        found.unwrap()
    };
    let later = datetime!(2060-01-01 0:00 UTC);
    let found = verify(later, false);
    assert!(found.is_intact() && !found.is_trusted());
    assert!(matches!(
        found.signers[0].outcome(Check::Path),
        Outcome::Failed(Error::Chain(ChainError::Expired { .. }))
    ));
    assert!(verify(later, true).is_trusted());

    let found = read(&message)
        .verify(Content::External(&mut &*CONTENT), &VerifyOptions::default())
        .unwrap();
    assert!(found.is_intact() && !found.is_trusted());
    assert!(matches!(
        found.signers[0].outcome(Check::Path),
        Outcome::Skipped
    ));
}

#[test]
fn an_encryption_certificate_does_not_sign() {
    let crossed = Identity {
        certificate: &ALICE.enc_cert,
        signer: &ALICE.encryption_key,
    };
    let message = sign_detached(&mut &*CONTENT, &[crossed], &SignOptions::default()).unwrap();
    let found = verify_detached(&message, CONTENT, &ALICE);
    assert_eq!(found.signers[0].failure().unwrap().0, Check::Path);

    let wrong = Identity {
        certificate: &ALICE.enc_cert,
        signer: &ALICE.signing_key,
    };
    let refused = sign_detached(&mut &*CONTENT, &[wrong], &SignOptions::default());
    assert!(matches!(refused, Err(Error::Mismatch { .. })));
    assert!(sign_detached(&mut &*CONTENT, &[], &SignOptions::default()).is_err());
}

#[test]
fn detached_and_attached_are_not_confused() {
    let mut message = read(&detached(&ALICE, &SignOptions::default()));
    let refused = message.verify(Content::Embedded, &trusting(&ALICE));
    assert!(matches!(refused, Err(Error::Invalid { .. })));
    // An attached message checked against the file it contains, and against another file.
    let message = attached(&ALICE, &SignOptions::default());
    assert!(verify_detached(&message, CONTENT, &ALICE).is_trusted());
    assert_eq!(
        failed_step(&verify_detached(&message, b"other", &ALICE)),
        Check::Binding
    );
}

#[test]
fn empty_content_can_be_signed() {
    for attributes in [true, false] {
        let options = options(Flavour::Gm, attributes);
        let mut message = Vec::new();
        sign_attached(
            &mut Cursor::new(b""),
            &mut message,
            &[identity(&ALICE)],
            &options,
        )
        .unwrap();
        assert!(verify_attached(&message, &ALICE).is_trusted());
        let message = sign_detached(&mut &b""[..], &[identity(&ALICE)], &options).unwrap();
        assert!(verify_detached(&message, b"", &ALICE).is_trusted());
    }
}
