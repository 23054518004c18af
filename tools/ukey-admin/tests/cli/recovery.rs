//! Two officers who recover one key at once.

use std::process::Stdio;

use crate::support::{Desk, ENROLL, Run, with_pin};

/// The serial number of a certificate of the only container.
fn serial(desk: &Desk, usage: &str) -> String {
    let (_, found) = desk.json(["cert", "export", "--usage", usage]);
    found["data"]["certificate"]["serial"]
        .as_str()
        .unwrap()
        .to_owned()
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
    let lost = Desk::enrolled();
    lost.file("tender", b"on the lost key");
    lost.run(["encrypt", "tender", "-o", "lost.enc"]).ok();
    let (sign, about) = (serial(&lost, "sign"), serial(&lost, "encrypt"));
    let ca = lost.path("ca").to_str().unwrap().to_owned();
    let desk = Desk::initialised();
    let replace = [
        "replace",
        "--ca",
        &ca,
        "--about",
        &sign,
        "--subject",
        ENROLL[4],
    ];
    desk.run(with_pin(&replace)).ok();
    // Two USBKEYs that the holder's certificate is on: each makes a key of its own to wrap to.
    let desks = [desk.copy(), desk];
    let officer = |name: &str| format!("{ca}/officers/{name}.key");
    let (first, second) = (officer("first"), officer("second"));
    let recover = [
        "recover",
        "--ca",
        &ca,
        "--about",
        &about,
        "--officer-key",
        &first,
        "--officer-key",
        &second,
        "--json",
    ];
    let running = desks.each_ref().map(|desk| {
        let mut command = desk.command();
        command.args(with_pin(&recover));
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

    let mut outcomes = logged(&lost);
    outcomes.sort();
    assert_eq!(outcomes, ["granted", "recovered_before"]);
    for (desk, code) in [(&desks[winner], 0), (&desks[loser], 7)] {
        desk.file("lost.enc", &lost.read("lost.enc"));
        desk.run(with_pin(&["decrypt", "lost.enc", "-o", "out"]))
            .code(code);
    }
    assert_eq!(desks[winner].read("out"), b"on the lost key");
    // Asked again, the one has it and the other does not get it.
    for (desk, code) in [(&desks[winner], 0), (&desks[loser], 1)] {
        assert_eq!(desk.run(with_pin(&recover)).code, code);
    }
}
