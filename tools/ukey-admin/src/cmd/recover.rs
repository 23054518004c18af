//! `recover`: an escrowed encryption key comes to this token.
//!
//! It is wrapped to a signing key made for it alone, in a container of its own, and the request is
//! signed with the key in use; so nothing that is there is touched.

use serde_json::json;
use ukey_ca::request::{Act, Request};
use ukey_pki::{
    Certificate, CertificationRequest, Decryptor, PublicKey, Signer,
    certificate::chain::{Purpose, validate},
};
use ukey_token::{Application, Container, KeyUsage};

use super::{enroll::sent, issued, key, renew::Present};
use crate::{
    authority::{self, Letter, Reply},
    certificate,
    cli::{KeyAlgorithmArg, RecoverArgs, Usage},
    context::Context,
    error::{Error, Result},
    login,
    output::{self, Outcome},
    retired, self_test, target, text,
    token_keys::{TokenDecryptor, TokenSigner},
};

pub(crate) fn run(context: &Context, args: &RecoverArgs) -> Result<Outcome> {
    let about = args.about.to_ascii_uppercase();
    let application = target::selected_application(context)?;
    let present = Present::find(&application, args.container.as_deref())?;
    let mut directory = args
        .issuer
        .authority
        .ca
        .as_deref()
        .map(|path| authority::open(context, path, false))
        .transpose()?;
    let kmc = match (&directory, args.officer_key.as_slice()) {
        (Some(directory), [first, second]) => Some(directory.open_kmc(first, second)?),
        (Some(_), _) => return Err(Error::Usage(text::error::two_officers().to_owned())),
        (None, _) => None,
    };
    login::user(context, &application, &args.pin)?;
    let name = retired::recovered_name(&about);
    if let Some(certificate) = recovered(&application, &name)? {
        // Done before, to the end.
        try_out(&application.container(&name), &certificate)?;
        return Ok(report(&name, &certificate));
    }
    let (container, _, wrap_key) = key::for_request(
        context,
        &application,
        &name,
        family(&present),
        &args.issuer.authority,
    )?;
    let signer = TokenSigner::new(container.clone(), &wrap_key);
    let identifier = certificate::hex(&signer.public_key().key_identifier());
    let mut request = Request::new(Act::Recover, format!("recover-{identifier}"));
    request.about = Some(about.clone());
    let letter = Letter {
        request,
        file: &|request| {
            let subject = present.certificate.subject();
            let csr = CertificationRequest::build(subject, &signer, &Default::default())?;
            let mut request = request.clone();
            request.csr = Some(csr.to_pem());
            Ok(request.to_signed_file(&present.certificate, &present.signer)?)
        },
    };
    let sent_to = authority::send(
        &args.issuer.authority,
        directory.as_mut(),
        kmc.as_ref(),
        &letter,
    )?;
    let answer = match sent_to {
        Reply::Sent(path) => return Ok(sent(&path)),
        Reply::Answer(answer) => answer,
    };
    let anchors = authority::anchors(&args.issuer, &answer)?;
    let certificate = store(&container, &answer, &about, &anchors)?;
    try_out(&container, &certificate)?;
    retired::retire(&application)?;
    Ok(report(&name, &certificate))
}

fn report(container: &str, certificate: &Certificate) -> Outcome {
    let data = json!({
        "container": container,
        "encryption_certificate": certificate::data(certificate.as_der()),
        "self_test": "ok",
    });
    let text = output::fields(&[
        (text::label::recovered(), certificate.subject().to_string()),
        (text::label::container(), container.to_owned()),
        (
            text::label::encryption_certificate(),
            certificate.serial_hex(),
        ),
        (text::label::self_test(), text::decrypted_ok().to_owned()),
    ]);
    Outcome::new(data, text)
}

/// The certificate of the pair that an earlier run has recovered, to the end.
fn recovered(application: &Application, name: &str) -> Result<Option<Certificate>> {
    let view = application.view()?;
    let done = view
        .containers
        .iter()
        .find(|container| container.name == name && container.retired);
    let der = done.and_then(|container| container.encryption.certificate.as_ref());
    Ok(der.map(|der| Certificate::from_der(der)).transpose()?)
}

/// The family of the escrowed key is that of the holder's other keys.
fn family(present: &Present) -> KeyAlgorithmArg {
    match present.signer.public_key() {
        PublicKey::Rsa(_) => KeyAlgorithmArg::Rsa2048,
        _ => KeyAlgorithmArg::Sm2,
    }
}

/// Checks the answer and puts pair and certificate into the container.
fn store(
    container: &Container,
    answer: &ukey_ca::answer::Answer,
    about: &str,
    anchors: &[Certificate],
) -> Result<Certificate> {
    let unfit = || Error::Unfit(text::error::wrong_answer().to_owned());
    let response = answer.csr_response()?.ok_or_else(unfit)?;
    let certificate = response.encrypt_certificates.into_iter().next();
    let certificate = certificate.ok_or_else(unfit)?;
    let key = response.enveloped_key.ok_or_else(unfit)?;
    if certificate.serial_hex() != about || certificate.public_key()? != key.public_key() {
        return Err(unfit());
    }
    // It may have ended long ago; what counts is that it was this authority's.
    let then = certificate.validity().not_before;
    validate(
        &certificate,
        &answer.chain()?,
        anchors,
        then,
        Purpose::Encrypt,
    )?;
    let view = container.read()?;
    issued::store_pair(container, &view, &key)?;
    issued::store_certificate(container, &view, Usage::Encrypt, &certificate)?;
    Ok(certificate)
}

fn try_out(container: &Container, certificate: &Certificate) -> Result<()> {
    let decryptor: &dyn Decryptor = &TokenDecryptor::new(container.clone(), KeyUsage::Encryption);
    match self_test::decrypts(decryptor, &certificate.public_key()?)? {
        true => Ok(()),
        false => Err(Error::SelfTest(text::self_test_decrypt())),
    }
}
