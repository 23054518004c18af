//! `cert check`: is every certificate on the USBKEY good, and if not, why not.

use std::path::{Path, PathBuf};

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
    lists: Vec<Judged>,
    now: OffsetDateTime,
}

/// A revocation list of a file.
struct Judged {
    path: PathBuf,
    list: RevocationList,
    /// Why it says nothing.
    defect: Option<&'static str>,
}

/// What the revocation lists say of a certificate.
pub(crate) enum Listed<'a> {
    /// Nothing: none that is of use is its issuer's.
    Unknown,
    /// It is not on its issuer's.
    Absent,
    /// Its entry.
    Entry(&'a Entry),
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
        let (anchors, now) = (verify::anchors(&args.ca)?, OffsetDateTime::now_utc());
        let judged = |path: &PathBuf| -> Result<_> {
            let list = RevocationList::from_file_bytes(&files::read_small(path)?)?;
            let defect = defect_of(&list, &anchors, now);
            let path = path.clone();
            Ok(Judged { path, list, defect })
        };
        let lists = args.crl.iter().map(judged).collect::<Result<_>>()?;
        Ok(Self {
            anchors,
            lists,
            now,
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

    /// Whether it is revoked, or the lists that the user named do not tell.
    fn revocation(&self, found: &Certificate) -> Option<String> {
        let defect = match self.listed(found) {
            _ if self.lists.is_empty() => return None,
            Listed::Absent => return None,
            Listed::Entry(_) => text::revoked(),
            Listed::Unknown => match self.useless_lists().next() {
                Some((_, defect)) => defect,
                None => text::no_list_of_issuer(),
            },
        };
        Some(defect.to_owned())
    }

    /// What the lists of use say of a certificate.
    pub(crate) fn listed(&self, found: &Certificate) -> Listed<'_> {
        let mut of_use = self.lists.iter().filter(|judged| judged.defect.is_none());
        let its = of_use.find(|judged| judged.list.issuer() == found.issuer());
        match its.map(|judged| judged.list.find(found)) {
            None => Listed::Unknown,
            Some(None) => Listed::Absent,
            Some(Some(entry)) => Listed::Entry(entry),
        }
    }

    /// The lists that say nothing, and why.
    pub(crate) fn useless_lists(&self) -> impl Iterator<Item = (&Path, &'static str)> {
        self.lists
            .iter()
            .filter_map(|judged| Some((judged.path.as_path(), judged.defect?)))
    }
}

/// Why a list says nothing.
fn defect_of(
    list: &RevocationList,
    anchors: &[Certificate],
    now: OffsetDateTime,
) -> Option<&'static str> {
    let named = |anchor: &&Certificate| anchor.subject() == list.issuer();
    let mut issuers = anchors.iter().filter(named).peekable();
    if issuers.peek().is_none() {
        return Some(text::list_of_stranger());
    }
    if !issuers.any(|issuer| list.verify_signed_by(issuer).is_ok()) {
        return Some(text::list_not_signed());
    }
    let is_old = list.next_update().is_some_and(|next| next < now);
    is_old.then(text::list_too_old)
}
