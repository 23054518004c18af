//! `device list` and `device info`; `device init` has its own file.

use serde_json::{Value, json};
use ukey_token::{Device, PinInfo, PinState, PinType};

use super::{init, watch};
use crate::{
    cli::DeviceCommand,
    context::Context,
    error::{Error, Result},
    output::{self, Outcome},
    target,
    text::{self, label},
};

pub(crate) fn run(context: &Context, command: &DeviceCommand) -> Result<Outcome> {
    match command {
        DeviceCommand::List => list(context),
        DeviceCommand::Watch(args) => watch::run(context, *args),
        DeviceCommand::Info => info(context),
        DeviceCommand::Init(args) => init::run(context, args),
    }
}

fn list(context: &Context) -> Result<Outcome> {
    let found = target::look(context);
    if found.devices.is_empty() {
        return Err(Error::NoDevice {
            selected: false,
            readers: found.unusable,
        });
    }
    // A service that is not there does not matter while there are keys without it.
    let readers = found
        .unusable
        .iter()
        .filter(|unusable| !unusable.is_service());
    for unusable in readers {
        context.talk.warn(&text::error::unusable(unusable));
    }
    let mut rows = Vec::new();
    let mut devices = Vec::new();
    for device in &found.devices {
        let info = device.cached_info();
        let applications = device.applications()?;
        rows.push(vec![
            info.serial_number.to_text(),
            or_none(&info.label.to_text()),
            info.manufacturer.to_text(),
            or_none(&applications.join(", ")),
            device.reader_name().to_owned(),
        ]);
        devices.push(json!({
            "serial": info.serial_number.to_text(),
            "label": info.label.to_text(),
            "manufacturer": info.manufacturer.to_text(),
            "model": device.model(),
            "applications": applications,
            "reader": device.reader_name(),
        }));
    }
    let text = output::table(
        &[
            label::serial(),
            label::label(),
            label::manufacturer(),
            label::applications(),
            label::reader(),
        ],
        &rows,
    );
    Ok(Outcome::new(json!({ "devices": devices }), text))
}

fn or_none(text: &str) -> String {
    if text.is_empty() {
        text::none().to_owned()
    } else {
        text.to_owned()
    }
}

fn info(context: &Context) -> Result<Outcome> {
    let device = target::device(context)?;
    let info = device.info()?;
    let applications = device
        .applications()?
        .into_iter()
        .map(|name| ApplicationPins::read(&device, name))
        .collect::<Result<Vec<_>>>()?;
    let mut rows = vec![
        (label::serial_number(), info.serial_number.to_text()),
        (label::label(), or_none(&info.label.to_text())),
        (label::manufacturer(), info.manufacturer.to_text()),
        (label::issuer(), info.issuer.to_text()),
        (label::model(), device.model()),
        (label::hardware_version(), info.hw_version.to_string()),
        (label::firmware_version(), info.firmware_version.to_string()),
        (
            label::specification(),
            info.specification_version.to_string(),
        ),
        (
            label::extension(),
            text::yes_no(device.has_extension()).to_owned(),
        ),
        (
            label::free_space(),
            text::free_space(info.free_space.into(), info.total_space.into()),
        ),
        (label::reader(), device.reader_name().to_owned()),
    ];
    if applications.is_empty() {
        rows.push((label::application(), text::blank_key().to_owned()));
    }
    for application in &applications {
        rows.push((label::application(), application.line()));
    }
    let data = json!({
        "serial": info.serial_number.to_text(),
        "label": info.label.to_text(),
        "manufacturer": info.manufacturer.to_text(),
        "issuer": info.issuer.to_text(),
        "model": device.model(),
        "hardware_version": info.hw_version.to_string(),
        "firmware_version": info.firmware_version.to_string(),
        "specification_version": info.specification_version.to_string(),
        "extension": device.has_extension(),
        "total_space": info.total_space,
        "free_space": info.free_space,
        "reader": device.reader_name(),
        "applications": applications.iter().map(ApplicationPins::data).collect::<Vec<_>>(),
    });
    Ok(Outcome::new(data, output::fields(&rows)))
}

/// An application with the state of both PINs.
pub(crate) struct ApplicationPins {
    pub(crate) name: String,
    pub(crate) user: PinInfo,
    pub(crate) so: PinInfo,
}

impl ApplicationPins {
    /// Asks the token; spends no try.
    pub(crate) fn read(device: &Device, name: String) -> Result<Self> {
        let application = device.application(&name);
        let user = application.pin_info(PinType::User)?;
        let so = application.pin_info(PinType::Admin)?;
        Ok(Self { name, user, so })
    }

    fn line(&self) -> String {
        text::application_pins(
            &self.name,
            &text::pin_state(&self.user),
            &text::pin_state(&self.so),
        )
    }

    /// For `--json`.
    pub(crate) fn data(&self) -> Value {
        json!({ "name": self.name, "user": pin_data(&self.user), "so": pin_data(&self.so) })
    }
}

/// A PIN's state for `--json`.
pub(crate) fn pin_data(info: &PinInfo) -> Value {
    json!({
        "tries_left": info.tries_left,
        "max_tries": info.max_tries,
        "locked": info.tries_left == 0,
        "set": info.state != PinState::NotSet,
        "initial": info.state == PinState::Default,
    })
}
