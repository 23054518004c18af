//! `SOF_GetCertInfo` with the vendor's numbers, which differ from those of GM/T 0006 from 8 on.

use crate::request::base64;
use time::OffsetDateTime;
use time::macros::format_description;
use ukey_pki::{Certificate, Name, oid};

/// The field of this number, or none where nobody knows what it would be.
pub(super) fn field(certificate: &Certificate, number: u32) -> Option<String> {
    let part = |name: &Name, kind| name.get(kind).unwrap_or_default().to_owned();
    let validity = certificate.validity();
    Some(match number {
        // Version 3 is the one with extensions; nobody makes version 2.
        1 => match certificate.extensions() {
            [] => "1".to_owned(),
            _ => "3".to_owned(),
        },
        2 => certificate.serial_hex(),
        5 => certificate.issuer().to_string(),
        7 => certificate.subject().to_string(),
        8 => part(certificate.issuer(), oid::COMMON_NAME),
        11 => instant(validity.not_before),
        12 => instant(validity.not_after),
        14 => part(certificate.subject(), oid::ORGANIZATION_NAME),
        15 => part(certificate.subject(), oid::ORGANIZATIONAL_UNIT_NAME),
        17 => part(certificate.subject(), oid::COMMON_NAME),
        20 => base64(certificate.spki_der()),
        _ => return None,
    })
}

/// `yyyyMMddHHmmss`, UTC.
fn instant(at: OffsetDateTime) -> String {
    let form = format_description!("[year][month][day][hour][minute][second]");
    at.format(&form).unwrap_or_default()
}
