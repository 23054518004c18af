//! `retired list`, `retired export`, `retired drop`: containers that a renewal or a recovery left for decrypting.

use serde_json::{Value, json};
use ukey_pki::Certificate;
use ukey_token::Application;

use super::{cert, container};
use crate::{
    certificate,
    cli::{RetiredCommand, RetiredExportArgs, Usage},
    context::Context,
    earlier,
    error::{Choice, Error, Item, Result},
    output::{self, Outcome},
    retired, target, text,
};

pub(crate) fn run(context: &Context, command: &RetiredCommand) -> Result<Outcome> {
    match command {
        RetiredCommand::List => list(context),
        RetiredCommand::Export(args) => export(context, args),
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

/// A pair that only decrypts, by the certificate that files name.
struct Retired {
    container: String,
    certificate: Vec<u8>,
    /// The container is in use; only its certificate is new.
    same_key: bool,
}

impl Retired {
    fn serial(&self) -> String {
        Certificate::from_der(&self.certificate)
            .map(|certificate| certificate.serial_hex())
            .unwrap_or_default()
    }
}

fn all(application: &Application) -> Result<Vec<Retired>> {
    let view = application.view()?;
    let mut found = Vec::new();
    for container in &view.containers {
        if let (true, Some(der)) = (
            retired::is_retired(container, &view.containers),
            &container.encryption.certificate,
        ) {
            found.push(Retired {
                container: container.name.clone(),
                certificate: der.clone(),
                same_key: false,
            });
        }
    }
    for (container, certificate) in earlier::all(application)? {
        found.push(Retired {
            container,
            certificate: certificate.as_der().to_vec(),
            same_key: true,
        });
    }
    Ok(found)
}

fn list(context: &Context) -> Result<Outcome> {
    let application = target::selected_application(context)?;
    let (mut rows, mut data): (Vec<Vec<String>>, Vec<Value>) = (Vec::new(), Vec::new());
    for one in all(&application)? {
        rows.push(vec![
            one.container.clone(),
            certificate::short_name(&one.certificate),
            one.serial(),
        ]);
        data.push(json!({
            "container": one.container,
            "encryption_certificate": certificate::data(&one.certificate),
            "same_key": one.same_key,
        }));
    }
    let text = match rows.is_empty() {
        true => format!("{}\n", text::none()),
        false => output::table(
            &[
                text::label::container(),
                text::label::opens(),
                text::label::serial(),
            ],
            &rows,
        ),
    };
    Ok(Outcome::new(json!({ "retired": data }), text))
}

fn export(context: &Context, args: &RetiredExportArgs) -> Result<Outcome> {
    cert::check_written(context, &args.written)?;
    let application = target::selected_application(context)?;
    let wanted = args.which.to_ascii_uppercase();
    let mut found = all(&application)?;
    found.retain(|one| one.container == args.which || one.serial().starts_with(&wanted));
    let one = match found.as_slice() {
        [] => {
            return Err(Error::NotFound {
                what: Item::Certificate,
                name: args.which.clone(),
            });
        }
        [one] => one,
        several => {
            return Err(Error::Ambiguous {
                what: Item::Certificate,
                choices: several.iter().map(choice).collect(),
            });
        }
    };
    let found = Certificate::from_der(&one.certificate)?;
    let data = json!({
        "container": one.container,
        "usage": text::usage_word(Usage::Encrypt),
        "certificate": certificate::data(&one.certificate),
        "pem": found.to_pem(),
    });
    cert::deliver(&args.written, &one.certificate, found.to_pem(), data)
}

fn choice(one: &Retired) -> Choice {
    let serial = one.serial();
    Choice {
        line: format!("{serial}  {}", one.container),
        data: json!({ "serial": serial, "container": one.container }),
    }
}
