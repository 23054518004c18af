//! Signed messages put together by hand, in the forms that other software writes, independent of the
//! writer under test.

use ukey_crypto::{sm2, sm3};
use ukey_pki::key::Signer;
use ukey_pki::signed_data::{Check, Content, SignedMessage, Verification, VerifyOptions};

use crate::support::{ALICE, Holder, NOW};

const GM_SIGNED: &str = "060a2a811ccf550601040202";
const GM_DATA: &str = "060a2a811ccf550601040201";
const PKCS7_SIGNED: &str = "06092a864886f70d010702";
const PKCS7_DATA: &str = "06092a864886f70d010701";
const SM3: &str = "300a06082a811ccf55018311";
const SM3_NULL: &str = "300c06082a811ccf550183110500";
const SM2_SM3: &str = "300a06082a811ccf55018375";
const SM2_SM3_NULL: &str = "300c06082a811ccf550183750500";
const SM2_1: &str = "300b06092a811ccf5501822d01";
const SM2: &str = "300a06082a811ccf5501822d";

/// The parts of a message.
pub(crate) struct Forge<'a> {
    pub(crate) holder: &'a Holder,
    pub(crate) outer: &'static str,
    pub(crate) inner: &'static str,
    pub(crate) digest_algorithm: &'static str,
    pub(crate) signature_algorithm: &'static str,
    pub(crate) content: Option<Vec<u8>>,
    /// Contents of the attribute set.
    pub(crate) attributes: Option<Vec<u8>>,
    pub(crate) signature: Vec<u8>,
}

impl<'a> Forge<'a> {
    pub(crate) fn gm(holder: &'a Holder) -> Self {
        Self {
            holder,
            outer: GM_SIGNED,
            inner: GM_DATA,
            digest_algorithm: SM3,
            signature_algorithm: SM2_1,
            content: None,
            attributes: None,
            signature: Vec::new(),
        }
    }

    pub(crate) fn to_der(&self) -> Vec<u8> {
        let digest = hex(self.digest_algorithm);
        let content = self
            .content
            .as_ref()
            .map(|octets| tlv(0xA0, &[&tlv(0x04, &[octets])]))
            .unwrap_or_default();
        let attributes = self
            .attributes
            .as_ref()
            .map(|attributes| tlv(0xA0, &[attributes]))
            .unwrap_or_default();
        let certificate = &self.holder.sign_cert;
        let id = tlv(
            0x30,
            &[
                certificate.issuer().as_der(),
                &tlv(0x02, &[certificate.serial()]),
            ],
        );
        let signer = tlv(
            0x30,
            &[
                &[2, 1, 1],
                &id,
                &digest,
                &attributes,
                &hex(self.signature_algorithm),
                &tlv(0x04, &[&self.signature]),
            ],
        );
        let body = tlv(
            0x30,
            &[
                &[2, 1, 1],
                &tlv(0x31, &[&digest]),
                &tlv(0x30, &[&hex(self.inner), &content]),
                &tlv(0xA0, &[certificate.as_der()]),
                &tlv(0x31, &[&signer]),
            ],
        );
        tlv(0x30, &[&hex(self.outer), &tlv(0xA0, &[&body])])
    }
}

fn hex(digits: &str) -> Vec<u8> {
    hex::decode(digits).unwrap()
}

pub(crate) fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let contents = parts.concat();
    let length = contents.len();
    let mut out = match length {
        0..0x80 => vec![tag, length as u8],
        0x80..0x100 => vec![tag, 0x81, length as u8],
        _ => vec![tag, 0x82, (length >> 8) as u8, length as u8],
    };
    out.extend(contents);
    out
}

/// Contents of the OCTET STRING that ends the input: the signature of a message.
pub(crate) fn last_octet_string(message: &[u8]) -> Vec<u8> {
    (2..message.len())
        .rev()
        .find(|at| message[at - 2] == 4 && usize::from(message[at - 1]) == message.len() - at)
        .map(|at| message[at..].to_vec())
        .unwrap()
}

/// SM2 signature of Alice over SM3(Z ‖ data), with the ID given.
fn sign(data: &[u8], id: &[u8]) -> sm2::Signature {
    let key = ALICE.signing_key.public_key().as_sm2().unwrap();
    let digest = key.message_digest(id, data).unwrap();
    ALICE.signing_key.sign_sm2_digest(&digest).unwrap()
}

/// contentType and messageDigest, not in DER order and without a signing time.
fn attributes(content: &[u8], content_type: &str) -> Vec<u8> {
    let attribute = |oid: &str, value: Vec<u8>| tlv(0x30, &[&hex(oid), &tlv(0x31, &[&value])]);
    [
        attribute(
            "06092a864886f70d010904",
            tlv(0x04, &[&sm3::digest(content)]),
        ),
        attribute("06092a864886f70d010903", hex(content_type)),
    ]
    .concat()
}

fn verify(message: &[u8], content: Content<'_>) -> Verification {
    let mut options = VerifyOptions::default();
    options.anchors = vec![ALICE.root.clone()];
    options.at = Some(NOW);
    SignedMessage::from_file_bytes(message)
        .unwrap()
        .verify(content, &options)
        .unwrap()
}

const FILE: &[u8] = b"file";

#[test]
fn algorithm_identifiers_of_other_writers_are_understood() {
    for digest_algorithm in [SM3, SM3_NULL, SM2_SM3] {
        for signature_algorithm in [SM2_1, SM2, SM2_SM3, SM2_SM3_NULL, SM3] {
            for (outer, inner) in [
                (GM_SIGNED, GM_DATA),
                (GM_SIGNED, PKCS7_DATA),
                (PKCS7_SIGNED, GM_DATA),
                (PKCS7_SIGNED, PKCS7_DATA),
            ] {
                let message = Forge {
                    outer,
                    inner,
                    digest_algorithm,
                    signature_algorithm,
                    content: Some(FILE.to_vec()),
                    signature: sign(FILE, sm2::DEFAULT_ID).to_der(),
                    ..Forge::gm(&ALICE)
                };
                assert!(verify(&message.to_der(), Content::Embedded).is_trusted());
            }
        }
    }
}

#[test]
fn attributes_are_hashed_in_the_order_received_and_as_a_set() {
    let attributes = attributes(FILE, PKCS7_DATA);
    let signed = tlv(0x31, &[&attributes]);
    let message = Forge {
        inner: PKCS7_DATA,
        attributes: Some(attributes),
        signature: sign(&signed, sm2::DEFAULT_ID).to_der(),
        ..Forge::gm(&ALICE)
    };
    assert!(verify(&message.to_der(), Content::External(&mut &*FILE)).is_trusted());
}

#[test]
fn a_wrong_content_type_attribute_is_reported() {
    let attributes = attributes(FILE, PKCS7_SIGNED);
    let signed = tlv(0x31, &[&attributes]);
    let message = Forge {
        attributes: Some(attributes),
        signature: sign(&signed, sm2::DEFAULT_ID).to_der(),
        ..Forge::gm(&ALICE)
    };
    let found = verify(&message.to_der(), Content::External(&mut &*FILE));
    assert_eq!(found.signers[0].failure().unwrap().0, Check::ContentType);
}

#[test]
fn raw_signatures_are_understood() {
    let message = Forge {
        content: Some(FILE.to_vec()),
        signature: sign(FILE, sm2::DEFAULT_ID).to_bytes().to_vec(),
        ..Forge::gm(&ALICE)
    };
    assert!(verify(&message.to_der(), Content::Embedded).is_trusted());
}

#[test]
fn a_signature_over_the_digest_of_the_file_is_understood() {
    // As met in OFD files: content is the SM3 of the file, no attributes, .501, r ‖ s.
    let digest = sm3::digest(FILE).to_vec();
    // The same digest as text, also met.
    let text = {
        use base64_text::encode;
        encode(&digest)
    };
    for content in [digest, text] {
        let message = Forge {
            signature_algorithm: SM2_SM3,
            signature: sign(&content, sm2::DEFAULT_ID).to_bytes().to_vec(),
            content: Some(content),
            ..Forge::gm(&ALICE)
        }
        .to_der();
        assert!(verify(&message, Content::External(&mut &*FILE)).is_trusted());
        assert!(verify(&message, Content::Embedded).is_trusted());
        let other = verify(&message, Content::External(&mut &b"other"[..]));
        assert_eq!(other.signers[0].failure().unwrap().0, Check::Binding);
    }
}

/// Base64 by the book, so that the test does not share the decoder's crate.
mod base64_text {
    pub(super) fn encode(octets: &[u8]) -> Vec<u8> {
        const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut out = Vec::new();
        for group in octets.chunks(3) {
            let mut bits = 0u32;
            for at in 0..3 {
                bits = bits << 8 | u32::from(*group.get(at).unwrap_or(&0));
            }
            for at in 0..4 {
                let index = (bits >> (18 - 6 * at)) & 63;
                out.push(if at <= group.len() {
                    ALPHABET[index as usize]
                } else {
                    b'='
                });
            }
        }
        out
    }
}

#[test]
fn a_signature_with_the_empty_id_or_without_z_is_refused() {
    let with_empty_id = sign(FILE, b"");
    let without_z = ALICE
        .signing_key
        .sign_sm2_digest(&sm3::digest(FILE))
        .unwrap();
    for signature in [with_empty_id, without_z] {
        let message = Forge {
            content: Some(FILE.to_vec()),
            signature: signature.to_der(),
            ..Forge::gm(&ALICE)
        };
        let found = verify(&message.to_der(), Content::Embedded);
        assert_eq!(found.signers[0].failure().unwrap().0, Check::Signature);
    }
}

#[test]
fn a_message_without_signers_is_never_intact() {
    let signed = Forge {
        content: Some(FILE.to_vec()),
        ..Forge::gm(&ALICE)
    };
    let body = tlv(
        0x30,
        &[
            &[2, 1, 1],
            &[0x31, 0],
            &tlv(0x30, &[&hex(signed.inner), &tlv(0xA0, &[&tlv(4, &[FILE])])]),
            &[0x31, 0],
        ],
    );
    let message = tlv(0x30, &[&hex(signed.outer), &tlv(0xA0, &[&body])]);
    let found = verify(&message, Content::Embedded);
    assert!(found.signers.is_empty() && !found.is_intact() && !found.is_trusted());
}
