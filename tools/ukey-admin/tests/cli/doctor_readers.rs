//! What the doctor finds in readers, with a pcscd of its own: no card, another card, one that cannot
//! be used, one that another program keeps; and a service that fails.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    os::unix::net::{UnixListener, UnixStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{
    doctor_system::{Report, command, write},
    support::Desk,
};

/// Answer to reset of a card with T=0.
const PLAIN: &str = "3B021450";

/// Answer to reset of a card that offers T=2 alone, which no program may ask for.
const PROTOCOL_UNKNOWN: &str = "3B800282";

/// Answer to reset longer than there are any: the reader cannot power such a card up, and pcscd calls it mute.
const MUTE: &str =
    "3B3B3B3B3B3B3B3B3B3B3B3B3B3B3B3B3B3B3B3B3B3B3B3B3B3B3B3B3B3B3B3B3B3B3B3B3B3B3B3B";

/// Port of the first reader.
const FIRST_PORT: &str = "35963";

/// A pcscd with two virtual readers, for this test alone.
struct Readers {
    pcscd: Child,
    card: Option<Child>,
    folder: PathBuf,
}

impl Readers {
    fn start(desk: &Desk) -> Self {
        let folder = desk.path("pcscd");
        fs::create_dir(&folder).unwrap();
        let pcscd = script()
            .arg("run")
            .arg(&folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let readers = Self {
            pcscd,
            card: None,
            folder,
        };
        wait_for("pcscd", || readers.socket().exists());
        readers
    }

    fn socket(&self) -> PathBuf {
        self.folder.join("socket/pcscd.comm")
    }

    /// Puts a card that is no key into the first reader, with this answer to reset.
    fn insert_foreign(&mut self, atr: &str) {
        let card = script()
            .arg("beside")
            .arg(self.pcscd.id().to_string())
            .args([
                "python3",
                concat!(
                    env!("CARGO_MANIFEST_DIR"),
                    "/../../tests/python/foreign_card.py"
                ),
            ])
            .args([atr, FIRST_PORT])
            .spawn();
        self.card = Some(card.unwrap());
    }

    fn examine(&self, desk: &Desk) -> Report {
        let mut command = command(desk);
        command.env("PCSCLITE_CSOCK_NAME", self.socket());
        Report::new(&command.output().unwrap().stdout)
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        for child in self.card.iter_mut().chain([&mut self.pcscd]) {
            child.kill().ok();
            child.wait().ok();
        }
    }
}

fn script() -> Command {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../scripts/private-pcscd.sh"
    );
    Command::new(path)
}

#[track_caller]
pub(crate) fn wait_for(what: &str, mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !done() {
        assert!(Instant::now() < deadline, "{what} did not come");
        thread::sleep(Duration::from_millis(50));
    }
}

fn has(report: &Report, code: &str) -> bool {
    report.0.iter().any(|(one, _)| one == code)
}

#[test]
fn a_reader_without_a_card_and_one_with_another_card() {
    let desk = Desk::with_keys(0);
    let mut readers = Readers::start(&desk);
    wait_for("an empty reader", || {
        has(&readers.examine(&desk), "UK-D073")
    });
    readers.examine(&desk).says("040", "ok");
    readers.insert_foreign(PLAIN);
    wait_for("the card", || has(&readers.examine(&desk), "UK-D074"));
    readers.examine(&desk).says("074", "fail");
}

#[test]
fn a_card_that_no_program_can_speak_with() {
    let desk = Desk::with_keys(0);
    let mut readers = Readers::start(&desk);
    readers.insert_foreign(PROTOCOL_UNKNOWN);
    wait_for("the card", || has(&readers.examine(&desk), "UK-D071"));
    readers.examine(&desk).says("071", "fail");
}

/// As one that lies the wrong way round in its reader.
#[test]
fn a_card_that_does_not_answer_is_no_empty_reader() {
    let desk = Desk::with_keys(0);
    let mut readers = Readers::start(&desk);
    readers.insert_foreign(MUTE);
    wait_for("the card", || has(&readers.examine(&desk), "UK-D071"));
    let report = readers.examine(&desk);
    report.says("071", "fail");
    assert!(!has(&report, "UK-D073"), "{report:?}");
}

/// Keeps a card for itself until its standard input ends.
struct Holder(Child);

impl Holder {
    fn start(desk: &Desk, readers: &Readers) -> Self {
        let program = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/card_holder.py");
        let mut command = Command::new("python3");
        desk.prepare(&mut command);
        let child = command
            .arg(program)
            .env("PCSCLITE_CSOCK_NAME", readers.socket())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let mut holder = Self(child.unwrap());
        let mut line = String::new();
        let stdout = holder.0.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        assert_eq!(line, "held\n");
        holder
    }

    fn release(mut self) {
        drop(self.0.stdin.take());
        assert!(self.0.wait().unwrap().success());
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

#[test]
fn a_reader_that_another_program_keeps() {
    let desk = Desk::with_keys(0);
    let mut readers = Readers::start(&desk);
    readers.insert_foreign(PLAIN);
    wait_for("the card", || has(&readers.examine(&desk), "UK-D074"));
    let holder = Holder::start(&desk, &readers);
    // One that uses the client library, which alone is no trouble.
    write(&desk, "proc/78/comm", "browser\n");
    let maps = "7f00 r-xp /usr/lib/libpcsclite.so.1\n";
    write(&desk, "proc/78/maps", maps);
    let report = readers.examine(&desk);
    report.says("075", "fail");
    report.says("061", "warn");
    holder.release();
    let report = readers.examine(&desk);
    report.says("074", "fail");
    report.says("060", "ok");
}

/// Stands in for a pcscd without memory: so it answers the version that a client sends first.
fn answer_no_memory(mut client: UnixStream) {
    const NO_MEMORY: u32 = 0x8010_0006;
    // Size and command; major and minor version, result.
    let mut message = [0; 20];
    if client.read_exact(&mut message).is_ok() {
        message[16..].copy_from_slice(&NO_MEMORY.to_ne_bytes());
        client.write_all(&message[8..]).ok();
    }
}

#[test]
fn a_service_that_fails() {
    let desk = Desk::with_keys(0);
    let socket = UnixListener::bind(desk.path("socket")).unwrap();
    thread::spawn(move || socket.incoming().flatten().for_each(answer_no_memory));
    let mut command = command(&desk);
    command.env("PCSCLITE_CSOCK_NAME", desk.path("socket"));
    let output = command.output().unwrap();
    Report::new(&output.stdout).says("044", "fail");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("systemctl restart"), "{text}");
}
