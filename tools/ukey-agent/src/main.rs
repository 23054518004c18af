//! `ukey-agent`: started by browsers as a native messaging host, and by people to look after it.
#![forbid(unsafe_code)]

mod doctor;

use clap::{CommandFactory, Parser, Subcommand};
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use ukey_agent::audit::{AuditLog, Entry, Verdict};
use ukey_agent::consent::Consents;
use ukey_agent::error::{Code, Error};
use ukey_agent::frame;
use ukey_agent::host::Host;
use ukey_agent::install::{self, Family, Place};
use ukey_agent::memory;
use ukey_agent::origin::Origin;
use ukey_agent::serve::{Protocol, Server};
use ukey_agent::text;
use ukey_agent::window::{NoUi, PinUi};
use ukey_host::Config;
use ukey_host::pinentry::Pinentry;

/// Name of the program.
const NAME: &str = "ukey-agent";

/// Signing agent of ukey: web pages use the USBKEY through it, by way of the browser extension.
#[derive(Parser)]
#[command(name = NAME, version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Speak the native messaging protocol on standard input and output (browsers do this)
    NativeHost,
    /// Listen on loopback for pages of named sites, where the extension cannot be installed
    Serve(ServeArguments),
    /// Tell the browsers where the agent is
    Install(Places),
    /// Take that back
    Uninstall(Places),
    /// Pages that may see your certificates
    Consent {
        #[command(subcommand)]
        command: ConsentCommand,
    },
    /// What the agent has done
    Audit {
        #[command(subcommand)]
        command: AuditCommand,
    },
    /// Say what is wrong when signing in the browser does not work
    Doctor,
    /// Print a completion script for a shell
    Completions {
        /// Which shell
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Write man pages, one for each command
    ManPages {
        /// Directory to write them to; made if it is not there
        #[arg(value_name = "DIR")]
        directory: PathBuf,
    },
}

#[derive(clap::Args)]
struct ServeArguments {
    /// A site that may come, as browsers write its origin, such as https://bid.example.cn
    #[arg(long = "origin", value_name = "ORIGIN", required = true)]
    origins: Vec<String>,
    /// Where to listen; port 0 takes a free one. What it became is printed
    #[arg(long, default_value = "127.0.0.1:21188")]
    listen: SocketAddr,
    /// Also speak the messages of a vendor's certificate helper (XTX), for pages that cannot be changed
    #[arg(long)]
    xtx: bool,
    /// Where to listen for those
    #[arg(
        long,
        requires = "xtx",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:21051"
    )]
    xtx_listen: SocketAddr,
}

#[derive(clap::Args)]
struct Places {
    /// For all users (needs root) instead of for you
    #[arg(long)]
    system: bool,
    /// Folder that stands for / (packages are made so)
    #[arg(long, requires = "system", value_name = "DIR")]
    root: Option<PathBuf>,
    /// Path of the agent in the manifests, if it is not this program's own
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
    /// A further folder of a browser of Chromium's family
    #[arg(long, value_name = "DIR")]
    chromium_folder: Vec<PathBuf>,
    /// A further folder of a browser of Firefox's family
    #[arg(long, value_name = "DIR")]
    firefox_folder: Vec<PathBuf>,
    /// Only the folders given, not those of the known browsers
    #[arg(long)]
    only_given: bool,
}

#[derive(Subcommand)]
enum ConsentCommand {
    /// List them with the time of your consent
    List,
    /// Keep the USBKEY unlocked for some minutes after a PIN, for one page; every operation then asks for a yes
    KeepUnlocked {
        /// The page's origin, such as https://bid.example.cn
        origin: String,
        /// For how long; 0 logs out after every operation again
        #[arg(long, value_parser = clap::value_parser!(u32).range(0..=60))]
        minutes: u32,
    },
    /// Take a consent back
    Revoke {
        /// The page's origin, such as https://bid.example.cn
        origin: String,
    },
}

#[derive(Subcommand)]
enum AuditCommand {
    /// Print all lines, oldest first
    Show,
    /// Check that no line was changed or taken out
    Verify,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = match install::started_by_browser(&arguments) {
        Some(true) => native_host(),
        Some(false) => refuse_extension(&arguments),
        None => run(Cli::parse().command),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            eprintln!("ukey-agent: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> io::Result<ExitCode> {
    match command {
        Command::NativeHost => native_host(),
        Command::Serve(arguments) => serve(&arguments),
        Command::Install(places) => {
            let program = match &places.program {
                Some(program) => program.clone(),
                None => std::env::current_exe()?,
            };
            for place in places.all()? {
                install::install(&place, &program)?;
                say(format_args!("{}", place.file().display()))?;
            }
            Ok(ExitCode::SUCCESS)
        }
        Command::Uninstall(places) => {
            for place in places.all()? {
                if install::uninstall(&place)? {
                    say(format_args!("{}", place.file().display()))?;
                }
            }
            Ok(ExitCode::SUCCESS)
        }
        Command::Consent { command } => consent(&command),
        Command::Audit { command } => audit(&command),
        Command::Doctor => doctor::run(&config()?),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), NAME, &mut script);
            let mut script = String::from_utf8_lossy(&script).into_owned();
            if shell == clap_complete::Shell::Bash {
                script = ukey_host::completion::mended_bash(NAME, &script);
            }
            io::stdout().write_all(script.as_bytes())?;
            Ok(ExitCode::SUCCESS)
        }
        Command::ManPages { directory } => {
            std::fs::create_dir_all(&directory)?;
            clap_mangen::generate_to(Cli::command(), directory)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

impl Places {
    fn all(&self) -> io::Result<Vec<Place>> {
        let mut places = match self.only_given {
            true => Vec::new(),
            false => install::places(self.system, self.root.as_deref())?,
        };
        let mut add = |folders: &[PathBuf], family| {
            places.extend(folders.iter().map(|folder| Place {
                folder: folder.clone(),
                family,
            }));
        };
        add(&self.chromium_folder, Family::Chromium);
        add(&self.firefox_folder, Family::Firefox);
        Ok(places)
    }
}

fn config() -> io::Result<Config> {
    Config::load().map_err(io::Error::other)
}

fn native_host() -> io::Result<ExitCode> {
    host("native")?.run(io::stdin().lock(), io::stdout())?;
    Ok(ExitCode::SUCCESS)
}

fn serve(arguments: &ServeArguments) -> io::Result<ExitCode> {
    let host = host("loopback")?;
    let parse = |text: &String| {
        Origin::parse(text, host.developer)
            .map_err(|_| io::Error::other(format!("{text}: not an origin of a site")))
    };
    let origins = arguments
        .origins
        .iter()
        .map(parse)
        .collect::<io::Result<BTreeSet<_>>>()?;
    let vendor = match arguments.xtx {
        true => Some(
            Server::bind(
                arguments.xtx_listen,
                Protocol::Xtx,
                origins.clone(),
                Host {
                    channel: "xtx",
                    ..host.clone()
                },
            )
            .map_err(|error| io::Error::other(format!("{}: {error}", arguments.xtx_listen)))?,
        ),
        false => None,
    };
    let server = Server::bind(arguments.listen, Protocol::Own, origins, host)?;
    say(format_args!("listening on {}", server.address()))?;
    if let Some(vendor) = vendor {
        say(format_args!("xtx on {}", vendor.address()))?;
        std::thread::spawn(move || vendor.run());
    }
    server.run()?;
    Ok(ExitCode::SUCCESS)
}

/// Another extension found our manifest's program: it is told no, and that is written down.
fn refuse_extension(arguments: &[String]) -> io::Result<ExitCode> {
    let error = Error::new(Code::OriginDenied, "for the ukey extension only");
    let who = arguments
        .iter()
        .find(|argument| install::names_extension(argument));
    AuditLog::of_user()?.add(&Entry {
        channel: "native",
        origin: &text::clean(who.map_or("?", String::as_str)),
        operation: "connect",
        cert: None,
        digest: None,
        result: error.code.as_str(),
    })?;
    let told = ukey_agent::host::failure(None, &error);
    frame::write(&mut io::stdout(), told.to_string().as_bytes())?;
    Err(io::Error::other("started by an extension that is not ours"))
}

/// What both channels work with.
fn host(channel: &'static str) -> io::Result<Host> {
    let config = config()?;
    // Standard output belongs to the browser; logs go to standard error or a file.
    ukey_host::init_logging(&config);
    memory::keep_to_ourselves();
    let ui: Arc<dyn PinUi> = match Pinentry::find(&config) {
        Ok(pinentry) => Arc::new(pinentry),
        Err(error) => {
            tracing::warn!(%error, "every PIN will be refused");
            Arc::new(NoUi)
        }
    };
    Ok(Host {
        registry: Arc::new(ukey_host::registry(&config)),
        consents: Consents::of_user()?,
        audit: AuditLog::of_user()?,
        ui,
        developer: config.agent_developer,
        channel,
    })
}

fn consent(command: &ConsentCommand) -> io::Result<ExitCode> {
    let consents = Consents::of_user()?;
    match command {
        ConsentCommand::List => {
            for site in consents.list() {
                let unlocked = match site.minutes {
                    0 => String::new(),
                    minutes => format!("  unlocked for {minutes} min after a PIN"),
                };
                say(format_args!("{}  {}{unlocked}", site.since, site.origin))?;
            }
        }
        ConsentCommand::KeepUnlocked { origin, minutes } => {
            let origin = Origin::parse(origin, true).map_err(io::Error::other)?;
            let kept = consents.set_keep_unlocked(&origin, *minutes);
            kept.map_err(io::Error::other)?;
        }
        ConsentCommand::Revoke { origin } => {
            if !consents.revoke(origin).map_err(io::Error::other)? {
                eprintln!("ukey-agent: {origin} had no consent");
                return Ok(ExitCode::FAILURE);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn audit(command: &AuditCommand) -> io::Result<ExitCode> {
    let log = AuditLog::of_user()?;
    match command {
        AuditCommand::Show => {
            for line in log.lines()? {
                say(format_args!("{line}"))?;
            }
        }
        AuditCommand::Verify => match log.verify()? {
            Verdict::Whole { lines } => say(format_args!("{lines} lines, none changed"))?,
            Verdict::Broken { file, line } => {
                say(format_args!(
                    "{}, line {line}: does not follow from the one before",
                    file.display()
                ))?;
                return Ok(ExitCode::FAILURE);
            }
        },
    }
    Ok(ExitCode::SUCCESS)
}

/// One line for the person at the terminal; a pipe that was closed is an error, not a panic.
fn say(line: std::fmt::Arguments<'_>) -> io::Result<()> {
    writeln!(io::stdout(), "{line}")
}
