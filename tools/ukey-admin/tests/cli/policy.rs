//! What the token allows, and what this computer asks of new PINs.

use crate::support::Desk;

/// The run with this configuration in force.
fn with_config(desk: &Desk, text: &str, arguments: &[&str]) -> (i32, String) {
    desk.file("policy.toml", text.as_bytes());
    let mut command = desk.command();
    let output = command
        .args(arguments)
        .env("UKEY_CONFIG", "policy.toml")
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    (output.status.code().unwrap(), stderr)
}

const CHANGE: [&str; 6] = [
    "pin",
    "change",
    "--pin-source",
    "file:user.pin",
    "--new-pin-source",
    "file:new.pin",
];

#[test]
fn new_pins_are_held_to_the_policy_and_no_try_is_spent() {
    let desk = Desk::initialised();
    let policy = "[pin]\nmin_length = 8\nlongest_run = 3\n";
    for (new, why) in [
        ("135791", "at least 8"),
        ("90123457", "3 equal or consecutive"),
        ("77771357", "3 equal or consecutive"),
    ] {
        desk.private_file("new.pin", new.as_bytes());
        let (code, stderr) = with_config(&desk, policy, &CHANGE);
        assert_eq!(code, 1, "{stderr}");
        assert!(stderr.contains(why) && !stderr.contains(new), "{stderr}");
        let unblock = [
            "pin",
            "unblock",
            "--so-pin-source",
            "file:so.pin",
            "--new-pin-source",
            "file:new.pin",
        ];
        assert_eq!(with_config(&desk, policy, &unblock).0, 1);
    }
    assert_eq!(desk.tries_left(), 10);
    desk.private_file("new.pin", b"97753113");
    let (code, stderr) = with_config(&desk, policy, &CHANGE);
    assert_eq!(code, 0, "{stderr}");
}

#[test]
fn a_batch_with_shorter_pins_than_allowed_does_not_begin() {
    let desk = Desk::blank();
    let plan = ukey_ca::directory::Plan::for_tests().unwrap();
    ukey_ca::directory::Directory::init(&desk.path("ca"), &plan).unwrap();
    desk.file("keys.csv", b"id,subject\na,CN=a\n");
    let run = ["batch", "run", "keys.csv", "--out", "out", "--ca", "ca"];
    let run = [&run[..], &["--so-pin-source", "file:so.pin"]].concat();
    let (code, stderr) = with_config(&desk, "[pin]\nmin_length = 9\n", &run);
    assert_eq!(code, 1);
    assert!(stderr.contains("8 digits"), "{stderr}");
    assert!(!crate::support::exists(&desk, "out"));
}

#[test]
fn setting_a_rule_leaves_the_rest_of_the_file_alone() {
    let desk = Desk::initialised();
    let file = "ukey/ukey.toml";
    desk.run(["policy", "set", "--pin-min-length", "8"]).ok();
    assert_eq!(desk.read(file), b"[pin]\nmin_length = 8\n");
    desk.file(
        file,
        b"# ours\n[log]\nfilter = 'info' # all\n\n[pin] # rules\n",
    );
    let set = ["policy", "set", "--pin-longest-run", "3"];
    let dry = desk.run([&set[..], &["--dry-run"]].concat()).ok();
    let written = "# ours\n[log]\nfilter = 'info' # all\n\n[pin] # rules\nlongest_run = 3\n";
    assert_eq!(dry.text(), written);
    assert!(!desk.read(file).ends_with(b"3\n"));
    let (code, answer) = desk.json(set);
    assert_eq!((code, &answer["data"]["pin_longest_run"]), (0, &3.into()));
    assert_eq!(desk.read(file), written.as_bytes());
    let (_, shown) = desk.json(["policy", "show"]);
    assert_eq!(shown["data"]["computer"]["pin_longest_run"], 3);
    desk.run(["policy", "set", "--pin-longest-run", "any"]).ok();
    let (_, shown) = desk.json(["config", "show"]);
    assert!(shown["data"]["pin"]["longest_run"].is_null());
    assert_eq!(shown["data"]["log"]["filter"], "info");
}

#[test]
fn a_dry_run_shows_the_policy_that_would_hold() {
    let desk = Desk::blank();
    desk.run(["policy", "set", "--pin-min-length", "7"]).ok();
    let set = ["policy", "set", "--pin-min-length", "9", "--dry-run"];
    let (code, answer) = desk.json(set);
    let data = &answer["data"];
    assert_eq!((code, &data["pin_min_length"]), (0, &9.into()));
    assert_eq!(data["changed"], false);
    let (_, shown) = desk.json(["config", "show"]);
    assert_eq!(shown["data"]["pin"]["min_length"], 7);
    // A file that does not count changes nothing, and the program says so.
    let elsewhere = [&set[..], &["--file", "else.toml"]].concat();
    let (_, answer) = desk.json(&elsewhere);
    assert_eq!(answer["data"]["pin_min_length"], 7);
    let said = desk.run(&elsewhere).ok().stderr;
    assert!(said.contains("does not hold here"), "{said}");
    assert!(!crate::support::exists(&desk, "else.toml"));
}

#[test]
fn rules_that_cannot_be_are_refused() {
    let desk = Desk::blank();
    for rule in [
        &[][..],
        &["--pin-min-length", "5"],
        &["--pin-min-length", "17"],
        &["--pin-longest-run", "0"],
    ] {
        desk.run([&["policy", "set"], rule].concat()).code(2);
    }
    desk.file("odd.toml", b"pin = 3\n");
    let set = ["policy", "set", "--pin-min-length", "8", "--file"];
    let run = desk.run([&set[..], &["odd.toml"]].concat()).code(1);
    assert!(run.stderr.contains("odd.toml"), "{}", run.stderr);
    assert_eq!(desk.read("odd.toml"), b"pin = 3\n");
}

#[test]
fn what_the_token_allows_is_shown() {
    let desk = Desk::blank();
    let init = ["device", "init", "--pin-tries", "6", "--so-pin-tries", "4"];
    let pins = [
        "--pin-source",
        "file:user.pin",
        "--so-pin-source",
        "file:so.pin",
    ];
    desk.run([&init[..], &pins].concat()).ok();
    let (code, shown) = desk.json(["policy", "show"]);
    assert_eq!(code, 0);
    let data = &shown["data"];
    assert_eq!(data["pin"]["user_max_tries"], 6);
    assert_eq!(data["pin"]["so_max_tries"], 4);
    assert_eq!(
        (&data["pin"]["min_length"], &data["pin"]["max_length"]),
        (&6.into(), &16.into())
    );
    assert_eq!(data["room"]["create_rights"], "user");
    let abilities = data["abilities"].as_array().unwrap();
    assert!(abilities.contains(&"retired_containers".into()));
    let text = desk.run(["pin", "policy"]).ok().text();
    assert!(
        text.contains("6 wrong") && text.contains("4 wrong"),
        "{text}"
    );
    // The rules are the token's: a PIN of another length is refused without a try.
    desk.private_file("long.pin", b"12345678901234567");
    desk.run(["key", "generate", "--pin-source", "file:long.pin"])
        .code(1);
    assert_eq!(desk.tries_left(), 6);
}

#[test]
fn the_files_that_count_are_checked_and_named() {
    let desk = Desk::blank();
    assert!(
        desk.run(["config", "check"])
            .ok()
            .text()
            .contains("defaults")
    );
    desk.run(["policy", "set", "--pin-min-length", "8"]).ok();
    let (code, checked) = desk.json(["config", "check"]);
    assert_eq!(code, 0);
    let file = checked["data"]["files"][0].as_str().unwrap();
    assert!(file.ends_with("ukey/ukey.toml"), "{file}");
    desk.file("ukey/ukey.toml", b"[pin]\nmin_lenght = 8\n");
    let run = desk.run(["config", "check"]).code(1);
    assert!(run.stderr.contains("line 2"), "{}", run.stderr);
}
