//! `pin status`, `pin policy`, `pin change`, `pin unblock`.

use serde_json::json;
use ukey_token::{PinState, PinType};

mod offline;

use super::{
    device::{ApplicationPins, pin_data},
    policy,
};
use crate::{
    cli::{PinChangeArgs, PinCommand, PinRole, PinUnblockArgs},
    context::Context,
    error::Result,
    login::{self, Entry},
    output::{self, Outcome},
    target, text,
};

pub(crate) fn run(context: &Context, command: &PinCommand) -> Result<Outcome> {
    match command {
        PinCommand::Status => status(context),
        PinCommand::Policy => policy::of_pins(context),
        PinCommand::Change(args) => change(context, args),
        PinCommand::Unblock(args) if args.offline => offline::unblock(context, args),
        PinCommand::Unblock(args) => unblock(context, args),
        PinCommand::Answer(args) => offline::answer(context, args),
    }
}

fn status(context: &Context) -> Result<Outcome> {
    let application = target::selected_application(context)?;
    let pins = ApplicationPins::read(application.device(), application.name().to_owned())?;
    let serial = application.device().cached_info().serial_number.to_text();
    let data = json!({
        "serial": serial,
        "application": pins.name,
        "user": pin_data(&pins.user),
        "so": pin_data(&pins.so),
    });
    let text = output::fields(&[
        (
            text::role_capital(PinRole::User),
            text::pin_state(&pins.user),
        ),
        (text::role_capital(PinRole::So), text::pin_state(&pins.so)),
    ]);
    Ok(Outcome::new(data, text))
}

fn change(context: &Context, args: &PinChangeArgs) -> Result<Outcome> {
    let application = target::selected_application(context)?;
    let (role, source) = match args.so {
        true => (PinRole::So, args.so_pin.so_pin_source.as_ref()),
        false => (PinRole::User, args.pin.pin_source.as_ref()),
    };
    let entry = Entry {
        context,
        application: &application,
        role,
        source,
        last_try: args.pin.last_try,
    };
    // The old PIN is asked for and proven first: whoever mistypes it need not invent a new one.
    let old = entry.proven()?;
    let new = login::new_pin(context, role, args.new_pin.new_pin_source.as_ref())?;
    application.change_pin(role.into(), &old, &new)?;
    Ok(done(text::pin_changed(text::role(role))))
}

fn unblock(context: &Context, args: &PinUnblockArgs) -> Result<Outcome> {
    let application = target::selected_application(context)?;
    let entry = Entry {
        context,
        application: &application,
        role: PinRole::So,
        source: args.so_pin.so_pin_source.as_ref(),
        last_try: args.last_try,
    };
    let so_pin = entry.proven()?;
    let new = login::new_pin(context, PinRole::User, args.new_pin.new_pin_source.as_ref())?;
    match application.pin_info(PinType::User)?.state {
        PinState::NotSet => application.set_user_pin(&new)?,
        _ => application.unblock_pin(&so_pin, &new)?,
    }
    Ok(done(text::pin_unblocked().to_owned()))
}

fn done(sentence: String) -> Outcome {
    Outcome::new(json!({}), format!("{sentence}\n"))
}
