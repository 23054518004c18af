//! `retired list` and `retired drop`: containers that a renewal or a recovery left for decrypting.

use serde_json::{Value, json};

use super::container;
use crate::{
    certificate,
    cli::RetiredCommand,
    context::Context,
    earlier,
    error::{Error, Item, Result},
    output::{self, Outcome},
    retired, target, text,
};

pub(crate) fn run(context: &Context, command: &RetiredCommand) -> Result<Outcome> {
    match command {
        RetiredCommand::List => list(context),
        RetiredCommand::Drop(args) => {
            let application = target::selected_application(context)?;
            let view = application.view()?;
            let named = view
                .containers
                .iter()
                .find(|found| found.name == args.container);
            match named {
                Some(found) if retired::is_retired(found, &view.containers) => {
                    container::delete(context, args)
                }
                Some(_) => Err(Error::Unfit(text::error::not_retired(&args.container))),
                None => Err(Error::NotFound {
                    what: Item::Container,
                    name: args.container.clone(),
                }),
            }
        }
    }
}

fn list(context: &Context) -> Result<Outcome> {
    let application = target::selected_application(context)?;
    let view = application.view()?;
    let (mut rows, mut data): (Vec<Vec<String>>, Vec<Value>) = (Vec::new(), Vec::new());
    for found in view.containers.iter() {
        let der = &found.encryption.certificate;
        let (true, Some(der)) = (retired::is_retired(found, &view.containers), der) else {
            continue;
        };
        let certificate = certificate::data(der);
        rows.push(vec![
            found.name.clone(),
            certificate::short_name(der),
            certificate["serial"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        ]);
        data.push(json!({ "container": found.name, "encryption_certificate": certificate, "same_key": false }));
    }
    for (container, certificate) in earlier::all(&application)? {
        let der = certificate.as_der();
        rows.push(vec![
            container.clone(),
            certificate::short_name(der),
            certificate.serial_hex(),
        ]);
        data.push(json!({
            "container": container,
            "encryption_certificate": certificate::data(der),
            "same_key": true,
        }));
    }
    let text = match rows.is_empty() {
        true => format!("{}\n", text::NO_CONTAINERS),
        false => output::table(
            &["CONTAINER", "OPENS WHAT WAS ENCRYPTED TO", "SERIAL"],
            &rows,
        ),
    };
    Ok(Outcome::new(json!({ "retired": data }), text))
}
