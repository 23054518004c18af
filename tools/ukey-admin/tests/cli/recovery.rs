//! A USBKEY that is lost: another takes its place, and opens what was encrypted to it.

use std::process::Stdio;

use crate::support::{Desk, ENROLL, Run, with_pin};

/// A lost USBKEY's desk, which has the authority and `lost.enc`.
struct Loss {
    desk: Desk,
    ca: String,
    /// Serial numbers of its certificates.
    sign: String,
    encrypt: String,
    /// Key files of two officers.
    officers: [String; 2],
}

impl Loss {
    fn new() -> Self {
        let desk = Desk::enrolled();
        desk.file("tender", b"on the lost key");
        desk.run(["encrypt", "tender", "-o", "lost.enc"]).ok();
        let ca = desk.path("ca").to_str().unwrap().to_owned();
        Self {
            sign: desk.certificate_serial("sign"),
            encrypt: desk.certificate_serial("encrypt"),
            officers: ["first", "second"].map(|name| format!("{ca}/officers/{name}.key")),
            ca,
            desk,
        }
    }

    /// Arguments that put another USBKEY in its place.
    fn replace(&self) -> Vec<&str> {
        let command = ["replace", "--ca", &self.ca, "--about", &self.sign];
        with_pin(&[&command[..], &["--subject", ENROLL[4]]].concat())
    }

    /// Arguments that bring its encryption key to another USBKEY.
    fn recover<'a>(&'a self, officers: &[&'a str]) -> Vec<&'a str> {
        let mut command = vec!["recover", "--ca", &self.ca, "--about", &self.encrypt];
        for officer in officers {
            command.extend(["--officer-key", officer]);
        }
        with_pin(&command)
    }

    /// Whether what was encrypted to it opens at another desk.
    #[track_caller]
    fn opens_at(&self, other: &Desk) -> bool {
        other.file("lost.enc", &self.desk.read("lost.enc"));
        let run = other.run(with_pin(&["decrypt", "lost.enc", "-o", "out", "--force"]));
        match run.code {
            0 => assert_eq!(other.read("out"), b"on the lost key"),
            code => assert_eq!(code, 7, "{}", run.stderr),
        }
        run.code == 0
    }
}

#[test]
fn a_lost_key_is_replaced_and_its_tenders_open_again() {
    let loss = Loss::new();
    let [first, second] = loss.officers.each_ref().map(String::as_str);
    let desk = Desk::initialised();
    let (code, replaced) = desk.json(loss.replace());
    assert_eq!(code, 0, "{replaced}");
    assert_eq!(desk.json(loss.replace()).0, 0, "asked twice, done once");
    assert!(!loss.opens_at(&desk));

    let (code, _) = desk.json(loss.recover(&[first]));
    assert_eq!(code, 2, "one officer is not enough");
    let (code, refused) = desk.json(loss.recover(&[first, first]));
    assert_eq!(
        (code, refused["error"]["code"].as_str()),
        (1, Some("two_officers"))
    );
    let both = loss.recover(&[first, second]);
    let (code, recovered) = desk.json(&both);
    assert_eq!(code, 0, "{recovered}");
    assert_eq!(desk.json(&both).0, 0, "asked twice, done once");
    assert!(loss.opens_at(&desk));
    // The recovered key does not get in the way of the one in use.
    desk.run(with_pin(&["sign", "out"])).ok();
    assert_eq!(loss.desk.issued(), 4);
    let (code, state) = loss.desk.json(["status", "--ca", "ca"]);
    assert_eq!(code, 0);
    assert_eq!(state["data"]["certificates"][0]["state"], "revoked");
}

/// Outcomes of all recoveries in the authority's log, which holds together.
fn logged(desk: &Desk) -> Vec<String> {
    let mut ca = ukey_ca::directory::Directory::open(&desk.path("ca")).unwrap();
    let mut transaction = ca.state().begin().unwrap();
    ukey_ca::log::verify(&mut *transaction, None).unwrap();
    let links = transaction.links(1, 1000).unwrap();
    let entries = links
        .iter()
        .map(|link| serde_json::from_str::<ukey_ca::log::Entry>(&link.entry).unwrap());
    let recoveries = entries.filter(|entry| entry.act == "recover");
    recoveries
        .map(|entry| {
            assert!(entry.by.len() >= 2, "the officers are in the log");
            entry.outcome
        })
        .collect()
}

#[test]
fn of_two_recoveries_at_once_one_wins_and_the_other_is_refused_and_logged() {
    let loss = Loss::new();
    let [first, second] = loss.officers.each_ref().map(String::as_str);
    let desk = Desk::initialised();
    desk.run(loss.replace()).ok();
    // Two USBKEYs that the holder's certificate is on: each makes a key of its own to wrap to.
    let desks = [desk.copy(), desk];
    let recover = loss.recover(&[first, second]);
    let running = desks.each_ref().map(|desk| {
        let mut command = desk.command();
        command.arg("--json").args(&recover);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    });
    let runs = running.map(|child| Run::new(child.wait_with_output().unwrap()));
    let winner = runs.iter().position(|run| run.code == 0);
    let winner = winner.unwrap_or_else(|| panic!("{}{}", runs[0].stderr, runs[1].stderr));
    let loser = 1 - winner;
    let refused = runs[loser].json();
    assert_eq!(runs[loser].code, 1);
    assert_eq!(refused["data"]["refusal"], "recovered_before");
    assert!(runs[loser].stderr.contains("recovered before"));

    let mut outcomes = logged(&loss.desk);
    outcomes.sort();
    assert_eq!(outcomes, ["granted", "recovered_before"]);
    assert!(loss.opens_at(&desks[winner]));
    assert!(!loss.opens_at(&desks[loser]));
    // Asked again, the one has it and the other does not get it.
    for (desk, code) in [(&desks[winner], 0), (&desks[loser], 1)] {
        assert_eq!(desk.run(&recover).code, code);
    }
}
