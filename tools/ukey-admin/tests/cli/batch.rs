//! Production from a table: many keys at once, killed, pulled, and with tables that are not right.

use std::{
    collections::BTreeSet,
    fs,
    os::unix::fs::PermissionsExt,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::support::{Desk, Run, c_library};

const RUN: [&str; 9] = [
    "batch",
    "run",
    "keys.csv",
    "--out",
    "out",
    "--ca",
    "ca",
    "--so-pin-source",
    "file:so.pin",
];

/// Blank keys, an authority, and a table with as many rows.
fn desk(keys: usize, rows: usize) -> Desk {
    let desk = Desk::with_keys(keys);
    let plan = ukey_ca::directory::Plan::for_tests().unwrap();
    ukey_ca::directory::Directory::init(&desk.path("ca"), &plan).unwrap();
    let mut table = String::from("id,subject,label\n");
    for n in 0..rows {
        table.push_str(&format!(
            "k{n:03},\"C=CN,O=示例公司,CN=holder {n}\",desk {n}\n"
        ));
    }
    desk.file("keys.csv", table.as_bytes());
    desk
}

/// Small images: there are many.
fn command(desk: &Desk) -> Command {
    let mut command = desk.command();
    command.env("UKEY_EMBEDDED_SIZE_MIB", "1");
    command
}

fn run(desk: &Desk, arguments: &[&str]) -> Run {
    Run::new(command(desk).args(arguments).output().unwrap())
}

/// Rows by the journal: id, serial, event.
fn rows(desk: &Desk) -> Vec<(String, String, String)> {
    let status = run(desk, &["--json", "batch", "status", "out"]).ok().json();
    let word = |row: &Value, key: &str| row[key].as_str().unwrap().to_owned();
    let rows = status["data"]["rows"].as_array().unwrap().clone();
    rows.iter()
        .map(|row| (word(row, "row"), word(row, "serial"), word(row, "event")))
        .collect()
}

/// The PIN in a letter.
fn letter_pin(desk: &Desk, id: &str) -> String {
    let letter = String::from_utf8(desk.read(&format!("out/letters/{id}.html"))).unwrap();
    let (_, rest) = letter.split_once("class=\"pin\">").unwrap();
    rest.split_once('<').unwrap().0.to_owned()
}

/// Every row is done, on a key of its own, with certificates of its own and a PIN that works.
#[track_caller]
fn all_is_produced(desk: &Desk, count: usize) {
    let rows = rows(desk);
    assert_eq!(rows.len(), count);
    assert!(rows.iter().all(|row| row.2 == "done"), "{rows:?}");
    let serials: BTreeSet<&String> = rows.iter().map(|row| &row.1).collect();
    assert_eq!(serials.len(), count, "a key was produced twice");
    assert_eq!(desk.issued(), 2 * count as u64);
    for (id, serial, _) in rows.iter().step_by(count.div_ceil(5)) {
        let pin = letter_pin(desk, id);
        assert_eq!(pin.len(), 8);
        desk.private_file("letter.pin", pin.as_bytes());
        desk.file("f", b"x");
        let mut sign = command(desk);
        sign.args(["--serial", serial, "sign", "f", "--force"]);
        sign.args(["--pin-source", "file:letter.pin"]);
        Run::new(sign.output().unwrap()).ok();
        run(desk, &["verify", "f", "--ca", "ca"]).ok();
        let path = desk.path(&format!("out/letters/{id}.html"));
        assert_eq!(
            fs::metadata(path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert!(desk.path(&format!("out/reports/{serial}.json")).exists());
        assert!(!desk.path(&format!("out/letters/{id}.pin")).exists());
    }
}

#[test]
fn two_hundred_keys() {
    let desk = desk(200, 200);
    let dry = [&RUN[..], &["--dry-run"]].concat();
    run(&desk, &dry).ok();
    assert!(!desk.path("out").exists());
    let start = Instant::now();
    let made = run(&desk, &[&["--json"], &RUN[..]].concat()).ok();
    eprintln!("200 keys in {:.1} s", start.elapsed().as_secs_f64());
    let text = made.text();
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 201, "one line a key, and the end");
    assert!(
        lines
            .iter()
            .all(|line| line["schema"] == "ukey/1" && line["ok"] == true)
    );
    assert_eq!(lines[200]["data"]["produced"], 200);
    all_is_produced(&desk, 200);
    let again = run(&desk, &[&["--json"], &RUN[..]].concat()).ok().json();
    assert_eq!(again["data"]["produced"], 0);
    assert_eq!(desk.issued(), 400);
}

#[test]
fn killed_at_any_moment_it_goes_on() {
    for milliseconds in [20, 80, 140, 200, 260, 320, 400, 500] {
        let desk = desk(6, 6);
        run(&desk, &["device", "list"]).ok();
        let mut child = command(&desk)
            .args(RUN)
            .args(["--parallel", "2"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_millis(milliseconds));
        // It may have ended by itself.
        child.kill().ok();
        child.wait().unwrap();
        run(&desk, &RUN).ok();
        all_is_produced(&desk, 6);
    }
}

#[test]
fn a_key_pulled_in_the_middle_goes_on_when_it_is_back() {
    let mut pulled = 0;
    for moment in (4..64).step_by(6) {
        let desk = desk(3, 3);
        run(&desk, &["device", "list"]).ok();
        let mut victim = command(&desk);
        let struck = victim
            .args(RUN)
            .args(["--parallel", "1"])
            .env("LD_PRELOAD", c_library("fault.c"))
            .env("FAULT_AT", moment.to_string())
            .env("FAULT_MARK", desk.path("mark"))
            .env("FAULT_PULL", desk.path("key0.img"))
            .output()
            .unwrap();
        // Pulled before the readers were looked at, its place got a blank key; or all was over.
        if !desk.path("mark").exists() || desk.path("key0.img").exists() {
            continue;
        }
        pulled += 1;
        assert!(matches!(struck.status.code(), Some(0 | 14)), "{struck:?}");
        fs::rename(desk.path("key0.img.pulled"), desk.path("key0.img")).unwrap();
        run(&desk, &RUN).ok();
        all_is_produced(&desk, 3);
    }
    assert!(pulled >= 5, "{pulled}");
}

#[test]
fn rows_wait_for_keys() {
    let desk = desk(2, 3);
    let (first, second) = (desk.path("key0.img"), desk.path("key1.img"));
    let made = run(&desk, &RUN).code(14);
    assert!(
        made.stderr.contains("one row is not produced"),
        "{}",
        made.stderr
    );
    assert_eq!(rows(&desk).len(), 2);
    // A third key comes into the first's place while the batch waits.
    let waiting = command(&desk)
        .args(RUN)
        .args(["--wait", "60"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let mut waiting = waiting.unwrap();
    thread::sleep(Duration::from_millis(600));
    let other = Desk::with_keys(1);
    run(&other, &["device", "list"]).ok();
    fs::rename(&first, desk.path("away.img")).unwrap();
    fs::rename(desk.path("key0.img.key"), desk.path("away.img.key")).unwrap();
    fs::copy(other.path("key0.img.key"), desk.path("key0.img.key")).unwrap();
    fs::copy(other.path("key0.img"), desk.path("new.img")).unwrap();
    fs::rename(desk.path("new.img"), &first).unwrap();
    assert_eq!(waiting.wait().unwrap().code(), Some(0));
    assert!(second.exists());
    let rows = rows(&desk);
    assert_eq!(rows.len(), 3);
    assert!(rows.iter().all(|row| row.2 == "done"), "{rows:?}");
}

#[test]
fn a_row_may_name_its_key_and_be_given_up() {
    let desk = desk(2, 2);
    let list = run(&desk, &["--json", "device", "list"]).ok().json();
    let serial = |n: usize| {
        list["data"]["devices"][n]["serial"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let table = format!(
        "id,subject,serial\nb,CN=b,{}\na,CN=a,\n",
        serial(1).to_lowercase()
    );
    desk.file("keys.csv", table.as_bytes());
    run(&desk, &RUN).ok();
    let found: BTreeSet<(String, String)> = rows(&desk).into_iter().map(|r| (r.0, r.1)).collect();
    assert!(found.contains(&("a".to_owned(), serial(0))));
    assert!(found.contains(&("b".to_owned(), serial(1))));
    // What is produced cannot be given up.
    run(&desk, &[&RUN[..], &["--release", "a"]].concat()).code(1);
}

#[test]
fn a_row_whose_key_is_lost_goes_to_another() {
    let desk = desk(1, 1);
    run(&desk, &["device", "list"]).ok();
    let mut child = command(&desk)
        .args(RUN)
        .env("LD_PRELOAD", c_library("fault.c"))
        .env("FAULT_AT", "30")
        .env("FAULT_MARK", desk.path("mark"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.wait().unwrap();
    assert_eq!(rows(&desk)[0].2, "claimed");
    let lost = rows(&desk)[0].1.clone();
    for name in ["key0.img", "key0.img.key"] {
        fs::remove_file(desk.path(name)).unwrap();
    }
    run(&desk, &RUN).code(14);
    run(&desk, &[&RUN[..], &["--release", "k000"]].concat()).ok();
    let rows = rows(&desk);
    assert_eq!((rows.len(), rows[0].2.as_str()), (1, "done"));
    assert_ne!(rows[0].1, lost);
}

#[test]
fn a_table_that_is_not_right_touches_nothing() {
    let desk = desk(1, 1);
    let good = "id,subject\na,CN=a\n".as_bytes();
    for (table, line) in [
        ([b"\xEF\xBB\xBF", good].concat(), "line 1"),
        ([good, b"b,CN=\xB9\xAB\xCB\xBE\n"].concat(), "line 3"),
        ([good, b"\nb,CN=b\n"].concat(), "line 3"),
        ([good, b"a,CN=b\n"].concat(), "line 3"),
    ] {
        desk.file("keys.csv", &table);
        let refused = run(&desk, &RUN).code(1);
        assert!(refused.stderr.contains(line), "{}", refused.stderr);
    }
    assert!(!desk.path("out").exists());
    let info = run(&desk, &["--json", "device", "info"]).ok().json();
    assert_eq!(info["data"]["applications"].as_array().unwrap().len(), 0);
    desk.file("keys.csv", good);
    desk.file("p.toml", b"[pin]\nlenght = 8\n");
    let refused = run(&desk, &[&RUN[..], &["--profile", "p.toml"]].concat()).code(1);
    assert!(refused.stderr.contains("lenght"), "{}", refused.stderr);
}

#[test]
fn profile_seal_and_letter() {
    let desk = desk(1, 1);
    desk.file("s.esl", b"a seal");
    desk.file(
        "keys.csv",
        "id,subject,seal\na,\"CN=<A & B>\",s.esl\n".as_bytes(),
    );
    let profile = "[application]\nname = 'BID'\npin_tries = 6\n[pin]\nlength = 12\n\
                   [certificate]\ndays = 30\n[letter]\ntitle = '投标 <1>'\nsender = 'CA'\n";
    desk.file("p.toml", profile.as_bytes());
    run(&desk, &[&RUN[..], &["--profile", "p.toml"]].concat()).ok();
    let letter = String::from_utf8(desk.read("out/letters/a.html")).unwrap();
    assert!(letter.contains("&lt;A &amp; B&gt;") && letter.contains("投标 &lt;1&gt;"));
    assert_eq!(letter_pin(&desk, "a").len(), 12);
    let status = run(&desk, &["--json", "pin", "status"]).ok().json();
    assert_eq!(status["data"]["application"], "BID");
    assert_eq!(status["data"]["user"]["max_tries"], 6);
    run(&desk, &["seal", "export", "seal", "-o", "back"]).ok();
    assert_eq!(desk.read("back"), b"a seal");
}

#[test]
fn one_batch_at_a_time_in_one_place() {
    let desk = desk(1, 1);
    fs::create_dir(desk.path("out")).unwrap();
    let journal = fs::File::create(desk.path("out/journal.jsonl")).unwrap();
    journal.lock().unwrap();
    run(&desk, &RUN).code(10);
    journal.unlock().unwrap();
    run(&desk, &RUN).ok();
}
