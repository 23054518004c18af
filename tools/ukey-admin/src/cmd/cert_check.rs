//! `cert check`: is every certificate on the USBKEY good, and if not, why not.

use std::path::Path;

use serde_json::{Value, json};
use time::OffsetDateTime;
use ukey_pki::{
    Certificate,
    certificate::{Purpose, chain},
    crl::{Entry, RevocationList},
};
use ukey_token::view::Side;

use super::{cert, verify};
use crate::{
    certificate,
    cli::{CertCheckArgs, TrustArgs, Usage},
    context::Context,
    error::{Error, Result},
    expiry, files,
    output::{self, Outcome},
    target, text,
};

/// What the certificates are held against.
pub(crate) struct Measure {
    anchors: Vec<Certificate>,
    revoked: Option<RevocationList>,
    now: OffsetDateTime,
}

pub(crate) fn run(context: &Context, args: &CertCheckArgs) -> Result<Outcome> {
    let measure = Measure::read(&args.trust)?;
    let application = target::selected_application(context)?;
    expiry::notice(context, &application)?;
    let (mut rows, mut data): (Vec<Vec<String>>, Vec<Value>) = (Vec::new(), Vec::new());
    let mut good = true;
    for container in &application.view()?.containers {
        for usage in [Usage::Sign, Usage::Encrypt] {
            let side = cert::side(container, usage);
            let Some(der) = &side.certificate else {
                continue;
            };
            let defect = measure.defect(der, side, usage);
            good &= defect.is_none();
            rows.push(vec![
                container.name.clone(),
                text::purpose(usage),
                certificate::short_name(der),
                defect.clone().unwrap_or_else(|| text::good().to_owned()),
            ]);
            data.push(json!({
                "container": container.name,
                "usage": text::usage_word(usage),
                "good": defect.is_none(),
                "defect": defect,
                "certificate": certificate::data(der),
            }));
        }
    }
    let text = match rows.is_empty() {
        true => format!("{}\n", text::no_certificates()),
        false => output::table(
            &[
                text::label::container(),
                text::label::purpose(),
                text::label::subject(),
                text::label::result(),
            ],
            &rows,
        ),
    };
    let mut outcome = Outcome::new(json!({ "certificates": data }), text);
    outcome.verdict = (!good).then_some(Error::NotGood);
    Ok(outcome)
}

impl Measure {
    pub(crate) fn read(args: &TrustArgs) -> Result<Self> {
        let list = |path: &Path| -> Result<_> {
            Ok(RevocationList::from_file_bytes(&files::read_small(path)?)?)
        };
        Ok(Self {
            anchors: verify::anchors(&args.ca)?,
            revoked: args.crl.as_deref().map(list).transpose()?,
            now: OffsetDateTime::now_utc(),
        })
    }

    /// Whether the user named an authority.
    pub(crate) fn has_anchors(&self) -> bool {
        !self.anchors.is_empty()
    }

    /// What is wrong with a certificate, if anything.
    fn defect(&self, der: &[u8], side: &Side, usage: Usage) -> Option<String> {
        let Ok(found) = Certificate::from_der(der) else {
            return Some(text::unreadable_certificate().to_owned());
        };
        let key = side.public_key.as_ref();
        if !key.is_some_and(|key| certificate::certifies(&found, key)) {
            return Some(text::other_key().to_owned());
        }
        let validity = found.validity();
        if !validity.contains(self.now) {
            return Some(text::outside_dates(
                &certificate::day(validity.not_before),
                &certificate::day(validity.not_after),
            ));
        }
        if let Err(error) = cert::check_usage(&found, usage) {
            return Some(error.to_string());
        }
        self.chain_defect(&found, usage)
            .or_else(|| self.revocation(&found))
    }

    /// Why no path leads from a certificate to an authority that the user named.
    pub(crate) fn chain_defect(&self, found: &Certificate, usage: Usage) -> Option<String> {
        if self.anchors.is_empty() {
            return None;
        }
        let purpose = match usage {
            Usage::Sign => Purpose::Sign,
            Usage::Encrypt => Purpose::Encrypt,
        };
        let chain = chain::validate(found, &[], &self.anchors, self.now, purpose);
        chain.err().map(|error| error.to_string())
    }

    /// Whether the list names it; a list that its issuer did not sign says nothing.
    fn revocation(&self, found: &Certificate) -> Option<String> {
        let defect = self.list_defect();
        let defect = defect.or_else(|| self.entry(found).map(|_| text::revoked()));
        defect.map(str::to_owned)
    }

    /// Why the list that the user named says nothing.
    pub(crate) fn list_defect(&self) -> Option<&'static str> {
        let list = self.revoked.as_ref()?;
        let mut anchors = self.anchors.iter();
        let Some(issuer) = anchors.find(|anchor| anchor.subject() == list.issuer()) else {
            return Some(text::list_of_stranger());
        };
        if list.verify_signed_by(issuer).is_err() {
            return Some(text::list_not_signed());
        }
        let is_old = list.next_update().is_some_and(|next| next < self.now);
        is_old.then(text::list_too_old)
    }

    /// The certificate's entry on the list.
    pub(crate) fn entry(&self, found: &Certificate) -> Option<&Entry> {
        self.revoked.as_ref()?.find(found)
    }

    /// Whether the list is that of the certificate's issuer.
    pub(crate) fn is_listed_there(&self, found: &Certificate) -> bool {
        let list = self.revoked.as_ref();
        list.is_some_and(|list| list.issuer() == found.issuer())
    }
}
