//! The harness keeps its own promises: time limits hold, bodies really run, nothing is left behind.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use ukey_tests::{HarnessError, Program, own_process, pcsc_test, wait_until};

#[test]
fn a_program_that_hangs_is_killed_with_its_children() {
    let started = Instant::now();
    let limit = Duration::from_millis(300);
    let hangs = Program::new("sh").args(["-c", "sleep 600 & echo $!; wait"]);
    let error = hangs.limit(limit).run().unwrap_err();
    assert!(started.elapsed() < Duration::from_secs(10));
    let HarnessError::TimedOut { output, .. } = &error else {
        panic!("{error}")
    };
    // The signal is under way when the harness returns, and a killed process may still be listed, as a zombie, until
    // somebody has reaped it.
    let status = Path::new("/proc").join(output.trim()).join("status");
    let is_dead = || fs::read_to_string(&status).map_or(true, |text| text.contains("State:\tZ"));
    wait_until("the child's end", Duration::from_secs(10), is_dead);
}

#[test]
fn a_program_gets_its_input_and_its_failure_is_told() {
    let echoed = Program::new("cat").input("text").succeed().unwrap();
    assert_eq!(echoed.text(), "text");
    let error = Program::new("sh")
        .args(["-c", "echo why >&2; exit 3"])
        .succeed()
        .unwrap_err();
    assert!(error.to_string().contains("why"), "{error}");
    Program::new("sh")
        .args(["-c", "exit 3"])
        .exits_with(3)
        .unwrap();
}

#[test]
fn own_process_has_its_environment() {
    let outer = std::process::id().to_string();
    let environment = [("UKEY_TEST_OUTER", outer.as_str())];
    own_process(
        "own_process_has_its_environment",
        Duration::from_secs(20),
        environment,
        || {
            let outer = std::env::var("UKEY_TEST_OUTER").unwrap();
            assert_ne!(outer, std::process::id().to_string());
        },
    );
}

#[test]
#[should_panic(expected = "there is no test called")]
fn own_process_must_name_its_test() {
    let none: [(&str, &str); 0] = [];
    own_process(
        "a_name_that_does_not_exist",
        Duration::from_secs(20),
        none,
        || {},
    );
}

#[test]
fn the_lab_has_two_empty_readers_of_its_own() {
    pcsc_test(
        "the_lab_has_two_empty_readers_of_its_own",
        Duration::from_secs(60),
        |lab| {
            assert_eq!(lab.readers(), ["Virtual PCD 00 00", "Virtual PCD 00 01"]);
            let listed = Program::new("opensc-tool")
                .arg("--list-readers")
                .succeed()
                .unwrap()
                .text();
            assert!(listed.contains("Virtual PCD 00 01"), "{listed}");
            let pcscd = format!("/proc/{}", lab.pcscd().id());
            assert!(Path::new(&pcscd).exists());
        },
    );
}

#[test]
fn a_token_can_be_inserted_slowed_down_pulled_and_inserted_again() {
    let name = "a_token_can_be_inserted_slowed_down_pulled_and_inserted_again";
    pcsc_test(name, Duration::from_secs(120), |lab| {
        let image = lab.folder().join("token.img");
        let cards = || {
            let readers = Program::new("opensc-tool")
                .arg("--list-readers")
                .succeed()
                .unwrap();
            readers
                .text()
                .lines()
                .filter(|line| line.contains("Yes"))
                .count()
        };
        // The plain driver: the others greet the card with many commands first.
        let random = || {
            let tool = Program::new("opensc-tool").args(["--card-driver", "default"]);
            tool.args(["--reader", "1", "--send-apdu", "80:50:00:00:08"])
                .succeed()
                .unwrap()
        };
        lab.insert(1, &image).unwrap();
        assert_eq!(cards(), 1);
        let quick = random();
        assert!(
            quick.text().contains("SW1=0x90, SW2=0x00"),
            "{}",
            quick.text()
        );

        lab.slow_down(1, Duration::from_millis(500)).unwrap();
        let slow = random();
        assert!(
            slow.elapsed >= Duration::from_millis(500),
            "{:?}",
            slow.elapsed
        );

        lab.pull(1).unwrap();
        assert_eq!(cards(), 0);
        lab.insert(1, &image).unwrap();
        assert_eq!(cards(), 1);
    });
}
