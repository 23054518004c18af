//! `app list`, `app create`, `app delete`: the applications of GM/T 0016 and 0017, each with PINs,
//! containers and files of its own.

use serde_json::{Value, json};
use ukey_token::{Device, NewApplication, Rights, view::ObjectView};

use super::{container, device::ApplicationPins};
use crate::{
    auth_key::{self, AuthKey},
    cli::{AppCommand, AppCreateArgs, AppDeleteArgs, NewApplicationArgs, PinRole},
    context::Context,
    error::{Error, Item, Result},
    interrupt, login,
    output::{self, Outcome},
    target, text,
};

pub(crate) fn run(context: &Context, command: &AppCommand) -> Result<Outcome> {
    match command {
        AppCommand::List => list(context),
        AppCommand::Create(args) => create(context, args),
        AppCommand::Delete(args) => delete(context, args),
    }
}

fn list(context: &Context) -> Result<Outcome> {
    let device = target::device(context)?;
    let chosen = target::application(context, &device).ok();
    let (mut rows, mut data): (Vec<Vec<String>>, Vec<Value>) = (Vec::new(), Vec::new());
    for name in device.applications()? {
        let is_chosen = chosen.as_ref().is_some_and(|one| one.name() == name);
        let pins = ApplicationPins::read(&device, name.clone())?;
        let room = Room::read(&device, &name)?;
        rows.push(vec![
            text::app::name(&name, is_chosen),
            text::pin_state(&pins.user),
            text::pin_state(&pins.so),
            room.containers.cell(),
            room.certificates.cell(),
            room.files.cell(),
        ]);
        let mut one = pins.data();
        one["chosen"] = json!(is_chosen);
        one["room"] = room.data();
        data.push(one);
    }
    let text = match rows.is_empty() {
        true => format!("{}\n", text::blank_key()),
        false => output::table(&text::app::columns(), &rows),
    };
    let serial = device.cached_info().serial_number.to_text();
    Ok(Outcome::new(
        json!({ "serial": serial, "applications": data }),
        text,
    ))
}

/// How many of something there are, and how many there can be.
pub(crate) struct Share {
    pub(crate) used: usize,
    /// `None` where the token does not tell, as behind a vendor's SKF library.
    pub(crate) limit: Option<usize>,
}

impl Share {
    pub(crate) fn cell(&self) -> String {
        match self.limit {
            Some(limit) => text::app::share(self.used, limit),
            None => self.used.to_string(),
        }
    }

    fn data(&self) -> Value {
        json!({ "used": self.used, "limit": self.limit })
    }
}

/// How much an application holds and may hold.
pub(crate) struct Room {
    pub(crate) containers: Share,
    pub(crate) certificates: Share,
    pub(crate) files: Share,
    /// Who may create files and containers.
    pub(crate) create_rights: Option<Rights>,
}

impl Room {
    pub(crate) fn read(device: &Device, name: &str) -> Result<Self> {
        let application = device.application(name);
        let opened = match application.open() {
            Ok(opened) => Some(opened),
            Err(ukey_token::Error::NotSupported) => None,
            Err(e) => return Err(e.into()),
        };
        let view = application.view()?;
        let limit = |limit: u16| usize::from(limit);
        Ok(Self {
            containers: Share {
                used: view.containers.len(),
                limit: opened.as_ref().map(|one| limit(one.max_containers.into())),
            },
            certificates: Share {
                used: certificates(&view),
                limit: opened.as_ref().map(|one| limit(one.max_certs.into())),
            },
            files: Share {
                used: view.files.len(),
                limit: opened.as_ref().map(|one| limit(one.max_files)),
            },
            create_rights: opened.map(|one| one.create_file_rights),
        })
    }

    pub(crate) fn data(&self) -> Value {
        json!({
            "containers": self.containers.data(),
            "certificates": self.certificates.data(),
            "files": self.files.data(),
            "create_rights": self.create_rights.map(text::app::rights_word),
        })
    }
}

fn certificates(view: &ObjectView) -> usize {
    let sides = view
        .containers
        .iter()
        .flat_map(|container| [&container.signature, &container.encryption]);
    sides.filter(|side| side.certificate.is_some()).count()
}

fn create(context: &Context, args: &AppCreateArgs) -> Result<Outcome> {
    let device = target::device(context)?;
    if device.applications()?.contains(&args.name) {
        return Err(Error::Exists {
            what: Item::Application,
            name: args.name.clone(),
            replaceable: false,
        });
    }
    let key = auth_key::current(context)?;
    // Before any question: a wrong device key makes all of them pointless.
    device.authenticate(&key)?;
    make(context, &device, &key, &args.name, &args.new, false)?;
    let data = json!({
        "serial": device.cached_info().serial_number.to_text(),
        "application": args.name,
        "pin_tries": args.new.pin_tries,
        "so_pin_tries": args.new.so_pin_tries,
    });
    let text = text::app::created(&args.name);
    Ok(Outcome::new(data, format!("{text}\n")))
}

/// A new application, in place of one of that name or beside the others; the device is authenticated.
pub(crate) fn make(
    context: &Context,
    device: &Device,
    key: &AuthKey,
    name: &str,
    args: &NewApplicationArgs,
    replace: bool,
) -> Result<()> {
    let so_pin = login::new_pin(context, PinRole::So, args.so_pin.so_pin_source.as_ref())?;
    let user_pin = login::new_pin(context, PinRole::User, args.pin_source.as_ref())?;
    if replace {
        device.delete_application(name)?;
        interrupt::note_done(text::done_deleted(name));
    }
    let new = NewApplication {
        name,
        admin_pin: &so_pin,
        admin_tries: args.so_pin_tries,
        user_pin: Some(&user_pin),
        user_tries: args.pin_tries,
        create_file_rights: Rights::USER,
    };
    device.create_application(&new, Some(key))?;
    interrupt::note_done(text::done_created(name));
    Ok(())
}

/// What is in the application that would go; `None` when there is none of that name.
pub(crate) fn doomed(device: &Device, name: &str) -> Result<Option<Vec<String>>> {
    if !device
        .applications()?
        .iter()
        .any(|existing| existing == name)
    {
        return Ok(None);
    }
    let view = device.application(name).view()?;
    let mut lines: Vec<String> = view.containers.iter().map(container::one_line).collect();
    lines.extend(
        view.files
            .iter()
            .map(|file| text::file_line(&file.name, file.size)),
    );
    Ok(Some(lines))
}

fn delete(context: &Context, args: &AppDeleteArgs) -> Result<Outcome> {
    let device = target::device(context)?;
    let Some(doomed) = doomed(&device, &args.name)? else {
        return Err(Error::NotFound {
            what: Item::Application,
            name: args.name.clone(),
        });
    };
    let token = target::display_name(&device);
    context
        .talk
        .warn(&text::would_destroy(&token, &args.name, &doomed));
    let report = |changed: bool| {
        json!({
            "serial": device.cached_info().serial_number.to_text(),
            "application": args.name,
            "destroyed": doomed,
            "changed": changed,
        })
    };
    if args.consent.dry_run {
        context.talk.say(text::nothing_changed());
        return Ok(Outcome::new(report(false), ""));
    }
    login::confirm(context, &device, args.consent.yes)?;
    device.authenticate(&*auth_key::current(context)?)?;
    device.delete_application(&args.name)?;
    let text = text::app::deleted(&args.name);
    Ok(Outcome::new(report(true), format!("{text}\n")))
}
