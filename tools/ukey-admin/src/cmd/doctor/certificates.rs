//! Check 10: each pair has a certificate, which is readable, fits the key, is within its dates and
//! allows what the pair is for.

use time::OffsetDateTime;
use ukey_pki::Certificate;
use ukey_token::view::{ObjectView, Side};

use super::{Finding, Status};
use crate::{
    certificate,
    cli::Usage,
    cmd::cert,
    text::{self, doctor as words},
};

/// Days before the end at which to speak up.
const SOON_DAYS: i64 = 30;

pub(super) fn check(token: &str, view: &ObjectView, findings: &mut Vec<Finding>) {
    if view.containers.is_empty() {
        let message = words::NO_KEYS.to_owned();
        findings.push(Finding::new(
            101,
            Status::Warn,
            token,
            message,
            words::ENROLL,
        ));
    }
    for container in &view.containers {
        for usage in [Usage::Sign, Usage::Encrypt] {
            let subject = format!("{} ({})", container.name, text::usage_word(usage));
            findings.extend(check_side(&subject, cert::side(container, usage), usage));
        }
    }
}

fn check_side(subject: &str, side: &Side, usage: Usage) -> Option<Finding> {
    let finding = |code, status, message: String, action| {
        Some(Finding::new(code, status, subject, message, action))
    };
    match (&side.public_key, &side.certificate) {
        (None, None) => None,
        (Some(_), None) => finding(
            102,
            Status::Warn,
            words::NO_CERTIFICATE.to_owned(),
            words::GET_CERTIFICATE,
        ),
        (None, Some(_)) => finding(
            103,
            Status::Fail,
            words::NO_KEY.to_owned(),
            words::RESTORE_KEY,
        ),
        (Some(key), Some(der)) => {
            let Ok(certificate) = Certificate::from_der(der) else {
                let message = words::UNREADABLE.to_owned();
                return finding(104, Status::Fail, message, words::IMPORT_AGAIN);
            };
            if !certificate::certifies(&certificate, key) {
                let message = words::WRONG_KEY.to_owned();
                return finding(105, Status::Fail, message, words::IMPORT_RIGHT);
            }
            Some(check_certificate(subject, &certificate, usage))
        }
    }
}

/// Usage and dates of a certificate that fits its key.
fn check_certificate(subject: &str, certificate: &Certificate, usage: Usage) -> Finding {
    let finding =
        |code, status, message, action| Finding::new(code, status, subject, message, action);
    if cert::check_usage(certificate, usage).is_err() {
        let message = text::error::sentence(&text::error::key_usage(usage));
        return finding(106, Status::Fail, message, words::IMPORT_RIGHT);
    }
    let name = certificate::short_name(certificate.as_der());
    let validity = certificate.validity();
    let now = OffsetDateTime::now_utc();
    let end = certificate::day(validity.not_after);
    match certificate::days_left(validity.not_after) {
        _ if now < validity.not_before => {
            let message = words::not_yet(&name, &certificate::day(validity.not_before));
            finding(107, Status::Fail, message, words::CHECK_CLOCK)
        }
        _ if now > validity.not_after => finding(
            108,
            Status::Fail,
            words::expired(&name, &end),
            words::RENEW_EXPIRED,
        ),
        left if left <= SOON_DAYS => finding(
            109,
            Status::Warn,
            words::ends_soon(&name, &end, left),
            words::RENEW_SOON,
        ),
        left => finding(100, Status::Ok, words::valid(&name, &end, left), ""),
    }
}

#[cfg(test)]
mod tests;
