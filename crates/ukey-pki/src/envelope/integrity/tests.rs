#![allow(clippy::unwrap_used)]

use super::{EnvelopeMac, attributes_len, derived_iv, find};
use crate::asn1;

/// Content key 00 01 … 0F.
fn key() -> [u8; 16] {
    core::array::from_fn(|index| index as u8)
}

// Expected values: HKDF and HMAC written out in Python over hashlib's SM3.

#[test]
fn the_iv_is_hkdf_of_the_content_key() {
    assert_eq!(
        hex::encode(derived_iv(&key())),
        "29617aede41547552cb7094a8faeff05"
    );
}

#[test]
fn the_mac_is_hmac_of_head_and_ciphertext() {
    let mut mac = EnvelopeMac::new(&key(), b"head");
    mac.update(b"cipher");
    mac.update(b"text");
    let attributes = mac.into_attributes();
    assert_eq!(attributes.len(), attributes_len());
    let found = find(&attributes).unwrap().unwrap();
    assert_eq!(
        hex::encode(found),
        "c7528d3dcaa1413ad83f31cc1e4a865fd321fea0f667c13a185043afb293f759"
    );
}

#[test]
fn the_attribute_is_found_among_others_and_only_once() {
    let own = EnvelopeMac::new(&key(), b"").into_attributes();
    let own = asn1::single(&own, asn1::context(1), "").unwrap().value;
    let other = asn1::sequence(&[
        &asn1::oid(crate::oid::SIGNING_TIME),
        &asn1::tlv(asn1::SET, &[&asn1::null()]),
    ]);
    let attributes = |parts: &[&[u8]]| asn1::tlv(asn1::context(1), parts);
    assert!(find(&attributes(&[&other, own])).unwrap().is_some());
    assert!(find(&attributes(&[&other])).unwrap().is_none());
    assert!(find(&attributes(&[])).unwrap().is_none());
    assert!(find(&attributes(&[own, own])).is_err());
    assert!(find(&attributes(&[&own[..own.len() - 1]])).is_err());
}
