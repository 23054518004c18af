//! Signatures that pages had made: bare ones, and signed messages of GB/T 35275 and RFC 5652.

use crate::trust::Trust;
use crate::{Refusal, Result};
use std::io::Read;
use time::OffsetDateTime;
use ukey_pki::signed_data::{Content, SignedMessage, VerifyOptions};
use ukey_pki::{Certificate, PublicKey, SignatureAlgorithm};

/// Checks a bare signature over `message`: SM2 with SM3 and the usual id, as r ‖ s or DER; RSA
/// PKCS#1 v1.5 with SHA-256.
///
/// # Errors
/// [`Refusal::Signature`].
pub fn check_bare(key: &PublicKey, message: &[u8], signature: &[u8]) -> Result<()> {
    key.verify_message(SignatureAlgorithm::for_key(key), message, signature)
        .map_err(|_| Refusal::Signature)
}

/// Checks a bare signature and the certificate of its maker.
///
/// # Errors
/// Those of [`Trust::check_signer`], [`Refusal::Signature`].
pub fn verify_bare(
    certificate: &Certificate,
    message: &[u8],
    signature: &[u8],
    trust: &Trust,
    at: OffsetDateTime,
) -> Result<()> {
    trust.check_signer(certificate, &[], at)?;
    let key = certificate.public_key().map_err(Refusal::Certificate)?;
    check_bare(&key, message, signature)
}

/// Checks a signed message: every signer's signature, certificate and revocation. `content` is the
/// data of a detached one, read once. Gives the signers' certificates, in order; never none.
///
/// # Errors
/// [`Refusal::Malformed`], [`Refusal::Signature`], those of [`Trust::check_signer`].
pub fn verify_message(
    message: &[u8],
    content: Option<&mut dyn Read>,
    trust: &Trust,
    at: OffsetDateTime,
) -> Result<Vec<Certificate>> {
    let malformed = |_| Refusal::Malformed("signed message");
    let mut message = SignedMessage::from_file_bytes(message).map_err(malformed)?;
    let further = message.certificates().to_vec();
    let content = match content {
        Some(content) => Content::External(content),
        None => Content::Embedded,
    };
    let mut options = VerifyOptions::default();
    options.anchors = trust.anchors().to_vec();
    options.certificates = trust.intermediates().to_vec();
    options.at = Some(at);
    let verification = message.verify(content, &options).map_err(malformed)?;
    if !verification.is_intact() {
        return Err(Refusal::Signature);
    }
    let mut signers = Vec::new();
    for signer in verification.signers {
        let certificate = signer.certificate.ok_or(Refusal::Signature)?;
        trust.check_signer(&certificate, &further, at)?;
        signers.push(certificate);
    }
    Ok(signers)
}
