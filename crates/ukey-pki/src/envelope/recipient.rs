//! RecipientInfo: the content key, encrypted to one certificate.

use ukey_crypto::{rng, sm2, sm4};
use zeroize::Zeroizing;

use super::WHAT;
use crate::algorithm::{self, AlgorithmRef};
use crate::asn1::{self, Element};
use crate::certificate::Certificate;
use crate::error::{Error, Result};
use crate::flavour::Flavour;
use crate::identifier::CertificateId;
use crate::key::{Decryptor, PublicKey};
use crate::oid;

/// A parsed recipient.
#[derive(Debug)]
pub(super) struct RecipientInfo {
    pub(super) id: CertificateId,
    encrypted_key: EncryptedKey,
}

#[derive(Debug)]
enum EncryptedKey {
    Sm2(Vec<u8>),
    Rsa(Vec<u8>),
}

/// Encrypts the content key to a certificate.
///
/// # Errors
/// [`Error::Invalid`] when its key usage does not allow encryption.
pub(super) fn make(
    certificate: &Certificate,
    content_key: &sm4::Key,
    flavour: Flavour,
) -> Result<Vec<u8>> {
    if !certificate.can_encrypt() {
        let reason = format!("\"{}\" is not for encryption", certificate.subject());
        return Err(Error::invalid("recipient certificate", reason));
    }
    let key = content_key.expose_bytes();
    let (algorithm, encrypted) = match certificate.public_key()? {
        PublicKey::Sm2(public) => (
            algorithm::without_parameters(oid::SM2_ENCRYPTION),
            public.encrypt(key)?.to_der(),
        ),
        PublicKey::Rsa(public) => (
            algorithm::with_null(oid::RSA_ENCRYPTION),
            public.encrypt_pkcs1v15(key)?,
        ),
    };
    let version = match flavour {
        Flavour::Gm => 1,
        // RFC 5652, 6.2.1: 0 with issuerAndSerialNumber.
        Flavour::Pkcs7 => 0,
    };
    Ok(asn1::sequence(&[
        &asn1::unsigned(&[version]),
        &CertificateId::of(certificate).to_der(),
        &algorithm,
        &asn1::octet_string(&encrypted),
    ]))
}

/// Reads recipientInfos. Kinds other than key transport, and unknown algorithms, are passed over:
/// they are not for us.
pub(super) fn parse_all(element: &[u8]) -> Result<Vec<RecipientInfo>> {
    let members = asn1::single(element, asn1::SET, WHAT)?
        .fields(WHAT)?
        .collect()?;
    let mut recipients = Vec::new();
    for member in members.iter().filter(|member| member.tag == asn1::SEQUENCE) {
        recipients.extend(parse(*member)?);
    }
    Ok(recipients)
}

fn parse(element: Element<'_>) -> Result<Option<RecipientInfo>> {
    let mut fields = element.fields(WHAT)?;
    match fields.expect(asn1::INTEGER)?.small(WHAT)? {
        0..=2 => {}
        other => return Err(Error::unsupported("RecipientInfo version", other)),
    }
    let id = CertificateId::from_element(fields.next()?)?;
    let algorithm = AlgorithmRef::parse(fields.next()?, WHAT)?.oid;
    let octets = fields.expect(asn1::OCTET_STRING)?.value.to_vec();
    fields.finish()?;
    let encrypted_key = match algorithm {
        // 301.3 is the standard's; the others are what other software writes in its place.
        oid::SM2_ENCRYPTION | oid::SM2_KEY_EXCHANGE | oid::SM2 | oid::SM2_SIGNATURE => {
            EncryptedKey::Sm2(octets)
        }
        oid::RSA_ENCRYPTION => EncryptedKey::Rsa(octets),
        _ => return Ok(None),
    };
    Ok(Some(RecipientInfo { id, encrypted_key }))
}

impl RecipientInfo {
    /// Decrypts the content key: one private-key operation, except for SM2 ciphertexts in raw form,
    /// whose two layouts are tried.
    ///
    /// # Errors
    /// [`Error::Decryption`] and those of the key holder.
    pub(super) fn content_key(&self, decryptor: &dyn Decryptor) -> Result<sm4::Key> {
        let key = match &self.encrypted_key {
            EncryptedKey::Sm2(octets) => decrypt_sm2(octets, decryptor)?,
            EncryptedKey::Rsa(octets) => return decrypt_rsa(octets, decryptor),
        };
        sm4::Key::try_from(key.as_slice()).map_err(|_| Error::Decryption)
    }
}

fn decrypt_sm2(octets: &[u8], decryptor: &dyn Decryptor) -> Result<Zeroizing<Vec<u8>>> {
    for ciphertext in sm2_layouts(octets) {
        match decryptor.decrypt_sm2(&ciphertext) {
            Err(Error::Decryption) => {}
            other => return other,
        }
    }
    Err(Error::Decryption)
}

/// SM2Cipher in DER; or raw in the order C1 C3 C2 or C1 C2 C3, with or without the 04 in front.
fn sm2_layouts(octets: &[u8]) -> Vec<sm2::Ciphertext> {
    if let Ok(ciphertext) = sm2::Ciphertext::from_der(octets) {
        return vec![ciphertext];
    }
    // 64 octets of C1, 32 of C3, 16 of C2; one more with the 04.
    let raw = match octets.len() {
        112 => [&[0x04], octets].concat(),
        113 => octets.to_vec(),
        _ => return Vec::new(),
    };
    [
        sm2::Ciphertext::from_c1c3c2(&raw),
        sm2::Ciphertext::from_c1c2c3(&raw),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A key that does not come out right is replaced by a random one, so that the failure shows only
/// at the end of the content and does not tell whether the padding was right (Bleichenbacher).
fn decrypt_rsa(octets: &[u8], decryptor: &dyn Decryptor) -> Result<sm4::Key> {
    let mut substitute = Zeroizing::new([0; sm4::KEY_LEN]);
    rng::fill(substitute.as_mut_slice())?;
    match decryptor.decrypt_rsa_pkcs1(octets) {
        Ok(key) if key.len() == sm4::KEY_LEN => Ok(sm4::Key::try_from(key.as_slice())?),
        Ok(_) | Err(Error::Decryption) => Ok(sm4::Key::from(*substitute)),
        Err(other) => Err(other),
    }
}
