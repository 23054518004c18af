//! `enroll`: both certificates from the test CA.
//!
//! Every step looks first whether its work is done, so that a run after an interruption goes on
//! where the last one stopped. Nothing on the key is replaced.

use serde_json::json;
use ukey_pki::{
    Certificate, CertificationRequest, Name, PublicKey, Signer,
    certificate::chain::{Purpose, validate},
    csr_response::CsrResponse,
    enveloped_key::EnvelopedKey,
};
use ukey_token::{
    AlgId, Container, EnvelopedSm2Key, KeyUsage,
    view::{ContainerView, Side},
};

use super::{cert, key};
use crate::{
    certificate,
    cli::{EnrollArgs, KeyAlgorithmArg, Usage},
    context::Context,
    error::{Error, Item, Result},
    interrupt, login,
    output::{self, Outcome},
    self_test, target,
    test_ca::TestCa,
    text,
    token_keys::TokenSigner,
};

pub(crate) fn run(context: &Context, args: &EnrollArgs) -> Result<Outcome> {
    let subject: Name = args.subject.parse()?;
    let application = target::selected_application(context)?;
    login::user(context, &application, &args.pin)?;
    let container = key::open_or_create(&application, &args.container)?;
    let before = container.read()?;
    let signing_key = match &before.signature.public_key {
        Some(key) => key.clone(),
        None => key::make_signing_key(context, &container, KeyAlgorithmArg::Sm2)?,
    };
    let signer = TokenSigner::new(container.clone(), &signing_key);
    let ca = TestCa::open_or_create(&args.ca, signer.public_key())?;
    if ca.is_new {
        context.talk.say(&text::test_ca_created(&args.ca));
    }
    let issued = Issued::get(&ca, &signer, &subject, args.days, &before)?;
    issued.check(&ca, signer.public_key())?;
    issued.store(&container)?;
    let after = issued.read_back(&container)?;
    self_test::pair(&container, &after, &issued.signature, &issued.encryption)?;
    Ok(report(args, &before, &issued))
}

/// What the CA gave.
struct Issued {
    signature: Certificate,
    encryption: Certificate,
    enveloped_key: EnvelopedKey,
}

impl Issued {
    /// What the CA issued for this key before, or issues now. A container with keys or
    /// certificates from elsewhere is left alone.
    fn get(
        ca: &TestCa,
        signer: &TokenSigner,
        subject: &Name,
        days: u32,
        before: &ContainerView,
    ) -> Result<Self> {
        let response = match ca.issued(signer.public_key())? {
            Some(response) => response,
            None => {
                check_empty(before)?;
                let request = CertificationRequest::build(subject, signer, &Default::default())?;
                ca.answer(&request, days)?
            }
        };
        let issued = Self::try_from(response)?;
        match issued.signature.subject() == subject {
            true => Ok(issued),
            false => Err(Error::Exists {
                what: Item::Certificate,
                name: issued.signature.subject().to_string(),
            }),
        }
    }

    /// Nothing of the answer goes to the key before all of it was checked.
    fn check(&self, ca: &TestCa, signing_key: &PublicKey) -> Result<()> {
        if self.signature.public_key()? != *signing_key
            || self.encryption.public_key()? != self.enveloped_key.public_key()
        {
            return Err(Error::Unfit(text::error::WRONG_ANSWER.to_owned()));
        }
        let roots = [ca.certificate().clone()];
        let now = time::OffsetDateTime::now_utc();
        validate(&self.signature, &[], &roots, now, Purpose::Sign)?;
        validate(&self.encryption, &[], &roots, now, Purpose::Encrypt)?;
        Ok(())
    }

    fn store(&self, container: &Container) -> Result<()> {
        let view = container.read()?;
        let wanted = self.enveloped_key.public_key();
        match &view.encryption.public_key {
            Some(key) if certificate::to_pki(key) == wanted => {}
            Some(_) => return Err(taken(Item::EncryptionKey, &view)),
            None => import_pair(container, &self.enveloped_key)?,
        }
        store_certificate(container, &view, Usage::Encrypt, &self.encryption)?;
        store_certificate(container, &view, Usage::Sign, &self.signature)
    }

    fn read_back(&self, container: &Container) -> Result<ContainerView> {
        let view = container.read()?;
        let holds = |side: &Side, certificate: &Certificate| {
            side.certificate.as_deref() == Some(certificate.as_der())
                && side
                    .public_key
                    .as_ref()
                    .is_some_and(|key| certificate::certifies(certificate, key))
        };
        match holds(&view.signature, &self.signature) && holds(&view.encryption, &self.encryption) {
            true => Ok(view),
            false => Err(Error::SelfTest(text::READ_BACK)),
        }
    }
}

impl TryFrom<CsrResponse> for Issued {
    type Error = Error;

    fn try_from(response: CsrResponse) -> Result<Self> {
        let incomplete = || Error::Unfit(text::error::WRONG_ANSWER.to_owned());
        let first = |mut certificates: Vec<Certificate>| {
            (!certificates.is_empty())
                .then(|| certificates.swap_remove(0))
                .ok_or_else(incomplete)
        };
        Ok(Self {
            signature: first(response.sign_certificates)?,
            encryption: first(response.encrypt_certificates)?,
            enveloped_key: response.enveloped_key.ok_or_else(incomplete)?,
        })
    }
}

fn taken(what: Item, view: &ContainerView) -> Error {
    Error::Exists {
        what,
        name: text::in_container(&view.name),
    }
}

fn check_empty(view: &ContainerView) -> Result<()> {
    if view.encryption.public_key.is_some() {
        return Err(taken(Item::EncryptionKey, view));
    }
    if view.signature.certificate.is_some() || view.encryption.certificate.is_some() {
        return Err(taken(Item::Certificate, view));
    }
    Ok(())
}

fn import_pair(container: &Container, key: &EnvelopedKey) -> Result<()> {
    match key {
        EnvelopedKey::Sm2(key) => {
            let blob = key.to_skf();
            container.import_sm2(&EnvelopedSm2Key {
                sym_alg: AlgId(blob.sym_alg_id),
                encrypted_private: &blob.encrypted_private_key,
                public_key: &blob.public_key,
                session_key: &blob.wrapped_key,
            })?;
        }
        EnvelopedKey::Rsa(key) => container.import_rsa(
            AlgId(key.cipher.skf_id()),
            &key.wrapped_key,
            &key.encrypted_private_key,
        )?,
        _ => return Err(ukey_token::Error::NotSupported.into()),
    }
    interrupt::note_done(text::DONE_ENCRYPTION_KEY);
    Ok(())
}

fn store_certificate(
    container: &Container,
    view: &ContainerView,
    usage: Usage,
    certificate: &Certificate,
) -> Result<()> {
    cert::check_usage(certificate, usage)?;
    match &cert::side(view, usage).certificate {
        Some(there) if there == certificate.as_der() => Ok(()),
        Some(_) => Err(taken(Item::Certificate, view)),
        None => {
            container.import_certificate(KeyUsage::from(usage), certificate.as_der())?;
            interrupt::note_done(text::done_certificate(usage));
            Ok(())
        }
    }
}

fn report(args: &EnrollArgs, before: &ContainerView, issued: &Issued) -> Outcome {
    let complete =
        before.signature.certificate.is_some() && before.encryption.certificate.is_some();
    let signature = certificate::data(issued.signature.as_der());
    let encryption = certificate::data(issued.encryption.as_der());
    let end = issued.signature.validity().not_after;
    let text = output::fields(&[
        (
            text::enrolled(complete),
            issued.signature.subject().to_string(),
        ),
        ("Container", args.container.clone()),
        ("Signature certificate", issued.signature.serial_hex()),
        ("Encryption certificate", issued.encryption.serial_hex()),
        ("Issuer", issued.signature.issuer().to_string()),
        (
            "Valid until",
            text::until(&certificate::day(end), certificate::days_left(end)),
        ),
        ("Self-test", text::SELF_TEST_OK.to_owned()),
    ]);
    let data = json!({
        "container": args.container,
        "already_enrolled": complete,
        "signature_certificate": signature,
        "encryption_certificate": encryption,
        "self_test": "ok",
    });
    Outcome::new(data, text)
}
