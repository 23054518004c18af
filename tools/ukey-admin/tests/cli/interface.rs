//! The promises of the interface: guards, JSON, files, streams, signals.

use std::{
    fs,
    io::{Read, Write},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::support::{Desk, exists, noise, with_pin};

const INIT: [&str; 6] = [
    "device",
    "init",
    "--pin-source",
    "file:user.pin",
    "--so-pin-source",
    "file:so.pin",
];

#[test]
fn wiping_a_key_wants_consent() {
    let desk = Desk::enrolled();
    let (code, refused) = desk.json(INIT);
    assert_eq!(
        (code, &refused["error"]["code"]),
        (2, &"must_not_ask".into())
    );
    let (code, dry) = desk.json([&INIT[..], &["--dry-run"]].concat());
    assert_eq!((code, &dry["data"]["changed"]), (0, &false.into()));
    assert_eq!(dry["data"]["destroyed"].as_array().unwrap().len(), 1);
    assert_eq!(
        desk.json(["cert", "list"]).1["data"]["certificates"]
            .as_array()
            .unwrap()
            .len(),
        2
    );

    desk.run([&INIT[..], &["--yes"]].concat()).ok();
    let (_, list) = desk.json(["container", "list"]);
    assert_eq!(list["data"]["containers"].as_array().unwrap().len(), 0);
}

#[test]
fn deleting_a_container_wants_consent_and_the_pin() {
    let desk = Desk::enrolled();
    let delete = ["container", "delete", "main"];
    desk.run(with_pin(&[&["--non-interactive"][..], &delete].concat()))
        .code(2);
    let dry = desk.run([&delete[..], &["--dry-run"]].concat()).ok();
    assert!(dry.stderr.contains("ACME 投标"), "{}", dry.stderr);
    desk.run([&delete[..], &["--yes", "--pin-source", "file:wrong.pin"]].concat())
        .code(4);
    desk.run(with_pin(&[&delete[..], &["--yes"]].concat())).ok();
    desk.run(["cert", "export"]).code(7);
}

#[test]
fn the_device_key_can_be_replaced_and_is_needed_from_then_on() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::blank();
    let run = desk
        .run([&INIT[..], &["--new-auth-key-file", "device.key"]].concat())
        .ok();
    assert!(!run.stderr.contains("factory"), "{}", run.stderr);
    let mode = fs::metadata(desk.path("device.key"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let again = [&INIT[..], &["--yes"]].concat();
    let (code, refused) = desk.json(&again);
    assert_eq!(
        (code, &refused["error"]["code"]),
        (9, &"device_authentication".into())
    );
    let with_key = desk
        .command()
        .args(&again)
        .env("UKEY_AUTH_KEY_FILE", "device.key")
        .output()
        .unwrap();
    assert!(
        with_key.status.success(),
        "{}",
        String::from_utf8_lossy(&with_key.stderr)
    );
}

#[test]
fn a_label_that_does_not_fit_is_refused_before_anything_changes() {
    let desk = Desk::blank();
    desk.run([&INIT[..], &["--set-label", "一二三四五六七八九十十"]].concat())
        .code(2);
    desk.run(["doctor"]).code(2);
    desk.run([&INIT[..], &["--set-label", "一二三四五六七八九十"]].concat())
        .ok();
}

#[test]
fn the_factory_device_key_is_warned_of() {
    let desk = Desk::blank();
    assert!(desk.run(INIT).ok().stderr.contains("factory"));
}

#[test]
fn every_command_line_error_is_2_and_json_when_asked_for() {
    let desk = Desk::blank();
    for arguments in [
        &["sign"][..],
        &["nothing"],
        &["pin", "change", "--pin", "x"],
        &[],
    ] {
        desk.run(arguments).code(2);
    }
    let (code, answer) = desk.json(["sign"]);
    assert_eq!((code, &answer["error"]["code"]), (2, &"usage".into()));
    assert!(
        answer["error"]["message"]
            .as_str()
            .unwrap()
            .contains("FILE"),
        "{answer}"
    );
}

#[test]
fn every_reading_command_speaks_json() {
    let desk = Desk::enrolled();
    for arguments in [
        &["device", "list"][..],
        &["device", "info"],
        &["pin", "status"],
        &["container", "list"],
        &["cert", "list"],
        &["cert", "export"],
        &["cert", "check"],
        &["key", "export"],
        &["seal", "list"],
        &["config", "show"],
        &["watch", "--timeout", "0"],
        &["doctor"],
        &["completions", "bash"],
        &["man-pages", "man"],
        &["version"],
    ] {
        let (code, answer) = desk.json(arguments);
        assert_eq!(code, 0, "{arguments:?}");
        assert!(answer["data"].is_object(), "{arguments:?}");
        assert!(answer["error"].is_null(), "{arguments:?}");
    }
}

#[test]
fn every_help_has_examples() {
    let desk = Desk::with_keys(0);
    for arguments in [
        &["device", "list"][..],
        &["device", "info"],
        &["device", "init"],
        &["pin", "status"],
        &["pin", "policy"],
        &["policy", "show"],
        &["policy", "set"],
        &["pin", "change"],
        &["pin", "unblock"],
        &["app", "list"],
        &["app", "create"],
        &["app", "delete"],
        &["container", "list"],
        &["container", "delete"],
        &["key", "generate"],
        &["key", "export"],
        &["key", "import"],
        &["key", "delete"],
        &["key", "move"],
        &["key", "attest"],
        &["pin", "answer"],
        &["seal", "store"],
        &["seal", "list"],
        &["seal", "export"],
        &["seal", "delete"],
        &["config", "show"],
        &["config", "check"],
        &["watch"],
        &["apdu"],
        &["cert", "self-sign"],
        &["batch", "run"],
        &["batch", "status"],
        &["cert", "check"],
        &["cert", "request"],
        &["cert", "import"],
        &["cert", "export"],
        &["cert", "list"],
        &["retired", "list"],
        &["retired", "export"],
        &["retired", "drop"],
        &["enroll"],
        &["renew"],
        &["recover"],
        &["replace"],
        &["change"],
        &["revoke"],
        &["hold"],
        &["unhold"],
        &["status"],
        &["sign"],
        &["verify"],
        &["encrypt"],
        &["decrypt"],
        &["digest"],
        &["file", "sign"],
        &["file", "digest"],
        &["doctor"],
        &["version"],
    ] {
        let help = desk.run([arguments, &["--help"]].concat()).ok().text();
        assert!(help.contains("Examples:"), "{arguments:?}");
        desk.run([arguments, &["-h"]].concat()).ok();
    }
}

#[test]
fn an_existing_output_is_refused_before_the_pin_is_used() {
    let desk = Desk::enrolled();
    desk.file("f", b"content");
    desk.file("f.p7s", b"precious");
    let (code, refused) = desk.json(["sign", "f", "--pin-source", "file:wrong.pin"]);
    assert_eq!(
        (code, &refused["error"]["code"]),
        (8, &"already_exists".into())
    );
    assert_eq!(desk.tries_left(), 10);
    assert_eq!(desk.read("f.p7s"), b"precious");
    desk.run(with_pin(&["sign", "f", "--force"])).ok();
    assert_ne!(desk.read("f.p7s"), b"precious");
}

#[test]
fn streams_take_the_place_of_files() {
    let desk = Desk::enrolled();
    let content = noise(70_000);
    let signed = desk
        .run_with_input(
            with_pin(&["sign", "-", "--attached", "--output", "-"]),
            &content,
        )
        .ok();
    let checked = desk
        .run_with_input(
            ["verify", "-", "--ca", "ca", "--output", "-"],
            &signed.stdout,
        )
        .ok();
    assert_eq!(checked.stdout, content);
    desk.run(["--json", "cert", "export", "--output", "-"])
        .code(2);
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let desk = Desk::enrolled();
    let mut command = desk.command();
    command
        .args(["cert", "list"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let mut talk = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut talk)
        .unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{talk}");
}

#[test]
fn an_interrupted_command_leaves_no_output() {
    let desk = Desk::enrolled();
    let before = desk.names();
    let mut command = desk.command();
    command
        .args(with_pin(&[
            "sign",
            "-",
            "--attached",
            "--output",
            "out.p7m",
        ]))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(&noise(1 << 20)).unwrap();
    // The temporary file is there before the input is read.
    let deadline = Instant::now() + Duration::from_secs(20);
    while desk.names() == before && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(5));
    }
    assert_ne!(desk.names(), before, "the output was never begun");
    let pid = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &pid])
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(desk.names(), before);
    drop(input);
}

#[test]
fn a_bad_configuration_is_named_with_its_line() {
    let desk = Desk::blank();
    desk.file("bad.toml", b"[pcsc]\nenabeld = true\n");
    let output = desk
        .command()
        .args(["--json", "device", "list"])
        .env("UKEY_CONFIG", "bad.toml")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(
        answer["error"]["message"]
            .as_str()
            .unwrap()
            .contains("line 2"),
        "{answer}"
    );
    assert!(!exists(&desk, "main"));
}

#[test]
fn colours_are_for_terminals() {
    let desk = Desk::enrolled();
    let run = desk.run(["doctor"]).ok();
    assert!(!run.text().contains('\u{1b}') && !run.stderr.contains('\u{1b}'));
}

#[test]
fn completions_and_man_pages_know_every_command() {
    let desk = Desk::blank();
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let script = desk.run(["completions", shell]).ok().text();
        for word in ["renew", "officer-key", "expiring", "unblock"] {
            assert!(script.contains(word), "{word} in {shell}");
        }
    }
    assert_eq!(desk.run(["completions", "cmd.exe"]).code, 2);
    // The shell itself finds nothing wrong with its script.
    desk.file("c.bash", &desk.run(["completions", "bash"]).ok().stdout);
    let bash = std::process::Command::new("bash")
        .arg("-n")
        .arg(desk.path("c.bash"))
        .status();
    assert!(bash.unwrap().success());
    desk.run(["man-pages", "man"]).ok();
    // What -h leaves out is in the manual.
    let page = String::from_utf8(desk.read("man/ukey-admin-cert-list.1")).unwrap();
    assert!(
        page.contains("RFC 7512") && page.contains("Language of texts"),
        "{page}"
    );
    for (name, what) in [
        ("ukey-admin.1", "First steps"),
        ("ukey-admin-cert-list.1", "Examples"),
        ("ukey-admin-recover.1", "Examples"),
    ] {
        let page = String::from_utf8(desk.read(&format!("man/{name}"))).unwrap();
        assert!(page.contains(".TH ") && page.contains(what), "{name}");
    }
}

#[test]
fn bash_completes_commands_and_options() {
    let desk = Desk::blank();
    desk.file("c.bash", &desk.run(["completions", "bash"]).ok().stdout);
    for (line, word, completion) in [
        ("", "dev", "device"),
        ("cert", "lis", "list"),
        ("cert list", "--exp", "--expiring"),
        ("--lang zh cert self-sign", "--sto", "--store"),
    ] {
        let words = format!("ukey-admin {line} {word}");
        let count = words.split_whitespace().count() - 1;
        let script = format!(
            "source c.bash; COMP_WORDS=({words}); COMP_CWORD={count}
             f=$(complete -p ukey-admin); f=${{f#*-F }}; ${{f%% *}} ukey-admin '{word}' ''
             echo \"${{COMPREPLY[*]}}\""
        );
        let mut bash = std::process::Command::new("bash");
        desk.prepare(&mut bash);
        let output = bash.args(["-c", &script]).output().unwrap();
        let reply = String::from_utf8(output.stdout).unwrap();
        assert_eq!(reply.trim(), completion, "{words}");
    }
}
