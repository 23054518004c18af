//! `container list` and `container delete`.

use serde_json::{Value, json};
use ukey_token::view::{ContainerKind, ContainerView, PublicKey, Side};

use crate::{
    certificate,
    cli::{ContainerCommand, ContainerDeleteArgs},
    context::Context,
    earlier,
    error::{Error, Item, Result},
    login,
    output::{self, Outcome},
    target, text,
};

pub(crate) fn run(context: &Context, command: &ContainerCommand) -> Result<Outcome> {
    match command {
        ContainerCommand::List => list(context),
        ContainerCommand::Delete(args) => delete(context, args),
    }
}

pub(crate) fn list(context: &Context) -> Result<Outcome> {
    let application = target::selected_application(context)?;
    let view = application.view()?;
    let rows: Vec<Vec<String>> = view.containers.iter().map(row).collect();
    let text = match rows.is_empty() {
        true => format!("{}\n", text::no_containers()),
        false => output::table(
            &[
                text::label::container(),
                text::label::signature_key(),
                text::label::certificate(),
                text::label::encryption_key(),
                text::label::certificate(),
            ],
            &rows,
        ),
    };
    let containers: Vec<Value> = view.containers.iter().map(data).collect();
    let data = json!({ "application": application.name(), "containers": containers });
    Ok(Outcome::new(data, text))
}

fn row(container: &ContainerView) -> Vec<String> {
    let mut cells = vec![container.name.clone()];
    for side in [&container.signature, &container.encryption] {
        cells.push(side.public_key.as_ref().map_or("-".to_owned(), key_name));
        cells.push(certificate_name(side).unwrap_or("-".to_owned()));
    }
    cells
}

fn certificate_name(side: &Side) -> Option<String> {
    side.certificate.as_deref().map(certificate::short_name)
}

/// "SM2", "RSA-2048".
pub(crate) fn key_name(key: &PublicKey) -> String {
    match key {
        PublicKey::Sm2(_) => "SM2".to_owned(),
        PublicKey::Rsa(key) => format!("RSA-{}", key.bits()),
    }
}

/// A container in one line, for lists of what would be lost.
pub(crate) fn one_line(container: &ContainerView) -> String {
    let side = |name: &str, side: &Side| {
        let key = side.public_key.as_ref().map(key_name)?;
        let certificate = certificate_name(side).unwrap_or(text::no_certificate().to_owned());
        Some(text::side_line(name, &key, &certificate))
    };
    let sides = [
        side(text::signature_side(), &container.signature),
        side(text::encryption_side(), &container.encryption),
    ];
    let sides: Vec<String> = sides.into_iter().flatten().collect();
    match sides.is_empty() {
        true => format!("{}: {}", container.name, text::empty()),
        false => format!("{}: {}", container.name, sides.join(", ")),
    }
}

fn data(container: &ContainerView) -> Value {
    let side = |side: &Side| {
        json!({
            "key": side.public_key.as_ref().map(key_name),
            "certificate": side.certificate.as_deref().map(certificate::data),
        })
    };
    json!({
        "name": container.name,
        "kind": match container.kind {
            ContainerKind::Empty => "empty",
            ContainerKind::Rsa => "rsa",
            ContainerKind::Sm2 => "sm2",
        },
        "signature": side(&container.signature),
        "encryption": side(&container.encryption),
        "retired": container.retired,
    })
}

pub(crate) fn delete(context: &Context, args: &ContainerDeleteArgs) -> Result<Outcome> {
    let application = target::selected_application(context)?;
    let view = application.view()?;
    let doomed = view
        .containers
        .iter()
        .find(|container| container.name == args.container);
    let doomed = doomed.ok_or_else(|| Error::NotFound {
        what: Item::Container,
        name: args.container.clone(),
    })?;
    let token = target::display_name(application.device());
    context
        .talk
        .warn(&text::would_delete(&token, &one_line(doomed)));
    let report = |changed: bool, text: String| {
        Outcome::new(
            json!({ "container": data(doomed), "changed": changed }),
            text,
        )
    };
    if args.consent.dry_run {
        context.talk.say(text::nothing_changed());
        return Ok(report(false, String::new()));
    }
    login::confirm(context, application.device(), args.consent.yes)?;
    login::user(context, &application, &args.pin)?;
    application.delete_container(&args.container)?;
    earlier::forget(&application)?;
    Ok(report(
        true,
        format!("{}\n", text::container_deleted(&args.container)),
    ))
}
