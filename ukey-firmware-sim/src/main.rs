//! `ukey-sim`: makes tokens in files and puts them into virtual PC/SC readers.
#![forbid(unsafe_code)]

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::error::Error;
use std::io::Write;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;
use ukey_apdu::devinfo::PinHash;
use ukey_apdu::request::application::EnumApplication;
use ukey_apdu::request::device::GetDevInfo;
use ukey_apdu::request::extension::GetChangeCounter;
use ukey_apdu::{Form, Reply, Request, ResponseApdu};
use ukey_firmware_sim::link::vpcd::{Direction, FIRST_PORT, Options, Server};
use ukey_firmware_sim::{Device, Factory, image};

/// A USB key in software: makes token images and serves them to PC/SC through vsmartcard's vpcd.
#[derive(Parser)]
#[command(name = "ukey-sim", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a new, blank token: IMAGE, and IMAGE.key beside it.
    Create(Create),
    /// Say what an image holds, as far as anyone may know.
    Info {
        /// The image.
        image: PathBuf,
    },
    /// Put tokens into virtual readers until SIGTERM or SIGINT.
    ///
    /// Prints "slot N connected ADDRESS IMAGE" for each and "ready" once all are connected.
    Serve(Serve),
}

#[derive(Args)]
struct Create {
    /// Where; must not exist yet.
    image: PathBuf,
    /// Serial number, up to 32 bytes [default: random].
    #[arg(long, default_value = "", hide_default_value = true)]
    serial: String,
    /// Label, up to 32 bytes.
    #[arg(long, default_value = "")]
    label: String,
    /// Length of the image in bytes.
    #[arg(long, default_value_t = Factory::DEFAULT_SIZE)]
    size: u64,
    /// How PINs become keys: SM3, or SHA-1 as older middleware expects.
    #[arg(long, default_value = "sm3")]
    pin_hash: PinHashName,
}

#[derive(Clone, Copy, ValueEnum)]
enum PinHashName {
    Sm3,
    Sha1,
}

#[derive(Args)]
struct Serve {
    /// A token, and the port of its reader [default: 35963, then one more for each slot]. Repeat for
    /// several slots.
    #[arg(long = "slot", value_name = "IMAGE[@PORT]", required = true)]
    slots: Vec<String>,
    /// Where the readers are; with --listen: where to listen.
    #[arg(long, default_value = "127.0.0.1")]
    host: String,
    /// Listen and let vpcd connect, instead of connecting to it.
    #[arg(long)]
    listen: bool,
    /// A socket for remove, insert, delay and status commands.
    #[arg(long, value_name = "PATH")]
    control: Option<PathBuf>,
    /// Seconds after which a command that has not ended counts as hung.
    #[arg(long, default_value_t = 120)]
    watchdog: u64,
}

type Failure = Box<dyn Error>;

fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_env("UKEY_LOG");
    let filter = filter.unwrap_or_else(|_| "warn".into());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    let done = match Cli::parse().command {
        Command::Create(create) => make(&create),
        Command::Info { image } => info(&image),
        Command::Serve(serve) => run(&serve),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ukey-sim: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Writes a line to stdout; a reader that has gone away is no reason to stop.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

fn make(create: &Create) -> Result<(), Failure> {
    let factory = Factory {
        serial: create.serial.clone(),
        label: create.label.clone(),
        size: create.size,
        pin_hash: match create.pin_hash {
            PinHashName::Sm3 => PinHash::Sm3,
            PinHashName::Sha1 => PinHash::Sha1,
        },
        ..Factory::default()
    };
    image::create(&create.image, &factory)?;
    say(&format!("{}", create.image.display()));
    Ok(())
}

/// Sends a request to the device and takes its reply apart.
fn ask<R: Request>(device: &mut Device, request: &R) -> Result<R::Reply, Failure> {
    let apdu = request.to_command().encode(Form::Extended)?;
    let answer = ResponseApdu::parse(&device.transmit(&apdu))?;
    if !answer.sw.is_ok() {
        return Err(answer.sw.into());
    }
    Ok(R::Reply::from_bytes(&answer.data)?)
}

fn info(path: &std::path::Path) -> Result<(), Failure> {
    let mut device = image::open(path)?;
    let info = ask(&mut device, &GetDevInfo {})?;
    let applications = ask(&mut device, &EnumApplication {})?;
    let names = applications
        .0
        .iter()
        .map(|name| String::from_utf8_lossy(name));
    say(&format!("manufacturer  {}", info.manufacturer.to_text()));
    say(&format!("issuer        {}", info.issuer.to_text()));
    say(&format!("label         {}", info.label.to_text()));
    say(&format!("serial        {}", info.serial_number.to_text()));
    say(&format!("firmware      {}", info.firmware_version));
    let hash = if info.pin_hash() == Some(PinHash::Sha1) {
        "SHA-1"
    } else {
        "SM3"
    };
    say(&format!("PIN hash      {hash}"));
    say(&format!(
        "space         {} of {} bytes free",
        info.free_space, info.total_space
    ));
    say(&format!(
        "applications  {}",
        names.collect::<Vec<_>>().join(", ")
    ));
    let changes = ask(&mut device, &GetChangeCounter {})?;
    say(&format!("changes       {}", changes.counter));
    Ok(())
}

/// `IMAGE[@PORT]`; an image whose name ends in `@` and digits needs the port said.
fn parse_slot(text: &str, number: usize) -> Result<(PathBuf, u16), Failure> {
    if let Some((path, port)) = text.rsplit_once('@')
        && let Ok(port) = port.parse()
    {
        return Ok((PathBuf::from(path), port));
    }
    let port = u16::try_from(number)
        .ok()
        .and_then(|number| FIRST_PORT.checked_add(number));
    Ok((PathBuf::from(text), port.ok_or("too many slots")?))
}

fn resolve(host: &str, port: u16) -> Result<SocketAddr, Failure> {
    let address = (host, port).to_socket_addrs()?.next();
    address.ok_or_else(|| format!("{host}: no such host").into())
}

fn run(serve: &Serve) -> Result<(), Failure> {
    let mut devices = Vec::new();
    let mut images = Vec::new();
    for (number, slot) in serve.slots.iter().enumerate() {
        let (path, port) = parse_slot(slot, number)?;
        devices.push((image::open(&path)?, resolve(&serve.host, port)?));
        images.push(path);
    }
    let (sender, signals) = channel();
    // Registered before anything is promised on stdout.
    ctrlc::set_handler(move || {
        let _ = sender.send(());
    })?;
    let direction = if serve.listen {
        Direction::Listen
    } else {
        Direction::Connect
    };
    let watchdog = Duration::from_secs(serve.watchdog.max(1));
    let server = Server::start(
        devices,
        Options {
            direction,
            watchdog,
            ..Options::default()
        },
    );
    let server = Arc::new(server);
    #[cfg(unix)]
    let _control = match &serve.control {
        Some(path) => Some(ukey_firmware_sim::link::control::Control::start(
            path,
            Arc::clone(&server),
        )?),
        None => None,
    };
    #[cfg(not(unix))]
    if serve.control.is_some() {
        return Err("--control needs a system with UNIX sockets".into());
    }
    let mut announced = vec![false; images.len()];
    let mut wait = Duration::from_millis(10);
    loop {
        match signals.recv_timeout(wait) {
            Ok(()) | Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {}
        }
        if server.has_failed() {
            return Err("internal error: a slot has stopped working".into());
        }
        if announce(&server, &images, &mut announced) {
            wait = Duration::from_millis(500);
        }
    }
    server.stop(Duration::from_secs(2));
    Ok(())
}

/// Announces each slot's first connection, and the last one with "ready"; says whether all are done.
fn announce(server: &Server, images: &[PathBuf], announced: &mut [bool]) -> bool {
    let before = announced.iter().all(|done| *done);
    for (number, slot) in server.status().iter().enumerate() {
        if slot.connected && !announced[number] {
            announced[number] = true;
            say(&format!(
                "slot {number} connected {} {}",
                slot.address,
                images[number].display()
            ));
        }
    }
    let all = announced.iter().all(|done| *done);
    if all && !before {
        say("ready");
    }
    all
}
