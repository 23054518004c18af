//! The other side of enrolment and renewal: `ukey-ca` in a directory, or files to and from it.

use std::path::Path;

use time::OffsetDateTime;
use ukey_ca::{
    answer::Answer,
    directory::{Directory, Plan},
    engine::{self, Consent},
    kmc::OpenKmc,
    request::Request,
};
use ukey_pki::{Certificate, PublicKey};

use crate::{
    cli::{AuthorityArgs, IssuerArgs},
    context::Context,
    error::{Error, Result},
    files::{self, Readers},
    text,
};

/// What became of a request.
pub(crate) enum Reply {
    /// Granted.
    Answer(Box<Answer>),
    /// On its way.
    Sent(std::path::PathBuf),
}

/// A request ready to go; the file is made only where it is needed, since signing costs an exchange
/// with the USBKEY.
pub(crate) struct Letter<'a> {
    pub(crate) request: Request,
    pub(crate) file: &'a dyn Fn(&Request) -> Result<Vec<u8>>,
}

/// The authority in `--ca`, if it is beside us. `create`: make a test authority where none is.
pub(crate) fn open(context: &Context, path: &Path, create: bool) -> Result<Directory> {
    if create && !Directory::exists(path) {
        let directory = Directory::init(path, &Plan::for_tests()?)?;
        context.talk.say(&text::test_ca_created(path));
        return Ok(directory);
    }
    Ok(Directory::open(path)?)
}

/// Makes sure that the authority can certify keys like `key`.
pub(crate) fn prepare_for(directory: &mut Directory, key: &PublicKey) -> Result<()> {
    if matches!(key, PublicKey::Rsa(_)) {
        directory.add_rsa()?;
    }
    Ok(())
}

/// Sends the letter the way that the user chose.
pub(crate) fn send(
    args: &AuthorityArgs,
    directory: Option<&mut Directory>,
    kmc: Option<&OpenKmc>,
    letter: &Letter<'_>,
) -> Result<Reply> {
    if let Some(path) = &args.request {
        let file = (letter.file)(&letter.request)?;
        files::write_whole(path, true, Readers::AsUsual, &file)?;
        return Ok(Reply::Sent(path.clone()));
    }
    let answer = match (&args.answer, directory) {
        (Some(path), _) => return check_id(read_answer(path)?, letter),
        (None, Some(directory)) => {
            let incoming = engine::incoming(&(letter.file)(&letter.request)?);
            // Whoever has the directory is its operator.
            let consent = Consent {
                operator: true,
                kmc,
            };
            let answers = directory.process(&[incoming], consent, OffsetDateTime::now_utc())?;
            let answer = answers.into_iter().next();
            answer.ok_or_else(|| Error::Unfit(text::error::wrong_answer().to_owned()))?
        }
        (None, None) => return Err(Error::Usage(text::error::no_authority().to_owned())),
    };
    check_id(granted(answer)?, letter)
}

/// An answer that came as a file, and grants what was asked for.
pub(crate) fn read_answer(path: &Path) -> Result<Answer> {
    granted(Answer::from_file(&files::read_small(path)?)?)
}

/// The answer, unless it refuses.
pub(crate) fn granted(mut answer: Answer) -> Result<Answer> {
    match answer.error.take() {
        Some(refusal) => Err(Error::Refused {
            code: refusal.code,
            message: refusal.message,
        }),
        None => Ok(answer),
    }
}

fn check_id(answer: Answer, letter: &Letter<'_>) -> Result<Reply> {
    match answer.id == letter.request.id {
        true => Ok(Reply::Answer(Box::new(answer))),
        false => Err(Error::Unfit(text::error::wrong_answer().to_owned())),
    }
}

/// Certificates that the answer must lead to: given, the directory's, or its own.
pub(crate) fn anchors(args: &IssuerArgs, answer: &Answer) -> Result<Vec<Certificate>> {
    match (&args.trust, &args.authority.ca) {
        (Some(path), _) => Ok(Certificate::all_from_file_bytes(&files::read_small(path)?)?),
        (None, Some(directory)) => Ok(Directory::trusted(directory)?),
        (None, None) => Ok(answer.chain()?),
    }
}
