//! The integrity check of the envelope; see the module above for what it covers.

#[cfg(test)]
mod tests;

use ukey_crypto::hash::HashAlg;
use ukey_crypto::mac::{Hmac, hmac};
use ukey_crypto::{ct, sm4};
use zeroize::Zeroizing;

use super::WHAT;
use crate::asn1;
use crate::error::{Error, Result};

/// DER of the attribute type 2.25.304094549700593771060804725876061069604. An identifier made from
/// a random UUID needs no registration (ITU-T X.667).
const ATTRIBUTE_TYPE: [u8; 22] = [
    0x06, 0x14, 0x69, 0x83, 0xC9, 0xC6, 0xBD, 0xB6, 0xFF, 0xE4, 0xF2, 0x98, 0xD3, 0x8B, 0xF9, 0x80,
    0xFE, 0xFF, 0xC3, 0xFD, 0xC2, 0x24,
];
const MAC_LEN: usize = 32;

const MAC_INFO: &[u8] = b"ukey envelope mac 1";
const IV_INFO: &[u8] = b"ukey envelope iv 1";

/// HKDF-SM3 (RFC 5869) without salt, one block of output.
fn derive(content_key: &[u8], info: &[u8]) -> Zeroizing<Vec<u8>> {
    let pseudorandom = Zeroizing::new(hmac(HashAlg::Sm3, &[], content_key));
    Zeroizing::new(hmac(HashAlg::Sm3, &pseudorandom, &[info, &[1]].concat()))
}

/// The IV that announces a MAC.
pub(super) fn derived_iv(content_key: &[u8]) -> [u8; sm4::BLOCK] {
    let mut iv = [0; sm4::BLOCK];
    iv.copy_from_slice(&derive(content_key, IV_INFO)[..sm4::BLOCK]);
    iv
}

/// Running MAC over an envelope.
pub(super) struct EnvelopeMac(Hmac);

impl EnvelopeMac {
    /// `head` is the DER of all elements before the encrypted content, in order.
    pub(super) fn new(content_key: &[u8], head: &[u8]) -> Self {
        let mut mac = Hmac::new(HashAlg::Sm3, &derive(content_key, MAC_INFO));
        mac.update(head);
        Self(mac)
    }

    pub(super) fn update(&mut self, ciphertext: &[u8]) {
        self.0.update(ciphertext);
    }

    /// The unprotectedAttrs.
    pub(super) fn into_attributes(self) -> Vec<u8> {
        encode(&self.0.finish())
    }

    /// # Errors
    /// [`Error::Decryption`].
    pub(super) fn check(self, stated: &[u8; MAC_LEN]) -> Result<()> {
        match ct::eq(&self.0.finish(), stated) {
            true => Ok(()),
            false => Err(Error::Decryption),
        }
    }
}

fn encode(mac: &[u8]) -> Vec<u8> {
    let values = asn1::tlv(asn1::SET, &[&asn1::octet_string(mac)]);
    let attribute = asn1::sequence(&[&ATTRIBUTE_TYPE, &values]);
    asn1::tlv(asn1::context(1), &[&attribute])
}

/// Length of [`EnvelopeMac::into_attributes`].
pub(super) fn attributes_len() -> usize {
    encode(&[0; MAC_LEN]).len()
}

/// Finds the MAC in unprotectedAttrs; other attributes are passed over.
pub(super) fn find(attributes: &[u8]) -> Result<Option<[u8; MAC_LEN]>> {
    let mut found = None;
    for attribute in asn1::single(attributes, asn1::context(1), WHAT)?
        .fields(WHAT)?
        .collect()?
    {
        let mut fields = attribute.expect(asn1::SEQUENCE, WHAT)?.fields(WHAT)?;
        if fields.expect(asn1::OBJECT_IDENTIFIER)?.raw != ATTRIBUTE_TYPE {
            continue;
        }
        let values = fields.expect(asn1::SET)?;
        fields.finish()?;
        let value = asn1::single(values.value, asn1::OCTET_STRING, WHAT)?.value;
        let mac = value.try_into().map_err(|_| Error::malformed(WHAT))?;
        if found.replace(mac).is_some() {
            return Err(Error::malformed(WHAT));
        }
    }
    Ok(found)
}
