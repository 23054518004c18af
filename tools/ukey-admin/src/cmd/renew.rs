//! `renew` and `change`.
//!
//! With new keys: new container, new signing key, request signed with the present key, pair and
//! certificates stored, everything tried. The new container counts as the one in use from the
//! moment when its signing certificate, stored last, is there; until then the old one does. With
//! the same keys only the certificates are replaced, the signing certificate last.

use serde_json::json;
use ukey_ca::request::{Act, Request};
use ukey_pki::{Certificate, CertificationRequest, Name, Signer};
use ukey_token::{Application, view::ContainerView};

use super::{enroll::sent, issued::Issued, key};
use crate::{
    authority::{self, Letter, Reply},
    certificate,
    cli::{ChangeArgs, IssuerArgs, KeyAlgorithmArg, PinArgs, RenewArgs},
    context::Context,
    error::{Error, Item, Result},
    login,
    output::Outcome,
    retired, target, text,
    token_keys::TokenSigner,
};

/// Days before the end from which a renewal is due.
const DUE_DAYS: i64 = 90;

/// Free space, in bytes, below which a renewal may not fit.
pub(crate) const LITTLE_SPACE: u32 = 16 * 1024;

/// What both commands have in common.
struct Renewal<'a> {
    act: Act,
    issuer: &'a IssuerArgs,
    container: Option<&'a str>,
    subject: Option<Name>,
    same_key: bool,
    days: Option<u32>,
    pin: &'a PinArgs,
}

pub(crate) fn run(context: &Context, args: &RenewArgs) -> Result<Outcome> {
    let renewal = Renewal {
        act: Act::Renew,
        issuer: &args.issuer,
        container: args.container.as_deref(),
        subject: None,
        same_key: args.same_key,
        days: args.days,
        pin: &args.pin,
    };
    let application = target::selected_application(context)?;
    if let Some(finished) = renewal.finish(context, &application)? {
        return Ok(finished);
    }
    let present = Present::find(&application, renewal.container)?;
    let left = certificate::days_left(present.certificate.validity().not_after);
    if left > DUE_DAYS && !args.early {
        return Err(Error::NotDue { days_left: left });
    }
    renewal.run(context, &application, &present)
}

pub(crate) fn change(context: &Context, args: &ChangeArgs) -> Result<Outcome> {
    let renewal = Renewal {
        act: Act::Change,
        issuer: &args.issuer,
        container: args.container.as_deref(),
        subject: Some(args.subject.parse()?),
        same_key: args.same_key,
        days: None,
        pin: &args.pin,
    };
    let application = target::selected_application(context)?;
    if let Some(finished) = renewal.finish(context, &application)? {
        return Ok(finished);
    }
    let present = Present::find(&application, renewal.container)?;
    if renewal.subject.as_ref() == Some(present.certificate.subject()) {
        return Err(Error::Exists {
            what: Item::Certificate,
            name: args.subject.clone(),
            replaceable: false,
        });
    }
    renewal.run(context, &application, &present)
}

/// The container in use.
pub(crate) struct Present {
    pub(crate) view: ContainerView,
    pub(crate) certificate: Certificate,
    pub(crate) signer: TokenSigner,
}

impl Present {
    /// # Errors
    /// [`Error::NotFound`] where there is no signing certificate.
    pub(crate) fn find(application: &Application, wanted: Option<&str>) -> Result<Self> {
        let (container, view) = target::signer_container(application, wanted)?;
        let missing = |what| Error::NotFound {
            what,
            name: view.name.clone(),
        };
        let key = view.signature.public_key.as_ref();
        let key = key.ok_or_else(|| missing(Item::SigningKey))?;
        let der = view.signature.certificate.as_ref();
        let der = der.ok_or_else(|| missing(Item::Certificate))?;
        Ok(Self {
            certificate: Certificate::from_der(der)?,
            signer: TokenSigner::new(container, key),
            view,
        })
    }
}

impl Renewal<'_> {
    /// Does what an interrupted run has left where that is the last step alone: the new container
    /// is in use, and the old one can still sign.
    fn finish(&self, context: &Context, application: &Application) -> Result<Option<Outcome>> {
        if self.issuer.authority.request.is_some() {
            return Ok(None);
        }
        let pending = retired::pending(application)?;
        let view = application.view()?;
        let left = view.containers.iter().find_map(|old| {
            let new = retired::successor_name(old).filter(|_| pending.contains(&old.name))?;
            let wanted = self
                .container
                .is_none_or(|name| name == old.name || name == new);
            wanted.then(|| (old.name.clone(), new))
        });
        let Some((old, new)) = left else {
            return Ok(None);
        };
        login::user(context, application, self.pin)?;
        let container = application.container(&new);
        let issued = Issued::stored(&container.read()?)?;
        issued.try_out(&container)?;
        retired::retire(application)?;
        Ok(Some(self.report(&issued, &new, Some(&old))))
    }

    fn run(
        &self,
        context: &Context,
        application: &Application,
        present: &Present,
    ) -> Result<Outcome> {
        context.talk.warn(text::renewal_warning());
        let free = application.device().info()?.free_space;
        if free < LITTLE_SPACE {
            context.talk.warn(&text::doctor::may_not_fit(free));
        }
        login::user(context, application, self.pin)?;
        match self.same_key {
            true => self.same_keys(context, application, present),
            false => self.new_keys(context, application, present),
        }
    }

    fn same_keys(
        &self,
        context: &Context,
        application: &Application,
        present: &Present,
    ) -> Result<Outcome> {
        let id = format!(
            "{}-{}-same",
            self.act.word(),
            present.certificate.serial_hex()
        );
        let name = present.view.name.clone();
        let container = application.container(&name);
        let Some(issued) = self.ask(context, present, &present.signer, id)? else {
            return self.sent();
        };
        issued.replace_certificates(&container)?;
        issued.try_out(&container)?;
        Ok(self.report(&issued, &name, None))
    }

    fn new_keys(
        &self,
        context: &Context,
        application: &Application,
        present: &Present,
    ) -> Result<Outcome> {
        let name = retired::successor_name(&present.view).ok_or(Error::NotFound {
            what: Item::Certificate,
            name: present.view.name.clone(),
        })?;
        let algorithm = algorithm(present)?;
        let (container, _, signing_key) = key::for_request(
            context,
            application,
            &name,
            algorithm,
            &self.issuer.authority,
        )?;
        let signer = TokenSigner::new(container.clone(), &signing_key);
        let key = certificate::hex(&signer.public_key().key_identifier());
        let id = format!("{}-{key}", self.act.word());
        let Some(issued) = self.ask(context, present, &signer, id)? else {
            return self.sent();
        };
        issued.store(&container)?;
        issued.try_out(&container)?;
        retired::retire(application)?;
        Ok(self.report(&issued, &name, Some(&present.view.name)))
    }

    /// What the authority gives for the key of `signer`; `None` when the request was sent off.
    fn ask(
        &self,
        context: &Context,
        present: &Present,
        signer: &TokenSigner,
        id: String,
    ) -> Result<Option<Issued>> {
        let mut request = Request::new(self.act, id);
        request.about = Some(present.certificate.serial_hex());
        request.days = self.days;
        let subject = self
            .subject
            .as_ref()
            .unwrap_or(present.certificate.subject());
        let letter = Letter {
            request,
            file: &|request| {
                let csr = CertificationRequest::build(subject, signer, &Default::default())?;
                let mut request = request.clone();
                request.csr = Some(csr.to_pem());
                Ok(request.to_signed_file(&present.certificate, &present.signer)?)
            },
        };
        let mut directory = self
            .issuer
            .authority
            .ca
            .as_deref()
            .map(|path| authority::open(context, path, false))
            .transpose()?;
        match authority::send(&self.issuer.authority, directory.as_mut(), None, &letter)? {
            Reply::Sent(_) => Ok(None),
            Reply::Answer(answer) => {
                let anchors = authority::anchors(self.issuer, &answer)?;
                Issued::read(&answer, signer.public_key(), &anchors).map(Some)
            }
        }
    }

    fn sent(&self) -> Result<Outcome> {
        let path = self.issuer.authority.request.clone().unwrap_or_default();
        Ok(sent(&path))
    }

    fn report(&self, issued: &Issued, container: &str, old: Option<&str>) -> Outcome {
        let mut data = issued.data(container);
        data["retired_container"] = json!(old);
        let mut text = issued.text(text::label::renewed(), container);
        if let Some(old) = old {
            text.push_str(&text::old_pair_stays(old));
        }
        Outcome::new(data, text)
    }
}

/// The kind of the present signing key.
fn algorithm(present: &Present) -> Result<KeyAlgorithmArg> {
    use ukey_pki::key::KeyAlgorithm as K;
    match present.signer.public_key().algorithm() {
        K::Sm2 => Ok(KeyAlgorithmArg::Sm2),
        K::Rsa { bits: 2048 } => Ok(KeyAlgorithmArg::Rsa2048),
        K::Rsa { bits: 3072 } => Ok(KeyAlgorithmArg::Rsa3072),
        K::Rsa { bits: 4096 } => Ok(KeyAlgorithmArg::Rsa4096),
        _ => Err(ukey_token::Error::NotSupported.into()),
    }
}
