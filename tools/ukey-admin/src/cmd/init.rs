//! `device init`: from a blank key, or one that may be wiped, to an application with both PINs.

use serde_json::json;
use ukey_token::{AUTH_KEY_LEN, Device, FACTORY_AUTH_KEY};

use super::app;
use crate::{
    auth_key,
    cli::DeviceInitArgs,
    context::Context,
    error::{Error, Result},
    login,
    output::{self, Outcome},
    target, text,
};

/// Longest label in bytes (GM/T 0016-2012, 7.1.8: 32 with the terminating NUL).
const LONGEST_LABEL: usize = 31;

pub(crate) fn run(context: &Context, args: &DeviceInitArgs) -> Result<Outcome> {
    // Before anything is changed: the label is written last.
    if args
        .set_label
        .as_ref()
        .is_some_and(|label| label.len() > LONGEST_LABEL)
    {
        return Err(Error::Usage(text::error::label_too_long().to_owned()));
    }
    let device = target::device(context)?;
    let doomed = app::doomed(&device, &args.name)?;
    if let Some(doomed) = &doomed {
        context.talk.warn(&text::would_destroy(
            &target::display_name(&device),
            &args.name,
            doomed,
        ));
    }
    if args.consent.dry_run {
        context.talk.say(text::nothing_changed());
        return Ok(report(&device, args, doomed.as_deref(), false, false));
    }
    if doomed.is_some() {
        login::confirm(context, &device, args.consent.yes)?;
    }
    let key = auth_key::current(context)?;
    // Before any question: a wrong device key makes all of them pointless.
    device.authenticate(&key)?;
    app::make(
        context,
        &device,
        &key,
        &args.name,
        &args.new,
        doomed.is_some(),
    )?;
    if let Some(label) = &args.set_label {
        device.set_label(label)?;
    }
    let replaced = replace_auth_key(context, &device, args, &key)?;
    if !replaced && *key == FACTORY_AUTH_KEY {
        context.talk.warn(text::factory_device_key());
    }
    Ok(report(&device, args, doomed.as_deref(), true, replaced))
}

/// The new key is in its file before the token has it: a lost key would be lost for ever.
fn replace_auth_key(
    context: &Context,
    device: &Device,
    args: &DeviceInitArgs,
    old: &[u8; AUTH_KEY_LEN],
) -> Result<bool> {
    let Some(path) = &args.new_auth_key_file else {
        return Ok(false);
    };
    let new = auth_key::read_or_make(path)?;
    device.change_auth_key(old, &new)?;
    context.talk.say(&text::auth_key_written(path));
    Ok(true)
}

fn report(
    device: &Device,
    args: &DeviceInitArgs,
    doomed: Option<&[String]>,
    changed: bool,
    key_replaced: bool,
) -> Outcome {
    let serial = device.cached_info().serial_number.to_text();
    let data = json!({
        "serial": serial,
        "application": args.name,
        "label": args.set_label,
        "destroyed": doomed,
        "changed": changed,
        "device_key_replaced": key_replaced,
    });
    let text = match changed {
        true => output::fields(&[
            (text::label::initialised(), serial),
            (text::label::application(), args.name.clone()),
            (
                text::label::pin_tries(),
                text::init_tries(args.new.pin_tries, args.new.so_pin_tries),
            ),
        ]),
        false => String::new(),
    };
    Outcome::new(data, text)
}
