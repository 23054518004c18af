//! Check 17: certificates held against the authorities and the revocation list that the user names, as
//! `cert check` does. Nothing is fetched.

use ukey_pki::{Certificate, crl::Reason};

use super::{Finding, Status};
use crate::{
    certificate,
    cli::{TrustArgs, Usage},
    cmd::cert_check::{Listed, Measure},
    error::Result,
    text::{self, doctor as words},
};

/// What to measure by, if the user named anything; and what is to be said of that itself.
pub(super) fn measure(args: &TrustArgs, findings: &mut Vec<Finding>) -> Result<Option<Measure>> {
    if args.ca.is_empty() && args.crl.is_empty() {
        let message = words::authority_skipped().to_owned();
        let action = words::name_authority();
        findings.push(Finding::new(174, Status::Skipped, "", message, action));
        return Ok(None);
    }
    let measure = Measure::read(args)?;
    for (path, defect) in measure.useless_lists() {
        let subject = path.display().to_string();
        let message = text::error::sentence(defect);
        let action = words::get_list();
        findings.push(Finding::new(173, Status::Warn, &subject, message, action));
    }
    Ok(Some(measure))
}

/// About a certificate that is well in itself.
pub(super) fn check(
    measure: &Measure,
    subject: &str,
    certificate: &Certificate,
    usage: Usage,
) -> Option<Finding> {
    if !measure.has_anchors() {
        return None;
    }
    let finding = |code, status, message: String, action| {
        Some(Finding::new(code, status, subject, message, action))
    };
    if let Some(defect) = measure.chain_defect(certificate, usage) {
        let message = text::error::sentence(&defect);
        return finding(171, Status::Fail, message, words::right_authority());
    }
    match measure.listed(certificate) {
        Listed::Unknown => finding(170, Status::Ok, words::trusted().to_owned(), ""),
        Listed::Absent => finding(170, Status::Ok, words::trusted_unlisted().to_owned(), ""),
        Listed::Entry(entry) => {
            let day = certificate::day(entry.since);
            let (message, action) = match entry.reason {
                Reason::CertificateHold => (words::held(&day), words::lift_hold()),
                _ => (words::revoked(&day), words::enroll_again()),
            };
            finding(172, Status::Fail, message, action)
        }
    }
}
