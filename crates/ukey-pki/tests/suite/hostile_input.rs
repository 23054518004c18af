//! Every parser meets mutated, random and truncated input: it may refuse, never panic.

use std::io::Cursor;
use std::sync::LazyLock;

use proptest::prelude::*;
use ukey_pki::csr_response::CsrResponse;
use ukey_pki::envelope::{Candidate, EnvelopeReader, OpenOptions, SealOptions, seal};
use ukey_pki::enveloped_key::EnvelopedKey;
use ukey_pki::key::PublicKey;
use ukey_pki::request::RequestOptions;
use ukey_pki::signed_data::write::{Identity, SignOptions, sign_attached};
use ukey_pki::signed_data::{Content, SignedMessage, VerifyOptions};
use ukey_pki::{Certificate, CertificationRequest, Error, Name, SoftwareKey};

use crate::support::{ALICE, RUTH};

/// A parser under test: its name, a valid input, and the call.
struct Parser {
    name: &'static str,
    valid: Vec<u8>,
    parse: fn(&[u8]) -> Result<(), Error>,
}

static PARSERS: LazyLock<Vec<Parser>> = LazyLock::new(|| {
    let request = |key: &SoftwareKey| {
        let mut options = RequestOptions::default();
        options.challenge_password = Some("x".into());
        CertificationRequest::build(ALICE.sign_cert.subject(), key, &options).unwrap()
    };
    let enveloped = |holder: &crate::support::Holder| {
        EnvelopedKey::make(&holder.encryption_key, holder.signing_key.public_key()).unwrap()
    };
    let certificate = |der: &[u8]| Certificate::from_der(der).map(look_into);
    vec![
        Parser {
            name: "SM2 certificate",
            valid: ALICE.sign_cert.as_der().to_vec(),
            parse: certificate,
        },
        Parser {
            name: "RSA certificate",
            valid: RUTH.root.as_der().to_vec(),
            parse: certificate,
        },
        Parser {
            name: "request",
            valid: request(&ALICE.signing_key).as_der().to_vec(),
            parse: |der| CertificationRequest::from_der(der).map(|r| drop(r.verify())),
        },
        Parser {
            name: "name",
            valid: ALICE.sign_cert.subject().as_der().to_vec(),
            parse: |der| Name::from_der(der).map(|name| drop(name.to_string())),
        },
        Parser {
            name: "public key",
            valid: ALICE.sign_cert.spki_der().to_vec(),
            parse: |der| PublicKey::from_spki_der(der).map(drop),
        },
        Parser {
            name: "SM2 private key",
            valid: ALICE.signing_key.to_pkcs8_der().to_vec(),
            parse: |der| SoftwareKey::from_pkcs8(der).map(drop),
        },
        Parser {
            name: "SM2 enveloped key",
            valid: enveloped(&ALICE).to_der(),
            parse: |der| EnvelopedKey::from_der(der).map(|k| drop(k.open(&ALICE.signing_key))),
        },
        Parser {
            name: "RSA enveloped key",
            valid: enveloped(&RUTH).to_der(),
            parse: |der| EnvelopedKey::from_der(der).map(drop),
        },
        Parser {
            name: "CSRResponse",
            valid: CsrResponse {
                sign_certificates: vec![ALICE.sign_cert.clone()],
                enveloped_key: Some(enveloped(&ALICE)),
                encrypt_certificates: vec![ALICE.enc_cert.clone()],
            }
            .to_der(),
            parse: |der| CsrResponse::from_der(der).map(drop),
        },
        Parser {
            name: "envelope",
            valid: envelope(),
            parse: |der| {
                let candidate = Candidate {
                    certificate: &ALICE.enc_cert,
                    decryptor: &ALICE.encryption_key,
                };
                EnvelopeReader::new(der)?
                    .decrypt(&[candidate], &mut Vec::new(), &OpenOptions::default())
                    .map(drop)
            },
        },
        Parser {
            name: "signed message",
            valid: signed_message(),
            parse: |der| {
                let mut message = SignedMessage::read(Cursor::new(der))?;
                let _ = message.verify(Content::Embedded, &VerifyOptions::default());
                Ok(())
            },
        },
    ]
});

fn envelope() -> Vec<u8> {
    let mut envelope = Vec::new();
    let recipients = [&ALICE.enc_cert, &RUTH.enc_cert];
    seal(
        &recipients,
        &mut &b"content"[..],
        &mut envelope,
        &SealOptions::default(),
    )
    .unwrap();
    envelope
}

fn signed_message() -> Vec<u8> {
    let identity = Identity {
        certificate: &ALICE.sign_cert,
        signer: &ALICE.signing_key,
    };
    let mut message = Vec::new();
    let mut content = Cursor::new(b"content");
    sign_attached(
        &mut content,
        &mut message,
        &[identity],
        &SignOptions::default(),
    )
    .unwrap();
    message
}

/// Calls everything that reads parts of a certificate later.
fn look_into(certificate: Certificate) {
    let _ = certificate.public_key();
    let _ = certificate.key_usage();
    let _ = certificate.is_authority();
    let _ = certificate.subject_key_identifier();
    let _ = certificate.authority_key_identifier();
    let _ = certificate.verify_signed_by(&ALICE.root);
    let _ = (certificate.serial_hex(), certificate.subject().to_string());
}

#[test]
fn truncation_at_every_octet_is_refused() {
    for parser in PARSERS.iter() {
        (parser.parse)(&parser.valid).unwrap_or_else(|e| panic!("{}: {e}", parser.name));
        for end in 0..parser.valid.len() {
            let found = (parser.parse)(&parser.valid[..end]);
            assert!(found.is_err(), "{} cut at {end}", parser.name);
        }
    }
}

#[test]
fn bytes_after_the_end_are_refused() {
    for parser in PARSERS.iter() {
        let longer = [&parser.valid[..], &[0x05, 0x00]].concat();
        let found = (parser.parse)(&longer);
        assert!(
            matches!(found, Err(Error::TrailingData { .. })),
            "{}: {found:?}",
            parser.name
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn mutated_input_never_panics(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        for parser in PARSERS.iter() {
            let mut bytes = parser.valid.clone();
            for (at, value) in &edits {
                let at = at.index(bytes.len());
                bytes[at] = *value;
            }
            let _ = (parser.parse)(&bytes);
        }
    }

    #[test]
    fn spliced_input_never_panics(
        from in any::<prop::sample::Index>(),
        to in any::<prop::sample::Index>(),
        len in 1usize..40,
    ) {
        for parser in PARSERS.iter() {
            let valid = &parser.valid;
            let (from, to) = (from.index(valid.len()), to.index(valid.len()));
            let piece = &valid[from..(from + len).min(valid.len())];
            let spliced = [&valid[..to], piece, &valid[to..]].concat();
            let _ = (parser.parse)(&spliced);
        }
    }

    #[test]
    fn random_input_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for parser in PARSERS.iter() {
            let _ = (parser.parse)(&bytes);
        }
        let _ = Certificate::from_file_bytes(&bytes);
    }

    #[test]
    fn random_text_never_panics(text in "\\PC{0,60}") {
        let _ = text.parse::<Name>();
        let _ = Certificate::all_from_file_bytes(text.as_bytes());
    }
}
