//! Which token, application and container a command works on: what the user chose, or the only
//! one there is. Never the first of several.

use serde_json::json;
use ukey_host::ImageTrouble;
use ukey_pki::Certificate;
use ukey_token::{
    Application, Container, DEFAULT_APPLICATION, Device,
    view::{ContainerView, ObjectView, PublicKey},
};

use crate::{
    cli::Usage,
    cmd::cert,
    context::Context,
    error::{Choice, Error, Item, Result},
    parallel, retired,
};

mod uri;

pub(crate) use uri::TokenUri;

/// Container made by `key generate` and `enroll`.
pub(crate) const DEFAULT_CONTAINER: &str = "main";

/// Tokens that answer, and readers whose card cannot be used.
pub(crate) struct Found {
    pub(crate) devices: Vec<Device>,
    pub(crate) unusable: Vec<Unusable>,
}

/// A reader, or the service behind all readers, that does not lead to a token.
#[derive(Debug)]
pub(crate) struct Unusable {
    pub(crate) reader: String,
    pub(crate) error: ukey_token::Error,
    /// What more is known of an embedded image.
    pub(crate) image: Option<ImageTrouble>,
}

impl Unusable {
    fn new(context: &Context, reader: &str, error: ukey_token::Error) -> Self {
        Self {
            reader: reader.to_owned(),
            error,
            image: ukey_host::image_trouble(&context.config, reader),
        }
    }

    /// Whether this is the service and no reader.
    pub(crate) fn is_service(&self) -> bool {
        self.reader == crate::text::error::readers()
    }
}

/// Looks at all readers.
pub(crate) fn look(context: &Context) -> Found {
    let registry = context.registry();
    let mut found = Found {
        devices: Vec::new(),
        unusable: Vec::new(),
    };
    if let Err(e) = registry.refresh() {
        let service = crate::text::error::readers();
        found.unusable.push(Unusable::new(context, service, e));
    }
    let readers = registry.readers();
    let present: Vec<_> = readers.iter().filter(|one| one.is_present()).collect();
    let opened = parallel::map(&present, |reader| reader.device());
    for (reader, opened) in present.iter().zip(opened) {
        match opened {
            Ok(device) => found.devices.push(device),
            // Pulled between the two looks.
            Err(ukey_token::Error::NoToken) => {}
            Err(e) => found
                .unusable
                .push(Unusable::new(context, reader.name(), e)),
        }
    }
    // An image that is not there is a key that is not plugged in; with no key at all, it says why.
    if found.devices.is_empty() {
        let absent = readers.iter().filter(|one| !one.is_present());
        let absent =
            absent.map(|one| Unusable::new(context, one.name(), ukey_token::Error::NoToken));
        found
            .unusable
            .extend(absent.filter(|one| one.image.is_some()));
    }
    found
}

/// The tokens that fit what the user chose; all of them where nothing was chosen.
pub(crate) fn fitting(context: &Context) -> Result<Found> {
    let uri = context
        .global
        .uri
        .as_deref()
        .map(TokenUri::parse)
        .transpose()?;
    let mut found = look(context);
    let mut devices = Vec::new();
    for device in found.devices.drain(..) {
        if fits(&device, context, uri.as_ref())? {
            devices.push(device);
        }
    }
    Ok(Found { devices, ..found })
}

/// The one token that the command is about.
pub(crate) fn device(context: &Context) -> Result<Device> {
    let global = &context.global;
    let selected = global.serial.is_some()
        || global.label.is_some()
        || global.uri.is_some()
        || global.cert_subject.is_some();
    let mut found = fitting(context)?;
    match found.devices.len() {
        0 => Err(Error::NoDevice {
            selected,
            readers: found.unusable,
        }),
        1 => Ok(found.devices.remove(0)),
        _ => Err(Error::Ambiguous {
            what: Item::Device,
            choices: found.devices.iter().map(device_choice).collect(),
        }),
    }
}

fn fits(device: &Device, context: &Context, uri: Option<&TokenUri>) -> Result<bool> {
    // Labels change: the one in the cache is as old as the connection, which this process made.
    let info = device.cached_info();
    let serial = info.serial_number.to_text();
    let label = info.label.to_text();
    let global = &context.global;
    if global
        .serial
        .as_ref()
        .is_some_and(|wanted| !wanted.eq_ignore_ascii_case(&serial))
    {
        return Ok(false);
    }
    if global.label.as_ref().is_some_and(|wanted| *wanted != label) {
        return Ok(false);
    }
    if let Some(wanted) = &global.cert_subject
        && !has_subject(device, wanted)?
    {
        return Ok(false);
    }
    let Some(uri) = uri else { return Ok(true) };
    let described = uri.serial.as_ref().is_none_or(|wanted| *wanted == serial)
        && uri
            .model
            .as_ref()
            .is_none_or(|wanted| *wanted == device.model())
        && uri
            .manufacturer
            .as_ref()
            .is_none_or(|m| *m == info.manufacturer.to_text());
    let named = match &uri.token {
        Some(wanted) => *wanted == label || device.applications()?.contains(wanted),
        None => true,
    };
    Ok(described && named)
}

/// Whether a certificate on the token has this text in its subject.
fn has_subject(device: &Device, wanted: &str) -> Result<bool> {
    let names = |der: &Vec<u8>| {
        let certificate = Certificate::from_der(der);
        certificate.is_ok_and(|one| one.subject().to_string().contains(wanted))
    };
    for application in device.applications()? {
        let view = device.application(&application).view()?;
        let fits = view.containers.iter().any(|container| {
            let sides = [&container.signature, &container.encryption];
            sides
                .iter()
                .filter_map(|side| side.certificate.as_ref())
                .any(names)
        });
        if fits {
            return Ok(true);
        }
    }
    Ok(false)
}

fn device_choice(device: &Device) -> Choice {
    let info = device.cached_info();
    let (serial, label) = (info.serial_number.to_text(), info.label.to_text());
    let shown = match label.is_empty() {
        true => crate::text::none(),
        false => &label,
    };
    Choice {
        line: format!("{serial}  {shown}  ({})", device.reader_name()),
        data: json!({ "serial": serial, "label": label, "reader": device.reader_name() }),
    }
}

/// How a token is called in questions: its label, or its serial number.
pub(crate) fn display_name(device: &Device) -> String {
    let info = device.cached_info();
    match info.label.to_text() {
        label if label.is_empty() => info.serial_number.to_text(),
        label => format!("{label} ({})", info.serial_number.to_text()),
    }
}

/// The application that the command is about, which exists.
pub(crate) fn application(context: &Context, device: &Device) -> Result<Application> {
    let names = device.applications()?;
    let uri = context
        .global
        .uri
        .as_deref()
        .map(TokenUri::parse)
        .transpose()?;
    let from_uri = uri
        .and_then(|uri| uri.token)
        .filter(|token| names.contains(token));
    if let Some(wanted) = context.global.application.clone().or(from_uri) {
        return match names.contains(&wanted) {
            true => Ok(device.application(&wanted)),
            false => Err(Error::NotFound {
                what: Item::Application,
                name: wanted,
            }),
        };
    }
    match names.as_slice() {
        [] => Err(Error::NotFound {
            what: Item::Application,
            name: String::new(),
        }),
        [only] => Ok(device.application(only)),
        several if several.iter().any(|name| name == DEFAULT_APPLICATION) => {
            Ok(device.application(DEFAULT_APPLICATION))
        }
        several => Err(Error::Ambiguous {
            what: Item::Application,
            choices: several.iter().map(|name| named_choice(name)).collect(),
        }),
    }
}

fn named_choice(name: &str) -> Choice {
    Choice {
        line: name.to_owned(),
        data: json!(name),
    }
}

/// Token and application in one.
pub(crate) fn selected_application(context: &Context) -> Result<Application> {
    let device = device(context)?;
    application(context, &device)
}

/// Of the containers that `fits` accepts, the one called `wanted`, or the only one.
fn one_container(
    view: &ObjectView,
    wanted: Option<&str>,
    missing: Item,
    fits: impl Fn(&ContainerView) -> bool,
) -> Result<ContainerView> {
    let name = wanted.unwrap_or_default().to_owned();
    if let Some(wanted) = wanted
        && !view
            .containers
            .iter()
            .any(|container| container.name == wanted)
    {
        return Err(Error::NotFound {
            what: Item::Container,
            name,
        });
    }
    // A renewal leaves the old container, and a recovery makes one: these only decrypt.
    let in_use = |container: &&ContainerView| {
        !retired::is_retired(container, &view.containers)
            && !retired::is_unfinished(container, &view.containers)
    };
    let fitting: Vec<&ContainerView> = view
        .containers
        .iter()
        .filter(|container| match wanted {
            Some(wanted) => container.name == wanted,
            None => in_use(container),
        })
        .filter(|container| fits(container))
        .collect();
    match fitting.as_slice() {
        [] => Err(Error::NotFound {
            what: missing,
            name,
        }),
        [only] => Ok((*only).clone()),
        several => Err(Error::Ambiguous {
            what: Item::Container,
            choices: several
                .iter()
                .map(|container| named_choice(&container.name))
                .collect(),
        }),
    }
}

/// The container that signs: the one with a signing certificate, else the one with a signing key
/// alone, which other programs make too.
pub(crate) fn signer_container(
    application: &Application,
    wanted: Option<&str>,
) -> Result<(Container, ContainerView)> {
    let view = application.view()?;
    let found = one_container(&view, wanted, Item::Certificate, |container| {
        container.signature.public_key.is_some() && container.signature.certificate.is_some()
    });
    match found {
        Err(Error::NotFound {
            what: Item::Certificate,
            ..
        }) => signing_container(application, wanted),
        found => found.map(|found| (application.container(&found.name), found)),
    }
}

/// The container with a signing key.
pub(crate) fn signing_container(
    application: &Application,
    wanted: Option<&str>,
) -> Result<(Container, ContainerView)> {
    let view = application.view()?;
    let found = one_container(&view, wanted, Item::SigningKey, |container| {
        container.signature.public_key.is_some()
    })?;
    Ok((application.container(&found.name), found))
}

/// The public key of one side of a container.
pub(crate) fn public_key(
    application: &Application,
    wanted: Option<&str>,
    usage: Usage,
) -> Result<(String, PublicKey)> {
    let key = |container: &ContainerView| cert::side(container, usage).public_key.clone();
    let missing = match usage {
        Usage::Sign => Item::SigningKey,
        Usage::Encrypt => Item::EncryptionKey,
    };
    let view = application.view()?;
    let found = one_container(&view, wanted, missing, |container| key(container).is_some())?;
    let none = || Error::NotFound {
        what: missing,
        name: found.name.clone(),
    };
    let key = key(&found).ok_or_else(none)?;
    Ok((found.name, key))
}

/// The certificate of one side of a container.
pub(crate) fn certificate(
    application: &Application,
    wanted: Option<&str>,
    usage: Usage,
) -> Result<(String, Vec<u8>)> {
    let side = |container: &ContainerView| match usage {
        Usage::Sign => container.signature.certificate.clone(),
        Usage::Encrypt => container.encryption.certificate.clone(),
    };
    let view = application.view()?;
    let found = one_container(&view, wanted, Item::Certificate, |container| {
        side(container).is_some()
    })?;
    let der = side(&found).unwrap_or_default();
    Ok((found.name, der))
}
