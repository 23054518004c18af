//! What the commands do.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use time::{Duration, OffsetDateTime};
use ukey_ca::directory::{self, Directory, Plan};
use ukey_ca::engine::{self, Consent, Incoming};
use ukey_ca::log::{self, hex};
use ukey_ca::request::{Act, Profile, Request, Submission, Why};
use ukey_ca::{Error, Refusal, Result};

use crate::cli::{
    Cli, Command, CrlArgs, FileArgs, InitArgs, IssueArgs, LogCommand, ProfileArg, RecoverArgs,
    StatusArgs, WhyArg,
};

/// Exit codes.
const DONE: u8 = 0;
const FAILED: u8 = 1;
const PARTLY: u8 = 14;

pub(crate) fn run(cli: &Cli) -> Result<u8> {
    if let Command::Init(args) = &cli.command {
        return init(&cli.state, args);
    }
    let mut ca = Directory::open(&cli.state)?;
    match &cli.command {
        Command::Init(_) => Ok(DONE),
        Command::Issue(args) => issue(&mut ca, args),
        Command::Renew(args) => one(&mut ca, args, Act::Renew, Consent::default()),
        Command::Replace(args) => one(&mut ca, args, Act::Replace, OPERATOR),
        Command::Change(args) => one(&mut ca, args, Act::Change, OPERATOR),
        Command::Recover(args) => recover(&mut ca, args),
        Command::Revoke(args) => status_change(&mut ca, args, Act::Revoke),
        Command::Hold(args) => status_change(&mut ca, args, Act::Hold),
        Command::Unhold(args) => status_change(&mut ca, args, Act::Unhold),
        Command::Crl(args) => crl(&mut ca, args),
        Command::Status { serial } => status(&mut ca, serial),
        Command::Log(command) => show_log(&mut ca, command),
    }
}

/// Whoever runs the program on the state directory is an operator of the authority.
const OPERATOR: Consent<'static> = Consent {
    operator: true,
    kmc: None,
};

fn say(line: &str) -> Result<()> {
    match writeln!(io::stdout().lock(), "{line}") {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => Err(Error::State(Box::new(e))),
        _ => Ok(()),
    }
}

fn init(path: &Path, args: &InitArgs) -> Result<u8> {
    let mut plan = Plan::for_tests()?;
    if let Some(name) = &args.root {
        plan.root = name.parse()?;
    }
    if let Some(name) = &args.issuing {
        plan.issuing = name.parse()?;
    }
    if !args.officer.is_empty() {
        plan.officers.clone_from(&args.officer);
    }
    plan.rsa = args.rsa;
    if Directory::exists(path) {
        eprintln!("error: there is an authority in {}", path.display());
        return Ok(FAILED);
    }
    let mut ca = Directory::init(path, &plan)?;
    let (engine, state) = ca.parts();
    let mut transaction = state.begin()?;
    engine.note(
        &mut *transaction,
        "init",
        &plan.root.to_string(),
        OffsetDateTime::now_utc(),
    )?;
    transaction.commit()?;
    say(&format!("authority made in {}", path.display()))?;
    for file in ca.officer_files() {
        say(&format!(
            "give this file to its officer, and keep no copy: {}",
            file.display()
        ))?;
    }
    Ok(DONE)
}

fn profile(arg: ProfileArg) -> Profile {
    match arg {
        ProfileArg::Double => Profile::Double,
        ProfileArg::Sign => Profile::Sign,
        ProfileArg::Encryption => Profile::Encryption,
        ProfileArg::Tsa => Profile::Tsa,
        ProfileArg::Ocsp => Profile::Ocsp,
    }
}

fn why(arg: WhyArg) -> Why {
    match arg {
        WhyArg::Unspecified => Why::Unspecified,
        WhyArg::Lost => Why::Lost,
        WhyArg::Broken => Why::Broken,
        WhyArg::Changed => Why::Changed,
        WhyArg::Superseded => Why::Superseded,
        WhyArg::Closed => Why::Closed,
    }
}

/// A request for `issue`, with what the command line says about bare ones.
fn read_first(path: &Path, args: &IssueArgs) -> Result<Incoming> {
    let file = directory::read(path)?;
    let mut incoming = engine::incoming(&file);
    if let Ok(submission) = &mut incoming
        && file.trim_ascii_start().first() != Some(&b'{')
    {
        submission.request.profile = profile(args.profile);
        submission.request.days = args.days;
    }
    Ok(expect(incoming, Act::Issue))
}

/// Refuses another act than the command's.
fn expect(incoming: Incoming, act: Act) -> Incoming {
    match incoming {
        Ok(submission) if submission.request.act != act => {
            let asked = submission.request.act.word();
            let refusal = Refusal::Malformed(format!("it asks for {asked}, not {}", act.word()));
            Err((submission.request.id, refusal))
        }
        other => other,
    }
}

fn issue(ca: &mut Directory, args: &IssueArgs) -> Result<u8> {
    match (&args.batch, &args.answers, &args.request) {
        (Some(from), Some(to), _) => batch(ca, from, to, args),
        (_, _, Some(request)) => {
            let incoming = read_first(request, args)?;
            finish(ca, incoming, OPERATOR, args.answer.as_deref())
        }
        _ => Ok(FAILED),
    }
}

fn one(ca: &mut Directory, args: &FileArgs, act: Act, consent: Consent<'_>) -> Result<u8> {
    let incoming = expect(engine::incoming(&directory::read(&args.request)?), act);
    finish(ca, incoming, consent, args.answer.as_deref())
}

fn recover(ca: &mut Directory, args: &RecoverArgs) -> Result<u8> {
    let [first, second] = args.officer_key.as_slice() else {
        return Err(Refusal::TwoOfficers.into());
    };
    let kmc = ca.open_kmc(first, second)?;
    let consent = Consent {
        operator: true,
        kmc: Some(&kmc),
    };
    one(ca, &args.file, Act::Recover, consent)
}

fn status_change(ca: &mut Directory, args: &StatusArgs, act: Act) -> Result<u8> {
    let incoming = match (&args.request, &args.about) {
        (Some(path), _) => expect(engine::incoming(&directory::read(path)?), act),
        (None, about) => {
            let now = OffsetDateTime::now_utc().unix_timestamp_nanos();
            let mut request = Request::new(act, format!("operator-{now}"));
            request.about.clone_from(about);
            request.why = why(args.why);
            let id = request.id.clone();
            Submission::new(request, None).map_err(|refusal| (id, refusal))
        }
    };
    finish(ca, incoming, OPERATOR, args.answer.as_deref())
}

/// Answers one request and writes the answer.
fn finish(
    ca: &mut Directory,
    incoming: Incoming,
    consent: Consent<'_>,
    path: Option<&Path>,
) -> Result<u8> {
    let answers = ca.process(&[incoming], consent, OffsetDateTime::now_utc())?;
    for answer in &answers {
        let file = answer.to_file()?;
        match path {
            Some(path) => directory::write_result(path, &file)?,
            None => io::stdout()
                .lock()
                .write_all(&file)
                .map_err(|e| Error::State(Box::new(e)))?,
        }
        if let Some(error) = &answer.error {
            eprintln!("refused ({}): {}", error.code, error.message);
            return Ok(FAILED);
        }
    }
    Ok(DONE)
}

/// Answers all files of a directory, group by group: answers are written when their group is
/// durable. A run after an interruption gives the same answers again and issues the rest.
fn batch(ca: &mut Directory, from: &Path, to: &Path, args: &IssueArgs) -> Result<u8> {
    fs::create_dir_all(to).map_err(|source| Error::File {
        path: to.to_owned(),
        source,
    })?;
    let requests = requests(from)?;
    let names = answer_names(&requests);
    let (mut granted, mut refused) = (0, 0);
    let size = args.group as usize;
    for (group, names) in requests.chunks(size).zip(names.chunks(size)) {
        let incoming = group
            .iter()
            .map(|path| read_first(path, args))
            .collect::<Result<Vec<_>>>()?;
        let answers = ca.process(&incoming, OPERATOR, OffsetDateTime::now_utc())?;
        for (name, answer) in names.iter().zip(&answers) {
            directory::write_result(&to.join(name), &answer.to_file()?)?;
            match answer.ok {
                true => granted += 1,
                false => refused += 1,
            }
        }
    }
    say(&format!("granted {granted}, refused {refused}"))?;
    Ok(if refused == 0 { DONE } else { PARTLY })
}

/// The files of a directory in the order of their names; hidden ones are passed over.
fn requests(from: &Path) -> Result<Vec<PathBuf>> {
    let failed = |source| Error::File {
        path: from.to_owned(),
        source,
    };
    let mut all = Vec::new();
    for entry in fs::read_dir(from).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if !entry.file_name().as_encoded_bytes().starts_with(b".") && entry.path().is_file() {
            all.push(entry.path());
        }
    }
    all.sort();
    Ok(all)
}

/// One name for each request's answer: `acme.csr` has `acme.answer`; where another request would
/// have the same, its whole name stays in front.
fn answer_names(requests: &[PathBuf]) -> Vec<OsString> {
    let stem = |path: &Path| path.file_stem().unwrap_or_default().to_owned();
    let mut found = BTreeMap::new();
    for path in requests {
        *found.entry(stem(path)).or_insert(0) += 1;
    }
    let name = |path: &PathBuf| {
        let stem = stem(path);
        let mut name = match found.get(&stem) {
            Some(1) => stem,
            _ => path.file_name().unwrap_or_default().to_owned(),
        };
        name.push(".answer");
        name
    };
    requests.iter().map(name).collect()
}

fn crl(ca: &mut Directory, args: &CrlArgs) -> Result<u8> {
    let now = OffsetDateTime::now_utc();
    let next = now + Duration::days(i64::from(args.days));
    let (engine, state) = ca.parts();
    for issuer in engine.issuers() {
        let mut transaction = state.begin()?;
        let list = engine.revocation_list(&mut *transaction, issuer, now, next)?;
        transaction.commit()?;
        let path = match issuer.name.as_str() {
            "rsa" => {
                let mut name = args.output.file_stem().unwrap_or_default().to_owned();
                name.push("-rsa.");
                name.push(args.output.extension().unwrap_or("crl".as_ref()));
                args.output.with_file_name(name)
            }
            _ => args.output.clone(),
        };
        directory::write_result(&path, list.to_pem().as_bytes())?;
        let number = list.number().unwrap_or_default();
        say(&format!(
            "{}: number {number}, {} entries",
            path.display(),
            list.entries().len()
        ))?;
    }
    Ok(DONE)
}

fn status(ca: &mut Directory, serial: &str) -> Result<u8> {
    let mut transaction = ca.state().begin()?;
    let serial = serial.to_ascii_uppercase();
    let Some(record) = transaction.certificate(&serial)? else {
        return Err(Refusal::UnknownCertificate(serial).into());
    };
    let line = serde_json::json!({
        "serial": record.serial,
        "subject": record.subject,
        "role": format!("{:?}", record.role).to_lowercase(),
        "state": record.status.word(),
        "since": record.status.since(),
        "partner": record.partner,
        "successor": record.successor,
        "holder": record.holder,
        "not_after": record.not_after,
    });
    say(&line.to_string())?;
    Ok(DONE)
}

fn show_log(ca: &mut Directory, command: &LogCommand) -> Result<u8> {
    let mut transaction = ca.state().begin()?;
    match command {
        LogCommand::Verify { head } => {
            let known = head.as_ref().map(|head| &head.0);
            let found = log::verify(&mut *transaction, known)?;
            say(&format!(
                "{} links, {} certificates, head {}",
                found.links,
                found.certificates,
                hex(&found.head)
            ))?;
        }
        LogCommand::Show { from } => {
            let mut next = *from;
            loop {
                let page = transaction.links(next, 1000)?;
                let Some(last) = page.last() else { break };
                next = last.number + 1;
                for link in &page {
                    say(&format!(
                        "{} {} {}",
                        link.number,
                        hex(&link.digest),
                        link.entry
                    ))?;
                }
            }
        }
    }
    Ok(DONE)
}
