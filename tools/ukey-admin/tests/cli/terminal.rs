//! Questions on a terminal, which `script` of util-linux provides.

use std::{
    io::{Read, Write},
    process::{ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

use crate::support::{Desk, USER_PIN, WRONG_PIN};

/// The program on a terminal of its own.
struct Session {
    child: std::process::Child,
    input: ChildStdin,
    output: Receiver<Vec<u8>>,
    seen: String,
}

impl Session {
    fn start(desk: &Desk, arguments: &str) -> Self {
        Self::start_with(desk, arguments, &[])
    }

    fn start_with(desk: &Desk, arguments: &str, environment: &[(&str, &str)]) -> Self {
        let mut command = Command::new("script");
        desk.prepare(&mut command);
        command
            .env("TERM", "xterm")
            .envs(environment.iter().copied());
        let line = format!("{} {arguments}", env!("CARGO_BIN_EXE_ukey-admin"));
        command.args(["-q", "-e", "-c", &line, "/dev/null"]);
        command
            .env("SHELL", "/bin/sh")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = command.spawn().expect("script is installed");
        let input = child.stdin.take().unwrap();
        let mut stdout = child.stdout.take().unwrap();
        let (sender, output) = channel();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(read @ 1..) = stdout.read(&mut buffer) {
                if sender.send(buffer[..read].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self {
            child,
            input,
            output,
            seen: String::new(),
        }
    }

    /// Waits until `text` appears after all that was awaited before, then gives the terminal a
    /// moment to be switched, as a person would.
    #[track_caller]
    fn wait_for(&mut self, text: &str) {
        while !self.seen.contains(text) {
            let piece = self
                .output
                .recv_timeout(Duration::from_secs(20))
                .unwrap_or_default();
            assert!(!piece.is_empty(), "no {text:?} in {:?}", self.seen);
            self.seen.push_str(&String::from_utf8_lossy(&piece));
        }
        self.seen.clear();
        thread::sleep(Duration::from_millis(200));
    }

    fn type_line(&mut self, text: &str) {
        self.input
            .write_all(format!("{text}\n").as_bytes())
            .unwrap();
        self.input.flush().unwrap();
    }

    fn end(mut self) -> (i32, String) {
        let code = self.child.wait().unwrap().code().unwrap_or(-1);
        while let Ok(piece) = self.output.recv_timeout(Duration::from_secs(2)) {
            self.seen.push_str(&String::from_utf8_lossy(&piece));
        }
        (code, self.seen)
    }
}

#[test]
fn the_prompt_shows_the_tries_before_and_after_and_echoes_nothing() {
    let desk = Desk::initialised();
    let mut session = Session::start(&desk, "key generate");
    session.wait_for("(10 tries left)");
    session.type_line(WRONG_PIN);
    session.wait_for("Wrong PIN, 9 tries left.");
    session.type_line("123");
    session.wait_for("no try was spent");
    session.type_line(USER_PIN);
    let (code, rest) = session.end();
    assert_eq!(code, 0, "{rest}");
    assert!(rest.contains("New SM2 signing key"), "{rest}");
    assert!(!rest.contains(USER_PIN), "the PIN was echoed");
}

#[test]
fn a_new_pin_is_asked_for_twice() {
    let desk = Desk::initialised();
    let mut session = Session::start(&desk, "pin change");
    session.wait_for("(10 tries left)");
    session.type_line(USER_PIN);
    session.wait_for("New user PIN (");
    session.type_line(WRONG_PIN);
    session.wait_for("once more");
    session.type_line("24680246");
    session.wait_for("differ");
    session.type_line(WRONG_PIN);
    session.wait_for("once more");
    session.type_line(WRONG_PIN);
    let (code, rest) = session.end();
    assert_eq!(code, 0, "{rest}");
    desk.run(["key", "generate", "--pin-source", "file:wrong.pin"])
        .ok();
}

#[test]
fn wiping_asks_for_the_end_of_the_serial_number() {
    let desk = Desk::enrolled();
    let (_, info) = desk.json(["device", "info"]);
    let serial = info["data"]["serial"].as_str().unwrap().to_owned();
    let tail = &serial[serial.len() - 4..];
    let init = "device init --pin-source file:user.pin --so-pin-source file:so.pin";
    for (answer, expected) in [("no", 1), (tail, 0)] {
        let mut session = Session::start(&desk, init);
        session.wait_for("last 4 characters");
        session.type_line(answer);
        let (code, rest) = session.end();
        assert_eq!(code, expected, "{rest}");
        let (_, list) = desk.json(["cert", "list"]);
        let left = list["data"]["certificates"].as_array().unwrap().len();
        assert_eq!(left, if expected == 0 { 0 } else { 2 });
    }
}

#[test]
fn ctrl_c_at_the_prompt_is_130() {
    let desk = Desk::initialised();
    let mut session = Session::start(&desk, "key generate");
    session.wait_for("(10 tries left)");
    session.input.write_all(b"\x03").unwrap();
    session.input.flush().unwrap();
    let (code, rest) = session.end();
    assert_eq!(code, 130, "{rest}");
    assert_eq!(desk.tries_left(), 10);
}

#[test]
fn no_color_is_respected() {
    let desk = Desk::enrolled();
    let (_, colourful) = Session::start(&desk, "doctor").end();
    assert!(colourful.contains('\u{1b}'), "{colourful}");
    let (code, plain) = Session::start_with(&desk, "doctor", &[("NO_COLOR", "1")]).end();
    assert_eq!(code, 0);
    assert!(!plain.contains('\u{1b}'), "{plain}");
    let (_, json) = Session::start(&desk, "--json container delete nothing").end();
    assert!(!json.contains('\u{1b}'), "{json}");
}
