//! `cert check`: is every certificate on the USBKEY good, and if not, why not.

use serde_json::{Value, json};
use time::OffsetDateTime;
use ukey_pki::{
    Certificate,
    certificate::{Purpose, chain},
    crl::RevocationList,
};
use ukey_token::view::Side;

use super::{cert, verify};
use crate::{
    certificate,
    cli::{CertCheckArgs, Usage},
    context::Context,
    error::{Error, Result},
    expiry, files,
    output::{self, Outcome},
    target, text,
};

/// What the certificates are held against.
struct Measure {
    anchors: Vec<Certificate>,
    revoked: Option<RevocationList>,
    now: OffsetDateTime,
}

pub(crate) fn run(context: &Context, args: &CertCheckArgs) -> Result<Outcome> {
    let measure = Measure {
        anchors: verify::anchors(&args.ca)?,
        revoked: args
            .crl
            .as_deref()
            .map(|path| Ok::<_, Error>(RevocationList::from_file_bytes(&files::read_small(path)?)?))
            .transpose()?,
        now: OffsetDateTime::now_utc(),
    };
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

    fn chain_defect(&self, found: &Certificate, usage: Usage) -> Option<String> {
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
        let list = self.revoked.as_ref()?;
        let issuer = self
            .anchors
            .iter()
            .find(|anchor| anchor.subject() == list.issuer());
        let Some(issuer) = issuer else {
            return Some(text::list_of_stranger().to_owned());
        };
        if list.verify_signed_by(issuer).is_err() {
            return Some(text::list_not_signed().to_owned());
        }
        if list.next_update().is_some_and(|next| next < self.now) {
            return Some(text::list_too_old().to_owned());
        }
        list.find(found).map(|_| text::revoked().to_owned())
    }
}
