//! The program as an operator runs it: files in, files out, and killed in the middle of its work.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use ukey_ca::answer::Answer;
use ukey_ca::request::{Act, Request};
use ukey_pki::crl::RevocationList;
use ukey_pki::key::KeyAlgorithm;
use ukey_pki::request::RequestOptions;
use ukey_pki::{Certificate, CertificationRequest, SoftwareKey};

struct Office {
    folder: tempfile::TempDir,
}

impl Office {
    fn open() -> Self {
        let office = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        assert_eq!(
            office.code(&["init", "--officer", "ann", "--officer", "bob"]),
            0
        );
        office
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ukey-ca"));
        command.args(arguments).current_dir(self.folder.path());
        command.env_remove("UKEY_CA");
        command
    }

    fn output(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn code(&self, arguments: &[&str]) -> i32 {
        let output = self.output(arguments);
        eprint!("{}", String::from_utf8_lossy(&output.stderr));
        output.status.code().unwrap()
    }

    fn spawn(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(arguments);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().unwrap()
    }

    fn answer(&self, name: &str) -> Answer {
        Answer::from_file(&fs::read(self.path(name)).unwrap()).unwrap()
    }
}

fn write_request(path: &Path, id: &str) -> SoftwareKey {
    let key = SoftwareKey::generate(KeyAlgorithm::Sm2).unwrap();
    let subject = format!("C=CN,O=ACME,CN={id}").parse().unwrap();
    let csr = CertificationRequest::build(&subject, &key, &RequestOptions::default()).unwrap();
    let mut request = Request::new(Act::Issue, id);
    request.csr = Some(csr.to_pem());
    fs::write(path, request.to_file().unwrap()).unwrap();
    key
}

#[test]
fn requests_and_answers_are_files() {
    let office = Office::open();
    assert_eq!(office.code(&["init"]), 1, "a second authority in one place");
    let key = write_request(&office.path("a.json"), "first");
    assert_eq!(office.code(&["issue", "a.json", "--answer", "a.answer"]), 0);
    let answer = office.answer("a.answer");
    let response = answer.csr_response().unwrap().unwrap();
    let (sign, encrypt) = (
        &response.sign_certificates[0],
        &response.encrypt_certificates[0],
    );
    let pair = response.enveloped_key.as_ref().unwrap().open(&key).unwrap();
    assert_eq!(encrypt.public_key().unwrap(), *pair.public_key());

    // OpenSSL agrees. Its user ID option is for the last certificate only, so the chain ends at the
    // issuing one.
    fs::write(office.path("sign.pem"), sign.to_pem()).unwrap();
    let mut openssl = Command::new("openssl");
    openssl
        .args([
            "verify",
            "-vfyopt",
            "distid:1234567812345678",
            "-partial_chain",
            "-CAfile",
        ])
        .args([office.path("ca/ca.pem"), office.path("sign.pem")]);
    assert!(openssl.status().unwrap().success());

    // Wrong command for the request; a renewal across the air gap; the end.
    assert_eq!(
        office.code(&["renew", "a.json", "--answer", "no.answer"]),
        1
    );
    let mut renew = Request::new(Act::Renew, "renewal");
    let csr = CertificationRequest::build(sign.subject(), &key, &RequestOptions::default());
    renew.csr = Some(csr.unwrap().to_pem());
    renew.about = Some(sign.serial_hex());
    let file = renew.to_signed_file(sign, &key).unwrap();
    fs::write(office.path("r.json"), file).unwrap();
    assert_eq!(office.code(&["renew", "r.json", "--answer", "r.answer"]), 0);
    assert!(office.answer("r.answer").ok);
    assert_eq!(
        office.code(&["revoke", "--about", &sign.serial_hex(), "--why", "lost"]),
        0
    );
    assert_eq!(office.code(&["crl", "--output", "ca.crl"]), 0);
    let list = RevocationList::from_file_bytes(&fs::read(office.path("ca.crl")).unwrap()).unwrap();
    let issuing = Certificate::from_file_bytes(&fs::read(office.path("ca/ca.pem")).unwrap());
    list.verify_signed_by(&issuing.unwrap()).unwrap();
    assert!(list.find(sign).is_some() && list.find(encrypt).is_some());
    let status = office.output(&["status", &sign.serial_hex()]);
    assert!(
        String::from_utf8(status.stdout)
            .unwrap()
            .contains("\"state\":\"revoked\"")
    );
    let found = office.output(&["log", "verify"]);
    let found = String::from_utf8(found.stdout).unwrap();
    assert!(found.contains(" 4 certificates,"), "{found}");
}

#[test]
fn keys_and_secrets_are_for_the_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let office = Office::open();
    for name in [
        "ca",
        "ca/keys",
        "ca/keys/root.key",
        "ca/keys/issuing.key",
        "ca/officers/ann.key",
    ] {
        let mode = fs::metadata(office.path(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o077, 0, "{name}");
    }
}

#[test]
fn a_batch_with_a_bad_request_answers_the_others() {
    let office = Office::open();
    fs::create_dir(office.path("in")).unwrap();
    write_request(&office.path("in/1.json"), "one");
    fs::write(office.path("in/2.csr"), "nothing").unwrap();
    write_request(&office.path("in/3.json"), "three");
    assert_eq!(
        office.code(&["issue", "--batch", "in", "--answers", "out"]),
        14
    );
    let refused = office.answer("out/2.answer");
    assert_eq!(refused.error.unwrap().code, "malformed_request");
    assert!(office.answer("out/1.answer").ok && office.answer("out/3.answer").ok);
}

#[test]
fn killed_in_a_batch_it_loses_nothing_and_issues_nothing_twice() {
    const ROUNDS: u32 = 50;
    const REQUESTS: usize = 6;
    let office = Office::open();
    let mut serials = BTreeSet::new();
    let mut unfinished = 0;
    let mut usual = Duration::from_millis(400);
    for round in 0..ROUNDS {
        let (from, to) = (format!("in{round}"), format!("out{round}"));
        fs::create_dir(office.path(&from)).unwrap();
        for n in 0..REQUESTS {
            let id = format!("r{round}-{n}");
            write_request(&office.path(&from).join(format!("{id}.json")), &id);
        }
        let arguments = ["issue", "--batch", &from, "--answers", &to, "--group", "2"];
        let mut victim = office.spawn(&arguments);
        std::thread::sleep(usual.mul_f64(f64::from(round % 10) / 8.0));
        victim.kill().unwrap();
        victim.wait().unwrap();
        let before = answers(&office.path(&to));
        unfinished += u32::from(before.len() < REQUESTS);
        let start = Instant::now();
        assert_eq!(office.code(&arguments), 0);
        usual = start.elapsed().max(Duration::from_millis(5));
        let after = answers(&office.path(&to));
        assert_eq!(after.len(), REQUESTS);
        for (name, answer) in &before {
            assert_eq!(
                after[name].response, answer.response,
                "{name} was issued twice"
            );
        }
        for answer in after.values() {
            let response = answer.csr_response().unwrap().unwrap();
            let all = response
                .sign_certificates
                .iter()
                .chain(&response.encrypt_certificates);
            for certificate in all {
                assert!(
                    serials.insert(certificate.serial_hex()),
                    "a serial number twice"
                );
            }
        }
    }
    assert!(
        unfinished > 5,
        "the process was killed too late: {unfinished}"
    );
    let found = office.output(&["log", "verify"]);
    let found = String::from_utf8(found.stdout).unwrap();
    assert_eq!(serials.len(), ROUNDS as usize * REQUESTS * 2);
    assert!(
        found.contains(&format!(" {} certificates,", serials.len())),
        "{found}"
    );
}

fn answers(folder: &Path) -> BTreeMap<String, Answer> {
    let Ok(entries) = fs::read_dir(folder) else {
        return BTreeMap::new();
    };
    entries
        .map(|entry| entry.unwrap())
        .filter(|entry| !entry.file_name().to_string_lossy().starts_with('.'))
        .map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            (
                name,
                Answer::from_file(&fs::read(entry.path()).unwrap()).unwrap(),
            )
        })
        .collect()
}

#[test]
fn requests_with_one_stem_have_answers_of_their_own() {
    let office = Office::open();
    fs::create_dir(office.path("requests")).unwrap();
    for (name, holder) in [("a.csr", "one"), ("a.der", "two"), ("b.csr", "three")] {
        let key = SoftwareKey::generate(KeyAlgorithm::Sm2).unwrap();
        let subject = format!("CN={holder}").parse().unwrap();
        let request = CertificationRequest::build(&subject, &key, &RequestOptions::default());
        fs::write(
            office.path("requests").join(name),
            request.unwrap().as_der(),
        )
        .unwrap();
    }
    let batch = ["issue", "--batch", "requests", "--answers", "answers"];
    assert_eq!(office.code(&batch), 0);
    let mut names: Vec<_> = fs::read_dir(office.path("answers"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["a.csr.answer", "a.der.answer", "b.answer"]);
}

#[test]
fn what_is_typed_wrong_is_2_and_a_missing_authority_is_named() {
    let office = Office::open();
    assert_eq!(office.code(&["log", "verify", "--head", "00"]), 2);
    let output = office.output(&["--state", "nowhere", "crl"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        said,
        "error (no_authority): there is no authority in nowhere\n"
    );
}

#[test]
fn an_answer_that_cannot_be_written_is_not_lost() {
    let office = Office::open();
    write_request(&office.path("r.json"), "r");
    let output = office.output(&["issue", "r.json", "--answer", "no/where"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("no/where") && !said.contains("unfinished"),
        "{said}"
    );
    assert_eq!(office.code(&["issue", "r.json", "--answer", "there"]), 0);
    assert!(office.answer("there").ok);
}
