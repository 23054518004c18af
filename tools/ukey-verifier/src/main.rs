//! `ukey-verifier`: the server's side of signing in the browser, as an HTTP service on loopback.
#![forbid(unsafe_code)]

use clap::{Parser, Subcommand, ValueEnum};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use ukey_verifier::ocsp::{Nonce, Ocsp, Responder};
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
    /// What to do when neither a current revocation list nor a responder says whether a certificate is revoked
    #[arg(long, value_enum, default_value_t = Policy::Required)]
    revocation: Policy,
    /// Ask the OCSP responder that a certificate names
    #[arg(long)]
    ocsp: bool,
    /// Ask this OCSP responder instead, for every certificate
    #[arg(long, value_name = "URL", value_parser = plain_http)]
    ocsp_responder: Option<String>,
    /// What to think of an OCSP answer without the question's nonce
    #[arg(long, value_enum, default_value_t = NoncePolicy::Required)]
    ocsp_nonce: NoncePolicy,
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

#[derive(Clone, Copy, ValueEnum)]
enum NoncePolicy {
    /// It does not count
    Required,
    /// It counts while it is current
    IfSent,
}

/// OCSP responses are signed, and responders speak plain HTTP.
fn plain_http(text: &str) -> Result<String, String> {
    match text.starts_with("http://") {
        true => Ok(text.to_owned()),
        false => Err("an address that begins with http://".to_owned()),
    }
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
        let mut trust = Trust::read(&self.trust, revocation)?;
        let responder = match self.ocsp_responder {
            Some(address) => Some(Responder::At(address)),
            None => self.ocsp.then_some(Responder::Named),
        };
        if let Some(responder) = responder {
            let nonce = match self.ocsp_nonce {
                NoncePolicy::Required => Nonce::Required,
                NoncePolicy::IfSent => Nonce::IfSent,
            };
            trust = trust.with_ocsp(Ocsp::new(responder, nonce));
        }
        let router = router(Settings {
            origin: self.origin,
            trust,
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
