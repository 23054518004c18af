//! Notices before a certificate ends: once at 90, 30 and 15 days, always in the last 7.

use crate::support::{Desk, ENROLL, Run, c_library, with_pin};

/// What a run says on standard error, so many days from now.
fn later(desk: &Desk, days: u64, arguments: &[&str]) -> Run {
    let mut command = desk.command();
    command
        .args(arguments)
        .env("LD_PRELOAD", c_library("clock.c"))
        .env("CLOCK_SHIFT", format!("{}", days * 86_400));
    Run::new(command.output().unwrap())
}

fn has_notice(run: &Run) -> bool {
    run.stderr.contains("ACME 投标 ends in ")
}

#[test]
fn a_notice_comes_once_a_stage_and_always_at_the_end() {
    let desk = Desk::enrolled();
    desk.file("f", b"x");
    let list = ["cert", "list"];
    assert!(!has_notice(&later(&desk, 200, &list).ok()));
    for (days, left) in [(280, "84 days"), (340, "24 days"), (352, "12 days")] {
        let first = later(&desk, days, &list).ok();
        assert!(first.stderr.contains(left), "{days}: {}", first.stderr);
        assert_eq!(first.stderr.matches("ends in").count(), 1);
        assert!(!has_notice(&later(&desk, days + 1, &list).ok()), "{days}");
    }
    for days in [358, 359] {
        assert!(has_notice(&later(&desk, days, &list).ok()), "{days}");
    }
    let sign = with_pin(&["sign", "f", "--force"]);
    assert!(has_notice(&later(&desk, 360, &sign).ok()));
    assert!(has_notice(&later(&desk, 360, &["encrypt", "f"]).ok()));
    let decrypt = with_pin(&["decrypt", "f.enc", "--output", "g"]);
    assert!(has_notice(&later(&desk, 360, &decrypt).ok()));
    // What programs read stays as it is.
    let json = later(&desk, 360, &["--json", "cert", "list"]);
    assert!(!has_notice(&json) && json.code == 0);
    assert!(!has_notice(&later(
        &desk,
        360,
        &["--quiet", "cert", "list"]
    )));
}

#[test]
fn what_cannot_be_noted_is_said_again() {
    let desk = Desk::enrolled();
    // A file where the folder would be.
    desk.file(".local", b"");
    for _ in 0..2 {
        assert!(has_notice(&later(&desk, 280, &["cert", "list"]).ok()));
    }
}

#[test]
fn certificates_that_end_are_1_for_cron_and_others_0() {
    let desk = Desk::initialised();
    desk.run([&ENROLL[..], &["--days", "60"]].concat()).ok();
    for (days, code) in [("30d", 0), ("59", 0), ("61d", 1), ("90d", 1)] {
        let run = desk.run(["cert", "list", "--expiring", days]).code(code);
        assert_eq!(
            run.text().matches("ACME").count(),
            if code == 1 { 2 } else { 0 }
        );
    }
    let (code, answer) = desk.json(["cert", "list", "--expiring", "90d"]);
    assert_eq!((code, &answer["error"]["code"]), (1, &"expiring".into()));
    assert_eq!(answer["data"]["certificates"].as_array().unwrap().len(), 2);
    Desk::with_keys(0)
        .run(["cert", "list", "--expiring", "90d"])
        .code(3);
}
