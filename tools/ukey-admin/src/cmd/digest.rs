//! `digest`: digests of files, in the form of sm3sum and sha256sum, and the check of such lists.
//! Needs no token.

use std::{io::BufRead, path::Path};

use serde_json::json;
use ukey_crypto::hash::{HashAlg, Hasher};

use super::{
    several::{self, Several},
    sign::each_piece,
};
use crate::{
    cli::{DigestAlgorithm, DigestArgs},
    context::Context,
    error::{Error, Result},
    files,
    output::Outcome,
    text,
};

mod list;

use list::Entry;

pub(crate) fn run(context: &Context, args: &DigestArgs) -> Result<Outcome> {
    match args.check {
        true => check(context, args),
        false => several::run(context, args, one),
    }
}

impl From<DigestAlgorithm> for HashAlg {
    fn from(algorithm: DigestAlgorithm) -> Self {
        match algorithm {
            DigestAlgorithm::Sm3 => Self::Sm3,
            DigestAlgorithm::Sha256 => Self::Sha256,
            DigestAlgorithm::Sha384 => Self::Sha384,
            DigestAlgorithm::Sha512 => Self::Sha512,
            DigestAlgorithm::Sha3_256 => Self::Sha3_256,
            DigestAlgorithm::Sha3_384 => Self::Sha3_384,
            DigestAlgorithm::Sha3_512 => Self::Sha3_512,
        }
    }
}

fn one(context: &Context, args: &DigestArgs) -> Result<Outcome> {
    let algorithm = args.algorithm.into();
    let entry = Entry {
        name: args.input().display().to_string(),
        algorithm,
        digest: digest(context, args.input(), algorithm)?,
    };
    let data = json!({
        "input": entry.name,
        "algorithm": list::word(algorithm),
        "digest": list::hex(&entry.digest),
    });
    Ok(Outcome::new(data, entry.to_line(args.tag)))
}

fn check(context: &Context, args: &DigestArgs) -> Result<Outcome> {
    // All lists before the first file: a bad line is found before much is read.
    let mut entries = Vec::new();
    for list in &args.inputs {
        entries.append(&mut read_list(list, args.algorithm.into())?);
    }
    let items = entries.into_iter().map(|entry| (entry.name.clone(), entry));
    several::each(context, items, |entry| {
        let found = digest(context, Path::new(&entry.name), entry.algorithm)?;
        let good = found == entry.digest;
        let data = json!({
            "input": entry.name,
            "algorithm": list::word(entry.algorithm),
            "digest": list::hex(&found),
            "good": good,
        });
        let mut outcome = Outcome::new(data, text::digest::checked(&entry.name, good));
        outcome.verdict = (!good).then_some(Error::DigestFalse);
        Ok(outcome)
    })
}

fn read_list(path: &Path, algorithm: HashAlg) -> Result<Vec<Entry>> {
    let name = path.display().to_string();
    let input = files::open(path)?;
    let mut entries = Vec::new();
    for (at, line) in std::io::BufReader::new(input.reader).lines().enumerate() {
        let line = line.map_err(|e| Error::read(path, e))?;
        if line.is_empty() {
            continue;
        }
        match Entry::from_line(&line, algorithm) {
            Some(entry) => entries.push(entry),
            None => return Err(Error::Unfit(text::digest::not_a_line(&name, at + 1))),
        }
    }
    match entries.is_empty() {
        true => Err(Error::Unfit(text::digest::empty_list(&name))),
        false => Ok(entries),
    }
}

fn digest(context: &Context, path: &Path, algorithm: HashAlg) -> Result<Vec<u8>> {
    let input = files::open(path)?;
    let bar = context.talk.bytes(input.length);
    let mut hasher = Hasher::new(algorithm);
    each_piece(&mut bar.wrap_read(input.reader), |piece| {
        hasher.update(piece);
    })?;
    bar.finish_and_clear();
    Ok(hasher.finish())
}
