//! `key generate`, `key export`, `key import`.

use base64::Engine as _;
use serde_json::json;
use ukey_pki::{csr_response::CsrResponse, enveloped_key::EnvelopedKey};
use ukey_token::{
    Application, Container, KeyUsage,
    view::{ContainerView, PublicKey},
};

use super::{
    cert,
    container::{self, key_name},
    issued,
};
use crate::{
    certificate,
    cli::{
        AuthorityArgs, KeyAlgorithmArg, KeyCommand, KeyExportArgs, KeyGenerateArgs, KeyImportArgs,
    },
    context::Context,
    error::{Error, Item, Result},
    files, interrupt, login,
    output::Outcome,
    self_test, target, text,
    token_keys::TokenDecryptor,
};

pub(crate) fn run(context: &Context, command: &KeyCommand) -> Result<Outcome> {
    match command {
        KeyCommand::List => container::list(context),
        KeyCommand::Generate(args) => generate(context, args),
        KeyCommand::Export(args) => export(context, args),
        KeyCommand::Import(args) => import(context, args),
        KeyCommand::Delete(args) => container::delete(context, args),
        KeyCommand::Move(args) => Err(Error::Impossible(text::key::no_move(&args.from, &args.to))),
        KeyCommand::Attest(args) => Err(Error::Impossible(text::key::no_attestation(
            &args.container,
        ))),
    }
}

/// The public half of a pair, as SubjectPublicKeyInfo.
fn export(context: &Context, args: &KeyExportArgs) -> Result<Outcome> {
    cert::check_written(context, &args.written)?;
    let application = target::selected_application(context)?;
    let (container, key) = target::public_key(&application, args.container.as_deref(), args.usage)?;
    let public = certificate::to_pki(&key);
    let der = public.to_spki_der();
    let pem = pem(&der);
    let data = json!({
        "container": container,
        "usage": text::usage_word(args.usage),
        "algorithm": key_name(&key),
        "key_identifier": certificate::hex(&public.key_identifier()),
        "pem": pem,
    });
    cert::deliver(&args.written, &der, pem, data)
}

/// An encryption pair that is wrapped to the signing key of its container.
fn import(context: &Context, args: &KeyImportArgs) -> Result<Outcome> {
    let bytes = files::read_small(&args.input)?;
    let pair = match CsrResponse::from_file_bytes(&bytes) {
        Ok(response) => response.enveloped_key,
        Err(_) => Some(EnvelopedKey::from_der(&unwrap_pem(&bytes)?)?),
    };
    let pair = pair.ok_or_else(|| Error::NotFound {
        what: Item::EncryptionKey,
        name: args.input.display().to_string(),
    })?;
    let application = target::selected_application(context)?;
    let (container, view) = target::signing_container(&application, args.container.as_deref())?;
    if view.encryption.public_key.is_some() {
        return Err(Error::Exists {
            what: Item::EncryptionKey,
            name: text::in_container(&view.name),
            replaceable: false,
        });
    }
    login::user(context, &application, &args.pin)?;
    issued::store_pair(&container, &view, &pair)?;
    let identifier = certificate::hex(&pair.public_key().key_identifier());
    let decryptor = TokenDecryptor::new(container, KeyUsage::Encryption);
    if !self_test::decrypts(&decryptor, &pair.public_key())? {
        return Err(Error::SelfTest(text::self_test_decrypt()));
    }
    let data = json!({ "container": view.name, "key_identifier": identifier, "self_test": "ok" });
    Ok(Outcome::new(
        data,
        format!("{}\n", text::pair_imported(&view.name)),
    ))
}

/// The bytes between BEGIN and END lines, or all of them where there are none.
fn unwrap_pem(bytes: &[u8]) -> Result<Vec<u8>> {
    let Some(text) = std::str::from_utf8(bytes)
        .ok()
        .filter(|text| text.contains("-----BEGIN"))
    else {
        return Ok(bytes.to_vec());
    };
    let body: String = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with("-----"))
        .collect();
    base64::engine::general_purpose::STANDARD
        .decode(body)
        .map_err(|_| Error::Unfit(text::error::not_a_wrapped_key().to_owned()))
}

fn pem(der: &[u8]) -> String {
    let body = base64::engine::general_purpose::STANDARD.encode(der);
    let mut text = String::from("-----BEGIN PUBLIC KEY-----\n");
    for (at, digit) in body.chars().enumerate() {
        if at > 0 && at % 64 == 0 {
            text.push('\n');
        }
        text.push(digit);
    }
    text.push_str("\n-----END PUBLIC KEY-----\n");
    text
}

fn generate(context: &Context, args: &KeyGenerateArgs) -> Result<Outcome> {
    let application = target::selected_application(context)?;
    // Before the PIN is asked for. The key would be replaced without a question otherwise.
    if has_signing_key(&application, &args.container)? {
        return Err(Error::Exists {
            what: Item::SigningKey,
            name: args.container.clone(),
            replaceable: false,
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
        return Err(Error::Unfit(text::error::answer_without_key().to_owned()));
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
    let spinner = context.talk.spinner(text::making_key());
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
