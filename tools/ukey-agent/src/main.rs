//! `ukey-agent`: started by browsers as a native messaging host, and by people to look after it.
#![forbid(unsafe_code)]

mod doctor;

use clap::{Parser, Subcommand};
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use ukey_agent::audit::{AuditLog, Verdict};
use ukey_agent::consent::Consents;
use ukey_agent::host::Host;
use ukey_agent::install::{self, Family, Place};
use ukey_agent::memory;
use ukey_agent::origin::Origin;
use ukey_agent::serve::Server;
use ukey_agent::window::{NoUi, PinUi};
use ukey_host::Config;
use ukey_host::pinentry::Pinentry;

/// Signing agent of ukey: web pages use the USBKEY through it, by way of the browser extension.
#[derive(Parser)]
#[command(name = "ukey-agent", version, arg_required_else_help = true)]
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
}

#[derive(clap::Args)]
struct ServeArguments {
    /// A site that may come, as browsers write its origin, such as https://bid.example.cn
    #[arg(long = "origin", value_name = "ORIGIN", required = true)]
    origins: Vec<String>,
    /// Where to listen; port 0 takes a free one. What it became is printed
    #[arg(long, default_value = "127.0.0.1:21188")]
    listen: SocketAddr,
}

#[derive(clap::Args)]
struct Places {
    /// For all users (needs root) instead of for you
    #[arg(long)]
    system: bool,
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
        Some(false) => Err(io::Error::other("started by an extension that is not ours")),
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
            let program = std::env::current_exe()?;
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
    }
}

impl Places {
    fn all(&self) -> io::Result<Vec<Place>> {
        let mut places = match self.only_given {
            true => Vec::new(),
            false => install::places(self.system)?,
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
        .collect::<io::Result<_>>()?;
    let server = Server::bind(arguments.listen, origins, host)?;
    say(format_args!("listening on {}", server.address()))?;
    server.run()?;
    Ok(ExitCode::SUCCESS)
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
            for (origin, since) in consents.list() {
                say(format_args!("{since}  {origin}"))?;
            }
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
    use io::Write;
    writeln!(io::stdout(), "{line}")
}
