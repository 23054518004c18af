//! `key generate`.

use serde_json::json;
use ukey_token::{
    Application, Container,
    view::{ContainerView, PublicKey},
};

use super::container::key_name;
use crate::{
    certificate,
    cli::{AuthorityArgs, KeyAlgorithmArg, KeyCommand, KeyGenerateArgs},
    context::Context,
    error::{Error, Item, Result},
    interrupt, login,
    output::Outcome,
    target, text,
};

pub(crate) fn run(context: &Context, command: &KeyCommand) -> Result<Outcome> {
    match command {
        KeyCommand::Generate(args) => generate(context, args),
    }
}

fn generate(context: &Context, args: &KeyGenerateArgs) -> Result<Outcome> {
    let application = target::selected_application(context)?;
    // Before the PIN is asked for. The key would be replaced without a question otherwise.
    if has_signing_key(&application, &args.container)? {
        return Err(Error::Exists {
            what: Item::SigningKey,
            name: args.container.clone(),
        });
    }
    login::user(context, &application, &args.pin)?;
    let container = open_or_create(&application, &args.container)?;
    let public_key = make_signing_key(context, &container, args.algorithm)?;
    let identifier = certificate::hex(&certificate::to_pki(&public_key).key_identifier());
    let data = json!({
        "container": args.container,
        "algorithm": key_name(&public_key),
        "key_identifier": identifier,
    });
    let text = text::key_made(&key_name(&public_key), &args.container);
    Ok(Outcome::new(data, format!("{text}\n")))
}

fn has_signing_key(application: &Application, name: &str) -> Result<bool> {
    let view = application.view()?;
    let container = view
        .containers
        .iter()
        .find(|container| container.name == name);
    Ok(container.is_some_and(|container| container.signature.public_key.is_some()))
}

/// The container called `name`, made if it is not there.
pub(crate) fn open_or_create(application: &Application, name: &str) -> Result<Container> {
    if application
        .containers()?
        .iter()
        .any(|existing| existing == name)
    {
        return Ok(application.container(name));
    }
    let container = application.create_container(name)?;
    interrupt::note_done(text::done_container(name));
    Ok(container)
}

/// The container of a request for certificates, as it was found, and its signing key. Both are made
/// where they are missing, unless the answer has come: that is to a key which is there.
pub(crate) fn for_request(
    context: &Context,
    application: &Application,
    name: &str,
    algorithm: KeyAlgorithmArg,
    authority: &AuthorityArgs,
) -> Result<(Container, ContainerView, PublicKey)> {
    let answered = authority.answer.is_some();
    if answered && !has_signing_key(application, name)? {
        return Err(Error::Unfit(text::error::ANSWER_WITHOUT_KEY.to_owned()));
    }
    let container = open_or_create(application, name)?;
    let before = container.read()?;
    let key = match &before.signature.public_key {
        Some(key) => key.clone(),
        None => make_signing_key(context, &container, algorithm)?,
    };
    Ok((container, before, key))
}

/// A new signature pair in `container`.
pub(crate) fn make_signing_key(
    context: &Context,
    container: &Container,
    algorithm: KeyAlgorithmArg,
) -> Result<PublicKey> {
    let spinner = context.talk.spinner(text::MAKING_KEY);
    let made = match algorithm {
        KeyAlgorithmArg::Sm2 => container.generate_sm2().map(PublicKey::Sm2),
        KeyAlgorithmArg::Rsa2048 => container.generate_rsa(2048).map(PublicKey::Rsa),
        KeyAlgorithmArg::Rsa3072 => container.generate_rsa(3072).map(PublicKey::Rsa),
        KeyAlgorithmArg::Rsa4096 => container.generate_rsa(4096).map(PublicKey::Rsa),
    };
    spinner.finish_and_clear();
    let made = made?;
    interrupt::note_done(text::done_signing_key(container.name()));
    Ok(made)
}
