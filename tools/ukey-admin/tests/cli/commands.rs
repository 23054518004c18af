//! Keys, certificates, seals, events, configuration and raw commands.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    process::{Child, Stdio},
};

use serde_json::Value;

use crate::support::{Desk, ENROLL, USER_PIN, WRONG_PIN, with_pin};

const DISTID: &str = "distid:1234567812345678";

#[test]
fn the_public_key_that_is_exported_is_the_certified_one() {
    let desk = Desk::enrolled();
    for usage in ["sign", "encrypt"] {
        desk.run([
            "key", "export", "--usage", usage, "-o", "key.pem", "--force",
        ])
        .ok();
        desk.run([
            "cert", "export", "--usage", usage, "-o", "cert.pem", "--force",
        ])
        .ok();
        assert!(desk.openssl(["pkey", "-pubin", "-in", "key.pem", "-out", "a.pub"]));
        assert!(desk.openssl([
            "x509", "-in", "cert.pem", "-pubkey", "-noout", "-out", "b.pub"
        ]));
        assert_eq!(desk.read("a.pub"), desk.read("b.pub"), "{usage}");
    }
    let (_, der) = desk.json(["key", "export", "--format", "der", "-o", "key.der"]);
    assert_eq!(der["data"]["algorithm"], "SM2");
    assert!(desk.openssl([
        "pkey", "-pubin", "-inform", "DER", "-in", "key.der", "-noout"
    ]));
}

/// A key with a signing pair, and what an authority has wrapped to it.
fn with_a_wrapped_pair() -> (Desk, ukey_pki::csr_response::CsrResponse) {
    let desk = Desk::initialised();
    let plan = ukey_ca::directory::Plan::for_tests().unwrap();
    ukey_ca::directory::Directory::init(&desk.path("ca"), &plan).unwrap();
    let ask = ["enroll", "--subject", "CN=a", "--request", "a.json"];
    desk.run(with_pin(&ask)).ok();
    assert!(desk.answer("a.json", "a.answer"));
    let answer = ukey_ca::answer::Answer::from_file(&desk.read("a.answer")).unwrap();
    let response = answer.csr_response().unwrap().unwrap();
    (desk, response)
}

#[test]
fn a_wrapped_pair_is_imported_in_every_form() {
    let (desk, response) = with_a_wrapped_pair();
    let pair = response.enveloped_key.as_ref().unwrap().to_der();
    desk.file("pair.der", &pair);
    desk.file("response.pem", response.to_pem().as_bytes());
    for file in ["pair.der", "response.pem"] {
        let copy = desk.copy();
        let (code, imported) = copy.json(with_pin(&["key", "import", file]));
        assert_eq!(code, 0, "{imported}");
        assert_eq!(imported["data"]["self_test"], "ok");
        assert_eq!(copy.json(with_pin(&["key", "import", file])).0, 8, "twice");
        let encrypt = response.encrypt_certificates[0].to_pem();
        copy.file("encrypt.pem", encrypt.as_bytes());
        copy.run(with_pin(&["cert", "import", "encrypt.pem"])).ok();
        copy.file("tender", b"x");
        copy.run(["encrypt", "tender"]).ok();
        copy.run(with_pin(&["decrypt", "tender.enc", "-o", "out"]))
            .ok();
        assert_eq!(copy.read("out"), b"x");
    }
    // Wrapped to another key, or damaged, or nothing.
    let (_, other) = with_a_wrapped_pair();
    let mut damaged = pair;
    let last = damaged.len() - 1;
    damaged[last] ^= 1;
    for wrong in [
        other.enveloped_key.unwrap().to_der(),
        damaged,
        b"nothing".to_vec(),
    ] {
        desk.file("wrong", &wrong);
        assert_eq!(desk.json(with_pin(&["key", "import", "wrong"])).0, 1);
        let (_, list) = desk.json(["container", "list"]);
        assert!(list["data"]["containers"][0]["encryption"]["key"].is_null());
    }
}

/// What follows the first DER element of `bytes`, and its content.
fn element(bytes: &[u8]) -> (&[u8], &[u8]) {
    let (start, length) = match bytes[1] {
        short @ ..=0x80 => (2, usize::from(short)),
        0x81 => (3, usize::from(bytes[2])),
        _ => (4, usize::from(bytes[2]) << 8 | usize::from(bytes[3])),
    };
    (&bytes[start + length..], &bytes[start..start + length])
}

#[test]
fn a_self_signed_certificate_verifies_in_openssl() {
    let desk = Desk::initialised();
    desk.run(with_pin(&["key", "generate"])).ok();
    let make = [
        "cert",
        "self-sign",
        "--subject",
        "C=CN,CN=self",
        "--days",
        "30",
    ];
    desk.run(with_pin(
        &[&make[..], &["-o", "self.pem", "--store"]].concat(),
    ))
    .ok();
    // `openssl verify` forgets the user ID for a self-signed certificate, its own too; so the signed
    // part and the signature are given to it apart.
    let certificate = ukey_pki::Certificate::from_file_bytes(&desk.read("self.pem")).unwrap();
    let (_, parts) = element(certificate.as_der());
    let (rest, _) = element(parts);
    desk.file("signed", &parts[..parts.len() - rest.len()]);
    let (rest, _) = element(rest);
    let (_, signature) = element(rest);
    desk.file("signature", &signature[1..]);
    desk.run(["key", "export", "-o", "key.pem"]).ok();
    assert!(desk.openssl([
        "pkeyutl",
        "-verify",
        "-rawin",
        "-digest",
        "sm3",
        "-pkeyopt",
        DISTID,
        "-pubin",
        "-inkey",
        "key.pem",
        "-in",
        "signed",
        "-sigfile",
        "signature",
    ]));
    let (_, stored) = desk.json(["cert", "export"]);
    assert_eq!(stored["data"]["certificate"]["subject"], "C=CN, CN=self");
    let again = with_pin(&[&make[..], &["-o", "b.pem", "--store"]].concat());
    desk.run(again).code(8);
    desk.run(["cert", "check"]).ok();
}

#[test]
fn certificates_are_checked_against_authority_and_revocation_list() {
    let desk = Desk::enrolled();
    desk.revocation_list("before.crl", 0);
    desk.run(["cert", "check"]).ok();
    desk.run(["cert", "check", "--ca", "ca", "--crl", "before.crl"])
        .ok();
    desk.run(with_pin(&["revoke", "--ca", "ca"])).ok();
    desk.revocation_list("after.crl", 0);
    let (code, checked) = desk.json(["cert", "check", "--ca", "ca", "--crl", "after.crl"]);
    assert_eq!((code, &checked["error"]["code"]), (13, &"not_good".into()));
    for one in checked["data"]["certificates"].as_array().unwrap() {
        assert_eq!(one["defect"], "it is on the revocation list");
    }
    // A list says nothing for an authority that is not trusted, and a stranger certifies nothing.
    assert_eq!(desk.run(["cert", "check", "--crl", "after.crl"]).code, 13);
    desk.stranger();
    assert_eq!(desk.run(["cert", "check", "--ca", "stranger"]).code, 13);
}

/// That it is not on another authority's list says nothing of a certificate.
#[test]
fn a_revocation_list_acquits_its_own_issuer_s_certificates_alone() {
    let desk = Desk::enrolled();
    desk.stranger();
    desk.revocation_list("ca.crl", 0);
    desk.revocation_list_of("stranger", "stranger.crl", 0);
    let trusting = |lists: &[&str]| {
        let both = ["cert", "check", "--ca", "ca", "--ca", "stranger"];
        let lists = lists.iter().flat_map(|list| ["--crl", list]);
        desk.json(both.into_iter().chain(lists).collect::<Vec<_>>())
    };
    let (code, checked) = trusting(&["stranger.crl"]);
    assert_eq!(code, 13);
    let defect = &checked["data"]["certificates"][0]["defect"];
    assert_eq!(defect, "no revocation list of its issuer is given");
    assert_eq!(trusting(&["stranger.crl", "ca.crl"]).0, 0);
    desk.run(with_pin(&["revoke", "--ca", "ca"])).ok();
    desk.revocation_list("ca.crl", 0);
    assert_eq!(trusting(&["stranger.crl", "ca.crl"]).0, 13);
}

#[test]
fn seals_come_back_as_they_were() {
    let desk = Desk::initialised();
    let seal: Vec<u8> = (0..70_000_u32).map(|n| (n % 251) as u8).collect();
    desk.file("s.esl", &seal);
    let store = with_pin(&["seal", "store", "s.esl", "--name", "公司"]);
    desk.run(&store).ok();
    desk.run(&store).ok();
    desk.file("s.esl", b"another");
    desk.run(&store).code(8);
    let (_, list) = desk.json(["seal", "list"]);
    assert_eq!(list["data"]["seals"][0]["name"], "公司");
    assert_eq!(list["data"]["seals"][0]["size"], 70_000);
    desk.run(["seal", "export", "公司", "-o", "back.esl"]).ok();
    assert_eq!(desk.read("back.esl"), seal);
    desk.run(["seal", "export", "other", "-o", "x"]).code(7);
    desk.run(with_pin(&["seal", "delete", "公司", "--dry-run"]))
        .ok();
    desk.run(with_pin(&["seal", "delete", "公司", "--yes"]))
        .ok();
    desk.run(["seal", "export", "公司", "-o", "x"]).code(7);
    let bad = with_pin(&["seal", "store", "s.esl", "--name", "../x"]);
    desk.run(bad).code(2);
}

#[test]
fn a_key_that_goes_and_comes_is_told_at_once() {
    let desk = Desk::initialised();
    let mut command = desk.command();
    command
        .args(["--json", "watch", "--count", "2", "--timeout", "60"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    // The first look is taken when the talk begins; --json is silent, so give it time.
    std::thread::sleep(std::time::Duration::from_millis(700));
    let mut event = |from: &str, to: &str| -> Value {
        fs::rename(desk.path(from), desk.path(to)).unwrap();
        serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap()
    };
    let gone = event("key0.img", "pulled");
    assert_eq!(gone["data"]["event"], "removed");
    crate::schema::fits("watch-event", &gone["data"]);
    let come = event("pulled", "key0.img");
    assert_eq!(come["data"]["event"], "inserted");
    let (_, info) = desk.json(["device", "info"]);
    assert_eq!(come["data"]["serial"], info["data"]["serial"]);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let run = desk.run(["device", "watch", "--timeout", "0"]).ok();
    assert!(run.stdout.is_empty());
}

#[test]
fn raw_commands_are_for_developers() {
    let desk = Desk::initialised();
    desk.run(["apdu", "8004000000"]).code(2);
    let get_random = "80 50 00 00 10";
    let (code, sent) = desk.json(["apdu", "--developer", get_random, "80FF0000"]);
    assert_eq!(code, 0, "{sent}");
    let exchanges = sent["data"]["exchanges"].as_array().unwrap();
    assert_eq!(exchanges[0]["status"], "9000");
    assert_eq!(exchanges[0]["data"].as_str().unwrap().len(), 32);
    assert_ne!(exchanges[1]["status"], "9000");
    desk.run(["apdu", "--developer", "80GG"]).code(2);
    desk.run(["apdu", "--developer", "80"]).code(1);
}

#[test]
fn the_configuration_is_shown_and_checked() {
    let desk = Desk::initialised();
    let (code, shown) = desk.json(["config", "show"]);
    assert_eq!(code, 0);
    assert_eq!(shown["data"]["pcsc"]["enabled"], false);
    assert_eq!(
        shown["data"]["embedded"]["images"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    desk.file("good.toml", b"[pcsc]\nenabled = true\n");
    desk.run(["config", "check", "good.toml"]).ok();
    desk.file("bad.toml", b"[pcsc]\nenabeld = true\n");
    let (code, bad) = desk.json(["config", "check", "bad.toml"]);
    assert_eq!((code, &bad["error"]["code"]), (1, &"configuration".into()));
    assert!(bad["error"]["message"].as_str().unwrap().contains("line 2"));
    desk.run(["config", "check", "none.toml"]).code(1);
}

/// The holder's machine, waiting for the operator's answer.
struct Holder {
    child: Child,
    code: String,
}

impl Holder {
    fn start(desk: &Desk) -> Self {
        desk.private_file("new.pin", b"86868686\n");
        let mut command = desk.command();
        command
            .args([
                "--json",
                "pin",
                "unblock",
                "--offline",
                "--answer-source",
                "stdin",
            ])
            .args(["--new-pin-source", "file:new.pin"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        let mut talk = BufReader::new(child.stderr.take().unwrap());
        talk.read_line(&mut line).unwrap();
        // Kept open, so that the program can go on talking.
        std::thread::spawn(move || talk.read_to_string(&mut String::new()));
        let code = line.trim().rsplit(' ').next().unwrap().to_owned();
        Self { child, code }
    }

    fn answer(mut self, answer: &str) -> (i32, Value) {
        let mut stdin = self.child.stdin.take().unwrap();
        writeln!(stdin, "{answer}").unwrap();
        drop(stdin);
        let output = self.child.wait_with_output().unwrap();
        let value = serde_json::from_slice(&output.stdout).unwrap();
        (output.status.code().unwrap(), value)
    }
}

/// The operator's machine, which has no key.
fn operator(code: &str, pin: &str) -> (i32, String) {
    let office = Desk::with_keys(0);
    let (exit, answer) = office.json(["pin", "answer", code, "--so-pin-source", pin]);
    let text = answer["data"]["answer"].as_str().unwrap_or_default();
    (exit, text.to_owned())
}

#[test]
fn a_locked_pin_is_unblocked_from_afar() {
    let desk = Desk::initialised();
    let wrong = [
        "key",
        "generate",
        "--pin-source",
        "file:wrong.pin",
        "--last-try-ok",
    ];
    for _ in 0..10 {
        desk.run(wrong);
    }
    assert_eq!(desk.tries_left(), 0);
    let holder = Holder::start(&desk);
    let (exit, answer) = operator(&holder.code, "file:so.pin");
    assert_eq!(exit, 0);
    for pin in [USER_PIN, WRONG_PIN, "86868686", "86420864"] {
        assert!(!answer.replace('-', "").contains(pin) && !holder.code.contains(pin));
    }
    let (code, done) = holder.answer(&answer);
    assert_eq!(code, 0, "{done}");
    assert_eq!(desk.tries_left(), 10);
    desk.run(["key", "generate", "--pin-source", "file:new.pin"])
        .ok();
    // The answer was good for one challenge.
    let (code, refused) = Holder::start(&desk).answer(&answer);
    assert_eq!(
        (code, &refused["error"]["tries_left"]),
        (4, &9.into()),
        "{refused}"
    );
}

#[test]
fn a_slip_costs_no_try_and_a_wrong_so_pin_costs_one() {
    let desk = Desk::initialised();
    let so_tries = |desk: &Desk| {
        desk.json(["pin", "status"]).1["data"]["so"]["tries_left"]
            .as_u64()
            .unwrap()
    };
    let holder = Holder::start(&desk);
    let mut slip = holder.code.clone();
    let last = slip.pop().unwrap();
    slip.push(if last == '0' { '1' } else { '0' });
    assert_eq!(operator(&slip, "file:so.pin").0, 1);
    let (_, answer) = operator(&holder.code, "file:so.pin");
    let flipped = if answer.starts_with('0') { "1" } else { "0" };
    let (code, refused) = holder.answer(&format!("{flipped}{}", &answer[1..]));
    assert_eq!((code, &refused["error"]["code"]), (1, &"unfit".into()));
    assert_eq!(so_tries(&desk), 10);
    let holder = Holder::start(&desk);
    let (_, answer) = operator(&holder.code, "file:wrong.pin");
    let (code, refused) = holder.answer(&answer);
    assert_eq!(
        (code, &refused["error"]["tries_left"]),
        (4, &9.into()),
        "{refused}"
    );
    assert_eq!(so_tries(&desk), 9);
    // And the user PIN is what it was.
    desk.run(ENROLL).ok();
}
