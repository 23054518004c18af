//! `cert request`, `cert import`, `cert export`, `cert list`.

use std::path::Path;

use serde_json::{Value, json};
use ukey_pki::{
    Certificate, CertificationRequest, Name,
    certificate::{
        Validity,
        build::{self, Profile, Template},
    },
};
use ukey_token::{
    KeyUsage,
    view::{ContainerView, ObjectView, Side},
};

use super::cert_check;
use crate::{
    certificate,
    cli::{
        CertCommand, CertExportArgs, CertImportArgs, CertListArgs, CertRequestArgs,
        CertSelfSignArgs, Encoding, Usage, WrittenArgs,
    },
    context::Context,
    earlier,
    error::{Error, Item, Result},
    expiry,
    files::{self, Readers},
    login,
    output::{self, Outcome},
    retired, target, text,
    token_keys::TokenSigner,
};

pub(crate) fn run(context: &Context, command: &CertCommand) -> Result<Outcome> {
    match command {
        CertCommand::Request(args) => request(context, args),
        CertCommand::Import(args) => import(context, args),
        CertCommand::Export(args) => export(context, args),
        CertCommand::List(args) => list(context, args),
        CertCommand::SelfSign(args) => self_sign(context, args),
        CertCommand::Check(args) => cert_check::run(context, args),
    }
}

impl From<Usage> for KeyUsage {
    fn from(usage: Usage) -> Self {
        match usage {
            Usage::Sign => Self::Signature,
            Usage::Encrypt => Self::Encryption,
        }
    }
}

/// The side of a container that a usage names.
pub(crate) fn side(container: &ContainerView, usage: Usage) -> &Side {
    match usage {
        Usage::Sign => &container.signature,
        Usage::Encrypt => &container.encryption,
    }
}

fn request(context: &Context, args: &CertRequestArgs) -> Result<Outcome> {
    let subject: Name = args.subject.parse()?;
    check_written(context, &args.written)?;
    let application = target::selected_application(context)?;
    let (container, view) = target::signing_container(&application, args.container.as_deref())?;
    let Some(public_key) = &view.signature.public_key else {
        return Err(Error::NotFound {
            what: Item::SigningKey,
            name: view.name,
        });
    };
    login::user(context, &application, &args.pin)?;
    let signer = TokenSigner::new(container, public_key);
    let request = CertificationRequest::build(&subject, &signer, &Default::default())?;
    let data = json!({
        "container": view.name,
        "subject": request.subject().to_string(),
        "pem": request.to_pem(),
    });
    deliver(&args.written, request.as_der(), request.to_pem(), data)
}

/// A certificate that vouches for itself, for tests and for what needs one before a CA answers.
fn self_sign(context: &Context, args: &CertSelfSignArgs) -> Result<Outcome> {
    let subject: Name = args.subject.parse()?;
    check_written(context, &args.written)?;
    let application = target::selected_application(context)?;
    let (container, view) = target::signing_container(&application, args.container.as_deref())?;
    let missing = || Error::NotFound {
        what: Item::SigningKey,
        name: view.name.clone(),
    };
    let public_key = view.signature.public_key.as_ref().ok_or_else(missing)?;
    if args.store && view.signature.certificate.is_some() {
        return Err(Error::Exists {
            what: Item::Certificate,
            name: text::in_container(&view.name),
            replaceable: false,
        });
    }
    login::user(context, &application, &args.pin)?;
    let signer = TokenSigner::new(container.clone(), public_key);
    let template = Template {
        subject: &subject,
        public_key: &certificate::to_pki(public_key),
        profile: Profile::Signature,
        validity: Validity::days(time::OffsetDateTime::now_utc(), args.days),
        extensions: &[],
    };
    let made = build::issue(&template, None, &signer)?;
    if args.store {
        container.import_certificate(KeyUsage::Signature, made.as_der())?;
    }
    let data = json!({
        "container": view.name,
        "stored": args.store,
        "certificate": certificate::data(made.as_der()),
        "pem": made.to_pem(),
    });
    deliver(&args.written, made.as_der(), made.to_pem(), data)
}

/// Refuses, before anything is done, to write where [`deliver`] could not.
pub(crate) fn check_written(context: &Context, args: &WrittenArgs) -> Result<()> {
    match &args.output.output {
        None if args.format == Encoding::Der => {
            Err(Error::Usage(text::error::binary_needs_output().to_owned()))
        }
        path => output::check_stream(context, path.as_deref()),
    }
}

/// Writes a key, certificate or request where it is wanted: a file, or the result itself.
pub(crate) fn deliver(
    args: &WrittenArgs,
    der: &[u8],
    pem: String,
    mut data: Value,
) -> Result<Outcome> {
    let bytes = match args.format {
        Encoding::Pem => pem.as_bytes(),
        Encoding::Der => der,
    };
    let force = args.output.force;
    match &args.output.output {
        Some(path) if !files::is_stream(path) => {
            files::write_whole(path, force, Readers::AsUsual, bytes)?;
            data["output"] = json!(path.display().to_string());
            Ok(Outcome::new(
                data,
                text::written(text::label::written(), path),
            ))
        }
        None => Ok(Outcome::new(data, pem)),
        Some(path) => {
            files::write_whole(path, force, Readers::AsUsual, bytes)?;
            Ok(Outcome::new(data, ""))
        }
    }
}

fn import(context: &Context, args: &CertImportArgs) -> Result<Outcome> {
    let candidates = Certificate::all_from_file_bytes(&files::read_small(&args.input)?)?;
    let application = target::selected_application(context)?;
    let view = application.view()?;
    let place = place_for(&view, &candidates, args).ok_or_else(|| Error::NotFound {
        what: Item::KeyForCertificate,
        name: args.input.display().to_string(),
    })?;
    check_usage(place.certificate, place.usage)?;
    let there = side(place.container, place.usage).certificate.as_deref();
    let changed = there != Some(place.certificate.as_der());
    if changed {
        if there.is_some() && !args.force {
            let name = place.container.name.clone();
            return Err(Error::Exists {
                what: Item::Certificate,
                name,
                replaceable: true,
            });
        }
        login::user(context, &application, &args.pin)?;
        if let (Usage::Encrypt, Some(old)) = (place.usage, there)
            && Certificate::from_der(old).is_ok()
        {
            earlier::keep(&application, old)?;
        }
        application
            .container(&place.container.name)
            .import_certificate(place.usage.into(), place.certificate.as_der())?;
    }
    let name = certificate::short_name(place.certificate.as_der());
    let data = json!({
        "container": place.container.name,
        "usage": text::usage_word(place.usage),
        "changed": changed,
        "certificate": certificate::data(place.certificate.as_der()),
    });
    let text = text::certificate_stored(&name, &place.container.name, place.usage, changed);
    Ok(Outcome::new(data, format!("{text}\n")))
}

/// Where a certificate belongs.
struct Place<'a> {
    certificate: &'a Certificate,
    container: &'a ContainerView,
    usage: Usage,
}

/// The first pair, within what the user asked for, that one of the certificates certifies.
fn place_for<'a>(
    view: &'a ObjectView,
    candidates: &'a [Certificate],
    args: &CertImportArgs,
) -> Option<Place<'a>> {
    let wanted = |container: &&ContainerView| {
        args.container
            .as_ref()
            .is_none_or(|name| *name == container.name)
    };
    for container in view.containers.iter().filter(wanted) {
        for usage in [Usage::Sign, Usage::Encrypt] {
            if args.usage.is_some_and(|wanted| wanted != usage) {
                continue;
            }
            let Some(key) = &side(container, usage).public_key else {
                continue;
            };
            let fitting = candidates
                .iter()
                .find(|candidate| certificate::certifies(candidate, key));
            if let Some(certificate) = fitting {
                return Some(Place {
                    certificate,
                    container,
                    usage,
                });
            }
        }
    }
    None
}

/// Refuses a certificate whose keyUsage forbids what its pair is for.
pub(crate) fn check_usage(certificate: &Certificate, usage: Usage) -> Result<()> {
    let fits = match usage {
        Usage::Sign => certificate.can_sign(),
        Usage::Encrypt => certificate.can_encrypt(),
    };
    match fits {
        true => Ok(()),
        false => Err(Error::Unfit(text::error::key_usage(usage))),
    }
}

fn export(context: &Context, args: &CertExportArgs) -> Result<Outcome> {
    check_written(context, &args.written)?;
    let application = target::selected_application(context)?;
    let (container, der) =
        target::certificate(&application, args.container.as_deref(), args.usage)?;
    let certificate = Certificate::from_der(&der)?;
    let data = json!({
        "container": container,
        "usage": text::usage_word(args.usage),
        "certificate": certificate::data(&der),
        "pem": certificate.to_pem(),
    });
    deliver(&args.written, &der, certificate.to_pem(), data)
}

fn list(context: &Context, args: &CertListArgs) -> Result<Outcome> {
    let application = target::selected_application(context)?;
    // Who asks which ones end soon is told anyway.
    if args.expiring.is_none() {
        expiry::notice(context, &application)?;
    }
    let view = application.view()?;
    let mut rows = Vec::new();
    let mut certificates = Vec::new();
    for container in &view.containers {
        for usage in [Usage::Sign, Usage::Encrypt] {
            let ends = |der: &[u8]| match args.expiring {
                Some(days) => expires_within(der, days),
                None => true,
            };
            if args.expiring.is_some() && retired::is_retired(container, &view.containers) {
                continue;
            }
            if let Some(der) = side(container, usage)
                .certificate
                .as_ref()
                .filter(|der| ends(der))
            {
                rows.push(row(container, usage, der));
                let mut data = certificate::data(der);
                data["container"] = json!(container.name);
                data["usage"] = json!(text::usage_word(usage));
                certificates.push(data);
            }
        }
    }
    let text = match rows.is_empty() {
        true => format!("{}\n", text::no_certificates()),
        false => output::table(
            &[
                text::label::container(),
                text::label::purpose(),
                text::label::subject(),
                text::label::issuer(),
                text::label::valid_until(),
                text::label::serial(),
            ],
            &rows,
        ),
    };
    let count = certificates.len();
    let data = json!({ "application": application.name(), "certificates": certificates });
    let mut outcome = Outcome::new(data, text);
    if args.expiring.is_some() && count > 0 {
        outcome.verdict = Some(Error::Expiring { count });
    }
    Ok(outcome)
}

/// An unreadable certificate counts too: somebody should look.
fn expires_within(der: &[u8], days: i64) -> bool {
    match Certificate::from_der(der) {
        Ok(found) => certificate::days_left(found.validity().not_after) < days,
        Err(_) => true,
    }
}

fn row(container: &ContainerView, usage: Usage, der: &[u8]) -> Vec<String> {
    let mut cells = vec![
        container.name.clone(),
        text::purpose(usage),
        certificate::short_name(der),
    ];
    if let Ok(certificate) = Certificate::from_der(der) {
        let end = certificate.validity().not_after;
        let issuer = certificate.issuer();
        cells.extend([
            issuer
                .common_name()
                .map_or_else(|| issuer.to_string(), str::to_owned),
            text::until(&certificate::day(end), certificate::days_left(end)),
            certificate.serial_hex(),
        ]);
    }
    cells
}

/// Reads certificates that the user names as trusted or as recipients.
pub(crate) fn read_certificates(path: &Path) -> Result<Vec<Certificate>> {
    Ok(Certificate::all_from_file_bytes(&files::read_small(path)?)?)
}
