//! `verify`: is this the file that was signed, and by whom. Needs no token.

use std::{
    io::{BufReader, Cursor, Read, Seek},
    path::{Path, PathBuf},
};

use time::OffsetDateTime;
use ukey_crypto::{
    hash::{HashAlg, Hasher},
    sm2,
};
use ukey_pki::{
    Certificate, PublicKey,
    certificate::{Purpose, chain},
    signed_data::{Check, Content, SignedMessage, Verification, VerifyOptions},
};

use super::{
    cert,
    several::{self, Several},
    sign::each_piece,
};
use crate::{
    cli::VerifyArgs,
    context::Context,
    error::{Error, Item, Result},
    files::{self, OutputFile, Readers, Stream},
    output::{self, Outcome},
    text,
};

mod report;

use report::{Report, Step, StepOutcome};

/// Suffixes under which the signature of a file is looked for.
const SUFFIXES: [&str; 2] = [".p7s", ".sig"];

/// First byte of DER: a SEQUENCE.
const DER_SEQUENCE: u8 = 0x30;

pub(crate) fn run(context: &Context, args: &VerifyArgs) -> Result<Outcome> {
    let are_several = args.inputs.len() > 1;
    if are_several && args.signature.is_some() {
        return Err(Error::Usage(text::digest::one_signature().to_owned()));
    }
    output::check_stream(context, args.output.as_deref())?;
    let anchors = anchors(&args.ca)?;
    let outcome = several::run(context, args, |context, args| {
        let mut outcome = one(context, args, &anchors)?;
        if are_several {
            let heading = text::digest::heading(&args.input().display().to_string());
            outcome.text.insert_str(0, &heading);
        }
        Ok(outcome)
    })?;
    if outcome.verdict.is_none() && anchors.is_empty() {
        context.talk.say(text::not_judged());
    }
    Ok(outcome)
}

fn one(context: &Context, args: &VerifyArgs, anchors: &[Certificate]) -> Result<Outcome> {
    let report = match signature_path(args) {
        Some(signature) => detached(context, args, &signature, anchors)?,
        None => attached(context, args, anchors)?,
    };
    Ok(report.into_outcome())
}

/// The signature named, or the one beside the file.
fn signature_path(args: &VerifyArgs) -> Option<PathBuf> {
    args.signature.clone().or_else(|| {
        if files::is_stream(args.input()) {
            return None;
        }
        let beside = SUFFIXES.map(|suffix| files::with_suffix(args.input(), suffix));
        beside.into_iter().find(|path| path.exists())
    })
}

/// Certificates that the user trusts.
pub(crate) fn anchors(paths: &[PathBuf]) -> Result<Vec<Certificate>> {
    let mut anchors = Vec::new();
    for path in paths {
        let mut found = match path.is_dir() {
            true => ukey_ca::directory::Directory::trusted(path)?,
            false => cert::read_certificates(path)?,
        };
        if found.is_empty() {
            let name = path.display().to_string();
            return Err(Error::NotFound {
                what: Item::Certificate,
                name,
            });
        }
        anchors.append(&mut found);
    }
    Ok(anchors)
}

fn options(args: &VerifyArgs, anchors: &[Certificate]) -> Result<VerifyOptions> {
    let mut options = VerifyOptions::default();
    options.anchors = anchors.to_vec();
    options.at = Some(OffsetDateTime::now_utc());
    if let Some(path) = &args.certificate {
        options.certificates = cert::read_certificates(path)?;
    }
    Ok(options)
}

fn detached(
    context: &Context,
    args: &VerifyArgs,
    signature: &Path,
    anchors: &[Certificate],
) -> Result<Report> {
    if args.output.is_some() {
        return Err(Error::Usage(text::error::nothing_to_take_out().to_owned()));
    }
    let bytes = files::read_small(signature)?;
    let input = files::open(args.input())?;
    let bar = context.talk.bytes(input.length);
    let mut file = bar.wrap_read(input.reader);
    let report = match is_message(&bytes) {
        true => {
            let mut message = SignedMessage::from_file_bytes(&bytes)?;
            let content = Content::External(&mut file);
            Report::from(message.verify(content, &options(args, anchors)?)?)
        }
        false => bare(args, &bytes, &mut file, anchors)?,
    };
    bar.finish_and_clear();
    Ok(report)
}

/// Whether the bytes are meant to be a signed message: armoured, or DER but no SM2Signature.
fn is_message(bytes: &[u8]) -> bool {
    let der = bytes.first() == Some(&DER_SEQUENCE) && sm2::Signature::from_der(bytes).is_err();
    let text = bytes.is_ascii() && !bytes.is_empty();
    der || text
}

fn attached(context: &Context, args: &VerifyArgs, anchors: &[Certificate]) -> Result<Report> {
    let input = files::open(args.input())?;
    let bar = context.talk.bytes(input.length);
    let mut file = input.seekable(args.input())?;
    let mut first = [0];
    let count = file.read(&mut first);
    let count = count.and_then(|count| file.rewind().map(|()| count));
    let count = count.map_err(|e| Error::read(args.input(), e))?;
    let missing = || Error::NotFound {
        what: Item::Signature,
        name: args.input().display().to_string(),
    };
    if count == 0 {
        return Err(missing());
    }
    let no_signature = |error| match error {
        ukey_pki::Error::Malformed { .. }
        | ukey_pki::Error::Unsupported { .. }
        | ukey_pki::Error::Invalid { .. } => missing(),
        other => other.into(),
    };
    let report = if first == [DER_SEQUENCE] {
        let reader = BufReader::new(bar.wrap_read(file));
        let mut message = SignedMessage::read(reader).map_err(no_signature)?;
        embedded(args, &mut message, anchors)?
    } else {
        let bytes = files::read_small(args.input())?;
        let mut message: SignedMessage<Cursor<Vec<u8>>> =
            SignedMessage::from_file_bytes(&bytes).map_err(no_signature)?;
        embedded(args, &mut message, anchors)?
    };
    bar.finish_and_clear();
    Ok(report)
}

/// Checks the content in the message, and lets it out only if all is well.
fn embedded<R: Read + Seek>(
    args: &VerifyArgs,
    message: &mut SignedMessage<R>,
    anchors: &[Certificate],
) -> Result<Report> {
    if message.is_detached() {
        return Err(Error::Usage(
            text::error::signature_is_detached().to_owned(),
        ));
    }
    let options = options(args, anchors)?;
    let Some(path) = &args.output else {
        return Ok(Report::from(message.verify(Content::Embedded, &options)?));
    };
    let mut to = OutputFile::create(path, args.force, Readers::AsUsual, Stream::AfterCheck)?;
    let verification: Verification = message.verify(Content::EmbeddedTo(&mut to), &options)?;
    let mut report = Report::from(verification);
    if report.is_true() {
        to.commit()?;
        report.output = Some(path.clone());
    }
    Ok(report)
}

/// A bare signature: the key comes from a certificate that the user names.
fn bare(
    args: &VerifyArgs,
    signature: &[u8],
    file: &mut impl Read,
    anchors: &[Certificate],
) -> Result<Report> {
    let Some(path) = &args.certificate else {
        return Err(Error::Usage(
            text::error::bare_needs_certificate().to_owned(),
        ));
    };
    let certificates = cert::read_certificates(path)?;
    let Some(certificate) = certificates.first() else {
        let name = path.display().to_string();
        return Err(Error::NotFound {
            what: Item::Certificate,
            name,
        });
    };
    let fits = match certificate.public_key()? {
        PublicKey::Sm2(key) => {
            let failed = |e| Error::Pki(ukey_pki::Error::Crypto(e));
            let mut hasher = key.message_hasher(sm2::DEFAULT_ID).map_err(failed)?;
            each_piece(file, |piece| hasher.update(piece))?;
            let digest = hasher.finish();
            let parsed = sm2::Signature::from_bytes(signature)
                .or_else(|_| sm2::Signature::from_der(signature));
            parsed.is_ok_and(|signature| key.verify_digest(&digest, &signature).is_ok())
        }
        PublicKey::Rsa(key) => {
            let mut hasher = Hasher::new(HashAlg::Sha256);
            each_piece(file, |piece| hasher.update(piece))?;
            let info = HashAlg::Sha256.digest_info(&hasher.finish());
            info.is_ok_and(|info| key.verify_pkcs1v15(&info, signature).is_ok())
        }
        _ => return Err(ukey_token::Error::NotSupported.into()),
    };
    let path = match anchors.is_empty() {
        true => StepOutcome::Skipped,
        false => {
            let now = OffsetDateTime::now_utc();
            chain::validate(certificate, &certificates, anchors, now, Purpose::Sign)
                .map(drop)
                .into()
        }
    };
    let wrong = ukey_pki::Error::Signature { what: "file" };
    let steps = vec![
        Step {
            check: Check::Signature,
            outcome: fits.then_some(()).ok_or(wrong).into(),
        },
        Step {
            check: Check::Path,
            outcome: path,
        },
    ];
    Ok(Report::of_one(certificate.clone(), steps))
}
