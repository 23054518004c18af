//! The virtual reader's link against a reader that is played by the test.
#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use ukey_crypto::seal::SealKey;
use ukey_firmware_sim::link::vpcd::{Direction, Options, Server};
use ukey_firmware_sim::store::memory::MemoryStorage;
use ukey_firmware_sim::{ATR, Config, Device, Factory, image, personalise};

const GET_DEV_INFO: [u8; 7] = [0x80, 0x04, 0, 0, 0, 0, 0];
const PATIENCE: Duration = Duration::from_secs(20);

fn device() -> Device {
    let memory = MemoryStorage::new(256 * 1024);
    let key = || SealKey::from([1; 32]);
    personalise(Box::new(memory.clone()), &key(), &Factory::default()).unwrap();
    Device::open(Box::new(memory), key(), Config::default()).unwrap()
}

fn quick() -> Options {
    Options {
        back_off: Duration::from_millis(20),
        ..Options::default()
    }
}

/// A listening reader and a token that connects to it.
fn reader_and_server(options: Options) -> (TcpListener, Server) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = Server::start(vec![(device(), listener.local_addr().unwrap())], options);
    (listener, server)
}

fn accept(listener: &TcpListener) -> TcpStream {
    let (stream, _) = listener.accept().unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

fn send(stream: &mut TcpStream, payload: &[u8]) {
    let length = (payload.len() as u16).to_be_bytes();
    stream.write_all(&[&length, payload].concat()).unwrap();
}

fn receive(stream: &mut TcpStream) -> Vec<u8> {
    let mut length = [0; 2];
    stream.read_exact(&mut length).unwrap();
    let mut payload = vec![0; u16::from_be_bytes(length).into()];
    stream.read_exact(&mut payload).unwrap();
    payload
}

fn exchange(stream: &mut TcpStream, payload: &[u8]) -> Vec<u8> {
    send(stream, payload);
    receive(stream)
}

fn ends_with_9000(answer: &[u8]) -> bool {
    answer.ends_with(&[0x90, 0x00])
}

/// Whether the other side has closed the connection (or will within the read time-out).
fn is_closed(stream: &mut TcpStream) -> bool {
    match stream.read(&mut [0]) {
        Ok(count) => count == 0,
        Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
    }
}

#[test]
fn only_atr_and_apdus_are_answered() {
    let (listener, server) = reader_and_server(quick());
    let mut reader = accept(&listener);
    for control in [0, 1, 2, 3, 1] {
        send(&mut reader, &[control]);
    }
    assert_eq!(exchange(&mut reader, &[4]), ATR);
    let info = exchange(&mut reader, &GET_DEV_INFO);
    assert_eq!((info.len(), ends_with_9000(&info)), (290, true));
    assert_eq!(exchange(&mut reader, &[0x80, 0x04]), [0x67, 0x00]);
    server.stop(PATIENCE);
}

#[test]
fn messages_arrive_in_any_pieces() {
    let (listener, server) = reader_and_server(quick());
    let mut reader = accept(&listener);
    reader.set_nodelay(true).unwrap();
    let message = [&[0, GET_DEV_INFO.len() as u8][..], &GET_DEV_INFO].concat();
    for byte in &message {
        reader.write_all(&[*byte]).unwrap();
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(ends_with_9000(&receive(&mut reader)));
    // Two messages in one piece, and the second one's tail later.
    reader
        .write_all(&[&message[..], &message[..4]].concat())
        .unwrap();
    assert!(ends_with_9000(&receive(&mut reader)));
    reader.write_all(&message[4..]).unwrap();
    assert!(ends_with_9000(&receive(&mut reader)));
    server.stop(PATIENCE);
}

#[test]
fn the_longest_messages_pass() {
    let (listener, server) = reader_and_server(quick());
    let mut reader = accept(&listener);
    let random = exchange(&mut reader, &[0x80, 0x50, 0, 0, 0, 0, 0]);
    assert_eq!((random.len(), ends_with_9000(&random)), (65_535, true));
    // A digest over the most data that one message carries.
    let data = vec![0x61; 65_535 - 9];
    assert_eq!(
        exchange(&mut reader, &[0x80, 0xB4, 0, 0, 4, 0, 0, 0, 1]),
        [0x90, 0x00]
    );
    let head = [
        &[0x80, 0xB6, 0, 0, 0][..],
        &(data.len() as u16).to_be_bytes(),
    ]
    .concat();
    let digest = exchange(&mut reader, &[&head[..], &data, &[0, 0]].concat());
    assert_eq!(digest[..32], ukey_crypto::sm3::digest(&data));
    server.stop(PATIENCE);
}

/// vpcd as Debian ships it: length and payload in two writes, Nagle's algorithm on.
#[test]
fn two_writes_per_message_do_not_cost_a_delayed_acknowledgement() {
    const ROUNDS: u32 = 40;
    let (listener, server) = reader_and_server(quick());
    let mut reader = accept(&listener);
    let fastest = (0..3).map(|_| {
        let start = Instant::now();
        for _ in 0..ROUNDS {
            reader.write_all(&[0, GET_DEV_INFO.len() as u8]).unwrap();
            reader.write_all(&GET_DEV_INFO).unwrap();
            assert!(ends_with_9000(&receive(&mut reader)));
        }
        start.elapsed() / ROUNDS
    });
    // 44 ms without the cure, some 30 us with it.
    let fastest = fastest.min().unwrap();
    assert!(
        fastest < Duration::from_millis(20),
        "{fastest:?} per exchange"
    );
    server.stop(PATIENCE);
}

#[test]
fn the_token_comes_back_after_the_reader_went_away_and_has_forgotten_everything() {
    let (listener, server) = reader_and_server(quick());
    let mut reader = accept(&listener);
    // A digest is running …
    assert_eq!(
        exchange(&mut reader, &[0x80, 0xB4, 0, 0, 4, 0, 0, 0, 1]),
        [0x90, 0x00]
    );
    drop(reader);
    let mut reader = accept(&listener);
    assert_eq!(exchange(&mut reader, &[4]), ATR);
    // … and is not any more.
    assert_eq!(
        exchange(&mut reader, &[0x80, 0xBA, 0, 0, 0, 0, 0]),
        [0x69, 0x85]
    );
    server.stop(PATIENCE);
}

#[test]
fn removal_interrupts_a_command_and_insertion_brings_the_token_back() {
    let (listener, server) = reader_and_server(quick());
    let mut reader = accept(&listener);
    assert!(ends_with_9000(&exchange(&mut reader, &GET_DEV_INFO)));
    server.delay(0, Duration::from_secs(3600)).unwrap();
    send(&mut reader, &GET_DEV_INFO);
    std::thread::sleep(Duration::from_millis(50));
    server.remove(0).unwrap();
    assert!(is_closed(&mut reader));
    assert!(!server.status()[0].inserted && server.is_connected());
    listener.set_nonblocking(true).unwrap();
    std::thread::sleep(Duration::from_millis(200));
    assert!(listener.accept().is_err(), "stays out");
    listener.set_nonblocking(false).unwrap();
    server.delay(0, Duration::ZERO).unwrap();
    server.insert(0).unwrap();
    let mut reader = accept(&listener);
    assert!(ends_with_9000(&exchange(&mut reader, &GET_DEV_INFO)));
    assert_eq!(server.remove(1), None);
    server.stop(PATIENCE);
}

#[test]
fn the_watchdog_closes_the_connection_of_a_hanging_command() {
    let options = Options {
        watchdog: Duration::from_millis(100),
        ..quick()
    };
    let (listener, server) = reader_and_server(options);
    let mut reader = accept(&listener);
    server.delay(0, Duration::from_secs(3600)).unwrap();
    send(&mut reader, &GET_DEV_INFO);
    assert!(is_closed(&mut reader));
    server.delay(0, Duration::ZERO).unwrap();
    let mut reader = accept(&listener);
    assert!(ends_with_9000(&exchange(&mut reader, &GET_DEV_INFO)));
    // An idle connection is not a hanging one.
    std::thread::sleep(Duration::from_millis(400));
    assert!(ends_with_9000(&exchange(&mut reader, &GET_DEV_INFO)));
    server.stop(PATIENCE);
}

fn free_port() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
}

fn connect(address: SocketAddr) -> TcpStream {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match TcpStream::connect(address) {
            Ok(stream) => {
                stream.set_read_timeout(Some(PATIENCE)).unwrap();
                return stream;
            }
            Err(error) => assert!(Instant::now() < deadline, "{error}"),
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn in_reversed_mode_the_reader_connects() {
    let address = free_port();
    let options = Options {
        direction: Direction::Listen,
        ..quick()
    };
    let server = Server::start(vec![(device(), address)], options);
    for _ in 0..2 {
        let mut reader = connect(address);
        assert_eq!(exchange(&mut reader, &[4]), ATR);
    }
    server.stop(PATIENCE);
}

#[test]
fn the_program_serves_two_images_and_obeys_control_and_sigterm() {
    let directory = tempfile::tempdir().unwrap();
    let readers = [
        TcpListener::bind("127.0.0.1:0").unwrap(),
        TcpListener::bind("127.0.0.1:0").unwrap(),
    ];
    let mut command = Command::new(env!("CARGO_BIN_EXE_ukey-sim"));
    let control = directory.path().join("control");
    command.arg("serve").arg("--control").arg(&control);
    for (number, reader) in readers.iter().enumerate() {
        let path = directory.path().join(format!("token{number}"));
        image::create(&path, &Factory::default()).unwrap();
        let port = reader.local_addr().unwrap().port();
        command
            .arg("--slot")
            .arg(format!("{}@{port}", path.display()));
    }
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut first = accept(&readers[0]);
    let mut second = accept(&readers[1]);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let announced: Vec<_> = (0..3).map(|_| lines.next().unwrap().unwrap()).collect();
    assert_eq!(announced[2], "ready");
    assert_eq!(exchange(&mut first, &[4]), ATR);
    assert!(ends_with_9000(&exchange(&mut second, &GET_DEV_INFO)));
    #[cfg(unix)]
    {
        let mut socket = std::os::unix::net::UnixStream::connect(&control).unwrap();
        let mut answers = BufReader::new(socket.try_clone().unwrap()).lines();
        socket.write_all(b"remove 1\nfrobnicate\nstatus\n").unwrap();
        let told: Vec<_> = (0..5).map(|_| answers.next().unwrap().unwrap()).collect();
        assert_eq!(
            (told[0].as_str(), told[1].as_str()),
            ("ok", "error: not a command")
        );
        assert!(told[2].contains(" in connected delay 0") && told[3].contains(" out waiting"));
        assert!(is_closed(&mut second));
        let killed = Command::new("kill")
            .arg(child.id().to_string())
            .status()
            .unwrap();
        assert!(killed.success());
        assert!(is_closed(&mut first));
        assert_eq!(child.wait().unwrap().code(), Some(0));
        assert!(!control.exists());
    }
    // Where there are no signals.
    let _ = child.kill();
}

#[test]
fn the_program_makes_and_describes_images() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("token");
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_ukey-sim"))
            .args(arguments)
            .output()
            .unwrap();
        (
            output.status.success(),
            String::from_utf8(output.stdout).unwrap(),
        )
    };
    let name = path.to_str().unwrap();
    let options = [
        "--serial",
        "SN42",
        "--label",
        "L",
        "--size",
        "65536",
        "--pin-hash",
        "sha1",
    ];
    assert!(run(&[&["create", name], &options[..]].concat()).0);
    let (success, text) = run(&["info", name]);
    assert!(
        success && text.contains("SN42") && text.contains("SHA-1"),
        "{text}"
    );
    assert_eq!(std::fs::metadata(&path).unwrap().len(), 65_536);
    assert!(!run(&["create", name]).0, "an image is not overwritten");
    assert!(
        !run(&[
            "create",
            directory.path().join("x").to_str().unwrap(),
            "--size",
            "100"
        ])
        .0
    );
}
