//! `seal`: electronic seals and their pictures, kept on the USBKEY as they are, in files of the
//! application that everybody may read and the holder may write.

use serde_json::{Value, json};
use ukey_token::{Application, Rights};

use crate::{
    cli::{SealCommand, SealDeleteArgs, SealExportArgs, SealStoreArgs},
    context::Context,
    error::{Error, Item, Result},
    files::{self, Readers},
    login,
    output::{self, Outcome},
    target, text,
};

/// Begins the name of such a file.
const PREFIX: &str = "seal-";

/// Longest name of a seal: a file's name has at most 32 bytes.
const LONGEST: usize = 24;

pub(crate) fn run(context: &Context, command: &SealCommand) -> Result<Outcome> {
    match command {
        SealCommand::Store(args) => store(context, args),
        SealCommand::List => list(context),
        SealCommand::Export(args) => export(context, args),
        SealCommand::Delete(args) => delete(context, args),
    }
}

fn file_name(name: &str) -> Result<String> {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    match !name.is_empty() && name.len() <= LONGEST && name.chars().all(fits) {
        true => Ok(format!("{PREFIX}{name}")),
        false => Err(Error::Usage(text::error::seal_name().to_owned())),
    }
}

/// Size of the stored seal.
fn find(application: &Application, name: &str) -> Result<(String, u32)> {
    let file = file_name(name)?;
    let view = application.view()?;
    let found = view.files.iter().find(|one| one.name == file);
    match found {
        Some(found) => Ok((file, found.size)),
        None => Err(Error::NotFound {
            what: Item::Seal,
            name: name.to_owned(),
        }),
    }
}

fn store(context: &Context, args: &SealStoreArgs) -> Result<Outcome> {
    file_name(&args.name)?;
    let content = files::read_small(&args.input)?;
    let application = target::selected_application(context)?;
    check_free(&application, &args.name, &content)?;
    login::user(context, &application, &args.pin)?;
    keep(&application, &args.name, &content)?;
    let data = json!({ "name": args.name, "size": content.len() });
    let text = text::seal_stored(&args.name);
    Ok(Outcome::new(data, format!("{text}\n")))
}

/// Refuses to store over another seal. The same once more is done already; an interrupted one is
/// gone through again.
fn check_free(application: &Application, name: &str, content: &[u8]) -> Result<()> {
    let Ok((file, there)) = find(application, name) else {
        return Ok(());
    };
    let same =
        there as usize == content.len() && application.read_file(&file, 0, there)? == content;
    if same || is_blank(application, &file, there, content.len())? {
        return Ok(());
    }
    Err(Error::Exists {
        what: Item::Seal,
        name: name.to_owned(),
        replaceable: false,
    })
}

/// Stores a seal; the user is logged in.
pub(crate) fn keep(application: &Application, name: &str, content: &[u8]) -> Result<()> {
    check_free(application, name, content)?;
    let file = file_name(name)?;
    let size = u32::try_from(content.len()).map_err(|_| ukey_token::Error::NoSpace)?;
    if !application.files()?.contains(&file) {
        application.create_file(&file, size, Rights::ANYONE, Rights::USER)?;
    }
    application.write_file(&file, 0, content)?;
    Ok(())
}

/// Whether a store that was interrupted left an empty file of the right size.
fn is_blank(application: &Application, file: &str, there: u32, size: usize) -> Result<bool> {
    Ok(there as usize == size
        && application
            .read_file(file, 0, there)?
            .iter()
            .all(|byte| *byte == 0))
}

fn list(context: &Context) -> Result<Outcome> {
    let application = target::selected_application(context)?;
    let view = application.view()?;
    let seals: Vec<(&str, u32)> = view
        .files
        .iter()
        .filter_map(|file| Some((file.name.strip_prefix(PREFIX)?, file.size)))
        .collect();
    let rows: Vec<Vec<String>> = seals
        .iter()
        .map(|(name, size)| vec![(*name).to_owned(), output::size(u64::from(*size))])
        .collect();
    let data: Vec<Value> = seals
        .iter()
        .map(|(name, size)| json!({ "name": name, "size": size }))
        .collect();
    let text = match rows.is_empty() {
        true => format!("{}\n", text::no_seals()),
        false => output::table(&[text::label::seal(), text::label::size()], &rows),
    };
    Ok(Outcome::new(json!({ "seals": data }), text))
}

fn export(context: &Context, args: &SealExportArgs) -> Result<Outcome> {
    output::check_stream(context, args.output.output.as_deref())?;
    let Some(path) = &args.output.output else {
        return Err(Error::Usage(text::error::seal_needs_output().to_owned()));
    };
    let application = target::selected_application(context)?;
    let (file, size) = find(&application, &args.name)?;
    let content = application.read_file(&file, 0, size)?;
    files::write_whole(path, args.output.force, Readers::AsUsual, &content)?;
    let data = json!({
        "name": args.name,
        "size": size,
        "output": path.display().to_string(),
    });
    let text = match files::is_stream(path) {
        true => String::new(),
        false => text::written(text::label::written(), path),
    };
    Ok(Outcome::new(data, text))
}

fn delete(context: &Context, args: &SealDeleteArgs) -> Result<Outcome> {
    let application = target::selected_application(context)?;
    let (file, size) = find(&application, &args.name)?;
    let data = |changed: bool| json!({ "name": args.name, "size": size, "changed": changed });
    if args.consent.dry_run {
        context.talk.say(text::nothing_changed());
        return Ok(Outcome::new(data(false), ""));
    }
    login::confirm(context, application.device(), args.consent.yes)?;
    login::user(context, &application, &args.pin)?;
    application.delete_file(&file)?;
    Ok(Outcome::new(
        data(true),
        format!("{}\n", text::seal_deleted(&args.name)),
    ))
}
