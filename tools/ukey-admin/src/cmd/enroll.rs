//! `enroll` and `replace`: both certificates for a signing key that is made here. The request's id
//! comes from the key, so that asking again for the same key issues nothing twice.

use serde_json::json;
use ukey_ca::request::Act;
use ukey_ca::{directory::Directory, request::Request};
use ukey_pki::{CertificationRequest, Name, Signer};
use ukey_token::view::ContainerView;

use super::{
    issued::{self, Issued},
    key,
};
use crate::{
    authority::{self, Letter, Reply},
    certificate,
    cli::{EnrollArgs, IssuerArgs, KeyAlgorithmArg, PinArgs, ReplaceArgs},
    context::Context,
    error::{Error, Item, Result},
    login,
    output::Outcome,
    target, text,
    token_keys::TokenSigner,
};

/// What both commands have in common.
struct Application<'a> {
    act: Act,
    issuer: &'a IssuerArgs,
    subject: Name,
    container: &'a str,
    days: Option<u32>,
    pin: &'a PinArgs,
    /// Fields of the request that are the act's own.
    complete: &'a dyn Fn(&mut Request),
}

pub(crate) fn run(context: &Context, args: &EnrollArgs) -> Result<Outcome> {
    apply(
        context,
        &Application {
            act: Act::Issue,
            issuer: &args.issuer,
            subject: args.subject.parse()?,
            container: &args.container,
            days: Some(args.days),
            pin: &args.pin,
            complete: &|_| {},
        },
    )
}

pub(crate) fn replace(context: &Context, args: &ReplaceArgs) -> Result<Outcome> {
    let outcome = apply(
        context,
        &Application {
            act: Act::Replace,
            issuer: &args.issuer,
            subject: args.subject.parse()?,
            container: &args.container,
            days: None,
            pin: &args.pin,
            complete: &|request| {
                request.about = Some(args.about.clone());
                request.why = args.why.into();
            },
        },
    )?;
    context.talk.say(text::recover_old());
    Ok(outcome)
}

fn apply(context: &Context, wanted: &Application<'_>) -> Result<Outcome> {
    let application = target::selected_application(context)?;
    let create = wanted.act == Act::Issue;
    let ca = wanted.issuer.authority.ca.as_deref();
    login::user(context, &application, wanted.pin)?;
    let (container, before, signing_key) = key::for_request(
        context,
        &application,
        wanted.container,
        KeyAlgorithmArg::Sm2,
        &wanted.issuer.authority,
    )?;
    let signer = TokenSigner::new(container.clone(), &signing_key);
    let mut directory = ca
        .map(|path| authority::open(context, path, create))
        .transpose()?;
    let request = request(wanted, &signer);
    if let Some(directory) = &mut directory {
        authority::prepare_for(directory, signer.public_key())?;
        check_before(directory, &request.id, wanted, &before)?;
    }
    let letter = Letter {
        request,
        file: &|request| {
            let subject = &wanted.subject;
            let csr = CertificationRequest::build(subject, &signer, &Default::default())?;
            let mut request = request.clone();
            request.csr = Some(csr.to_pem());
            Ok(request.to_file()?)
        },
    };
    let answer = match authority::send(&wanted.issuer.authority, directory.as_mut(), None, &letter)?
    {
        Reply::Sent(path) => return Ok(sent(&path)),
        Reply::Answer(answer) => answer,
    };
    let anchors = authority::anchors(wanted.issuer, &answer)?;
    let issued = Issued::read(&answer, signer.public_key(), &anchors)?;
    issued.store(&container)?;
    issued.try_out(&container)?;
    let complete =
        before.signature.certificate.is_some() && before.encryption.certificate.is_some();
    let mut data = issued.data(wanted.container);
    data["already_enrolled"] = json!(complete);
    Ok(Outcome::new(
        data,
        issued.text(text::enrolled(complete), wanted.container),
    ))
}

/// What to say when a request is on its way.
pub(crate) fn sent(path: &std::path::Path) -> Outcome {
    let data = json!({ "request": path.display().to_string() });
    Outcome::new(data, text::request_written(path))
}

fn request(wanted: &Application<'_>, signer: &TokenSigner) -> Request {
    let key = certificate::hex(&signer.public_key().key_identifier());
    let mut request = Request::new(wanted.act, format!("{}-{key}", wanted.act.word()));
    request.days = wanted.days;
    (wanted.complete)(&mut request);
    request
}

/// A container with keys or certificates from elsewhere is left alone, and so is one that has
/// certificates for another name.
fn check_before(
    directory: &mut Directory,
    id: &str,
    wanted: &Application<'_>,
    before: &ContainerView,
) -> Result<()> {
    let mut transaction = directory.state().begin()?;
    let Some(earlier) = transaction.request(id)? else {
        return issued::check_empty(before);
    };
    let certificate = match &earlier.sign {
        Some(serial) => transaction.certificate(serial)?,
        None => None,
    };
    match certificate {
        Some(record) if record.subject != wanted.subject.to_string() => Err(Error::Exists {
            what: Item::Certificate,
            name: record.subject,
            replaceable: false,
        }),
        _ => Ok(()),
    }
}
