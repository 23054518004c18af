//! `listCertificates`: what is on all tokens, for a page that may see it.

use super::Context;
use crate::error::Result;
use crate::request::base64;
use crate::token::Held;
use serde::Deserialize;
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use ukey_pki::PublicKey;
use ukey_token::KeyUsage;

/// What to leave out. Everything that is not said is not looked at.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Filter {
    usage: Option<Usage>,
    algorithm: Option<Algorithm>,
    /// Part of the issuer's name.
    issuer: Option<String>,
    /// Only those that are valid now.
    #[serde(default)]
    valid: bool,
}

#[derive(Deserialize, PartialEq, Eq, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum Usage {
    Sign,
    Encrypt,
}

#[derive(Deserialize, PartialEq, Eq, Clone, Copy)]
enum Algorithm {
    #[serde(rename = "SM2")]
    Sm2,
    #[serde(rename = "RSA")]
    Rsa,
}

pub(super) fn run(context: &Context<'_>) -> Result<Value> {
    let filter: Filter = context.request.params()?;
    context.consent()?;
    let listed: Vec<Value> = context
        .tokens
        .certificates()?
        .iter()
        .filter(|held| filter.lets_through(held))
        .map(describe)
        .collect();
    Ok(Value::Array(listed))
}

impl Filter {
    fn lets_through(&self, held: &Held) -> bool {
        self.usage.is_none_or(|usage| usage == usage_of(held))
            && self
                .algorithm
                .is_none_or(|algorithm| algorithm == algorithm_of(held))
            && self.issuer.as_ref().is_none_or(|part| {
                held.certificate
                    .issuer()
                    .to_string()
                    .contains(part.as_str())
            })
            && (!self.valid || held.is_valid())
    }
}

fn usage_of(held: &Held) -> Usage {
    match held.usage {
        KeyUsage::Signature => Usage::Sign,
        KeyUsage::Encryption => Usage::Encrypt,
    }
}

fn algorithm_of(held: &Held) -> Algorithm {
    match held.public_key {
        PublicKey::Sm2(_) => Algorithm::Sm2,
        _ => Algorithm::Rsa,
    }
}

fn describe(held: &Held) -> Value {
    let certificate = &held.certificate;
    let validity = certificate.validity();
    json!({
        "id": held.id,
        "pairId": held.pair_id,
        "usage": match usage_of(held) { Usage::Sign => "sign", Usage::Encrypt => "encrypt" },
        "algorithm": match algorithm_of(held) { Algorithm::Sm2 => "SM2", Algorithm::Rsa => "RSA" },
        "subject": certificate.subject().to_string(),
        "commonName": certificate.subject().common_name(),
        "issuer": certificate.issuer().to_string(),
        "serial": certificate.serial_hex(),
        "notBefore": validity.not_before.format(&Rfc3339).unwrap_or_default(),
        "notAfter": validity.not_after.format(&Rfc3339).unwrap_or_default(),
        "der": base64(certificate.as_der()),
    })
}
