//! `encrypt`: an envelope for one or several certificates, in constant memory. Needs a token only
//! for its certificate, and no PIN.

use std::path::PathBuf;

use serde_json::{Value, json};
use time::OffsetDateTime;
use ukey_pki::{
    Certificate, Flavour,
    envelope::{SealOptions, seal},
};

use super::cert;
use super::several::{self, Several};
use crate::{
    certificate,
    cli::{EncryptArgs, EnvelopeFormat, Usage},
    context::Context,
    error::{Error, Result},
    expiry,
    files::{self, OutputFile, Readers, Stream},
    output::{self, Outcome},
    target, text,
};

/// What is behind the name of an encrypted file.
pub(super) const SUFFIX: &str = ".enc";

pub(crate) fn run(context: &Context, args: &EncryptArgs) -> Result<Outcome> {
    several::run(context, args, one)
}

fn one(context: &Context, args: &EncryptArgs) -> Result<Outcome> {
    let path = output_path(args);
    output::check_stream(context, Some(&path))?;
    let recipients = recipients(context, args)?;
    let input = files::open(args.input())?;
    let mut to = OutputFile::create(&path, args.output.force, Readers::AsUsual, Stream::Direct)?;
    let mut options = SealOptions::default();
    options.content_len = input.length;
    if args.format == EnvelopeFormat::Cms {
        options.flavour = Flavour::Pkcs7;
    }
    let bar = context.talk.bytes(input.length);
    let mut content = bar.wrap_read(input.reader);
    let by_reference: Vec<&Certificate> = recipients.iter().collect();
    let sealed = seal(&by_reference, &mut content, &mut to, &options)?;
    to.commit()?;
    bar.finish_and_clear();
    let shown: Vec<Value> = recipients
        .iter()
        .map(|c| certificate::data(c.as_der()))
        .collect();
    let data = json!({
        "input": args.input().display().to_string(),
        "output": path.display().to_string(),
        "bytes": sealed.content_len,
        "recipients": shown,
    });
    Ok(Outcome::new(data, result_text(&path, &recipients)))
}

fn result_text(path: &std::path::Path, recipients: &[Certificate]) -> String {
    if files::is_stream(path) {
        return String::new();
    }
    let mut rows = vec![(text::label::encrypted(), path.display().to_string())];
    let name = |c: &Certificate| text::with_serial(&c.subject().to_string(), &c.serial_hex());
    rows.extend(
        recipients
            .iter()
            .map(|certificate| (text::label::recipient(), name(certificate))),
    );
    output::fields(&rows)
}

fn output_path(args: &EncryptArgs) -> PathBuf {
    match &args.output.output {
        Some(path) => path.clone(),
        None if files::is_stream(args.input()) => args.input().to_owned(),
        None => files::with_suffix(args.input(), SUFFIX),
    }
}

/// The certificates named, and the token's own one where it is wanted or nothing was named.
fn recipients(context: &Context, args: &EncryptArgs) -> Result<Vec<Certificate>> {
    let mut recipients = Vec::new();
    for path in &args.recipient {
        let found = cert::read_certificates(path)?
            .into_iter()
            .find(Certificate::can_encrypt);
        recipients.push(found.ok_or_else(|| Error::Unfit(text::error::recipient_usage(path)))?);
    }
    if args.to_self || args.recipient.is_empty() {
        let application = target::selected_application(context)?;
        let container = args.container.as_deref();
        let (_, der) = target::certificate(&application, container, Usage::Encrypt)?;
        let own = Certificate::from_der(&der)?;
        cert::check_usage(&own, Usage::Encrypt)?;
        expiry::notice(context, &application)?;
        recipients.push(own);
    }
    for certificate in &recipients {
        if !certificate.validity().contains(OffsetDateTime::now_utc()) {
            let name = certificate::short_name(certificate.as_der());
            context.talk.warn(&text::recipient_outside_validity(&name));
        }
    }
    Ok(recipients)
}
