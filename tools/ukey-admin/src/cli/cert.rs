//! Arguments of `cert`.

use clap::{Args, Subcommand};
use std::path::PathBuf;

use super::PinArgs;
use super::key::{Usage, WrittenArgs};

/// `cert …`
#[derive(Debug, Subcommand)]
pub(crate) enum CertCommand {
    /// Make a certificate request (CSR, PKCS#10) signed by the signing key
    #[command(after_long_help = "\
Examples:
  ukey-admin cert request --subject 'C=CN,O=ACME,CN=ACME tenders' --output acme.csr
  ukey-admin cert request --subject CN=test |
      openssl req -verify -vfyopt distid:1234567812345678 -noout")]
    Request(CertRequestArgs),
    /// Store a certificate beside the key pair that it belongs to
    ///
    /// The container and the side (signature or encryption) are found by the public key; a
    /// certificate whose key is not on the USBKEY is refused.
    #[command(after_long_help = "\
Examples:
  ukey-admin cert import acme-sign.pem
  ukey-admin cert import acme-encrypt.cer --container main --usage encrypt")]
    Import(CertImportArgs),
    /// Write a certificate to a file or standard output
    #[command(after_long_help = "\
Examples:
  ukey-admin cert export --usage encrypt --output acme-encrypt.pem
  ukey-admin cert export --usage sign --format der --output - | openssl x509 -inform der -text")]
    Export(CertExportArgs),
    /// List the certificates on the USBKEY
    #[command(
        alias = "ls",
        after_long_help = "\
Examples:
  ukey-admin cert list
  ukey-admin cert list --expiring 90d || mail -s 'renew your USBKEY' desk@example.com
  ukey-admin --json cert list | jq -r '.data.certificates[] | [.subject, .not_after] | @tsv'"
    )]
    List(CertListArgs),
    /// Make a certificate for the signing key, signed by itself
    #[command(after_long_help = "\
Examples:
  ukey-admin cert self-sign --subject 'CN=test' --output test.pem
  ukey-admin cert self-sign --subject 'CN=test' --store")]
    SelfSign(CertSelfSignArgs),
    /// Check the certificates on the USBKEY: key, dates, use, and with --ca chain and revocation
    ///
    /// Exit code 13 when one of them is not good.
    #[command(after_long_help = "\
Examples:
  ukey-admin cert check
  ukey-admin cert check --ca ./ca
  ukey-admin cert check --ca root.pem --crl ca.crl")]
    Check(CertCheckArgs),
}

/// `cert self-sign`
#[derive(Debug, Args)]
pub(crate) struct CertSelfSignArgs {
    /// Subject and issuer, for example 'C=CN,O=ACME,CN=ACME test'
    #[arg(long, value_name = "NAME")]
    pub(crate) subject: String,
    /// Container with the signing key (default: the only one)
    #[arg(long, value_name = "NAME")]
    pub(crate) container: Option<String>,
    /// Days that it is valid
    #[arg(long, value_name = "DAYS", default_value_t = 365, value_parser = clap::value_parser!(u32).range(1..=3650))]
    pub(crate) days: u32,
    /// Store it beside the key; a certificate that is there is not replaced
    #[arg(long)]
    pub(crate) store: bool,
    #[command(flatten)]
    pub(crate) written: WrittenArgs,
    #[command(flatten)]
    pub(crate) pin: PinArgs,
}

/// `cert check`
#[derive(Debug, Args)]
pub(crate) struct CertCheckArgs {
    #[command(flatten)]
    pub(crate) trust: TrustArgs,
}

/// What certificates are held against.
#[derive(Debug, Args)]
pub(crate) struct TrustArgs {
    /// Certificates that you trust, or the directory of ukey-ca
    #[arg(long, value_name = "FILE|DIR")]
    pub(crate) ca: Vec<PathBuf>,
    /// Revocation list of the issuer; one for each issuer
    #[arg(long, value_name = "FILE")]
    pub(crate) crl: Vec<PathBuf>,
}

/// `cert request`
#[derive(Debug, Args)]
pub(crate) struct CertRequestArgs {
    /// Subject name, for example 'C=CN,O=ACME,CN=ACME tenders'
    #[arg(long, value_name = "NAME")]
    pub(crate) subject: String,
    /// Container with the signing key (default: the only one)
    #[arg(long, value_name = "NAME")]
    pub(crate) container: Option<String>,
    #[command(flatten)]
    pub(crate) written: WrittenArgs,
    #[command(flatten)]
    pub(crate) pin: PinArgs,
}

/// `cert import`
#[derive(Debug, Args)]
pub(crate) struct CertImportArgs {
    /// Certificate, PEM or DER; - is standard input
    #[arg(value_name = "FILE")]
    pub(crate) input: PathBuf,
    /// Container that it must belong to (default: found by the public key)
    #[arg(long, value_name = "NAME")]
    pub(crate) container: Option<String>,
    /// Pair that it must belong to (default: found by the public key)
    #[arg(long, value_enum)]
    pub(crate) usage: Option<Usage>,
    /// Replace a certificate that is there
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) pin: PinArgs,
}

/// `cert export`
#[derive(Debug, Args)]
pub(crate) struct CertExportArgs {
    /// Which of the two certificates
    #[arg(long, value_enum, default_value_t = Usage::Sign)]
    pub(crate) usage: Usage,
    /// Container (default: the only one that has such a certificate)
    #[arg(long, value_name = "NAME")]
    pub(crate) container: Option<String>,
    #[command(flatten)]
    pub(crate) written: WrittenArgs,
}

/// `cert list`
#[derive(Debug, Args)]
pub(crate) struct CertListArgs {
    /// Only certificates that end within this many days (90d); exit code 1 when there are any.
    /// Those of retired containers, which only decrypt, are left out
    #[arg(long, value_name = "DAYS", value_parser = days)]
    pub(crate) expiring: Option<i64>,
}

/// "90d", or "90".
fn days(text: &str) -> Result<i64, String> {
    let digits = text.strip_suffix('d').unwrap_or(text);
    match digits.parse::<u16>() {
        Ok(days) => Ok(i64::from(days)),
        Err(_) => Err(crate::text::expiry::wanted_days().to_owned()),
    }
}
