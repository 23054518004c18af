//! Check 10: each pair has a certificate, which is readable, fits the key, is within its dates and
//! allows what the pair is for.

use time::OffsetDateTime;
use ukey_pki::Certificate;
use ukey_token::view::{ObjectView, Side};

use super::{Finding, Status, authority};
use crate::{
    certificate,
    cli::Usage,
    cmd::{cert, cert_check::Measure},
    retired,
    text::{self, doctor as words},
};

/// Days before the end at which to speak up.
const SOON_DAYS: i64 = 30;

/// Retired pairs are check 11's: they only decrypt, which needs no certificate in force. With a
/// `measure`, check 17 looks at the certificates that are well.
pub(super) fn check(
    token: &str,
    view: &ObjectView,
    measure: Option<&Measure>,
    findings: &mut Vec<Finding>,
) {
    if view.containers.is_empty() {
        let message = words::no_keys().to_owned();
        findings.push(Finding::new(
            101,
            Status::Warn,
            token,
            message,
            words::enroll(),
        ));
    }
    let containers = view.containers.iter();
    for container in containers.filter(|one| !retired::is_retired(one, &view.containers)) {
        for usage in [Usage::Sign, Usage::Encrypt] {
            let subject = format!("{} ({})", container.name, text::usage_word(usage));
            let side = cert::side(container, usage);
            let found = check_side(&subject, side, usage);
            let is_well = found.as_ref().is_some_and(|one| one.status != Status::Fail);
            if let Some(measure) = measure.filter(|_| is_well) {
                let certificate = side.certificate.as_deref().map(Certificate::from_der);
                let certificate = certificate.and_then(|read| read.ok());
                findings.extend(
                    certificate.and_then(|one| authority::check(measure, &subject, &one, usage)),
                );
            }
            findings.extend(found);
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
            words::no_certificate().to_owned(),
            words::get_certificate(),
        ),
        (None, Some(_)) => finding(
            103,
            Status::Fail,
            words::pair_missing().to_owned(),
            words::restore_key(),
        ),
        (Some(key), Some(der)) => {
            let Ok(certificate) = Certificate::from_der(der) else {
                let message = words::unreadable().to_owned();
                return finding(104, Status::Fail, message, words::import_again());
            };
            if !certificate::certifies(&certificate, key) {
                let message = words::wrong_key().to_owned();
                return finding(105, Status::Fail, message, words::import_right());
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
        return finding(106, Status::Fail, message, words::import_right());
    }
    let name = certificate::short_name(certificate.as_der());
    let validity = certificate.validity();
    let now = OffsetDateTime::now_utc();
    let end = certificate::day(validity.not_after);
    match certificate::days_left(validity.not_after) {
        _ if now < validity.not_before => {
            let message = words::not_yet(&name, &certificate::day(validity.not_before));
            finding(107, Status::Fail, message, words::check_clock())
        }
        _ if now > validity.not_after => finding(
            108,
            Status::Fail,
            words::expired(&name, &end),
            words::renew_expired(),
        ),
        left if left <= SOON_DAYS => finding(
            109,
            Status::Warn,
            words::ends_soon(&name, &end, left),
            words::renew_soon(),
        ),
        left => finding(100, Status::Ok, words::valid(&name, &end, left), ""),
    }
}

#[cfg(test)]
mod tests;
