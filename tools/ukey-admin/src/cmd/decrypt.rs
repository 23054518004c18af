//! `decrypt`: finds the pair that an envelope is for among all containers, and lets the content
//! out only when all of it was checked.

use std::path::PathBuf;

use serde_json::json;
use ukey_pki::{
    Certificate, Decryptor,
    envelope::{Candidate, EnvelopeReader, Integrity, OpenOptions},
};
use ukey_token::Application;

use super::{
    cert,
    encrypt::SUFFIX,
    several::{self, Several},
};
use crate::{
    certificate,
    cli::{DecryptArgs, Usage},
    context::Context,
    earlier,
    error::{Error, Result},
    expiry,
    files::{self, OutputFile, Readers, Stream},
    login,
    output::{self, Outcome},
    target, text,
    token_keys::TokenDecryptor,
};

pub(crate) fn run(context: &Context, args: &DecryptArgs) -> Result<Outcome> {
    several::run(context, args, one)
}

fn one(context: &Context, args: &DecryptArgs) -> Result<Outcome> {
    let path = output_path(args)?;
    output::check_stream(context, Some(&path))?;
    login::check_input(args.input(), &args.pin)?;
    let input = files::open(args.input())?;
    let application = target::selected_application(context)?;
    let bar = context.talk.bytes_unseen(input.length);
    let envelope = EnvelopeReader::new(bar.wrap_read(input.reader))?;
    let pairs = pairs(&application)?;
    expiry::notice(context, &application)?;
    // Before the PIN is asked for: is there any use in it?
    let is_for = |pair: &Pair| envelope.recipients().any(|id| id.names(&pair.certificate));
    if !pairs.iter().any(is_for) {
        let recipients = envelope.recipients().map(ToString::to_string).collect();
        return Err(Error::NotARecipient { recipients });
    }
    let mut to = OutputFile::create(&path, args.output.force, Readers::Owner, Stream::AfterCheck)?;
    login::user(context, &application, &args.pin)?;
    context.talk.show(&bar);
    let candidates: Vec<Candidate<'_>> = pairs.iter().map(Pair::candidate).collect();
    let mut options = OpenOptions::default();
    options.require_integrity = args.require_integrity;
    let opened = envelope.decrypt(&candidates, &mut to, &options)?;
    to.commit()?;
    bar.finish_and_clear();
    let protected = opened.integrity == Integrity::Verified;
    if !protected {
        context.talk.warn(text::not_protected());
    }
    let pair = &pairs[opened.candidate];
    let data = json!({
        "input": args.input().display().to_string(),
        "output": path.display().to_string(),
        "bytes": opened.content_len,
        "integrity": if protected { "verified" } else { "not_protected" },
        "container": pair.container,
        "usage": text::usage_word(pair.usage),
        "certificate": certificate::data(pair.certificate.as_der()),
    });
    let text = match files::is_stream(&path) {
        true => String::new(),
        false => output::fields(&[
            (text::label::decrypted(), path.display().to_string()),
            (
                text::label::with(),
                format!("{} ({})", pair.certificate.subject(), pair.container),
            ),
        ]),
    };
    Ok(Outcome::new(data, text))
}

fn output_path(args: &DecryptArgs) -> Result<PathBuf> {
    if let Some(path) = &args.output.output {
        return Ok(path.clone());
    }
    if files::is_stream(args.input()) {
        return Ok(args.input().to_owned());
    }
    match args.input().extension() {
        Some(extension) if extension == SUFFIX.trim_start_matches('.') => {
            Ok(args.input().with_extension(""))
        }
        _ => Err(Error::Usage(text::error::decrypt_needs_output().to_owned())),
    }
}

/// A pair on the token, with the certificate by which envelopes name it.
pub(crate) struct Pair {
    pub(crate) container: String,
    usage: Usage,
    pub(crate) certificate: Certificate,
    decryptor: TokenDecryptor,
}

impl Pair {
    fn candidate(&self) -> Candidate<'_> {
        Candidate {
            certificate: &self.certificate,
            decryptor: &self.decryptor as &dyn Decryptor,
        }
    }
}

/// All pairs of all containers that have a readable certificate: encryption pairs first, then
/// signature pairs, to which some software encrypts all the same; at last the certificates that a
/// pair had before.
pub(crate) fn pairs(application: &Application) -> Result<Vec<Pair>> {
    let view = application.view()?;
    let mut pairs = Vec::new();
    for usage in [Usage::Encrypt, Usage::Sign] {
        for container in &view.containers {
            let side = cert::side(container, usage);
            let (Some(key), Some(der)) = (&side.public_key, &side.certificate) else {
                continue;
            };
            let Ok(certificate) = Certificate::from_der(der) else {
                continue;
            };
            if !certificate::certifies(&certificate, key) {
                continue;
            }
            let holder = application.container(&container.name);
            pairs.push(Pair {
                container: container.name.clone(),
                usage,
                certificate,
                decryptor: TokenDecryptor::new(holder, usage.into()),
            });
        }
    }
    for (container, certificate) in earlier::all(application)? {
        let holder = application.container(&container);
        pairs.push(Pair {
            container,
            usage: Usage::Encrypt,
            certificate,
            decryptor: TokenDecryptor::new(holder, Usage::Encrypt.into()),
        });
    }
    Ok(pairs)
}
