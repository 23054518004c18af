//! OpenSSH: `ssh-keygen -D` shows the token's public keys, and a real sshd, ours alone and without
//! privileges, lets somebody in who has the key: by `ssh` itself and by `ssh-agent`.
#![allow(clippy::unwrap_used)]

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use ukey_tests::client_token::{ClientToken, Pair, free_port, module, succeeds};
use ukey_tests::tls::listens;
use ukey_tests::{Program, Service, client_file, pcsc_test, wait_until};

const LIMIT: Duration = Duration::from_secs(400);
/// A user that every Debian has and that nobody is.
const DAEMON: &str = "daemon";
const READY_LIMIT: Duration = Duration::from_secs(30);

/// What `id` says.
fn id(option: &str) -> String {
    let said = succeeds(Program::new("id").arg(option)).text();
    said.trim().to_owned()
}

/// The sshd of the machine, or the one that `make setup` unpacked.
fn sshd_program() -> PathBuf {
    let installed = Path::new("/usr/sbin/sshd");
    if installed.exists() {
        return installed.to_path_buf();
    }
    client_file("openssh-server/usr/sbin/sshd").unwrap_or_else(|error| panic!("{error}"))
}

/// An sshd on the loopback interface that lets its own user in, by the keys given.
struct Sshd {
    service: Service,
    port: u16,
    user: String,
    folder: tempfile::TempDir,
}

impl Sshd {
    /// Root's sshd would need an account and a folder of the machine, so root's runs as the user
    /// daemon. That one has no shell: tests ask for the file transfer that is built into sshd.
    fn start(authorized_keys: &str) -> Self {
        let as_root = id("-u") == "0";
        let user = if as_root {
            DAEMON.to_owned()
        } else {
            id("-un")
        };
        let folder = tempfile::tempdir().unwrap();
        let open = |mode| Permissions::from_mode(mode);
        std::fs::set_permissions(folder.path(), open(0o755)).unwrap();
        let path = |name: &str| folder.path().join(name);
        let make = ["-q", "-t", "ed25519", "-N", "", "-f"];
        succeeds(Program::new("ssh-keygen").args(make).arg(path("host")));
        if as_root {
            // Readable by it; sshd minds only the permissions of what its own user owns.
            std::fs::set_permissions(path("host"), open(0o644)).unwrap();
        }
        std::fs::write(path("keys"), authorized_keys).unwrap();
        let port = free_port();
        let here = folder.path().display();
        let configuration = format!(
            "ListenAddress 127.0.0.1\nPort {port}\nHostKey {here}/host\nPidFile none\nUsePAM no\n\
             StrictModes no\nAuthorizedKeysFile {here}/keys\nPasswordAuthentication no\n\
             KbdInteractiveAuthentication no\nSubsystem sftp internal-sftp\nLogLevel VERBOSE\n"
        );
        std::fs::write(path("config"), configuration).unwrap();
        let known = std::fs::read_to_string(path("host.pub")).unwrap();
        std::fs::write(path("known"), format!("[127.0.0.1]:{port} {known}")).unwrap();

        let mut command = Command::new("setpriv");
        if as_root {
            command.args(["--reuid", DAEMON, "--regid", DAEMON, "--clear-groups"]);
        }
        // The user daemon may not be able to look into the checkout.
        std::fs::copy(sshd_program(), path("sshd")).unwrap();
        command.args(["--pdeathsig", "TERM"]).arg(path("sshd"));
        command.args(["-D", "-e", "-f"]).arg(path("config"));
        let mut service = Service::start(command, &path("log")).unwrap();
        let ready = service.wait_until("sshd", READY_LIMIT, || listens(port));
        ready.unwrap_or_else(|error| panic!("{error}"));
        Self {
            service,
            port,
            user,
            folder,
        }
    }

    /// Options and destination of a client that trusts this server and nothing of the machine.
    fn destination(&self) -> Vec<String> {
        let known = self.folder.path().join("known");
        let mut all: Vec<String> = ["-F", "/dev/null", "-o", "StrictHostKeyChecking=yes"]
            .map(str::to_owned)
            .to_vec();
        all.push("-o".to_owned());
        all.push(format!("UserKnownHostsFile={}", known.display()));
        all.push("-o".to_owned());
        all.push(format!("Port={}", self.port));
        all
    }

    fn host(&self) -> String {
        format!("{}@127.0.0.1", self.user)
    }

    /// How often it has let somebody in with a key of this kind.
    fn accepted(&self, kind: &str) -> usize {
        let log = self.service.log();
        let accepted = log.lines().filter(|line| {
            line.starts_with("Accepted publickey") && line.contains(&format!(" {kind} "))
        });
        accepted.count()
    }
}

/// A program of OpenSSH that gets the PIN, when it asks, from a program of ours.
fn with_askpass(token: &ClientToken, program: &str) -> Program {
    let askpass = token.file("askpass", "#!/bin/sh\necho \"$TEST_PIN\"\n");
    std::fs::set_permissions(&askpass, Permissions::from_mode(0o755)).unwrap();
    let program = token.program(program).env("SSH_ASKPASS", askpass);
    program.env("SSH_ASKPASS_REQUIRE", "force")
}

/// The token's keys as `ssh-keygen -D` shows them; one equals what OpenSSL made of the key.
fn keys_of(token: &ClientToken, pair: Pair) -> String {
    let shown = token.program("ssh-keygen").arg("-D").arg(module());
    let shown = succeeds(shown).text();
    let convert = ["-i", "-m", "PKCS8", "-f", &token.public_key(pair)];
    let theirs = succeeds(Program::new("ssh-keygen").args(convert)).text();
    assert!(shown.contains(theirs.trim()), "{theirs} in:\n{shown}");
    shown
}

fn logs_in(token: &ClientToken, pair: Pair, kind: &str) {
    token.generate(pair);
    let sshd = Sshd::start(&keys_of(token, pair));
    let ssh = || with_askpass(token, "ssh").args(sshd.destination());
    let in_and_out = ssh().arg("-I").arg(module());
    succeeds(in_and_out.args(["-s", &sshd.host(), "sftp"]));
    assert_eq!(sshd.accepted(kind), 1, "{}", sshd.service.log());
    let stranger = ssh().args(["-o", "BatchMode=yes", "-s", &sshd.host(), "sftp"]);
    let refused = stranger.run().unwrap();
    assert!(refused.all_text().contains("Permission denied"));
    assert_eq!(sshd.accepted(kind), 1);
}

#[test]
fn an_rsa_key_logs_in() {
    logs_in(&ClientToken::embedded(), Pair::Rsa, "RSA");
}

#[test]
fn a_p256_key_logs_in() {
    logs_in(&ClientToken::embedded(), Pair::P256, "ECDSA");
}

/// The agent asks for the PIN once; then files are fetched without it.
fn agent_logs_in(token: &ClientToken) {
    token.generate(Pair::Rsa);
    let sshd = Sshd::start(&keys_of(token, Pair::Rsa));
    let socket = token.folder().join("agent");
    let mut agent = token.command("ssh-agent");
    let provider = module().canonicalize().unwrap();
    agent
        .arg("-D")
        .arg("-a")
        .arg(&socket)
        .arg("-P")
        .arg(&provider);
    let mut agent = Service::start(agent, &token.folder().join("agent.log")).unwrap();
    let ready = agent.wait_until("ssh-agent", READY_LIMIT, || socket.exists());
    ready.unwrap_or_else(|error| panic!("{error}"));
    let add = |option: &str| {
        let add = with_askpass(token, "ssh-add").arg(option).arg(&provider);
        succeeds(add.env("SSH_AUTH_SOCK", &socket));
    };
    add("-s");
    let content = b"what sshd serves";
    std::fs::write(sshd.folder.path().join("served"), content).unwrap();
    let fetched = token.path("fetched");
    let fetch = format!("get {}/served {fetched}\n", sshd.folder.path().display());
    let batch = token.file("batch", fetch);
    let sftp = || {
        let sftp = token.program("sftp").args(["-b", &batch]);
        let sftp = sftp.args(sshd.destination()).arg(sshd.host());
        sftp.env("SSH_AUTH_SOCK", &socket)
    };
    for time in 1..=2 {
        succeeds(sftp());
        assert_eq!(std::fs::read(&fetched).unwrap(), content);
        assert_eq!(sshd.accepted("RSA"), time, "{}", sshd.service.log());
    }
    add("-e");
    assert!(!sftp().run().unwrap().status.success());
    wait_until("sshd's log", READY_LIMIT, || sshd.accepted("RSA") == 2);
}

#[test]
fn the_agent_logs_in() {
    agent_logs_in(&ClientToken::embedded());
}

#[test]
fn openssh_works_over_pcsc() {
    pcsc_test("openssh_works_over_pcsc", LIMIT, |lab| {
        agent_logs_in(&ClientToken::in_reader(lab));
    });
}
