//! Checks 4 and 7: the smart card service, readers, and what is in them.

use ukey_token::{Error, transport::TransportError};

use super::{Finding, Status, place::Place, rights};
use crate::{context::Context, target::Found, text::doctor as words};

pub(super) fn check(context: &Context, place: &Place, found: &Found) -> Vec<Finding> {
    let mut findings = vec![service(context, place, found)];
    for (reader, error) in found
        .unusable
        .iter()
        .filter(|(name, _)| name != words::SERVICE)
    {
        findings.push(unusable(reader, error));
    }
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
                words::NO_READER.to_owned(),
                words::PLUG_IN,
            ),
            _ => Finding::new(73, Status::Fail, "", words::no_key(readers), words::PLUG_IN),
        });
    }
    findings
}

fn service(context: &Context, place: &Place, found: &Found) -> Finding {
    let subject = words::SERVICE;
    if !context.config.pcsc_enabled {
        return Finding::new(43, Status::Skipped, subject, words::PCSC_OFF.to_owned(), "");
    }
    let failure = found
        .unusable
        .iter()
        .find(|(name, _)| name == subject)
        .map(|(_, e)| e);
    // A key that works without the service makes its absence a remark.
    let status = if found.devices.is_empty() {
        Status::Fail
    } else {
        Status::Warn
    };
    match failure {
        Some(_) if rights::socket_refuses(place) => {
            let message = words::SERVICE_REFUSED.to_owned();
            Finding::new(42, status, subject, message, words::ASK_FOR_RIGHTS)
        }
        None => Finding::new(40, Status::Ok, subject, words::SERVICE_OK.to_owned(), ""),
        Some(Error::Transport(TransportError::AccessRefused)) => {
            let message = words::SERVICE_REFUSED.to_owned();
            Finding::new(42, status, subject, message, words::ASK_FOR_RIGHTS)
        }
        Some(Error::Transport(TransportError::NoService)) => {
            let message = words::NO_SERVICE.to_owned();
            Finding::new(41, status, subject, message, words::START_SERVICE)
        }
        Some(other) => {
            let message = crate::text::error::token(other);
            Finding::new(44, status, subject, message, words::START_SERVICE)
        }
    }
}

fn unusable(reader: &str, error: &Error) -> Finding {
    let message = crate::text::error::sentence(&crate::text::error::token(error));
    let (code, action) = match error {
        Error::ForeignCard => (74, words::TAKE_OUT),
        Error::Busy => (75, words::CLOSE_OTHERS),
        _ => (71, words::PLUG_AGAIN),
    };
    Finding::new(code, Status::Fail, reader, message, action)
}
