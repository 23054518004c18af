//! Check 11: which pair, in use or retired, would open a file. No PIN is needed to know.

use std::path::Path;

use ukey_pki::envelope::EnvelopeReader;
use ukey_token::Device;

use super::{Finding, Status};
use crate::{
    cmd::decrypt,
    context::Context,
    error::{Error, Result},
    files, retired, target,
    text::doctor as words,
};

pub(super) fn check(
    context: &Context,
    path: &Path,
    devices: &[Device],
    findings: &mut Vec<Finding>,
) -> Result<()> {
    let subject = path.display().to_string();
    let finding = |code, status, message: String, action| {
        Finding::new(code, status, &subject, message, action)
    };
    let envelope = match EnvelopeReader::new(files::open(path)?.reader) {
        Ok(envelope) => envelope,
        Err(e) => {
            let message = words::not_an_envelope(&Error::from(e).to_string());
            findings.push(finding(112, Status::Fail, message, words::get_again()));
            return Ok(());
        }
    };
    let before = findings.len();
    for device in devices {
        let Ok(application) = target::application(context, device) else {
            continue;
        };
        let view = application.view()?;
        for pair in decrypt::pairs(&application)? {
            if !envelope.recipients().any(|id| id.names(&pair.certificate)) {
                continue;
            }
            let is_retired = view.containers.iter().any(|container| {
                container.name == pair.container && retired::is_retired(container, &view.containers)
            });
            let key = target::display_name(device);
            let message = words::opens(&key, &pair.container, is_retired);
            findings.push(finding(110, Status::Ok, message, ""));
        }
    }
    if findings.len() == before {
        let recipients: Vec<String> = envelope.recipients().map(ToString::to_string).collect();
        let message = words::opens_not(&recipients);
        findings.push(finding(111, Status::Fail, message, words::plug_right()));
    }
    Ok(())
}
