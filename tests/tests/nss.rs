//! NSS, the library of Firefox and Chromium: `modutil` takes our module into a database, `certutil`
//! makes keys and certificates on the token, and `tstclnt` shows a TLS server one of them.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use ukey_tests::client_token::{ClientToken, Pair, module, succeeds};
use ukey_tests::pkcs11::{LABEL, USER_PIN};
use ukey_tests::tls::{Authority, accepted};
use ukey_tests::{Program, pcsc_test, wait_until};

const LIMIT: Duration = Duration::from_secs(400);
const SEEN_LIMIT: Duration = Duration::from_secs(20);
const DATABASE: &str = "sql:nss";

/// A tool of NSS on the database with our module in it, and a file with the PIN.
struct Nss<'token> {
    token: &'token ClientToken,
    authority: Authority,
}

impl<'token> Nss<'token> {
    fn new(token: &'token ClientToken) -> Self {
        let folder = token.folder().join("nss");
        std::fs::create_dir(&folder).unwrap();
        token.file("pin", format!("{USER_PIN}\n"));
        token.file("noise", [0x5A; 64]);
        let authority = Authority::new(token.folder());
        let nss = Self { token, authority };
        succeeds(nss.tool("certutil", &["-N", "--empty-password"]));
        let root = nss.authority.certificate();
        let trust = ["-A", "-n", "root", "-t", "CT,C,C", "-i", &root];
        succeeds(nss.tool("certutil", &trust));
        let module = module();
        let add = ["-force", "-add", "ukey", "-libfile"];
        succeeds(
            token
                .program("modutil")
                .args(["-dbdir", DATABASE])
                .args(add)
                .arg(module),
        );
        nss
    }

    fn tool(&self, name: &str, arguments: &[&str]) -> Program {
        let tool = self.token.program(name).args(["-d", DATABASE]);
        tool.args(arguments)
    }

    /// `certutil` on our token, with the PIN.
    fn certutil(&self, arguments: &[&str]) -> Program {
        let tool = self.tool("certutil", arguments);
        tool.args(["-h", LABEL, "-f", "pin"])
    }

    /// A request by `certutil`, whose key it makes on the token, and the certificate for it, which
    /// goes there, too.
    fn enroll(&self, name: &str, key: &[&str]) {
        let request = self.token.path("request.der");
        let subject = format!("CN={name},O=ukey tests");
        let make = ["-R", "-s", &subject, "-o", &request, "-z", "noise"];
        succeeds(self.certutil(&make).args(key));
        let pem = self.token.path("request.pem");
        let convert = ["req", "-inform", "DER", "-in", &request, "-out", &pem];
        succeeds(Program::new("openssl").args(convert));
        let certificate = self.authority.answer(&pem, name);
        let import = ["-A", "-n", name, "-t", ",,", "-i", &certificate];
        succeeds(self.certutil(&import));
    }

    /// TLS in both versions with the certificate `name` of the token.
    fn shakes_hands(&self, name: &str) {
        let (server, port) = self.authority.demanding_server();
        for (count, version) in [(1, "tls1.2"), (2, "tls1.3")] {
            let to = ["-h", "127.0.0.1", "-p", &port.to_string()];
            let range = format!("{version}:{version}");
            let nickname = format!("{LABEL}:{name}");
            let with = ["-V", &range, "-n", &nickname, "-W", "pin", "-Q"];
            succeeds(self.tool("tstclnt", &to).args(with));
            let what = format!("{version} with {name}, seen by the server");
            wait_until(&what, SEEN_LIMIT, || accepted(&server, name) == count);
        }
    }
}

fn modutil_shows_the_token(nss: &Nss<'_>) {
    let list = ["-dbdir", DATABASE, "-list", "ukey"];
    // Over PC/SC it complains of the other reader, which is empty, at the end.
    let said = nss
        .token
        .program("modutil")
        .args(list)
        .run()
        .unwrap()
        .text();
    for part in ["Token Name: test token", "Login Type: Login required"] {
        assert!(said.contains(part), "{part} in:\n{said}");
    }
}

fn enrolls(token: &ClientToken, key: &[&str]) {
    let nss = Nss::new(token);
    modutil_shows_the_token(&nss);
    nss.enroll("bidder", key);
    let certificates = succeeds(nss.certutil(&["-L"])).text();
    let ours = certificates.lines().find(|line| line.contains(":bidder"));
    let trust = ours.unwrap_or_else(|| panic!("{certificates}"));
    // "u": NSS has found the private key, by CKA_ID.
    assert!(trust.ends_with("u,u,u"), "{trust}");
    let keys = succeeds(nss.certutil(&["-K"])).text();
    assert_eq!(keys.matches("< ").count(), 1, "{keys}");
    nss.shakes_hands("bidder");
    // Certificate and key go together.
    succeeds(nss.certutil(&["-F", "-n", &format!("{LABEL}:bidder")]));
    let left = succeeds(token.user_tool(&["--list-objects"])).text();
    assert!(
        !left.contains("Private Key") && !left.contains("Certificate"),
        "{left}"
    );
}

#[test]
fn certutil_enrolls_an_rsa_key() {
    enrolls(&ClientToken::embedded(), &["-k", "rsa", "-g", "2048"]);
}

#[test]
fn certutil_enrolls_a_p256_key() {
    enrolls(&ClientToken::embedded(), &["-k", "ec", "-q", "nistp256"]);
}

/// Keys that another client made are NSS's, too.
#[test]
fn nss_finds_what_pkcs11_tool_made() {
    let token = ClientToken::embedded();
    token.generate(Pair::Rsa);
    let nss = Nss::new(&token);
    nss.authority.certify(&token, Pair::Rsa);
    let all = succeeds(nss.tool("certutil", &["-L", "-h", "all", "-f", "pin"])).text();
    assert!(all.contains("test token:rsa"), "{all}");
    assert!(all.contains("root"), "{all}");
    nss.shakes_hands("rsa");
}

#[test]
fn nss_works_over_pcsc() {
    pcsc_test("nss_works_over_pcsc", LIMIT, |lab| {
        enrolls(&ClientToken::in_reader(lab), &["-k", "rsa", "-g", "2048"]);
    });
}
