//! Checks 8, 9 and 11: applications and space, PINs and their tries, retired pairs.

use ukey_pki::Certificate;
use ukey_token::{Application, Device, PinInfo, PinState, view::ObjectView};

use super::{Finding, Status, certificates};
use crate::{
    certificate,
    cli::PinRole,
    cmd::{cert_check::Measure, device::ApplicationPins, renew::LITTLE_SPACE},
    context::Context,
    error::{Error, Result},
    retired, target,
    text::{self, doctor as words},
};

/// Tries left at which one should stop and think.
const FEW_TRIES: u8 = 2;

/// Everything about one token. A token that stops answering is a finding too.
pub(super) fn check(
    context: &Context,
    device: &Device,
    measure: Option<&Measure>,
    findings: &mut Vec<Finding>,
) {
    if let Err(error) = look(context, device, measure, findings) {
        findings.push(stopped(device, &error));
    }
}

/// A token that answered first and then no more.
pub(super) fn stopped(device: &Device, error: &Error) -> Finding {
    let serial = device.cached_info().serial_number.to_text();
    let message = text::error::sentence(&error.to_string());
    let action = match device.is_removed() {
        true => words::plug_in(),
        false => words::plug_again(),
    };
    Finding::new(84, Status::Fail, &serial, message, action)
}

fn look(
    context: &Context,
    device: &Device,
    measure: Option<&Measure>,
    findings: &mut Vec<Finding>,
) -> Result<()> {
    let info = device.info()?;
    let serial = info.serial_number.to_text();
    let names = device.applications()?;
    if names.is_empty() {
        let message = words::blank().to_owned();
        findings.push(Finding::new(
            81,
            Status::Fail,
            &serial,
            message,
            words::initialise(),
        ));
        return Ok(());
    }
    let wanted = context.global.application.as_ref();
    let chosen: Vec<&String> = names
        .iter()
        .filter(|name| wanted.is_none_or(|wanted| wanted == *name))
        .collect();
    if chosen.is_empty() {
        let message = words::no_application().to_owned();
        findings.push(Finding::new(
            82,
            Status::Fail,
            &serial,
            message,
            words::choose_application(),
        ));
    }
    findings.push(match info.free_space {
        free if free < LITTLE_SPACE => {
            let message = words::little_space(free.into());
            Finding::new(83, Status::Warn, &serial, message, words::make_room())
        }
        free => Finding::new(
            80,
            Status::Ok,
            &serial,
            words::applications(&names, free.into()),
            "",
        ),
    });
    for name in chosen {
        application(&device.application(name), measure, findings)?;
    }
    Ok(())
}

fn application(
    application: &Application,
    measure: Option<&Measure>,
    findings: &mut Vec<Finding>,
) -> Result<()> {
    let device = application.device();
    let pins = ApplicationPins::read(device, application.name().to_owned())?;
    let can_unblock = pins.so.tries_left > 0;
    findings.push(user_pin(application.name(), &pins.user, can_unblock));
    findings.push(so_pin(application.name(), &pins.so));
    let view = application.view()?;
    certificates::check(&target::display_name(device), &view, measure, findings);
    findings.extend(retired_pairs(&view));
    Ok(())
}

/// Check 11: what opens older files is still able to. Whether it decrypts needs the PIN.
fn retired_pairs(view: &ObjectView) -> Vec<Finding> {
    let containers = view.containers.iter();
    let retired = containers.filter(|one| retired::is_retired(one, &view.containers));
    retired
        .map(|container| {
            let pair = &container.encryption;
            let certified = || {
                let certificate = Certificate::from_der(pair.certificate.as_deref()?).ok()?;
                let key = pair.public_key.as_ref()?;
                certificate::certifies(&certificate, key).then_some(certificate)
            };
            let finding = |code, status, message: String, action| {
                Finding::new(code, status, &container.name, message, action)
            };
            match certified() {
                Some(certificate) => {
                    let message = words::opens_older(&certificate.serial_hex());
                    finding(113, Status::Ok, message, "")
                }
                None => {
                    let message = words::retired_broken().to_owned();
                    finding(114, Status::Fail, message, words::recover_pair())
                }
            }
        })
        .collect()
}

/// `can_unblock`: the SO PIN, which sets and unblocks this one, has tries left.
fn user_pin(application: &str, info: &PinInfo, can_unblock: bool) -> Finding {
    let (code, status, action) = match (info.state, info.tries_left) {
        (PinState::NotSet, _) if can_unblock => (93, Status::Fail, words::set_pin()),
        (PinState::NotSet, _) => (93, Status::Fail, words::initialise()),
        (_, 0) if can_unblock => (92, Status::Fail, words::unblock()),
        (_, 0) => (92, Status::Fail, words::replace_key()),
        _ => tries(info),
    };
    pin(application, PinRole::User, info, (code, status, action))
}

fn so_pin(application: &str, info: &PinInfo) -> Finding {
    let found = match info.tries_left {
        0 => (95, Status::Warn, words::so_locked()),
        _ => tries(info),
    };
    pin(application, PinRole::So, info, found)
}

/// Of a PIN that can be entered.
fn tries(info: &PinInfo) -> (u16, Status, &'static str) {
    match info.tries_left {
        left if left <= FEW_TRIES && left < info.max_tries => {
            (91, Status::Warn, words::few_tries())
        }
        _ => (90, Status::Ok, ""),
    }
}

fn pin(
    application: &str,
    role: PinRole,
    info: &PinInfo,
    (code, status, action): (u16, Status, &'static str),
) -> Finding {
    let message = words::pin(text::role_capital(role), &text::pin_state(info));
    Finding::new(code, status, application, message, action)
}
