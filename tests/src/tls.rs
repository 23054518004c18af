//! A certificate authority and a TLS server of OpenSSL, both apart from any token: the other side
//! of a client that has its key on one.

use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::client_token::{free_port, succeeds};
use crate::openssl::{file, openssl};
use crate::{ClientToken, Pair, Service};

/// How long a server may take to listen.
const READY_LIMIT: Duration = Duration::from_secs(60);

/// What a certificate of [`Authority`] may be used for: both ends of TLS, on this machine.
const EXTENSIONS: &str = "subjectAltName=DNS:localhost,IP:127.0.0.1\n\
    keyUsage=critical,digitalSignature,keyEncipherment\n\
    extendedKeyUsage=serverAuth,clientAuth,codeSigning\n";

/// An RSA certificate authority of OpenSSL.
#[derive(Debug)]
pub struct Authority {
    folder: PathBuf,
}

impl Authority {
    /// Makes one, with its files in `folder`.
    ///
    /// # Panics
    /// When OpenSSL cannot.
    pub fn new(folder: &Path) -> Self {
        let authority = Self {
            folder: folder.to_path_buf(),
        };
        file(folder, "extensions", EXTENSIONS);
        let make = [
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30",
        ];
        let name = ["-subj", "/O=ukey tests/CN=test CA"];
        let made = openssl(&make).args(name);
        let files = ["-keyout", &authority.path("ca.key")];
        let files = made.args(files).args(["-out", &authority.certificate()]);
        succeeds(files);
        authority
    }

    fn path(&self, name: &str) -> String {
        let path = self.folder.join(name);
        path.to_str().expect("tests use plain names").to_owned()
    }

    /// Its own certificate, a PEM file.
    pub fn certificate(&self) -> String {
        self.path("ca.pem")
    }

    /// A certificate for the public key in a PEM file; `name` is its common name and its file's.
    ///
    /// # Panics
    /// When OpenSSL cannot.
    pub fn issue(&self, public_key: &str, name: &str) -> String {
        let subject = format!("/O=ukey tests/CN={name}");
        self.sign(
            &["-new", "-subj", &subject, "-force_pubkey", public_key],
            name,
        )
    }

    /// A certificate for a request in a PEM file; `name` is the file's.
    ///
    /// # Panics
    /// When OpenSSL cannot, for instance since the request's signature is not good.
    pub fn answer(&self, request: &str, name: &str) -> String {
        self.sign(&["-req", "-in", request], name)
    }

    fn sign(&self, what: &[&str], name: &str) -> String {
        let certificate = self.path(&format!("{name}.pem"));
        let authority = ["-CA", &self.certificate(), "-CAkey", &self.path("ca.key")];
        let rest = ["-days", "30", "-extfile", &self.path("extensions")];
        let signed = openssl(&["x509"]).args(what).args(authority).args(rest);
        succeeds(signed.args(["-out", &certificate]));
        certificate
    }

    /// Makes a certificate for a pair of `token` and puts it there; gives its file.
    ///
    /// # Panics
    /// When a client cannot.
    pub fn certify(&self, token: &ClientToken, pair: Pair) -> String {
        let certificate = self.issue(&token.public_key(pair), pair.label());
        token.store_certificate(pair, &certificate);
        certificate
    }

    /// A TLS server with a key in a file, which demands a certificate of this authority and
    /// answers any request for a page with what it knows of its client.
    ///
    /// # Panics
    /// When it does not start.
    pub fn demanding_server(&self) -> (Service, u16) {
        let key = self.path("server.key");
        let public = self.path("server.pub");
        succeeds(openssl(&["genpkey", "-algorithm", "RSA", "-out", &key]));
        succeeds(openssl(&["pkey", "-in", &key, "-pubout", "-out", &public]));
        let certificate = self.issue(&public, "server");
        let mut command = Command::new("openssl");
        command.args(["s_server", "-www", "-Verify", "1", "-verify_return_error"]);
        command.args(["-CAfile", &self.certificate(), "-cert", &certificate]);
        command.args(["-key", &key]);
        serve(command, &self.folder)
    }
}

/// Starts `openssl s_server` with the given arguments on a free port of the loopback interface.
///
/// # Panics
/// When it does not start.
pub fn serve(mut command: Command, folder: &Path) -> (Service, u16) {
    let port = free_port();
    command.args(["-accept", &format!("127.0.0.1:{port}")]);
    let server = Service::start(command, &folder.join("s_server.log"));
    let mut server = server.unwrap_or_else(|error| panic!("{error}"));
    let listens = server.wait_until("the TLS server", READY_LIMIT, || listens(port));
    listens.unwrap_or_else(|error| panic!("{error}"));
    (server, port)
}

/// How often a server of [`Authority::demanding_server`] has accepted the certificate with this
/// common name and the proof that its key is there.
pub fn accepted(server: &Service, name: &str) -> usize {
    let log = server.log();
    let leaf = |line: &&str| line.starts_with("depth=0") && line.contains(&format!("CN = {name}"));
    log.lines().filter(leaf).count()
}

/// Whether somebody listens on this port of the loopback interface.
pub fn listens(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}
