//! `authenticate`: proof of possession for one site.
//!
//! What is signed is [`ukey_pki::login::auth_message`]: the origin is the browser's word, so a
//! signature made for one site is worthless at another; `sign` refuses data that begins with its label.

use super::Context;
use crate::error::{Code, Error, Result};
use crate::request::base64;
use crate::text;
use crate::token::{Held, PromptingKey};
use serde::Deserialize;
use serde_json::{Value, json};
use ukey_crypto::{hash::HashAlg, sm2};
use ukey_pki::login::auth_message;
use ukey_pki::{PublicKey, Signer};
use ukey_token::KeyUsage;

/// Shortest and longest nonce, in characters of base64: at least 256 bits of randomness.
const NONCE_LENS: core::ops::RangeInclusive<usize> = 44..=128;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Params {
    nonce: String,
    cert_id: Option<String>,
}

pub(super) fn run(context: &mut Context<'_>) -> Result<Value> {
    let params: Params = context.request.params()?;
    check_nonce(&params.nonce)?;
    let held = match &params.cert_id {
        Some(id) => context.certificate(id)?,
        None => {
            context.consent()?;
            let id = only_signing_certificate(context)?;
            context.certificate(&id)?
        }
    };
    if held.usage != KeyUsage::Signature {
        return Err(Error::bad_params("not a certificate for signatures"));
    }
    held.must_be_valid()?;
    let key = PromptingKey {
        held: &held,
        asker: &context.asker,
        operation: text::LOG_IN,
        facts: &Vec::new(),
    };
    let origin = context.request.origin.as_str();
    let (algorithm, signature) = match &held.public_key {
        PublicKey::Sm2(public) => {
            let message = auth_message(HashAlg::Sm3, origin, &params.nonce);
            let digest = public
                .message_digest(sm2::DEFAULT_ID, &message)
                .map_err(|e| Error::internal(&e))?;
            let signature = key.sign_sm2_digest(&digest)?;
            ("SM2-SM3", signature.to_bytes().to_vec())
        }
        PublicKey::Rsa(_) => {
            let message = auth_message(HashAlg::Sha256, origin, &params.nonce);
            let info = HashAlg::Sha256
                .digest_info(&HashAlg::Sha256.digest(&message))
                .map_err(|e| Error::internal(&e))?;
            ("RS256", key.sign_rsa_pkcs1(&info)?)
        }
        _ => return Err(Error::new(Code::Unsupported, "unsupported key type")),
    };
    Ok(json!({
        "format": "ukey-auth:1.0",
        "unverifiedCertificate": base64(held.certificate.as_der()),
        "algorithm": algorithm,
        "signature": base64(&signature),
        "appVersion": concat!("https://ukey/agent/", env!("CARGO_PKG_VERSION")),
    }))
}

fn check_nonce(nonce: &str) -> Result<()> {
    let is_base64 = nonce
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"+/=-_".contains(&byte));
    if is_base64 && NONCE_LENS.contains(&nonce.len()) {
        Ok(())
    } else {
        Err(Error::bad_params(
            "the nonce is 44 to 128 characters of base64",
        ))
    }
}

fn only_signing_certificate(context: &Context<'_>) -> Result<String> {
    let held: Vec<Held> = context
        .tokens
        .certificates()?
        .into_iter()
        .filter(|held| held.usage == KeyUsage::Signature && held.is_valid())
        .collect();
    match held.as_slice() {
        [one] => Ok(one.id.clone()),
        [] => Err(Error::new(Code::NoCert, "no valid signing certificate")),
        _ => Err(Error::bad_params("several certificates: choose one")),
    }
}
