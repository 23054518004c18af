//! Checks 4 and 7: the smart card service, readers, and what is in them.

use ukey_token::{Error, transport::TransportError};

use super::{Finding, Status, place::Place, rights};
use crate::{
    context::Context,
    target::{Found, Unusable},
    text::doctor as words,
};

pub(super) fn check(context: &Context, place: &Place, found: &Found) -> Vec<Finding> {
    let mut findings = vec![service(context, place, found)];
    let readers = found.unusable.iter().filter(|one| !one.is_service());
    findings.extend(readers.map(unusable));
    for device in &found.devices {
        let info = device.cached_info();
        let message = words::answers(&device.model(), &info.firmware_version.to_string());
        let subject = info.serial_number.to_text();
        findings.push(Finding::new(70, Status::Ok, &subject, message, ""));
    }
    if found.devices.is_empty() && findings.iter().all(|finding| finding.code / 10 != 7) {
        let readers = context.registry().readers().len();
        findings.push(match readers {
            0 => Finding::new(
                72,
                Status::Fail,
                "",
                words::no_reader().to_owned(),
                words::plug_in(),
            ),
            _ => Finding::new(
                73,
                Status::Fail,
                "",
                words::no_key(readers),
                words::plug_in(),
            ),
        });
    }
    findings
}

fn service(context: &Context, place: &Place, found: &Found) -> Finding {
    let subject = words::service();
    if !context.config.pcsc_enabled {
        return Finding::new(
            43,
            Status::Skipped,
            subject,
            words::pcsc_off().to_owned(),
            "",
        );
    }
    let failure = found
        .unusable
        .iter()
        .find(|one| one.is_service())
        .map(|one| &one.error);
    // A key that works without the service makes its absence a remark.
    let status = if found.devices.is_empty() {
        Status::Fail
    } else {
        Status::Warn
    };
    match failure {
        Some(_) if rights::socket_refuses(place) => {
            let message = words::service_refused().to_owned();
            Finding::new(42, status, subject, message, words::ask_for_rights())
        }
        None => Finding::new(40, Status::Ok, subject, words::service_ok().to_owned(), ""),
        Some(Error::Transport(TransportError::AccessRefused)) => {
            let message = words::service_refused().to_owned();
            Finding::new(42, status, subject, message, words::ask_for_rights())
        }
        Some(Error::Transport(TransportError::NoService)) => {
            let message = words::no_service().to_owned();
            Finding::new(41, status, subject, message, words::start_service())
        }
        Some(other) => {
            let message = crate::text::error::token(other);
            Finding::new(44, status, subject, message, words::restart_service())
        }
    }
}

fn unusable(one: &Unusable) -> Finding {
    let why = crate::text::error::unusable_why(one);
    let message = crate::text::error::sentence(&why);
    let (code, action) = match (&one.image, &one.error) {
        (Some(_), _) => (76, words::mend_image()),
        (None, Error::ForeignCard) => (74, words::take_out()),
        (None, Error::Busy) => (75, words::close_others()),
        _ => (71, words::plug_again()),
    };
    Finding::new(code, Status::Fail, &one.reader, message, action)
}
