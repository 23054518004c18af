//! `ukey-verifier`: the server's side of signing in the browser, as an HTTP service on loopback.
#![forbid(unsafe_code)]

use clap::{Parser, Subcommand, ValueEnum};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use ukey_verifier::service::{Settings, router};
use ukey_verifier::trust::{Revocation, Trust};

/// Checks logins and signatures that were made with a USBKEY in a browser.
#[derive(Parser)]
#[command(name = "ukey-verifier", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the checks over HTTP on this machine, behind the site's own web server
    Serve(Serve),
}

#[derive(clap::Args)]
struct Serve {
    /// The site's origin, as browsers write it, such as https://bid.example.cn
    #[arg(long)]
    origin: String,
    /// Folder of trusted certificates (*.pem, *.crt, *.cer, *.der) and revocation lists (*.crl)
    #[arg(long, value_name = "DIR")]
    trust: PathBuf,
    /// What to do without a current revocation list of an issuer
    #[arg(long, value_enum, default_value_t = Policy::Required)]
    revocation: Policy,
    /// Where to listen; port 0 takes a free one. What it became is printed
    #[arg(long, default_value = "127.0.0.1:8470")]
    listen: SocketAddr,
    /// Folder of pages to serve under /
    #[arg(long, value_name = "DIR")]
    site: Option<PathBuf>,
    /// Folder of ukey.js to serve under /ukey/
    #[arg(long, value_name = "DIR")]
    library: Option<PathBuf>,
    /// Folder for tenders: turns the demonstration platform on
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Policy {
    /// Refuse
    Required,
    /// Accept
    IfKnown,
}

fn main() -> ExitCode {
    let Command::Serve(serve) = Cli::parse().command;
    match serve.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ukey-verifier: {error}");
            ExitCode::FAILURE
        }
    }
}

impl Serve {
    fn run(self) -> io::Result<()> {
        if !self.listen.ip().is_loopback() {
            return Err(io::Error::other(
                "--listen: it speaks plain HTTP, so loopback only",
            ));
        }
        let revocation = match self.revocation {
            Policy::Required => Revocation::Required,
            Policy::IfKnown => Revocation::IfKnown,
        };
        let router = router(Settings {
            origin: self.origin,
            trust: Trust::read(&self.trust, revocation)?,
            site: self.site,
            library: self.library,
            data: self.data,
        })?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()?;
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind(self.listen).await?;
            writeln!(io::stdout(), "listening on {}", listener.local_addr()?)?;
            axum::serve(listener, router)
                .with_graceful_shutdown(async {
                    tokio::signal::ctrl_c().await.ok();
                })
                .await
        })
    }
}
