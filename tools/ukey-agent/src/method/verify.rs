//! `verify`: bare signatures and signed messages. Says whether the data is what the holder of the
//! certificate's key signed; whether to trust the certificate is the server's business.

use super::Context;
use crate::error::{Error, Result};
use crate::request::{Bytes, base64};
use serde::Deserialize;
use serde_json::{Value, json};
use ukey_crypto::hash::HashAlg;
use ukey_pki::signed_data::{Content, SignedMessage, VerifyOptions};
use ukey_pki::{Certificate, PublicKey, SignatureAlgorithm};

/// What bare RSA signatures are met with; SHA-1 on old documents.
const RSA: &[SignatureAlgorithm] = &[
    SignatureAlgorithm::Rsa(HashAlg::Sha256),
    SignatureAlgorithm::Rsa(HashAlg::Sha384),
    SignatureAlgorithm::Rsa(HashAlg::Sha512),
    SignatureAlgorithm::Rsa(HashAlg::Sha1),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Params {
    /// The data, unless a signed message contains it.
    data: Option<Bytes>,
    signature: Bytes,
    /// Certificate of a bare signature; a signed message has its own.
    certificate: Option<Bytes>,
}

pub(super) fn run(context: &Context<'_>) -> Result<Value> {
    let params: Params = context.request.params()?;
    match (&params.certificate, &params.data) {
        (Some(certificate), Some(data)) => bare(&certificate.0, &data.0, &params.signature.0),
        (Some(_), None) => Err(Error::bad_params("a bare signature needs its data")),
        (None, data) => message(&params.signature.0, data.as_ref()),
    }
}

fn bare(certificate: &[u8], data: &[u8], signature: &[u8]) -> Result<Value> {
    let certificate = Certificate::from_file_bytes(certificate)
        .map_err(|_| Error::bad_params("not a certificate"))?;
    let key = certificate.public_key()?;
    let algorithms: &[SignatureAlgorithm] = match key {
        PublicKey::Rsa(_) => RSA,
        _ => &[SignatureAlgorithm::Sm2WithSm3],
    };
    let valid = algorithms
        .iter()
        .any(|algorithm| key.verify_message(*algorithm, data, signature).is_ok());
    Ok(json!({ "valid": valid }))
}

fn message(signature: &[u8], data: Option<&Bytes>) -> Result<Value> {
    let mut message = SignedMessage::from_file_bytes(signature)?;
    let mut inner = Vec::new();
    let detached = message.is_detached();
    let mut given = data.map(|Bytes(data)| data.as_slice());
    let content = match &mut given {
        Some(data) => Content::External(data),
        None if detached => return Err(Error::bad_params("the data is not in the message")),
        None => Content::EmbeddedTo(&mut inner),
    };
    let verification = message.verify(content, &VerifyOptions::default())?;
    let certificates: Vec<String> = verification
        .signers
        .iter()
        .filter_map(|signer| signer.certificate.as_ref())
        .map(|certificate| base64(certificate.as_der()))
        .collect();
    let valid = verification.is_intact();
    Ok(json!({
        "valid": valid,
        "signers": certificates,
        "data": (valid && !detached && data.is_none()).then(|| base64(&inner)),
    }))
}
