#![allow(clippy::unwrap_used)]
use super::*;
use std::{fs, os::unix::fs::PermissionsExt, thread, time::Instant};

/// A program that answers each command by the shell code `body` with the line in `$line`, and keeps
/// all commands in the file `log`.
fn program(folder: &Path, body: &str) -> Pinentry {
    let path = folder.join("pinentry-fake");
    let log = folder.join("log");
    let script = format!(
        "#!/bin/sh\necho 'OK ready'\nwhile read -r line; do\nprintf '%s\\n' \"$line\" >>'{}'\n\
         case \"$line\" in\n{body}\n*) echo OK;;\nesac\ndone\n",
        log.display()
    );
    fs::write(&path, script).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
    Pinentry::at(&path)
}

const WINDOW: Window<'static> = Window {
    title: "标题",
    description: "50% of\nwhat",
    prompt: "PIN",
    error: "",
    ok: "",
    cancel: "",
    timeout: Some(Duration::from_millis(1500)),
};

#[test]
fn a_pin_comes_back_unescaped_and_the_text_goes_out_escaped() {
    let folder = tempfile::tempdir().unwrap();
    let fake = program(folder.path(), "GETPIN) echo 'D 12%2534%0a'; echo OK;;");
    let pin = fake.ask(&WINDOW, &Cancellation::new()).unwrap();
    assert_eq!(&pin[..], b"12%34\n");
    let log = fs::read_to_string(folder.path().join("log")).unwrap();
    assert!(log.contains("SETTITLE 标题\n"), "{log}");
    assert!(log.contains("SETDESC 50%25 of%0Awhat\n"), "{log}");
    assert!(log.contains("SETTIMEOUT 2\n"), "{log}");
    assert!(!log.contains("SETERROR"), "{log}");
}

#[test]
fn what_the_user_does_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let ask = |line: &str| {
        program(folder.path(), &format!("GETPIN|CONFIRM) echo '{line}';;"))
            .ask(&WINDOW, &Cancellation::new())
    };
    let cancelled = ask("ERR 83886179 Operation cancelled <Pinentry>");
    assert!(matches!(cancelled, Err(PinentryError::Cancelled)));
    let late = ask("ERR 83886142 Timeout <Pinentry>");
    assert!(matches!(late, Err(PinentryError::TimedOut)));
    let no_tty = ask("ERR 83918950 Inappropriate ioctl for device <Pinentry>");
    assert!(matches!(no_tty, Err(PinentryError::Protocol(83_918_950))));
    let no = program(
        folder.path(),
        "CONFIRM) echo 'ERR 83886194 Not confirmed';;",
    );
    assert!(!no.confirm(&WINDOW, &Cancellation::new()).unwrap());
    let yes = program(folder.path(), "CONFIRM) echo OK;;");
    assert!(yes.confirm(&WINDOW, &Cancellation::new()).unwrap());
}

#[test]
fn cancelling_closes_the_window() {
    let folder = tempfile::tempdir().unwrap();
    let fake = program(folder.path(), "GETPIN) exec sleep 60;;");
    let cancellation = Cancellation::new();
    let start = Instant::now();
    thread::scope(|scope| {
        let asked = scope.spawn(|| fake.ask(&WINDOW, &cancellation));
        while !folder.path().join("log").exists() {
            thread::sleep(Duration::from_millis(5));
        }
        cancellation.cancel();
        assert!(matches!(
            asked.join().unwrap(),
            Err(PinentryError::Cancelled)
        ));
    });
    assert!(start.elapsed() < Duration::from_secs(30));
    assert!(matches!(
        fake.ask(&WINDOW, &cancellation),
        Err(PinentryError::Cancelled)
    ));
}

#[test]
fn who_waits_is_woken_once_before_and_after_the_cancelling() {
    let cancellation = Cancellation::new();
    let (sender, woken) = std::sync::mpsc::channel();
    let wake = |name| {
        let sender = sender.clone();
        move || sender.send(name).unwrap()
    };
    cancellation.on_cancel(wake("before"));
    assert!(woken.try_recv().is_err());
    cancellation.cancel();
    cancellation.cancel();
    cancellation.on_cancel(wake("after"));
    drop(sender);
    assert_eq!(woken.iter().collect::<Vec<_>>(), ["before", "after"]);
}

#[test]
fn a_program_that_breaks_off_or_does_not_exist_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let broken = program(folder.path(), "GETPIN) exit 1;;");
    assert!(matches!(
        broken.ask(&WINDOW, &Cancellation::new()),
        Err(PinentryError::Io(_))
    ));
    assert!(matches!(
        Pinentry::at(Path::new("/nonexistent/pinentry")).ask(&WINDOW, &Cancellation::new()),
        Err(PinentryError::Io(_))
    ));
    let config = Config {
        pinentry: Some("/opt/pinentry".into()),
        ..Config::default()
    };
    assert_eq!(
        Pinentry::find(&config).unwrap(),
        Pinentry::at(Path::new("/opt/pinentry"))
    );
}
