//! What to say about a certificate, and which pair it belongs to.

use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339, macros::format_description};
use ukey_crypto::hash::HashAlg;
use ukey_pki::Certificate;
use ukey_token::view::PublicKey;

use crate::text;

/// Common name, or the whole subject, or what is wrong with the bytes.
pub(crate) fn short_name(der: &[u8]) -> String {
    match Certificate::from_der(der) {
        Ok(certificate) => match certificate.subject().common_name() {
            Some(name) => name.to_owned(),
            None => certificate.subject().to_string(),
        },
        Err(_) => text::unreadable_certificate().to_owned(),
    }
}

/// A certificate for `--json`, as far as it can be read.
pub(crate) fn data(der: &[u8]) -> Value {
    let Ok(certificate) = Certificate::from_der(der) else {
        return json!({ "readable": false });
    };
    let validity = certificate.validity();
    json!({
        "readable": true,
        "subject": certificate.subject().to_string(),
        "issuer": certificate.issuer().to_string(),
        "serial": certificate.serial_hex(),
        "not_before": rfc3339(validity.not_before),
        "not_after": rfc3339(validity.not_after),
        "days_left": days_left(validity.not_after),
        "can_sign": certificate.can_sign(),
        "can_encrypt": certificate.can_encrypt(),
        "sha256": hex(&certificate.fingerprint(HashAlg::Sha256)),
    })
}

/// Whole days until `end`; negative when it has passed.
pub(crate) fn days_left(end: OffsetDateTime) -> i64 {
    (end - OffsetDateTime::now_utc()).whole_days()
}

/// A moment for programs.
pub(crate) fn rfc3339(moment: OffsetDateTime) -> String {
    moment.format(&Rfc3339).unwrap_or_default()
}

/// A day for people.
pub(crate) fn day(moment: OffsetDateTime) -> String {
    moment
        .format(format_description!("[year]-[month]-[day]"))
        .unwrap_or_default()
}

/// Whether the certificate certifies this key.
pub(crate) fn certifies(certificate: &Certificate, key: &PublicKey) -> bool {
    certificate
        .public_key()
        .is_ok_and(|certified| certified == to_pki(key))
}

/// The same key in the other crate's type.
pub(crate) fn to_pki(key: &PublicKey) -> ukey_pki::PublicKey {
    match key {
        PublicKey::Sm2(key) => ukey_pki::PublicKey::Sm2(*key),
        PublicKey::Rsa(key) => ukey_pki::PublicKey::Rsa(key.clone()),
    }
}

/// Upper-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}
