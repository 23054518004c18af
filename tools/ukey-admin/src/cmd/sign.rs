//! `sign`: signed messages (GB/T 35275 or RFC 5652) and bare signatures, in constant memory.

use std::{io::Read, path::PathBuf};

use serde_json::json;
use time::OffsetDateTime;
use ukey_crypto::{
    hash::{HashAlg, Hasher},
    sm2,
};
use ukey_pki::{
    Certificate, Flavour, PublicKey, Signer,
    signed_data::write::{Identity, SignOptions, sign_attached, sign_detached},
};
use ukey_token::view::ContainerView;

use super::several::{self, Several};
use crate::{
    certificate,
    cli::{SignArgs, SignFormat},
    context::Context,
    error::{Error, Item, Result},
    expiry,
    files::{self, OutputFile, Readers, Stream},
    login,
    output::{self, Outcome},
    target, text,
    token_keys::TokenSigner,
};

/// Bytes read at once while hashing.
const CHUNK: usize = 256 * 1024;

pub(crate) fn run(context: &Context, args: &SignArgs) -> Result<Outcome> {
    several::run(context, args, one)
}

fn one(context: &Context, args: &SignArgs) -> Result<Outcome> {
    login::check_input(args.input(), &args.pin)?;
    let application = target::selected_application(context)?;
    let (container, view) = target::signer_container(&application, args.container.as_deref())?;
    expiry::notice(context, &application)?;
    let Some(key) = &view.signature.public_key else {
        return Err(Error::NotFound {
            what: Item::SigningKey,
            name: view.name,
        });
    };
    let signer = TokenSigner::new(container, key);
    let format = format(args, signer.public_key())?;
    let certificate = match format {
        SignFormat::Gm | SignFormat::Cms => Some(own_certificate(context, &view)?),
        SignFormat::Raw | SignFormat::RawDer => None,
    };
    let path = output_path(args, format);
    // All that can be refused is refused before the PIN is asked for.
    output::check_stream(context, Some(&path))?;
    let mut to = OutputFile::create(&path, args.output.force, Readers::AsUsual, Stream::Direct)?;
    let input = files::open(args.input())?;
    login::user(context, &application, &args.pin)?;
    match &certificate {
        None => to.write_bytes(&bare(context, input, &signer, format)?)?,
        Some(certificate) => {
            let identity = Identity {
                certificate,
                signer: &signer,
            };
            message(context, args, input, &mut to, identity, format)?;
        }
    }
    to.commit()?;
    let data = json!({
        "input": args.input().display().to_string(),
        "output": path.display().to_string(),
        "format": text::format_word(format),
        "attached": args.attached,
        "container": view.name,
        "certificate": certificate.as_ref().map(|c| certificate::data(c.as_der())),
    });
    let text = if files::is_stream(&path) {
        String::new()
    } else {
        text::written(text::label::signature(), &path)
    };
    Ok(Outcome::new(data, text))
}

/// What to make, with combinations that do not exist refused.
fn format(args: &SignArgs, key: &PublicKey) -> Result<SignFormat> {
    let usage = |why: &str| Err(Error::Usage(why.to_owned()));
    let is_sm2 = matches!(key, PublicKey::Sm2(_));
    let format = match args.format {
        Some(format) => format,
        None if is_sm2 => SignFormat::Gm,
        None => SignFormat::Cms,
    };
    match format {
        SignFormat::Gm if !is_sm2 => usage(text::error::gm_needs_sm2()),
        SignFormat::RawDer if !is_sm2 => usage(text::error::raw_der_needs_sm2()),
        SignFormat::Raw | SignFormat::RawDer if args.attached => usage(text::error::raw_attached()),
        format => Ok(format),
    }
}

fn own_certificate(context: &Context, view: &ContainerView) -> Result<Certificate> {
    let der = view
        .signature
        .certificate
        .as_deref()
        .ok_or_else(|| Error::NotFound {
            what: Item::Certificate,
            name: text::in_container(&view.name),
        })?;
    let certificate = Certificate::from_der(der)?;
    if !certificate.validity().contains(OffsetDateTime::now_utc()) {
        context
            .talk
            .warn(&text::outside_validity(&certificate::short_name(der)));
    }
    Ok(certificate)
}

fn output_path(args: &SignArgs, format: SignFormat) -> PathBuf {
    if let Some(path) = &args.output.output {
        return path.clone();
    }
    if files::is_stream(args.input()) {
        return args.input().to_owned();
    }
    let suffix = match format {
        SignFormat::Raw | SignFormat::RawDer => ".sig",
        _ if args.attached => ".p7m",
        _ => ".p7s",
    };
    files::with_suffix(args.input(), suffix)
}

fn message(
    context: &Context,
    args: &SignArgs,
    input: files::Input,
    to: &mut OutputFile,
    identity: Identity<'_>,
    format: SignFormat,
) -> Result<()> {
    let mut options = SignOptions::default();
    options.flavour = match format {
        SignFormat::Cms => Flavour::Pkcs7,
        _ => Flavour::Gm,
    };
    options.signing_time = Some(OffsetDateTime::now_utc());
    let bar = context.talk.bytes(input.length);
    if args.attached {
        let mut content = bar.wrap_read(input.seekable(args.input())?);
        sign_attached(&mut content, to, &[identity], &options)?;
    } else {
        let mut content = bar.wrap_read(input.reader);
        to.write_bytes(&sign_detached(&mut content, &[identity], &options)?)?;
    }
    bar.finish_and_clear();
    Ok(())
}

/// A signature without anything around it.
fn bare(
    context: &Context,
    input: files::Input,
    signer: &TokenSigner,
    format: SignFormat,
) -> Result<Vec<u8>> {
    let bar = context.talk.bytes(input.length);
    let mut input = bar.wrap_read(input.reader);
    let failed = |e| Error::Pki(ukey_pki::Error::Crypto(e));
    let signature = match signer.public_key() {
        PublicKey::Sm2(key) => {
            let mut hasher = key.message_hasher(sm2::DEFAULT_ID).map_err(failed)?;
            each_piece(&mut input, |piece| hasher.update(piece))?;
            let signature = signer.sign_sm2_digest(&hasher.finish())?;
            match format {
                SignFormat::RawDer => signature.to_der(),
                _ => signature.to_bytes().to_vec(),
            }
        }
        _ => {
            let mut hasher = Hasher::new(HashAlg::Sha256);
            each_piece(&mut input, |piece| hasher.update(piece))?;
            let info = HashAlg::Sha256
                .digest_info(&hasher.finish())
                .map_err(failed)?;
            signer.sign_rsa_pkcs1(&info)?
        }
    };
    bar.finish_and_clear();
    Ok(signature)
}

/// Feeds all of `input` to `take`.
pub(crate) fn each_piece(input: &mut impl Read, mut take: impl FnMut(&[u8])) -> Result<()> {
    let mut buffer = vec![0; CHUNK];
    loop {
        match input.read(&mut buffer).map_err(ukey_pki::Error::from)? {
            0 => return Ok(()),
            read => take(&buffer[..read]),
        }
    }
}
